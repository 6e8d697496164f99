"""What is asked where a child is handed over, and of a plan for what comes after 18."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from heard.cases.leaving import rules
from heard.cases.words.forms import ChildsViewForm
from heard.govuk.forms import DateField, Form, TextareaField, TextField


class HandOverForm(Form):
    asks = rules.HAND_OVER_ASKS

    to_council = TextField(
        _("To which council does the child move?"),
        max_length=200,
    )
    to_whom = TextField(
        _("Who takes over there?"),
        hint=_("Name, role, telephone or e-mail"),
        max_length=300,
    )
    moves_on = DateField(
        _("When does the child move, or when did they?"), called=_("The day"), required=False
    )
    what_sent = TextareaField(
        _("What was sent?"),
        hint=_("For example: the pack of 3 May, the plan, the safety plan; and what was told by telephone"),
        rows=4,
        max_length=10000,
    )
    sent_on = DateField(_("When was it sent?"), called=_("The day"), past=True)
    ask_again_on = DateField(
        _("When do you ask whether they accept?"),
        hint=_("It stays in your work until they do."),
        called=_("The day"),
    )


class NewsForm(Form):
    asks = rules.NEWS_ASKS

    what_they_said = TextareaField(
        _("What did they say?"),
        rows=3,
        max_length=5000,
    )
    ask_again_on = DateField(
        _("When do you ask again?"),
        called=_("The day"),
    )


class AcceptedForm(Form):
    asks = rules.ACCEPTED_ASKS

    accepted_by = TextField(
        _("Who accepted the child there?"),
        hint=_("Name and role"),
        max_length=300,
    )
    accepted_on = DateField(_("When?"), called=_("The day"), past=True)


class TakeBackForm(Form):
    asks = rules.TAKE_BACK_ASKS

    why = TextareaField(
        _("Why is the child not handed over?"),
        rows=3,
        max_length=5000,
    )


class AfterPlanForm(ChildsViewForm):
    asks = rules.AFTER_PLAN_ASKS

    who_is_there = TextareaField(
        _("Who is there for the young person afterwards?"),
        hint=_("People by name whom they count on, and what each will do."),
        rows=4,
    )
    services = TextareaField(
        _("Which services go on, or take over?"),
        hint=_("Who asked them and when, and whether they have said yes."),
        rows=4,
    )
    where_to_live = TextareaField(_("Where will the young person live?"), required=False, rows=3)
    who_to_call = TextareaField(
        _("Who can be called afterwards?"),
        hint=_("Names and numbers, by day and by night"),
        rows=3,
    )

    @property
    def written(self) -> dict[str, Any]:
        """For `write_after_plan`."""
        names = ("who_is_there", "services", "where_to_live", "who_to_call")
        return {name: self.cleaned_data[name] for name in names} | {"view": self.view}
