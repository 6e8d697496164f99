"""The two kinds of box in which the forms of this stage ask."""

from __future__ import annotations

from typing import Any

from heard.govuk.forms import TextareaField, TextField


def prose(
    label: Any,
    *,
    hint: Any = "",
    required: bool = False,
    missing: Any = "",
    rows: int = 3,
    says_optional: bool = True,
) -> Any:
    return TextareaField(
        label, hint=hint, required=required, missing=missing, rows=rows, says_optional=says_optional
    )


def line(label: Any, *, hint: Any = "", required: bool = True, missing: Any = "", most: int = 200) -> Any:
    return TextField(label, hint=hint, required=required, missing=missing, max_length=most)
