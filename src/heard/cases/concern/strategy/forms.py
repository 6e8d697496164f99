"""What is asked of a strategy discussion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from heard.cases.concern.strategy import rules
from heard.cases.words.forms import ChildsViewForm
from heard.govuk.forms import DateField, Form, RadiosField, SelectField, TextareaField, TextField

if TYPE_CHECKING:
    from heard.agencies.models import Agency, User

_OUTSIDE = "outside"
_YES_NO = [("yes", _("Yes")), ("no", _("No"))]


class PlanForm(Form):
    asks = rules.PLAN_ASKS

    planned_on = DateField(
        _("By when is it held?"),
        called=_("The day of the strategy discussion"),
    )


class AskAgencyForm(Form):
    """`agencies`: those of the partnership, by key."""

    asks = rules.ASK_AGENCY_ASKS

    agency = SelectField(_("Which agency was asked?"), missing=_("Choose the agency"))
    outside = TextField(
        _("Which one, if it is not in the partnership?"), required=False, max_length=200, says_optional=False
    )
    who = TextField(_("Who was asked?"), hint=_("Name and role"), max_length=200)
    asked_on = DateField(_("When?"), called=_("The day"), past=True)

    def __init__(self, *args: Any, agencies: Mapping[str, Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agencies = agencies
        known = [(key, agency.name) for key, agency in agencies.items()]
        self.fields["agency"].choices = [*known, (_OUTSIDE, _("Another, outside the partnership"))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if answers.get("agency") == _OUTSIDE and not answers.get("outside"):
            self.add_error("outside", _("Write which agency it is"))
        return answers

    @property
    def answered(self) -> dict[str, Any]:
        """For `ask_agency`."""
        answers = self.cleaned_data
        agency = self.agencies.get(answers["agency"])
        return {
            "agency": agency,
            "outside": "" if agency else answers["outside"],
            "who": answers["who"],
            "asked_on": answers["asked_on"],
        }


class KnownForm(Form):
    information = TextareaField(
        _("What does this agency know?"),
        hint=_("With dates, and who says so. “Nothing is known here” is an answer."),
        required=False,
        says_optional=False,
        rows=6,
        max_length=20000,
    )
    attended = RadiosField(
        _("Was it there?"),
        choices=_YES_NO,
        reveals={"yes": "who_attended"},
        required=False,
        says_optional=False,
        inline=False,
    )
    who_attended = TextField(
        _("Who?"), hint=_("Name and role"), missing=_("Say who was there"), max_length=300
    )


class OutcomeForm(ChildsViewForm):
    """`workers`: who may be named where a case is opened, by key; none where there is a case. `in_danger`: somebody was when
    the worry was told, and nothing holds the answer up."""

    asks = rules.OUTCOME_ASKS

    held_on = DateField(
        _("On which day was it held?"),
        called=_("The day"),
        past=True,
    )
    decision = TextareaField(
        _("What was decided?"),
        hint=_("Who does what, by when"),
        rows=5,
        max_length=20000,
    )
    enquiries = RadiosField(
        _("Do section 47 enquiries follow?"),
        choices=_YES_NO,
        reveals={"yes": "enquiries_by"},
    )
    enquiries_by = TextField(
        _("By whom?"),
        hint=_("For example: children’s services and the police together"),
        max_length=300,
    )
    reason = TextareaField(
        _("Reason for the decision"),
        hint=_("The child may read this one day."),
        rows=5,
        max_length=10000,
    )
    opens_case = RadiosField(
        _("This child has no open case. Is one opened now?"),
        choices=_YES_NO,
        reveals={"yes": "worker"},
        missing=_("Say whether a case is opened"),
    )
    worker = SelectField(
        _("Who works with the child from now on?"),
        hint=_("They learn of it at once. You can leave it open and name somebody later."),
        required=False,
    )
    why = TextareaField(_("Why is it corrected?"), rows=3, max_length=5000)

    def __init__(
        self,
        *args: Any,
        workers: Mapping[str, tuple[User, str]],
        in_danger: bool,
        has_case: bool,
        corrects: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.workers = workers
        called = [(key, name) for key, (_who, name) in workers.items()]
        self.fields["worker"].choices = [("", _("Name somebody later")), *called]  # type: ignore[attr-defined]
        if in_danger:
            self.fields["which"].required = False
            self.fields["which"].says_optional = False  # type: ignore[attr-defined]
        left_out = {"why": not corrects}
        left_out |= {"opens_case": has_case, "worker": has_case or corrects}
        for name in (name for name, leave in left_out.items() if leave):
            del self.fields[name]
        if "opens_case" in self.fields and "worker" not in self.fields:
            self.fields["opens_case"].reveals = {}  # type: ignore[attr-defined]

    @property
    def answered(self) -> dict[str, Any]:
        """For `finish_discussion` and `correct_discussion`."""
        answers = self.cleaned_data
        names = ("held_on", "decision", "reason", "enquiries", "enquiries_by")
        said: dict[str, Any] = {name: answers.get(name) or "" for name in names} | {
            "held_on": answers["held_on"]
        }
        said["view"] = self.view
        said["opens_case"] = answers.get("opens_case") == "yes"
        if "worker" in self.fields:
            said["worker"] = self.workers.get(answers.get("worker") or "", (None, ""))[0]
        if "why" in self.fields:
            said["why"] = answers["why"]
        return said


class CallOffForm(Form):
    asks = rules.CALL_OFF_ASKS

    why = TextareaField(_("Why is it not held?"), rows=3, max_length=5000)
