"""The engine's link."""
