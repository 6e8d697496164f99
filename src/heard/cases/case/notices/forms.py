"""What is asked about mail, being away, and the rota."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from heard.cases.case.notices import rules
from heard.govuk.forms import CheckboxesField, DateField, Form, MomentsForm, SelectField, TextField, TimeField

if TYPE_CHECKING:
    from heard.agencies.models import User


_HEADINGS: Final = {
    "worries": _("Worries, and what is decided on them"),
    "child": _("What the child says and writes"),
    "missing": _("Missing children"),
    "people": _("The case, and who works with the child"),
    "done": _("Assessments, plans, actions and reviews"),
    "record": _("What else is new in a record, and who may see it"),
    "others": _("What agencies share, ask and refer"),
    "together": _("Panels, meetings, places and groups"),
    "heard": _("Runs of the engine, caseloads and what concerns Heard itself"),
}


class NoticeMailForm(Form):
    """`kinds`: what may be chosen, by the part of `rules.MAILED_BY_PART` in which it is asked; `at_once`: what this user chose."""

    def __init__(
        self, *args: Any, kinds: Mapping[str, list[tuple[str, str]]], at_once: Collection[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        folds = {}
        for part, choices in kinds.items():
            now = [value for value, _label in choices if value in at_once]
            self.initial.setdefault(part, now)
            self.fields[part] = CheckboxesField(
                _("What do you want mailed at once?"),
                choices=choices,
                initial=[value for value, _label in choices if value in rules.AT_ONCE],
                required=False,
                small=True,
            )
            said = {"what": _HEADINGS[part], "some": len(now), "all": len(choices)}
            folds[gettext("%(what)s: %(some)s of %(all)s") % said] = (part,)
        self.folds = folds

    @property
    def answered(self) -> dict[str, Any]:
        """For `choose_mail`."""
        return {"at_once": [value for chosen in self.cleaned_data.values() for value in chosen]}


class AwayForm(Form):
    """`people`: who may cover, by key."""

    covered_by = SelectField(
        _("Who covers for you?"),
        hint=_("They see what comes for you, as far as they may open the record."),
        missing=_("Choose a colleague"),
    )
    since = DateField(_("First day"), called=_("The first day"), missing=_("Give the first day"))
    until = DateField(_("Last day"), called=_("The last day"), missing=_("Give the last day"))

    def __init__(self, *args: Any, people: Mapping[str, tuple[User, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        self.fields["covered_by"].choices = [(key, called) for key, (_user, called) in people.items()]  # type: ignore[attr-defined]

    @property
    def answered(self) -> dict[str, Any]:
        """For `be_away`."""
        return self.cleaned_data | {"covered_by": self.people[self.cleaned_data["covered_by"]][0]}


class DutyForm(MomentsForm):
    """`people`: who may be on duty, by key."""

    asks = rules.DUTY_ASKS

    moments: ClassVar = {"begins": ("begins_on", "begins_time"), "ends": ("ends_on", "ends_time")}
    may_come = True

    user = SelectField(_("Who is on duty?"), missing=_("Choose who is on duty"))
    begins_on = DateField(_("Begins on"), called=_("The day it begins"), missing=_("Give the day it begins"))
    begins_time = TimeField(_("At what time?"), missing=_("Give the time it begins"))
    ends_on = DateField(_("Ends on"), called=_("The day it ends"), missing=_("Give the day it ends"))
    ends_time = TimeField(_("At what time?"), missing=_("Give the time it ends"))
    phone = TextField(
        _("At which number are they rung?"),
        autocomplete="off",
        inputmode="tel",
        max_length=40,
    )
    weekly_until = DateField(
        _("At the same hours of each week, until"),
        hint=_("Leave it empty for this once."),
        called=_("The last day"),
        required=False,
    )

    def __init__(self, *args: Any, people: Mapping[str, tuple[User, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        self.fields["user"].choices = [(key, called) for key, (_user, called) in people.items()]  # type: ignore[attr-defined]

    @property
    def answered(self) -> dict[str, Any]:
        """For `put_on_duty`."""
        said = {name: self.cleaned_data[name] for name in ("begins", "ends", "phone", "weekly_until")}
        return said | {"user": self.people[self.cleaned_data["user"]][0]}
