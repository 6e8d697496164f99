"""Pages of packs, and of answers to those who ask for their record."""
