"""Which Heard this is: its version, and the commit that it was built from where that is known."""

from __future__ import annotations

import subprocess
from datetime import date
from importlib.metadata import version as of_package
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_COMMIT = _HERE / "commit.txt"  # written by `make wheel`
_COMPONENTS = _HERE / "components.txt"  # too


def version() -> str:
    """Such as 0.1.0 (325c9b5d1a2b)."""
    commit = _commit()
    return f"{of_package('heard')} ({commit})" if commit else of_package("heard")


def components_of() -> date | None:
    """The day on which the versions of the components were last raised; None in a checkout, whose lock says it."""
    said = _COMPONENTS.read_text().strip() if _COMPONENTS.is_file() else ""
    return date.fromisoformat(said) if said else None


def _commit() -> str:
    if _COMMIT.is_file():
        return _COMMIT.read_text().strip()
    if not (
        _HERE.parents[2] / ".git"
    ).exists():  # an installed package, perhaps below somebody else's repository
        return ""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"],  # noqa: S607 - whichever git there is
            cwd=_HERE,
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
