"""How much is drawn. Shape and wording only; nothing of it is kept."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import CheckboxesField, DateField, Form, RadiosField


class NarrowForm(Form):
    away = RadiosField(
        _("How far away?"),
        choices=[("1", _("One tie")), ("2", _("Two ties"))],
        inline=True,
        required=False,
    )
    kinds = CheckboxesField(
        _("Who and what is drawn?"),
        hint=_("Tick none for all."),
        choices=[
            ("person", _("Children and adults")),
            ("place", _("Places")),
            ("group", _("Groups")),
            ("handle", _("Phones, cars and accounts")),
        ],
        required=False,
    )
    since = DateField(
        _("Only ties that lasted until this day or later"),
        called=_("The day"),
        past=True,
        required=False,
    )

    @property
    def how(self) -> dict[str, Any]:
        """As `queries.around` takes it; what was not understood is left at what is usual."""
        typed = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return {
            "away": int(typed.get("away") or 2),
            "kinds": frozenset(typed.get("kinds") or ()),
            "since": typed.get("since"),
        }
