"""What opening, answering, reading and closing an audit asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from heard.board import rules
from heard.board.models import AuditAction, AuditAnswer, AuditEvidence
from heard.cases.attachment.forms import TAKEN, taken_hint
from heard.govuk.forms import (
    CheckboxesField,
    DateField,
    FileField,
    Form,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
)

if TYPE_CHECKING:
    from heard.agencies.models import Agency, User
    from heard.knowledge.model import RequirementPack


_MOST: Final = 10**10
_NOT_A_NUMBER: Final = _("Write the number in figures, with two places at most, such as 45 or 12.5")


class OpenAuditForm(Form):
    """`packs` that may be asked; `agencies`: those in which somebody can answer, by key."""

    asks = rules.OPEN_AUDIT_ASKS

    title = TextField(_("What is the audit called?"), max_length=120)
    since = DateField(
        _("The first day that it looks at"), called=_("The first day"), missing=_("Give the first day")
    )
    until = DateField(
        _("The last day that it looks at"), called=_("The last day"), missing=_("Give the last day")
    )
    packs = CheckboxesField(
        _("What do you check yourselves against?"), missing=_("Choose what you check yourselves against")
    )
    agencies = CheckboxesField(_("Which agencies take part?"))
    lead = SelectField(
        _("Which agency answers for the partnership as one?"),
        missing=_("Choose the agency that answers for the partnership"),
    )

    def __init__(
        self,
        *args: Any,
        packs: Iterable[RequirementPack],
        agencies: Mapping[str, tuple[Agency, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._agencies = agencies
        choices = [(key, called) for key, (_agency, called) in agencies.items()]
        self.fields["packs"].choices = [(pack.id, pack.label) for pack in packs]  # type: ignore[attr-defined]
        self.fields["agencies"].choices = self.fields["lead"].choices = choices  # type: ignore[attr-defined]

    @property
    def answered(self) -> dict[str, Any]:
        """For `open_audit`."""
        answers = self.cleaned_data
        return answers | {
            "agencies": [self._agencies[key][0] for key in answers["agencies"]],
            "lead": self._agencies[answers["lead"]][0],
        }


class AnswerForm(Form):
    """`agencies`: those for which the user answers, by key."""

    asks = rules.ANSWER_ASKS

    agency = RadiosField(_("For which agency?"), missing=_("Choose the agency"), small=True)
    answer = RadiosField(_("Is it met?"), choices=AuditAnswer.Answer.choices)
    why = TextareaField(_("What makes you say so?"), rows=4)
    evidence = TextareaField(
        _("What shows it?"),
        hint=_(
            "A document with its edition, which records, or a number. Name no child. Needed where it is met."
        ),
        required=False,
        rows=3,
    )
    evidence_on = DateField(
        _("Of which day is that?"),
        called=_("The day of what shows it"),
        hint=_("Needed where you say what shows it."),
        required=False,
    )

    def __init__(self, *args: Any, agencies: Iterable[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._agencies = {str(agency.pk): agency for agency in agencies}
        self.fields["agency"].choices = [(key, agency.name) for key, agency in self._agencies.items()]  # type: ignore[attr-defined]
        if len(self._agencies) == 1:
            self.fields["agency"].initial = next(iter(self._agencies))

    @property
    def answered(self) -> dict[str, Any]:
        """For `answer`."""
        return self.cleaned_data | {"agency": self._agencies[self.cleaned_data["agency"]]}


class AddEvidenceForm(Form):
    """`agencies`: those for which the user answers, by key."""

    asks = rules.ADD_EVIDENCE_ASKS

    agency = RadiosField(_("For which agency?"), missing=_("Choose the agency"), small=True)
    kind = RadiosField(_("What is it?"), choices=AuditEvidence.Kind.choices[:3])
    what = TextareaField(
        _("Which document, what does the number count, or which records?"),
        hint=_("Such as “Threshold document, edition 4”. Name no child, and attach no document that does."),
        rows=2,
        max_length=300,
    )
    number = TextField(
        _("The number"),
        hint=_("In figures, where it is a number."),
        required=False,
        width=10,
        inputmode="decimal",
    )
    of_day = DateField(_("Of which day is it?"), called=_("The day"), past=True)
    upload = FileField(
        _("The file of the document"), required=False, attributes={"accept": TAKEN}, allow_empty_file=True
    )

    def __init__(self, *args: Any, agencies: Iterable[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._agencies = {str(agency.pk): agency for agency in agencies}
        self.fields["upload"].help_text = taken_hint()
        self.fields["agency"].choices = [(key, agency.name) for key, agency in self._agencies.items()]  # type: ignore[attr-defined]
        if len(self._agencies) == 1:
            self.fields["agency"].initial = next(iter(self._agencies))

    def clean_number(self) -> Decimal | None:
        text = self.cleaned_data["number"].replace(",", "").replace(" ", "")
        try:
            found = Decimal(text) if text else None
        except InvalidOperation as error:
            raise ValidationError(_NOT_A_NUMBER) from error
        if found is not None and (not found.is_finite() or abs(found) >= _MOST or found != round(found, 2)):
            raise ValidationError(_NOT_A_NUMBER)
        return found

    @property
    def answered(self) -> dict[str, Any]:
        """For `add_evidence`."""
        return self.cleaned_data | {"agency": self._agencies[self.cleaned_data["agency"]]}


class WithdrawEvidenceForm(Form):
    asks = rules.WITHDRAW_EVIDENCE_ASKS

    why = TextField(_("Why is it withdrawn?"), max_length=300)


class SecondReadingForm(Form):
    asks = rules.SECOND_READING_ASKS

    agrees = RadiosField(
        _("Do you agree?"),
        choices=[("yes", _("Yes")), ("no", _("No, we dispute it"))],
    )
    why = TextareaField(_("What do you dispute, and why?"), required=False, rows=3)

    @property
    def answered(self) -> dict[str, Any]:
        """For `read_second`."""
        return self.cleaned_data | {"agrees": self.cleaned_data["agrees"] == "yes"}


class PlanActionForm(Form):
    """`people` of the agencies that take part, by key."""

    asks = rules.PLAN_ACTION_ASKS

    what = TextField(_("What is to be done?"), max_length=300)
    shows = TextField(
        _("What would show that it is done?"),
        max_length=300,
    )
    owner = SelectField(_("Who does it?"), missing=_("Choose who does it"))
    due_on = DateField(_("By when?"), called=_("The day"))

    def __init__(self, *args: Any, people: Mapping[str, tuple[User, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = people
        self.fields["owner"].choices = [(key, called) for key, (_who, called) in people.items()]  # type: ignore[attr-defined]

    @property
    def answered(self) -> dict[str, Any]:
        """For `plan_action`."""
        return self.cleaned_data | {"owner": self._people[self.cleaned_data["owner"]][0]}


class FinishActionForm(Form):
    asks = rules.FINISH_ACTION_ASKS

    state = RadiosField(_("Is it done?"), choices=AuditAction.State.choices[1:])
    what_came = TextareaField(
        _("What shows it, or why could it not be done?"),
        rows=4,
    )


class CloseAuditForm(Form):
    found = TextareaField(
        _("What did the audit find?"),
        hint=_(
            "What is better, what is worse, what nobody can tell. Whoever opens the audit reads this first."
        ),
        missing=_("Say what the audit found"),
        rows=6,
    )
