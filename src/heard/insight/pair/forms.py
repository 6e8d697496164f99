"""Shape and wording of what people enter about pairs of records."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import Form, RadiosField, TextareaField
from heard.insight.judgement import rules
from heard.insight.judgement.rules import Word

WORDS = [
    (Word.SAME.value, _("The same child"), _("The next run puts these two records together.")),
    (Word.NOT_SAME.value, _("Not the same child"), _("No run puts these two records together.")),
    (Word.CANNOT_TELL.value, _("Cannot tell yet"), _("More has to be known first.")),
    (
        Word.ASK_OTHERS.value,
        _("Ask somebody else"),
        _("An agency that knows the child can tell. Say which one."),
    ),
]


class _KeyedRadios(RadiosField):
    """Each answer has its number as access key. Keys without a modifier would get in the way of those who dictate."""

    def items(self, bound: Any) -> list[dict[str, Any]]:
        items = enumerate(super().items(bound), start=1)
        return [item | {"attributes": {"accesskey": str(number)}} for number, item in items]


class JudgeForm(Form):
    asks = rules.JUDGE_ASKS

    word = _KeyedRadios(
        _("Are these records of one child?"),
        hint=_("The access keys 1 to 4 choose an answer, and S saves: on most computers, Alt with the key."),
        size="m",
        choices=WORDS,
    )
    why = TextareaField(
        _("Why do you think so?"),
        hint=_("Your reason is kept with your name. Anybody who may judge can take the judgement back."),
        rows=3,
    )


class TakeBackForm(Form):
    asks = rules.TAKE_BACK_ASKS

    why = TextareaField(
        _("Why do you take this judgement back?"),
        rows=3,
    )
