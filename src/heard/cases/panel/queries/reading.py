"""Which panels and items a user may read. An item about a child is there for whoever may see the child; everything else
of a panel for the agencies that are part of it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.utils import timezone

from heard.agencies.queries import agencies_visible_to, colleagues_visible_to, who_are
from heard.agencies.rules import MAY, Hidden, May
from heard.agencies.subqueries import Asked, OfRow, compiled_exists
from heard.cases.assessment.queries import latest_signed
from heard.cases.case.counting import Counting
from heard.cases.case.models import Words
from heard.cases.case.notices.queries import has_been_read
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import beside_words, cases_visible_to, my_cases, open_case_of, words_of
from heard.cases.case.rules import BY_CHILD, days_late
from heard.cases.context.queries import context_visible_to, contexts_visible_to, who_holds
from heard.cases.disruption.models import DisruptionStep
from heard.cases.panel import rules
from heard.cases.panel.models import (
    Dissent,
    MinutesCorrection,
    Panel,
    PanelAction,
    PanelItem,
    PanelSeat,
)
from heard.cases.plan.models import Action
from heard.cases.plan.queries import agreed_plan, draft_plan, plan_visible_to
from heard.network.queries import (
    Tied,
    children_tied,
    involvements_of,
    not_hidden_through,
    sees,
    visible_through,
    web,
)

if TYPE_CHECKING:
    from heard.agencies.models import Team, User
    from heard.cases.assessment.models import Assessment
    from heard.cases.case.models import Case as CaseRow
    from heard.cases.plan.models import Plan
    from heard.network.models import Involvement

_CASES = 50  # from which one is chosen for a step
_BEFORE = 5  # earlier decisions of panels that are shown beside an item


# An item of a panel once it is decided on; one of a mapping meeting once that is closed.
CAME_OF_IT: Final = ~Q(panel__kind="mapping") & Q(decided_at__isnull=False) | Q(
    panel__kind="mapping", panel__state="held"
)


@dataclass(frozen=True)
class Stands:
    """How far an action of a panel is, wherever it lives. `late`: days overdue."""

    state: str
    done_on: date | None
    note: str
    late: int
    plan_action_id: uuid.UUID | None = None
    case_id: uuid.UUID | None = None  # of a step against what harms
    context_id: uuid.UUID | None = None  # of a step about a place or group


@dataclass(frozen=True)
class AgendaLine:
    """One item of an agenda as this reader sees it. `item` is None for a child whom they may not see."""

    number: int
    section: str
    minutes: int | None
    item: PanelItem | None
    tied: Tied | None = None
    actions: list[tuple[PanelAction, Stands]] | None = None


@dataclass(frozen=True)
class Among:
    """Where an item stands on its agenda: as which `number` of how many, and what the reader may open before and after it. `minutes` of
    the whole agenda, and of what is not decided yet (`to_come`)."""

    number: int
    of: int
    before: PanelItem | None
    after: PanelItem | None
    minutes: int
    to_come: int


@dataclass(frozen=True)
class Known:
    """What stands beside the discussion of a child. `plan`: the one in force, else the one that is being written. `before`: what panels decided,
    and the mapping meetings that spoke about them."""

    words: Words | None
    case: CaseRow | None
    plan: Plan | None
    signed: Assessment | None
    involved: list[Involvement]
    before: list[PanelItem]


def panels_visible_to(user: User) -> QuerySet[Panel]:
    """Panels of which an agency is part in which the user works with children; every panel for those who hold them."""
    rows = Panel.objects.select_related(
        "chair", "chaired_by", "agreed_in", "agreed_by", "held_by", "context__place", "context__group"
    )
    if user.may(May.HOLD_PANEL):
        return rows
    seats = PanelSeat.objects.filter(panel=OuterRef("pk"), agency__in=user.agencies_where(May.SEE_PANEL))
    return rows.filter(Exists(seats)) if user.may(May.SEE_PANEL) else rows.none()


def panel_visible_to(user: User, panel_id: uuid.UUID) -> Panel:
    """With its invitations, and whether the user may know what it is about; or `Hidden`."""
    seats = PanelSeat.objects.select_related("agency", "user")
    rows = _with_whom(user, panels_visible_to(user)).prefetch_related(Prefetch("seats", seats))
    panel = rows.filter(pk=panel_id).first()
    if panel is None:
        raise Hidden
    return panel


def panel_with_agenda(user: User, panel_id: uuid.UUID) -> Panel:
    """As `panel_visible_to`, of a panel, whose agenda is drawn from the record; `Hidden` for a meeting of another kind."""
    panel = panel_visible_to(user, panel_id)
    if panel.kind != rules.MeetingKind.PANEL:
        raise Hidden
    return panel


def panels_to_come(user: User) -> QuerySet[Panel]:
    """Those that have not been held, the next first."""
    return _with_whom(user, panels_planned(user))


def panels_planned(user: User) -> QuerySet[Panel]:
    """The same, where nothing is shown of whom a conference is about."""
    return panels_visible_to(user).filter(state=rules.PanelState.PLANNED).order_by("starts_at", "pk")


def panels_held(user: User) -> QuerySet[Panel]:
    """The latest first."""
    return _with_whom(user, panels_visible_to(user).filter(state=rules.PanelState.HELD))


def _with_whom(user: User, rows: QuerySet[Panel]) -> QuerySet[Panel]:
    """`may_know`: whether the user may read the context that a conference is about. Who may not reads no name of a group or home."""
    about = Q(context=None) | Q(Exists(_contexts(user).filter(pk=OuterRef("context_id"))))
    return rows.annotate(
        may_know=Case(When(about, then=Value(True)), default=False, output_field=BooleanField())
    )


def _contexts(user: User) -> QuerySet[Any]:
    return contexts_visible_to(user).order_by().select_related(None)


def held_before(user: User, panel: Panel) -> Panel | None:
    """The last of its kind that was held before this one, and about the same context, for those who may see it."""
    alike = panels_held(user).filter(kind=panel.kind, context=panel.context_id)
    return alike.filter(starts_at__lt=panel.starts_at).first()


def conferences_of(user: User, context_id: uuid.UUID) -> QuerySet[Panel]:
    """Those about one context, the latest first, for those who may see it."""
    context_visible_to(user, context_id)
    return panels_visible_to(user).filter(context=context_id)


def since_of(user: User, panel: Panel) -> datetime:
    """From when on the record is looked through for a panel: what came after the last one was prepared."""
    before = held_before(user, panel)
    if before is None:
        return panel.starts_at - rules.FIRST_LOOKS_BACK
    return min(before.prepared_at or before.starts_at, before.starts_at)


def takes_part(user: User, panel: Panel) -> bool:
    """Whether the user's agency is part of it. For a panel with its `seats`."""
    mine = user.agencies_where(May.SEE_PANEL)
    return user.pk in (panel.chair_id, panel.chaired_by_id) or any(
        seat.agency_id in mine for seat in panel.seats.all()
    )


def why_not_write(user: User, panel: Panel) -> str | None:
    """What stands in the way of writing at a panel with its `seats`."""
    return rules.why_not_write(
        takes_part=takes_part(user, panel),
        may_hold=user.may(May.HOLD_PANEL),
        state=panel.state,
        is_agreed=panel.agreed_at is not None,
    )


def why_not_note_yet(user: User, panel: Panel) -> str | None:
    """What stands in the way of noting what is said at a meeting with its `seats`."""
    return rules.why_not_note_yet(
        kind=panel.kind,
        may_write=why_not_write(user, panel),
        day=timezone.localdate(panel.starts_at),
        today=timezone.localdate(),
    )


def why_not_take_chair(user: User, panel: Panel) -> str | None:
    """What stands in the way of chairing a panel with its `seats` in place of whoever was to."""
    seats = {seat.agency_id for seat in panel.seats.all()}
    return rules.why_not_take_chair(
        may_chair=user.may(May.CHAIR_PANEL),
        is_invited=panel.chair_id == user.pk or bool(seats & user.agencies_where(May.CHAIR_PANEL)),
        is_chair=panel.in_the_chair.pk == user.pk,
        **_now(panel),
    )


def why_not_note_here(user: User, panel: Panel) -> str | None:
    """What stands in the way of saying who is here."""
    return rules.why_not_note_here(may_hold=holds(user, panel), **_now(panel))


def holds(user: User, panel: Panel) -> bool:
    """Whether this user holds a meeting with its `seats`, which gives what is needed there and no look at anybody: those whose role holds
    panels; and, while it meets, whoever chairs it for an agency that is invited."""
    if user.may(May.HOLD_PANEL):
        return True
    chairs = user.pk == (panel.chaired_by_id or panel.chair_id) and rules.meets(**_now(panel))
    return chairs and may_chair(user, user, {seat.agency_id for seat in panel.seats.all()})


def _now(panel: Panel) -> dict[str, Any]:
    return {
        "state": panel.state,
        "day": timezone.localdate(panel.starts_at),
        "today": timezone.localdate(),
    }


def who_can_chair(user: User, invited: Collection[uuid.UUID] | None = None) -> dict[str, tuple[User, str]]:
    """Colleagues whose role holds panels, then those who chair for one of the agencies that are `invited` (None: for any), by key: who, and
    how they are called in a list."""
    return _who_may(user, May.HOLD_PANEL) | _who_may(user, May.CHAIR_PANEL, invited)


def who_can_come(user: User) -> dict[str, tuple[User, str]]:
    """Colleagues whose role takes part in panels, by key."""
    return _who_may(user, May.SEE_PANEL)


def may_chair(user: User, person: User, invited: Collection[uuid.UUID]) -> bool:
    """Whether this colleague may chair a meeting to which these agencies are invited, as `user`, who takes part in panels, sees it."""
    may = person.may(May.HOLD_PANEL) or bool(person.agencies_where(May.CHAIR_PANEL) & set(invited))
    return user.may(May.SEE_PANEL) and person.is_active and may


def _who_may(
    user: User, permission: May, agencies: Collection[uuid.UUID] | None = None
) -> dict[str, tuple[User, str]]:
    held = Q(memberships__role__in=[role for role, allowed in MAY.items() if permission in allowed])
    if agencies is not None:
        held &= Q(memberships__team__agency__in=list(agencies))
    rows = list(colleagues_visible_to(user).filter(held).distinct())
    known = who_are(user, [row.pk for row in rows])
    return {str(row.pk): (row, f"{known[row.pk].name}, {known[row.pk].agency}") for row in rows}


def agencies_at(user: User, panel_id: uuid.UUID) -> list[tuple[str, str]]:
    """The agencies that are invited to a panel, as choices."""
    seats = panel_visible_to(user, panel_id).seats.all()
    return list({str(seat.agency_id): seat.agency.name for seat in seats}.items())


def team_of_guest(user: User, panel_id: uuid.UUID, agencies: Collection[uuid.UUID]) -> Team | None:
    """The team of whoever is invited by name for these agencies, where that is one team and no agency of them is invited as such."""
    seats = [seat for seat in panel_visible_to(user, panel_id).seats.all() if seat.agency_id in agencies]
    teams = {seat.user.team if seat.user else None for seat in seats}
    team = teams.pop() if len(teams) == 1 else None
    return team if team and team.agency_id in agencies else None


def agencies_to_choose(user: User) -> list[tuple[str, str]]:
    return [(str(agency.pk), agency.name) for agency in agencies_visible_to(user)]


# ---- items


def items_visible_to(user: User, of: str = "") -> QuerySet[PanelItem]:
    """Items of whichever panel, also those taken off. About a child or adult: for whoever may see them; about a place,
    group or theme: for whoever sees the panel, or does something because of it; at a mapping meeting groups, phones and cars, and at a
    conference what it is about, for those of them who may see these. `of`: of those about a person, place or group alone, of which the database
    is asked less."""
    doing = Q(Exists(PanelAction.objects.filter(item=OuterRef("pk"), owner=user)))
    theirs = Q(panel__in=panels_visible_to(user).order_by().values("pk")) | doing
    rows = PanelItem.objects.filter(_about_any(user, of, theirs))
    return rows.select_related(*_ABOUT) if user.may(May.SEE_PANEL) else rows.none()


def _about_any(user: User, of: str, theirs: Q, at: str = "") -> Q:
    """Of items, or of rows that lead to one by `at`: those about somebody whom the user may see, and of the rest, which is `theirs` by the
    panel, those of which they may know."""
    seen, no_person = visible_through(user, f"{at}person"), Q(**{f"{at}person__isnull": True})
    if of == "person":
        return seen & ~no_person
    rest = no_person & _known_to(user, at, of) & theirs
    return rest & Q(**{f"{at}{of}__isnull": False}) if of else seen | rest


def items_of_people(user: User) -> QuerySet[PanelItem]:
    """Those of `items_visible_to` that are about a child or adult."""
    return items_visible_to(user, "person")


def items_that_name(user: User) -> QuerySet[PanelItem]:
    """Items on an agenda whose notes may name a phone, car or account: of those that the user may see, all but what only somebody
    who knows a group, a phone or the work on a place may see. Else who may see one would be asked of the web, and the web of them."""
    stays = Q(panel__kind=rules.MeetingKind.PANEL) | Q(
        panel__kind=rules.MeetingKind.MAPPING, place__isnull=False
    )
    known = Q(person__isnull=True) & stays & Q(panel__in=panels_visible_to(user).order_by().values("pk"))
    rows = PanelItem.objects.filter(visible_through(user, "person") | known, taken_off_at=None)
    return rows if user.may(May.SEE_PANEL) else rows.none()


_ABOUT = ("panel", "person", "place", "group", "handle", "words", "decided_by")


def _known_to(user: User, at: str = "", of: str = "") -> Q:
    """Of items that are about no person, or of rows that lead to one by `at`: whether this user may know of it at a mapping meeting or
    conference. A phone or car opens what is said of it to whoever knew it when it was chosen: else noting a number would be a way in. `of`: as
    for `items_visible_to`."""
    door = web(user)
    context = compiled_exists(f"{at}panel__context_id", _contexts(user).filter(pk=OfRow()), Asked.ONE)
    is_of = {kind: Q(**{f"{at}panel__kind": kind}) for kind in rules.MeetingKind}
    theme = Q(**{f"{at}place": None, f"{at}group": None})
    chosen = Q(**{f"{at}place__isnull": False})
    if of != "place":
        chosen |= door.through("group", f"{at}group_id")
    if not of:
        handle: Any = door.handles_known(by=f"{at}added_at").filter(pk=OuterRef(f"{at}handle_id"))
        chosen |= Q(Exists(handle))
    return (
        is_of[rules.MeetingKind.PANEL]
        | is_of[rules.MeetingKind.MAPPING] & chosen
        | is_of[rules.MeetingKind.CONFERENCE] & (theme | context)
    )


def may_be_given(user: User, item: PanelItem) -> bool:
    """Whether somebody may see what an item is about, before they are to do something about it. Of a child it is always so: their agency is
    involved with the child for it, with the reason."""
    if item.is_about_child or item.panel.kind == rules.MeetingKind.PANEL:
        return True
    seen = Q(person__isnull=True) & _known_to(user) | visible_through(user, "person")
    return PanelItem.objects.filter(seen, pk=item.pk).exists()


def who_works_on(user: User, item: PanelItem) -> list[User]:
    """Who holds the open work on the place or group of an item, of those who may see the item. For whoever tells them what came of it."""
    found = who_holds(user, place_id=item.place_id, group_id=item.group_id)
    return [user for user in found if items_visible_to(user).filter(pk=item.pk).exists()]


def falls_to(user: User) -> Q:
    """Of items about a child, those of which it falls to this user to say to the child what was decided: whoever wrote it down; where they have left or
    see the child no longer, the child’s workers."""
    theirs = my_cases(user).order_by().values("person")
    gone = Q(~sees(user, "decided_by", "person"), decided_at__isnull=False, person__in=theirs)
    return Q(decided_by=user) | gone


def may_tell_of_item(user: User, item: PanelItem) -> bool:
    """Whether this user may say to the child what was decided: to whom it falls, and whoever holds panels. For an item that they may see."""
    if not user.may(May.ASSESS):
        return False
    return user.may(May.HOLD_PANEL) or PanelItem.objects.filter(falls_to(user), pk=item.pk).exists()


def item_visible_to(user: User, item_id: uuid.UUID) -> PanelItem:
    """One that is on the agenda, with all that belongs to it; or `Hidden`."""
    rows = _with_all(user, items_visible_to(user)).filter(taken_off_at=None)
    item = rows.filter(pk=item_id).first()
    if item is None:
        raise Hidden
    return item


def agenda_of(user: User, panel: Panel) -> list[AgendaLine]:
    """What is on the agenda of a panel that the user may see, in its order, numbered for this reader. A child whom they may
    not see is a line without an item; one whose record is restricted to others is not there. At other meetings there is nothing of
    anybody whom they may not see. Seven queries and two for ties, however long it is."""
    items = list(_with_all(user, _on_agenda(user, panel)).select_related(*_ABOUT))
    tied = children_tied(user, [key for item in items if (key := item.place_id or item.group_id)])
    return [_line(number, item, tied) for number, item in enumerate(sorted(items, key=_in_order), 1)]


def on_agenda_and_open(user: User, panel: Panel) -> list[PanelItem]:
    """Of what `agenda_of` gives, what the user may open, in no order, each with the person whom it is about. One query."""
    return list(_on_agenda(user, panel).filter(Q(may_see=True)).select_related("person"))


def _on_agenda(user: User, panel: Panel) -> QuerySet[PanelItem]:
    """What has a line on the agenda for this user; `may_see`: whether they may open it."""
    shown = Q(person__isnull=True) | not_hidden_through(user, "person") | visible_through(user, "person")
    is_panel = panel.kind == rules.MeetingKind.PANEL
    rows = PanelItem.objects.filter(shown) if is_panel else items_visible_to(user)
    seen = When(Q(person__isnull=True) | visible_through(user, "person"), then=Value(True))
    rows = rows.annotate(may_see=Case(seen, default=False, output_field=BooleanField()))
    return rows.filter(panel=panel, taken_off_at=None)


def among(user: User, item: PanelItem) -> Among:
    """Where an item that `item_visible_to` gave stands on its agenda, numbered as `agenda_of` does. One query."""
    agenda = sorted(_on_agenda(user, item.panel), key=_in_order)
    here = next((place for place, panel_item in enumerate(agenda) if panel_item.pk == item.pk), None)
    if here is None:  # of a panel that they do not see
        return Among(0, 0, None, None, 0, 0)
    opened = lambda some: next((one for one in some if one.may_see), None)
    return Among(
        number=here + 1,
        of=len(agenda),
        before=opened(reversed(agenda[:here])),
        after=opened(agenda[here + 1 :]),
        minutes=sum(panel_item.minutes or 0 for panel_item in agenda),
        to_come=sum(panel_item.minutes or 0 for panel_item in agenda if panel_item.decided_at is None),
    )


def taken_off(user: User, panel: Panel) -> QuerySet[PanelItem]:
    """What somebody took off the agenda, as far as the user may see it."""
    return items_visible_to(user).filter(panel=panel, taken_off_at__isnull=False)


def items_of_child(user: User, person_id: uuid.UUID) -> QuerySet[PanelItem]:
    """What panels decided about a child, the latest first, with who did not agree. None of one whom the user may not see."""
    rows = items_visible_to(user).filter(person_id=person_id, taken_off_at=None, decided_at__isnull=False)
    dissents = Prefetch("dissents", Dissent.objects.select_related("by", "agency"))
    return rows.prefetch_related(dissents).order_by("-panel__starts_at", "pk")


def sent_for_items(user: User, panel: Panel, items: Iterable[PanelItem]) -> dict[uuid.UUID, list[Words]]:
    """What children sent themselves about a panel, by the key of their item at this one: what is said on it, and what they sent about a panel since one
    decided on them last, up to the decision here. One query."""
    mine = {item.person_id: item for item in items if item.is_about_child and item.person_id}
    last = PanelItem.objects.filter(person=OuterRef("person"), taken_off_at=None, decided_at__isnull=False)
    last = last.filter(panel__starts_at__lt=panel.starts_at).order_by("-panel__starts_at")
    rows = Words.objects.filter(visible_through(user, "person"), person__in=mine, corrected_by=None)
    rows = rows.filter(how__in=BY_CHILD, said_on=Words.Occasion.PANEL)
    rows = rows.annotate(before=Subquery(last.values("decided_at")[:1])).order_by("written_at", "pk")
    since = Q(said_on_id=None) & (Q(before=None) | Q(written_at__gt=F("before")))
    found: dict[uuid.UUID, list[Words]] = {item.pk: [] for item in mine.values()}
    for words in rows.filter(since | Q(said_on_id__in=found)):
        item = mine[words.person_id]
        if words.said_on_id or item.decided_at is None or words.written_at <= item.decided_at:
            found[item.pk].append(words)
    return found


def decided_about(user: User, **node: uuid.UUID) -> QuerySet[PanelItem]:
    """What panels decided about a place (`place`), group (`group`) or adult (`person`) that the user may see, the latest first."""
    [of] = node
    return _decided(items_visible_to(user, of).filter(**node))


def _decided(rows: QuerySet[PanelItem]) -> QuerySet[PanelItem]:
    return rows.filter(taken_off_at=None, decided_at__isnull=False).order_by("-panel__starts_at", "pk")


def done_about(user: User, **node: uuid.UUID) -> tuple[QuerySet[PanelAction], QuerySet[PanelItem]]:
    """What is done for panels about a place, group or adult and lives nowhere else, of `panel_actions_visible_to`, and `decided_about`, each
    with how many there are (`of_all`). One query now, in which the database is asked once who may know of both."""
    [of] = node
    items = list(items_visible_to(user, of).filter(**node).order_by().values_list("pk", flat=True))
    actions = PanelAction.objects.filter(_of_their_panels(user), item__in=items, lives_elsewhere=False)
    decided = PanelItem.objects.filter(pk__in=items).select_related("panel", "decided_by")
    return actions.select_related("owner", "agency"), _decided(decided).annotate(of_all=Window(Count("pk")))


def decided_beside_words(user: User, *, since: date, by: Iterable[int] | None = None) -> Counting:
    """What panels decided about children since a day beside the child's own words. Over the whole partnership, for those who
    see figures; `by`: what these people wrote down, of the children whom the user may see."""
    if by is None and not user.may(May.SEE_FIGURES):
        raise Hidden
    rows = PanelItem.objects.all() if by is None else items_visible_to(user).filter(decided_by__in=by)
    rows = rows.filter(
        section=rules.AgendaSection.CHILDREN, person__isnull=False, decided_at__date__gte=since
    )
    return beside_words(user, rows, at="decided_at", around="person")


def known_of(user: User, item: PanelItem) -> Known | None:
    """What is known of the child of an item that `item_visible_to` gave; None for any other item. A fixed number of
    queries."""
    if not item.is_about_child or item.person_id is None:
        return None
    case = open_case_of(user, item.person_id)
    plan = (agreed_plan(user, case.pk) or draft_plan(user, case.pk)) if case else None
    before = items_visible_to(user).filter(CAME_OF_IT, person=item.person_id, taken_off_at=None)
    before = before.filter(panel__starts_at__lt=item.panel.starts_at).order_by("-panel__starts_at", "pk")
    return Known(
        words=words_of(user, item.person_id).first(),
        case=case,
        plan=plan_visible_to(user, plan.pk) if plan else None,
        signed=latest_signed(user, case.pk) if case else None,
        involved=list(involvements_of(user, item.person_id)),
        before=list(before[:_BEFORE]),
    )


def cases_around(user: User, item: PanelItem) -> list[CaseRow]:
    """Open cases of children whom the user may see and who are tied to the place, group or adult of an item: in one of
    them a step against what harms is planned."""
    if item.is_about_child:
        return []
    about = item.node_id
    near = [tie.person_id for tie in web(user).around(about) if tie.person_id] if about else []
    return list(cases_visible_to(user).filter(person__in=near, state="open")[:_CASES])


# ---- actions


def panel_actions_visible_to(user: User) -> QuerySet[PanelAction]:
    """Of items that the user may see, and their own about places, groups and themes; with where each lives."""
    rows = PanelAction.objects.filter(_about_any(user, "", _of_their_panels(user), "item__"))
    rows = rows if user.may(May.SEE_PANEL) else rows.none()
    rows = rows.select_related(
        "owner", "agency", "item__panel", "item__person", "item__place", "item__group", "item__handle"
    )
    return rows.prefetch_related(*_where_they_live(user))


def _of_their_panels(user: User) -> Q:
    """Of actions: of a panel that the user sees, or their own."""
    return Q(item__panel__in=panels_visible_to(user).order_by().values("pk")) | Q(owner=user)


def panel_action_visible_to(user: User, panel_action_id: uuid.UUID) -> PanelAction:
    action = panel_actions_visible_to(user).filter(pk=panel_action_id).first()
    if action is None:
        raise Hidden
    return action


def why_not_finish_action(user: User, action: PanelAction, *, outcome: str, note: str) -> str | None:
    return rules.why_not_finish_action(
        lives_elsewhere=action.lives_elsewhere,
        is_owner=action.owner_id == user.pk,
        may_hold=user.may(May.HOLD_PANEL),
        state=action.state,
        outcome=outcome,
        note=note,
    )


def why_not_begin_finishing(user: User, action: PanelAction) -> str | None:
    """Whether this user may say how it went, or give it a later day, at all."""
    return why_not_finish_action(user, action, outcome=rules.Progress.DONE, note="")


def why_not_take_back_done(user: User, action: PanelAction) -> str | None:
    return rules.why_not_take_back_done(
        state=action.state,
        is_owner=action.owner_id == user.pk,
        is_today=action.done_on == timezone.localdate(),
        has_note=bool(action.note),
        is_read=has_been_read(user, Notified.ACTION_FINISHED, subject="panel action", subject_id=action.pk),
    )


def panel_actions_due(user: User) -> QuerySet[PanelAction]:
    """What this user does for a panel and is in no plan, longest overdue first. What is in a plan stands there. What somebody was to do who
    has left is with those who hold panels."""
    rows = panel_actions_visible_to(user).filter(own_or_left(user), lives_elsewhere=False)
    return rows.filter(state=rules.Progress.OPEN).order_by("due_on", "added_at")


def own_or_left(user: User) -> Q:
    """Of actions: those of this user, and where they hold panels those of whoever has left."""
    left = Q(owner__is_active=False) if user.may(May.HOLD_PANEL) else Q(pk__in=[])
    return Q(owner=user) | left


def earlier_actions(user: User, panel: Panel) -> QuerySet[PanelAction]:
    """Actions of the panels before: those still to do, and those finished since the last one; first due first."""
    on = timezone.localdate(since_of(user, panel))
    plans = Action.objects.filter(panel_action=OuterRef("pk"))
    steps = DisruptionStep.objects.filter(panel_action=OuterRef("pk"))
    in_force = plans.filter(outcome__plan__state="agreed")
    to_do = Q(lives_elsewhere=False, state=rules.Progress.OPEN)
    to_do |= Exists(in_force.filter(state="open")) | Exists(steps.filter(state="open"))
    lately = (
        Q(done_on__gte=on) | Exists(plans.filter(done_on__gte=on)) | Exists(steps.filter(done_on__gte=on))
    )
    rows = panel_actions_visible_to(user).filter(item__panel__starts_at__lt=panel.starts_at)
    return rows.filter(to_do | lately).order_by("due_on", "added_at", "pk")


def stands(action: PanelAction, today: date) -> Stands:
    """How far it is; of a step in the case of a child whom the reader may not see, its state and day alone. For one of the
    queries above, which fetched where it lives."""
    lives: Any = None
    for row in action.in_plans.all():
        if lives is None or _nearer(row, lives):
            lives = row
    step = next(iter(action.in_steps.all()), None)
    there: Any = lives or step or action
    seen = step is None or step.may_see  # type: ignore[attr-defined]
    late = (
        days_late((lives and lives.due_on) or action.due_on, today)
        if there.state == rules.Progress.OPEN
        else 0
    )
    return Stands(
        there.state,
        there.done_on,
        there.note if seen else "",
        late,
        plan_action_id=lives.pk if lives else None,
        case_id=step.case_id if step and seen else None,
        context_id=step.context_id if step and seen else None,
    )


def _nearer(one: Action, other: Action) -> bool:
    """Of the copies of an action in the plans that followed one another: the one in force, else the latest."""
    order = [
        (row.outcome.plan.state == "agreed", row.outcome.plan.state != "draft", row.added_at)
        for row in (one, other)
    ]
    return order[0] > order[1]


def _line(number: int, item: PanelItem, tied: dict[uuid.UUID, Tied]) -> AgendaLine:
    seen = item.may_see  # type: ignore[attr-defined]
    end = item.place_id or item.group_id
    return AgendaLine(
        number=number,
        section=item.section,
        minutes=item.minutes,
        item=item if seen else None,
        tied=tied.get(end) if end else None,
        actions=_with_state(item.actions.all()) if seen else None,
    )


def _with_state(actions: Iterable[PanelAction]) -> list[tuple[PanelAction, Stands]]:
    today = timezone.localdate()
    return [(action, stands(action, today)) for action in actions]


_SECTIONS = list(rules.AgendaSection)


def _in_order(item: PanelItem) -> tuple[int, int, datetime]:
    return _SECTIONS.index(rules.AgendaSection(item.section)), item.position, item.added_at


def _with_all(user: User, rows: QuerySet[PanelItem]) -> QuerySet[PanelItem]:
    actions = PanelAction.objects.select_related("owner", "agency").prefetch_related(*_where_they_live(user))
    return rows.prefetch_related(
        "reasons",
        Prefetch("actions", actions),
        Prefetch("dissents", Dissent.objects.select_related("by", "agency")),
        Prefetch("corrections", MinutesCorrection.objects.select_related("by")),
    )


def _where_they_live(user: User) -> tuple[Prefetch[Any], Prefetch[Any]]:
    """A step has `may_see`: a place is for the whole panel, the case in which something is done about it is not."""
    contexts = _contexts(user).values("pk")
    seen = Case(
        When(visible_through(user, "case__person") | Q(context__in=contexts), then=Value(True)),
        default=False,
        output_field=BooleanField(),
    )
    plans = Prefetch("in_plans", Action.objects.select_related("outcome__plan"))
    return plans, Prefetch("in_steps", DisruptionStep.objects.annotate(may_see=seen))


def presence(user: User, *, since: date, until: date) -> list[tuple[str, int, int, int]]:
    """Each agency, to how many panels, other meetings aside, held on one of these days it came or sent somebody else, to how many it was
    invited, and of how many of these nobody said whether it came. Counts of staff, over the whole partnership, for those who see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    seats = PanelSeat.objects.filter(
        panel__kind=rules.MeetingKind.PANEL,
        panel__state=rules.PanelState.HELD,
        panel__starts_at__date__range=(since, until),
    ).order_by()
    came = Q(came__in=(rules.Came.CAME, rules.Came.SOMEBODY_ELSE))
    counted = seats.values_list("agency__name").annotate(
        there=Count("pk", came), of=Count("pk"), unsaid=Count("pk", Q(came=rules.Came.UNKNOWN))
    )
    return list(counted.order_by("agency__name"))
