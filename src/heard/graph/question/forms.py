"""What is asked where somebody judges a line of an answer, or looks for the other end of a way. Shape and wording only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import DateField, Form, RadiosField, TextareaField, TextField
from heard.graph.question import rules
from heard.graph.question.rules import Verdict


class JudgeForm(Form):
    """`lines`: by what each is known, and what it says."""

    asks = rules.JUDGE_ASKS

    line = RadiosField(_("Which of these?"), missing=_("Choose what you judge"))
    verdict = RadiosField(
        _("Is it one matter?"),
        choices=[
            (Verdict.NOT_SAME, _("Not the same matter: do not show it again until more is known")),
            (Verdict.AGAIN, _("It may be: show it again")),
        ],
    )
    why = TextareaField(
        _("Why?"),
        hint=_("Whoever gets the same answer reads this, with your name."),
        rows=3,
        max_length=500,
    )

    def __init__(self, *args: Any, lines: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = list(lines)  # type: ignore[attr-defined]


class OtherEndForm(Form):
    end = RadiosField(
        _("What do you look for?"),
        choices=[("person", _("A child or adult")), ("place", _("A place")), ("group", _("A group"))],
        missing=_("Choose what you look for"),
    )
    text = TextField(
        _("What is it called?"),
        hint=_("Spelling need not be right."),
        missing=_("Enter a name"),
        max_length=160,
        spellcheck=False,
        autocomplete="off",
    )


class DayForm(Form):
    on = DateField(_("On which day?"), called=_("The day"), past=True, required=False)
