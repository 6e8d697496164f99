"""What the pages about people, places, groups and ties ask."""
