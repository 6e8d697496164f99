"""What is asked before two records are said to be of one person. Shape and wording only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import Form, RadiosField, TextareaField, TextField

KEPT: Final = "kept"
MERGED: Final = "merged"


class LookForm(Form):
    text = TextField(
        _("Look for another record"),
        hint=_("A name, a date of birth or a number, where the other record is not in the list"),
        missing=_("Enter a name, or whatever you know"),
        max_length=160,
        spellcheck=False,
        autocomplete="off",
    )


class LookAlikeForm(LookForm):
    """For a place, group, phone, car or account."""

    text = TextField(
        _("Look for another one"),
        hint=_("A name, a postcode, a number or a plate, where the other one is not in the list"),
        missing=_("Enter a name, a number or a plate"),
        max_length=160,
        spellcheck=False,
        autocomplete="off",
    )


class MergeForm(Form):
    """`differing`: name of a detail, what it is called, and what either record says ('' where it says nothing)."""

    why = _("Why are you sure that these are one person?")
    why_hint = _("For example: the same school and the same mother, and the NHS number agrees.")

    def __init__(self, *args: Any, differing: Iterable[tuple[str, str, str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nothing = str(_("Nothing is recorded"))
        for name, label, kept, merged in differing:
            self.fields[name] = RadiosField(
                label,
                choices=[(KEPT, kept or nothing), (MERGED, merged or nothing)],
                missing=_("Choose which is right"),
                initial=None if kept and merged else KEPT if kept else MERGED,
                small=True,
            )
        self.fields["reason"] = TextareaField(
            self.why,
            hint=self.why_hint,
            missing=_("Say why you are sure"),
            rows=3,
            max_length=2000,
        )

    @property
    def taken(self) -> list[str]:
        """Details in which the record that is merged is right."""
        return [name for name, choice in self.cleaned_data.items() if choice == MERGED and name != "reason"]


class MergeNodesForm(MergeForm):
    why = _("Why are you sure that these are one?")
    why_hint = _(
        "For example: two of us were there and saw the same door. A name or part of a plate alone is not enough."
    )


class NotSameForm(Form):
    why = TextareaField(
        _("How do you know that these are two?"),
        hint=_("Nobody is asked about these two again. Both stay as they are."),
        missing=_("Say how you know that these are two"),
        rows=3,
        max_length=500,
    )
