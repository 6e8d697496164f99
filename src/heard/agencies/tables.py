"""Tables that are taken out as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse


def as_csv(name: str, head: Iterable[str], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """A download. What is None stays empty; no text begins as a formula does."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    out = csv.writer(response)
    out.writerow(head)
    out.writerows([plain(cell) for cell in row] for row in rows)
    return response


def plain(cell: Any) -> str:
    """As it stands in a cell: nothing that a spreadsheet would take for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
