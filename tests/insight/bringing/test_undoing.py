"""A caseload that was brought in is taken back whole by two, as long as nobody has worked on it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World
from tests.insight.bringing.files import Written, bring

from heard.agencies.drafts.actions import begin_draft
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.cases.case.actions import record_words
from heard.cases.case.models import Case
from heard.cases.case.notices.lines import lines_of
from heard.cases.case.notices.queries import unread_of
from heard.cases.clocks.models import Moment
from heard.cases.keeping.actions import place_hold
from heard.cases.plan.models import Action, Outcome
from heard.insight.bringing import actions, queries
from heard.network.actions import add_person, merge_people, move_house, open_record, record_fact
from heard.network.models import Involvement, Person
from heard.network.rules import Said, SaidAs


def everything() -> dict[str, int]:
    """How many rows each table has, but for the audit trail and what is counted by the hour."""
    left = {
        "agencies.AuditRow",
        "agencies.AuditSeal",
        "agencies.AuditHead",
        "agencies.Tally",
        "cases.Notice",  # who was told that something came, and nothing of whom
        "cases.Reader",
        "insight.CaseloadImport",
    }
    return {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models()
        if model._meta.label not in left
    }


def test_two_take_it_back_whole(world: World, written: Written, second: User) -> None:
    other = add_person(by=world.social_worker, given_name="Other", family_name="Child")
    before = everything()
    this = bring(world, written())
    kept_for_good = AuditRow.objects.count()
    open_record(
        by=world.social_worker, person_id=Person.objects.get(given_name="Ada").pk
    )  # looking is no work
    actions.ask_to_undo(by=world.coordinator, import_id=this.pk, reason="A file of the wrong day")
    with pytest.raises(Refused, match="You asked for this yourself"):
        actions.undo(by=world.coordinator, import_id=this.pk)
    assert list(queries.undoings_waiting(second)) == [this]
    assert not queries.undoings_waiting(world.coordinator)
    actions.undo(by=second, import_id=this.pk)
    assert everything() == before
    client = Client()
    for user in (world.social_worker, world.supervisor, world.coordinator):
        [told] = lines_of(unread_of(user))  # that children were brought is on nobody's list any longer
        assert told.what == "Children who had been brought into Heard were taken back"
        client.force_login(user)
        page = client.get(told.href).text
        assert "All of it was taken back" in page
        assert (f'{reverse("caseload_import", args=[this.pk])}"' in page) == (user == world.coordinator)
    assert not unread_of(second)
    assert list(Person.objects.all()) == [other]
    assert AuditRow.objects.count() > kept_for_good
    assert AuditRow.objects.filter(verb="undo", subject_id=str(this.pk)).count() == 1
    this.refresh_from_db()
    assert (this.undone_by, this.files["people"]["kept"]) == (second, 2)
    with pytest.raises(Refused, match="taken back already"):
        actions.ask_to_undo(by=second, import_id=this.pk, reason="Once more")


def test_somebody_may_turn_it_down(world: World, written: Written, second: User) -> None:
    this = bring(world, written())
    actions.ask_to_undo(by=second, import_id=this.pk, reason="A file of the wrong day")
    actions.turn_undo_down(by=world.coordinator, import_id=this.pk)
    with pytest.raises(Refused, match="Nobody asks for it"):
        actions.undo(by=world.coordinator, import_id=this.pk)
    assert Person.objects.count() == 2
    [told] = lines_of(unread_of(second))
    assert told.what == "A caseload that was to be taken back stays"
    client = Client()
    client.force_login(second)
    assert f'{reverse("caseload_import", args=[this.pk])}"' in client.get(told.href).text


# What forms hang on, as the pages keep them.
FORMS: dict[str, tuple[str, Callable[[Person], UUID]]] = {
    "form about a person": ("person.move", lambda ada: ada.pk),
    "form about a case": ("assessment.start", lambda ada: Case.objects.get(person=ada).pk),
    "form about an outcome": ("plan.action-add", lambda ada: Outcome.objects.earliest("pk").pk),
    "form about an action": ("plan.action", lambda ada: Action.objects.earliest("pk").pk),
    "form about a moment": ("moment.correct", lambda ada: Moment.objects.get(case__person=ada).pk),
}


@pytest.mark.parametrize(
    "how",
    [
        "written",
        "form about a person",
        "form about a case",
        "form about an outcome",
        "form about an action",
        "form about a moment",
        "merged",
        "held",
        "brought in again",
    ],
)
def test_what_somebody_worked_on_is_not_taken_back(
    world: World, written: Written, second: User, how: str
) -> None:
    this = bring(world, written())
    ada, bo = Person.objects.order_by("given_name")
    actions.ask_to_undo(by=second, import_id=this.pk, reason="A file of the wrong day")
    why = "Somebody has worked on one of these records"
    if how == "written":
        move_house(by=world.social_worker, person_id=bo.pk, postcode="LE2 2BB")
    elif how in FORMS:
        kind, key = FORMS[how]
        begin_draft(by=world.social_worker, kind=kind, subject_id=key(ada))
        bo = ada
    elif how == "merged":
        older = Person.objects.create(given_name="Bob", family_name="Sedgewick", lead_agency=world.care)
        Involvement.objects.create(
            person=older, agency=world.care, since=date(2026, 1, 1), why="Known", given_by=world.coordinator
        )
        Person.objects.filter(pk=older.pk).update(added_at=timezone.now() - timedelta(days=9))
        merge_people(by=world.coordinator, kept_id=older.pk, merged_id=bo.pk, reason="The same boy")
        bo = older
    elif how == "held":
        hold = place_hold(by=world.coordinator, scope="all", reason="An inquiry")
        assert hold.lifted_at is None
        why = "A hold keeps these records"
    else:
        line = f"person_id,given_name,same_as\nK1,Bo,{bo.pk}\nK7,Cy,\n"
        bring(world, written(line, "", ""))
    with pytest.raises(Refused, match=why):
        actions.undo(by=world.coordinator, import_id=this.pk)
    assert Person.objects.filter(merged_into=None).count() >= 2
    client = Client()
    client.force_login(world.coordinator)
    page = client.get(reverse("caseload_import", args=[this.pk])).text
    assert page.count("Worked on since") == (0 if how == "held" else page.count(f'/{bo.pk}/"'))


def test_nobody_elses_record_goes_along(
    world: World, written: Written, second: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where nothing says that somebody has put the two together."""
    this = bring(world, written())
    actions.ask_to_undo(by=second, import_id=this.pk, reason="A file of the wrong day")
    other = add_person(by=world.social_worker, given_name="Other", family_name="Child")
    Person.objects.filter(pk=other.pk).update(merged_into=Person.objects.get(given_name="Ada"))
    with pytest.raises(Refused, match="joined with one that it did not make"):
        actions.undo(by=world.coordinator, import_id=this.pk)
    assert Person.objects.count() == 3


def test_what_is_written_meanwhile_is_never_lost(
    world: World, written: Written, second: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not everybody who writes waits for whoever takes an import back: words come in once it was asked whether there is work."""
    this = bring(world, written())
    actions.ask_to_undo(by=second, import_id=this.pk, reason="A file of the wrong day")
    ada, today, asked = Person.objects.get(given_name="Ada"), timezone.localdate(), queries.is_worked_on

    def comes_between(*told: Any) -> bool:
        found = asked(*told)
        record_words(
            by=world.social_worker, person_id=ada.pk, text="I like my school", heard_by="Sol", heard_on=today
        )
        return found

    monkeypatch.setattr(queries, "is_worked_on", comes_between)
    with pytest.raises(Refused, match="Something of another record leans on one of these"):
        actions.undo(by=world.coordinator, import_id=this.pk)
    assert Person.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time")
@pytest.mark.parametrize("waits", [True, False], ids=["who waits", "who does not wait"])
def test_what_is_written_at_the_same_moment_is_never_lost(
    world: World, written: Written, second: User, monkeypatch: pytest.MonkeyPatch, waits: bool
) -> None:
    """Whoever holds the record first waits, and then finds it gone. What others write makes it stay."""
    this = bring(world, written())
    actions.ask_to_undo(by=second, import_id=this.pk, reason="A file of the wrong day")
    ada, asked = Person.objects.get(given_name="Ada"), queries.is_worked_on
    said = Said(SaidAs.PAPER, "A letter", timezone.localdate())
    writes: list[Future[str]] = []
    seen: list[str] = []

    def write() -> str:
        try:
            if waits:
                record_fact(
                    by=world.social_worker, person_id=ada.pk, kind="school", value="Southgate", said=said
                )
            else:
                move_house(by=world.social_worker, person_id=ada.pk, postcode="LE2 2BB")
        except Hidden:
            return "no such record"
        else:
            return "written"
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:

        def meanwhile(*told: Any) -> bool:
            found = asked(*told)
            writes.append(pool.submit(write))
            try:
                seen.append(writes[0].result(timeout=1))
            except TimeoutError:
                seen.append("waits")
            return found

        monkeypatch.setattr(queries, "is_worked_on", meanwhile)
        if waits:
            actions.undo(by=world.coordinator, import_id=this.pk)
        else:
            with pytest.raises(Refused, match="leans on one of these"):
                actions.undo(by=world.coordinator, import_id=this.pk)
        seen.append(writes[0].result(timeout=20))
    assert seen == (["waits", "no such record"] if waits else ["written"] * 2)
    assert Person.objects.count() == (0 if waits else 2)
    assert waits or ada.addresses.filter(postcode="LE2 2BB").exists()


def test_taking_it_back_on_the_pages(world: World, written: Written, second: User) -> None:
    this, client = bring(world, written()), Client()
    client.force_login(world.coordinator)
    assert reverse("caseload_import", args=[this.pk]) in client.get(reverse("caseload_imports")).text
    where = reverse("caseload_import_undo", args=[this.pk])
    assert "Say why it is taken back" in client.post(where, {"reason": ""}).text
    assert client.post(where, {"reason": "A file of the wrong day"}).status_code == 302
    assert "You asked for this yourself" in client.get(where).text
    client.force_login(second)
    assert where in client.get(reverse("home")).text
    assert client.post(where, {"agrees": "yes"}, follow=True).status_code == 200
    assert not Person.objects.exists()
    assert "Nothing of it is left" in client.get(reverse("caseload_import", args=[this.pk])).text
