"""The engine's screen."""
