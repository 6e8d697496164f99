"""Notes of contact: that somebody visited, rang, wrote to, met or tried to reach a child, and what came of it."""
