"""Pages about people, places, groups and the ties between them. HTTP only."""
