"""`migrate`, in a process of its own, on the database of an installation."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import SECRET_KEY

_UP_TO = """
import sys
import django; django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
MigrationExecutor(connection).migrate([tuple(one.split(".")) for one in sys.argv[1:]])
"""


def migrate(folder: Path, *, up_to: Mapping[str, str] | None = None, **more: str) -> None:
    """`up_to`: the last migration of each app; without it all."""
    every = ("manage.py", "migrate", "--verbosity", "0")
    _run(folder, every if up_to is None else ("-c", _UP_TO, *map(".".join, up_to.items())), **more)


def migrate_together(*folders: Path) -> None:
    """All migrations, on the SQLite database of an older and of a newer installation."""
    _run(folders[0], ("-m", "tests.upgrade.together", *map(str, folders)))


def _run(folder: Path, command: tuple[str, ...], **more: str) -> None:
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "HEARD_DEMO")}
    own = {
        "HEARD_DATA": str(folder),
        "HEARD_SECRET_KEY": SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "heard.config.settings",
    }
    subprocess.run(
        [sys.executable, *command], cwd=Path(__file__).parents[2], env=kept | own | more, check=True
    )
