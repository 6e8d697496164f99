"""What became of worries, who told them, and how many children each team has: pictures with their tables."""
