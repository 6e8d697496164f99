"""Questions about the network, asked of what this user may see. `user` is always the first argument."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from heard.graph.question.queries import (
    children,
    circles,
    episodes,
    groups,
    moved,
    panel,
    places,
    things,
    ways,
    worry,
)
from heard.graph.question.queries.around import near
from heard.graph.question.queries.asking import Answer, AnswerLine
from heard.graph.question.queries.episodes import to_choose

__all__ = ["QUESTIONS", "Answer", "Line", "Question", "near", "to_choose"]


@dataclass(frozen=True)
class Question:
    """`ask` takes the user and the keys that its address gives; `nothing`: what it says where there is no line."""

    ask: Callable[..., Answer]
    title: Any
    what_for: Any
    nothing: Any


QUESTIONS: Final[dict[str, Question]] = {
    episodes.ID: Question(
        episodes.shared,
        _("What do these missing episodes share?"),
        _("Places, people, groups, phones and cars of which interviews after several returns speak."),
        _("These episodes have nothing in common that you may see."),
    ),
    children.ID: Question(
        children.in_common,
        _("What comes up for other children too?"),
        _(
            "Places, people, phones and cars that this child and others have in common, where nobody works with them together."
        ),
        _("Nothing comes up for other children whom you may see and with whom nobody works together."),
    ),
    ways.ID: Question(
        ways.between,
        _("How do these two connect?"),
        _("Ways from one to the other over at most four ties, each a sentence with its sources."),
        _("No way is known that you may see."),
    ),
    panel.ID: Question(
        panel.changed,
        _("What changed since the last panel?"),
        _("Ties of who and what is on the agenda that were noted, ended or withdrawn since."),
        _("Nothing changed that you may see."),
    ),
    groups.ID: Question(
        groups.may_be_one,
        _("May this group be another one too?"),
        _(
            "Groups that share people, phones, cars or meeting places with this one, and may be it under another name."
        ),
        _("No group that you may see looks like this one."),
    ),
    circles.CIRCLES: Question(
        circles.circles,
        _("Which children are best discussed together?"),
        _("Children on the agenda and others whom the last 180 days join with them, with what joins them."),
        _("Nothing of the last 180 days that you may see joins the children on this agenda."),
    ),
    worry.ID: Question(
        worry.touched,
        _("Does this worry touch a group?"),
        _("Groups to which somebody or something in this worry is tied."),
        _("It touches no group that you may see."),
    ),
    circles.BRIDGES: Question(
        circles.bridges,
        _("Adults who alone join circles of children"),
        _(
            "Adults who are said to harm or to frighten, and without whom nothing that is known joins two circles of children."
        ),
        _("No adult whom you may see alone joins circles of children without something open about them."),
    ),
    moved.ID: Question(
        moved.moved,
        _("Did harm move after something was done here?"),
        _(
            "Where people who were seen at this place have been seen since, and which places near it are named more or less."
        ),
        _("Nothing shows that harm moved, or that places near it became safer."),
    ),
    places.UNWATCHED: Question(
        places.unwatched,
        _("Places that are named, with nobody watching"),
        _(
            "Places of which several worries or missing episodes speak, where nobody protects, and no step, panel action or context is open."
        ),
        _("No place is named more than once with nobody watching, as far as you may see."),
    ),
    things.USERS: Question(
        things.users,
        _("One number, several people"),
        _("Whether it was shared, passed on, or whether what is known contradicts."),
        _("Nobody, or one person alone, is known to use it."),
    ),
    places.THERE: Question(
        places.there,
        _("Who was there on one day?"),
        _("People, groups, phones and cars that sources place there on the same day."),
        _("No two are placed there on one day."),
    ),
    things.RESTS: Question(
        things.rests,
        _("What does this picture rest on?"),
        _("How the ties are known, and what would not stand without one untested source."),
        _("No tie rests on one untested source alone."),
    ),
    things.PIECES: Question(
        things.pieces,
        _("Does each agency hold one piece?"),
        _("What several agencies know, none of them enough to see it by itself."),
        _("It is not so that several agencies hold one piece each."),
    ),
}
