"""What a note beside a figure asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from heard.board.figures import rules
from heard.govuk.forms import Form, SelectField, TextareaField, TextField

_ABOUT_NO_CHILD = _(
    "What happened in the partnership, such as “New team in May”. Write nothing about a child, and name nobody: everybody who sees "
    "figures reads it, and it stands in the files."
)


class NoteForm(Form):
    """`quarters`: those that have begun, the latest first, each with its name."""

    asks = rules.NOTE_ASKS

    quarter = SelectField(_("In which quarter did it happen?"), missing=_("Choose the quarter"))
    text = TextareaField(_("What happened?"), hint=_ABOUT_NO_CHILD, rows=3, max_length=300)

    def __init__(self, *args: Any, quarters: Iterable[tuple[date, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quarter"].choices = [(first.isoformat(), name) for first, name in quarters]  # type: ignore[attr-defined]

    @property
    def answered(self) -> dict[str, Any]:
        """For `write_note`."""
        return self.cleaned_data | {"quarter": date.fromisoformat(self.cleaned_data["quarter"])}


class CorrectNoteForm(Form):
    asks = rules.CORRECT_NOTE_ASKS

    text = TextareaField(_("What happened?"), hint=_ABOUT_NO_CHILD, rows=3, max_length=300)
    why = TextField(_("Why is the note corrected?"), max_length=300)
