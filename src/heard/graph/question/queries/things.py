"""Questions about one thing: who used a phone or car, what its ties rest on, and which agencies hold a piece each."""

from __future__ import annotations

import uuid
from itertools import combinations
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden
from heard.cases.concern.queries import concerns_open_to
from heard.govuk.environment import day
from heard.graph.question import rules
from heard.graph.question.queries.asking import Answer, AnswerLine, Asking

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.graph.question.rules import Use

USERS, RESTS, PIECES = "users", "rests", "pieces"
_USES = ("uses", "keeper_of", "was_given")
_EVER = 36500  # days back: what ended long ago is how something was passed on


def users(user: User, handle_id: uuid.UUID) -> Answer:
    """How two people at a time used one phone, car or account. A fixed number of queries. `Hidden` for anything else."""
    asking = Asking(user, USERS)
    kind, handle = asking.end(handle_id)
    if kind != "handle":
        raise Hidden
    known = asking.door.said_of({handle_id}, since=asking.before(_EVER))
    pieces = [piece for piece in known if piece.kind_id in _USES and piece.other_kind == "person"]
    many = asking.find_hubs({handle_id})
    named = asking.call(handle_id, *(piece.other for piece in pieces))
    asking.hubs = [handle] if many else []
    lines = []
    for one, other in combinations(() if many else rules.uses_of(pieces, _USES), 2):
        held, first, second = rules.how_held(one, other)
        says = _held(held, handle, named[first.who], first, named[second.who], second)
        some = [piece for piece in pieces if piece.other in (one.who, other.who)]
        lines.append(asking.line(handle, says, some, part=held.name.lower()))
    headings = {
        "contradicting": _("What contradicts"),
        "shared": _("At the same time"),
        "passed_on": _("One after the other"),
        "not_known": _("When is not known"),
    }
    limits = [
        _("From the days that sources give. Who used it in between, and who else did, nobody may have noted.")
    ]
    return asking.answer(lines, limits, headings=headings, subject=handle)


def _held(held: rules.Held, handle: Any, one: Any, first: Use, other: Any, second: Use) -> str:
    said = {
        "handle": handle,
        "one": one,
        "other": other,
        "until": day(first.until),
        "since": day(second.since),
        "both": day(max(filter(None, (first.since, second.since)), default=None)),
    }
    if held == rules.Held.PASSED_ON:
        return _("%(handle)s: used by %(one)s until %(until)s, by %(other)s since %(since)s.") % said
    if held == rules.Held.SHARED:
        return _("%(handle)s: used by %(one)s and %(other)s, both since %(both)s.") % said
    if held == rules.Held.CONTRADICTING:
        return _("%(handle)s: %(one)s and %(other)s are each called its keeper, both since %(both)s.") % said
    return _("%(handle)s: used by %(one)s and %(other)s. Nobody noted when.") % said


def rests(user: User, node_id: uuid.UUID) -> Answer:
    """On what the ties of one person, place, group, phone or car rest, and which of them one untested source carries alone. A fixed
    number of queries."""
    asking = Asking(user, RESTS)
    kind, this = asking.end(node_id)
    pieces = asking.door.said_of({node_id}, since=asking.since)
    found = rules.rests_on(pieces)
    named = asking.call(node_id, *(piece.other for piece in pieces))
    lines = []
    for tie_key in found.carried_by_one:
        [piece] = [piece for piece in pieces if piece.tie_key == tie_key]
        other = named[piece.other]  # type: ignore[index]
        says = _("Without one untested source nothing would tie %(this)s to %(other)s in this way.") % {
            "this": this,
            "other": other,
        }
        lines.append(asking.line(other, says, [piece]))
    summary = _(
        "Ties: %(ties)s. Of these somebody saw: %(seen)s; one person alone told: %(told)s; several agencies know: %(several)s; "
        "somebody said how sure it is: %(graded)s."
    ) % {
        "ties": found.ties,
        "seen": found.seen,
        "told": found.told_by_one,
        "several": found.several_agencies,
        "graded": found.graded,
    }
    limits = [
        _(
            "Untested is what somebody else than the child told, whom nobody calls right before, and which nothing bears out. "
            "What a child said is never graded. Ties that ended more than 12 months ago are left out."
        )
    ]
    return asking.answer(
        lines, limits, summary=summary, subject=this, about={node_id} if kind == "person" else ()
    )


def pieces(user: User, thing_id: uuid.UUID) -> Answer:
    """Whether several agencies hold one piece each about a place, adult, group, phone or car. A fixed number of queries. `Hidden`
    for a child, of whom the chronology says all."""
    asking = Asking(user, PIECES)
    kind, this = asking.end(thing_id)
    if kind == "person" and this.kind == "child":
        raise Hidden
    known = asking.door.known_of({thing_id}, since=asking.since)
    records = {piece.about_id for piece in known if piece.tie_key is None and piece.about_id}
    told = concerns_open_to(user).filter(pk__in=records).values_list("pk", "agency_id", "agency__name")
    agency_of = {key: agency for key, agency, _called in told}
    called = {agency: name for _one, agency, name in told}
    many = asking.find_hubs({thing_id} if kind != "person" else ())
    held = [] if many else rules.in_pieces(known, agency_of)
    named = asking.call(thing_id, *(piece.other for piece in held))
    asking.hubs = [this] if many else []
    called |= asking.agencies({piece.holder for piece in held if piece.holder})
    agencies = sorted(called[key] for key in {piece.holder or agency_of[piece.key] for piece in held})
    says = _("%(agencies)s hold one piece each about %(name)s, and none of them more than one.") % {
        "agencies": ", ".join(agencies),
        "name": this,
    }
    lines: list[AnswerLine] = [asking.line(this, says, held)] if held and thing_id in named else []
    limits = [
        _(
            "A piece is a source of a tie, or a record that names it, of the last 12 months. Where one agency holds several "
            "pieces it can see that by itself, and nothing stands here."
        )
    ]
    return asking.answer(lines, limits, subject=this, about={thing_id} if kind == "person" else ())
