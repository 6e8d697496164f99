"""A finished run of the real engine over a small fictional partnership's extracts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests.again import written_once
from tests.conftest import World

from heard.demo.extracts import write_extracts
from heard.demo.people import AS_OF
from heard.insight.run import actions
from heard.insight.run.models import EngineRun


def said(**other: Any) -> dict[str, Any]:
    """What is said of a run before it starts."""
    until = timezone.localdate() + timedelta(days=90)
    words = "Children Act 2004, section 11"
    return {"purpose": "To look", "basis": "public_task", "basis_words": words, "keep_until": until} | other


@pytest.fixture(scope="session")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 children's extracts with the truth beside them. Read only."""
    folder = tmp_path_factory.mktemp("partnership") / "extracts"
    write_extracts(folder, children=300, seed=1)
    return folder


@pytest.fixture
def extracts_folder(settings: Any, extracts: Path, tmp_path: Path) -> Path:
    """Settings that keep runs in a folder of the test, and find the extracts."""
    settings.DATA, settings.EXTRACTS = tmp_path, extracts
    return extracts


@pytest.fixture
@written_once
def run(world: World, extracts_folder: Path) -> EngineRun:
    names = [
        path.name for path in extracts_folder.iterdir() if path.suffix in (".csv", ".xml") or path.is_dir()
    ]
    made = actions.start_run(by=world.analyst, **said(), extracts=names, as_of=AS_OF)
    actions.carry_out.call(str(made.pk))
    made.refresh_from_db()
    return made
