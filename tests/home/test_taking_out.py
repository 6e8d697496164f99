"""Nobody carries the partnership's records out in an afternoon: what holds much is given so often in an hour, and then somebody is told."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone
from tests.conftest import World

from heard.agencies import limiting
from heard.agencies.models import AuditRow, Tally
from heard.cases.watch.looking import watch_until
from heard.cases.watch.models import ReadingAlert
from heard.network.actions import add_person

SRC = Path(__file__).resolve().parents[2] / "src" / "heard"
GIVES_MUCH = {
    "as_csv",
    "as_workbook",
    "FileResponse",
    "as_file",
    "as_archive",
}  # what only a view that is limited answers with
LIMITED = {
    "acts_file", "team_file", "my_file", "caseload_import_file", "engine_out_file", "inspection_take", "chart_out_file", "pack_file",
    "child_chronology_paper", "panel_minutes_paper", "mapping_paper",
}  # fmt: skip


@pytest.fixture(autouse=True)
def two_in_an_hour(settings: Any) -> None:
    settings.TAKEN_OUT = 2


def test_past_the_limit_nothing_is_given_and_it_says_what_to_do(world: World, client: Client) -> None:
    client.force_login(world.coordinator)
    for _time in range(2):
        assert client.get(reverse("acts_file")).status_code == 200
    third = client.get(reverse("acts_file"))
    assert third.status_code == 429
    assert third["Content-Type"].startswith("text/html")
    assert "2 times in this hour" in third.text
    assert "What you typed is still here" not in third.text
    assert "ask a colleague" in third.text
    assert AuditRow.objects.filter(verb="download", subject="acts").count() == 2
    client.force_login(world.board_member)
    assert client.get(reverse("acts_file")).status_code == 200, "each for themselves"


def test_it_is_one_limit_for_all_that_holds_much(world: World, client: Client) -> None:
    client.force_login(world.coordinator)
    for _time in range(3):
        client.get(reverse("acts_file"))
    assert client.get(reverse("team_file")).status_code == 429


def test_a_request_that_gives_nothing_is_not_counted(world: World, client: Client) -> None:
    client.force_login(world.teacher)
    for _time in range(4):
        assert client.get(reverse("acts_file")).status_code == 404
    assert not Tally.objects.filter(what=limiting.TAKING_OUT).exists()


def test_a_reviewer_is_told_past_the_limit_and_not_before(world: World, client: Client) -> None:
    for who, times in ((world.coordinator, 3), (world.board_member, 2)):
        client.force_login(who)
        for _time in range(times):
            client.get(reverse("acts_file"))
    watch_until(timezone.now() + timedelta(hours=1))
    [alert] = ReadingAlert.objects.filter(kind="taken_out")
    assert (alert.reader, alert.number) == (world.coordinator, 3)
    assert not ReadingAlert.objects.filter(kind="probing").exists()


def test_asking_for_packs_is_limited_and_what_was_typed_stays(world: World, client: Client) -> None:
    child = add_person(by=world.social_worker, given_name="Amira", family_name="Khan")
    client.force_login(world.social_worker)
    sent = {
        "parts": ["chronology"], "purpose": "For the court", "keep_until_0": "1", "keep_until_1": "1", "keep_until_2": "2030",
    }  # fmt: skip
    for _time in range(2):
        limiting.why_not_once_more(world.social_worker, limiting.MAKING_PACKS, most=2)
    answer = client.post(reverse("pack_ask", args=[child.pk]), sent)
    assert answer.status_code == 200
    assert "For the court" in answer.text


def test_a_worry_is_told_and_a_child_read_whatever_somebody_took_out(world: World, client: Client) -> None:
    child = add_person(by=world.coordinator, given_name="Amira", family_name="Khan")
    client.force_login(world.coordinator)
    for _time in range(4):
        client.get(reverse("acts_file"))
    for _time in range(40):
        assert client.get(reverse("worry_start")).status_code == 200
    assert client.get(reverse("child", args=[child.pk])).status_code == 200


def named(patterns: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            found |= named(pattern.url_patterns)
        elif pattern.name:
            found[pattern.name] = pattern.callback
    return found


def test_every_view_that_gives_a_list_away_is_limited() -> None:
    """A view that answers with a table, a workbook or a whole file of rows, and is not marked, fails here."""
    views = named(get_resolver().url_patterns)
    assert {name for name, view in views.items() if getattr(view, "takes_out", False)} == LIMITED
    marked, calling = set(), set()
    for path in SRC.rglob("views*.py"):
        calling |= {(path, function.name) for function in _functions(path) if _called(function) & GIVES_MUCH}
    for path in SRC.rglob("views/*.py"):
        calling |= {(path, function.name) for function in _functions(path) if _called(function) & GIVES_MUCH}
    assert len(calling) >= 5
    for path, name in calling:
        [function] = [function for function in _functions(path) if function.name == name]
        if "takes_out=True" in "".join(ast.unparse(one) for one in function.decorator_list):
            marked.add((path, name))
    assert marked == calling


def _functions(path: Path) -> list[ast.FunctionDef]:
    return [one for one in ast.parse(path.read_text()).body if isinstance(one, ast.FunctionDef)]


def _called(function: ast.FunctionDef) -> set[str]:
    calls = (one.func for one in ast.walk(function) if isinstance(one, ast.Call))
    return {call.id for call in calls if isinstance(call, ast.Name)}
