"""Work in the background: the worker, and whether it is alive."""
