"""Notices: what somebody has to see, who it is by rule, and that they have seen it."""
