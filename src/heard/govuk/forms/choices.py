"""Fields in which somebody chooses, with what a choice reveals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext as _
from markupsafe import Markup

from heard.govuk.forms.fields import Drawn

if TYPE_CHECKING:
    from heard.govuk.forms.bound import BoundField


class _Choices(Drawn, forms.ChoiceField):
    """Pairs, or triples with a hint; groups of choices are not used in Heard."""

    def __init__(
        self,
        label: Any = None,
        *,
        choices: Any = (),
        reveals: Mapping[str, str | tuple[str, ...]] | None = None,
        **kwargs: Any,
    ) -> None:
        self.reveals = reveals or {}
        super().__init__(label, choices=choices, **kwargs)

    @property
    def reveals(self) -> dict[str, tuple[str, ...]]:
        return self._reveals

    @reveals.setter
    def reveals(self, reveals: Mapping[str, str | tuple[str, ...]]) -> None:
        self._reveals = {
            value: (names,) if isinstance(names, str) else names for value, names in reveals.items()
        }

    def _get_choices(self) -> Any:
        return self._choices

    def _set_choices(self, choices: Any) -> None:
        rows = [tuple(row) for row in getattr(choices, "choices", choices)]
        self.hints = {str(row[0]): row[2] for row in rows if len(row) > 2}
        self._choices = self.widget.choices = [(row[0], row[1]) for row in rows]

    choices = property(_get_choices, _set_choices)

    def shown(self, answer: Any) -> str:
        chosen = answer if isinstance(answer, list) else [answer]
        return "\n".join(str(text) for value, text in self.choices if value != "" and str(value) in chosen)

    def items(self, bound: BoundField) -> list[dict[str, Any]]:
        chosen = bound.answer
        return [self._item(bound, str(value), text, chosen) for value, text in self.choices]

    def _item(self, bound: BoundField, value: str, text: Any, chosen: Any) -> dict[str, Any]:
        marked = value in chosen if isinstance(chosen, list) else value == chosen
        item: dict[str, Any] = {"value": value, "text": str(text), "checked": marked, "selected": marked}
        if value in self.hints:
            item["hint"] = {"text": str(self.hints[value])}
        if value in self.reveals:
            drawn = (cast("BoundField", bound.form[name]).component() for name in self.reveals[value])
            item["conditional"] = {"html": Markup("\n").join(drawn)}
        return item

    def params(self, bound: BoundField) -> dict[str, Any]:
        return super().params(bound) | {
            "fieldset": {"legend": self._title(bound, "fieldset__legend")},
            "items": self.items(bound),
        }


class RadiosField(_Choices):
    """One of several. `inline` lays two short answers side by side."""

    component_name = "radios"
    widget = forms.RadioSelect

    def __init__(
        self, label: Any = None, *, inline: bool = False, small: bool = False, **kwargs: Any
    ) -> None:
        looks = {"govuk-radios--inline": inline, "govuk-radios--small": small}
        self.classes = " ".join(name for name, wanted in looks.items() if wanted)
        super().__init__(label, **kwargs)

    def params(self, bound: BoundField) -> dict[str, Any]:
        return super().params(bound) | {"classes": self.classes}


class CheckboxesField(_Choices, forms.MultipleChoiceField):
    """Any of several; the cleaned value is a list."""

    component_name = "checkboxes"
    widget = forms.CheckboxSelectMultiple

    def __init__(self, label: Any = None, *, small: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.small = small

    def params(self, bound: BoundField) -> dict[str, Any]:
        return super().params(bound) | ({"classes": "govuk-checkboxes--small"} if self.small else {})

    def answer(self, value: Any) -> list[str]:
        return [str(text) for text in value or []]


class SelectField(_Choices):
    """One of many, in a list. Prefer RadiosField for fewer than ten."""

    component_name = "select"

    def params(self, bound: BoundField) -> dict[str, Any]:
        return super().params(bound) | {"label": self._title(bound, "label")}

    def items(self, bound: BoundField) -> list[dict[str, Any]]:
        blank = {"value": "", "text": _("Choose one")}
        return super().items(bound) if "" in dict(self.choices) else [blank, *super().items(bound)]
