"""A link of a child, and somebody who has just given its word; and a designated officer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.conftest import World

from heard.agencies import actions as agencies
from heard.agencies.models import User
from heard.agencies.rules import Role
from heard.cases.case.actions import allocate_worker, assign_trusted_worker
from heard.cases.voice import actions

WORD, SECRET = "marmalade", "tangerine"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """Where recordings lie."""
    settings.DATA = tmp_path
    return tmp_path / "attachments"


@pytest.fixture
def made(world, case):
    assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    return actions.make_link(by=world.social_worker, person_id=case.person_id, word=WORD, weeks=4)


@pytest.fixture
def sitting(made):
    found = actions.enter(by=None, code=made[1], word=WORD)
    assert found is not None
    return found


@pytest.fixture
def lado(world: World) -> User:
    """A designated officer, who works in a team of their own."""
    team = agencies.add_team(by=world.administrator, agency=world.care, name="Designated officers")
    return agencies.add_user(
        by=world.administrator, username="lena.dow", first_name="Lena", last_name="Dow", password=None, team=team, role=Role.OFFICER,
        agreed_by=world.coordinator,
    )  # fmt: skip


@pytest.fixture
def link(world: World, case: Any) -> tuple[Any, str]:
    allocate_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    return actions.make_link(by=world.social_worker, person_id=case.person_id, word=WORD, weeks=4)
