"""What an inspection is given: children, concerns, missing episodes, what each agency wrote, and where what stands. `user` is always the
first argument: it holds what this user, whoever asked and whoever agreed may all see, and says nothing of what one of them may not."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Min, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden, May
from heard.agencies.tables import Cell, Sheet
from heard.cases.case.models import CasePeriod
from heard.cases.case.queries import cases_open_between
from heard.cases.caseload.queries import lines_of
from heard.cases.concern.queries import concerns_open_to
from heard.cases.inspection import rules
from heard.cases.inspection.models import InspectionList
from heard.cases.missing.queries import episodes_visible_to
from heard.cases.record.queries import entries_about_unrestricted
from heard.cases.timeline.forms import KINDS
from heard.network.queries import sees

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.models import Case

type Row = list[Cell]
type Known = dict[uuid.UUID, tuple[str, str]]


def lists_visible_to(user: User) -> QuerySet[InspectionList]:
    """Those that wait first, then what was decided or withdrawn last. They name no child."""
    rows = InspectionList.objects.select_related("asked_by", "decided_by", "taken_by")
    ended = Coalesce("withdrawn_at", "decided_at")
    rows = rows.order_by(ended.desc(nulls_first=True), "-asked_at", "pk")
    return rows if user.may(May.DISCLOSE) else rows.none()


def list_visible_to(user: User, list_id: uuid.UUID) -> InspectionList:
    """One of them, or `Hidden`."""
    found = lists_visible_to(user).filter(pk=list_id).first()
    if found is None:
        raise Hidden
    return found


def to_decide(user: User) -> QuerySet[InspectionList]:
    """Those that wait for a second person, who is not the one that asked."""
    return lists_visible_to(user).filter(state="waiting").exclude(asked_by=user.pk)


def to_take(user: User) -> QuerySet[InspectionList]:
    """What this user asked for, was agreed, and nobody has taken out yet."""
    since = timezone.now() - timedelta(days=rules.DAYS)
    return lists_visible_to(user).filter(
        state="agreed", asked_by=user.pk, taken_at=None, decided_at__gte=since
    )


def refused(user: User) -> QuerySet[InspectionList]:
    """What this user asked for and a second person did not agree to, until they say that they have read why."""
    return lists_visible_to(user).filter(state="refused", asked_by=user.pk, read_at=None)


def cases_of(user: User, this: InspectionList, references: Collection[str]) -> list[Case]:
    """Of `listed`, those with these references."""
    return list(listed(user, this).filter(reference__in=references).order_by("pk"))


def listed(user: User, this: InspectionList) -> QuerySet[Case]:
    """Cases that were open on those days, of children whose record the user, whoever asked and whoever agreed may all open, so that nobody
    agrees to what they cannot see; not what somebody opened in an emergency or reads for a case audit. One of the others who is kept out
    without learning of it counts as if they were not (`sees`): else the list would tell."""
    rows = cases_open_between(user, this.since, this.until)
    everybody = {key for key in (user.pk, this.asked_by_id, this.decided_by_id) if key}
    for number, key in enumerate(sorted(everybody)):
        name = f"reader_{number}"
        rows = rows.alias(**{name: Value(key)}).filter(sees(user, name, "person"))
    return rows


def named(user: User, this: InspectionList) -> dict[uuid.UUID, int]:
    """Of `listed`, the children whose files are listed: the key of what names each in this list."""
    rows = this.cases.through._default_manager.filter(
        inspectionlist=this, case__in=listed(user, this).order_by().values("pk")
    )
    return dict(rows.order_by("pk").values_list("case__person", "pk"))


def sheets(user: User, this: InspectionList) -> Iterator[Sheet]:
    """What is taken out. Some twelve queries, however many children there are."""
    cases = listed(user, this).order_by()
    yield _about(user, this)
    known = _known(cases)
    yield _children(user, this, cases)
    yield _concerns(user, this, known)
    yield _missing(user, this, known)
    yield _agencies(user, this, known)
    yield _files(user, this, cases, known)


def _about(user: User, this: InspectionList) -> Sheet:
    lines: list[Row] = [
        [_("Asked for by"), this.for_whom],
        [_("Why"), this.why],
        [_("Lawful basis"), this.on_basis],
        [_("Cases that were open from"), this.since],
        [_("up to"), this.until],
        [_("Asked and agreed by"), f"{this.asked_by}; {this.decided_by}"],
        [_("Taken out by, on"), f"{user}, {timezone.localtime():%d/%m/%Y %H:%M}"],
        [
            _("Which children"),
            _(
                "Those whose case was open on one of these days and whose record whoever asked, agreed and takes it out may all open, other than in an emergency or for a case audit. Children of whom a concern was told and who have no case stand in no list."
            ),
        ],
        [
            _("Children"),
            _(
                "As it stands on the day on which it was taken out; opened and closed, as it was on those days. A case that was closed and opened again on them says both."
            ),
        ],
        [_("Concerns; Missing"), _("Told, or begun, on one of these days.")],
        [
            _("Agencies"),
            _(
                "How many entries of each child’s chronology are of each agency, of these days. Where an entry does not say its agency, it is the one to which whoever wrote it belongs today: who moved to another agency has taken earlier entries along. Fewer entries do not mean that less was done."
            ),
        ],
        [
            _("Files"),
            _(
                "What stands in the record of the children who were named, with its day, its kind and whose it is; not what it says. Entries about people whose own record is restricted are left out."
            ),
        ],
    ]
    return Sheet(_("About"), [_("What"), _("It says")], lines, [_("For an inspection")])


def _children(user: User, this: InspectionList, cases: QuerySet[Case]) -> Sheet:
    head = [_("Child"), _("Born"), _("Sex"), _("Lead agency"), _("Team"), _("Opened"), _("Closed")]
    head += [_("Opened again"), _("Stage"), _("Allocated worker"), _("Trusted worker"), _("Last seen")]
    head += [_("Last seen alone"), _("Last words"), _("Restricted")]
    lines = list(lines_of(user, cases))
    # Read after the cases, so that one which closes meanwhile is in one of the two.
    ended = _ended(this, cases)
    rows: list[Row] = []
    for line in lines:
        case, child = line.case, line.case.person
        is_open = case.state == "open"
        spells = ended.get(case.pk, [])
        if is_open and localdate(case.opened_at) <= this.until:
            spells = [*spells, (case.opened_at, None)]
        (opened, _first), (again, closed) = spells[0], spells[-1]
        rows.append(
            [case.reference, str(child), child.birth_date, child.get_sex_display(), case.lead_team.agency.name,
             case.lead_team.name, opened, closed, again if len(spells) > 1 else None, str(line.stage) if is_open else _("Closed"),
             str(case.allocated_worker or ""), str(case.trusted_worker or ""), line.seen_on, line.alone_on,
             line.words_on, _("yes") if child.restricted else _("no")]
        )  # fmt: skip
    return _sheet(_("Children"), head, rows)


def _ended(
    this: InspectionList, cases: QuerySet[Case]
) -> dict[uuid.UUID, list[tuple[datetime, datetime | None]]]:
    """By case: from when to when it was open, of the times that have ended and that overlap those days, the first one first."""
    rows = CasePeriod.objects.filter(case__in=cases.values("pk"))
    rows = rows.filter(opened_at__date__lte=this.until, closed_at__date__gte=this.since)
    found: dict[uuid.UUID, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for case, opened, closed in rows.order_by("opened_at").values_list("case", "opened_at", "closed_at"):
        found[case].append((opened, closed))
    return found


def _concerns(user: User, this: InspectionList, known: Known) -> Sheet:
    rows = concerns_open_to(user).filter(person__in=known)
    rows = rows.filter(told_at__date__gte=this.since, told_at__date__lte=this.until)
    rows = rows.select_related("agency", "decided_by").order_by("told_at", "pk")
    head = [_("Child"), _("Concern"), _("Told"), _("By agency"), _("In danger when told"), _("Decision due")]
    head += [_("Decided"), _("Decision")]
    lines: list[Row] = [
        [*known[key], concern.reference, concern.told_at, concern.agency.name, concern.get_danger_now_display(), concern.due_on,
         concern.decided_at, concern.get_decision_display()]
        for concern in rows
        if (key := concern.person_id)
    ]  # fmt: skip
    return _sheet(_("Concerns"), head, lines)


def _missing(user: User, this: InspectionList, known: Known) -> Sheet:
    rows = episodes_visible_to(user).filter(person__in=known, taken_back_at=None)
    rows = rows.filter(missing_from__date__gte=this.since, missing_from__date__lte=this.until)
    rows = rows.annotate(offered=Min("offers__offered_at")).order_by("missing_from", "pk")
    head = [_("Child"), _("Missing from"), _("Found"), _("Interview due"), _("Offered"), _("Held")]
    lines: list[Row] = [
        [*known[row.person_id], row.missing_from, row.found_at, row.interview_due_at, row.offered,
         row.interview.held_at if hasattr(row, "interview") else None]
        for row in rows
    ]  # fmt: skip
    return _sheet(_("Missing"), head, lines)


def _agencies(user: User, this: InspectionList, known: Known) -> Sheet:
    rows = _entries(user, this, known).exclude(agency="").order_by("agency").values("child_id", "agency")
    found = rows.annotate(number=Count("pk"), first=Min("on"), last=Max("on"))
    lines: list[Row] = [
        [*known[row["child_id"]], row["agency"], row["number"], row["first"], row["last"]] for row in found
    ]
    head = [_("Child"), _("Agency"), _("Entries"), _("First"), _("Last")]
    return _sheet(_("Agencies"), head, lines)


def _files(user: User, this: InspectionList, cases: QuerySet[Case], known: Known) -> Sheet:
    chosen = cases.filter(pk__in=this.cases.order_by().values("pk")).values_list("person", flat=True)
    rows = entries_about_unrestricted(user).filter(child_id__in=known.keys() & set(chosen))
    rows = rows.order_by("on", "at", "pk").only("child_id", "on", "kind", "agency", "who")
    kinds = {kind.value: str(label) for kind, label in KINDS.items()}
    lines: list[Row] = [[*known[row.child_id], row.on, kinds[row.kind], row.agency, row.who] for row in rows]
    head = [_("Child"), _("Day"), _("Kind"), _("Agency"), _("By")]
    return _sheet(_("Files"), head, lines)


def _sheet(name: str, head: list[str], rows: list[Row]) -> Sheet:
    """Each row begins with the reference of the case and the child’s name: those of one child stand together, in the order in which they
    came, and apart from another child of that name."""
    return Sheet(name, [_("Case"), *head], sorted(rows, key=lambda row: (str(row[1]), str(row[0]))))


def _entries(user: User, this: InspectionList, known: Known) -> QuerySet[Any]:
    rows = entries_about_unrestricted(user).filter(child_id__in=known)
    return rows.filter(on__gte=this.since, on__lte=this.until)


def _known(cases: QuerySet[Case]) -> Known:
    """By child: the references of their cases, and their name."""
    found: Known = {}
    rows = cases.select_related(None).select_related("person").order_by("reference")
    for case in rows:
        before = found.get(case.person_id)
        found[case.person_id] = (
            f"{before[0]}, {case.reference}" if before else case.reference,
            str(case.person),
        )
    return found
