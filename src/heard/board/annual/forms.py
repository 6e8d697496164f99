"""What drafting an annual report and writing in it ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from heard.board.annual import rules
from heard.board.annual.counting import when_of
from heard.govuk.forms import Form, RadiosField, SelectField, TextareaField
from heard.insight.release.forms import policies_to_choose


class DraftForm(Form):
    """`years`: those of which a report may be drafted. `policies`: as `insight.release` gives them, by name."""

    asks = rules.DRAFT_ASKS

    first = SelectField(
        _("Which year is it about?"),
        hint=_(
            "Twelve months that have ended. Reports that follow begin in the same month, so that no two overlap: by taking one from the "
            "other a small count would be left."
        ),
        missing=_("Choose the year"),
    )
    policy = RadiosField(
        _("Which counts are hidden and rounded?"),
        hint=_("Those who release the report read what you chose. It cannot be changed afterwards."),
    )

    def __init__(
        self, *args: Any, years: Iterable[rules.Year], policies: Mapping[str, Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        first: Any = self.fields["first"]
        policy: Any = self.fields["policy"]
        first.choices = [(year.first.isoformat(), when_of(year)) for year in years]
        policy.choices = policies_to_choose(policies)

    @property
    def answered(self) -> dict[str, Any]:
        """For `draft_report`."""
        return self.cleaned_data | {"first": date.fromisoformat(self.cleaned_data["first"])}


class DiscardForm(Form):
    asks = rules.DISCARD_ASKS

    reason = TextareaField(
        _("Why is it discarded?"),
        hint=_("Kept in the log, with who drafted it. Write nothing about a child."),
        rows=3,
    )


class TextForm(Form):
    asks = rules.TEXT_ASKS

    text = TextareaField(
        _("What does the partnership say of it?"),
        hint=_(
            "It is published with your name. Write nothing about a child, quote no child, and name nobody: with what people know "
            "already, a sentence can tell who is meant."
        ),
        rows=10,
        max_length=4000,
    )
