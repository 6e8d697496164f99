"""Moments, each asked for as a day and a time of day."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from heard.govuk.dates import moment_of
from heard.govuk.forms.form import Form


class MomentsForm(Form):
    """`moments`: a name for each pair of a day and a time. The cleaned data has the moment under that name, or None.

    `may_come`: whether a moment may be still to come.
    """

    moments: ClassVar[dict[str, tuple[str, str]]] = {}
    may_come: ClassVar[bool] = False

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        for name, (on, at) in self.moments.items():
            day, hour = answers.get(on), answers.get(at)
            answers[name] = None
            if day and hour is not None:
                answers[name] = self._checked(at, moment_of(day, hour, timezone.get_current_timezone()))
        return answers

    def _checked(self, at: str, moment: datetime | None) -> datetime | None:
        if moment is None:
            self.add_error(at, _("The clocks go forward that night, so there is no such time. Check it."))
        elif moment > timezone.now() and not self.may_come:
            self.add_error(at, _("That time has not come yet. Check the day and the time."))
        return moment


def parts_of(name: str, moment: Any) -> dict[str, Any]:
    """What the two boxes of a moment begin with."""
    there = localtime(moment) if moment else None
    return {f"{name}_on": there.date() if there else None, f"{name}_time": f"{there:%H:%M}" if there else ""}
