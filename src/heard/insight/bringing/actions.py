"""Bringing a caseload in, and taking it back whole. Each is one transaction, and writes by the actions of the network and of cases."""

from __future__ import annotations

import logging
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.cases.case.actions import allocate_worker, allow_to_do, assign_trusted_worker, open_case
from heard.cases.case.notices.announcing import announce, gathering, settle
from heard.cases.case.notices.queries import who_was_told
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.clocks.actions import note_moment
from heard.cases.plan.actions import add_action, add_outcome, set_next_review, start_plan
from heard.insight.bringing import queries, rules
from heard.insight.bringing.models import CaseloadImport, ImportedRow
from heard.insight.bringing.queries import Checked
from heard.insight.bringing.reading import BroughtRow, Files
from heard.insight.bringing.rules import Outcome, Table
from heard.network import erasing
from heard.network.actions import add_identifier, add_person, record_fact
from heard.network.rules import FactKind, Level, Said, SaidAs

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from heard.agencies.models import Team, User

_log = logging.getLogger(__name__)
_AT_ONCE: Final = 500  # rows in one statement
_SUBJECT: Final = "caseload import"
_MORE: Final = "A record of this import is joined with one that it did not make, so nothing was taken back. Take the two apart first."
_LEANS: Final = "Something of another record leans on one of these, so nothing was taken back. Tell whoever looks after Heard."


def check_files(*, by: User, read: Files) -> Checked:
    """What would become of each row. Nothing is written but that somebody asked, and of how many children: whoever is in the files is
    searched for. Only that is a transaction: on SQLite nobody else could save while it is sought."""
    checked = queries.check(by, read)
    people = len(checked.files.rows(Table.PEOPLE))
    with transaction.atomic():
        record_audit(by=by, verb="check", subject=_SUBJECT, subject_id="files", detail={"people": people})
    return checked


@transaction.atomic
def bring_in(
    *,
    by: User,
    read: Files,
    reason: str,
    checked_as: Mapping[str, Any] | None = None,
    on_server: bool = False,
) -> CaseloadImport:
    """Brings in every row of the files that the check keeps, and writes down of each row what became of it.

    `checked_as`: the fingerprint of what somebody looked at before (`Checked.fingerprint`); where it comes out otherwise now, nothing
    is brought in. `on_server`: somebody else does it in the name of `by`, who is told. Raises `Refused`, and `Hidden` for whoever may not.
    """
    checked = queries.check(by, read)
    files = checked.files
    refuse(
        rules.why_not_bring(
            may_bring=by.may(May.BRING_IN),
            has_team=by.team is not None,
            reason=reason,
            kept=files.count(Outcome.KEPT),
            changed=checked_as is not None and dict(checked_as) != checked.fingerprint,
        )
    )
    this = CaseloadImport(
        reason=reason.strip(), brought_by=by, brought_at=timezone.now(), on_server=on_server
    )
    this.save(force_insert=True)
    people, told = _write(by, checked)
    this.files = checked.fingerprint
    ImportedRow.objects.bulk_create(
        (_accounted(this, row, people) for row in files.all_rows), batch_size=_AT_ONCE
    )
    _tell(by, this, Notified.BROUGHT, told.values())
    if on_server:
        _tell(by, this, Notified.BROUGHT, [by], to_self=True)
    detail = this.files | ({"on the server": True} if on_server else {})
    written = record_audit(
        by=by, verb="bring in", subject=_SUBJECT, subject_id=this.pk, reason=this.reason, detail=detail
    )
    this.audit_row = written.pk
    this.save(update_fields=["files", "audit_row"])
    return this


def _tell(
    by: User, this: CaseloadImport, kind: Notified, whom: Iterable[User], *, to_self: bool = False
) -> None:
    """Each for themselves, so that what one of them has not seen goes on."""
    for user in whom:
        announce(by=by, kind=kind, subject=_SUBJECT, subject_id=this.pk, named=[user], to_self=to_self)


def _accounted(this: CaseloadImport, row: BroughtRow, people: Mapping[str, uuid.UUID]) -> ImportedRow:
    is_in = row.outcome is not Outcome.ASIDE
    return ImportedRow(
        caseload=this,
        table=row.table.value,
        number=row.number,
        outcome=row.outcome.value,
        issues=[[issue.code, issue.field] for issue in row.issues],
        person_id=(row.there or people.get(row.person)) if is_in else None,
    )


type _Told = dict[int, User]


def _write(by: User, checked: Checked) -> tuple[dict[str, uuid.UUID], _Told]:
    """Keys of the records that were made, by the number of the person in the files, and who has to learn of them. A child of whom
    something is refused is set aside from there on, and the others are brought in."""
    files = checked.files
    cases = {row.person: row for row in files.rows(Table.CASES) if row.is_kept}
    plans: dict[str, list[BroughtRow]] = defaultdict(list)
    for row in files.rows(Table.PLANS):
        if row.is_kept:
            plans[row.person].append(row)
    people: dict[str, uuid.UUID] = {}
    told: _Told = {}
    for row in files.rows(Table.PEOPLE):
        if row.is_kept:
            person_id = _child(by, checked, row, cases.get(row.person), plans.get(row.person, []), told)
            people |= {row.person: person_id} if person_id else {}
    return people, told


def _child(
    by: User, checked: Checked, row: BroughtRow, case: BroughtRow | None, plan: list[BroughtRow], told: _Told
) -> uuid.UUID | None:
    """The record of one child, with case and plan."""
    team = checked.teams.get(case.number) if case else by.team
    person_id = _tried(lambda: _add_person(by, row, team), [row], told)
    if person_id is None:
        for after in filter(None, (case, *plan)):
            after.say("person_aside", "person_id")
        return None
    if case is None:
        return person_id
    case_id = _tried(lambda: _open(by, checked, case, person_id), [case], told)
    if case_id is None:
        for after in plan:
            after.say("no_case", "person_id")
    elif plan:
        _tried(lambda: _plan(by, checked, plan, case_id, person_id), plan, told)
    return person_id


def _tried[T](write: Callable[[], T], rows: list[BroughtRow], told: _Told) -> T | None:
    """What was written, and who has to learn of it among `told`; or None where Heard refuses it: then nothing of it is, nobody is told
    of it, and the rows say so."""
    try:
        with transaction.atomic(), gathering() as whom:
            written = write()
    except (Refused, Hidden, ValidationError):
        for row in rows:
            row.say("refused")
        return None
    told |= whom
    return written


def _add_person(by: User, row: BroughtRow, team: Team | None) -> uuid.UUID:
    agency = by.team.agency  # type: ignore[union-attr]
    given, family = row.text("given_name"), row.text("family_name")
    known_as = row.text("known_as")
    if not given and not family:
        given, known_as = known_as, ""
    person = add_person(
        by=by,
        given_name=given,
        family_name=family,
        known_as=known_as,
        birth_date=row.day("birth_date"),
        sex=row.text("sex") or "U",
        nhs_number=row.text("nhs_number"),
        upn=row.text("upn"),
        legal_status=row.text("legal_status"),
        address=row.text("address"),
        postcode=row.text("postcode"),
        why=_("Brought in from files"),
        team=team,
    )
    said = Said(SaidAs.PAPER, _("The records from which the caseload was brought in"), timezone.localdate())
    scheme = rules.scheme_of(agency.kind)
    add_identifier(by=by, person_id=person.pk, scheme=scheme, value=row.person, issuer=agency.name, said=said)
    for kind in (FactKind.LANGUAGE, FactKind.SCHOOL):
        if row.text(kind.value):
            record_fact(by=by, person_id=person.pk, kind=kind.value, value=row.text(kind.value), said=said)
    return person.pk


_BEFORE: Final = {  # the last of its kind stands for those before it, which were met elsewhere and are no figure of ours
    "last_conference_on": "review_conference",
    "protection_plan_on": "conference_first",
    "last_looked_after_review_on": "looked_after_review",
    "looked_after_on": "looked_after",
}
_KINDS: Final = (
    ("last_conference_on", "protection_plan_on"),
    ("last_looked_after_review_on", "looked_after_on"),
)


def _open(by: User, checked: Checked, row: BroughtRow, person_id: uuid.UUID) -> uuid.UUID:
    """A case that began on the day that the file gives, with its workers and what its clocks count from."""
    opened = row.day("opened_on")
    assert opened is not None  # a row without is set aside
    case = open_case(
        by=by,
        person_id=person_id,
        why=_why_opened(row),
        lead_team=checked.teams[row.number],
        at=_as_moment(opened),
    )
    why = _("Brought in from files: works with this child")
    given: dict[str, Any] = {"person_id": person_id, "why_involve": why}
    allocated = checked.workers.get(row.text("allocated_worker"))
    if allocated:
        allow_to_do(by=by, owner=allocated, level=Level.EVERYTHING, **given)
        allocate_worker(by=by, case_id=case.pk, worker=allocated, since=row.day("allocated_on"))
    trusted = checked.workers.get(row.text("trusted_worker"))
    if trusted:
        allow_to_do(by=by, owner=trusted, level=Level.EVERYTHING, **given)
        assign_trusted_worker(by=by, case_id=case.pk, worker=trusted)
    for fields in _KINDS:
        name = next((field for field in fields if row.day(field)), None)
        if name:
            note_moment(
                by=by, case_id=case.pk, kind=_BEFORE[name], on=row.day(name), note=_("Brought in from files.")
            )
    return case.pk


def _why_opened(row: BroughtRow) -> str:
    stage = row.text("stage")
    if not stage:
        return _("Brought in from files.")
    words = {
        "concern": _("a worry"),
        "assessment": _("an assessment"),
        "plan": _("a plan"),
        "review": _("a review"),
    }
    return _("Brought in from files. The work was at %(stage)s then.") % {"stage": words[stage]}


def _as_moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _plan(
    by: User, checked: Checked, rows: list[BroughtRow], case_id: uuid.UUID, person_id: uuid.UUID
) -> uuid.UUID:
    """A plan that is being written: nobody has agreed to it here, on a signed assessment and with the child heard."""
    plan = start_plan(by=by, case_id=case_id)
    outcomes: dict[str, uuid.UUID] = {}
    why = _("Brought in from files: does something for this child")
    for row in rows:
        text = row.text("outcome")
        if text not in outcomes:
            outcomes[text] = add_outcome(by=by, plan_id=plan.pk, text=text).pk
        if row.text("action"):
            add_action(
                by=by,
                outcome_id=outcomes[text],
                what=row.text("action"),
                owner=checked.workers.get(row.text("owner")),
                due_on=row.day("due_on"),
                why_involve=why,
            )
    again = next((day for row in rows if (day := row.day("review_on"))), None)
    if again:
        set_next_review(by=by, plan_id=plan.pk, review_on=again)
    return plan.pk


# ---- looking at it


@transaction.atomic
def take_out_rows(*, by: User, import_id: uuid.UUID) -> QuerySet[ImportedRow]:
    """What became of each row, for taking out; with its audit row."""
    this = queries.import_visible_to(by, import_id)
    record_audit(by=by, verb="download", subject=_SUBJECT, subject_id=this.pk)
    return queries.rows_visible_to(by, this.pk)


# ---- taking it back


def _locked(by: User, import_id: uuid.UUID) -> CaseloadImport:
    queries.import_visible_to(by, import_id)
    return CaseloadImport.objects.select_for_update().get(pk=import_id)


@transaction.atomic
def ask_to_undo(*, by: User, import_id: uuid.UUID, reason: str) -> CaseloadImport:
    """Nothing goes yet: another person agrees within a week."""
    this = _locked(by, import_id)
    worked_on = queries.is_worked_on(by, this)
    refuse(queries.why_not_ask_to_undo(by, this, worked_on=worked_on, reason=reason))
    this.why_undo, this.undo_asked_by, this.undo_asked_at = reason.strip(), by, timezone.now()
    this.save(update_fields=["why_undo", "undo_asked_by", "undo_asked_at"])
    record_audit(by=by, verb="ask to undo", subject=_SUBJECT, subject_id=this.pk, reason=this.why_undo)
    return this


@transaction.atomic
def turn_undo_down(*, by: User, import_id: uuid.UUID) -> CaseloadImport:
    """What was brought in stays."""
    this = _locked(by, import_id)
    refuse(queries.why_not_undo(by, this, worked_on=False, agrees=False))
    asked = this.undo_asked_by
    this.why_undo, this.undo_asked_by, this.undo_asked_at = "", None, None
    this.save(update_fields=["why_undo", "undo_asked_by", "undo_asked_at"])
    record_audit(by=by, verb="turn down undo", subject=_SUBJECT, subject_id=this.pk)
    _tell(by, this, Notified.NOT_TAKEN_BACK, filter(None, [asked]))
    return this


@transaction.atomic
def undo(*, by: User, import_id: uuid.UUID) -> CaseloadImport:
    """The second person agrees, and all that was brought in goes out of the database. What stays is that there was an import, and
    the audit trail as it was written. Records that were there before are as they were.

    What goes is gathered before it is asked who has worked on it: whatever somebody adds after that leans on what goes, and the
    database refuses."""
    this = _locked(by, import_id)
    rows = queries.made_by(by, this.pk)
    people = set(rows.values_list("person_id", flat=True))
    erasing.hold(people)
    found = erasing.gather(*people)
    refuse(
        queries.why_not_undo(
            by,
            this,
            worked_on=queries.is_worked_on(by, this, found),
            agrees=True,
            held=queries.is_any_held(by, people),
        )
    )
    if found.people != people:
        refuse(_MORE)
    try:
        erasing.take_out(found)
    except IntegrityError:
        _log.exception("An import could not be taken back.")
        refuse(_LEANS)
    ImportedRow.objects.filter(caseload=this).delete()
    settle(kind=Notified.BROUGHT, subject=_SUBJECT, subject_id=this.pk, at=timezone.now())
    this.undone_by, this.undone_at = by, timezone.now()
    this.save(update_fields=["undone_by", "undone_at"])
    record_audit(by=by, verb="undo", subject=_SUBJECT, subject_id=this.pk, detail=found.counted)
    told = {*who_was_told(by, [(_SUBJECT, this.pk)]), this.undo_asked_by}
    _tell(by, this, Notified.TAKEN_BACK, filter(None, told))
    return this
