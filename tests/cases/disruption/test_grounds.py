"""What a power rests on is chosen from what is known, and whoever does the step learns of it once that is withdrawn. Who may not see what was
withdrawn learns that something was, and no more."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.cases.disruption.test_powers import SAID, TODAY, dan, get, keep, warning
from tests.network.test_web_in_any_world import _TOKENS

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.case.notices.lines import lines_of
from heard.cases.case.notices.queries import unread_of
from heard.cases.disruption import actions, queries, record
from heard.cases.disruption.models import DisruptionStep, StepGround
from heard.cases.disruption.work import GROUNDS
from heard.cases.stage import rules
from heard.govuk.environment import day
from heard.home.queries import my_work
from heard.network import actions as network
from heard.network.actions import Knows
from heard.network.models import Person, TieSource

__all__ = ["dan", "warning"]
WHY = "It was another man with the same name"
ANSWER: dict[str, Any] = {"what_now": "stands", "why_now": "The police log says the same. Asked them today"}
BARE = "One of its grounds was withdrawn."


@pytest.fixture
def source(world: Any, case: Any, dan: Person) -> TieSource:
    """That Dan drives the child, which whoever sees both may read. The school sees him too."""
    network.involve(by=world.social_worker, person=dan, agency=world.school, why="Waits at the gate")
    return _known(world, dan, case.person_id, words="Silver car at the gate")


def _known(world: Any, dan: Person, child: uuid.UUID, **knows: Any) -> TieSource:
    tie = network.note_tie(
        by=world.social_worker, one_id=dan.pk, other_id=child, kind="drives", knows=Knows(**{"how": "seen"} | knows)
    )  # fmt: skip
    return tie.sources.latest("recorded_at")


def withdraw(world: Any, source: TieSource) -> None:
    network.withdraw_source(by=world.coordinator, source_id=source.pk, why=WHY)


def told(user: Any) -> list[str]:
    return [row.notice.kind for row in unread_of(user)]


def page_of(user: Any, case: Any) -> str:
    return str(get(user, "disruption", case_id=case.pk).text)


# ---- choosing


def test_a_power_rests_on_what_the_writer_may_see_around_whom_it_is_against(
    world: Any, case: Any, warning: DisruptionStep, source: TieSource
) -> None:
    address = reverse("step_power", kwargs={"step_id": warning.pk})
    client = Client()
    client.force_login(world.social_worker)
    assert "Silver car at the gate" in client.get(address).text
    assert client.post(address, SAID | {"rests_on": [str(source.pk)]}).status_code == 302
    [ground] = StepGround.objects.all()
    assert (ground.source, ground.chosen_by) == (source, world.social_worker)
    page = page_of(world.social_worker, case)
    assert "Known:" in page
    assert reverse("tie", kwargs={"tie_key": source.tie.key}) in page
    client.post(address, SAID | {"rests_on": [str(source.pk)]})
    assert StepGround.objects.count() == 1
    client.post(address, SAID)
    ground.refresh_from_db()
    assert ground.taken_off_at is not None
    assert "Known:" not in page_of(world.social_worker, case)


def test_nothing_else_may_be_chosen(
    world: Any, case: Any, warning: DisruptionStep, source: TieSource
) -> None:
    elsewhere = network.add_person(by=world.social_worker, given_name="Ed", family_name="Cole", kind="adult")
    other = _known(world, elsewhere, case.person_id, words="Another matter")
    theirs = network.note_tie(
        by=world.teacher, one_id=warning.person_id, other_id=case.person_id, kind="drives",
        knows=Knows("Only ours", how="seen", reach="holder"),
    ).sources.get(reach="holder")  # fmt: skip
    for key in (other.pk, theirs.pk, uuid.uuid4()):
        with pytest.raises(Hidden):
            keep(warning, world.social_worker, rests_on=[key])
    assert not StepGround.objects.exists()
    with pytest.raises(Hidden):
        keep(warning, world.officer, rests_on=[source.pk])


def test_what_a_writer_may_not_see_of_it_stays(
    world: Any, case: Any, warning: DisruptionStep, dan: Person, source: TieSource
) -> None:
    ours = _known(world, dan, case.person_id, words="Only ours", reach="holder")
    keep(warning, world.social_worker, rests_on=[source.pk, ours.pk])
    keep(warning, world.teacher, rests_on=[])
    assert StepGround.objects.filter(taken_off_at=None).get().source == ours


# ---- once it is withdrawn


def test_whoever_does_the_step_learns_of_it_until_they_say_what_they_do(
    world: Any, case: Any, warning: DisruptionStep, source: TieSource
) -> None:
    keep(warning, world.social_worker, rests_on=[source.pk])
    assert not queries.grounds_gone(world.social_worker).exists()
    withdraw(world, source)
    assert "ground_withdrawn" in told(world.social_worker)
    assert [step.pk for step in queries.grounds_gone(world.social_worker)] == [warning.pk]
    assert [line.pk for line in GROUNDS.lines(world.teacher)] == []
    assert GROUNDS.heading in [section.heading for section in my_work(world.social_worker)]
    page = page_of(world.social_worker, case)
    assert f"One of its grounds was withdrawn on {day(TODAY)}, because: {WHY}" in page
    address = reverse("step_grounds", kwargs={"step_id": warning.pk})
    assert address in page
    client = Client()
    client.force_login(world.social_worker)
    assert WHY in client.get(address).text
    assert "Say what you looked at" in client.post(address, {"what_now": "stands"}).text
    assert "Say whether it stands" in client.post(address, {"why_now": "Asked"}).text
    assert client.post(address, ANSWER).status_code == 302
    assert not queries.grounds_gone(world.social_worker).exists()
    page = page_of(world.social_worker, case)
    assert "The police log says the same" in page
    assert WHY in page
    with pytest.raises(Refused, match="Nothing that it rests on"):
        actions.look_at_grounds(by=world.social_worker, step_id=warning.pk, **ANSWER)
    assert AuditRow.objects.filter(verb="look again", subject="disruption step").count() == 1


def test_where_it_is_changed_or_ended_the_power_is_next(
    world: Any, warning: DisruptionStep, source: TieSource
) -> None:
    keep(warning, world.social_worker, rests_on=[source.pk])
    withdraw(world, source)
    client = Client()
    client.force_login(world.social_worker)
    answer = client.post(
        reverse("step_grounds", kwargs={"step_id": warning.pk}), ANSWER | {"what_now": "ended"}
    )
    assert answer["Location"] == reverse("step_power", kwargs={"step_id": warning.pk})


def test_who_may_not_see_it_learns_that_something_was_withdrawn_and_no_more(
    world: Any, case: Any, warning: DisruptionStep, dan: Person, source: TieSource
) -> None:
    """The teacher sees the child, the adult and the step, and not what the social workers keep to themselves."""
    words, who = "Ring of keys on the dashboard", "Her aunt Rosalind"
    ours = _known(world, dan, case.person_id, words=words, how="said", who=who, reach="holder")
    before = page_of(world.teacher, case)
    keep(warning, world.social_worker, rests_on=[ours.pk])
    assert "Known:" in page_of(world.social_worker, case)
    rested = page_of(world.teacher, case)
    assert "Known:" not in rested
    assert "Known:" not in before
    network.withdraw_source(by=world.social_worker, source_id=ours.pk, why=WHY)
    page = page_of(world.teacher, case)
    assert BARE in page
    for said in (words, who, WHY, f"withdrawn on {day(TODAY)}"):
        assert said not in page


def test_whatever_was_withdrawn_and_by_whom_a_reader_who_may_not_see_it_gets_the_same(
    world: Any, case: Any, warning: DisruptionStep, dan: Person, source: TieSource
) -> None:
    ours = [_known(world, dan, case.person_id, words=f"Keys {n}", reach="holder") for n in range(3)]
    keep(warning, world.social_worker, rests_on=[tie_source.pk for tie_source in ours])

    def got() -> tuple[str, list[str]]:
        return _TOKENS.sub("", page_of(world.teacher, case)), told(world.teacher)

    network.withdraw_source(by=world.social_worker, source_id=ours[0].pk, why=WHY)
    first = got()
    network.withdraw_source(by=world.supervisor, source_id=ours[1].pk, why="Something else altogether")
    assert got() == first
    actions.keep_power(by=world.social_worker, step_id=warning.pk, **SAID, rests_on=[])
    assert got()[0].count(BARE) == 1


def test_the_line_that_tells_it_does_not_say_who_withdrew_it(
    world: Any, warning: DisruptionStep, source: TieSource
) -> None:
    keep(warning, world.social_worker, rests_on=[source.pk])
    withdraw(world, source)
    [line] = [line for line in lines_of(unread_of(world.social_worker)) if "grounds" in line.what]
    assert line.told_by == "Heard"
    assert line.href == reverse("step_grounds", kwargs={"step_id": warning.pk})


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member", "administrator"])
def test_hidden_and_absent_look_the_same(
    world: Any, warning: DisruptionStep, source: TieSource, who: str
) -> None:
    keep(warning, world.social_worker, rests_on=[source.pk])
    withdraw(world, source)
    user = getattr(world, who)
    address = reverse("step_grounds", kwargs={"step_id": warning.pk})
    client = Client()
    client.force_login(user)
    assert client.get(address).status_code == client.post(address, ANSWER).status_code == 404
    with pytest.raises(Hidden):
        actions.look_at_grounds(by=user, step_id=warning.pk, **ANSWER)
    assert "ground_withdrawn" not in told(user)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"not_theirs": "No"}, "No"),
        ({"waits": False}, "Nothing that it rests on was withdrawn since somebody looked last."),
        ({"what_now": ""}, rules.GROUNDS_ASKS["what_now"]),
        ({"what_now": "perhaps"}, rules.GROUNDS_ASKS["what_now"]),
        ({"why_now": " "}, rules.GROUNDS_ASKS["why_now"]),
    ],
)
def test_why_nothing_may_be_said_to_it(change: dict[str, Any], why: str | None) -> None:
    given = {"not_theirs": None, "waits": True} | ANSWER | change
    assert rules.why_not_look_at_grounds(**given) == why


def test_the_pack_says_it_without_a_word_of_the_source(
    world: Any, warning: DisruptionStep, source: TieSource
) -> None:
    keep(warning, world.social_worker, rests_on=[source.pk])
    assert BARE not in str([passage.text for passage in record._on_paper(warning)])
    withdraw(world, source)
    step = DisruptionStep.objects.prefetch_related("rests_on__source", "breaches").get(pk=warning.pk)
    said = str([passage.text for passage in record._on_paper(step)])
    assert BARE in said
    assert WHY not in said


def test_a_page_of_steps_asks_as_often_however_much_they_rest_on(
    world: Any, case: Any, warning: DisruptionStep, dan: Person, source: TieSource
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries_:
            page_of(world.social_worker, case)
        return len(queries_)

    keep(warning, world.social_worker, rests_on=[source.pk])
    asked()
    before = asked()
    more = [_known(world, dan, case.person_id, words=f"Seen {n}") for n in range(4)]
    keep(warning, world.social_worker, rests_on=[source.pk, *(tie_source.pk for tie_source in more)])
    withdraw(world, more[0])
    assert asked() == before
