from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests.conftest import World, another_coordinator
from tests.insight.bringing.files import CASES, PEOPLE, PLANS, Written

from heard.agencies.models import User
from heard.insight.bringing.rules import Table


@pytest.fixture
def written(tmp_path: Path, settings: Any) -> Written:
    """Writes the three files, and gives their paths."""
    settings.DATA = tmp_path
    today = timezone.localdate()
    days = {"soon": today + timedelta(days=9), "later": today + timedelta(days=30)}

    def write(people: str = PEOPLE, cases: str = CASES, plans: str = PLANS) -> dict[Table, Path]:
        found = {}
        for table, text in zip(Table, (people, cases, plans.format(**days)), strict=True):
            found[table] = tmp_path / f"{table.value}.csv"
            found[table].write_text(text, encoding="utf-8")
        return found

    return write


@pytest.fixture
def second(world: World) -> User:
    return another_coordinator(world)
