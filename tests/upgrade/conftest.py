"""Databases of both earlier releases, upgraded once."""

from __future__ import annotations

import lzma
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.upgrade.migrating import migrate_together

HERE = Path(__file__).parent
RELEASES = ("first_release.sql.xz", "release_0_1.sqlite.sql.xz")


@pytest.fixture(scope="session")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """By the name of its dump a folder of each: `before.sqlite3` as that release wrote it, `heard.sqlite3` as it has become."""
    folders = {}
    for name in RELEASES:
        folder = folders[name] = tmp_path_factory.mktemp("upgraded")
        with closing(sqlite3.connect(folder / "before.sqlite3")) as database:
            database.executescript(lzma.decompress((HERE / name).read_bytes()).decode())
        shutil.copy(folder / "before.sqlite3", folder / "heard.sqlite3")
    migrate_together(*folders.values())
    return folders
