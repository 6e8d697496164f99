"""Who works on the server, as its operating system knows them: nobody is signed in to Heard there."""

from __future__ import annotations

import os
import pwd


def whoami() -> str:
    """The user of the machine, with the one who became it by sudo: "root (maya)"."""
    name = _name(os.getuid())
    before = os.environ.get("SUDO_UID", "")
    if not (before.isascii() and before.isdigit() and len(before) < 11):  # whatever somebody put there
        return name
    return f"{name} ({_name(int(before))})"


def storable(said: str) -> str:
    """What was typed or named on the server, without what no database keeps: bytes that are no UTF-8, which a terminal or a disk of
    another time may hold."""
    return said.encode(errors="surrogateescape").decode(errors="replace").replace("\x00", "")


def _name(uid: int) -> str:
    try:
        return storable(pwd.getpwuid(uid).pw_name)
    except (KeyError, OverflowError):
        return str(uid)
