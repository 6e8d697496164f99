"""Moments, each asked for as a day and a time of day; the day may be chosen: just now, today, yesterday or another."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final

from django import forms
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.govuk.dates import PARTS, moment_of
from heard.govuk.forms.choices import RadiosField
from heard.govuk.forms.form import Form

_NOW: Final = "now"
_ANOTHER: Final = "date"


class _When(forms.RadioSelect):
    """A day that was typed is another day, also where nobody chose so."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        boxes = name.removesuffix("when") + "on"
        typed = any(data.get(f"{boxes}-{part}") for part in PARTS)
        return super().value_from_datadict(data, files, name) or (_ANOTHER if typed else None)


class WhenField(RadiosField):
    """When something was. Its name ends in “when”; the field of another day is called the same, with “on” for it."""

    widget = _When

    def __init__(self, label: Any = None, *, on: str, **kwargs: Any) -> None:
        choices = [
            (_NOW, gettext_lazy("Just now")),
            ("today", gettext_lazy("Today, earlier")),
            ("yesterday", gettext_lazy("Yesterday")),
            (_ANOTHER, gettext_lazy("On another day")),
        ]
        super().__init__(label, choices=choices, reveals={_ANOTHER: on}, small=True, **kwargs)


def day_of(when: str, on: date | None) -> date | None:
    """The day that was chosen; `on` is what was typed of another."""
    today = timezone.localdate()
    return {_NOW: today, "today": today, "yesterday": today - timedelta(days=1), _ANOTHER: on}.get(when)


class MomentsForm(Form):
    """`moments`: a name for each pair of a day and a time, with the field before them that chooses the day, if any. The
    cleaned data has the moment under that name, or None.

    `may_come`: whether a moment may be still to come.
    """

    moments: ClassVar[dict[str, tuple[str, ...]]] = {}
    may_come: ClassVar[bool] = False

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        for name, (*when, on, at) in self.moments.items():
            for choice in when:
                self._take(choice, on, at)
            day, hour = answers.get(on), answers.get(at)
            answers[name] = None
            if day and hour is not None:
                answers[name] = self._checked(at, moment_of(day, hour, timezone.get_current_timezone()))
        return answers

    def _take(self, when: str, on: str, at: str) -> None:
        """The day that was chosen. Just now has its time by itself."""
        answers, chosen = self.cleaned_data, self.cleaned_data.get(when)
        if chosen:
            answers[on] = day_of(chosen, answers.get(on))
        if chosen == _NOW and not self[at].answer:
            self.errors.pop(at, None)
            answers[at] = timezone.localtime().time()

    def _checked(self, at: str, moment: datetime | None) -> datetime | None:
        if moment is None:
            self.add_error(at, _("The clocks go forward that night, so there is no such time. Check it."))
        elif moment > timezone.now() and not self.may_come:
            self.add_error(at, _("That time has not come yet. Check the day and the time."))
        return moment


def parts_of(name: str, moment: Any) -> dict[str, Any]:
    """What the fields of a moment begin with."""
    if not moment:
        return {f"{name}_when": "", f"{name}_on": None, f"{name}_time": ""}
    there = localtime(moment)
    return {f"{name}_when": _ANOTHER, f"{name}_on": there.date(), f"{name}_time": f"{there:%H:%M}"}
