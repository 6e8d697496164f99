"""The form that is ready before a child is missing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.cases.missing.forms.shared import line, prose
from heard.govuk.forms import Form, SelectField


class PhilomenaForm(Form):
    """`photos`: the child's pictures, to choose from."""

    description = prose(
        gettext_lazy("What does the child look like?"),
        hint=gettext_lazy(
            "Names they go by, height, build, hair, eyes, skin, glasses, anything that stands out."
        ),
        rows=4,
    )
    photo = SelectField(
        gettext_lazy("Photo"),
        hint=gettext_lazy("One of the pictures among the child’s files."),
        required=False,
    )
    associates = prose(
        gettext_lazy("Friends, family and people around the child"),
        hint=gettext_lazy("With telephone numbers. Who is safe to ring, and who is not."),
        rows=5,
    )
    places = prose(
        gettext_lazy("Addresses and places"),
        hint=gettext_lazy("Where the child has lived, goes to, or was found before."),
        rows=5,
    )
    medical = prose(
        gettext_lazy("Health and medicine"),
        hint=gettext_lazy("What the child needs, by when, and what happens without it. Doctor and dentist."),
    )
    finance = prose(gettext_lazy("Money"), hint=gettext_lazy("Bank, cards, where money comes from."))
    social_media = prose(
        gettext_lazy("Social media"), hint=gettext_lazy("Names that the child uses, and where. No passwords.")
    )
    phone = prose(gettext_lazy("Phone"), hint=gettext_lazy("Numbers, networks, make. Whose name it is in."))
    transport = prose(
        gettext_lazy("Getting about"), hint=gettext_lazy("Travel cards, bicycle, stations and routes.")
    )
    what_helps = prose(
        gettext_lazy("What helps?"),
        hint=gettext_lazy(
            "How to speak with the child, who the child trusts, languages, fears, and what calms."
        ),
        rows=4,
    )
    prepared_with = line(
        gettext_lazy("Who wrote this with you?"),
        hint=gettext_lazy("The carers, and the child if they want to."),
        required=False,
    )

    def __init__(self, *args: Any, photos: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(photo.pk), photo.what or photo.name) for photo in photos]
        self.fields["photo"].choices = [("", _("No photo")), *named]  # type: ignore[attr-defined]
        if not named:
            del self.fields["photo"]

    @property
    def written(self) -> dict[str, Any]:
        photo = self.cleaned_data.get("photo")
        texts = {name: value for name, value in self.cleaned_data.items() if name != "photo"}
        return texts | {"photo_id": uuid.UUID(photo) if photo else None}


PART_LABELS = {name: field.label for name, field in PhilomenaForm.base_fields.items()}
