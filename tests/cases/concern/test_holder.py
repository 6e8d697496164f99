"""A worry names what a restricted record holds: those who decide about that record learn of it and decide whether to tell, and nobody else learns
anything, by no page, order, number of queries or mail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.concern.test_naming import CAR, page, signed_in, worry
from tests.conftest import World, another_coordinator
from tests.graph.test_in_any_world import children_of, tell
from tests.graph.test_in_any_world import told as told_of
from tests.network.test_web_in_any_world import _TOKENS, IN_WORLDS, make, worlds

from heard.agencies import actions as agencies
from heard.agencies.models import AuditRow, Membership, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.cases.case.notices.actions import be_away, mark_seen, put_on_duty
from heard.cases.case.notices.announcing import pass_on
from heard.cases.case.notices.mail import mail_unread
from heard.cases.case.notices.models import Reader
from heard.cases.case.notices.queries import unread_of
from heard.cases.concern.holder import queries, work
from heard.cases.concern.holder.actions import decide_whether_to_tell
from heard.cases.concern.holder.models import HolderDecision
from heard.cases.concern.holder.record import HOLDER_DECISIONS
from heard.cases.concern.models import Concern
from heard.cases.concern.queries import read_by
from heard.cases.concern.views import deciding
from heard.network import actions as network
from heard.network.actions import Knows, add_person, mark_common, note_tie_to
from heard.network.models import Denial, Handle, Involvement, Mention, Person, Tie, TieSource
from heard.network.queries import Whom, holding, who_decide

SAID = "knows more of what this names"
TODAY = timezone.localdate()
NOON = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
_KEYS = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=value=\")[0-9]+(?=\")|/[0-9]+/|(?<=mention=)[0-9]+"
)


@dataclass(frozen=True)
class Held:
    """A restricted child of the police, who was given a car, and the supervisor who decides about that record."""

    child: Person
    decider: User


@pytest.fixture
def inspector(world: World) -> User:
    return agencies.add_user(
        by=world.administrator, username="ines.page", first_name="Ines", last_name="Page", password=None,
        team=world.officer.team, role=Role.SUPERVISOR, agreed_by=world.coordinator,
    )  # fmt: skip


@pytest.fixture
def held(world: World, inspector: User) -> Held:
    return Held(restricted_with_a_car(world), inspector)


def restricted_with_a_car(
    world: World, name: str = "Kit", by: User | None = None, car: str = "AB12 CDE"
) -> Person:
    by = by or world.officer
    child = add_person(by=by, given_name=name, family_name="Marlowe", restricted=True)
    note_tie_to(
        by=by, one_id=child.pk, end="handle", new_kind="vehicle", new_name=car, kind="was_given", knows=Knows("Seen"),
    )  # fmt: skip
    return child


def rows(user: User) -> list[tuple[Any, Any]]:
    return [(concern.pk, concern.held_by) for concern in queries.to_decide(User.objects.get(pk=user.pk))]


def decide(held: Held, worry: Concern, outcome: str = "tell", **more: Any) -> HolderDecision:
    keys = {"person_id": held.child.pk, "concern_id": worry.pk}
    return decide_whether_to_tell(by=held.decider, **keys, **{"outcome": outcome} | more)


def not_yet(held: Held, told: Concern, days: int = 3) -> HolderDecision:
    why = "It would say where the child lives"
    return decide(
        held, told, "not_yet", reason=why, look_again_on=timezone.localdate() + timedelta(days=days)
    )


def shown(user: User, told: Concern) -> str:
    return page(User.objects.get(pk=user.pk), "concern", concern_id=told.pk)


# ---- who decides learns of it


def test_whoever_decides_about_the_restricted_record_finds_it_in_their_work(world: World, held: Held) -> None:
    told = worry(world.teacher, "Amira", CAR)
    assert rows(held.decider) == [(told.pk, held.child.pk)]
    home = signed_in(held.decider).get(reverse("home")).text
    assert f"A worry told by {told.agency} on" in home
    assert "names something that a record you answer for holds" in home
    there = page(held.decider, "held_worry", person_id=held.child.pk, held_id=told.pk)
    assert "AB12 CDE" in there
    assert told.agency.name in there
    for hidden in ("Amira", "Khan", "silver", str(world.teacher), told.reference):
        assert hidden not in there, (
            "whom the worry is about, its words and who told it are for who decides on it"
        )
    assert "AB12 CDE" not in home


def test_a_record_about_the_child_that_names_it_holds_it_too(world: World, inspector: User) -> None:
    child = add_person(by=world.officer, given_name="Kit", family_name="Marlowe", restricted=True)
    own = worry(world.officer, "", CAR, person_id=child.pk)
    assert rows(inspector) == [], "a worry about the child is no match of itself"
    told = worry(world.teacher, "Amira", CAR)
    assert rows(inspector) == [(told.pk, child.pk)]
    assert own.person_id == child.pk


def test_who_may_read_the_worry_anyway_is_led_there(world: World) -> None:
    child = restricted_with_a_car(world, by=world.supervisor)
    amira = add_person(by=world.social_worker, given_name="Amira", family_name="Khan")
    told = worry(world.social_worker, "", CAR, person_id=amira.pk)
    there = page(world.supervisor, "held_worry", person_id=child.pk, held_id=told.pk)
    assert reverse("concern", kwargs={"concern_id": told.pk}) in there


@pytest.mark.parametrize("what", ["another car", "withdrawn", "open to all", "an organisation’s", "not kept"])
def test_nothing_is_to_decide_where_nothing_joins_them(world: World, held: Held, what: str) -> None:
    if what == "withdrawn":
        network.withdraw_source(by=world.officer, source_id=TieSource.objects.get().pk, why="It was another")
    if what == "open to all":
        network.lift_restriction(by=held.decider, person_id=held.child.pk, reason="No longer")
    if what == "an organisation’s":
        mark_common(by=world.coordinator, type="vehicle", text="ab12cde", why="The school’s minibus")
    worry(
        world.teacher,
        "Amira",
        CAR.replace("AB", "XY") if what == "another car" else CAR,
        keep=what != "not kept",
    )
    assert rows(held.decider) == []


def test_a_worry_that_names_it_no_longer_leaves_the_list(world: World, held: Held) -> None:
    told = worry(world.teacher, "Amira", CAR)
    assert rows(held.decider) == [(told.pk, held.child.pk)]
    network.withdraw_mention(by=world.teacher, mention_id=Mention.objects.get().pk, why="A slip")
    assert rows(held.decider) == []
    with pytest.raises(Hidden):
        queries.match_of(User.objects.get(pk=held.decider.pk), held.child.pk, told.pk)


def test_it_is_found_also_where_the_record_learns_of_it_after_the_worry(
    world: World, inspector: User
) -> None:
    told = worry(world.teacher, "Amira", CAR)
    child = restricted_with_a_car(world)
    assert rows(inspector) == [(told.pk, child.pk)]


@pytest.mark.parametrize("about", ["place", "group"])
def test_a_worry_about_a_place_or_a_group_is_found_and_told_of_too(
    world: World, held: Held, about: str
) -> None:
    told = worry(world.teacher, "", CAR, **{f"new_{about}": {"name": "Behind the takeaway", "kind": "yard"}})
    assert rows(held.decider) == [(told.pk, held.child.pk)]
    assert "takeaway" not in page(held.decider, "held_worry", person_id=held.child.pk, held_id=told.pk)
    decide(held, told)
    assert SAID in shown(world.coordinator, told)


# ---- nobody else does


def test_nobody_else_finds_opens_or_decides_it(world: World, held: Held) -> None:
    told = worry(world.teacher, "Amira", CAR)
    address = reverse("held_worry", kwargs={"person_id": held.child.pk, "held_id": told.pk})
    listed = reverse("held_worries", kwargs={"person_id": held.child.pk})
    for name in (
        "teacher",
        "officer",
        "social_worker",
        "coordinator",
        "supervisor",
        "analyst",
        "administrator",
    ):
        user = getattr(world, name)
        assert rows(user) == [], name
        for there in (address, listed):
            assert signed_in(user).get(there).status_code == 404, name
        assert signed_in(user).post(address, {"outcome": "tell"}).status_code == 404, name
        with pytest.raises(Hidden):
            decide(Held(held.child, user), told)
    assert not HolderDecision.objects.exists()


def test_who_only_looks_at_the_restricted_record_decides_nothing(world: World, held: Held) -> None:
    told = worry(world.teacher, "Amira", CAR)
    Involvement.objects.create(
        person=held.child, agency=world.care, user=world.supervisor, since=TODAY, why="Emergency", how="glass",
        until=timezone.now() + timedelta(hours=2),
    )  # fmt: skip
    assert rows(world.supervisor) == []
    assert (
        signed_in(world.supervisor)
        .get(reverse("held_worry", kwargs={"person_id": held.child.pk, "held_id": told.pk}))
        .status_code
        == 404
    )


def test_who_is_kept_out_of_the_worrys_child_learns_nothing_of_it(world: World, held: Held) -> None:
    told = worry(world.teacher, "Amira", CAR)
    Denial.objects.create(
        person=told.person, user=held.decider, why="Their family", denied_by=world.coordinator
    )
    assert rows(held.decider) == []
    with pytest.raises(Hidden):
        decide(held, told)


KNOWN = ("not at all", "by a restricted record", "and decided: not yet")


@pytest.mark.parametrize("who", ["teacher", "coordinator", "social_worker", "supervisor"])
def test_others_get_every_byte_the_same_whether_a_restricted_record_holds_it(
    world: World, inspector: User, who: str
) -> None:
    User.objects.update(email=Concat(F("username"), Value("@example.org")))
    child = add_person(by=world.teacher, given_name="Amira", family_name="Khan")
    worry(world.teacher, "", "Nothing is named here.", person_id=child.pk)  # what is read once is read
    got = [what_comes_of(known, world, inspector, getattr(world, who), child) for known in KNOWN]
    assert got[1] == got[0]
    assert got[2] == got[0]
    assert any(text for _status, text, _asked in got[0].pages)
    assert got[0].mails, "the worry itself is mailed to those who decide on it"


TO_OTHERS = "by a record of others"


def test_the_teller_gets_every_byte_the_same_whether_a_record_of_others_holds_it(
    world: World, inspector: User
) -> None:
    """One that is not restricted, so that whoever decides on the worry sees both."""
    User.objects.update(email=Concat(F("username"), Value("@example.org")))
    child = add_person(by=world.teacher, given_name="Amira", family_name="Khan")
    worry(world.teacher, "", "Nothing is named here.", person_id=child.pk)
    unknown, known = (
        what_comes_of(case, world, inspector, world.teacher, child) for case in (KNOWN[0], TO_OTHERS)
    )
    assert (known.asked, known.pages) == (unknown.asked, unknown.pages)
    theirs = [[one for one in came.mails if one[0] == [f"{world.teacher.username}@example.org"]] for came in (unknown, known)]  # fmt: skip
    assert theirs[0] == theirs[1]
    seen = [what_comes_of(case, world, inspector, world.coordinator, child).pages for case in (KNOWN[0], TO_OTHERS)]  # fmt: skip
    assert seen[0] != seen[1], "whoever decides does read that another record names it"


@dataclass(frozen=True)
class Came:
    """How often telling asked the database, each page as this user gets it, and every mail but the decider’s."""

    asked: int
    pages: list[tuple[int, str, int]]
    mails: list[tuple[Any, ...]]


def what_comes_of(known: str, world: World, inspector: User, user: User, child: Person) -> Came:
    with transaction.atomic():
        mail.outbox.clear()
        if known == TO_OTHERS:
            Person.objects.filter(pk=restricted_with_a_car(world).pk).update(restricted=False)
        elif known != "not at all":
            held = Held(restricted_with_a_car(world), inspector)
        teller = User.objects.get(pk=world.teacher.pk)
        with CaptureQueriesContext(connection) as asked:
            told = worry(teller, "", CAR, person_id=child.pk, at=NOON)
        if known == "and decided: not yet":
            not_yet(held, told)
        pass_on(NOON + timedelta(hours=30))
        mail_unread(NOON + timedelta(minutes=5))
        mails = [(one.to, one.subject, one.body) for one in mail.outbox if one.to != [inspector.email]]
        came = Came(len(asked), as_it_is_shown(user, told), sorted(mails))
        transaction.set_rollback(True)
    return came


def as_it_is_shown(user: User, told: Concern) -> list[tuple[int, str, int]]:
    """Pages on which this user could learn of it, with how often each asks the database."""
    client, found = signed_in(user), []
    places = [reverse("home"), reverse("concerns"), reverse("concerns_told"), reverse("notices")]
    places += [
        reverse(name, kwargs={"concern_id": told.pk}) for name in ("worry_sent", "concern", "concern_decide")
    ]
    places.append(reverse("child", kwargs={"person_id": told.person_id}))
    places.append(reverse("web", kwargs={"node_id": Handle.objects.get().pk}))
    for there in places:
        client.get(there)  # so that the session is there, and not renewed on the way
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(there)
        text = _TOKENS.sub("", answer.text).replace(told.reference, "REFERENCE")
        ours = [row for row in asked if "network_" in row["sql"] or "cases_" in row["sql"]]
        found.append((answer.status_code, _KEYS.sub("KEY", text), len(ours)))
    return found


@pytest.mark.once
@pytest.mark.parametrize(
    "broken", ["asks nobody whether they decide there", "tells whoever decides on worries"]
)
def test_a_door_that_lets_it_through_is_caught(
    world: World, inspector: User, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    if broken == "asks nobody whether they decide there":
        monkeypatch.setattr(holding, "people_visible_to", lambda _user: Person.objects.all())
        monkeypatch.setattr(holding, "_lines", lambda _user: Involvement.objects.all())
        monkeypatch.setattr(holding, "_holds", lambda _user, _asked, _also: Q())
    else:
        monkeypatch.setattr(deciding, "known_elsewhere", lambda _user, worry: held_by_anybody(worry))
    child = add_person(by=world.teacher, given_name="Amira", family_name="Khan")
    first, then = (what_comes_of(known, world, inspector, world.coordinator, child) for known in KNOWN[:2])
    assert first.pages != then.pages


def held_by_anybody(worry: Concern) -> list[queries.Knows]:
    tied = Tie.objects.filter(second__in=Mention.objects.filter(about_id=worry.pk).values("node"))
    return [queries.Knows("Somebody", "", "") for _one in tied.filter(first__kind="person")]


@IN_WORLDS
@given(drawn=worlds, spoken=told_of, who=st.sampled_from(["coordinator", "supervisor"]))
def test_in_any_world_whoever_decides_finds_each_worry_that_names_what_their_record_holds(
    world: World, drawn: dict[str, Any], spoken: Any, who: str
) -> None:
    """And no other: worked out anew from the tables."""
    with transaction.atomic():
        made = make(world, drawn)
        children = children_of(made)
        if children:
            tell(made, children, spoken, about_places=False)
        user = User.objects.get(pk=getattr(world, who).pk)
        assert dict(rows(user)) == worked_out(world)
        transaction.set_rollback(True)


def worked_out(world: World) -> dict[Any, Any]:
    """Of each worry the first restricted record of the agency that holds what it names, by who reads what the sources say."""
    theirs = Involvement.objects.filter(agency=world.care).values("person")
    people = set(Person.objects.filter(restricted=True, pk__in=theirs).values_list("pk", flat=True))
    said = TieSource.objects.filter(withdrawn_at=None).filter(
        Q(reach="ends") | Q(reach="holder", holder=world.care)
    )
    ties = Tie.objects.filter(first__in=people, second__kind="handle", sources__in=said)
    holds = {(tie.first_id, tie.second_id) for tie in ties}
    about = dict(Concern.objects.values_list("pk", "person"))
    named = [(mention.about_id, mention.node_id) for mention in Mention.objects.filter(about="concern")]
    holds |= {(about[key], node) for key, node in named if about[key] in people}
    found: dict[Any, Any] = {}
    for key, node in named:
        for person in sorted(person for person, held in holds if held == node and person != about[key]):
            found[key] = min(person, found.get(key, person))
    return found


def test_deciding_tells_nobody_by_who_looked_and_who_read(world: World, held: Held) -> None:
    told = worry(world.teacher, "Amira", CAR)
    page(held.decider, "held_worry", person_id=held.child.pk, held_id=told.pk)
    decide(held, told)
    theirs = AuditRow.objects.filter(actor=held.decider.username)
    assert theirs.filter(verb="decide", subject="held worry", person_id=None).count() == 1
    assert theirs.filter(verb="view", subject="held worry").count() == 1
    assert not theirs.filter(person_id=told.person_id).exists()
    [reader] = unread_of(world.coordinator).filter(notice__kind="known_elsewhere")
    mark_seen(by=world.coordinator, reader_id=reader.pk)
    assert read_by(world.teacher, told) == [], "reading that an agency knows more is not reading the worry"


# ---- what is told when they say yes


def test_yes_reaches_who_decides_on_the_worry_without_the_childs_name(world: World, held: Held) -> None:
    told = worry(world.teacher, "Amira", CAR)
    assert SAID not in shown(world.coordinator, told)
    decide(held, told)
    held.decider.team.duty_phone = "01632 960 021"
    held.decider.team.save()
    line = f"{held.decider.team.agency} {SAID}: speak to {held.decider}. "
    line += '<a class="heard-strip__phone" href="tel:01632960021">01632 960 021</a>'
    elsewhere = world.exploitation_team  # where they work too, and know nothing of this child
    elsewhere.duty_phone = "01632 960 099"
    elsewhere.save()
    Membership.objects.create(user=held.decider, team=elsewhere, role=Role.PRACTITIONER)
    for name in ("concern", "concern_decide"):
        there = page(world.coordinator, name, concern_id=told.pk)
        assert line in there
        assert "Marlowe" not in there
    [reader] = unread_of(world.coordinator).filter(notice__kind="known_elsewhere")
    assert reader.notice.person_id == told.person_id
    new = signed_in(world.coordinator).get(reverse("notices")).text
    assert "An agency knows more of what a worry names" in new
    assert "Marlowe" not in new + signed_in(world.coordinator).get(reverse("home")).text
    assert rows(held.decider) == []
    for user in (world.teacher, world.social_worker, world.officer):
        assert SAID not in shown(user, told)
        assert not unread_of(user).filter(notice__kind="known_elsewhere").exists()


def test_two_records_of_one_agency_are_one_line(world: World, held: Held) -> None:
    other = Held(restricted_with_a_car(world, "Jo"), held.decider)
    told = worry(world.teacher, "Amira", CAR)
    assert len(rows(held.decider)) == 1
    decide(held, told)
    assert rows(held.decider) == [(told.pk, other.child.pk)], "one record at a time"
    decide(other, told)
    assert shown(world.coordinator, told).count(SAID) == 1
    assert unread_of(world.coordinator).filter(notice__kind="known_elsewhere").count() == 1


def test_the_notice_goes_to_nobody_else_however_long_it_is_not_seen(world: World, held: Held) -> None:
    told = worry(world.teacher, "Amira", CAR)
    decide(held, told)
    before = set(Reader.objects.filter(notice__kind="known_elsewhere").values_list("user", flat=True))
    pass_on(timezone.now() + timedelta(days=9))
    assert set(Reader.objects.filter(notice__kind="known_elsewhere").values_list("user", flat=True)) == before


def test_one_person_on_duty_alone_is_told(world: World, held: Held) -> None:
    told, second = worry(world.teacher, "Amira", CAR), another_coordinator(world)
    with pytest.raises(Refused, match="Choose which of those on duty"):
        decide(held, told, "one", told=second)
    now = timezone.now()
    put_on_duty(
        by=world.administrator,
        user=second,
        begins=now - timedelta(hours=1),
        ends=now + timedelta(hours=5),
        phone="07700 900001",
    )
    assert str(second) in page(held.decider, "held_worry", person_id=held.child.pk, held_id=told.pk)
    decide(held, told, "one", told=second)
    assert SAID in shown(second, told)
    assert SAID not in shown(world.coordinator, told)
    assert not unread_of(world.coordinator).filter(notice__kind="known_elsewhere").exists()


def test_whoever_told_it_is_never_told_also_where_they_decide(world: World, held: Held) -> None:
    told = worry(world.coordinator, "Amira", CAR)
    decide(held, told)  # the supervisor of the team decides too
    assert SAID not in shown(world.coordinator, told)
    assert not unread_of(world.coordinator).filter(notice__kind="known_elsewhere").exists()
    assert SAID in shown(world.supervisor, told)


def test_who_is_kept_out_of_the_restricted_record_is_not_told(world: World, held: Held) -> None:
    second = another_coordinator(world)
    Denial.objects.create(person=held.child, user=second, why="Their family", denied_by=held.decider)
    told = worry(world.teacher, "Amira", CAR)
    decide(held, told)
    assert SAID in shown(world.coordinator, told)
    assert SAID not in shown(second, told)
    assert not unread_of(second).filter(notice__kind="known_elsewhere").exists()


def test_whoever_covers_for_somebody_is_not_told_in_their_stead(world: World, held: Held) -> None:
    """They may be kept out of the restricted record."""
    be_away(
        by=world.coordinator, covered_by=world.social_worker, since=TODAY, until=TODAY + timedelta(days=3)
    )
    child = add_person(by=world.social_worker, given_name="Amira", family_name="Khan")
    network.give_access(
        by=world.social_worker, person_id=child.pk, whom=Whom("", world.school), level=1, why="Goes there"
    )
    decide(held, worry(world.teacher, "", CAR, person_id=child.pk))
    pass_on(timezone.now() + timedelta(hours=30))
    kinds = set(Reader.objects.filter(user=world.social_worker).values_list("notice__kind", flat=True))
    assert "known_elsewhere" not in kinds
    assert unread_of(world.coordinator).filter(notice__kind="known_elsewhere").exists()


# ---- not yet, otherwise, and what is kept


def test_not_yet_comes_again_on_its_day_and_tells_nobody(
    world: World, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = worry(world.teacher, "Amira", CAR)
    decision = not_yet(held, told)
    assert rows(held.decider) == []
    assert SAID not in shown(world.coordinator, told)
    HolderDecision.objects.filter(pk=decision.pk).update(look_again_on=TODAY)
    [row] = queries.to_decide(held.decider)
    assert row.look_again_on == TODAY
    assert work.TO_DECIDE.line(row, held.decider).due_on == TODAY


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"outcome": "", "reason": ""}, "Say whether you tell"),
        ({"outcome": "maybe"}, "Say whether you tell"),
        (
            {"outcome": "not_yet", "reason": " ", "look_again_on": TODAY + timedelta(days=1)},
            "Say why not yet",
        ),
        ({"outcome": "not_yet", "reason": "Later", "look_again_on": None}, "a day to come"),
        ({"outcome": "not_yet", "reason": "Later", "look_again_on": TODAY}, "a day to come"),
        ({"outcome": "one"}, "Choose which of those on duty"),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_is_kept(
    world: World, held: Held, said: dict[str, Any], sentence: str
) -> None:
    told = worry(world.teacher, "Amira", CAR)
    with pytest.raises(Refused, match=sentence):
        decide(held, told, **said)
    assert not HolderDecision.objects.exists()


def test_deciding_otherwise_takes_back_what_was_told(world: World, held: Held) -> None:
    told = worry(world.teacher, "Amira", CAR)
    decide(held, told)
    not_yet(held, told)
    assert SAID not in shown(world.coordinator, told)
    assert not unread_of(world.coordinator).filter(notice__kind="known_elsewhere").exists()
    there = page(held.decider, "held_worry", person_id=held.child.pk, held_id=told.pk)
    assert "What was decided before" in there
    decide(held, told)
    assert SAID in shown(world.coordinator, told)
    assert HolderDecision.objects.filter(ended_at=None).count() == 1
    assert HolderDecision.objects.count() == 3


def test_the_record_has_it_for_those_alone_who_decide(world: World, held: Held) -> None:
    told = worry(world.teacher, "Amira", CAR)
    not_yet(held, told)
    [passage] = HOLDER_DECISIONS.passages(held.decider, held.child.pk)
    assert "It would say where the child lives" in passage.text
    assert "Amira" not in passage.whole
    assert list(HOLDER_DECISIONS.passages(world.officer, held.child.pk)) == []
    listed = page(held.decider, "held_worries", person_id=held.child.pk)
    assert told.agency.name in listed
    assert "Not yet" in listed
    assert reverse("held_worries", kwargs={"person_id": held.child.pk}) in page(
        held.decider, "access", person_id=held.child.pk
    )
    assert "/named/" not in page(world.officer, "access", person_id=held.child.pk)


def test_it_is_sent_from_the_page_with_two_clicks(world: World, held: Held) -> None:
    told = worry(world.teacher, "Amira", CAR)
    there = reverse("held_worry", kwargs={"person_id": held.child.pk, "held_id": told.pk})
    client = signed_in(held.decider)
    wrong = client.post(there, {"outcome": "not_yet", "reason": "", "look_again_on_day": ""}).text
    assert "Say why not yet" in wrong
    assert "Saved." in client.post(there, {"outcome": "tell"}, follow=True).text
    assert SAID in shown(world.coordinator, told)


@pytest.mark.once
def test_whoever_decides_there_is_asked_as_often_however_much_waits(world: World, held: Held) -> None:
    def asks() -> int:
        with CaptureQueriesContext(connection) as asked:
            list(work.TO_DECIDE.lines(User.objects.get(pk=held.decider.pk)))
        return len(asked)

    worry(world.teacher, "Amira", CAR)
    few = asks()
    for name in ("Noor", "Ida", "Sam"):
        worry(world.teacher, name, CAR)
    assert asks() == few


def test_everybody_who_decides_about_the_record_finds_it(world: World, held: Held) -> None:
    whom = Whom("", world.care, user=world.supervisor)
    network.give_access(by=held.decider, person_id=held.child.pk, whom=whom, level=3, why="Leads the work")
    told = worry(world.teacher, "Amira", CAR)
    deciders = who_decide(world.coordinator, held.child)
    assert {decider.pk for decider in deciders} == {held.decider.pk, world.supervisor.pk}
    assert all(rows(decider) == [(told.pk, held.child.pk)] for decider in deciders)
