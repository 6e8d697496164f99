"""What a worker is asked about a link, an answer and a check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from heard.cases.voice.rules import (
    ANSWER_ASKS,
    ASKED_ASKS,
    CHECK_ASKS,
    DECISION_ASKS,
    DESCRIBE_ASKS,
    LINK_ASKS,
    WEEKS,
    WRITE_DOWN_ASKS,
)
from heard.govuk.forms import Form, RadiosField, TextareaField, TextField

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_LASTS = {
    1: _("One week"),
    4: _("Four weeks"),
    8: _("Eight weeks"),
    13: _("Three months"),
}


class LinkForm(Form):
    asks = LINK_ASKS

    word = TextField(
        _("A word that you agree with the child"),
        hint=_(
            "Let the child choose it. Say it, and write it nowhere: a card that somebody finds is then no use to them. "
            "Not a name, a birthday or a pet."
        ),
        max_length=60,
        width=20,
        spellcheck=False,
    )
    weeks = RadiosField(
        _("For how long is the link good?"),
        choices=[(str(weeks), _LASTS[weeks]) for weeks in WEEKS],
        initial="4",
    )


class AskedForm(Form):
    asks = ASKED_ASKS

    who_writes = RadiosField(
        _("Who writes with the link?"),
        choices=[
            ("child", _("The child. Nobody else has the card and the word")),
            ("other", _("Somebody else, or somebody else has them too. The link ends at once")),
            ("unsure", _("It is not sure")),
        ],
    )
    asked = TextareaField(
        _("What did the child tell you?"),
        hint=_(
            "Ask where whoever gave them the card cannot hear: whether they write with it, who else has the card or the word, and whether "
            "they want another."
        ),
        rows=5,
    )


class _ToChild(Form):
    def clean_is_safe(self) -> bool:
        return bool(self.cleaned_data["is_safe"] == "yes")


def _is_safe(yes: StrOrPromise, no: StrOrPromise) -> RadiosField:
    return RadiosField(
        _("Is it safe that this can be read on the child’s device?"),
        choices=[("yes", yes), ("no", no)],
        missing=_("Say whether it is safe that this can be read on the child’s device"),
    )


class ReplyForm(_ToChild):
    asks = ANSWER_ASKS

    text = TextareaField(
        _("What do you tell the child?"),
        hint=_(
            "What changed because of what they wrote, in short plain words. If nothing can change, say so, and why."
        ),
        rows=5,
    )
    is_safe = _is_safe(
        _("Yes. The child reads it at their link, with their secret word"),
        _("No, or I do not know. Somebody tells the child face to face"),
    )
    how_safe = TextareaField(
        _("How do you know?"),
        hint=_("Whose device is it, who else uses it, and what does the child say about it?"),
        rows=3,
    )


class DecisionForm(_ToChild):
    asks = DECISION_ASKS

    text = TextareaField(
        _("What was decided, as you say it to the child"),
        hint=_(
            "What happens now, who does it and when, and what does not happen and why: in short plain words, to “you”. Nothing that somebody "
            "who looks over the child’s shoulder must not learn."
        ),
        rows=7,
    )
    is_safe = _is_safe(
        _("Yes. The child can read it at their link, with a secret word of their own"),
        _("No, or I do not know. The child learns of it otherwise"),
    )
    how = TextareaField(
        _("How do you know? Or how does the child learn of it otherwise?"),
        hint=_("Whose device is it, and who else uses it? Otherwise: who tells the child, when and where."),
        rows=3,
    )


class DescribeForm(Form):
    asks = DESCRIBE_ASKS

    text = TextareaField(
        _("What do you see in the drawing?"),
        hint=_("Only what is there, and not what it may mean. It is marked as your words."),
        rows=4,
    )


class WriteDownForm(Form):
    asks = WRITE_DOWN_ASKS

    text = TextareaField(
        _("What does the child say?"),
        hint=_(
            "Word for word, in the child’s own words and language, also where it is hard to read. Write [not clear] where you cannot hear it. It stands "
            "in the record as the child’s words, written down by you."
        ),
        rows=8,
    )


class CorrectDownForm(WriteDownForm):
    why = TextareaField(
        _("What was written down wrongly?"),
        hint=_("What stood there before stays beside yours, with this."),
        rows=2,
    )


class CheckForm(Form):
    asks = CHECK_ASKS

    found = TextareaField(
        _("What did you do, and what did you find?"),
        hint=_(
            "Speak with the child where the person from whom they hide it cannot hear. If somebody who works with children may have "
            "harmed them, tell that as a worry about staff as well. It stays hidden either way."
        ),
        rows=5,
    )
