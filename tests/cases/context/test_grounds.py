"""What is known of a place or group rests on sources of ties; who wrote it or holds the work learns of it once one is withdrawn, also after the
signature. Who may not see the source learns that something was withdrawn, and no more."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.cases.context.test_assessment import assessment, find, mina, whole
from tests.network.test_web import signed_in
from tests.network.test_web_in_any_world import _TOKENS

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.case.notices.queries import unread_of
from heard.cases.context import actions, queries
from heard.cases.context.models import Context, ContextAssessment, ContextFinding, ContextGround
from heard.cases.context.work import GROUNDS
from heard.home.queries import my_work
from heard.network import actions as network
from heard.network.models import TieSource

__all__ = ["assessment", "mina"]
WHY = "It was another girl with the same name"
ANSWER: dict[str, Any] = {"what_now": "stands", "why_now": "The manager says the same. Asked on Monday"}
BARE = "One of its grounds was withdrawn."


def noted(world: Any, arcade: Any, child: Any, **knows: Any) -> TieSource:
    said = network.Knows(**{"words": "She said so", "how": "seen"} | knows)
    tie = network.note_tie(
        by=world.social_worker, one_id=child.pk, in_words="goes to", other_id=arcade.pk, knows=said
    )
    return tie.sources.latest("recorded_at")


@pytest.fixture
def source(world: Any, arcade: Any, mina: Any) -> TieSource:
    return noted(world, arcade, mina, words="Seen there at five")


def page_of(user: Any, this: ContextAssessment) -> str:
    return str(signed_in(user).get(reverse("context_assessment", args=[this.pk])).text)


def told(user: Any) -> list[str]:
    return [row.notice.kind for row in unread_of(user)]


def withdraw(world: Any, source: TieSource, why: str = WHY) -> None:
    network.withdraw_source(by=world.coordinator, source_id=source.pk, why=why)


def test_it_is_chosen_from_what_the_writer_may_see_of_the_place(
    client: Client, world: Any, assessment: ContextAssessment, source: TieSource
) -> None:
    client.force_login(world.social_worker)
    address = reverse("context_finding_add", args=[assessment.pk])
    assert "Seen there at five" in client.get(address).text
    sent = {"side": "side_guardianship", "what": "Nobody is there", "source": "Youth worker", "rests_on": [str(source.pk)]}  # fmt: skip
    sent |= {"seen_on-day": "1", "seen_on-month": "6", "seen_on-year": "2026"}
    assert client.post(address, sent).status_code == 302
    finding = ContextFinding.objects.get()
    assert finding.rests_on.get().source == source
    page = page_of(world.social_worker, assessment)
    assert reverse("tie", kwargs={"tie_key": source.tie.key}) in page
    assert "Known:" not in page_of(world.officer, assessment)  # who may not see the child
    client.post(reverse("context_finding", args=[finding.pk]), sent | {"rests_on": []})
    assert finding.rests_on.get().taken_off_at is not None
    assert "Known:" not in page_of(world.social_worker, assessment)


def test_nothing_else_may_be_chosen(world: Any, assessment: ContextAssessment, source: TieSource) -> None:
    pier, mall = (
        network.add_place(by=world.social_worker, name=name, kind="shop") for name in ("Pier", "Mall")
    )
    elsewhere = noted(world, pier, mall)
    with pytest.raises(Hidden):
        find(world.social_worker, assessment, rests_on=[elsewhere.pk])
    with pytest.raises(Hidden):
        find(world.officer, assessment, rests_on=[source.pk])
    assert not ContextGround.objects.exists()


def test_a_signed_finding_says_that_a_ground_was_withdrawn_and_who_answers_for_it_has_it_in_their_work(
    world: Any, work: Context, assessment: ContextAssessment, source: TieSource
) -> None:
    finding = find(world.teacher, assessment, rests_on=[source.pk])
    whole(world, assessment)
    actions.submit_assessment(by=world.social_worker, assessment_id=assessment.pk)
    actions.sign_assessment(by=world.supervisor, assessment_id=assessment.pk)
    assert not queries.findings_gone(world.teacher).exists()
    withdraw(world, source)
    for user in (world.teacher, world.social_worker):
        assert "ground_withdrawn" in told(user)
        assert [finding.pk for finding in queries.findings_gone(user)] == [finding.pk]
        assert GROUNDS.heading in [section.heading for section in my_work(user)]
        assert f"because: {WHY}" in page_of(user, assessment)
        context = signed_in(user).get(reverse("context", args=[work.pk])).text
        assert "One of the sources that it rests on was withdrawn" in context
    client = signed_in(world.social_worker)
    address = reverse("context_finding_grounds", args=[finding.pk])
    assert WHY in client.get(address).text
    assert "Say what you looked at" in client.post(address, {"what_now": "stands"}).text
    assert client.post(address, ANSWER).status_code == 302
    assert not queries.findings_gone(world.teacher).exists()
    page = page_of(world.teacher, assessment)
    assert ANSWER["why_now"] in page
    assert WHY in page
    assert AuditRow.objects.filter(verb="look again", subject="context assessment").count() == 1
    with pytest.raises(Refused, match="Nothing that it rests on"):
        actions.look_at_finding(by=world.social_worker, finding_id=finding.pk, **ANSWER)


def test_who_may_not_see_the_source_learns_that_something_was_withdrawn_and_no_more(
    world: Any, arcade: Any, assessment: ContextAssessment, mina: Any, source: TieSource
) -> None:
    ours = [noted(world, arcade, mina, words=f"Ring of keys {n}", reach="holder") for n in range(2)]
    find(world.social_worker, assessment, rests_on=[source.pk, *(tie_source.pk for tie_source in ours)])

    def got() -> tuple[str, list[str]]:
        return _TOKENS.sub("", page_of(world.officer, assessment)), told(world.officer)

    assert BARE not in got()[0]
    withdraw(world, ours[0])
    first = got()
    assert BARE in first[0]
    for said in ("Ring of keys", WHY, mina.given_name, "Say whether it still stands"):
        assert said not in first[0]
    withdraw(world, source, why="Something else altogether")
    assert got() == first


def test_a_finding_that_names_a_child_tells_nobody_who_may_not_see_the_child(
    world: Any, work: Context, assessment: ContextAssessment, mina: Any, source: TieSource
) -> None:
    """The police hold the work, and may not see whom the finding names."""
    find(world.social_worker, assessment, what="Mina waits there", names=[mina.pk], rests_on=[source.pk])
    Context.objects.filter(pk=work.pk).update(held_by=world.officer)
    withdraw(world, source)
    assert told(world.officer) == []
    assert not queries.findings_gone(world.officer).exists()
    assert "ground_withdrawn" in told(world.social_worker)


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member"])
def test_who_does_not_answer_for_it_says_nothing_to_it(
    world: Any, assessment: ContextAssessment, source: TieSource, who: str
) -> None:
    finding = find(world.social_worker, assessment, rests_on=[source.pk])
    withdraw(world, source)
    with pytest.raises((Hidden, Refused)):
        actions.look_at_finding(by=getattr(world, who), finding_id=finding.pk, **ANSWER)
    address = reverse("context_finding_grounds", args=[finding.pk])
    assert signed_in(getattr(world, who)).post(address, ANSWER).status_code in (200, 403, 404)
    assert finding.rests_on.get().looked_at is None


def test_the_answer_names_no_child(world: Any, assessment: ContextAssessment, source: TieSource) -> None:
    finding = find(world.social_worker, assessment, rests_on=[source.pk])
    withdraw(world, source)
    with pytest.raises(Refused):
        actions.look_at_finding(
            by=world.social_worker,
            finding_id=finding.pk,
            what_now="stands",
            why_now="Mina Okoro says so herself",
        )


def test_looking_at_what_it_rests_on_is_a_look_at_whom_that_names(
    world: Any, assessment: ContextAssessment, mina: Any, source: TieSource
) -> None:
    find(world.social_worker, assessment, rests_on=[source.pk])
    looks = AuditRow.objects.filter(verb="view", subject="context assessment", person_id=mina.pk)
    assert not looks.exists()
    page_of(world.officer, assessment)
    assert not looks.exists()
    page_of(world.social_worker, assessment)
    assert looks.get().actor == world.social_worker.username


def test_the_page_asks_as_often_however_much_it_rests_on(
    world: Any, arcade: Any, assessment: ContextAssessment, mina: Any, source: TieSource
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            page_of(world.social_worker, assessment)
        return len(found)

    finding = find(world.social_worker, assessment, rests_on=[source.pk])
    asked()
    before = asked()
    more = [noted(world, arcade, mina, words=f"Seen {n}") for n in range(4)]
    usual = {"side": finding.side, "what": finding.what, "source": finding.source, "seen_on": finding.seen_on}
    keys = [source.pk, *(tie_source.pk for tie_source in more)]
    actions.change_finding(by=world.social_worker, finding_id=finding.pk, **usual, rests_on=keys)
    find(world.social_worker, assessment, rests_on=keys)
    withdraw(world, more[0])
    assert asked() == before
