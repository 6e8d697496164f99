"""Which months a map shows, and where a place is. Shape and wording only."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import CheckboxesField, Form, RadiosField, SelectField, TextField
from heard.graph.map.rules import MONTHS, PARTS_OF_DAY, Month, months_to_choose
from heard.network.rules import LOCATE_ASKS

PARTS: dict[str, Any] = dict(
    zip(
        PARTS_OF_DAY,
        (
            _("In the morning (5 to 12)"),
            _("In the afternoon (12 to 5)"),
            _("In the evening (5 to 10)"),
            _("At night (10 to 5)"),
        ),
        strict=True,
    )
)


def called(month: Month) -> str:
    """November 2026."""
    return date_format(month.first, "F Y")


class WhenForm(Form):
    since = SelectField(_("From"), choices=[], required=False, says_optional=False)
    until = SelectField(_("Until"), choices=[], required=False, says_optional=False)
    part = RadiosField(
        _("When did they go missing?"),
        hint=_("A worry says no hour: with a part of the day, missing episodes alone are shown."),
        choices=[("", _("At any time")), *PARTS.items()],
        required=False,
        says_optional=False,
    )
    kinds = CheckboxesField(
        _("What names the place?"),
        hint=_("Tick none for both."),
        choices=[("worry", _("Worries")), ("episode", _("Missing episodes"))],
        required=False,
        says_optional=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months = [(str(month), called(month)) for month in months_to_choose(timezone.localdate())]
        for name in ("since", "until"):
            self.fields[name].choices = months  # type: ignore[attr-defined]

    @property
    def how(self) -> dict[str, Any]:
        """As `actions.map_places` takes it; what was not understood is left at what is usual, and two months the wrong way round are
        turned."""
        typed = self.cleaned_data if self.is_bound and self.is_valid() else {}
        this = Month.of(timezone.localdate())
        until = Month.read(typed.get("until") or "") or this
        since = Month.read(typed.get("since") or "") or until.back(MONTHS - 1)
        since, until = sorted((since, until))
        kinds = typed.get("kinds") or ("worry", "episode")
        return {"since": since, "until": until, "part": typed.get("part") or "", "kinds": frozenset(kinds)}


def _degrees(label: Any, hint: Any) -> TextField:
    return TextField(label, hint=hint, inputmode="decimal", width=10, max_length=20, spellcheck=False)


class WhereForm(Form):
    asks = LOCATE_ASKS

    lat = _degrees(_("Latitude"), _("Degrees north, such as 52.634500."))
    lon = _degrees(_("Longitude"), _("Degrees east, such as -1.129100."))
    how = TextField(
        _("How do you know where it is?"),
        hint=_("Such as: I was there. It stands in the licence."),
        max_length=200,
    )
