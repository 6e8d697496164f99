"""How long records are kept: holds, what is past its time, and destruction by two with a certificate."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as site_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World
from tests.walls.record import AT_THE_GATE, FAMILY_NAME, SAYS, SEEN, Record, make_record
from tests.walls.test_code import tables

from heard.agencies.drafts.actions import begin_draft
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.agencies.seal.writing import ring_in
from heard.agencies.trail import sealing, stored
from heard.agencies.trail.verifying import Outcome, verify
from heard.cases.attachment.actions import attach
from heard.cases.attachment.models import Attachment
from heard.cases.case.models import Case, CasePeriod
from heard.cases.keeping import actions, queries, rules
from heard.cases.keeping.models import Destruction, Hold
from heard.insight.run.actions import destroy_what_is_past
from heard.network import erasing
from heard.network.actions import Knows, add_person, add_place, note_tie, note_tie_to
from heard.network.handles import known_handle
from heard.network.models import Handle, Mention, Node, Person, Tie, TieSource

NO_NAME = "The regulator ordered it, 3 May"


@pytest.fixture
def record(world: World, settings: Any, tmp_path: Any) -> Record:
    """A child with a record of every kind, whose case is closed and which nothing keeps."""
    settings.DATA = tmp_path
    record = make_record(world, restricted=False)
    Case.objects.filter(person=record["person_id"]).update(state="closed")
    Hold.objects.filter(lifted_at=None).update(lifted_by=world.supervisor, lifted_at=timezone.now())
    Destruction.objects.all().delete()
    return record


def ask(by: User, person_id: Any, **values: Any) -> Destruction:
    return actions.ask_to_destroy(
        by=by, person_id=person_id, **({"why": "order", "reason": NO_NAME} | values)
    )


def child_of(world: World, **values: Any) -> Person:
    names = {"given_name": "Dana", "family_name": "Reed"}
    return add_person(by=world.social_worker, **(names | values))


def everything() -> dict[str, str]:
    """All that stands in the database, by table."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            found[model._meta.label] = str(cursor.fetchall())
    return found


# ---- destroying


def test_a_destroyed_record_is_nowhere_in_the_database(
    world: World, record: Record, django_capture_on_commit_callbacks: Any
) -> None:
    """Nothing of the child's names and words is left, in any table, and no file; another child's record is as it was."""
    other = child_of(world)
    kept = attach(
        by=world.social_worker, upload=SimpleUploadedFile("n.txt", b"Another child"), person_id=other.pk
    )
    begin_draft(by=world.social_worker, kind="plan.outcome", subject_id=record["plan_id"])
    files = list(Attachment.objects.filter(person=record["person_id"]))
    spoken = list(Attachment.objects.filter(message__person=record["person_id"]))
    assert files
    assert spoken
    files += spoken
    assert all(attachment.path.is_file() for attachment in files)
    row = ask(world.coordinator, record["person_id"])
    with django_capture_on_commit_callbacks(execute=True):
        actions.destroy(by=world.supervisor, destruction_id=row.pk)
    key = record["person_id"]
    told = {
        table: [
            word
            for word in (f"Ines {FAMILY_NAME}", "Ines", SAYS, SEEN, AT_THE_GATE, "Rosa", "WX-10482")
            if word in text
        ]
        for table, text in everything().items()
    }
    assert {table: words for table, words in told.items() if words} == {}
    pointing = {table for table, text in everything().items() if key.hex in text or str(key) in text}
    assert pointing <= {"agencies.AuditRow", "cases.Destruction", "insight.EngineRun"}
    assert not any(attachment.path.exists() for attachment in files)
    assert Person.objects.filter(pk=other.pk).exists()
    assert Attachment.objects.get(pk=kept.pk).path.is_file()
    assert row.pk == Destruction.objects.get(agreed=True).pk


def test_the_trail_stays_sound_and_says_in_which_row_it_was_erased(world: World, record: Record) -> None:
    about = set(AuditRow.objects.filter(person_id=record["person_id"]).values_list("pk", flat=True))
    assert about
    row = actions.destroy(by=world.supervisor, destruction_id=ask(world.coordinator, record["person_id"]).pk)
    sealing.seal()
    with stored.as_it_is() as trail:
        verdict = verify(trail, ring_in(site_settings.AUDIT_KEY))
    assert (verdict.outcome, verdict.faults) == (Outcome.SOUND, [])
    assert verdict.erased == row.audit_rows >= len(about)
    said = AuditRow.objects.get(pk=row.audit_row)
    assert (said.verb, said.subject, said.subject_id) == ("erase", "audit", str(row.pk))
    erased = AuditRow.objects.filter(pk__in=about)
    assert {
        (audit_row.person_id, audit_row.actor, audit_row.reason, audit_row.salt) for audit_row in erased
    } == {(None, "", "", "")}
    assert not AuditRow.objects.filter(person_id=record["person_id"]).exists()


def test_it_takes_another_person_within_a_week(world: World) -> None:
    child = child_of(world)
    row = ask(world.coordinator, child.pk)
    with pytest.raises(Refused, match="yourself"):
        actions.destroy(by=world.coordinator, destruction_id=row.pk)
    with pytest.raises(Refused, match="already"):
        ask(world.supervisor, child.pk)
    Destruction.objects.update(asked_at=timezone.now() - timedelta(days=8))
    with pytest.raises(Refused, match="week"):
        actions.destroy(by=world.supervisor, destruction_id=row.pk)
    actions.turn_down(by=world.supervisor, destruction_id=row.pk)
    assert Person.objects.filter(pk=child.pk).exists()
    with pytest.raises(Refused, match="decided"):
        actions.destroy(by=world.supervisor, destruction_id=row.pk)


def test_what_was_destroyed_goes_again_with_what_was_merged_into_it_later(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    """As after a restore: the two records are there again and are not merged yet, nobody knows the certificate, and somebody
    who asked came later. A hold of that day does not stop what two people agreed to since."""
    kept, gone, other = child_of(world), child_of(world, given_name="Dani"), child_of(world, given_name="Uma")
    actions.place_hold(by=world.coordinator, scope="record", reason="An inquiry", person_id=kept.pk)
    erasure = rules.Erasure(
        certificate="7b0f7e35-5f0c-4c3b-9d0e-0d8b7a3a5a11",
        people=(str(kept.pk), str(gone.pk)),
        why="asked",
        asked_by=987_654,
        asked_at=timezone.now(),
        decided_by=world.supervisor.pk,
        decided_at=timezone.now(),
    )
    ask(world.coordinator, gone.pk)
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.destroy_again(by=None, erasure=erasure)
    assert list(Person.objects.values_list("pk", flat=True)) == [other.pk]
    row = Destruction.objects.get(pk=erasure.certificate)
    assert (row.agreed, row.asked_by, row.decided_by) == (True, None, world.supervisor)
    assert not actions.destroy_again(by=None, erasure=erasure), "once"
    [said] = queries.carried_out(None)
    assert set(said.people) == set(erasure.people)
    assert AuditRow.objects.filter(verb="destroy", subject_id=erasure.certificate).count() == 1
    assert not AuditRow.objects.filter(person_id__in=(kept.pk, gone.pk)).exists()


def test_a_restore_destroys_no_more_than_was_agreed(world: World) -> None:
    """In that backup somebody else's record was merged with this one by mistake, and was taken apart later."""
    agreed, mistaken = child_of(world), child_of(world, given_name="Dani")
    Person.objects.filter(pk=mistaken.pk).update(merged_into=agreed)
    erasure = rules.Erasure(
        certificate="7b0f7e35-5f0c-4c3b-9d0e-0d8b7a3a5a12",
        people=(str(agreed.pk),),
        why="asked",
        asked_by=world.coordinator.pk,
        asked_at=timezone.now(),
        decided_by=world.supervisor.pk,
        decided_at=timezone.now(),
    )
    with pytest.raises(Refused, match="nobody agreed to destroy"):
        actions.destroy_again(by=None, erasure=erasure)
    assert Person.objects.filter(pk__in=[agreed.pk, mistaken.pk]).count() == 2


def test_a_certificate_says_so_where_nobody_knows_who_asked(world: World, client: Client) -> None:
    row = actions.destroy(by=world.supervisor, destruction_id=ask(world.coordinator, child_of(world).pk).pk)
    Destruction.objects.filter(pk=row.pk).update(asked_by=None)
    client.force_login(world.coordinator)
    page = client.get(reverse("destruction", args=[row.pk])).text
    assert "Somebody who came after the backup that was restored" in page
    assert client.get(reverse("keeping")).status_code == 200


@pytest.mark.parametrize("who", ["teacher", "social_worker", "analyst", "administrator", "board_member"])
def test_nobody_else_asks_or_agrees(world: World, who: str) -> None:
    child = child_of(world)
    with pytest.raises((Refused, Hidden)):
        ask(getattr(world, who), child.pk)
    row = ask(world.coordinator, child.pk)
    with pytest.raises((Refused, Hidden)):
        actions.destroy(by=getattr(world, who), destruction_id=row.pk)
    client = Client()
    client.force_login(getattr(world, who))
    for name, keys in (
        ("keeping", []),
        ("destruction", [row.pk]),
        ("destruction_ask", [child.pk]),
        ("hold_one", [child.pk]),
    ):
        assert client.get(reverse(name, args=keys)).status_code == 404


def test_an_open_case_is_closed_first(world: World, record: Record) -> None:
    Case.objects.filter(person=record["person_id"]).update(state="open")
    with pytest.raises(Refused, match="open case"):
        ask(world.coordinator, record["person_id"])


def test_a_row_of_somebody_else_that_mentions_the_person_stays(world: World, record: Record) -> None:
    protective = apps.get_model("cases", "ProtectivePerson").objects.get(assessment=record["assessment_id"])
    aunt = child_of(world, given_name="Rosa", family_name="Bell")
    with connection.cursor() as cursor:  # as before it was signed
        as_stored = (lambda key: key.hex) if connection.vendor == "sqlite" else (lambda key: key)
        cursor.execute(
            "UPDATE cases_protectiveperson SET person_id = %s, name = '' WHERE id = %s",
            [as_stored(aunt.pk), as_stored(protective.pk)],
        )
    actions.destroy(by=world.supervisor, destruction_id=ask(world.coordinator, aunt.pk).pk)
    protective.refresh_from_db()
    assert (protective.person_id, protective.name) == (None, "Somebody whose record was destroyed")
    assert Case.objects.filter(pk=record["case_id"]).exists()


# ---- holds


@pytest.mark.parametrize("scope", ["record", "agency", "all"])
def test_a_hold_stops_it_whatever_its_scope(world: World, scope: str) -> None:
    child = child_of(world)
    row = ask(world.coordinator, child.pk)
    on = {"record": {"person_id": child.pk}, "agency": {"agency_id": world.care.pk}, "all": {}}[scope]
    hold = actions.place_hold(by=world.coordinator, scope=scope, reason="Letter of the inquiry", **on)
    with pytest.raises(Refused, match="on hold"):
        actions.destroy(by=world.supervisor, destruction_id=row.pk)
    with pytest.raises(Refused, match="on hold"):
        ask(world.coordinator, child.pk)
    actions.ask_to_lift_hold(by=world.coordinator, hold_id=hold.pk, reason="The inquiry has ended")
    with pytest.raises(Refused, match="yourself"):
        actions.lift_hold(by=world.coordinator, hold_id=hold.pk)
    assert queries.is_held(world.coordinator, child.pk)
    actions.lift_hold(by=world.supervisor, hold_id=hold.pk)
    actions.destroy(by=world.supervisor, destruction_id=row.pk)
    assert not Person.objects.filter(pk=child.pk).exists()


def test_of_two_holds_the_one_that_was_asked_for_is_confirmed_and_no_other(world: World) -> None:
    first, second = (
        actions.place_hold(by=world.coordinator, scope="all", reason=f"Letter {count}") for count in (1, 2)
    )
    for hold, other in ((first, second), (second, first)):
        assert queries.hold_visible_to(world.supervisor, hold.pk) == hold
        actions.confirm_hold(by=world.supervisor, hold_id=hold.pk)
        hold.refresh_from_db()
        other.refresh_from_db()
        assert hold.confirmed_by == world.supervisor
        assert (other.confirmed_by is None) == (hold == first)
    with pytest.raises(Hidden):
        queries.hold_visible_to(world.supervisor, world.care.pk)


def test_a_hold_is_in_force_before_a_second_confirms_it(world: World) -> None:
    hold = actions.place_hold(by=world.coordinator, scope="all", reason="Letter of the inquiry")
    assert queries.is_everything_held(None)
    with pytest.raises(Refused, match="yourself"):
        actions.confirm_hold(by=world.coordinator, hold_id=hold.pk)
    assert list(queries.holds_waiting(world.supervisor)) == [hold]
    actions.confirm_hold(by=world.supervisor, hold_id=hold.pk)
    assert not queries.holds_waiting(world.supervisor).exists()
    with pytest.raises(Refused):
        actions.place_hold(by=world.teacher, scope="all", reason="Because")


def test_a_hold_on_everything_keeps_runs_that_are_past_their_day(world: World, record: Record) -> None:
    runs = apps.get_model("insight", "EngineRun").objects
    runs.update(keep_until=timezone.localdate() - timedelta(days=1))
    hold = actions.place_hold(by=world.coordinator, scope="all", reason="Letter of the inquiry")
    assert destroy_what_is_past(by=None) == 0
    Hold.objects.filter(pk=hold.pk).update(lifted_by=world.supervisor, lifted_at=timezone.now())
    assert destroy_what_is_past(by=None) > 0


# ---- what is past its time


def test_nothing_is_past_its_time_where_no_period_is_set(world: World, record: Record, settings: Any) -> None:
    settings.RETENTION = None
    assert not queries.past_their_time(world.coordinator).exists()
    with pytest.raises(Refused, match="no period is set"):
        ask(world.coordinator, record["person_id"], why="past")


@pytest.mark.parametrize(
    ("text", "closed_years", "past"),
    [("closed,5", 6, True), ("closed,5", 4, False), ("birth,3", 0, True), ("birth,75", 6, False)],
)
def test_what_is_past_its_time_is_listed_unless_it_is_held(
    world: World, record: Record, settings: Any, text: str, closed_years: int, past: bool
) -> None:
    settings.RETENTION = rules.period_of(text)
    child = Person.objects.get(pk=record["person_id"])
    ended = timezone.now() - timedelta(days=365.25 * closed_years)
    CasePeriod.objects.create(
        case_id=record["case_id"], opened_at=ended - timedelta(days=9), opened_by=world.coordinator, closed_at=ended, closed_by=world.coordinator,
        why_closed="Help has ended", why_no_words="She moved before",
    )  # fmt: skip
    assert (
        child in queries.past_their_time(world.coordinator),
        queries.is_past(world.coordinator, child),
    ) == (past, past)
    actions.place_hold(by=world.coordinator, scope="record", person_id=child.pk, reason="Letter of the court")
    assert child not in queries.past_their_time(world.coordinator)


def test_what_is_listed_is_what_a_hold_on_an_agency_does_not_keep(
    world: World, record: Record, settings: Any
) -> None:
    """An agency that leads holds the record too, also where it was never involved by a row of its own."""
    settings.RETENTION = rules.period_of("birth,3")
    child = Person.objects.get(pk=record["person_id"])
    child.involvements.all().delete()
    Person.objects.filter(pk=child.pk).update(lead_agency=world.care)
    chosen = {"scope": "agency", "reason": "Letter of the inquiry", "agency_id": world.care.pk}
    assert child in queries.past_their_time(world.coordinator)
    actions.place_hold(by=world.coordinator, **chosen)
    assert queries.is_held(world.coordinator, child.pk)
    assert child not in queries.past_their_time(world.coordinator)


@pytest.mark.parametrize("text", ["closed", "death,5", "birth,x", "birth,0"])
def test_a_period_that_says_nothing_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(ValueError, match="HEARD_RETENTION"):
        rules.period_of(text)


# ---- what the network has of it


def test_ties_mentions_and_phones_of_the_record_go_and_those_that_others_have_stay(
    world: World, record: Record
) -> None:
    """A tie of somebody else goes where this record alone says it; a phone where nobody else has it."""
    person, other = record["person_id"], child_of(world)
    arcade = add_place(by=world.social_worker, name="Arcade", kind="arcade")
    says = {"by": world.social_worker, "end": "handle", "new_kind": "phone", "in_words": "rings"}
    for who, number in ((person, "07700 900111"), (person, "07700 900222"), (other.pk, "07700 900222")):
        note_tie_to(one_id=who, new_name=number, knows=Knows("They say so"), **says)
    alone, shared = (known_handle("phone", "", number) for number in ("07700 900111", "07700 900222"))
    said_here = Knows("Her worry says it", about="concern", about_id=record["concern_id"])
    note_tie(
        by=world.social_worker, one_id=other.pk, other_id=arcade.pk, in_words="goes there", knows=said_here
    )
    Mention.objects.create(
        node_id=shared.pk,
        about="concern",
        about_id=record["concern_id"],
        start=0,
        length=3,
        confirmed_by=world.teacher,
    )
    row = ask(world.coordinator, person)
    actions.destroy(by=world.supervisor, destruction_id=row.pk)
    assert not Mention.objects.filter(about_id=record["concern_id"]).exists()
    assert not TieSource.objects.filter(about_id=record["concern_id"]).exists()
    assert not Tie.objects.filter(second=arcade.pk, first=other.pk).exists()
    assert not Node.objects.filter(pk__in=(person, alone.pk)).exists()
    assert not Handle.objects.filter(pk=alone.pk).exists()
    assert [tie.first_id for tie in Tie.objects.filter(second=shared.pk)] == [other.pk]
    counted = Destruction.objects.get(pk=row.pk).counted
    assert {"network.Tie", "network.TieSource", "network.Mention", "network.Node"} <= set(counted)


# ---- every table

# Tables with something about a child of which rows stay, each with the reason. The certificate says so.
STAYS = {
    "network.Handle": "stays where another record names it or somebody else is tied to it; who used it is a tie, which goes",
    "agencies.AuditRow": "its personal part goes, and a row says so",
    "agencies.Draft": "those about the record go by its key; others are seen by their writer alone, until they are sent or thrown away",
    "cases.Panel": "minutes of several children: who holds the panel looks there",
    "cases.PanelSeat": "who sat at a panel",
    "cases.Supervision": "of worker and supervisor, part of no child's record",
    "cases.SupervisionAction": "of worker and supervisor, part of no child's record",
    "cases.SupervisionCorrection": "of worker and supervisor, part of no child's record",
    "cases.Destruction": "is the certificate",
    "cases.InspectionList": "names a case alone, and no longer once it is destroyed; what was taken out of it is handed over",
    "board.CaseDraw": "keeps a fingerprint of each case that was open, with which a draw can be made again; what was read of a case goes with it",
    "network.Place": "is a place, which several children are tied to",
    "network.Group": "is a group, which several people are tied to",
    **dict.fromkeys(
        (
            "cases.Context",
            "cases.ContextVoice",
            "cases.ContextAssessment",
            "cases.ContextGoal",
            "cases.ContextGuardian",
            "cases.ContextPattern",
            "cases.ContextReview",
            "cases.ReviewedGoal",
            "cases.ContextEnd",
            "cases.ContextTry",
        ),
        "is of a place or group and names no child: a full name of a child there is refused; what names one by a tick goes with the record",
    ),
    "graph.Incoming": "is a whole chart of many: what it says of itself goes after 90 days, with its rows",
    "network.Spelling": "speaks of nobody",
    "cases.ChronologyWord": "speaks of nobody",
}


def test_every_table_that_says_something_of_a_child_goes_with_the_record_or_has_a_reason() -> None:
    said = tables()
    of_children = {
        table for table, fields in said.items()
        if any(isinstance(value, list) and value[0].startswith("child") for value in fields.values())
    }  # fmt: skip
    reached = {model._meta.label for model in erasing.reached()}
    left = {table for table in of_children - reached if not table.startswith("insight.")}
    assert left - set(STAYS) == set()
    assert set(STAYS) & reached == set()
