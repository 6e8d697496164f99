"""A day in three boxes, and a time of day in one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.govuk.dates import PARTS, Problem, read_date, read_time
from heard.govuk.environment import day
from heard.govuk.forms.fields import Drawn, TextField

if TYPE_CHECKING:
    from heard.govuk.forms.bound import BoundField


class _ThreeBoxes(forms.Widget):
    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        return {part: str(data.get(f"{name}-{part}", "")) for part in PARTS}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return all(f"{name}-{part}" not in data for part in PARTS)


class DateField(Drawn):
    """Day, month and year in three boxes; the cleaned value is a date, or None.

    `called` begins the sentences of its errors: "Date of birth must include a year".
    `past` refuses a day after today.
    """

    component_name = "date-input"
    boxes = PARTS
    widget = _ThreeBoxes
    empty_value = None

    def __init__(
        self,
        label: Any = None,
        *,
        called: Any = None,
        past: bool = False,
        **kwargs: Any,
    ) -> None:
        self.called, self.past = called or gettext_lazy("The date"), past
        super().__init__(label, **kwargs)

    def clean(self, value: Any) -> date | None:
        read = read_date(**self.answer(value), called=str(self.called))
        if isinstance(read, Problem):
            raise ValidationError(read.text, code="date", params={"parts": read.parts})
        if read and self.past and read > localdate():
            raise ValidationError(
                _("%(date)s must be today or before") % {"date": self.called}, code="future"
            )
        self.validate(read)
        return read

    def answer(self, value: Any) -> dict[str, str]:
        """The three parts as typed, from a date, its ISO text, or the parts themselves."""
        if isinstance(value, str) and value:
            value = _from_iso(value)
        if isinstance(value, date):
            return {"day": str(value.day), "month": str(value.month), "year": str(value.year)}
        parts = value if isinstance(value, Mapping) else {}
        return {part: str(parts.get(part) or "") for part in PARTS}

    def shown(self, answer: Any) -> str:
        read = read_date(**answer, called="")
        return (
            day(read) if isinstance(read, date) else " ".join(answer[part] for part in PARTS if answer[part])
        )

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.answer(initial) != self.answer(data)

    def params(self, bound: BoundField) -> dict[str, Any]:
        labels = {"day": _("Day"), "month": _("Month"), "year": _("Year")}
        items = []
        for part in PARTS:
            classes = f"govuk-input--width-{4 if part == 'year' else 2}"
            if part in bound.wrong_parts:
                classes += " govuk-input--error"
            name, value = f"{bound.html_name}-{part}", bound.answer[part]
            # A month may be a name, which a keypad of digits cannot type.
            mode = "text" if part == "month" else "numeric"
            box = {"id": f"{bound.auto_id}-{part}", "name": name, "label": labels[part], "value": value}
            items.append(box | {"classes": classes, "inputmode": mode})
        legend = self._title(bound, "fieldset__legend")
        return super().params(bound) | {"fieldset": {"legend": legend}, "items": items}


def _from_iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


class TimeField(TextField):
    """A time of day in one box, forgiving in how it is written; the cleaned value is a time, or None."""

    empty_value = None

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("hint", gettext_lazy("Such as 14:30 or 2:30pm"))
        super().__init__(label, width=10, max_length=20, **kwargs)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        read = read_time(str(typed))
        if read is None:
            raise ValidationError(_("Give the time as 14:30 or 2:30pm"), code="time")
        return read

    def answer(self, value: Any) -> str:
        return f"{value:%H:%M}" if isinstance(value, time) else super().answer(value)
