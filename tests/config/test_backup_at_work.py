"""A backup that is made while people write is of one moment: what it has of them is whole, with every file, and nothing half."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.config.test_backup import heard, key, site, tables
from tests.config.writers import writing

__all__ = ["key", "site"]  # fixtures
pytestmark = pytest.mark.timeout(900)


def test_what_comes_back_is_of_one_moment(site: Path, key: tuple[str, Path], tmp_path: Path) -> None:
    work, place, aside = tmp_path / "site", tmp_path / "anew", tmp_path / "aside"
    shutil.copytree(site, work)
    shutil.copy(f"{site}.keys", f"{work}.keys")
    aside.mkdir()
    with writing(work, aside) as writers:
        before = writers.written()
        done = heard(work, "backup", "--to", str(tmp_path / "to"), "--recipient", key[0])
        after = writers.written()
    assert done.returncode == 0, done.stderr
    assert before
    assert after > before, "they wrote while it was made"
    [file] = (tmp_path / "to").iterdir()
    shutil.copy(f"{work}.keys", f"{place}.keys")
    place.mkdir()
    shutil.copy(work / "audit.key", place)
    restored = heard(place, "restore", str(file), "--identity", str(key[1]))
    assert restored.returncode == 0, restored.stderr
    with closing(sqlite3.connect(place / "heard.sqlite3")) as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        written = "SELECT count(*) FROM network_person WHERE family_name = 'Writer'"
        [(children,)] = database.execute(written).fetchall()
        whole = """SELECT count(*) FROM network_person p WHERE family_name = 'Writer' AND NOT EXISTS (
            SELECT 1 FROM agencies_auditrow r WHERE r.person_id = p.id AND r.verb = 'add')"""
        assert database.execute(whole).fetchone() == (0,), "each with the row of who added it"
    assert before <= children <= len([row for row in tables(work)["network_person"] if "Writer" in row])
    checked = heard(place, "check-files", "--json")
    assert checked.returncode == 0, checked.stdout
    assert json.loads(checked.stdout)["checked"] == len(tables(place)["cases_attachment"])
    trail = heard(place, "audit", "verify")
    assert trail.returncode == 0, trail.stdout
