"""What opening, answering, reading and closing an audit asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from heard.board import rules
from heard.board.models import AuditAction, AuditAnswer
from heard.govuk.forms import (
    CheckboxesField,
    DateField,
    Form,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
)

if TYPE_CHECKING:
    from heard.agencies.models import Agency, User
    from heard.knowledge.model import RequirementPack


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
        _("Of which day is that?"), called=_("The day of what shows it"), past=True, required=False
    )

    def __init__(self, *args: Any, agencies: Iterable[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._agencies = {str(one.pk): one for one in agencies}
        self.fields["agency"].choices = [(key, one.name) for key, one in self._agencies.items()]  # type: ignore[attr-defined]
        if len(self._agencies) == 1:
            self.fields["agency"].initial = next(iter(self._agencies))

    @property
    def answered(self) -> dict[str, Any]:
        """For `answer`."""
        return self.cleaned_data | {"agency": self._agencies[self.cleaned_data["agency"]]}


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
