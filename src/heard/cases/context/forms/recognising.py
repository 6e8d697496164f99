"""What is asked of a pattern of exploitation that is noted of a place, group or context. Shape and wording only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from heard.cases.context.rules import WITHDRAW_PATTERN_ASKS
from heard.cases.stage.forms import RecogniseForm
from heard.govuk.forms import Form, TextareaField


class NotePatternForm(RecogniseForm):
    """Its hint says that nobody is named."""

    reason = TextareaField(
        _("What makes you think so?"),
        hint=_("What was seen or said there, and how that is known. Without the name of a child."),
        rows=5,
    )


class WithdrawPatternForm(Form):
    asks = WITHDRAW_PATTERN_ASKS

    why = TextareaField(
        _("Why is it withdrawn?"), hint=_("Whoever may read the pattern reads this too."), rows=3
    )
