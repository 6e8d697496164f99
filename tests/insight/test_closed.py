"""Whoever is kept out of a record, or to whom it is hidden, does not learn by a run whose records an extract holds."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult
from tests.conftest import World
from tests.insight.pairs import MOVED, TWINS, run_listing, run_with_pairs

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden
from heard.cases.case.notices.models import Notice, Reader
from heard.cases.glass.actions import tell_who_may_see
from heard.insight.judgement.models import Judgement
from heard.insight.models import EngineRun
from heard.insight.pair import actions as pairs
from heard.insight.pair import queries as pair_queries
from heard.insight.run import actions, queries
from heard.insight.run.models import Reveal
from heard.network import actions as network
from heard.network.models import Person
from heard.network.queries import Whom, closed_to
from heard.network.rules import Description, Name

pytestmark = pytest.mark.on_both
BORN = date(2010, 5, 4)
WHY = "Three agencies hold a piece"
NHS = "9434765919"


@pytest.fixture
def run(world: World, settings: Any, tmp_path: Path) -> EngineRun:
    """Its list has one child, who is Ada of the pair's records."""
    settings.DATA = tmp_path
    made = run_with_pairs(by=world.analyst)
    run_listing(made, {"k1": [TWINS.left]})
    return made


@pytest.fixture
def ada(world: World) -> Person:
    return network.add_person(by=world.social_worker, given_name="Ada", family_name="Okonjo", birth_date=BORN)


def keep_out(world: World, child: Person) -> None:
    whom = Whom("", world.care, user=world.coordinator)
    network.deny_access(by=world.supervisor, person_id=child.pk, whom=whom, why="Her aunt")


def restrict_to_others(world: World, child: Person) -> None:
    """Restricted, and the co-ordinator is not on its list."""
    Person.objects.filter(pk=child.pk).update(restricted=True)
    child.involvements.all().delete()


# ---- who does not


@pytest.mark.parametrize("shut", [keep_out, restrict_to_others])
def test_nobody_reveals_a_child_of_whom_they_may_not_see_the_record(
    world: World, run: EngineRun, ada: Person, client: Client, shut: Any
) -> None:
    shut(world, ada)
    with pytest.raises(Hidden):
        actions.reveal(by=world.coordinator, run=run, key="k1", reason=WHY)
    assert not Reveal.objects.exists()
    client.force_login(world.coordinator)
    got = client.post(f"/engine/{run.pk}/children/k1/who/", {"reason": WHY})
    assert got.status_code == 404
    assert "Okonjo" not in got.text


@pytest.mark.parametrize("shut", [keep_out, restrict_to_others])
def test_what_was_revealed_is_shut_again_once_they_may_not(
    world: World, run: EngineRun, ada: Person, client: Client, shut: Any
) -> None:
    actions.reveal(by=world.coordinator, run=run, key="k1", reason=WHY)
    client.force_login(world.coordinator)
    assert "Okonjo" in client.get(f"/engine/{run.pk}/children/k1/open/").text
    shut(world, ada)
    got = client.get(f"/engine/{run.pk}/children/k1/open/")
    assert got.status_code == 404
    assert "Okonjo" not in got.text
    with pytest.raises(Hidden):
        actions.open_concern(
            by=world.coordinator, run=run, key="k1", reason=WHY, person_id=None, new_person={}
        )


@pytest.mark.parametrize("shut", [keep_out, restrict_to_others])
def test_nobody_judges_a_pair_of_a_child_of_whom_they_may_not_see_the_record(
    world: World, run: EngineRun, ada: Person, client: Client, shut: Any
) -> None:
    shut(world, ada)
    client.force_login(world.coordinator)
    page = f"/engine/{run.pk}/pairs/{TWINS.key}/"
    for got in (client.get(page), client.post(page, {"word": "same", "why": "I know them"})):
        assert got.status_code == 404
        assert "Okonjo" not in got.text
    assert not Judgement.objects.exists()


def test_the_other_pair_and_the_list_stay(world: World, run: EngineRun, ada: Person, client: Client) -> None:
    keep_out(world, ada)
    client.force_login(world.coordinator)
    assert client.get(f"/engine/{run.pk}/pairs/{MOVED.key}/").status_code == 200
    assert [child.key for child in queries.children_of(world.coordinator, run)] == ["k1"]
    assert len(pair_queries.pairs_of(world.coordinator, run)) == 2


# ---- who does


def test_whoever_may_see_the_record_sees_who_it_is_and_judges(
    world: World, run: EngineRun, ada: Person
) -> None:
    network.restrict(by=world.coordinator, person_id=ada.pk, reason="A parent works there")
    actions.reveal(by=world.coordinator, run=run, key="k1", reason=WHY)
    identity = actions.open_identity(by=world.coordinator, run=run, key="k1")
    assert identity.names == [("Ada", "Okonjo")]
    assert pairs.open_pair(by=world.coordinator, run=run, key=TWINS.key).pair == TWINS
    assert not AuditRow.objects.filter(verb="try to open").exists()


# ---- who learns of it


@pytest.mark.parametrize("how", ["reveal", "look again", "pair"])
def test_those_who_may_see_learn_that_somebody_who_is_kept_out_tried(
    world: World,
    run: EngineRun,
    ada: Person,
    client: Client,
    django_capture_on_commit_callbacks: Any,
    how: str,
) -> None:
    if how == "look again":
        actions.reveal(by=world.coordinator, run=run, key="k1", reason=WHY)
    keep_out(world, ada)
    client.force_login(world.coordinator)
    with django_capture_on_commit_callbacks(execute=True):
        if how == "reveal":
            client.post(f"/engine/{run.pk}/children/k1/who/", {"reason": WHY})
        else:
            client.get(
                f"/engine/{run.pk}/" + {"look again": "children/k1/open/", "pair": f"pairs/{TWINS.key}/"}[how]
            )
    task = DBTaskResult.objects.get(task_path__endswith="tell_who_may_see")
    tell_who_may_see.call(*task.args_kwargs["args"])
    notice = Notice.objects.get(kind="kept_out")
    told = {reader.user for reader in Reader.objects.filter(notice=notice)}
    assert world.supervisor in told
    assert world.coordinator not in told
    assert AuditRow.objects.filter(
        verb="try to open", person_id=ada.pk, actor_id=world.coordinator.pk
    ).exists()


def test_hidden_is_the_same_work_as_kept_out_and_tells_nobody(
    world: World, run: EngineRun, ada: Person, django_capture_on_commit_callbacks: Any
) -> None:
    restrict_to_others(world, ada)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(Hidden):
        actions.reveal(by=world.coordinator, run=run, key="k1", reason=WHY)
    task = DBTaskResult.objects.get(task_path__endswith="tell_who_may_see")
    assert task.args_kwargs["args"] == [world.coordinator.pk, []]
    assert not Notice.objects.filter(kind="kept_out").exists()


# ---- who is meant


def described(given: str, family: str, born: date | None = BORN, *numbers: str) -> list[Description]:
    return [Description((Name(given, family),), born, numbers=numbers)]


@pytest.mark.parametrize(
    ("record", "meant"),
    [
        (described("Ada", "Okonjo"), True),
        (described("ADA", "O’Konjo"), True),
        (described("Okonjo", "Ada"), True),  # in each other's place
        (described("Ada", "Okonjo", date(2010, 4, 5)), True),  # day and month
        (described("Ada", "Okonjo", date(2010, 5, 14)), True),  # one digit
        (described("Ada", "Okonja"), True),  # one letter
        (described("Ada", "Okonja", date(2010, 5, 14)), False),  # two slips
        (described("Eva", "Okonjo"), False),  # her twin
        (described("Ada", "Smith"), False),
        (described("Ada", "Okonjo", date(2012, 9, 30)), False),
        (described("Ada", "Okonjo", None), False),
        (described("", "", None, NHS), True),
        (described("Unborn", "Baby", None, "943 476 5919"), True),
        (described("", "", None, "9434765870"), False),
    ],
)
def test_who_is_meant(world: World, ada: Person, record: list[Description], meant: bool) -> None:
    network.change_details(
        by=world.social_worker,
        person_id=ada.pk,
        birth_date=BORN,
        sex="F",
        legal_status="",
        upn="",
        nhs_number=NHS,
    )
    assert not closed_to(world.coordinator, record)
    keep_out(world, ada)
    closed = closed_to(world.coordinator, record)
    assert closed.hidden == closed.kept_out == (frozenset({ada.pk}) if meant else frozenset())


def test_of_a_record_that_was_merged_the_one_that_goes_on_counts(world: World, ada: Person) -> None:
    other = network.add_person(
        by=world.social_worker, given_name="Ada", family_name="Okonjo", birth_date=BORN
    )
    Person.objects.filter(pk=other.pk).update(merged_into=ada)
    assert not closed_to(world.coordinator, described("Ada", "Okonjo"))


def test_it_asks_as_much_whether_somebody_is_hidden_or_not(world: World, ada: Person) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            closed_to(world.coordinator, described("Ada", "Okonjo") * 3)
        return len(queries)

    asked()  # what is read once of a user
    open_to_them = asked()
    keep_out(world, ada)
    assert asked() == open_to_them == 2
