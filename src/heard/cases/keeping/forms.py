"""What is asked of whoever has a record destroyed, or places or lifts a hold. Shape and wording only."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from heard.cases.keeping import rules
from heard.cases.keeping.models import Destruction, Hold
from heard.cases.keeping.rules import Scope
from heard.govuk.forms import Form, RadiosField, SelectField, TextareaField

_WITHOUT_NAMES = _("It stays after the record is gone. Do not write anybody’s name.")


class DestroyForm(Form):
    why = RadiosField(
        _("On what basis?"),
        choices=[(one.value, one.label, "") for one in Destruction.Why],
        missing=_("Say on what basis"),
    )
    reason = TextareaField(
        _("Why, and who decided it?"), hint=_WITHOUT_NAMES, missing=_("Say why"), rows=4, max_length=2000
    )


class DecideForm(Form):
    agrees = RadiosField(
        _("Is this record to be destroyed?"),
        choices=[
            ("yes", _("Yes, destroy it now"), _("It cannot be brought back.")),
            ("no", _("No, keep it"), _("Somebody can ask again.")),
        ],
        missing=_("Say whether it is to be destroyed"),
    )


class HoldForm(Form):
    """Without `person`: for more than one record."""

    asks = rules.HOLD_ASKS

    scope = RadiosField(
        _("What is to be kept?"),
        choices=[(scope.value, scope.label, "") for scope in Hold.Scope if scope.value != Scope.RECORD],
    )
    agency = SelectField(_("Agency"), choices=[], required=False, says_optional=False)
    reason = TextareaField(
        _("On what basis?"),
        hint=_("Such as the letter of an inquiry, with its day and reference. Do not write a child’s name."),
        missing=_("Say on what basis"),
        rows=4,
        max_length=2000,
    )

    def __init__(self, *args: Any, agencies: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Choose an agency")), *((str(agency.pk), agency.name) for agency in agencies)]
        self.fields["agency"].choices = choices  # type: ignore[attr-defined]


class HoldOneForm(Form):
    reason = TextareaField(
        _("On what basis is this record kept?"),
        hint=_("Such as the letter of an inquiry or court, with its day and reference."),
        missing=_("Say on what basis"),
        rows=4,
        max_length=2000,
    )


class LiftForm(Form):
    asks = rules.LIFT_ASKS

    reason = TextareaField(
        _("Why is the hold no longer needed?"),
        hint=_("Who said so, and when."),
        rows=4,
        max_length=2000,
    )
