"""Backups: one encrypted file with everything that Heard keeps, the way back from it, and whether it is whole."""
