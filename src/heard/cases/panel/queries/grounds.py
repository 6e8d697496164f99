"""What the decisions of panels rest on. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from heard.agencies.rules import May
from heard.cases.panel import rules
from heard.cases.panel.models import PanelGround, PanelItem
from heard.cases.panel.queries.reading import items_visible_to
from heard.cases.stage import grounds
from heard.cases.stage.rules import why_not_look_at_grounds as why_not_look_at

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.network.queries import SourceRead


def with_grounds(user: User, items: Iterable[PanelItem]) -> list[PanelItem]:
    """These, which the user may see, each with what its decision `rests` on. A fixed number of queries."""
    return grounds.with_grounds(user, PanelGround, items)


def to_rest_on(user: User, item: PanelItem) -> tuple[dict[uuid.UUID, SourceRead], set[uuid.UUID]]:
    """Sources that what is decided may rest on, by their keys: of ties of whom or what it is about, those that the user may see, the latest,
    and those that it rests on. And the keys of these. None of a theme."""
    chosen = grounds.standing(PanelGround, item=item)
    offered = grounds.to_rest_on(user, item.node_id, chosen)
    return offered, chosen & offered.keys()


def items_gone(user: User) -> QuerySet[PanelItem]:
    """Items that this user decided on, or whose panel they chair, of which a ground was withdrawn and nobody has said what that means; with
    `gone_at`, when it was."""
    lost = grounds.lost(PanelGround).filter(item=OuterRef("pk"))
    chairs = Q(panel__chaired_by=user) | Q(panel__chaired_by=None, panel__chair=user)
    first = lost.order_by("source__withdrawn_at").values("source__withdrawn_at")[:1]
    rows = items_visible_to(user).filter(Exists(lost), Q(decided_by=user) | chairs, taken_off_at=None)
    rows = rows.annotate(gone_at=Subquery(first)).order_by("gone_at", "pk")
    return rows if user.may(May.HOLD_PANEL) else rows.none()


def who_answers_for(user: User, source_id: uuid.UUID) -> list[tuple[PanelGround, list[User]]]:
    """Of what rests on a source that `user` withdraws, who decided it, chairs the panel or does something because of it, and may see the item:
    for telling them."""
    rows = PanelGround.objects.filter(source=source_id, taken_off_at=None)
    rows = rows.select_related("item__decided_by", "item__panel__chair", "item__panel__chaired_by")
    found = []
    for ground in rows.prefetch_related("item__actions__owner"):
        item = ground.item
        doing = [row.owner for row in item.actions.all() if row.state == rules.Progress.OPEN]
        whom = {item.panel.in_the_chair, *([item.decided_by] if item.decided_by else []), *doing}
        may_read = [who for who in whom if items_visible_to(who).filter(pk=item.pk).exists()]
        found.append((ground, may_read if user.may(May.SEE_CHILD) else []))
    return found


def why_not_look_at_grounds(user: User, item: PanelItem, what_now: str, why_now: str) -> str | None:
    """Why this user may not say now what it means for a decision that what it rests on was withdrawn. Also once the minutes are agreed: they
    stay, and the answer stands beside them."""
    return why_not_look_at(
        not_theirs=None if user.may(May.HOLD_PANEL) else rules.NO_PANELS,
        waits=grounds.lost(PanelGround).filter(item=item).exists(),
        what_now=what_now,
        why_now=why_now,
    )
