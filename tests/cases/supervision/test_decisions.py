"""A supervisor writes a decision into the record of a case at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.conftest import World

from heard.agencies.rules import Hidden, Refused
from heard.cases.case.actions import assign_trusted_worker
from heard.cases.case.models import Case
from heard.cases.case.notices.queries import unread_of
from heard.cases.record.models import ChronologyEntry
from heard.cases.supervision import actions
from heard.cases.supervision.models import RecordedDecision
from heard.cases.timeline.index import catch_up
from heard.cases.words.rules import ChildsView

UNHEARD = ChildsView(why_no_words="She is asked on Monday.")
SAID = {"text": "Two of us go to see her.", "reason": "She is at ease with two."}


def write(world: World, case: Case, **change: Any) -> RecordedDecision:
    usual: dict[str, Any] = {"by": world.supervisor, "case_id": case.pk, "view": UNHEARD} | SAID
    return actions.write_decision(**usual | change)


def test_it_stands_in_the_chronology_and_the_worker_learns_of_it(world: World, case: Case) -> None:
    assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    write(world, case)
    catch_up()
    (entry,) = ChronologyEntry.objects.filter(child_id=case.person_id, who_id=world.supervisor.pk)
    assert entry.what == "Decided by a supervisor"
    assert SAID["text"] in entry.text
    assert "decided" in [reader.notice.kind for reader in unread_of(world.social_worker)]


def test_it_stands_beside_the_childs_view_or_says_why_not(world: World, case: Case) -> None:
    with pytest.raises(Refused, match="Add what the child says"):
        write(world, case, view=ChildsView())
    for change in ({"text": " "}, {"reason": " "}):
        with pytest.raises(Refused):
            write(world, case, **change)
    assert not RecordedDecision.objects.exists()


def test_nobody_but_a_supervisor_writes_one(world: World, case: Case) -> None:
    for user in (world.social_worker, world.teacher, world.coordinator):
        with pytest.raises(Refused, match="A supervisor writes"):
            write(world, case, by=user)
    for user in (world.officer, world.analyst, world.administrator):
        with pytest.raises(Hidden):
            write(world, case, by=user)
    client = Client()
    client.force_login(world.social_worker)
    assert client.get(reverse("decision_write", kwargs={"case_id": case.pk})).status_code == 404


def test_a_closed_case_takes_none(world: World, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(state="closed")
    with pytest.raises(Refused, match="closed"):
        write(world, case)


def test_the_page_keeps_what_was_typed_and_leads_to_the_chronology(world: World, case: Case) -> None:
    client = Client()
    client.force_login(world.supervisor)
    there = reverse("decision_write", kwargs={"case_id": case.pk})
    again = client.post(
        there, {"text": SAID["text"], "reason": "", "which": "none", "why_no_words": "x"}
    ).text
    assert "Give the reason" in again
    assert SAID["text"] in again
    page = client.post(there, SAID | {"which": "none", "why_no_words": "Monday"}, follow=True).text
    assert "The decision is in the child’s record." in page
