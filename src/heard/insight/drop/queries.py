"""What lies in the drop folder, what was taken or refused, and when the next run is. `user` is always the first argument."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from heard.agencies.queries import agencies_visible_to
from heard.agencies.rules import Hidden, May
from heard.insight.drop import folder, rules
from heard.insight.drop.models import Delivery, StandingRun

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from heard.agencies.models import Agency, User


@dataclass(frozen=True)
class Lying:
    """A file that was not taken yet. `minutes`: for how long it has not changed; null where it is still arriving, by its name."""

    folder: str
    file: str
    size: int
    minutes: int | None


@dataclass(frozen=True)
class WaitingFile:
    """Children’s records that lie in a folder `taken` or `refused` (`place`), and since how many days."""

    folder: str
    file: str
    place: str
    days: int


@dataclass(frozen=True)
class Folders:
    """`ours`: of each agency, how its folder is called. `kept`: what lies in taken and refused."""

    lying: list[Lying]
    ours: list[tuple[str, str]]
    problem: str = ""
    kept: list[WaitingFile] = field(default_factory=list)


def may_look(user: User) -> bool:
    return user.may(May.RUN_ENGINE) or user.may(May.MANAGE)


def deliveries_visible_to(user: User) -> QuerySet[Delivery]:
    rows = Delivery.objects.select_related("agency", "run").exclude(state=rules.DropState.TAKING)
    return rows if may_look(user) else rows.none()


def standing_visible_to(user: User) -> StandingRun | None:
    rows = StandingRun.objects.select_related("by").prefetch_related("agencies").filter(holds=True)
    return rows.first() if may_look(user) else None


def standing_run(user: User | None) -> StandingRun | None:
    """For the timer: `user` is None and makes no difference, since nothing of it is shown."""
    return StandingRun.objects.select_related("by").prefetch_related("agencies").filter(holds=True).first()


def senders_known(user: User | None) -> list[Agency]:
    """Whose folders are looked into. As `standing_run`."""
    return list(agencies_visible_to(user))


def waiting_for_run(user: User | None, standing: StandingRun) -> list[Delivery]:
    """Taken, of those who are expected to send, and in no run yet; the first first. As `standing_run`."""
    rows = Delivery.objects.select_related("agency").filter(state=rules.DropState.TAKEN, run=None)
    rows = rows.filter(agency__in=standing.agencies.all())
    return list(rows.order_by("at", "pk"))


def lying_in(user: User) -> Folders:
    """What a timer would look at now. Names and sizes alone: nothing is opened."""
    if not may_look(user) or settings.DROP is None:
        raise Hidden
    ours = [(agency.name, name) for name, agency in folder.names_for(agencies_visible_to(user)).items()]
    lying: list[Lying] = []
    kept: list[WaitingFile] = []
    try:
        for name in folder.senders(settings.DROP):
            try:
                with folder.Sender(settings.DROP, name) as sender:
                    lying += [_lying(name, entry) for entry in sender.entries()]
                    kept += [
                        WaitingFile(
                            folder.shown(name), folder.shown(entry.name), place, int(entry.quiet // 86_400)
                        )
                        for place in ("taken", "refused")
                        for entry in rules.files_of(sender.lying(place))
                    ]
            except OSError:
                lying.append(Lying(folder.shown(name), "–", 0, None))
    except OSError:
        return Folders([], ours, "The drop folder cannot be read. Ask your administrator to look at it.")
    return Folders(lying, ours, kept=kept)


def _lying(name: str, entry: folder.Entry) -> Lying:
    arriving = rules.is_arriving(entry.name) or entry.name.endswith(rules.CHECKSUM)
    return Lying(
        folder.shown(name),
        folder.shown(entry.name),
        entry.size,
        None if arriving else max(0, int(entry.quiet // 60)),
    )


def next_run_on(user: User) -> tuple[date, date] | None:
    """The day on which files are next due, and the last on which who is late is waited for; or the one that is under way."""
    standing = standing_visible_to(user)
    if standing is None:
        return None
    today = timezone.localdate()
    due = rules.next_due(standing.day, today)
    return due, due + timedelta(days=standing.wait)


def last_covered(user: User | None) -> date | None:
    """For which due day the last run was made. As `standing_run`."""
    last: date | None = Delivery.objects.aggregate(last=Max("covers"))["last"]
    return last


def quiet_minutes(user: User) -> int:
    """For how long a file has not changed before it is taken; the same for everybody."""
    return int(settings.DROP_QUIET_MINUTES)


def agencies_to_choose(user: User) -> list[tuple[str, str]]:
    if not user.may(May.RUN_ENGINE) or settings.DROP is None:
        raise Hidden
    return [(str(agency.pk), agency.name) for agency in agencies_visible_to(user)]


def said_now(user: User) -> dict[str, Any]:
    """What was last said of such runs, for a form that begins with it."""
    row = standing_visible_to(user)
    if row is None:
        return {}
    numbers = {name: str(getattr(row, name)) for name in ("day", "wait", "days_kept")}
    words = {name: getattr(row, name) for name in ("purpose", "basis", "basis_words")}
    return {**words, **numbers, "agencies": [str(agency.pk) for agency in row.agencies.all()]}


def waits_outside(user: User) -> int:
    """How many files were taken of agencies that nobody chose as senders, so that they are in no run."""
    standing = standing_visible_to(user)
    rows = deliveries_visible_to(user).filter(state=rules.DropState.TAKEN, run=None)
    return rows.exclude(agency__in=standing.agencies.all()).count() if standing else 0
