"""What is asked of a person's details. Shape and wording only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import DateField, Form, RadiosField, SelectField, TextareaField, TextField
from heard.network.rules import deciding as rules
from heard.network.rules import why_not_rename

if TYPE_CHECKING:
    from typing import Any


class NamesForm(Form):
    given_name = TextField(_("First name"), max_length=80, spellcheck=False, required=False)
    family_name = TextField(_("Family name"), max_length=80, spellcheck=False, required=False)
    known_as = TextField(
        _("Known as"), hint=_("What they like to be called"), max_length=80, spellcheck=False, required=False
    )
    known_as_said_by = TextField(
        _("Who says so?"),
        hint=_("Of what they are known as: the child, or a name and role."),
        max_length=120,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        given, family = answers.get("given_name", ""), answers.get("family_name", "")
        why_not = why_not_rename(given_name=given, family_name=family)
        if why_not and not self.errors:
            self.add_error("given_name", str(_(why_not)))
        return answers


class OtherNameForm(NamesForm):
    """A further name; it replaces nothing."""

    known_as = None  # type: ignore[assignment]
    known_as_said_by = None  # type: ignore[assignment]


class DetailsForm(Form):
    """`kind_of_person`: of an adult, legal status is not asked. `leads`: who does not lead the work with them
    proposes what says who they are, and changes the rest."""

    birth_date = DateField(
        _("Date of birth"),
        hint=_("For example, 27 3 2012"),
        called=_("Date of birth"),
        past=True,
        required=False,
    )
    sex = RadiosField(
        _("Sex"), choices=[("F", _("Female")), ("M", _("Male")), ("U", _("Not known"))], inline=True
    )
    legal_status = SelectField(_("Legal status"), required=False)
    nhs_number = TextField(
        _("NHS number"), hint=_("10 digits"), max_length=20, width=10, spellcheck=False, required=False
    )
    upn = TextField(
        _("Unique pupil number (UPN)"),
        hint=_("A letter and 12 more characters"),
        max_length=20,
        width=20,
        spellcheck=False,
        required=False,
    )

    def __init__(
        self, *args: Any, kind_of_person: str, statuses: list[tuple[str, str]], leads: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in () if leads else ("birth_date", "nhs_number", "upn"):
            del self.fields[name]
        self.fields["legal_status"].choices = statuses  # type: ignore[attr-defined]
        if kind_of_person != "child":
            for name in ("legal_status", "upn"):
                self.fields.pop(name, None)

    def clean(self) -> dict[str, Any]:
        """A number is kept as it was given, so that it has to fit; whether it can be right is said on the page after."""
        answers = super().clean() or {}
        for name, most in (("nhs_number", 10), ("upn", 13)):
            kept = "".join(c for c in answers.get(name, "") if c.isalnum())
            if len(kept) > most:
                self.add_error(name, str(_("Enter at most %(most)s letters and digits")) % {"most": most})
        return answers


class ProposeForm(NamesForm):
    """What says who somebody is, as it is now, to be put right by somebody who does not lead."""

    asks = rules.PROPOSE_ASKS

    birth_date = DateField(_("Date of birth"), called=_("Date of birth"), past=True, required=False)
    nhs_number = TextField(_("NHS number"), max_length=10, width=10, spellcheck=False, required=False)
    upn = TextField(_("Unique pupil number (UPN)"), max_length=13, width=20, spellcheck=False, required=False)
    why = TextareaField(
        _("How do you know?"),
        hint=_("For example from the birth certificate, or the child said so."),
        rows=3,
        max_length=2000,
    )


class DecideProposalForm(Form):
    asks = rules.DECIDE_PROPOSAL_ASKS

    accepts = RadiosField(
        _("Is it changed?"),
        choices=[("yes", _("Yes, change it as proposed")), ("no", _("No, it stays as it is"))],
    )
    answer = TextareaField(
        _("What do you say to them?"),
        hint=_("Needed where it stays as it is."),
        rows=3,
        max_length=2000,
        required=False,
    )

    def clean_accepts(self) -> bool:
        return bool(self.cleaned_data["accepts"] == "yes")


class AddressForm(Form):
    address = TextField(_("Address"), hint=_("House and street, town"), max_length=200, required=False)
    postcode = TextField(_("Postcode"), max_length=10, width=10, spellcheck=False, required=False)
    since = DateField(_("Since when?"), called=_("The date"), past=True, required=False)

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if not answers.get("address") and not answers.get("postcode") and not self.errors:
            self.add_error("address", str(_("Enter the address, or its postcode if that is all you know")))
        return answers


class ReasonForm(Form):
    """`label`: the question, whose answer is kept in the record of what was done."""

    reason = TextareaField(_("Why?"), missing=_("Say why"), rows=3, max_length=2000)

    def __init__(self, *args: Any, label: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["reason"].label = label
