"""A copy of the newest release that a test may spoil."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from heard.knowledge import load

type Spoil = Callable[[str, str, str], Path]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    release_id = load.release_ids()[-1]
    return Path(shutil.copytree(load.PACKS / release_id, tmp_path / release_id))


@pytest.fixture
def spoil(pack: Path) -> Spoil:
    """Replaces text that is there once or more (its first place) in one file of the copy."""

    def change(file: str, old: str, new: str) -> Path:
        path = pack / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} does not hold {old!r}: this test spoils nothing"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return pack

    return change
