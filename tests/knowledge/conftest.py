"""Copies of releases that a test may spoil: one that is whole, and one that extends it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from heard.knowledge import load

type Spoil = Callable[[str, str, str], Path]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(load.PACKS / "2013.1", tmp_path / "2013.1"))


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    return Path(shutil.copytree(load.PACKS / "2026.1", tmp_path / "2026.1"))


@pytest.fixture
def spoil(pack: Path) -> Spoil:
    """Replaces text that is there once or more (its first place) in one file of the whole one."""
    return _spoil(pack)


@pytest.fixture
def spoil_newer(newer: Path) -> Spoil:
    return _spoil(newer)


def _spoil(pack: Path) -> Spoil:

    def change(file: str, old: str, new: str) -> Path:
        path = pack / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} does not hold {old!r}: this test spoils nothing"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return pack

    return change
