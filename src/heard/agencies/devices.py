"""What a browser says of the device that it is on, in two words: never an address or a version. Pure."""

import re
from typing import Final

_BROWSERS: Final = (
    ("Edg", "Edge"), ("SamsungBrowser", "Samsung"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = ("Windows", "Android", "iPhone", "iPad", "Mac OS", "CrOS", "Linux")


def browser_of(agent: str) -> str:
    """'' where it says of none that is known."""
    return next((name for key, name in _BROWSERS if re.search(rf"{key}\w*/", agent)), "")


def system_of(agent: str) -> str:
    return next((system for system in _SYSTEMS if system in agent), "")
