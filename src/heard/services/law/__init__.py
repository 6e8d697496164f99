"""What the law asks of this partnership: when a duty starts to hold here, who is in the child protection team, and what a lawyer said of the
powers that the knowledge names. It knows no child."""
