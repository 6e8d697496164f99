"""What missing episodes share."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from heard.cases.missing.queries import episode_visible_to, episodes_visible_to
from heard.govuk.environment import day
from heard.graph.queries import Ground
from heard.graph.question import rules
from heard.graph.question.queries.asking import Answer, AnswerLine, Asking
from heard.network.headings import HEADINGS

if TYPE_CHECKING:
    from heard.agencies.models import User

ID = "episodes"
_CHOSEN = 200  # episodes


def to_choose(user: User, episode_id: uuid.UUID) -> list[Any]:
    """This episode, or `Hidden`; then others of the last twelve months that the user may see, the latest first: 200 at most."""
    this = episode_visible_to(user, episode_id)
    since = Asking(user, ID).since
    rows = episodes_visible_to(user).filter(taken_back_at=None, missing_from__date__gte=since)
    return [this, *rows.exclude(pk=this.pk).order_by("-missing_from", "pk")[: _CHOSEN - 1]]


def shared(user: User, episode_id: uuid.UUID, chosen: Collection[uuid.UUID] = ()) -> Answer:
    """What this episode has in common with others: with those chosen, or with all that there are to choose. A fixed number of
    queries."""
    asking = Asking(user, ID)
    offered = to_choose(user, episode_id)
    kept = [one for one in offered if not chosen or one.pk in chosen or one.pk == episode_id]
    episodes = {one.pk: one for one in kept}
    pieces = asking.door.known_from("interview", set(episodes))
    about = {key: episode.person_id for key, episode in episodes.items()}
    found = rules.named_in_several(pieces, about)
    if not chosen:
        found = {
            node: some for node, some in found.items() if episode_id in {piece.about_id for piece in some}
        }
    flat = [piece for some in found.values() for piece in some]
    many = asking.find_hubs(piece.node for piece in flat if piece.node_kind != "person")
    named = asking.call(*(key for piece in flat for key in (piece.node, piece.other)))
    asking.hubs = [named[key] for key in many]
    lines = []
    for node, some in found.items():
        if node not in many:
            which = [episodes[key] for key in {piece.about_id for piece in some} if key]
            says = _("%(name)s is named in %(number)s of these %(all)s episodes: %(which)s.") % {
                "name": named[node],
                "number": len(which),
                "all": len(episodes),
                "which": _days(which),
            }
            people = {one.person_id for one in which}
            lines.append(asking.line(named[node], says, some, people=people))
    lines += _hours(asking, episodes, None if chosen else episode_id)
    limits = [
        _("Asked of %(number)s episodes of the last 12 months, at most %(most)s.")
        % {"number": len(episodes), "most": _CHOSEN},
        _(
            "What an interview after a return says as a tie is compared, and what was kept as named; not the other words. How near two places are is not "
            "asked. Hours are said where they are those of more than half, and of three at least."
        ),
    ]
    headings = HEADINGS | {"hours": _("Hours")}
    return asking.answer(
        lines, limits, headings=headings, subject=offered[0].person, about=set(about.values())
    )


def _days(episodes: list[Any]) -> str:
    """Of several children, with their names: whoever reads this may see each."""
    rows = sorted(episodes, key=lambda episode: (episode.missing_from, str(episode.pk)))
    several = len({row.person_id for row in rows}) > 1
    return ", ".join(
        f"{row.person}, {day(row.missing_from)}" if several else day(row.missing_from) for row in rows
    )


def _hours(asking: Asking, episodes: dict[uuid.UUID, Any], this: uuid.UUID | None) -> list[AnswerLine]:
    began = {key: timezone.localtime(episode.missing_from) for key, episode in episodes.items()}
    close = rules.hours_shared(began)
    if not close or (this and this not in close):
        return []
    which = [episodes[key] for key in close]
    says = _(
        "%(number)s of these %(all)s episodes began within two hours of day of one another: %(which)s."
    ) % {
        "number": len(which),
        "all": len(episodes),
        "which": ", ".join(f"{began[one.pk]:%H:%M} {_('on')} {day(one.missing_from)}" for one in which),
    }
    known = rules.line_of(ID, "hours", close)
    grounds = tuple(
        Ground(one.pk, f"{one.person}, {day(one.missing_from)}", ("episode", {"episode_id": one.pk}))
        for one in which
    )
    return [AnswerLine("hours", None, says, grounds, frozenset(one.person_id for one in which), known)]
