"""What is asked of the sources that something rests on. Shape and wording only."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _

from heard.cases.stage.grounds import as_choices
from heard.cases.stage.models import Ground
from heard.cases.stage.rules import GROUNDS_ASKS
from heard.govuk.forms import CheckboxesField, Form, RadiosField, TextareaField


def resting(hint: Any) -> CheckboxesField:
    """Which sources something rests on. `hint`: who learns of it once one is withdrawn."""
    return CheckboxesField(
        _("Which of what is known in Heard does it rest on?"), hint=hint, required=False, small=True
    )


class RestingForm(Form):
    """A form with `rests_on`. `sources`: those of `grounds.to_rest_on`; where there are none, it is not asked."""

    def __init__(self, *args: Any, sources: dict[uuid.UUID, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rests_on"].choices = as_choices(sources)  # type: ignore[attr-defined]
        if not sources:
            del self.fields["rests_on"]

    @property
    def rests(self) -> list[uuid.UUID]:
        """For `rest_on`."""
        return [uuid.UUID(key) for key in self.cleaned_data.get("rests_on") or ()]


class GroundsForm(Form):
    """Whether something stands without what was withdrawn, for `look_at_grounds`."""

    asks = GROUNDS_ASKS

    what_now = RadiosField(_("Does it stand without what was withdrawn?"), choices=Ground.Now.choices)
    why_now = TextareaField(
        _("What did you look at, and what is done now?"),
        hint=_("Whom you asked, who was told, and by when. Whoever may read it reads this too."),
        rows=4,
    )
