"""What an engine cannot do, or does in another way than DuckDB, by name: refused with a sentence, or done the other way
that stands here and is told in the run. Nothing gives another answer in silence.
"""

from __future__ import annotations


class Unavailable(Exception):
    """The engine is not installed, or cannot do what is asked. The text is for the user."""


class EngineStopped(Exception):
    """The engine failed while it worked. The text names the kind of failure, and never a value."""
