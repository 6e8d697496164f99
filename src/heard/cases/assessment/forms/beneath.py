"""Choices with several fields beneath each, and the partnership's own questions at the end of a form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from heard.cases.assessment.rules import MAX_PROSE
from heard.govuk.forms import (
    BoundField,
    CheckboxesField,
    DateField,
    Form,
    RadiosField,
    TextareaField,
)

if TYPE_CHECKING:
    from heard.cases.assessment.queries import Asked

OWN = "own_"  # before the id of an own question, in the name of its field


class _SeveralBeneath:
    """Several fields beneath one choice. `beneath={"seen": ("S01_on", "S01_words")}`; required where it is chosen."""

    def __init__(self, *args: Any, beneath: Mapping[str, tuple[str, ...]], **kwargs: Any) -> None:
        self.beneath = beneath
        super().__init__(*args, **kwargs)

    def _title(self, bound: BoundField, kind: str) -> dict[str, Any]:
        """Without “(optional)”: a list in which each line says so cannot be read."""
        return super()._title(bound, kind) | {"text": str(bound.label)}  # type: ignore[misc]

    def _item(self, bound: BoundField, value: str, text: Any, chosen: Any) -> dict[str, Any]:
        item: dict[str, Any] = super()._item(bound, value, text, chosen)  # type: ignore[misc]
        names = self.beneath.get(value, ())
        if names:
            drawn = [bound.form[name].component() for name in names]  # type: ignore[attr-defined]
            item["conditional"] = {"html": Markup("\n").join(drawn)}
        return item


class Radios(_SeveralBeneath, RadiosField):
    pass


class Checkboxes(_SeveralBeneath, CheckboxesField):
    pass


class BeneathForm(Form):
    """A form some of whose choices have several fields beneath them."""

    def _revealed(self) -> Iterable[tuple[str, str, str]]:
        yield from super()._revealed()
        for parent, field in self.fields.items():
            for value, names in getattr(field, "beneath", {}).items():
                for name in names:
                    yield parent, value, name


class PartForm(BeneathForm):
    """A part of the assessment, with the partnership's own questions that stand in it, in their own words.

    None of them has to be answered: what is not answered stays open for all to see.
    """

    def __init__(self, *args: Any, own: Iterable[Asked] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = list(own)
        for asked in self.own:
            self.fields[OWN + asked.question.id] = _own_field(asked)

    def ours(self) -> Markup:
        """The fields of the part itself."""
        beneath = {name for _parent, _value, name in self._revealed()}
        left_out = beneath | {OWN + asked.question.id for asked in self.own}
        return Markup("\n").join(field.component() for field in self if field.name not in left_out)

    def theirs(self) -> Markup:
        """The partnership's own questions."""
        return Markup("\n").join(self[OWN + asked.question.id].component() for asked in self.own)

    @property
    def own_answers(self) -> dict[str, str]:
        """By the id of the question; a date as 2026-03-01, '' where nothing was answered."""
        given = {asked.question.id: self.cleaned_data.get(OWN + asked.question.id) for asked in self.own}
        return {key: str(value or "") for key, value in given.items()}


def _own_field(asked: Asked) -> Any:
    question = asked.question
    about: dict[str, Any] = {"hint": question.hint, "required": False, "initial": asked.answer}
    if question.kind == "choice":
        return RadiosField(
            question.text, choices=[(one, one) for one in question.choices], small=True, **about
        )
    if question.kind == "date":
        return DateField(question.text, called=question.text, **about)
    return TextareaField(question.text, rows=3, max_length=MAX_PROSE, **about)
