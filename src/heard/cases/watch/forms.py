"""What is asked of whoever looks at unusual reading. Shape and wording only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from heard.cases.watch.rules import ANSWER_ASKS, Outcome
from heard.govuk.forms import Form, RadiosField, TextareaField


class AnswerForm(Form):
    asks = ANSWER_ASKS

    outcome = RadiosField(
        _("What do you say of it?"),
        choices=[
            (Outcome.EXPLAINED.value, _("It is explained"), _("There is a good reason, or it is chance.")),
            (Outcome.LOOK_INTO.value, _("It has to be looked into"), _("Talk with them first.")),
        ],
    )
    reason = TextareaField(
        _("Why?"),
        hint=_("What you know, and from whom."),
        missing=_("Say why"),
        rows=4,
        max_length=2000,
    )
