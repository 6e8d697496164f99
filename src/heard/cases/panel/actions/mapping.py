"""What is said at a mapping meeting, as ties; and what was learnt at a conference, as notes of children."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden, Refused, refuse
from heard.cases.context.queries import names_of, names_there
from heard.cases.context.rules import names_somebody
from heard.cases.note.actions import NotePart, write_note, write_together
from heard.cases.note.rules import says_a_word_of
from heard.cases.panel import queries, rules
from heard.cases.panel.actions._shared import _audit, _locked
from heard.cases.panel.actions.planning import _add
from heard.network.actions import Knows, note_tie, note_tie_to
from heard.network.queries import said_in
from heard.network.rules import AT_A_MEETING

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.panel.models import Panel
    from heard.network.models import Tie


@transaction.atomic
def note_said(
    *,
    by: User,
    panel_id: uuid.UUID,
    one_id: uuid.UUID,
    other_id: uuid.UUID,
    kind: str,
    knows: Knows,
    in_words: str = "",
) -> Tie:
    """A tie between two of those that the meeting is about, as somebody said it there: the meeting is its source, and `knows.who` who said
    so. Where a kind can be read only from the other to the one, it is."""
    panel = _locked(by, panel_id)
    ends = {item.node_id: item.end for item in queries.chosen(by, panel)}
    _check(by, panel, knows, both_chosen={one_id, other_id} <= ends.keys())
    if rules.reads_back(kind, ends[one_id], ends[other_id]):
        one_id, other_id = other_id, one_id
    tie = note_tie(
        by=by,
        one_id=one_id,
        other_id=other_id,
        kind=kind,
        in_words=in_words,
        knows=_said_at(panel, knows),
    )
    _check_once(by, panel, tie, knows)
    _audit(by, "note tie", panel)
    return tie


@transaction.atomic
def note_said_of_new(
    *, by: User, panel_id: uuid.UUID, one_id: uuid.UUID, end: str, knows: Knows, **tie: Any
) -> Tie:
    """A tie of one of those that the meeting is about to somebody or something else, as `network.actions.note_tie_to` notes one. Who or what
    that is comes onto the list until the meeting is closed, so that it has an answer too."""
    panel = _locked(by, panel_id)
    _check(by, panel, knows, both_chosen=one_id in {item.node_id for item in queries.chosen(by, panel)})
    noted = note_tie_to(by=by, one_id=one_id, end=end, knows=_said_at(panel, knows), **tie)
    _check_once(by, panel, noted, knows)
    other = noted.second_id if noted.first_id == one_id else noted.first_id
    is_there = other in {item.node_id for item in queries.chosen(by, panel)}
    if panel.state == rules.PanelState.PLANNED and not is_there:
        with suppress(Refused):  # twelve children are chosen: what was said is not lost for that
            _add(by, panel, end, other)
    _audit(by, "note tie", panel)
    return noted


@transaction.atomic
def write_learnt(*, by: User, panel_id: uuid.UUID, children: Collection[uuid.UUID], text: str) -> int:
    """What was learnt at a conference, as a note of contact of each of these children, whose workers learn of it. It names nobody else
    who is tied there and whom `by` may see, by their given name neither, and no group or home. The number of notes. `Hidden` for a child whom `by` may not see, or who is not tied to the place or group."""
    panel = _locked(by, panel_id)
    refuse(rules.why_not_write_learnt(kind=panel.kind, state=panel.state, children=len(children)))
    there = set(queries.children_who_learn(by, panel).values_list("pk", flat=True))
    if not set(children) <= there:
        raise Hidden
    context = panel.context
    if context is None:
        raise Hidden
    others = names_there(by, context.node_id, but=children)
    given = {one for one, _family in others} - {text for text, _family in names_of(by, children)}
    if names_somebody(text, others) or any(says_a_word_of(text, one) for one in given):
        raise Refused(rules.NAMES_ANOTHER)
    said: dict[str, Any] = {"kind": "meeting", "at": panel.starts_at, "where": panel.place}
    whom = _("a place") if context.place_id else _("a group")
    if context.is_public and not names_somebody(context.whom, others):
        whom = context.whom
    source = _("Learnt at the context conference about %(whom)s.") % {"whom": whom}
    said["text"] = f"{source}\n\n{text.strip()}" if text.strip() else ""
    if any(note.person_id in children and note.text == said["text"] for note in queries.learnt_at(by, panel)):
        raise Refused(rules.LEARNT_ALREADY)
    if len(children) == 1:
        write_note(by=by, person_id=next(iter(children)), seen="no", **said)
    else:
        write_together(by=by, parts=[NotePart(key, seen="no") for key in children], **said)
    _audit(by, "write learnt", panel)
    return len(children)


def _check(by: User, panel: Panel, knows: Knows, *, both_chosen: bool) -> None:
    refuse(
        queries.why_not_note_yet(by, panel) or rules.why_not_note_said(both_chosen=both_chosen, who=knows.who)
    )


def _check_once(by: User, panel: Panel, tie: Tie, knows: Knows) -> None:
    """A sheet that is sent twice is one word, not two."""
    said = [
        (tie_source.tie_id, tie_source.who, tie_source.words)
        for tie_source in said_in(by, AT_A_MEETING, panel.pk)
    ]
    if said.count((tie.pk, knows.who.strip(), knows.words.strip())) > 1:
        raise Refused(rules.SAID_ALREADY)


def _said_at(panel: Panel, knows: Knows) -> Knows:
    return replace(knows, about=AT_A_MEETING, about_id=panel.pk)
