"""A run that waits for somebody to say what the columns of a table mean, or up to which day it counts. `user` is always the first argument."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from heard.agencies.queries import agencies_visible_to
from heard.agencies.rules import Hidden, May
from heard.insight.drop.models import Delivery
from heard.insight.run.models import EngineRun
from heard.insight.run.queries import run_visible_to, runs_visible_to
from heard.insight.run.rules import RunState
from heard.knowledge import load

if TYPE_CHECKING:
    import uuid

    from django.db.models import QuerySet

    from heard.agencies.models import User


@dataclass(frozen=True)
class Look:
    """What the engine found in a file. `told`: as `insight.run.apart` says it of a look; `agencies`: who may have sent it; `sender`: who did,
    where that is known."""

    told: dict[str, Any]
    agencies: list[str]
    items: dict[str, str]
    sender: str = ""

    @property
    def columns(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.told["columns"]
        return found


def run_that_asks(user: User, run_id: uuid.UUID) -> EngineRun:
    run = run_visible_to(user, run_id)
    asks = run.state == RunState.ASKING and run.destroyed_at is None
    if not user.may(May.RUN_ENGINE) or not asks:
        raise Hidden
    return run


def is_asking(user: User, run_id: uuid.UUID) -> bool:
    rows = runs_visible_to(user).filter(pk=run_id, state=RunState.ASKING, destroyed_at=None)
    return user.may(May.RUN_ENGINE) and rows.exists()


def runs_that_ask(user: User) -> QuerySet[EngineRun]:
    """One's own, and those that a timer made of what agencies sent, which any analyst goes on with."""
    rows = runs_visible_to(user).filter(state=RunState.ASKING, destroyed_at=None)
    rows = rows.filter(Q(started_by=user) | Exists(Delivery.objects.filter(run=OuterRef("pk"))))
    return rows if user.may(May.RUN_ENGINE) else rows.none()


def sees_values(user: User, run: EngineRun) -> bool:
    """Whether a user sees what the rows of its files say: whoever uploaded them has them. Everybody else sees how they are written; of what
    agencies put into the drop folder, that is everybody."""
    is_theirs = run.started_by_id == user.pk and user.may(May.RUN_ENGINE)
    return is_theirs and not Delivery.objects.filter(run=run).exists()


def senders_of(user: User, run: EngineRun, file: str) -> list[str]:
    """Names of the agencies in whose folders of the drop folder a file lay; none where somebody uploaded it."""
    rows = (
        Delivery.objects.filter(run=run, read_as=file)
        if user.may(May.RUN_ENGINE)
        else Delivery.objects.none()
    )
    return [row.agency.name for row in rows.select_related("agency") if row.agency]


def look_of(user: User, told: dict[str, Any], senders: list[str]) -> Look:
    """With the names of agencies: those of mappings first, since agencies are counted by their names. `senders`: in whose folder the
    file lay."""
    ours = [agency.name for agency in agencies_visible_to(user)]
    known = {name.casefold() for name in told["agencies"]}
    names = [*told["agencies"], *sorted(name for name in ours if name.casefold() not in known)]
    release = load.current()
    items = {item.id: item.label for item in (*release.signs, *release.vulnerabilities)}
    by_name = {name.casefold(): name for name in names}
    sender = by_name.get(senders[0].casefold(), "") if len(senders) == 1 else ""
    return Look(told, names, items, sender)
