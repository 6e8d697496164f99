"""What the law asks of this partnership: when a duty starts to hold here, and who is in the child protection team. It knows no child."""
