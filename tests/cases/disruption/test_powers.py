"""Powers of disruption steps: chosen from those that fit, never against a child, with days that come back to whoever does the step."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.cases.disruption.test_disruption import plan_step

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.cases.case.notices.lines import lines_of
from heard.cases.case.notices.queries import unread_of
from heard.cases.context import actions as contexts
from heard.cases.context.models import Context
from heard.cases.disruption import actions, queries, record, rules
from heard.cases.disruption.models import DisruptionStep, StepBreach
from heard.cases.panel import actions as meeting
from heard.cases.panel.models import Panel
from heard.govuk.environment import day
from heard.govuk.said import put
from heard.home.queries import my_work
from heard.knowledge import load
from heard.network import actions as network
from heard.network.models import Denial, Person
from heard.services.law import actions as law

TODAY = timezone.localdate()
SOON = TODAY + timedelta(days=7)
SAID: dict[str, Any] = {
    "grounds": "What Mina told on Monday, and a log of the police",
    "childs_view": "“I want him to leave me alone”",
    "safety": "Her aunt fetches her on the day on which he is told",
}
BROKEN = "It was breached while it held: it was served before that, and ended after. Check the dates, or take back what was noted wrongly."
IN_USE: dict[str, Any] = SAID | {"asked_by": "Tom Hale, officer", "asked_on": TODAY - timedelta(days=9), "served_on": TODAY - timedelta(days=5)}  # fmt: skip


@pytest.fixture
def dan(world: Any) -> Person:
    return network.add_person(by=world.social_worker, given_name="Dan", family_name="Reeve", kind="adult")


@pytest.fixture
def warning(world: Any, case: Any, dan: Person) -> DisruptionStep:
    """A warning notice to an adult, as a step of the social worker."""
    given = {"end": "person", "end_id": dan.pk, "who_or_where": "", "legal_power": "abduction_warning"}
    return plan_step(
        world, case, kind="contact", what="Ask for a warning", owner=world.social_worker, **given
    )


def keep(step: DisruptionStep, by: Any, **change: Any) -> DisruptionStep:
    return actions.keep_power(by=by, step_id=step.pk, **IN_USE | {"look_again_on": SOON} | change)


def get(user: Any, name: str, **keys: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse(name, kwargs=keys))


# ---- the rules


@pytest.mark.parametrize(
    ("end", "against", "fits"),
    [
        ("person", ("person",), True),
        ("person", ("place",), False),
        ("person", ("vehicle", "business"), True),
        ("place", ("business", "place"), True),
        ("place", ("person",), False),
        ("group", ("person",), True),
        ("group", ("place",), False),
        ("", ("vehicle",), True),
    ],
)
def test_which_powers_fit(end: str, against: tuple[str, ...], fits: bool) -> None:
    assert rules.fits(end, against) == fits


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"grounds": " "}, rules.POWER_ASKS["grounds"]),
        ({"childs_view": ""}, rules.POWER_ASKS["childs_view"]),
        ({"safety": ""}, rules.POWER_ASKS["safety"]),
        ({"asked_on": None}, "Say both who asked for it and on which day, or neither."),
        ({"asked_by": ""}, "Say both who asked for it and on which day, or neither."),
        ({"served_on": date(2026, 3, 2)}, "It was asked for, served or ended today or before. Check the dates."),
        ({"served_on": date(2026, 1, 1)}, "It cannot be served before it was asked for. Check the dates."),
        ({"ends_on": date(2026, 1, 1)}, "It cannot end, or be looked at again, before it begins. Check the dates."),
        ({"look_again_on": None}, "Give the day on which it ends, or on which it is looked at again."),
        ({"look_again_on": None, "ended_on": date(2026, 3, 1)}, None),
        ({"look_again_on": date(2030, 1, 1)}, "Give a day within two years on which it is looked at again."),
        ({"has_owner": False}, rules.NEEDS_OWNER),
        ({"broken": [date(2026, 2, 5)]}, None),
        ({"broken": [date(2026, 2, 4)]}, BROKEN),
        ({"broken": [date(2026, 2, 6)], "ended_on": date(2026, 2, 5)}, BROKEN),
        ({"broken": [date(2026, 2, 6)], "served_on": None}, BROKEN),
        ({"asked_by": "", "asked_on": None, "served_on": None, "ends_on": date(2026, 1, 14)}, "It cannot end, or be looked at again, before it begins. Check the dates."),
    ],
)  # fmt: skip
def test_what_a_power_in_use_needs(change: dict[str, Any], why: str | None) -> None:
    usual: dict[str, Any] = {
        "grounds": "A", "childs_view": "B", "safety": "C", "asked_by": "D", "asked_on": date(2026, 2, 1),
        "served_on": date(2026, 2, 5), "ends_on": None, "look_again_on": date(2026, 5, 1), "ended_on": None,
        "has_owner": True, "broken": [], "since": date(2026, 1, 15),
    }  # fmt: skip
    assert rules.why_not_keep_power(**usual | change, today=date(2026, 3, 1)) == why


# ---- choosing


def test_a_power_is_chosen_from_those_of_the_knowledge(world, case, warning) -> None:
    assert (warning.legal_power, warning.release) == ("abduction_warning", load.current().id)
    assert warning.power_label == "Child abduction warning notice"
    text = get(world.social_worker, "disruption", case_id=case.pk).text
    assert "Child abduction warning notice" in text
    assert "Not checked by a lawyer" in text
    assert 'href="/where-to-turn/powers/' in text or reverse("powers") in text
    assert reverse("powers") in get(world.social_worker, "disruption_add", case_id=case.pk).text


def test_a_power_that_does_not_fit_or_is_unknown_is_refused(world, case, dan) -> None:
    with pytest.raises(Refused, match="not used against that"):
        plan_step(world, case, end="person", end_id=dan.pk, who_or_where="", legal_power="hotel_information")
    with pytest.raises(Hidden):
        plan_step(world, case, legal_power="arrest")
    assert not DisruptionStep.objects.exists()


def test_no_power_is_used_against_a_child(world, case, warning, dan) -> None:
    """Neither chosen, nor written of once somebody turns out to be a child: they may be harmed and made to harm."""
    kit = network.add_person(by=world.social_worker, given_name="Kit", family_name="Marlow")
    with pytest.raises(Refused, match="is a child too"):
        plan_step(world, case, end="person", end_id=kit.pk, who_or_where="", legal_power="sexual_risk_order")
    keep(warning, world.social_worker)
    born(world, dan, TODAY - timedelta(days=15 * 365))
    with pytest.raises(Refused, match="is a child too"):
        keep(warning, world.social_worker)
    with pytest.raises(Refused, match="is a child too"):
        actions.note_breach(by=world.social_worker, step_id=warning.pk, broken_on=TODAY, what_was_done="Told")
    page = get(world.social_worker, "step_power", step_id=warning.pk).text
    assert "no power is used against a child" in page
    assert "Against a child: end it" in get(world.social_worker, "disruption", case_id=case.pk).text
    (due,) = queries.powers_due(world.social_worker)
    assert (due.pk, due.next_on) == (warning.pk, TODAY)
    with pytest.raises(Refused, match="is a child too"):
        keep(warning, world.social_worker, ended_on=TODAY, grounds="Something else")
    keep(warning, world.social_worker, ended_on=TODAY)
    assert not queries.powers_due(world.social_worker)


def born(world: Any, who: Person, day: date) -> None:
    rest = {
        "sex": who.sex,
        "legal_status": who.legal_status,
        "nhs_number": "",
        "upn": "",
    }
    network.change_details(by=world.social_worker, person_id=who.pk, birth_date=day, **rest)


@pytest.mark.on_day(date(2026, 11, 27))
def test_somebody_under_18_is_a_child_whatever_the_record_calls_them(world, case, dan) -> None:
    assert not rules.is_a_child("adult", None, TODAY)
    assert [
        rules.is_a_child("adult", date(2008, 2, 29), day) for day in (date(2026, 2, 28), date(2026, 3, 1))
    ] == [True, False]
    assert [
        rules.is_a_child("adult", day, date(2028, 2, 29)) for day in (date(2010, 3, 1), date(2010, 2, 28))
    ] == [True, False]
    tie(world, dan, case.person_id, "speaks with")
    assert f"person:{dan.pk}" in [
        value for value, _name in queries.ends_around(world.social_worker, case.person_id)
    ]
    born(world, dan, TODAY - timedelta(days=15 * 365))
    assert queries.ends_around(world.social_worker, case.person_id) == []
    with pytest.raises(Refused, match="is a child too"):
        plan_step(world, case, end="person", end_id=dan.pk, who_or_where="", legal_power="gang_injunction")


def tie(world: Any, one: Any, other_id: Any, words: str) -> None:
    network.note_tie(
        by=world.social_worker,
        one_id=one.pk,
        in_words=words,
        other_id=other_id,
        knows=network.Knows("She said so"),
    )


def test_no_power_is_used_against_a_child_in_words_or_in_a_group_of_children(world, case, dan) -> None:
    kit = network.add_person(by=world.social_worker, given_name="Kit", family_name="Marlow")
    tie(world, kit, case.person_id, "is a friend of")
    for words in ("MINA Okoro, at the station", "Kit Marlow"):
        with pytest.raises(Refused, match="words name a child"):
            plan_step(world, case, who_or_where=words, legal_power="dispersal")
    named = plan_step(world, case, who_or_where="The man who waits for Mina Okoro", owner=world.social_worker)
    DisruptionStep.objects.filter(pk=named.pk).update(legal_power="dispersal", release="2026.7")
    with pytest.raises(Refused, match="words name a child"):
        keep(named, world.social_worker)
    group = network.add_group(by=world.social_worker, name="The corner", kind="gang")
    of_group = {"end": "group", "end_id": group.pk, "who_or_where": "", "legal_power": "gang_injunction"}
    plan_step(world, case, **of_group)  # nobody is known to be of it
    tie(world, kit, group.pk, "is part of")
    with pytest.raises(Refused, match="are children"):
        plan_step(world, case, **of_group)
    tie(world, dan, group.pk, "is part of")
    step = plan_step(world, case, **of_group, owner=world.social_worker)
    tie(world, case.person, group.pk, "is part of")
    assert "Not against any of them" in get(world.social_worker, "disruption_add", case_id=case.pk).text
    assert "Children are tied to this group" in get(world.social_worker, "step_power", step_id=step.pk).text


def test_a_step_without_a_power_has_no_days_of_one(world, case) -> None:
    step = plan_step(world, case)
    with pytest.raises(Refused, match="which power it is"):
        keep(step, world.social_worker)
    with pytest.raises(IntegrityError), transaction.atomic():
        DisruptionStep.objects.filter(pk=step.pk).update(served_on=TODAY)


def test_a_power_in_use_is_not_changed_for_another_and_keeps_its_owner(world, case, warning, dan) -> None:
    keep(warning, world.social_worker)
    same = {
        "by": world.social_worker, "disruption_id": warning.pk, "kind": "contact", "what": "x", "due_on": SOON,
        "agency_id": world.care.pk, "end": "person", "end_id": dan.pk, "owner": world.social_worker,
        "legal_power": "abduction_warning",
    }  # fmt: skip
    actions.change_step(**same)
    eve = network.add_person(by=world.social_worker, given_name="Eve", family_name="Other", kind="adult")
    for other in ({"end_id": eve.pk}, {"end": "", "end_id": None, "who_or_where": "Somebody"}):
        with pytest.raises(Refused, match="against: say that it ended"):
            actions.change_step(**same | other)
    for other in ("sexual_risk_order", ""):
        with pytest.raises(Refused, match="asked for or served already"):
            actions.change_step(**same | {"legal_power": other})
    with pytest.raises(Refused, match="Say who does the step"):
        actions.change_step(**same | {"owner": None})


def test_one_that_ended_or_was_broken_stays_and_another_begins_without_its_words(
    world, case, warning, dan
) -> None:
    same = {
        "by": world.social_worker, "disruption_id": warning.pk, "kind": "contact", "what": "x", "due_on": SOON,
        "agency_id": world.care.pk, "end": "person", "end_id": dan.pk, "owner": world.social_worker,
    }  # fmt: skip
    actions.keep_power(by=world.social_worker, step_id=warning.pk, **SAID)
    changed = actions.change_step(**same, legal_power="respect_order")
    assert (changed.grounds, changed.childs_view, changed.safety) == ("", "", "")
    assert (
        f"Child abduction warning notice, {day(TODAY)}. It rested on: {SAID['grounds']}"
        in changed.said_before
    )
    assert SAID["childs_view"] in get(world.social_worker, "disruption", case_id=case.pk).text
    without = actions.change_step(**same, legal_power="")
    assert (without.release, without.legal_power) == ("", "")
    assert SAID["childs_view"] in get(world.social_worker, "disruption", case_id=case.pk).text
    actions.change_step(**same, legal_power="respect_order")
    actions.keep_power(by=world.social_worker, step_id=warning.pk, **SAID, ended_on=TODAY)
    for power in ("", "abduction_warning"):
        with pytest.raises(Refused, match="asked for or served already"):
            actions.change_step(**same, legal_power=power)


def test_what_was_broken_holds_the_day_on_which_it_was_served(world, case, warning) -> None:
    keep(warning, world.social_worker)
    note = {
        "by": world.social_worker,
        "step_id": warning.pk,
        "broken_on": TODAY - timedelta(days=2),
        "what_was_done": "Told",
    }
    actions.note_breach(**note)
    with pytest.raises(Refused, match="noted already"):
        actions.note_breach(**note)
    for days in (
        {"served_on": None, "asked_on": None, "asked_by": ""},
        {"served_on": TODAY},
        {"ended_on": TODAY - timedelta(days=3)},
    ):
        with pytest.raises(Refused, match="was breached while it held"):
            keep(warning, world.social_worker, **days)
    keep(warning, world.social_worker, ended_on=TODAY - timedelta(days=1))
    with pytest.raises(Refused, match="had ended by then"):
        actions.note_breach(**note | {"broken_on": TODAY})


def test_what_was_written_before_stays_and_days_stand_in_the_audit(world, warning) -> None:
    keep(warning, world.social_worker)
    keep(warning, world.social_worker, childs_view="Fine", ends_on=SOON, look_again_on=None)
    warning.refresh_from_db()
    assert "“I want him to leave me alone”" in warning.said_before
    detail = AuditRow.objects.filter(verb="change", subject="disruption step").latest("pk").detail
    assert detail["was"] == {"look_again_on": str(SOON)}
    assert "alone" not in str(detail)


def test_one_that_was_never_served_waits_no_longer_once_the_step_could_not_be_done(world, warning) -> None:
    actions.keep_power(by=world.social_worker, step_id=warning.pk, **SAID, look_again_on=SOON)
    assert [one.pk for one in queries.powers_due(world.social_worker)] == [warning.pk]
    actions.finish_step(
        by=world.social_worker, disruption_id=warning.pk, outcome="not_done", done_on=TODAY, note="Refused"
    )
    assert not queries.powers_due(world.social_worker)
    with pytest.raises(Refused, match="before it begins"):
        actions.keep_power(by=world.social_worker, step_id=warning.pk, **SAID, ends_on=date(1900, 1, 1))


# ---- its days, and what was broken


def test_its_days_come_back_to_whoever_does_the_step(world, warning) -> None:
    def waits() -> list[str]:
        sections = my_work(world.social_worker)
        return [one.what for part in sections for one in part.waiting if one.kind == "powers"]

    keep(
        warning,
        world.social_worker,
        look_again_on=None,
        ends_on=TODAY + rules.AGAIN_WITHIN + timedelta(days=1),
    )
    assert waits() == []
    keep(warning, world.social_worker, look_again_on=SOON, ends_on=TODAY + timedelta(days=60))
    assert waits() == ["Look at it again: Child abduction warning notice"]
    keep(warning, world.social_worker, look_again_on=None, ends_on=SOON)
    assert waits() == ["It ends: Child abduction warning notice"]
    assert [one.pk for one in queries.powers_due(world.teacher)] == []
    keep(warning, world.social_worker, look_again_on=None, ends_on=SOON, ended_on=TODAY)
    assert waits() == []


def test_what_was_broken_stands_with_what_was_done_and_is_told(world, case, warning) -> None:
    note = {"by": world.social_worker, "step_id": warning.pk, "broken_on": TODAY, "what_was_done": "Arrested"}
    with pytest.raises(Refused, match="not served yet"):
        actions.note_breach(**note)
    keep(warning, world.social_worker)
    with pytest.raises(Refused, match="before it was served"):
        actions.note_breach(**note | {"broken_on": TODAY - timedelta(days=30)})
    with pytest.raises(Refused, match="what was done"):
        actions.note_breach(**note | {"what_was_done": " "})
    actions.note_breach(**note | {"by": world.supervisor})
    assert "power_broken" in [reader.notice.kind for reader in unread_of(world.social_worker)]
    text = get(world.social_worker, "disruption", case_id=case.pk).text
    for said in ("Arrested", "Breached", *SAID.values(), "Tom Hale, officer"):
        assert str(said) in text
    rows = AuditRow.objects.filter(person_id=case.person_id, subject__in=("disruption step", "breach"))
    assert [row.verb for row in rows.exclude(verb="view").order_by("pk")] == ["add", "change", "add"]


def test_the_pages_take_it_and_say_what_is_missing(world, case, warning) -> None:
    client = Client()
    client.force_login(world.social_worker)
    at = reverse("step_power", kwargs={"step_id": warning.pk})
    assert "What it needs, and how long it lasts" in client.get(at).text
    assert "Say what it rests on" in client.post(at, SAID | {"grounds": ""}).text
    days = {f"served_on-{part}": getattr(TODAY, part) for part in ("day", "month", "year")}
    days |= {f"look_again_on-{part}": getattr(SOON, part) for part in ("day", "month", "year")}
    assert client.post(at, SAID | days).status_code == 302
    days = {f"broken_on-{part}": getattr(TODAY, part) for part in ("day", "month", "year")}
    broken = reverse("step_broken", kwargs={"step_id": warning.pk})
    assert client.post(broken, days | {"what_was_done": "The police spoke to him"}).status_code == 302
    warning.refresh_from_db()
    assert (warning.served_on, warning.look_again_on, StepBreach.objects.count()) == (TODAY, SOON, 1)


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member", "administrator"])
def test_hidden_and_absent_look_the_same(world, warning, who) -> None:
    keep(warning, world.social_worker)
    client = Client()
    client.force_login(getattr(world, who))
    for name in ("step_power", "step_broken"):
        address = reverse(name, kwargs={"step_id": warning.pk})
        assert client.get(address).status_code == 404
        assert client.post(address, SAID).status_code == 404
    with pytest.raises(Hidden):
        keep(warning, getattr(world, who))
    assert not StepBreach.objects.exists()


def test_one_against_somebody_whom_a_reader_may_not_see_is_hidden_with_its_power(world, warning) -> None:
    """The teacher may see the child, and not the adult."""
    with pytest.raises(Hidden):
        actions.open_any_step(by=world.teacher, step_id=warning.pk)


def chronology_of(step: DisruptionStep) -> str:
    return str([entry.said for entry in record._chronology(DisruptionStep.objects.get(pk=step.pk))])


def test_what_was_noted_wrongly_is_taken_back_and_stays_to_be_read(world, case, warning) -> None:
    keep(warning, world.social_worker)
    breach = actions.note_breach(
        by=world.supervisor, step_id=warning.pk, broken_on=TODAY, what_was_done="Of somebody else"
    )
    client = Client()
    client.force_login(world.social_worker)
    at = reverse("step_not_broken", kwargs={"step_id": warning.pk, "breach_id": breach.pk})
    assert at in client.get(reverse("disruption", kwargs={"case_id": case.pk})).text
    assert "Breached" in chronology_of(warning)
    assert "Of somebody else" in client.get(at).text
    assert "Say why it was noted wrongly" in client.post(at, {"why": ""}).text
    assert client.post(at, {"why": "It was another man"}).status_code == 302
    assert "taken back already" in client.post(at, {"why": "Again"}).text
    page = client.get(reverse("disruption", kwargs={"case_id": case.pk})).text
    for said in ("Noted wrongly", "Of somebody else", "It was another man"):
        assert said in page
    assert "power_broken" not in [reader.notice.kind for reader in unread_of(world.social_worker)]
    assert "Breached" not in chronology_of(warning)
    actions.note_breach(
        by=world.supervisor, step_id=warning.pk, broken_on=TODAY, what_was_done="Of somebody else"
    )
    stranger = Client()
    stranger.force_login(world.officer)
    assert stranger.post(at, {"why": "It was another man"}).status_code == 404
    other = plan_step(world, case, legal_power="dispersal", owner=world.social_worker)
    assert (
        client.get(
            reverse("step_not_broken", kwargs={"step_id": other.pk, "breach_id": breach.pk})
        ).status_code
        == 404
    )


def test_nobody_is_told_of_a_power_against_somebody_whom_they_may_not_see(world, warning, dan) -> None:
    keep(warning, world.social_worker)
    Denial.objects.create(
        person=dan, user=world.social_worker, why="They are related", denied_by=world.coordinator
    )
    actions.note_breach(by=world.coordinator, step_id=warning.pk, broken_on=TODAY, what_was_done="Arrested")
    told = {
        value: [row.notice.kind for row in unread_of(getattr(world, value))]
        for value in ("social_worker", "supervisor")
    }
    assert "power_broken" not in told["social_worker"]
    assert "power_broken" in told["supervisor"]


def test_who_learns_of_it_is_said_as_it_is(world, case, step) -> None:
    keep(step, world.social_worker)
    client = Client()
    client.force_login(world.social_worker)
    days = {f"broken_on-{part}": getattr(TODAY, part) for part in ("day", "month", "year")}
    at = reverse("step_broken", kwargs={"step_id": step.pk})
    page = client.post(at, days | {"what_was_done": "Sold again"}, follow=True).text
    assert "hold the work on it learn of it" in page
    assert "work with the child" not in page


def test_a_pack_does_not_say_that_a_lawyer_checked_it(world, warning) -> None:
    (passage,) = record._on_paper(warning)
    assert "does not say that a lawyer checked its text" in put(passage.told)


# ---- what was said of its text


def said_of(world: Any, *, holds: bool) -> None:
    law.check_power(
        by=world.coordinator, power="abduction_warning", release=load.current().id, holds=holds, called="Ada Lind",
        said="Do not use it: another age", checked_on=TODAY,
    )  # fmt: skip


def test_what_is_not_right_is_said_where_the_power_is_chosen_and_used(world, case, warning) -> None:
    choice = "Child abduction warning notice (People; {})"
    adding = get(world.social_worker, "disruption_add", case_id=case.pk).text
    assert choice.format("not checked by a lawyer") in adding
    said_of(world, holds=False)
    for name, key in (
        ("disruption", {"case_id": case.pk}),
        ("step_power", {"step_id": warning.pk}),
        ("adult", {"person_id": warning.person_id}),
    ):
        page = get(world.social_worker, name, **key).text
        assert "Not right, says who checked it" in page
        assert "Do not use it: another age" in page
        assert "Not checked by a lawyer" not in page
    adding = get(world.social_worker, "disruption_add", case_id=case.pk).text
    assert choice.format("not right, says who checked it") in adding


def test_a_step_is_checked_as_far_as_its_own_text_was(world, case, warning, monkeypatch) -> None:
    now, read = load.current(), load.release
    powers = [
        replace(power, needs="Another text") if power.id == "abduction_warning" else power
        for power in now.powers
    ]
    new = replace(now, id="2099.1", powers=tuple(powers))
    monkeypatch.setattr(load, "current", lambda: new)
    monkeypatch.setattr(load, "release", lambda name: new if name == new.id else read(name))
    said_of(world, holds=True)
    assert "Not checked by a lawyer" in get(world.social_worker, "disruption", case_id=case.pk).text
    page = get(world.social_worker, "step_power", step_id=warning.pk).text
    assert "chosen from an earlier text" in page
    assert "Checked by a lawyer" in page
    DisruptionStep.objects.filter(pk=warning.pk).update(release=new.id)
    assert "Not checked by a lawyer" not in get(world.social_worker, "disruption", case_id=case.pk).text


def test_what_must_be_known_stands_beside_the_power_and_one_that_is_over_is_not_offered(
    world, case, monkeypatch
) -> None:
    step = plan_step(world, case, legal_power="respect_order", owner=world.social_worker)
    page = get(world.social_worker, "step_power", step_id=step.pk).text
    for said in ("Whether it has started", "It may forbid something", "In force"):
        assert said in page
    now = load.current()
    over = replace(
        now, powers=tuple(replace(power, in_force_to=TODAY - timedelta(days=1)) for power in now.powers)
    )
    monkeypatch.setattr(load, "current", lambda: over)
    assert queries.powers_against(world.social_worker) == []
    with pytest.raises(Hidden):
        plan_step(world, case, legal_power="respect_order")


def test_a_step_keeps_a_power_that_a_later_release_uses_against_less(
    world, warning, dan, monkeypatch
) -> None:
    keep(warning, world.social_worker)
    now = load.current()
    monkeypatch.setattr(
        load,
        "current",
        lambda: replace(now, powers=tuple(replace(power, against=("place",)) for power in now.powers)),
    )
    changed = actions.change_step(
        by=world.social_worker, disruption_id=warning.pk, kind="contact", what="Another word", due_on=SOON,
        agency_id=world.care.pk, end="person", end_id=dan.pk, owner=world.social_worker, legal_power="abduction_warning",
    )  # fmt: skip
    assert changed.what == "Another word"


# ---- of a context


def a_step_towards_a_goal(world, legal_power: str, **about) -> DisruptionStep:
    work = contexts.open_context(
        by=world.coordinator, why="Three worries", holder=world.social_worker, **about
    )
    from heard.cases.context.models import ContextAssessment

    ContextAssessment.objects.create(
        context=work, release="2026.5", author=world.social_worker, state="signed", started_at=timezone.now(),
        signed_by=world.supervisor, signed_at=timezone.now(),
    )  # fmt: skip
    goal = contexts.set_goal(
        by=world.social_worker, context_id=work.pk, text="Adults who care are there until six", measure="We look",
        review_on=TODAY + timedelta(days=60),
    )  # fmt: skip
    return actions.plan_context_step(
        by=world.social_worker, context_id=work.pk, goal_id=goal.pk, kind="business", what="Ask for a review",
        agency_id=world.care.pk, due_on=SOON, owner=world.social_worker, legal_power=legal_power,
    )  # fmt: skip


@pytest.fixture
def step(world) -> DisruptionStep:
    """About a place, towards a goal; the power fits the place."""
    place = network.add_place(by=world.social_worker, name="Harbour Street arcade", kind="arcade")
    about = {"end": "place", "node_id": place.pk, "setting": "neighbourhood"}
    return a_step_towards_a_goal(world, "premises_licence", **about)


def test_work_on_a_group_of_children_chooses_no_power_against_them(world, case, dan) -> None:
    group = network.add_group(by=world.social_worker, name="The corner", kind="gang")
    tie(world, case.person, group.pk, "is part of")
    step = a_step_towards_a_goal(world, "", end="group", node_id=group.pk, setting="peer_group")
    change = {
        "by": world.social_worker, "step_id": step.pk, "goal_id": step.goal_id, "kind": "business", "what": "x",
        "agency_id": world.care.pk, "due_on": SOON, "owner": world.social_worker, "legal_power": "gang_injunction",
    }  # fmt: skip
    with pytest.raises(Refused, match="are children"):
        actions.change_context_step(**change)
    tie(world, dan, group.pk, "is part of")
    assert actions.change_context_step(**change).legal_power == "gang_injunction"


def test_a_step_about_a_place_has_a_power_that_fits_it_and_names_no_child(world, case, step) -> None:
    given = {
        "by": world.social_worker, "context_id": step.context_id, "goal_id": step.goal_id, "kind": "place",
        "what": "Watch", "agency_id": world.care.pk, "due_on": SOON, "owner": world.social_worker,
    }  # fmt: skip
    with pytest.raises(Refused, match="not used against that"):
        actions.plan_context_step(**given, legal_power="sexual_risk_order")
    network.note_tie(
        by=world.social_worker, one_id=case.person_id, in_words="goes there", other_id=step.place_id,
        knows=network.Knows("She said so"),
    )  # fmt: skip
    with pytest.raises(Refused, match="name"):
        keep(step, world.social_worker, safety="Mina Okoro would go to the station")
    keep(step, world.social_worker)
    page = get(world.social_worker, "context", context_id=step.context_id).text
    assert "Review of a premises licence" in page
    assert "Not checked by a lawyer" in page
    adding = get(world.social_worker, "context_step_add", context_id=step.context_id).text
    assert "Review of a premises licence" in adding
    assert "Sexual risk order" not in adding
    assert reverse("powers") in adding
    actions.note_breach(
        by=world.coordinator, step_id=step.pk, broken_on=TODAY, what_was_done="Told licensing"
    )
    (told,) = [reader for reader in unread_of(world.social_worker) if reader.notice.kind == "power_broken"]
    assert lines_of([told])[0].href == reverse("step_power", kwargs={"step_id": step.pk})
    with pytest.raises(Refused):
        keep(step, world.teacher)


def test_a_power_whose_owner_went_waits_for_those_who_lead_the_work(world, case, warning, dan, step) -> None:
    keep(warning, world.social_worker)
    keep(step, world.social_worker)
    colleague = world.supervisor
    assert not queries.powers_due(colleague)
    Denial.objects.create(
        person=dan, user=world.social_worker, why="They are related", denied_by=world.coordinator
    )
    assert list(queries.powers_due(colleague)) == [warning]
    User.objects.filter(pk=world.social_worker.pk).update(is_active=False)
    assert set(queries.powers_due(colleague)) == {warning} | (
        {step} if step.context.lead_team_id in colleague.team_ids else set()
    )
    leads = world.coordinator if step.context.lead_team_id in world.coordinator.team_ids else colleague
    assert step in queries.powers_due(leads)
    assert step in queries.context_steps_due(leads)
    assert not queries.powers_due(world.officer)


# ---- where it is read


def decided(world: Any, decision: str, end: str, end_id: Any) -> None:
    """A panel of the children's services alone decided it."""
    panel = meeting.plan_panel(
        by=world.coordinator, starts_at=timezone.now() - timedelta(minutes=1), place="Town hall", chair=world.coordinator,
        agencies=[world.care.pk],
    )  # fmt: skip
    item = meeting.add_item(by=world.coordinator, panel_id=panel.pk, end=end, end_id=end_id)
    seats = {seat.pk: ("came", "") for seat in panel.seats.all()}
    meeting.hold_panel(by=world.coordinator, panel_id=panel.pk, came=seats)
    meeting.decide_item(by=world.coordinator, item_id=item.pk, decision=decision, reason="Two told of it")


def test_what_is_done_about_a_place_is_read_by_those_who_may(world, case) -> None:
    place = network.add_place(by=world.social_worker, name="Harbour Street arcade", kind="arcade")
    decided(world, "Licensing looks at it", "place", place.pk)
    plan_step(world, case, end="place", end_id=place.pk, who_or_where="", legal_power="premises_licence")
    page = get(world.social_worker, "place", place_id=place.pk).text
    for said in (
        "Licensing looks at it",
        "Two told of it",
        "Ask the licensing team",
        "Review of a premises licence",
    ):
        assert said in page
    page = get(
        world.officer, "place", place_id=place.pk
    ).text  # neither of the panel nor working with the child
    for said in ("Licensing looks at it", "Ask the licensing team", "Review of a premises licence"):
        assert said not in page


def test_all_that_is_done_about_an_adult_stands_on_their_page(world, case, warning, dan) -> None:
    decided(world, "The police ask for an order", "person", dan.pk)
    keep(warning, world.social_worker, conditions="Not within sight of the school")
    page = get(world.social_worker, "adult", person_id=dan.pk).text
    for said in (
        "Ask for a warning",
        f"{warning.owner}, {warning.agency}",
        "Conditions: ",
        "Not within sight of the school",
        f"Looked at again on {day(SOON)}",
        "Child abduction warning notice",
        "The police ask for an order",
        "Two told of it",
    ):
        assert said in page
    assert reverse("powers") in page


def test_the_latest_decisions_stand_first_and_it_is_said_how_many_do_not(world, case) -> None:
    place = network.add_place(by=world.social_worker, name="Harbour Street arcade", kind="arcade")
    for number in range(12):
        decided(world, f"Decision {chr(ord('a') + number)}", "place", place.pk)
        Panel.objects.filter(items__decision=f"Decision {chr(ord('a') + number)}").update(
            starts_at=timezone.now() - timedelta(days=number)
        )
    page = get(world.social_worker, "place", place_id=place.pk).text
    found = [letter for letter in "abcdefghijkl" if f"Decision {letter}" in page]
    assert found == list("abcdefghij")
    assert page.index("Decision a") < page.index("Decision b")
    assert "2 decisions of panels before these are not shown here" in page


def test_a_power_is_written_of_from_where_it_is_read_also_once_the_work_is_closed(world, case, step) -> None:
    keep(step, world.social_worker)
    at = reverse("step_power", kwargs={"step_id": step.pk})
    Context.objects.filter(pk=step.context_id).update(
        state="closed", closed_at=timezone.now(), closed_by=world.coordinator, why_closed="Done"
    )
    assert at in get(world.social_worker, "context", context_id=step.context_id).text
    assert at in get(world.social_worker, "place", place_id=step.place_id).text
    assert at not in get(world.board_member, "place", place_id=step.place_id).text


def test_a_step_of_a_child_whom_the_reader_may_not_see_is_not_on_the_page(world, case, warning, dan) -> None:
    network.involve(by=world.social_worker, person=dan, agency=world.police, why="Asks about him")
    page = get(world.officer, "adult", person_id=dan.pk)
    assert page.status_code == 200
    assert "Dan Reeve" in page.text
    assert "Ask for a warning" not in page.text
    assert 'id="steps"' not in page.text
    assert AuditRow.objects.filter(actor=world.officer, person_id=case.person_id).count() == 0


def test_the_page_asks_the_same_however_many_steps_there_are(world, case, warning, dan) -> None:
    client = Client()
    client.force_login(world.social_worker)
    at = reverse("adult", kwargs={"person_id": dan.pk})
    client.get(at)
    with CaptureQueriesContext(connection) as few:
        client.get(at)
    for _each in range(12):
        one = plan_step(world, case, end="person", end_id=dan.pk, who_or_where="", legal_power="respect_order", owner=world.social_worker)  # fmt: skip
        keep(one, world.social_worker)
        actions.note_breach(by=world.social_worker, step_id=one.pk, broken_on=TODAY, what_was_done="Told")
    with CaptureQueriesContext(connection) as many:
        client.get(at)
    assert len(many) == len(few)
