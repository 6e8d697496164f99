"""What is asked of whoever brings a caseload in or takes it back. Shape and wording only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import FileField, Form, RadiosField, TextareaField
from heard.insight.bringing import rules

CHECK, BRING = "check", "bring"


class BringForm(Form):
    asks = rules.BRING_ASKS

    people = FileField(_("People"), missing=_("Choose the file of people"))
    cases = FileField(_("Open cases"), required=False)
    plans = FileField(_("Plans"), required=False)
    mapping = FileField(
        _("A mapping"),
        hint=_("YAML that says which heading tells what, where headings are not known."),
        required=False,
    )
    reason = TextareaField(
        _("Where do the files come from, and why are they brought in?"),
        hint=_("Not needed for checking. Do not write a child’s name."),
        required=False,
        rows=2,
        max_length=2000,
    )
    what = RadiosField(
        _("What is to be done?"),
        choices=[
            (CHECK, _("Check them"), _("Nothing is written into Heard. The files are not kept.")),
            (BRING, _("Bring in what is right")),
        ],
        small=True,
        missing=_("Say what is to be done"),
    )


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
