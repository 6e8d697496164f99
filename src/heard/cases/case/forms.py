"""What is asked where a child gets an allocated or a trusted worker, and where a warning is written or looked at again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from heard.cases.case.actions import Told
from heard.cases.case.rules import (
    ALLOCATED_WORKER_ASKS,
    MOST_WHY,
    NOT_INVOLVED,
    RESTRICT_ASKS,
    REVIEW_WARNING_ASKS,
    TRUSTED_WORKER_ASKS,
    WARNING_ASKS,
    ChildAsked,
)
from heard.govuk.forms import (
    CheckboxesField,
    DateField,
    Form,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
)
from heard.network.rules.deciding import THE_LIFT_ASKS, THE_RESTRICT_ASKS

if TYPE_CHECKING:
    from heard.agencies.models import User


class GivingForm(Form):
    """Gives somebody something to do for a child, in the field `owner`. `people`: who may be given it, by key, each with how
    they are called in the list. Where the one who was chosen does not see the child, the form asks
    from then on why their team is let in (`asks_why`): see `allow_to_do`."""

    why_involve = TextField(
        _("Why does their team need to see this child’s record?"),
        hint=_(
            "It opens the record, without files, to their team; to them alone where it is restricted or was narrowed. It stands on the child’s page, with the reason."
        ),
        missing=_("Say why their team is let in, or choose somebody else"),
        max_length=MOST_WHY,
    )

    def __init__(self, *args: Any, people: Mapping[str, tuple[User, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        self.fields["owner"].choices = [(key, called) for key, (_user, called) in people.items()]  # type: ignore[attr-defined]
        self.asks_why = self.add_prefix("why_involve") in self.data
        if not self.asks_why:
            self._why = self.fields.pop("why_involve")

    def refused(self, why_not: str, field: str | None = None) -> None:
        if why_not == NOT_INVOLVED and not self.asks_why:
            self.fields["why_involve"], self.asks_why = self._why, True
            self.order_fields(self.field_order)
        super().refused(why_not, field)

    @property
    def given(self) -> dict[str, Any]:
        """To whom: `owner`, None where nobody is chosen yet, and `why_involve` where that was asked."""
        owner, _called = self.people.get(self.cleaned_data["owner"], (None, ""))
        return {"owner": owner, "why_involve": self.cleaned_data.get("why_involve", "")}


class TrustedWorkerForm(Form):
    """`people`: who may be named, by key. `is_change`: whether somebody is named already; then it asks why."""

    asks = TRUSTED_WORKER_ASKS

    worker = SelectField(
        _("Who is the trusted worker?"),
        hint=_("The one person whom the child knows and who stays. Ask the child first."),
        missing=_("Choose the trusted worker"),
    )
    reason = TextareaField(
        _("Why does it change?"),
        hint=_("As you would explain it to the child."),
        rows=3,
    )
    child_asked = RadiosField(
        _("Was the child asked?"),
        choices=[(ChildAsked.YES.value, _("Yes")), (ChildAsked.NO.value, _("No"))],
        inline=True,
    )
    about_asking = TextareaField(
        _("What did the child say, or why were they not asked?"),
        rows=3,
    )
    since = DateField(_("From which day?"), called=_("The day"), past=True, missing=_("Give the day"))

    def __init__(
        self, *args: Any, people: Mapping[str, tuple[User, str]], is_change: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        self.fields["worker"].choices = [(pk, called) for pk, (_user, called) in people.items()]  # type: ignore[attr-defined]
        for name in ("reason", "child_asked", "about_asking"):
            self.fields[name].required = is_change

    @property
    def answered(self) -> dict[str, Any]:
        """For `assign_trusted_worker`."""
        worker, _called = self.people[self.cleaned_data["worker"]]
        return self.cleaned_data | {"worker": worker}


NOBODY = "nobody"


class AllocatedWorkerForm(Form):
    """`people`: who may be allocated, by key. `is_change`: whether somebody is already; then it asks why. `may_end`: it may be nobody any
    longer."""

    asks = ALLOCATED_WORKER_ASKS

    worker = SelectField(
        _("Who is the allocated worker?"),
        hint=_("The one of children’s services who is responsible for the case."),
        missing=_("Choose the allocated worker"),
    )
    reason = TextareaField(
        _("Why does it change?"),
        hint=_("As you would explain it to the child."),
        rows=3,
    )
    since = DateField(_("From which day?"), called=_("The day"), past=True, missing=_("Give the day"))

    def __init__(
        self,
        *args: Any,
        people: Mapping[str, tuple[User, str]],
        is_change: bool,
        may_end: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        nobody = [(NOBODY, str(_("Nobody any longer")))] if may_end else []
        self.fields["worker"].choices = [*((pk, called) for pk, (_user, called) in people.items()), *nobody]  # type: ignore[attr-defined]
        if not is_change:
            del self.fields["reason"]

    @property
    def ends(self) -> bool:
        return bool(self.cleaned_data["worker"] == NOBODY)

    @property
    def answered(self) -> dict[str, Any]:
        """For `allocate_worker`; for `end_lead` why and when."""
        said = dict(self.cleaned_data)
        key = said.pop("worker")
        return said if key == NOBODY else said | {"worker": self.people[key][0]}


class LeadForm(AllocatedWorkerForm):
    """The same of a lead practitioner."""

    worker = SelectField(_("Who is it?"), missing=_("Choose who it is"))
    reason = TextareaField(
        _("Why does it change, or end?"), hint=_("As you would explain it to the child."), rows=3
    )


class WarningForm(Form):
    asks = WARNING_ASKS

    text = TextField(
        _("What should everybody be careful about?"),
        hint=_("One short sentence. It stands at the top of the record."),
        max_length=200,
    )
    why = TextareaField(
        _("Why is the warning there?"),
        hint=_("What happened, when, and who says so"),
        rows=4,
    )
    review_on = DateField(
        _("When is it looked at again?"),
        hint=_("Warnings end. Choose a day to come."),
        called=_("The day"),
    )
    person_told = RadiosField(
        _("Was the person told about the warning?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        reveals={"no": "why_not_told"},
    )
    why_not_told = TextareaField(
        _("Why not?"),
        rows=3,
    )

    @property
    def answered(self) -> dict[str, Any]:
        """For `note_warning`."""
        return self.cleaned_data | {"person_told": self.cleaned_data["person_told"] == "yes"}


class ReviewWarningForm(Form):
    asks = REVIEW_WARNING_ASKS

    outcome = RadiosField(
        _("Is the warning still needed?"),
        choices=[("goes_on", _("Yes, it goes on until another day")), ("ends", _("No, it ends now"))],
        reveals={"goes_on": "review_on"},
    )
    review_on = DateField(
        _("When is it looked at again?"),
        called=_("The day"),
    )
    reason = TextareaField(
        _("Why?"),
        hint=_("What is different now, or what is still so"),
        rows=4,
    )

    @property
    def answered(self) -> dict[str, Any]:
        """For `review_warning`."""
        answers = self.cleaned_data
        goes_on = answers["outcome"] == "goes_on"
        return {
            "goes_on": goes_on,
            "reason": answers["reason"],
            "review_on": answers["review_on"] if goes_on else None,
        }


class LiftForm(Form):
    asks = THE_LIFT_ASKS

    reason = TextareaField(
        _("Why is it lifted?"),
        rows=3,
        max_length=2000,
    )


class RestrictForm(Form):
    """`losing`: who could open the record and cannot any longer, `keeping`: who may tell them; each by key. `whole`: names of the agencies
    of which everybody sees it."""

    asks = THE_RESTRICT_ASKS | RESTRICT_ASKS

    reason = TextareaField(_("Why is it restricted?"), rows=3, max_length=2000)
    only_parts = CheckboxesField(
        _("Who still sees it?"),
        choices=[("yes", _("Only the teams and people on the list, no agency as a whole"))],
        required=False,
    )
    is_told = RadiosField(
        _("Who is told that they cannot open it any longer?"),
        hint=_("They get no notice from Heard. Somebody tells them, and says no more than they may know."),
        choices=[("yes", _("Some of them, by somebody")), ("no", _("Nobody"))],
        reveals={"yes": ("whom", "what", "told_by"), "no": "why_nobody"},
        size="m",
    )
    whom = CheckboxesField(_("Who is told?"))
    what = TextareaField(
        _("What are they told?"), missing=_("Write what they are told"), rows=3, max_length=2000
    )
    told_by = SelectField(_("Who tells them?"))
    why_nobody = TextareaField(_("Why is nobody told?"), rows=3, max_length=2000)

    def __init__(
        self,
        *args: Any,
        losing: Mapping[str, tuple[User, str]],
        keeping: Mapping[str, tuple[User, str]],
        whole: Sequence[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.losing, self.keeping = losing, keeping
        fields: dict[str, Any] = self.fields
        fields["only_parts"].help_text = _(
            "All of these see it by that no longer: %(agencies)s. Teams of the child’s workers stay. Heard tells nobody of that."
        ) % {"agencies": ", ".join(whole)}
        if not whole:
            del fields["only_parts"]
        fields["whom"].choices = [(key, called) for key, (_user, called) in losing.items()]
        fields["told_by"].choices = [(key, called) for key, (_user, called) in keeping.items()]
        if not losing:
            for name in ("is_told", "whom", "what", "told_by", "why_nobody"):
                del fields[name]

    @property
    def answered(self) -> dict[str, Any]:
        """For `restrict_record`."""
        answers = self.cleaned_data
        given = {"reason": answers["reason"], "only_parts": bool(answers.get("only_parts"))}
        if not self.losing:
            return given
        if answers["is_told"] == "no":
            return given | {"told": Told((), answers["why_nobody"])}
        whom = tuple(self.losing[key][0] for key in answers["whom"])
        return given | {
            "told": Told(whom, answers["what"], self.keeping[answers["told_by"]][0]),
        }
