"""What is asked of whoever takes an import back. Shape and wording only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import Form, RadiosField, TextareaField
from heard.insight.bringing import rules


class UndoForm(Form):
    asks = rules.UNDO_ASKS

    reason = TextareaField(
        _("Why is all of it to be taken back?"),
        hint=_(
            "Such as a file of the wrong day. Do not write a child’s name: it stays after the records are gone."
        ),
        rows=4,
        max_length=2000,
    )


class DecideForm(Form):
    agrees = RadiosField(
        _("Is all that was brought in to be taken back?"),
        choices=[
            ("yes", _("Yes, take all of it back"), _("It can be brought in again from the files.")),
            ("no", _("No, it stays"), _("Somebody can ask again.")),
        ],
        missing=_("Say whether it is to be taken back"),
    )
