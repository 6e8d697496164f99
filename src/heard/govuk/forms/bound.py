"""A field of a form with what was typed into it. Fields and forms both know it, and it knows neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

from django import forms
from django.template.loader import render_to_string
from markupsafe import Markup

from heard.govuk.dates import PARTS

CHOOSE: Final = (
    "kept-choice-"  # before the name of a field: which of two versions stays, the user's or the record's
)


@dataclass(frozen=True)
class Elsewhere:
    """What somebody else wrote into the record while this form was being filled in.

    `says` is the record's answer as text, `by` who wrote it and when ("" where that is not known). `taken`: the field
    holds the record's answer, since the user had typed nothing of their own into it; else they choose which one stays.
    """

    says: str
    by: str = ""
    taken: bool = False


class BoundField(forms.BoundField):
    """A field of a form with what the user typed; `component()` draws it."""

    def component(self) -> Markup:
        """Label, hint, error and input. A hidden field draws its input alone."""
        if hasattr(self.field, "draw") and not self.is_hidden:
            drawn: Markup = self.field.draw(self)
            return drawn + self._elsewhere()
        return Markup(self.as_widget())  # noqa: S704 - Django's widgets escape

    def _elsewhere(self) -> Markup:
        """Beneath the field: what the record says now, where somebody changed it meanwhile."""
        other = cast(Any, self.form).elsewhere.get(self.name)
        if other is None:
            return Markup("")
        context = {"other": other, "choose": CHOOSE + self.html_name, "id": self.auto_id, "label": self.label}
        return Markup(render_to_string("govuk/elsewhere.html", context))  # noqa: S704 - the template escapes

    @property
    def answer(self) -> Any:
        """What the user typed, or what the form began with: text, list of texts, or a date's three parts."""
        value = self.value()
        return self.field.answer(value) if hasattr(self.field, "answer") else value

    @property
    def is_as_usual(self) -> bool:
        """Nothing else was chosen than what the form's class begins with."""
        return bool(self.answer == self.field.initial)

    @property
    def link(self) -> str:
        """The id that the error summary leads to."""
        boxes = getattr(self.field, "boxes", ())
        return f"{self.auto_id}-{(self.wrong_parts or boxes)[0]}" if boxes else self.auto_id

    @property
    def wrong_parts(self) -> tuple[str, ...]:
        """Of a date: the boxes to mark."""
        problems = self.form.errors.as_data().get(self.name, [])
        return tuple((getattr(problems[0], "params", None) or {}).get("parts", PARTS)) if problems else ()
