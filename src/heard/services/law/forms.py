"""What is asked of whoever sets the day of a duty, records what a lawyer said of a power, or keeps the child protection team."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.forms import CharField, HiddenInput
from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import DateField, Form, RadiosField, SelectField, TextareaField, TextField
from heard.services.law import rules


class StartForm(Form):
    asks = rules.START_ASKS

    starts_on = DateField(
        _("From which day does it hold here?"),
        hint=_(
            "Leave it empty for no day. Without a day, or until a later one, it is off here, also where it holds now: Heard asks nothing of it, and what was recorded stays."
        ),
        called=_("The day"),
        required=False,
    )
    why = TextareaField(
        _("Who decided on this, and by which text of the law?"),
        hint=_("Such as the regulation that starts it, and the advice of your lawyers."),
        rows=3,
        max_length=2000,
    )


class CheckForm(Form):
    asks = rules.CHECK_ASKS

    release = CharField(widget=HiddenInput)  # whose text is on the page
    holds = RadiosField(
        _("What did they say of the text?"),
        choices=[("yes", _("It is right")), ("no", _("It is not right"))],
    )
    called = TextField(
        _("Who checked it?"), hint=_("Name and role, such as a solicitor of the council."), max_length=200
    )
    said = TextareaField(_("What did they confirm, or what is not right?"), rows=3, max_length=2000)
    checked_on = DateField(_("On which day?"), called=_("The day"), past=True)

    @property
    def checked(self) -> dict[str, Any]:
        """For `check_power`."""
        return self.cleaned_data | {"holds": self.cleaned_data["holds"] == "yes"}


class TeamForm(Form):
    asks = rules.TEAM_ASKS

    team = TextField(_("What is the team called?"), max_length=120)


class PostForm(Form):
    asks = rules.POST_ASKS

    title = TextField(_("Which post?"), hint=_("Such as probation, or youth justice."), max_length=120)


def _until(label: Any) -> DateField:
    hint = _("Leave it empty where no last day is known.")
    return DateField(label, hint=hint, called=_("The last day"), required=False)


class MemberForm(Form):
    asks = rules.MEMBER_ASKS

    called = TextField(_("Who holds it?"), hint=_("Name and role"), max_length=200)
    agency = SelectField(_("Of which agency?"))
    since = DateField(_("From which day?"), called=_("The day"))
    until = _until(_("Until which day?"))
    named_by = TextField(
        _("Who named them?"),
        hint=_("Such as the council, the integrated care board or the chief officer of police."),
        max_length=200,
    )

    def __init__(self, *args: Any, agencies: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(agency.pk), agency.name) for agency in agencies]
        self.fields["agency"].choices = [("", _("Choose one")), *named]  # type: ignore[attr-defined]

    @property
    def named(self) -> dict[str, Any]:
        """For `name_member`."""
        said = dict(self.cleaned_data)
        agency = said.pop("agency")
        return said | {"agency_id": uuid.UUID(agency) if agency else None}


class EndForm(Form):
    asks = rules.END_ASKS

    until = _until(_("Until which day do they hold it?"))


class OffForm(Form):
    asks = rules.OFF_ASKS

    why = TextareaField(_("What is wrong with it?"), rows=2, max_length=2000)
