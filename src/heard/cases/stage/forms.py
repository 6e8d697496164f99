"""What is asked of the sources that something rests on, and of a pattern that somebody recognises. Shape and wording only."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from heard.cases.stage.grounds import as_choices
from heard.cases.stage.models import Ground
from heard.cases.stage.rules import DELAY_ASKS, GROUNDS_ASKS, PATTERN_ASKS
from heard.govuk.forms import CheckboxesField, DateField, Form, RadiosField, TextareaField

if TYPE_CHECKING:
    from heard.knowledge.model import Pattern

# Of a pattern that the release tells apart by settings.
SETTINGS: Final = {"school": _("At school"), "neighbourhood": _("In the neighbourhood")}


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


class RecogniseForm(Form):
    """A pattern of the release (`entries`, under `headings`), why, where and when."""

    asks = PATTERN_ASKS

    pattern = RadiosField(_("Which pattern?"), choices=[], missing=_("Choose a pattern"))
    reason = TextareaField(
        _("What makes you think so?"),
        rows=5,
    )
    from_on = DateField(_("Since when?"), called=_("The first date"), required=False, past=True)
    to_on = DateField(
        _("Until when?"),
        hint=_("Leave this empty where it goes on or is not known."),
        called=_("The second date"),
        required=False,
        past=True,
    )

    def __init__(
        self, *args: Any, entries: Iterable[Pattern], headings: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        entries = list(entries)
        asked: Any = self.fields["pattern"]
        hint = gettext("%(heading)s. %(help)s")
        asked.choices = [
            (pattern.id, pattern.label, hint % {"heading": headings[pattern.heading], "help": pattern.help})
            for pattern in entries
        ]
        asked.reveals = {pattern.id: (f"{pattern.id}_setting",) for pattern in entries if pattern.settings}
        for pattern in entries:
            if pattern.settings:
                self._ask_where(pattern)

    def _ask_where(self, pattern: Pattern) -> None:
        self.fields[f"{pattern.id}_setting"] = RadiosField(
            gettext("Where?"),
            choices=[(setting, SETTINGS.get(setting, setting)) for setting in pattern.settings],
            missing=gettext("%(pattern)s: choose where") % {"pattern": pattern.label},
            small=True,
        )

    @property
    def recognised(self) -> dict[str, Any]:
        """Its pattern, setting, reason and both days."""
        given = self.cleaned_data
        setting = given.get(f"{given['pattern']}_setting") or ""
        return {"setting": setting} | {
            name: given[name] for name in ("pattern", "reason", "from_on", "to_on")
        }


class PutOffForm(Form):
    """Of what somebody said they would do by a day."""

    asks = DELAY_ASKS

    due_on = DateField(_("New day"), called=_("The new day"))
    reason = TextareaField(
        _("Why does it take longer?"),
        hint=_("What stands in the way, and what the child knows of it."),
        rows=3,
    )
