"""What a safety plan asks for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from heard.cases.safety import rules
from heard.govuk.forms import Form, TextareaField


class SafetyPlanForm(Form):
    asks = rules.SAFETY_PLAN_ASKS

    getting_worse = TextareaField(
        _("How can anybody tell that it is getting worse?"),
        hint=_("What the child notices first, what the family, school and others notice."),
        rows=4,
    )
    what_to_do = TextareaField(
        _("What do we do then?"),
        hint=_("What adults do, step by step. It is never the child’s task to keep themselves safe."),
        rows=5,
    )
    who_to_call = TextareaField(
        _("Who can be called?"),
        hint=_("Names and numbers, by day and by night. First the person whom the child would call."),
        rows=4,
    )
    safe_places = TextareaField(
        _("Where is the child safe?"),
        hint=_("Places where the child feels safe and can go at any time."),
        required=False,
        rows=3,
    )
    child_agreed = TextareaField(
        _("What did the child agree to?"), hint=_("In their words."), required=False, rows=3
    )
    why_not_with_child = TextareaField(_("If it was made without the child: why?"), required=False, rows=3)
