"""What a child hides from somebody: that person learns nothing of it, and nobody reads it but those to whom it was given."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.cases.voice.conftest import WORD
from tests.conftest import World, examples

from heard.agencies import actions as agencies
from heard.agencies.models import AuditRow, Membership, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.cases.case.actions import allocate_worker, assign_trusted_worker
from heard.cases.case.models import Words
from heard.cases.case.notices.actions import be_away, mark_all_seen, mark_seen, put_on_duty
from heard.cases.case.notices.announcing import give_to_worker, pass_on
from heard.cases.case.notices.mail import mail_unread
from heard.cases.case.notices.models import Notice, Reader
from heard.cases.case.notices.queries import (
    oldest_urgent,
    unread_of,
    urgent_unseen,
    urgent_waits,
    who_had_a_notice,
)
from heard.cases.record.models import ChronologyEntry
from heard.cases.timeline.index import catch_up
from heard.cases.voice import actions, child, queries
from heard.cases.voice.models import ChildMessage
from heard.demo.life.tone import THREE_NOTES
from heard.network.actions import add_person, give_access, involve
from heard.network.queries import Whom, compare, people_visible_to
from heard.network.rules import Level

SAYS = "zebrafinch told me to keep quiet"
_DIFFERS = re.compile(
    r'name="(csrfmiddlewaretoken|kept[\w-]*|draft)" value="[^"]*"|data-seconds="\d+"|\d{1,2}:\d\d(:\d\d)?(am|pm)?'
    r"|See all \d+ entries|Read it \d+ times"  # the looks of this very test
)
EVERYBODY = (
    "coordinator",
    "supervisor",
    "social_worker",
    "teacher",
    "officer",
    "analyst",
    "board_member",
    "administrator",
    "lado",
)


def hide(link: Any, whom: User | None = None, about: str = "change", **said: Any) -> ChildMessage:
    sitting = actions.enter(by=None, code=link[1], word=WORD)
    assert sitting is not None
    new = {"about": about, "text": SAYS, "device": "phone", "hide_from": whom} | said
    return actions.send(by=None, sitting=sitting, **new)


def spoken(link: Any) -> dict[str, Any]:
    sitting = actions.enter(by=None, code=link[1], word=WORD)
    return {"text": "", "spoken": actions.listen_to(by=None, sitting=sitting, content=THREE_NOTES)}


@pytest.fixture
def recorded(link: Any) -> Any:
    """What a child spoke, opened once."""
    return spoken(link)["spoken"]


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def of(world: World, name: str, lado: User) -> User:
    return lado if name == "lado" else getattr(world, name)


def pages(client: Client, case: Any) -> dict[str, str]:
    """What stands on every page on which what a child says, what waits, or how much there is of it, may stand. Tokens of forms differ each time, and so
    do times of day."""
    person = {"person_id": case.person_id}
    named: dict[str, dict[str, Any]] = {
        "home": {}, "notices": {}, "child": person, "words": person, "child_links": person, "child_chronology": person, "child_people": person,
        "child_shared": person, "child_looked": person, "own_looks": person, "packs": person, "share_write": person, "caseload": {}, "about_me": {},
        "figures": {}, "services_of": person,
    }  # fmt: skip
    found = {}
    for name, keys in named.items():
        try:
            text = client.get(reverse(name, kwargs=keys)).text
        except Exception as error:  # noqa: BLE001 - a name that is wrong is said below
            text = repr(error)
        found[name] = _DIFFERS.sub("", text)
    for text in (case.person.given_name, SAYS.split()[0]):
        page = client.post(reverse("find"), {"text": text}, follow=True)
        assert page.status_code == 200
        found[f"searched for {text}"] = _DIFFERS.sub("", page.text)
    return found


@pytest.mark.parametrize("name", ["social_worker", "coordinator"])
@pytest.mark.parametrize("is_spoken", [False, True], ids=["written", "spoken"])
def test_it_is_in_no_page_count_list_mail_or_time_of_whom_it_is_hidden_from(
    world, case, lado, link, mailoutbox, is_spoken, name, folder, monkeypatch
):
    """The worker who made the link, and who sees the figures: every page says the same before and after, counts and all, and asks the database as
    often."""
    monkeypatch.setattr("heard.cases.timeline.queries.child.LOOKS_ON_A_PAGE", 500)  # their own fill pages
    whom = getattr(world, name)
    User.objects.filter(pk=whom.pk).update(email="sol@example.org")
    User.objects.filter(pk=lado.pk).update(email="lena@example.org")
    mail_unread(timezone.now())
    mailoutbox.clear()
    client = Client()
    client.force_login(whom)
    pages(client, case)  # looks of their own stand in it from now on
    with CaptureQueriesContext(connection) as before_asked:
        before = pages(client, case)
    told = hide(link, whom, "unsafe", **(spoken(link) if is_spoken else {}))
    catch_up()
    with CaptureQueriesContext(connection) as after_asked:
        after = pages(client, case)
    assert not [text for text in before.values() if "NoReverseMatch" in text]
    for page, text in after.items():
        was, now = (one.splitlines() for one in (before[page], text))
        if page == "child_looked":  # their own looks are more now, each as those before
            was, now = sorted(set(was)), sorted(set(now))
        assert now == was, page
    assert len(after_asked) == len(before_asked)
    now = timezone.now() + timedelta(hours=3)
    assert not unread_of(fresh(whom)).filter(notice__subject="child message").exists()
    assert not urgent_unseen(fresh(whom), case.person_id).exists()
    assert not urgent_waits_for(whom, now)
    assert oldest_urgent(fresh(world.administrator), now) > 0
    assert Reader.objects.filter(notice=told.notice_id).exists()
    mail_unread(timezone.now())
    assert [one.to for one in mailoutbox] == [["lena@example.org"]]
    assert SAYS not in mailoutbox[0].body
    assert not Words.objects.filter(text=SAYS).exists()
    assert (
        not ChronologyEntry.objects.filter(told__contains=[SAYS]).exists()
        if connection.vendor != "sqlite"
        else True
    )
    rows = AuditRow.objects.filter(subject="child message")
    assert rows.exists()
    assert not rows.exclude(person_id=None).exists()


def urgent_waits_for(whom: User, now: Any) -> bool:
    Notice.objects.filter(kind="child_unsafe_hid").update(told_at=now - timedelta(hours=6))
    return urgent_waits(fresh(whom))


def test_the_officer_reads_and_checks_it_and_leaves_no_trace_in_who_looked(world, case, lado, link):
    told = hide(link, world.social_worker)
    client = Client()
    client.force_login(lado)
    assert "Check what a child hides from somebody" in client.get("/").text
    at = reverse("child_message", kwargs={"child_message_id": told.pk})
    assert SAYS in client.get(at).text
    with pytest.raises(Refused, match="Open it"):  # on a list nobody has read it
        mark_seen(by=fresh(lado), reader_id=Reader.objects.get(notice=told.notice_id, user=lado).pk)
    mark_all_seen(by=fresh(world.supervisor), person_id=case.person_id)
    client.post(f"{at}read/")
    with pytest.raises(Refused):
        actions.check_message(by=fresh(lado), child_message_id=told.pk, found="  ")
    with pytest.raises(Hidden):
        actions.check_message(by=fresh(world.social_worker), child_message_id=told.pk, found="Nothing to see")
    with pytest.raises(Hidden):  # who works in the same team is not given it
        actions.check_message(by=fresh(world.supervisor), child_message_id=told.pk, found="All is well")
    actions.check_message(by=fresh(lado), child_message_id=told.pk, found="I spoke with her at school.")
    assert "Check what a child hides from somebody" not in client.get("/").text
    theirs = AuditRow.objects.filter(actor_id=lado.pk)
    assert {"view", "see", "check"} <= set(theirs.values_list("verb", flat=True))
    assert not theirs.exclude(person_id=None).exists()


def test_what_nobody_else_could_read_is_refused_and_the_child_told_whom_to_ring(world, case, link):
    """No designated officer, and nobody who decides outside the line: in danger whoever is left reads it, and else it is not sent."""
    with pytest.raises(Refused, match="0800 1111"):
        hide(link, world.social_worker)
    told = hide(link, world.social_worker, "unsafe")
    left = {world.supervisor.pk, world.coordinator.pk}
    assert set(told.notice.readers.values_list("user", flat=True)) <= left
    User.objects.filter(pk__in=[world.supervisor.pk, world.coordinator.pk]).update(is_active=False)
    with pytest.raises(Refused, match="0800 1111"):
        hide(link, world.social_worker, "unsafe", text="again")
    assert ChildMessage.objects.count() == 1


ADULTS = st.sampled_from(["coordinator", "supervisor", "social_worker", "nobody", "other"])
AFTER = st.lists(
    st.tuples(
        st.sampled_from(["pass on", "away", "worker", "trusted", "duty", "let in", "role", "off"]),
        st.sampled_from(["coordinator", "supervisor", "social_worker", "teacher", "officer"]),
    ),
    max_size=5,
)


class Later:
    """What may happen to the people around a child once something was sent."""

    def __init__(self, world: World, case: Any) -> None:
        self.world, self.case, self.now = world, case, timezone.now()

    def take(self, step: str, who: User) -> None:
        world, case, who = self.world, self.case, fresh(who)
        self.now += timedelta(hours=13)
        try:
            if step == "away":
                today = timezone.localdate(self.now)
                be_away(
                    by=fresh(world.supervisor),
                    covered_by=who,
                    since=today - timedelta(days=1),
                    until=today + timedelta(days=9),
                )
            elif step == "worker":
                allocate_worker(by=fresh(world.coordinator), case_id=case.pk, worker=who)
            elif step == "trusted":
                assign_trusted_worker(by=fresh(world.coordinator), case_id=case.pk, worker=who)
            elif step == "duty":
                put_on_duty(
                    by=world.administrator,
                    user=who,
                    begins=self.now,
                    ends=self.now + timedelta(days=9),
                    phone="1",
                )
            elif step == "let in" and who.team:  # who cannot sign in any longer has none
                give_access(
                    by=fresh(world.coordinator),
                    person_id=case.person_id,
                    whom=Whom("", who.team.agency, user=who),
                    level=Level.RECORD,
                    why="Helps",
                )
            elif step == "role":
                Membership.objects.get_or_create(user=who, team=world.exploitation_team, role=Role.OFFICER)
            elif step == "off":
                User.objects.filter(pk=who.pk).update(is_active=False)
        except (Refused, Hidden, TypeError):
            pass
        give_to_worker(person_id=case.person_id, at=self.now)
        pass_on(self.now)


def nothing_at_any_address(user: User, told: ChildMessage) -> None:
    """Its page, what was spoken, and what is written under it; and where it would stand among the child’s words."""
    client = Client()
    client.force_login(user)
    none = 404 if user.is_active else 302  # to sign in
    for name in ("", "sound", "describe", "write_down", "answer", "check"):
        at = reverse(f"child_message_{name}".rstrip("_"), kwargs={"child_message_id": told.pk})
        answer = client.get(at)
        assert answer.status_code == none, f"{user} at {at}"
        assert SAYS not in answer.text
    if told.words_id:  # hidden from nobody, and not theirs to see
        for name in ("words_sound", "words_drawing"):
            assert client.get(reverse(name, kwargs={"words_id": told.words_id})).status_code == none
    for name in ("words", "child"):
        assert SAYS not in client.get(reverse(name, kwargs={"person_id": told.person_id})).text


@example(
    whom="coordinator",
    about="unsafe",
    after=[("off", "coordinator"), ("let in", "coordinator")],
    is_spoken=False,
)
@given(whom=ADULTS, about=st.sampled_from(["unsafe", "feel", "good"]), after=AFTER, is_spoken=st.booleans())
@settings(
    max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_happens_only_those_to_whom_it_was_given_read_it_and_never_whom_it_is_hidden_from(
    world, case, lado, link, recorded, whom, about, after, is_spoken
):
    from django.db import transaction

    with transaction.atomic():
        hidden_from = None if whom in ("nobody", "other") else of(world, whom, lado)
        told = hide(
            link,
            hidden_from,
            about,
            hide_other="My uncle" if whom == "other" else "",
            text=f"{SAYS} {whom} {about}",
            drawn="[[0, 0, [1, 2, 90, 80]]]",
            spoken=recorded if is_spoken else None,
        )
        later = Later(world, case)
        for step, who in after:
            later.take(step, of(world, who, lado))
        given_to = set(Reader.objects.filter(notice=told.notice_id).values_list("user", flat=True))
        assert whom == "nobody" or given_to, "somebody has to read it"
        for name in EVERYBODY:
            user = fresh(of(world, name, lado))
            reads = queries.messages_visible_to(user).filter(pk=told.pk).exists()
            if whom == "nobody":
                assert reads == people_visible_to(user).filter(pk=case.person_id).exists(), name
                continue
            assert not reads or user.pk in given_to, f"{name} was not given it"
            if user == hidden_from:
                assert not reads
                assert user.pk not in given_to
                with pytest.raises(Hidden):
                    actions.open_message(by=user, child_message_id=told.pk)
            if not reads:
                nothing_at_any_address(user, told)
        transaction.set_rollback(True)


def test_a_child_may_hide_it_from_everybody_who_could_be_told_and_from_who_gave_out_the_link(
    world, case, lado, link
):
    adults = child.adults_who_might_read(link[0], timezone.now())
    assert {adult.user.pk for adult in adults} >= {
        world.social_worker.pk,
        world.supervisor.pk,
        world.coordinator.pk,
    }
    assert all(adult.job for adult in adults)
    told = hide(link, None)
    assert told.notice.readers.exists()
    assert {row.user_id for row in told.notice.readers.all()} <= {adult.user.pk for adult in adults}


def test_whom_somebody_names_who_is_not_on_the_list_cannot_be_chosen(client, world, lado, link):
    sitting = actions.enter(by=None, code=link[1], word=WORD)
    said = {"step": "send", "pass": sitting.token, "about": "good", "text": "We won."}
    assert "Choose again" in client.post("/n/", said | {"hide": str(world.board_member.pk)}).text
    assert "Say who must not" in client.post("/n/", said | {"hide": "other"}).text
    assert not ChildMessage.objects.exists()
    client.post("/n/", said | {"hide": "other", "hide_other": "My uncle"})
    assert ChildMessage.objects.get().hidden_other == "My uncle"


def test_two_records_that_may_be_one_do_not_say_how_much_is_hidden(world, case, lado, link):
    twin = add_person(
        by=world.coordinator, given_name="Mena", family_name="Okoro", birth_date=date(2011, 4, 5)
    )
    involve(by=world.coordinator, person=twin, agency=world.care, why="Takes worries")
    before = compare(fresh(world.coordinator), twin.pk, case.person_id).moves
    hide(link, world.coordinator)
    assert compare(fresh(world.coordinator), twin.pk, case.person_id).moves == before
    assert any("words" in called for called, _number in before)


def press(client: Client, link: Any, **said: str) -> str:
    sitting = actions.enter(by=None, code=link[1], word=WORD)
    assert sitting is not None
    return client.post(
        "/n/", {"step": "send", "pass": sitting.token, "about": "feel", "text": SAYS} | said
    ).text


def test_what_the_page_says_about_who_must_not_read_it_is_never_left_aside(client, world, case, lado, link):
    """A name without its button, no button at all, somebody who left the list, and a name that is on it."""
    assert "You wrote a name" in press(client, link, hide="nobody", hide_other="Sol")
    none = press(client, link)
    assert "Choose again" in none
    assert not re.findall(r'name="hide"[^>]*checked', none)
    assert "There is somebody with that name" in press(client, link, hide="other", hide_other="sol’s mate")
    assert not ChildMessage.objects.exists()
    key = child.key_of(link[0], world.supervisor)
    User.objects.filter(pk=world.supervisor.pk).update(is_active=False)
    page = press(client, link, hide=key)
    told = ChildMessage.objects.get()
    assert (told.hidden_from, told.words) == (world.supervisor, None)
    assert "Your worker has been told" not in page
    assert "Sufi: not told by us" in page
    assert "It was given to: Lena, looks into" in page
    assert "within a day: Lena" in page
    press(client, link, hide="other", hide_other="sol’s mate", meant="sol’s mate", text="once more")
    other = ChildMessage.objects.exclude(pk=told.pk).get()
    assert [row.user for row in other.notice.readers.all()] == [lado]


def test_it_goes_outside_the_line_first_and_to_the_same_team_in_danger_and_last(world, case, lado, link):
    now = timezone.now()
    put_on_duty(
        by=world.administrator,
        user=world.supervisor,
        begins=now - timedelta(hours=1),
        ends=now + timedelta(days=9),
        phone="1",
    )
    unsafe, quiet = hide(link, world.social_worker, "unsafe"), hide(link, world.social_worker)

    def readers(told: ChildMessage) -> set[Any]:
        return {row.user for row in Reader.objects.filter(notice=told.notice_id)}

    assert (readers(unsafe), readers(quiet)) == ({lado}, {lado})
    assert child.who_was_told(unsafe, now).awake == []  # who is on duty works with them
    pass_on(now + timedelta(minutes=40))
    assert readers(unsafe) == {lado}
    pass_on(now + timedelta(hours=3))
    assert world.supervisor in readers(unsafe)
    assert world.social_worker not in readers(unsafe)
    pass_on(now + timedelta(days=3))
    assert readers(quiet) == {lado}


def test_a_check_that_nobody_makes_goes_to_who_decides_outside_and_to_officers_of_then(
    world, case, lado, link
):
    team = agencies.add_team(by=world.administrator, agency=world.care, name="Next door")
    pat = agencies.add_user(
        by=world.administrator, username="pat.oth", first_name="Pat", last_name="Other", password=None, team=team, role=Role.SUPERVISOR,
        agreed_by=world.coordinator,
    )  # fmt: skip
    told = hide(link, world.social_worker)
    assert not queries.to_check(fresh(pat)).exists()
    actions.note_read(by=fresh(lado), child_message_id=told.pk)
    User.objects.filter(pk=lado.pk).update(is_active=False)
    pass_on(timezone.now() + timedelta(days=2))
    assert list(queries.to_check(fresh(pat))) == [told]
    actions.check_message(by=fresh(pat), child_message_id=told.pk, found="I saw her at school.")


def test_who_would_lose_sight_of_a_record_is_told_of_nothing_that_goes_to_a_few(world, case, lado, link):
    told = hide(link, world.coordinator)
    given_to = set(told.notice.readers.values_list("user", flat=True))
    assert given_to
    assert not given_to & who_had_a_notice(fresh(world.coordinator), case.person_id, 50)
