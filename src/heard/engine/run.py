"""The engine's run."""
