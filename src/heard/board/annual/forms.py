"""What drafting an annual report and writing in it ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from heard.board.annual import rules
from heard.board.annual.counting import when_of
from heard.govuk.forms import Form, RadiosField, TextareaField
from heard.insight.release.forms import policies_to_choose

if TYPE_CHECKING:
    from heard.engine.publish import Policy


class DraftForm(Form):
    """`years`: those of which a report may be drafted."""

    asks = rules.DRAFT_ASKS

    year = RadiosField(
        _("Which year is it about?"), hint=_("From April to March. A year that goes on is not counted.")
    )
    policy = RadiosField(
        _("Which counts are hidden and rounded?"),
        hint=_("Those who release the report read what you chose. It cannot be changed afterwards."),
    )

    def __init__(
        self, *args: Any, years: Iterable[rules.Year], policies: Mapping[str, Policy], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        year: Any = self.fields["year"]
        policy: Any = self.fields["policy"]
        year.choices = [(str(one.begins), when_of(one)) for one in years]
        policy.choices = policies_to_choose(policies)

    @property
    def answered(self) -> dict[str, Any]:
        """For `draft_report`."""
        return self.cleaned_data | {"year": int(self.cleaned_data["year"])}


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
