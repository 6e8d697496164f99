"""The duty to report: off until its day; what became known, by when it is reported, to whom, and who sees that."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World
from tests.network.test_merging import differences, everything, merge
from tests.services.test_law import start

from heard.agencies.actions import give_role
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.board.figures.queries import figures
from heard.cases.case.notices.models import Reader
from heard.cases.case.notices.queries import unread_of
from heard.cases.case.queries import words_of
from heard.cases.concern.queries import concerns_of
from heard.cases.note.actions import write_note
from heard.cases.record.queries import entries_of
from heard.cases.reporting import actions, queries, rules
from heard.cases.reporting.models import OffenceReport
from heard.cases.timeline.index import catch_up
from heard.cases.timeline.queries import clocks_of
from heard.home.queries import my_work
from heard.knowledge import load
from heard.network import actions as network
from heard.network.queries import Whom

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 15, 0, tzinfo=timezone.get_default_timezone())
RISK = "He reads her phone until Friday"


@pytest.fixture
def on(world: World) -> None:
    start(world, "report", -30)


def ago(**time: int) -> datetime:
    return timezone.now() - timedelta(**time)


def note(world: World, case: Any, **more: Any) -> OffenceReport:
    given = {"trigger": "child_told", "who": "Sol Wright, social worker", "known_at": ago(minutes=5)}
    return actions.note_trigger(**({"by": world.social_worker, "person_id": case.person_id} | given | more))


def report(world: World, one: OffenceReport, **more: Any) -> OffenceReport:
    given: dict[str, Any] = {
        "to": "",
        "agency_id": world.police.pk,
        "way": "oral",
        "reported_at": timezone.now(),
    }
    return actions.record_report(**({"by": world.social_worker, "report_id": one.pk} | given | more))


def police_see(world: World, case: Any) -> None:
    """The police work with the child, and the officer leads there."""
    give_role(
        by=world.administrator,
        user=world.officer,
        team=world.officer.team,
        role=Role.SUPERVISOR,
        agreed_by=world.coordinator,
    )
    network.involve(by=world.coordinator, person=case.person, agency=world.police, why="They protect her")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def waiting(user: User) -> list[Any]:
    return [line for part in my_work(user) for line in part.waiting if line.kind == "offences-to-report"]


# ---- rules


def test_it_is_due_on_its_day_and_after_seven_days_only_where_sooner_would_put_the_child_at_risk() -> None:
    clock = load.current().clock(rules.CLOCK)
    assert (clock.amount, clock.unit, clock.confidence) == (7, "days", "B")
    assert rules.last_day(clock, DAY, "") == rules.last_day(clock, DAY, "other") == DAY
    assert rules.last_day(clock, DAY, "risk") == DAY + timedelta(days=7)


def test_what_became_known_needs_a_trigger_who_and_when() -> None:
    right: dict[str, Any] = {"may_note": True, "is_child": True, "trigger": "witnessed", "who": "Sol", "known_at": AT, "is_before_duty": False, "is_noted": False, "delay": "", "delay_why": "", "now": AT}  # fmt: skip
    assert rules.why_not_note(**right) is None
    for change, says in (
        ({"may_note": False}, "role"),
        ({"is_child": False}, "of a child"),
        ({"trigger": "signs"}, "Signs alone"),
        ({"who": " "}, "who was told"),
        ({"known_at": None}, "when it became known"),
        ({"known_at": AT + timedelta(minutes=1)}, "not one to come"),
        ({"is_before_duty": True}, "Tell it as a worry"),
        ({"is_noted": True}, "noted already"),
        ({"delay": "other", "delay_why": "x"}, "only a risk"),
        ({"delay": "risk", "delay_why": " "}, "at risk"),
    ):
        assert says in str(rules.why_not_note(**right | change)), change


def test_a_report_says_to_whom_how_and_why_it_was_later() -> None:
    right: dict[str, Any] = {
        "may_note": True, "is_reported": False, "is_taken_back": False, "to": "police", "is_named": True, "way": "oral", "known_at": AT,
        "reported_at": AT, "is_later_day": False, "delay": "", "delay_why": "", "now": AT,
    }  # fmt: skip
    assert rules.why_not_report(**right) is None
    later = {"is_later_day": True, "delay": "other", "delay_why": "The phones were down"}
    assert rules.why_not_report(**right | later) is None
    for change, says in (
        ({"may_note": False}, "role"),
        ({"is_reported": True}, "already"),
        ({"is_taken_back": True}, "put right already"),
        ({"to": "school"}, "to whom"),
        ({"is_named": False}, "Name the police force"),
        ({"way": ""}, "speech or in writing"),
        ({"reported_at": None}, "time of the report"),
        ({"reported_at": AT - timedelta(minutes=1)}, "after it became known"),
        ({"reported_at": AT + timedelta(minutes=1)}, "not to come"),
        (later | {"delay": ""}, "later day"),
        (later | {"delay_why": " "}, "Say why"),
        ({"delay_why": "The line was engaged"}, "which kind of reason"),
        ({"delay": "other"}, "Say why"),
    ):
        assert says in str(rules.why_not_report(**right | change)), change


# ---- off until its day


@pytest.mark.parametrize("days", [None, 1])
def test_before_its_day_no_page_shows_anything_of_it(world: World, case: Any, days: int | None) -> None:
    if days:
        start(world, "report", days)
    worker = world.social_worker
    contact = write_note(by=worker, person_id=case.person_id, kind="call", at=ago(hours=1), text="She rang.")
    client = client_of(worker)
    for name in ("offence_reports", "offence_report_note"):
        assert client.get(reverse(name, args=[case.person_id])).status_code == 404
    pages = [
        reverse("child_shared", args=[case.person_id]),
        reverse("note", args=[contact.pk]),
        reverse("words", args=[case.person_id]),
    ]
    pages += [
        reverse("concern", args=[key])
        for key in concerns_of(worker, case.person_id).values_list("pk", flat=True)
    ]
    for page in pages:
        assert "suspected offence" not in client.get(page).text, page
    with pytest.raises(Hidden):
        note(world, case)
    shown = [figure.promise.name for figure in figures(world.board_member, today=timezone.localdate())]
    assert "offence-reports" not in shown
    start(world, "report", 0)
    for page in pages:
        assert "suspected offence" in client.get(page).text, page
    shown = [figure.promise.name for figure in figures(world.board_member, today=timezone.localdate())]
    assert "offence-reports" in shown


def test_what_was_recorded_is_read_also_where_the_duty_holds_no_longer(
    world: World, case: Any, on: None
) -> None:
    one = note(world, case)
    start(world, "report", None)
    client = client_of(world.social_worker)
    assert client.get(reverse("offence_report", args=[one.pk])).status_code == 200
    page = client.get(reverse("offence_reports", args=[case.person_id])).text
    assert "A child told of it" in page
    assert "Note what has to be reported" not in page
    with pytest.raises(Hidden):
        note(world, case)


# ---- on


def test_a_note_tells_of_it_it_waits_with_its_clock_and_is_reported(
    world: World, case: Any, on: None
) -> None:
    worker = world.social_worker
    contact = write_note(by=worker, person_id=case.person_id, kind="call", at=ago(hours=1), text="She rang.")
    client = client_of(worker)
    at = reverse("offence_report_note", args=[case.person_id])
    link = f"{at}?of=note:{contact.pk}"
    assert link in client.get(reverse("note", args=[contact.pk])).text
    form = client.get(link).text
    assert f'value="note:{contact.pk}" selected' in form
    assert "Recognised indicators alone do not set it off" in form
    now = timezone.localtime()
    sent = {"who": "Sol Wright, social worker", "known_time": "00:00", "beside": f"note:{contact.pk}"}
    sent |= {f"known_on-{part}": getattr(now.date(), part) for part in ("day", "month", "year")}
    assert "Signs alone are told as a worry" in client.post(at, sent).text
    page = client.post(at, sent | {"trigger": "child_told"}, follow=True).text
    one = OffenceReport.objects.get()
    assert (one.beside, one.beside_id, one.due_on, one.agency) == ("note", contact.pk, now.date(), world.care)
    assert "Not reported yet" in page
    assert "Source: our own rule" in page, "that a later day is late is no law"
    assert reverse("note", args=[contact.pk]) in page
    (line,) = waiting(worker)
    assert (line.href, line.due_on, line.rule, line.source) == (
        reverse("offence_report", args=[one.pk]),
        one.due_on,
        "",
        "",
    )
    sent = {
        "to": str(world.police.pk),
        "way": "oral",
        "reported_time": f"{now:%H:%M}",
        "to_person": "Inspector Barrett",
    }
    sent |= {f"reported_on-{part}": getattr(now.date(), part) for part in ("day", "month", "year")}
    assert "Say to whom it was reported" in client.post(line.href, sent | {"to": ""}).text
    page = client.post(line.href, sent, follow=True).text
    one.refresh_from_db()
    assert (one.to_kind, one.to_agency, one.delay) == ("police", world.police, "")
    assert "Wexmoor Police (Inspector Barrett)" in page
    assert "it sent nothing to Wexmoor Police" in page
    assert not any(row.user.team == world.officer.team for row in Reader.objects.select_related("user"))
    assert "From knowing to reporting" in page
    assert not waiting(worker)
    assert not waiting(world.supervisor)
    verbs = (
        AuditRow.objects.filter(subject="offence report").exclude(verb="view").values_list("verb", flat=True)
    )
    assert sorted(verbs) == ["note", "report"]


def test_seven_days_run_where_a_report_now_puts_the_child_at_risk(world: World, case: Any, on: None) -> None:
    known = ago(days=3)
    one = note(world, case, known_at=known, delay="risk", delay_why=RISK)
    last = timezone.localdate(known) + timedelta(days=7)
    assert one.due_on == last
    (line,) = waiting(world.social_worker)
    assert (line.due_on, line.days_left, line.rule) == (last, 4, "Report a suspected offence")
    (timed,) = [each for each in clocks_of(world.social_worker, case.pk) if each.clock.id == rules.CLOCK]
    assert (timed.run.due_on, timed.days_left, timed.late_by) == (last, 4, 0)
    done = report(world, one, reported_at=ago(days=1))
    assert (done.due_on, done.delay, done.delay_why) == (last, "risk", RISK), "the reason given before stands"
    (timed,) = [each for each in clocks_of(world.social_worker, case.pk) if each.clock.id == rules.CLOCK]
    assert timed.run.met_on == timezone.localdate(ago(days=1))


def test_a_later_report_without_that_risk_is_late_and_needs_its_reason(
    world: World, case: Any, on: None
) -> None:
    one = note(world, case, known_at=ago(days=2))
    with pytest.raises(Refused, match="later day"):
        report(world, one)
    late = report(world, one, delay="other", delay_why="Nobody answered")
    assert late.due_on == timezone.localdate(ago(days=2))
    kept = queries.to_report(world.board_member).whole()
    assert (kept.kept, kept.of) == (0, 1)
    report(world, note(world, case))
    risky = note(world, case, known_at=ago(days=5), delay="risk", delay_why=RISK)
    report(world, risky)
    actions.take_back_report(by=world.social_worker, report_id=note(world, case).pk, why="Recorded twice")
    kept = queries.to_report(world.board_member).whole()
    assert (kept.kept, kept.of) == (2, 3), "what was put right counts no longer"
    with pytest.raises(Hidden):
        queries.to_report(world.teacher)
    (figure,) = [
        figure
        for figure in figures(world.board_member, today=timezone.localdate())
        if figure.promise.name == "offence-reports"
    ]
    assert not [period for period in figure.periods if period.is_shown], "three are too few to show"


def test_it_goes_to_an_agency_of_police_or_council_or_to_another_of_them(
    world: World, case: Any, on: None
) -> None:
    one = note(world, case)
    for said_, kind in (({"agency_id": world.school.pk}, Hidden), ({"agency_id": None, "to": "police"}, Refused), ({"agency_id": None, "to": "school", "outside": "x"}, Refused)):  # fmt: skip
        with pytest.raises(kind):
            report(world, one, **said_)
    done = report(world, one, agency_id=None, to="council", outside="Eastmarsh council")
    assert (done.to_kind, done.other_side) == ("council", "Eastmarsh council")
    with pytest.raises(Refused, match="already"):
        report(world, one)


def test_what_tells_of_it_is_a_worry_a_note_or_words_of_that_child_that_the_user_sees(
    world: World, case: Any, on: None
) -> None:
    words, concern = (
        words_of(world.social_worker, case.person_id).get(),
        concerns_of(world.social_worker, case.person_id).get(),
    )
    for beside, key in (("words", words.pk), ("concern", concern.pk)):
        assert note(world, case, beside=beside, beside_id=key).beside_id == key
    for beside, key in (("words", concern.pk), ("note", uuid.uuid4()), ("share", words.pk)):
        with pytest.raises(Hidden):
            note(world, case, beside=beside, beside_id=key)


def test_the_team_of_the_child_sees_what_a_colleague_noted_and_nobody_reported(
    world: World, case: Any, on: None
) -> None:
    one = note(world, case, by=world.supervisor, known_at=ago(days=2))
    Reader.objects.update(seen_at=timezone.now())
    page = client_of(world.social_worker).get(reverse("home")).text
    assert reverse("offence_report", args=[one.pk]) in page
    (line,) = waiting(world.social_worker)
    assert (line.whose, line.by, line.is_colleagues) == (
        "the child’s workers",
        str(world.supervisor),
        False,
    )


def test_a_child_without_an_open_case_waits_for_whoever_decides(world: World, case: Any, on: None) -> None:
    child = network.add_person(by=world.social_worker, given_name="Mena", family_name="Brand", kind="child")
    note(world, case, person_id=child.pk, known_at=ago(days=3))
    User.objects.filter(pk=world.social_worker.pk).update(is_active=False)
    for user, lines in (
        (world.supervisor, 1),
        (world.coordinator, 1),
        (world.teacher, 0),
        (world.officer, 0),
    ):
        assert len(waiting(User.objects.get(pk=user.pk))) == lines, user


def test_what_was_known_before_the_duty_held_is_no_trigger(world: World, case: Any) -> None:
    start(world, "report", 0)
    with pytest.raises(Refused, match="Tell it as a worry"):
        note(world, case, known_at=ago(days=1))
    page = client_of(world.social_worker).get(reverse("offence_report_note", args=[case.person_id])).text
    assert "The duty holds here since" in page
    assert "within 7 days at most" in page


def test_only_who_made_it_or_who_leads_puts_it_right_and_a_report_that_was_made_still_counts(
    world: World, case: Any, on: None
) -> None:
    one = note(world, case, known_at=ago(days=5))
    with pytest.raises(Refused, match="Ask them"):
        actions.take_back_report(by=world.teacher, report_id=one.pk, why="x")
    page = reverse("offence_report", args=[one.pk])
    assert "put it right" not in client_of(world.teacher).get(page).text
    assert "put it right" in client_of(world.supervisor).get(page).text
    report(world, one, delay="other", delay_why="Nobody answered")
    actions.take_back_report(by=world.supervisor, report_id=one.pk, why="Of another child")
    kept = queries.to_report(world.board_member).whole()
    assert (kept.kept, kept.of) == (0, 1)
    catch_up()
    (entry,) = [
        entry for entry in entries_of(world.social_worker, case.person_id) if "offence reported" in entry.what
    ]
    assert "Of another child" in str(entry.text)


def test_the_risk_that_was_noted_first_stays_beside_another_reason(world: World, case: Any, on: None) -> None:
    one = note(world, case, known_at=ago(days=3), delay="risk", delay_why=RISK)
    done = report(world, one, delay="other", delay_why="The phones were down")
    assert (done.first_why, done.delay, done.delay_why) == (RISK, "other", "The phones were down")
    assert RISK in client_of(world.social_worker).get(reverse("offence_report", args=[one.pk])).text
    catch_up()
    assert any(RISK in str(entry.text) for entry in entries_of(world.social_worker, case.person_id))


def test_a_reason_that_was_given_for_the_same_day_is_kept(world: World, case: Any, on: None) -> None:
    why = {"delay": "other", "delay_why": "The line was engaged for hours"}
    at = timezone.now()
    done = report(world, note(world, case, known_at=at), reported_at=at, **why)
    assert (done.delay, done.delay_why, done.due_on) == (*why.values(), timezone.localdate(at))


def test_a_page_that_is_sent_twice_notes_it_once(world: World, case: Any, on: None) -> None:
    at, client = reverse("offence_report_note", args=[case.person_id]), client_of(world.social_worker)
    sent = {"trigger": "child_told", "who": "Sol", "known_time": "00:00"}
    sent |= {f"known_on-{part}": getattr(timezone.localdate(), part) for part in ("day", "month", "year")}
    assert client.post(at, sent).status_code == 302
    assert "This is noted already" in client.post(at, sent).text
    assert OffenceReport.objects.count() == 1


def test_what_was_typed_of_one_note_is_not_laid_over_another(world: World, case: Any, on: None) -> None:
    worker, client = world.social_worker, client_of(world.social_worker)
    one, other = (
        write_note(by=worker, person_id=case.person_id, kind="call", at=ago(hours=hours), text="She rang.")
        for hours in (2, 1)
    )
    at = reverse("offence_report_note", args=[case.person_id])
    client.post(f"{at}?of=note:{one.pk}", {"who": "Sol", "beside": f"note:{one.pk}"})
    assert f'value="note:{other.pk}" selected' in client.get(f"{at}?of=note:{other.pk}").text
    assert f'value="note:{one.pk}" selected' in client.get(f"{at}?of=note:{one.pk}").text


def test_a_later_day_keeps_the_figure_of_what_was_noted(world: World, case: Any, on: None) -> None:
    report(world, note(world, case))
    start(world, "report", 10)
    (figure,) = [
        figure
        for figure in figures(world.board_member, today=timezone.localdate() + timedelta(days=120))
        if figure.promise.name == "offence-reports"
    ]
    assert figure.promise.source.startswith("our own rule")
    assert "within 7 days" in figure.promise.counts
    assert sum(period.counted.of for period in figure.periods) == 1


def test_nothing_is_noted_of_an_adult(world: World, case: Any, on: None) -> None:
    worker, client = world.social_worker, client_of(world.social_worker)
    adult = network.add_person(by=worker, given_name="Ola", family_name="Brand", kind="adult")
    for name in ("offence_report_note", "offence_reports"):
        assert client.get(reverse(name, args=[adult.pk])).status_code == 404
    for name in ("child_shared", "words"):
        page = client.get(reverse(name, args=[adult.pk]))
        assert "uspected offence" not in page.text, name


def test_who_has_to_know_is_told_and_who_is_kept_out_never(world: World, case: Any, on: None) -> None:
    police_see(world, case)
    lead = User.objects.get(pk=world.officer.pk)
    report(world, note(world, case))
    assert "offence_report" in [row.notice.kind for row in unread_of(lead)], "told as long as they may see it"
    assert queries.reports_visible_to(lead).exists()
    network.deny_access(
        by=world.coordinator,
        person_id=case.person_id,
        whom=Whom("", world.police, user=lead),
        why="He knows the family",
    )
    one = report(world, note(world, case, trigger="witnessed"))
    kinds = {
        user: [row.notice.kind for row in unread_of(User.objects.get(pk=user.pk))]
        for user in (world.coordinator, lead)
    }
    assert "offence_report" in kinds[world.coordinator]
    assert "offence_report" not in kinds[lead]
    assert not Reader.objects.filter(user=lead, notice__subject_id=one.pk).exists()
    pages = [reverse("offence_report", args=[one.pk]), reverse("offence_reports", args=[case.person_id])]
    pages += [
        reverse("offence_report_note", args=[case.person_id]),
        reverse("offence_report_back", args=[one.pk]),
    ]
    for user in (lead, world.analyst, world.board_member, world.administrator):
        for page in pages:
            assert client_of(user).get(page).status_code == 404, (user, page)
        with pytest.raises(Hidden):
            actions.open_report(by=user, report_id=one.pk)
        with pytest.raises(Hidden):
            note(world, case, by=user)
    assert list(queries.reports_visible_to(lead)) == []
    catch_up()
    told = [entry.what for entry in entries_of(world.social_worker, case.person_id)]
    assert "Suspected offence known: A child told of it" in told
    assert "Suspected offence reported to Wexmoor Police" in told
    assert not [entry for entry in entries_of(lead, case.person_id)]


def test_what_was_no_trigger_is_put_right_and_stays_marked(world: World, case: Any, on: None) -> None:
    one, client = note(world, case), client_of(world.social_worker)
    at = reverse("offence_report_back", args=[one.pk])
    assert "Say why it is put right" in client.post(at, {"why": " "}).text
    page = client.post(at, {"why": "It was a sign, and is told as a worry"}, follow=True).text
    assert "It was a sign, and is told as a worry" in page
    assert "Record the report" not in page
    assert not waiting(world.social_worker)
    with pytest.raises(Refused, match="put right"):
        report(world, one)
    with pytest.raises(Refused, match="put right"):
        actions.take_back_report(by=world.social_worker, report_id=one.pk, why="x")
    catch_up()
    assert not [entry for entry in entries_of(world.social_worker, case.person_id) if "offence" in entry.what]


def test_a_merge_takes_reports_along_and_undoing_it_gives_them_back(
    world: World, case: Any, on: None
) -> None:
    worker = world.social_worker
    twin = network.add_person(by=worker, given_name="Mena", family_name="Brand", kind="child")
    one = actions.note_trigger(
        by=worker, person_id=twin.pk, trigger="images", who="Sol", known_at=ago(minutes=5)
    )
    before = everything()
    done = merge(world, case.person, twin)
    assert [row.pk for row in queries.reports_of(worker, case.person_id)] == [one.pk]
    network.unmerge_people(by=world.coordinator, merge_id=done.pk, reason="Two cousins")
    one.refresh_from_db()
    assert one.person_id == twin.pk
    assert "cases.OffenceReport" not in differences(before)
