"""Whatever people do, no danger is unread past its time without somebody on duty who may open it having it on their list, or else
somebody who decides and may; and where there is nobody, an administrator learns that there is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.conftest import World, examples

from heard.agencies import actions as agencies
from heard.agencies.addressing import everybody_who
from heard.agencies.models import User
from heard.agencies.rules import Hidden, May, Refused, Role
from heard.cases.case import actions as casework
from heard.cases.case.access.actions import deny_access, end_access
from heard.cases.case.models import Case
from heard.cases.case.notices import actions, addressees, announcing, queries, rules
from heard.cases.case.notices.addressees import may_open, may_open_as
from heard.cases.case.notices.announcing import pass_on
from heard.cases.case.notices.models import Notice, Reader
from heard.cases.concern import actions as telling
from heard.cases.concern.models import Concern
from heard.cases.review import actions as reviewing
from heard.cases.words.rules import ChildsView
from heard.network import actions as network
from heard.network.actions import lift_restriction, restrict
from heard.network.models import Involvement
from heard.network.queries import Whom

HOUR = timedelta(minutes=61)
STAFF = ("coordinator", "supervisor", "social_worker", "teacher", "lado", "outside")
COVER = (*STAFF, "officer", "colleague")
DECIDE = ("coordinator", "supervisor", "outside")
STEPS = st.one_of(
    st.tuples(st.just("tell"), st.sampled_from(["child", "other", "place"])),
    st.tuples(st.just("tell_of_worker"), st.just("")),
    st.tuples(st.just("merge"), st.just("")),
    st.tuples(st.just("on_duty"), st.sampled_from(DECIDE)),
    st.tuples(st.just("keep_out"), st.sampled_from(STAFF)),
    st.tuples(st.just("wait"), st.sampled_from(["5", "31", "61"])),
    st.tuples(st.just("see"), st.sampled_from(STAFF)),
    st.tuples(st.just("leave"), st.sampled_from(STAFF)),
    st.tuples(
        st.just("away"),
        st.tuples(
            st.sampled_from(["coordinator", "social_worker", "lado", "outside"]), st.sampled_from(COVER)
        ).map(" ".join),
    ),
    st.tuples(st.just("correct"), st.just("")),
    st.tuples(st.just("close"), st.just("")),
    st.tuples(st.just("end"), st.just("")),
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
        """Beside the world a designated officer, a co-ordinator of the police who work with the child too, and a second record that
        may be of the same child."""
        self.world, self.case, self.now = world, case, timezone.now()
        unit = agencies.add_team(by=world.administrator, agency=world.care, name="Safeguarding unit")
        self.lado = self._somebody("desi.grant", unit, Role.OFFICER)
        self.outside = self._somebody("rae.dunn", world.officer.team, Role.COORDINATOR)
        self.colleague = self._somebody("kai.moss", world.exploitation_team, Role.PRACTITIONER)
        network.involve(
            by=world.coordinator, person=case.person, agency=world.police, why="They look for her"
        )
        self.other = network.add_person(by=world.social_worker, given_name="Mena", family_name="Okoro")

    def _somebody(self, username: str, team: Any, role: Role) -> User:
        given, family = (text.title() for text in username.split("."))
        return agencies.add_user(
            by=self.world.administrator, username=username, first_name=given, last_name=family, password=None,
            team=team, role=role, agreed_by=self.world.coordinator,
        )  # fmt: skip

    def who(self, name: str) -> User:
        return fresh(getattr(self, name, None) or getattr(self.world, name))

    def take(self, step: str, what: str) -> None:
        try:
            with transaction.atomic():
                getattr(self, step)(what)
        except (Refused, Hidden):
            pass  # it cannot be done now, and nothing has happened

    def tell(self, about: str) -> None:
        keys = {"child": self.case.person_id, "other": self.other.pk}
        place = {"new_place": {"name": "The pool", "kind": "pool"}}
        whom = {"person_id": keys[about], "why_no_words": "Not met yet"} if about in keys else place
        told = self._tell(fresh(self.world.supervisor), **whom)
        if about == "child":
            assert Notice.objects.filter(subject_id=str(told.pk), urgent=True).exists()

    def tell_of_worker(self, _what: str) -> None:
        """Of the child's own worker, by the school."""
        staff = telling.AboutStaff("Sol", self.world.social_worker)
        whom = {"person_id": self.case.person_id, "why_no_words": "Not met yet", "staff": staff}
        told = self._tell(fresh(self.world.teacher), **whom)
        assert Notice.objects.filter(subject_id=str(told.pk), urgent=True).exists()

    def _tell(self, by: User, **more: Any) -> Concern:
        said = {"seen_and_heard": "Two people waited.", "danger_now": "yes", "danger_done": "Rang 999."}
        return telling.tell(by=by, at=self.now, **said, **more)

    def merge(self, _what: str) -> None:
        kept, merged = self.case.person_id, self.other.pk
        by = fresh(self.world.coordinator)
        network.merge_people(by=by, kept_id=kept, merged_id=merged, reason="One child")

    def on_duty(self, who: str) -> None:
        begins, ends = self.now - timedelta(minutes=1), self.now + timedelta(days=1)
        user = self.who(who)
        actions.put_on_duty(by=self.world.administrator, user=user, begins=begins, ends=ends, phone="1")

    def keep_out(self, who: str) -> None:
        user = self.who(who)
        if user.team is None:
            return  # who has left sees nothing from which to be kept out
        whom = Whom("", user.team.agency, user=user)
        deny_access(by=fresh(self.world.supervisor), person_id=self.case.person_id, whom=whom, why="Kin")

    def wait(self, minutes: str) -> None:
        self.now += timedelta(minutes=int(minutes))

    def see(self, who: str) -> None:
        user = self.who(who)
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

    def correct(self, _what: str) -> None:
        """What was decided last was no danger to her."""
        worry = Concern.objects.exclude(decision="").order_by("-decided_at").first()
        if worry is None:
            raise Refused("Nothing is decided.")
        telling.correct_decision(
            by=fresh(self.world.coordinator),
            concern_id=worry.pk,
            why="Another child was meant",
            decision="no_further_action",
            reason="Nothing that she has to be kept from",
            feedback="We looked at it.",
            at=self.now,
        )

    def close(self, _what: str) -> None:
        reviewing.close_case(
            by=fresh(self.world.social_worker),
            case_id=self.case.pk,
            view=ChildsView(why_no_words="She is away this week."),
            reason="Nothing more to do",
            contact_afterwards="Her teacher",
            told_child="She was told on the telephone.",
            open_again_if="Anything is seen again",
            at=self.now,
        )

    def end(self, _what: str) -> None:
        """The police work with her no longer."""
        rows = Involvement.objects.filter(person_id=self.case.person_id, agency=self.world.police, until=None)
        for row in rows:
            end_access(by=fresh(self.world.coordinator), access_id=row.pk, why="Found")

    def leave(self, who: str) -> None:
        agencies.switch_off(by=self.world.administrator, user=self.who(who), reason="Left")

    def away(self, both: str) -> None:
        """Somebody, and who covers for them."""
        today = timezone.localdate()
        who, cover = map(self.who, both.split())
        actions.be_away(by=who, covered_by=cover, since=today, until=today)

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


def could_act(notice: Notice) -> set[int]:
    """Who decides and may open it now: of a worry about a worker nobody of a team of theirs, but the officer."""
    apart = notice.kind in ("staff", "staff_no_officer")
    line = fresh(notice.not_to).team_ids if apart and notice.not_to else frozenset()
    found = {user.pk for user in everybody_who(May.DECIDE) if may_open(fresh(user), notice.person_id)}
    if apart:
        officers = everybody_who(May.HEAR_OF_STAFF)
        found |= {
            user.pk for user in officers if may_open_as(rules.To.OFFICER, fresh(user), notice.person_id)
        }
    return {key for key in found if not User.objects.get(pk=key).team_ids & line}


def workers_of(notice: Notice) -> set[int]:
    """The child's workers, where they are addressees of it and may open it, and did not tell it."""
    if rules.To.WORKER not in rules.WHO[rules.NoticeKind(notice.kind)] or notice.person_id is None:
        return set()
    rows = Case.objects.filter(person=notice.person_id, state=Case.State.OPEN)
    workers = {one for row in rows for one in (row.allocated_worker, row.trusted_worker) if one}
    return {worker.pk for worker in workers if may_open(fresh(worker), notice.person_id)} - {
        notice.told_by_id
    }


def has_it(notice: Notice, now: datetime) -> bool:
    """Somebody on duty who may open it has it; where nobody on duty may, somebody who decides has it unread, or told it and is the only
    one; where nobody may, an administrator has it that there is nobody."""
    able = could_act(notice)
    told = set(notice.readers.values_list("user_id", flat=True))
    if not workers_of(notice) <= told:
        return False
    duty = able & {row.user_id for row in addressees.on_duty(now)} - {notice.told_by_id}
    if duty:
        return bool(duty & told)
    unread = set(notice.readers.filter(seen_at=None).values_list("user_id", flat=True))
    if able:
        return bool(able & unread) or (able == {notice.told_by_id} and able <= told)
    lost = Notice.objects.filter(kind="unreached", subject_id=str(notice.pk), ended_at=None)
    return any(row.readers.filter(user__is_active=True).exists() for row in lost)


def left_lying(now: datetime) -> list[Notice]:
    """Danger that nobody who answers for it has seen past its time, and that lies with nobody who could act on it."""
    rows = Notice.objects.filter(urgent=True, taken_at=None, ended_at=None, told_at__lte=now - HOUR)
    return [notice for notice in rows.exclude(kind="unreached") if not has_it(notice, now)]


def told_too_far() -> list[Reader]:
    """Of worries about a worker: whoever was told and neither hears of such worries nor decides on any, or is of a team of that worker."""
    return [
        row
        for row in Reader.objects.filter(notice__kind__in=rules.OF_STAFF, user__is_active=True)
        if not (row.user.may(May.HEAR_OF_STAFF) or row.user.may(May.DECIDE))
        or (row.notice.not_to and row.user.team_ids & fresh(row.notice.not_to).team_ids)
    ]


def walk(world: World, case: Any, steps: list[tuple[str, str]]) -> list[Any]:
    with transaction.atomic():
        story = Story(world, case)
        for step, what in steps:
            story.take(step, what)
            pass_on(story.now)
        story.wait("61")
        pass_on(story.now)
        found = [*left_lying(story.now), *told_too_far()]
        transaction.set_rollback(True)
    return found


@settings(
    max_examples=examples(40),
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(STEPS, min_size=1, max_size=10))
def test_no_danger_is_left_lying(world: World, case: Any, steps: list[tuple[str, str]]) -> None:
    assert walk(world, case, [("tell", "child"), *steps]) == []


@pytest.mark.parametrize(
    ("out", "steps"),
    [
        (
            "_tell_administrators",
            [("tell", "child"), ("restrict", ""), *((("leave", who)) for who in DECIDE)],
        ),
        ("_give_to_worker", [("tell", "other"), ("name", "social_worker"), ("merge", "")]),
        ("_pass_on", [("tell_of_worker", ""), ("leave", "lado"), ("on_duty", "outside")]),
    ],
)
def test_it_is_found_when_a_way_on_is_taken_out(
    world: World, case: Any, monkeypatch: pytest.MonkeyPatch, out: str, steps: list[tuple[str, str]]
) -> None:
    assert walk(world, case, steps) == []
    monkeypatch.setattr(announcing, out, lambda *given: 0)
    assert walk(world, case, steps) != []


def test_whoever_told_it_and_alone_decides_may_have_seen_it(world: World, case: Any) -> None:
    assert (
        walk(
            world,
            case,
            [("tell", "child"), ("leave", "coordinator"), ("leave", "outside"), ("see", "supervisor")],
        )
        == []
    )


def test_it_is_found_when_nobody_is_told_after_an_hour(
    world: World, case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taking the addressees out makes the same walk fail."""
    nobody: Any = lambda about: []
    monkeypatch.setattr(addressees, "_PEOPLE", dict.fromkeys(rules.To, nobody))
    monkeypatch.setattr(addressees, "everybody_who", lambda may: [])
    assert len(walk(world, case, [("tell", "child"), ("wait", "61")])) == 1
