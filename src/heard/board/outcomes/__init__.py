"""What became of worries, and who told them: pictures with their tables."""
