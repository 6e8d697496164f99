"""What would become of the rows of some files, and what became of those that were brought in. `user` is always the first argument."""

from __future__ import annotations

import copy
import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.db.models import BooleanField, Case, F, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.drafts.queries import begun_since
from heard.agencies.queries import (
    agencies_visible_to,
    colleagues_visible_to,
    duty_team,
    memberships_with,
    teams_visible_to,
    worked_on_since,
)
from heard.agencies.rules import Hidden, May
from heard.cases.case.queries import cases_visible_to, is_statutory
from heard.cases.keeping.queries import is_held
from heard.insight.bringing import rules
from heard.insight.bringing.models import CaseloadImport, ImportedRow
from heard.insight.bringing.reading import BroughtRow, File, Files
from heard.insight.bringing.rules import Outcome, Table
from heard.network import erasing
from heard.network.queries import children_numbered, find_described, people_visible_to, visible_through
from heard.network.rules import Description, Name

if TYPE_CHECKING:
    from heard.agencies.models import Agency, Team, User

_HITS: Final = 3  # records that are named as perhaps the same, for one row


# ---- before anything is written


@dataclass
class Checked:
    """`workers`: who is meant by what a file says of a worker. `teams`: which team leads, by the number of the row of cases."""

    files: Files
    workers: dict[str, User] = field(default_factory=dict)
    teams: dict[int, Team] = field(default_factory=dict)

    @property
    def fingerprint(self) -> dict[str, Any]:
        """What was read, how it was understood and how it came out, by numbers and hashes alone."""
        return {
            one.table.value: {
                "sha256": one.sha256,
                "understood": self._understood(one),
                "read": len(one.rows),
            }
            | {outcome.value: one.count(outcome) for outcome in Outcome}
            for one in self.files.files.values()
        }

    def _understood(self, one: File) -> str:
        """Which heading told which field, which teams and workers are meant, and what is said of each row."""
        teams = {number: str(team.pk) for number, team in self.teams.items() if one.table is Table.CASES}
        workers = {said: user.pk for said, user in self.workers.items()}
        rows = [
            (row.number, str(row.there or ""), [(issue.code, issue.field) for issue in row.issues])
            for row in one.rows
        ]
        told = json.dumps([sorted(one.taken.items()), sorted(teams.items()), sorted(workers.items()), rows])
        return hashlib.sha256(told.encode()).hexdigest()


def check(user: User, read: Files, *, today: date | None = None) -> Checked:
    """Says of each row of the files what would become of it; what was `read` stays as it is. `Hidden` for whoever may not bring a
    caseload in.

    Records that may be of the same child are sought among those that this user may find, and no others: of a record that is
    hidden from them nothing here says that it is there.
    """
    if not user.may(May.BRING_IN):
        raise Hidden
    files = copy.deepcopy(read)
    checked, today = Checked(files), today or timezone.localdate()
    people = _check_people(user, files.rows(Table.PEOPLE), today)
    staff = _Staff(user, checked)
    cases = _check_cases(user, files.rows(Table.CASES), people, staff, today)
    _check_plans(files.rows(Table.PLANS), people, cases, staff, today)
    return checked


def _check_people(user: User, rows: list[BroughtRow], today: date) -> dict[str, BroughtRow]:
    """The rows of people by their number, the first of each."""
    found: dict[str, BroughtRow] = {}
    seen: set[tuple[Any, ...]] = set()
    numbered = _numbered(user, rows)
    for row in rows:
        _check_birth(row, today)
        if not row.person:
            continue
        if row.person in found:
            row.say("id_twice", "person_id")
            continue
        found[row.person] = row
        _settle_same(user, row)
        if row.there or not row.is_kept:
            continue
        signs = set(_signs(row))
        if row.person in numbered:
            row.hits = tuple(
                (key, (_("Same number at your agency"),)) for key in sorted(numbered[row.person])[:_HITS]
            )
            row.say("number_there", "person_id")
        elif row.text("same_as") != "new":
            if signs & seen:
                row.say("twice_here")
            else:
                _seek(user, row)
        seen |= signs
    return found


def _numbered(user: User, rows: list[BroughtRow]) -> dict[str, set[uuid.UUID]]:
    """Records of children whom the user's own agency knows by the numbers of these rows already."""
    if user.team is None:
        return {}
    agency, values = user.team.agency, {row.person for row in rows if row.person}
    return children_numbered(user, scheme=rules.scheme_of(agency.kind), issuer=agency.name, values=values)


def _check_birth(row: BroughtRow, today: date) -> None:
    born = row.day("birth_date")
    if born is not None and (code := rules.why_birth_stands_out(born, today)):
        row.say(code, "birth_date")
        if code == "day_future_left":
            row.values["birth_date"] = None


def _signs(row: BroughtRow) -> Iterable[tuple[Any, ...]]:
    """By which two rows of one file may be of one child: a number, or names and birth date."""
    for name in ("nhs_number", "upn"):
        if row.text(name):
            yield name, row.text(name)
    names = tuple(rules.compared(row.text(name)) for name in ("given_name", "family_name"))
    if row.day("birth_date") and any(names):
        yield (*names, row.day("birth_date"))


def _settle_same(user: User, row: BroughtRow) -> None:
    """What somebody wrote into `same_as`: the record that is of the same child, or that none is."""
    said = row.text("same_as").casefold()
    row.values["same_as"] = said
    if said in ("", "new"):
        return
    try:
        key = uuid.UUID(said)
    except ValueError:
        key = None
    if key is None or not people_visible_to(user).filter(pk=key, kind="child").exists():
        row.say("same_as_unknown", "same_as")
    elif row.is_kept:
        row.there = key
        row.say("there")


def _seek(user: User, row: BroughtRow) -> None:
    names = [Name(row.text("given_name"), row.text("family_name"))]
    if row.text("known_as"):
        names.append(Name(row.text("known_as"), row.text("family_name")))
    numbers = tuple(filter(None, (row.text("nhs_number"), row.text("upn"))))
    postcodes = tuple(filter(None, (row.text("postcode"),)))
    asked = Description(tuple(names), row.day("birth_date"), postcodes, numbers)
    hits = find_described(user, asked, limit=_HITS)
    if hits:
        row.hits = tuple((hit.person_id, tuple(_(reason) for reason in hit.reasons)) for hit in hits)
        row.say("may_be_there")


def _same_state(row: BroughtRow, of: BroughtRow | None) -> bool:
    """Says why nothing is brought in of a child, where that is so."""
    if not row.person:
        return False
    if of is None:
        row.say("no_person", "person_id")
    elif of.there:
        row.say("person_there", "person_id")
    elif not of.is_kept:
        row.say("person_aside", "person_id")
    return of is not None and of.is_kept


def _check_cases(
    user: User, rows: list[BroughtRow], people: Mapping[str, BroughtRow], staff: _Staff, today: date
) -> dict[str, BroughtRow]:
    """The rows of cases that are kept, by the number of the person."""
    found: dict[str, BroughtRow] = {}
    for row in rows:
        of = people.get(row.person)
        if not _same_state(row, of) or of is None:
            continue
        if row.person in found:
            row.say("case_twice", "person_id")
            continue
        _check_days(row, of, today)
        staff.lead(row)
        for name in ("allocated_worker", "trusted_worker"):
            staff.settle(row, name, is_statutory=name == "allocated_worker")
        if row.is_kept:
            found[row.person] = row
    return found


_MOMENTS: Final = (
    "protection_plan_on",
    "last_conference_on",
    "looked_after_on",
    "last_looked_after_review_on",
)


def _check_days(row: BroughtRow, of: BroughtRow, today: date) -> None:
    opened, born = row.day("opened_on"), of.day("birth_date")
    if opened and opened > today:
        row.say("day_future", "opened_on")
    elif opened and born and opened < born:
        row.say("day_before_birth", "opened_on")
    for name in ("allocated_on", *_MOMENTS):
        day = row.day(name)
        if day and day > today:
            row.say("day_future_left", name)
        elif day and opened and name == "allocated_on" and day < opened:
            row.say("day_before_opening", name)
        elif day and born and day < born:
            row.say("day_before_birth", name)
        else:
            continue
        row.values[name] = None


def _check_plans(
    rows: list[BroughtRow],
    people: Mapping[str, BroughtRow],
    cases: Mapping[str, BroughtRow],
    staff: _Staff,
    today: date,
) -> None:
    review: dict[str, date] = {}
    for row in rows:
        if not _same_state(row, people.get(row.person)):
            continue
        if row.person not in cases:
            row.say("no_case", "person_id")
            continue
        staff.settle(row, "owner")
        due, again = row.day("due_on"), row.day("review_on")
        if due and due < today:
            row.say("action_over", "due_on")
        if again and again <= today:
            row.say("review_over", "review_on")
            row.values["review_on"] = None
        elif again and row.is_kept and review.setdefault(row.person, again) != again:
            row.say("review_differs", "review_on")


class _Staff:
    """Teams and colleagues as files name them, each looked up once."""

    def __init__(self, user: User, checked: Checked) -> None:
        self._user, self._checked = user, checked
        self._agencies = {rules.compared(agency.name): agency for agency in agencies_visible_to(user)}
        working = set(memberships_with(user, May.PLAN).values_list("team", flat=True))
        self._teams = [team for team in teams_visible_to(user) if team.pk in working]
        self._duty = duty_team(user)
        self._known: dict[str, list[User]] = {}
        for one in colleagues_visible_to(user).prefetch_related("memberships__team"):
            for name in {one.username.casefold(), one.email.casefold()} - {""}:
                self._known.setdefault(name, []).append(one)
        self._statutory: dict[int, bool] = {}
        self._plans = set(memberships_with(user, May.PLAN).values_list("user", flat=True))

    def lead(self, row: BroughtRow) -> None:
        """Which team leads the case. It decides who sees the child, so that a name which is not known sets the row aside."""
        team, agency = row.text("team"), row.text("lead_agency")
        of: Agency | None = self._agencies.get(rules.compared(agency))
        if agency and of is None:
            row.say("agency_unknown", "lead_agency")
            return
        named = (
            [one for one in self._teams if rules.compared(one.name) == rules.compared(team)] if team else []
        )
        if team and not named:
            row.say("team_unknown", "team")
            return
        if not team:
            named = [team for team in self._teams if of and team.agency_id == of.pk]
            if not of and self._duty:
                named = [self._duty]
        elif of:
            named = [team for team in named if team.agency_id == of.pk]
            if not named:
                row.say("team_elsewhere", "team")
                return
        if len(named) == 1:
            self._checked.teams[row.number] = named[0]
        else:
            row.say("team_unknown" if named or of else "no_team", "team")

    def settle(self, row: BroughtRow, name: str, *, is_statutory: bool = False) -> None:
        """Who is meant by a worker. One who is not known is left out and named: the child is brought in all the same."""
        said = row.text(name)
        if not said:
            return
        code = self._why_not(said, is_statutory)
        if code:
            row.say(code, name)
            row.values[name] = ""
        else:
            self._checked.workers[said] = self._known[said][0]

    def _why_not(self, said: str, is_statutory: bool) -> str:
        meant = self._known.get(said, [])
        if len(meant) != 1:
            return "worker_twice" if meant else "worker_unknown"
        if meant[0].pk not in self._plans:
            return "worker_may_not"
        if is_statutory and not self._is_statutory(meant[0]):
            return "worker_not_statutory"
        return ""

    def _is_statutory(self, worker: User) -> bool:
        if worker.pk not in self._statutory:
            self._statutory[worker.pk] = is_statutory(self._user, worker)
        return self._statutory[worker.pk]


# ---- what was brought in


def imports_visible_to(user: User) -> QuerySet[CaseloadImport]:
    """All of the partnership, the latest first, for those who may bring one in: they name nobody."""
    rows = CaseloadImport.objects.select_related("brought_by", "undo_asked_by", "undone_by")
    return rows if user.may(May.BRING_IN) else rows.none()


def import_visible_to(user: User, import_id: uuid.UUID) -> CaseloadImport:
    found = imports_visible_to(user).filter(pk=import_id).first()
    if found is None:
        raise Hidden
    return found


def rows_visible_to(user: User, import_id: uuid.UUID) -> QuerySet[ImportedRow]:
    """Every row, for those who may bring a caseload in; `may_open` says whether they may see the record that it is in. Its name
    and key are shown of those alone."""
    if not user.may(May.BRING_IN):
        return ImportedRow.objects.none()
    rows = ImportedRow.objects.filter(caseload=import_id).select_related("person")
    openable = Q(person__isnull=False) & visible_through(user, "person")
    may_open = Case(When(openable, then=Value(True)), default=Value(False), output_field=BooleanField())
    return rows.annotate(may_open=may_open).order_by(_PLACE, "number")


_PLACE: Final = Case(*(When(table=table.value, then=Value(place)) for place, table in enumerate(Table)))


def given_by(user: User, import_id: uuid.UUID) -> QuerySet[Any]:
    """Open cases that an import began, of children whom this user may see: first those in which the user is a worker (`is_mine`)."""
    made = ImportedRow.objects.filter(caseload=import_id, table=Table.CASES.value, outcome=Outcome.KEPT.value)
    mine = Q(allocated_worker=user.pk) | Q(trusted_worker=user.pk)
    is_mine = Case(When(mine, then=Value(True)), default=Value(False), output_field=BooleanField())
    rows = (
        cases_visible_to(user)
        .filter(person__in=made.values("person"), state="open")
        .annotate(is_mine=is_mine)
    )
    return rows.order_by(F("is_mine").desc(), "person__family_name", "person__given_name", "pk")


def taken_back_at(user: User, import_id: uuid.UUID) -> datetime | None:
    """When an import was taken back, for whoever is led there by a notice: it names nobody."""
    rows = CaseloadImport.objects.filter(pk=import_id, undone_at__isnull=False)
    found = rows.values_list("undone_at", flat=True).first()
    return found if user.may(May.SEE_CHILD) else None


def how_many_are_mine(user: User, import_id: uuid.UUID) -> int:
    return given_by(user, import_id).filter(is_mine=True).count()


def made_by(user: User, import_id: uuid.UUID) -> QuerySet[ImportedRow]:
    """Rows of people whose record an import made."""
    rows = ImportedRow.objects.filter(
        caseload=import_id, table=Table.PEOPLE.value, outcome=Outcome.KEPT.value
    )
    return rows if user.may(May.BRING_IN) else rows.none()


def worked_on(user: User, this: CaseloadImport, among: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Of these records, those on which somebody has worked since the import made them."""
    people = made_by(user, this.pk).filter(person__in=list(among)).values_list("person", flat=True)
    return {key for rows in _work_since(user, this, people) for key in rows} | _begun(user, this, people)


def is_worked_on(user: User, this: CaseloadImport, found: erasing.Gathered | None = None) -> bool:
    """Whether somebody has worked on any record that the import made. `found`: all that hangs on them, where it is gathered already."""
    people = made_by(user, this.pk).values_list("person", flat=True)
    return any(rows.exists() for rows in _work_since(user, this, people)) or bool(
        _begun(user, this, people, found)
    )


def _work_since(user: User, this: CaseloadImport, people: Any) -> Iterator[QuerySet[Any, Any]]:
    """Keys of those of these people about whom something was done after the import, or to whom another import leads."""
    yield worked_on_since(user, people=people, after=this.audit_row)
    others = ImportedRow.objects.filter(person__in=people).exclude(caseload=this.pk).order_by()
    yield others.values_list("person", flat=True).distinct()


def _begun(
    user: User, this: CaseloadImport, people: Any, found: erasing.Gathered | None = None
) -> set[uuid.UUID]:
    """Those of these people about whom, or about anything of whose record, somebody began a form since. What hangs on them is
    gathered only where forms were begun at all."""
    keys = begun_since(user, this.brought_at)
    if not keys:
        return set()
    return (found or erasing.gather(*people)).whose(keys)


def is_any_held(user: User, people: Iterable[uuid.UUID]) -> bool:
    return any(is_held(user, person_id) for person_id in people)


def why_not_ask_to_undo(user: User, this: CaseloadImport, *, worked_on: bool, reason: str) -> str | None:
    return rules.why_not_ask_to_undo(
        may_bring=user.may(May.BRING_IN),
        undone=this.undone_at is not None,
        asked=this.undo_asked_at is not None,
        worked_on=worked_on,
        reason=reason,
    )


def why_not_undo(
    user: User, this: CaseloadImport, *, worked_on: bool, agrees: bool, held: bool = False
) -> str | None:
    """`held` is asked of every record only when it is done."""
    return rules.why_not_undo(
        may_bring=user.may(May.BRING_IN),
        undone=this.undone_at is not None,
        asked_at=this.undo_asked_at,
        asked_it=this.undo_asked_by_id == user.pk,
        now=timezone.now(),
        worked_on=worked_on,
        held=held,
        agrees=agrees,
    )


def undoings_waiting(user: User) -> QuerySet[CaseloadImport]:
    """Those to which this user can agree or not."""
    rows = imports_visible_to(user).filter(undo_asked_at__isnull=False, undone_at=None)
    return rows.exclude(undo_asked_by=user.pk).order_by("undo_asked_at", "pk")
