"""`migrate`, in a process of its own, on databases of installations."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import SECRET_KEY


def migrate_together(folder: Path, asked: Mapping[str, Mapping[str, str] | None]) -> None:
    """By the address of each database: the last migration of each app that it gets, or None for all. `folder` is the data folder."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "HEARD_DEMO")}
    own = {
        "HEARD_DATA": str(folder),
        "HEARD_SECRET_KEY": SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "heard.config.settings",
    }
    for address in asked:
        if address.startswith("postgres"):
            own["DATABASE_URL"] = address
    subprocess.run(
        [sys.executable, "-m", "tests.upgrade.together", json.dumps(asked)],
        cwd=Path(__file__).parents[2],
        env=kept | own,
        check=True,
    )
