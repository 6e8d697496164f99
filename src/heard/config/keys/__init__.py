"""`heard keys`: the keys that encrypt what lies on the disk, and what is encrypted with which."""
