"""What changed since the last panel, of what is on the agenda."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from heard.cases.panel.queries import on_agenda_and_open, panel_with_agenda, since_of
from heard.govuk.environment import day
from heard.graph.queries import Ground
from heard.graph.question.queries.asking import Answer, AnswerLine, Asking
from heard.graph.question.rules import line_of
from heard.network.queries import put_together_since

if TYPE_CHECKING:
    from datetime import date, datetime

    from heard.agencies.models import User
    from heard.network.queries import Withdrawn
    from heard.network.rules import Piece

ID = "panel"


def changed(user: User, panel_id: uuid.UUID) -> Answer:
    """Sources that were noted, ended or withdrawn, and records that were put together, since the panel before. A fixed number of
    queries. `Hidden` unless the user may see the panel."""
    asking = Asking(user, ID)
    panel = panel_with_agenda(user, panel_id)
    since = panel.since or since_of(user, panel)
    agenda = on_agenda_and_open(user, panel)
    items = {key for item in agenda if (key := item.person_id or item.place_id or item.group_id)}
    new, gone = asking.door.news_of(items, after=since)
    pieces = [*new, *(one.piece for one in gone)]
    named = asking.call(*items, *(key for piece in pieces for key in (piece.node, piece.other)))
    merged = put_together_since(user, items & named.keys(), since)
    mine_of, lost_of = defaultdict[Any, list[Any]](list), defaultdict[Any, list[Any]](list)
    for piece in new:
        if piece.other in named:
            mine_of[piece.node].append(piece)
    for lost_one in gone:
        if lost_one.piece.other in named:
            lost_of[lost_one.piece.node].append(lost_one)
    lines = []
    for key in items:
        if key in named:
            mine, lost = mine_of[key], lost_of[key]
            if mine or lost or key in merged:
                lines.append(_line(asking, named[key], since, mine, lost, key in merged))
    limits = [_("Only what you may see, of what is on the agenda.")]
    summary = _("Since %(date)s, when the last panel was prepared.") % {"date": day(since)}
    return asking.answer(
        lines, limits, summary=summary, subject=_("Panel of %(date)s") % {"date": day(panel.starts_at)}
    )


def _line(
    asking: Asking, this: Any, since: datetime, new: list[Piece], gone: list[Withdrawn], merged: bool
) -> AnswerLine:
    first: date = timezone.localdate(since)
    said = []
    ended = {piece.tie_key for piece in new if piece.until and piece.until >= first}
    noted = {piece.tie_key for piece in new} - ended
    if noted:
        said.append(ngettext("%(num)s tie noted", "%(num)s ties noted", len(noted)) % {"num": len(noted)})
    if ended:
        said.append(ngettext("%(num)s tie ended", "%(num)s ties ended", len(ended)) % {"num": len(ended)})
    said += [_("one withdrawn because: %(why)s") % {"why": one.why} for one in gone]
    if merged:
        said.append(_("two records were put together"))
    says = _("%(name)s: %(what)s.") % {"name": this, "what": "; ".join(said)}
    line = asking.line(this, says, new)
    over = {piece.key for piece in new if piece.tie_key in ended}
    grounds = [
        replace(ground, text=_("Ended: %(said)s") % {"said": ground.text}) if ground.key in over else ground
        for ground in line.grounds
    ]
    lost = tuple(
        Ground(
            one.piece.key,
            _("Withdrawn: %(said)s") % {"said": asking.ground(one.piece).text},
            asking.ground(one.piece).page,
            withdrawn=True,
        )
        for one in gone
    )
    known = line_of(ID, this.pk, [*(ground.key for ground in line.grounds), *(ground.key for ground in lost)])
    people = line.people | {key for one in gone for key in asking.people_of(one.piece)}
    return AnswerLine(line.part, this, says, (*grounds, *lost), frozenset(people), known)
