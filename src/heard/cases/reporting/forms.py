"""What is asked where somebody knows of a suspected offence, and where it was reported."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from heard.cases.reporting import rules
from heard.cases.reporting.models import OffenceReport
from heard.govuk.environment import day
from heard.govuk.forms import (
    DateField,
    Form,
    MomentsForm,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
    TimeField,
)


class TriggerForm(MomentsForm):
    """`told_in`: what may tell of it, as `queries.may_tell_of_it` gives it. `since`: from which day the duty holds here. `days`: how many it
    has where an earlier report would put the child at risk."""

    asks = rules.NOTE_ASKS

    moments: ClassVar = {"known_at": ("known_on", "known_time")}

    trigger = RadiosField(
        _("How did it become known?"),
        hint=_("Signs that are recognised do not set the duty off by themselves. Tell them as a worry."),
        choices=OffenceReport.Trigger.choices,
        small=True,
    )
    who = TextField(_("Who was told, or saw or heard it?"), hint=_("Name and role"), max_length=200)
    known_on = DateField(
        _("On which day?"), called=_("The day"), past=True, missing=rules.NOTE_ASKS["known_at"]
    )
    known_time = TimeField(_("At what time?"), missing=_("Give the time"))
    beside = SelectField(
        _("Where is it written down?"),
        hint=_("What happened stands there. It is not written down here again."),
        required=False,
    )
    delay = RadiosField(
        _("Would reporting it now put the child at risk?"),
        choices=[("", _("No: it is reported as soon as it can be")), ("risk", _("Yes"))],
        reveals={"risk": ("delay_why",)},
        required=False,
        says_optional=False,
        small=True,
    )
    delay_why = TextareaField(
        _("How, and what is done for the child until then?"),
        rows=3,
        max_length=2000,
    )

    def __init__(
        self, *args: Any, told_in: Iterable[tuple[str, str]], since: date, days: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["known_on"].help_text = _("The duty holds here since %(date)s.") % {"date": day(since)}
        self.fields["delay_why"].help_text = ngettext(
            "It is reported as soon as that risk is over, and within %(days)s day at most.",
            "It is reported as soon as that risk is over, and within %(days)s days at most.",
            days,
        ) % {"days": days}
        self.fields["beside"].choices = [("", _("Nowhere yet")), *told_in]  # type: ignore[attr-defined]

    @property
    def noted(self) -> dict[str, Any]:
        """For `note_trigger`."""
        names = ("trigger", "who", "known_at", "delay", "delay_why")
        beside, _sign, key = self.cleaned_data["beside"].partition(":")
        said = {name: self.cleaned_data[name] or None for name in names}
        texts = {name: said[name] or "" for name in names if name != "known_at"}
        return said | texts | {"beside": beside, "beside_id": uuid.UUID(key) if key else None}


class ReportedForm(MomentsForm):
    """`agencies`: the police and councils of the partnership."""

    asks = rules.REPORT_ASKS

    moments: ClassVar = {"reported_at": ("reported_on", "reported_time")}

    to = RadiosField(_("To whom was it reported?"), choices=[], small=True)
    outside = TextField(
        _("Which police force or council, if it is another one?"), required=False, max_length=200
    )
    to_person = TextField(_("Who received it there, or what is its number?"), required=False, max_length=200)
    way = RadiosField(_("In which way?"), choices=OffenceReport.Way.choices, small=True)
    reported_on = DateField(
        _("On which day?"),
        called=_("The day of the report"),
        past=True,
        missing=rules.REPORT_ASKS["reported_at"],
    )
    reported_time = TimeField(_("At what time?"), missing=_("Give the time"))
    delay = RadiosField(
        _("If it was on a later day than it became known: why?"),
        choices=OffenceReport.Delay.choices,
        required=False,
        small=True,
    )
    delay_why = TextareaField(_("More about the reason"), required=False, rows=3, max_length=2000)

    def __init__(self, *args: Any, agencies: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            *((str(agency.pk), agency.name) for agency in agencies),
            (rules.To.POLICE.value, _("Another police force")),
            (rules.To.COUNCIL.value, _("Another council")),
        ]

    @property
    def reported(self) -> dict[str, Any]:
        """For `record_report`."""
        said = self.cleaned_data
        names = ("outside", "to_person", "way", "delay", "delay_why")
        given = {name: said[name] or "" for name in names} | {"reported_at": said["reported_at"]}
        elsewhere = said["to"] in set(rules.To)
        return given | {
            "to": said["to"] if elsewhere else "",
            "agency_id": None if elsewhere else uuid.UUID(said["to"]),
        }


class TakeBackForm(Form):
    asks = rules.BACK_ASKS

    why = TextareaField(
        _("Why is it put right?"), hint=_("Do not describe what happened."), rows=2, max_length=2000
    )
