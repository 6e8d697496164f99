"""Who is let in, kept out or restricted, and what is proposed: each has somebody who learns of it, and no others."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.conftest import World

from heard.agencies.models import User
from heard.cases.case import actions as casework
from heard.cases.case.access import actions
from heard.cases.case.actions import Told
from heard.cases.case.notices import actions as noticing
from heard.cases.case.notices.lines import lines_of
from heard.cases.case.notices.models import Reader
from heard.cases.case.notices.queries import unread_of
from heard.network.models import Involvement
from heard.network.queries import Whom
from heard.network.rules import Level


@pytest.fixture
def child(world: World, case: Any) -> Any:
    """The key of a child with a worker; nothing is unread."""
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    for reader in Reader.objects.filter(seen_at=None):
        noticing.mark_seen(by=reader.user, reader_id=reader.pk)
    return case.person_id


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def kinds(user: User) -> list[str]:
    return [row.notice.kind for row in unread_of(fresh(user))]


def give(world: World, child: Any, level: Level = Level.RECORD, **whom: Any) -> Involvement:
    return actions.give_access(
        by=world.coordinator,
        person_id=child,
        whom=Whom("", world.police, **whom),
        level=level,
        why="Met her at the station",
    )


@pytest.mark.parametrize("kind", ["person", "team", "agency"])
def test_who_is_let_in_learns_of_it_and_so_does_the_worker(world: World, child: Any, kind: str) -> None:
    whom = {"person": {"user": world.officer}, "team": {"team": world.officer.team}, "agency": {}}[kind]
    give(world, child, **whom)
    assert kinds(world.officer) == ["let_in"]
    assert kinds(world.social_worker) == ["access"]
    assert kinds(world.teacher) == []


@pytest.mark.parametrize(("level", "page"), [(Level.RECORD, "child"), (Level.SUMMARY, "child_summary")])
def test_the_line_leads_to_what_they_may_open(world: World, child: Any, level: Level, page: str) -> None:
    give(world, child, level, user=world.officer)
    (line,) = lines_of(unread_of(fresh(world.officer)))
    assert line.href == reverse(page, args=[child])
    client = Client()
    client.force_login(world.officer)
    assert client.get(line.href).status_code == 200
    assert "Mina Okoro" in client.get(reverse("home")).text


def test_who_is_let_out_learns_nothing_and_loses_what_they_had(world: World, child: Any) -> None:
    line = give(world, child, user=world.officer)
    actions.end_access(by=world.coordinator, access_id=line.pk, why="Somebody else took over")
    assert kinds(world.officer) == []
    client = Client()
    client.force_login(world.officer)
    assert "Mina" not in client.get(reverse("notices")).text
    assert kinds(world.social_worker) == ["access"]  # once, as long as it is unread


def test_who_is_kept_out_learns_nothing_neither_then_nor_when_it_is_lifted(world: World, child: Any) -> None:
    whom = Whom("", world.care, user=world.social_worker)
    row = actions.deny_access(by=world.coordinator, person_id=child, whom=whom, why="His niece")
    assert kinds(world.social_worker) == []
    assert kinds(world.supervisor) == ["access"]  # stands in for the worker
    for reader in Reader.objects.filter(seen_at=None):
        noticing.mark_seen(by=fresh(reader.user), reader_id=reader.pk)
    actions.lift_denial(by=world.coordinator, denial_id=row.pk, why="It was somebody else")
    assert "access" in kinds(world.social_worker)  # as the child's worker again


def test_of_a_restriction_the_worker_and_their_supervisor_learn(world: World, child: Any) -> None:
    casework.restrict_record(
        by=world.coordinator,
        person_id=child,
        reason="A relative works there",
        told=Told((), "Nobody who could look has looked"),
    )
    assert kinds(world.social_worker) == ["restricted"]
    assert kinds(world.supervisor) == ["restricted"]
    assert kinds(world.officer) == []
    for reader in Reader.objects.filter(seen_at=None):
        noticing.mark_seen(by=reader.user, reader_id=reader.pk)
    actions.lift_restriction(by=world.coordinator, person_id=child, reason="They moved")
    assert kinds(world.social_worker) == ["restricted"]


def test_a_proposal_reaches_who_leads_and_its_answer_who_proposed(world: World, child: Any) -> None:
    row = actions.propose_core(
        by=world.teacher, person_id=child, values={"birth_date": date(2011, 5, 14)}, why="On her passport"
    )
    assert kinds(world.social_worker) == ["proposed"]
    assert set(kinds(world.coordinator)) == {"proposed"}
    assert kinds(world.officer) == []
    actions.decide_proposal(by=world.social_worker, proposal_id=row.pk, accepts=True)
    assert kinds(world.teacher) == ["proposal_decided"]
    (line,) = lines_of(unread_of(fresh(world.teacher)))
    assert line.href == reverse("proposal", args=[row.pk])


def test_on_the_pages_it_is_the_same(world: World, child: Any) -> None:
    """The addresses are those of the network; the actions are those that tell."""
    client = Client()
    client.force_login(world.coordinator)
    typed = {"whom": f"person:{world.officer.pk}", "level": "3", "why": "Met her at the station"}
    assert client.post(reverse("access_give", args=[child]), typed).status_code == 302
    assert kinds(world.officer) == ["let_in"]
