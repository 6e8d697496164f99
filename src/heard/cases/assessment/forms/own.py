"""The partnership's own questions, at the end of a part of the assessment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from heard.govuk.forms import (
    DateField,
    Form,
    RadiosField,
    TextareaField,
)

if TYPE_CHECKING:
    from heard.cases.assessment.queries import OwnQuestionAsked

OWN = "own_"  # before the id of an own question, in the name of its field


class PartForm(Form):
    """A part of the assessment, with the partnership's own questions that stand in it, in their own words.

    None of them has to be answered: what is not answered stays open for all to see.
    """

    def __init__(self, *args: Any, own: Iterable[OwnQuestionAsked] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = list(own)
        for asked in self.own:
            self.fields[OWN + asked.question.id] = _own_field(asked)

    def ours(self) -> Markup:
        """The fields of the part itself."""
        revealed = {name for _parent, _value, name in self._revealed()}
        left_out = revealed | {OWN + asked.question.id for asked in self.own}
        return Markup("\n").join(field.component() for field in self if field.name not in left_out)

    def theirs(self) -> Markup:
        """The partnership's own questions."""
        return Markup("\n").join(self[OWN + asked.question.id].component() for asked in self.own)

    @property
    def own_answers(self) -> dict[str, str]:
        """By the id of the question; a date as 2026-03-01, '' where nothing was answered."""
        given = {asked.question.id: self.cleaned_data.get(OWN + asked.question.id) for asked in self.own}
        return {key: str(value or "") for key, value in given.items()}


def _own_field(asked: OwnQuestionAsked) -> Any:
    question = asked.question
    about: dict[str, Any] = {"hint": question.hint, "required": False, "initial": asked.answer}
    if question.kind == "choice":
        return RadiosField(
            question.text, choices=[(choice, choice) for choice in question.choices], small=True, **about
        )
    if question.kind == "date":
        return DateField(question.text, called=question.text, **about)
    return TextareaField(question.text, rows=3, **about)
