"""What is asked of places, groups and ties. Shape and wording only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import DateField, Form, RadiosField, TextField

NEW: Final = "new"

_WHO: Final = {
    "person": _("Who is it?"),
    "place": _("Which place is it?"),
    "group": _("Which group is it?"),
}
_HINTS: Final = {
    "person": _("First name and family name, or what they are called. Spelling need not be right."),
    "place": _("What people call it, such as Harbour Street arcade. A postcode helps."),
    "group": _("What people call it. Never a name that blames a child."),
}
_NEW: Final = {
    "person": (
        _("None of these: an adult who is not in Heard yet"),
        _("For a child who is not in Heard yet, tell a worry about them first."),
    ),
    "place": (_("None of these: a place that is not in Heard yet"), ""),
    "group": (_("None of these: a group that is not in Heard yet"), ""),
}
_WHAT: Final = {
    "person": _("For example sister, friend, or adult who buys things for the child"),
    "place": _("For example goes to, is seen at, or is taken to"),
    "group": _("For example is part of, is seen with, or is afraid of"),
}


class TieForm(Form):
    """`end`: person, place or group. `find`: what may be meant by a text, as (key, name, why)."""

    text = TextField(max_length=160, spellcheck=False, autocomplete="off")
    choice = RadiosField(_("Is it one of these?"), missing=_("Choose one, or “None of these”"))
    new_kind = TextField(
        _("What kind is it?"),
        hint=_("For example shop, park, hotel, school; or friends, family, people who drive"),
        max_length=60,
        required=False,
    )
    kind = TextField(_("What ties them?"), missing=_("Say what ties them"), max_length=60)
    how_known = TextField(
        _("How is this known?"),
        hint=_("Who says so, or where it was seen. A tie without a source is a rumour."),
        missing=_("Say how this is known"),
        max_length=200,
    )
    since = DateField(_("Since when?"), called=_("The date since when"), past=True, required=False)
    until = DateField(
        _("Until when?"),
        hint=_("Only where it has ended. It is kept all the same."),
        called=_("The date until when"),
        past=True,
        required=False,
    )

    def __init__(
        self, *args: Any, end: str, find: Callable[[str], Iterable[tuple[str, str, str]]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.end = end
        self.fields["text"].label, self.fields["text"].help_text = _WHO[end], _HINTS[end]
        self.fields["kind"].help_text = _WHAT[end]
        text = str(self["text"].value() or "").replace("\x00", "").strip()
        self.looked = bool(text)
        new, hint = _NEW[end]
        self.fields["choice"].choices = [*(find(text) if text else ()), (NEW, new, hint)]  # type: ignore[attr-defined]
        if end == "person":
            del self.fields["new_kind"]
        else:
            self.fields["choice"].reveals = {NEW: "new_kind"}  # type: ignore[attr-defined]
            self.fields["new_kind"].required = True


class ChangeTieForm(Form):
    kind = TextField(_("What ties them?"), missing=_("Say what ties them"), max_length=60)
    how_known = TextField(_("How is this known?"), missing=_("Say how this is known"), max_length=200)
    since = DateField(_("Since when?"), called=_("The date since when"), past=True, required=False)
    until = DateField(
        _("Until when?"),
        hint=_("Give the date to end the tie. It is kept, with its end."),
        called=_("The date until when"),
        past=True,
        required=False,
    )


class GroupForm(Form):
    name = TextField(
        _("Name"),
        hint=_("What people call it. Everybody who works with children sees it, so it names no child."),
        missing=_("Enter a name"),
        max_length=120,
    )
    kind = TextField(_("What kind is it?"), missing=_("Say what kind it is"), max_length=60)


class PlaceForm(GroupForm):
    postcode = TextField(_("Postcode"), max_length=8, width=10, spellcheck=False, required=False)
