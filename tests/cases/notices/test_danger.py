"""Whatever people do, no danger is unread past its time without somebody who decides and may open it having it on their list."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.conftest import World

from heard.agencies import actions as agencies
from heard.agencies.addressing import everybody_who
from heard.agencies.models import User
from heard.agencies.rules import Hidden, May, Refused
from heard.cases.case import actions as casework
from heard.cases.case.notices import actions, addressees, queries, rules
from heard.cases.case.notices.addressees import may_open
from heard.cases.case.notices.announcing import pass_on
from heard.cases.case.notices.models import Notice
from heard.cases.concern import actions as telling
from heard.cases.concern.models import Concern
from heard.network.actions import lift_restriction, restrict

HOUR = timedelta(minutes=61)
STAFF = ("coordinator", "social_worker", "teacher")  # the supervisor stays: somebody has to be there
STEPS = st.one_of(
    st.tuples(st.just("tell"), st.just("")),
    st.tuples(st.just("wait"), st.sampled_from(["5", "31", "61"])),
    st.tuples(st.just("see"), st.sampled_from([*STAFF, "supervisor"])),
    st.tuples(st.just("leave"), st.sampled_from(STAFF)),
    st.tuples(st.just("away"), st.sampled_from(["coordinator", "social_worker"])),
    st.tuples(st.just("name"), st.sampled_from(["social_worker", "teacher"])),
    st.tuples(st.just("decide"), st.just("")),
    st.tuples(st.just("restrict"), st.just("")),
    st.tuples(st.just("lift"), st.just("")),
)


def fresh(user: User) -> User:
    """As somebody is now: roles and being switched off are read once for each object."""
    return User.objects.get(pk=user.pk)


class Story:
    """What happens to one child, step by step, by a clock of its own."""

    def __init__(self, world: World, case: Any) -> None:
        self.world, self.case, self.now = world, case, timezone.now()

    def take(self, step: str, what: str) -> None:
        try:
            with transaction.atomic():
                getattr(self, step)(what)
        except (Refused, Hidden):
            pass  # it cannot be done now, and nothing has happened

    def tell(self, _what: str) -> None:
        told = telling.tell(
            by=fresh(self.world.supervisor),
            person_id=self.case.person_id,
            seen_and_heard="Two people waited for her.",
            why_no_words="Not met yet",
            danger_now="yes",
            danger_done="Rang 999.",
            at=self.now,
        )
        assert Notice.objects.filter(subject_id=str(told.pk), urgent=True).exists()

    def wait(self, minutes: str) -> None:
        self.now += timedelta(minutes=int(minutes))

    def see(self, who: str) -> None:
        user = fresh(getattr(self.world, who))
        for reader in queries.unread_of(user):
            actions.mark_seen(by=user, reader_id=reader.pk, at=self.now)

    def decide(self, _what: str) -> None:
        """Whoever decides adds what was told last to the open case: they have seen it then, and the worker has not."""
        worry = (
            Concern.objects.filter(person_id=self.case.person_id, decision="").order_by("-told_at").first()
        )
        if worry is None:
            raise Refused("Everything is decided on.")
        telling.decide(
            by=fresh(self.world.coordinator),
            concern=worry,
            decision="add_to_case",
            reason="Her worker knows her",
            feedback="Her worker has it.",
            at=self.now,
        )

    def leave(self, who: str) -> None:
        agencies.switch_off(by=self.world.administrator, user=fresh(getattr(self.world, who)), reason="Left")

    def away(self, who: str) -> None:
        today = timezone.localdate()
        user = fresh(getattr(self.world, who))
        actions.be_away(by=user, covered_by=self.world.supervisor, since=today, until=today)

    def name(self, who: str) -> None:
        worker = fresh(getattr(self.world, who))
        more = {"reason": "She asked.", "child_asked": "yes", "about_asking": "She said so."}
        casework.assign_trusted_worker(
            by=fresh(self.world.supervisor), case_id=self.case.pk, worker=worker, **more
        )

    def restrict(self, _what: str) -> None:
        restrict(by=fresh(self.world.supervisor), person_id=self.case.person_id, reason="A relative.")

    def lift(self, _what: str) -> None:
        lift_restriction(by=fresh(self.world.supervisor), person_id=self.case.person_id, reason="Moved.")


def has_it(notice: Notice) -> bool:
    """Somebody who decides, and may open the record, has it on their list, or is the only one and told it themselves."""
    decide = {user.pk for user in everybody_who(May.DECIDE) if may_open(fresh(user), notice.person_id)}
    unread = set(notice.readers.filter(seen_at=None).values_list("user_id", flat=True))
    return bool(decide & unread) or decide == {notice.told_by_id}


def left_lying(now: datetime) -> list[Notice]:
    """Danger that nobody who answers for it has seen past its time, and that lies with nobody who could act on it."""
    rows = Notice.objects.filter(urgent=True, taken_at=None, ended_at=None, told_at__lte=now - HOUR)
    return [notice for notice in rows if not has_it(notice)]


def walk(world: World, case: Any, steps: list[tuple[str, str]]) -> list[Notice]:
    with transaction.atomic():
        story = Story(world, case)
        for step, what in steps:
            story.take(step, what)
            pass_on(story.now)
        story.wait("61")
        pass_on(story.now)
        found = left_lying(story.now)
        transaction.set_rollback(True)
    return found


@settings(
    max_examples=40,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(STEPS, min_size=1, max_size=8))
def test_no_danger_is_left_lying(world: World, case: Any, steps: list[tuple[str, str]]) -> None:
    assert walk(world, case, [("tell", ""), *steps]) == []


def test_whoever_told_it_and_alone_decides_may_have_seen_it(world: World, case: Any) -> None:
    assert walk(world, case, [("tell", ""), ("leave", "coordinator"), ("see", "supervisor")]) == []


def test_it_is_found_when_nobody_is_told_after_an_hour(
    world: World, case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taking the addressees out makes the same walk fail."""
    nobody: Any = lambda about: []
    monkeypatch.setattr(addressees, "_PEOPLE", dict.fromkeys(rules.To, nobody))
    monkeypatch.setattr(addressees, "everybody_who", lambda may: [])
    assert len(walk(world, case, [("tell", ""), ("wait", "61")])) == 1
