"""A recording for a player in the page: whole, or the part that it asks for."""

from __future__ import annotations

import re

from django.http import HttpResponse

_RANGE = re.compile(r"bytes=(\d{0,12})-(\d{0,12})")


def as_played(content: bytes, name: str, content_type: str, wanted: str = "") -> HttpResponse:
    """`wanted`: the header `Range`, of which one part is given (RFC 9110, 14); some players play nothing else. `name` holds no personal data. The browser
    plays it in the page, and draws it nowhere else."""
    part = part_of(wanted, len(content))
    if part == (0, 0):
        response = HttpResponse(status=416, content_type=content_type)
        response["Content-Range"] = f"bytes */{len(content)}"
    elif part:
        response = HttpResponse(content[slice(*part)], status=206, content_type=content_type)
        response["Content-Range"] = f"bytes {part[0]}-{part[1] - 1}/{len(content)}"
    else:
        response = HttpResponse(content, content_type=content_type)
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def part_of(wanted: str, size: int) -> tuple[int, int] | None:
    """Where it begins and ends; (0, 0) where there is nothing there, None for what is not one part of bytes, which is left aside."""
    found = _RANGE.fullmatch(wanted.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        return (max(0, size - int(last)), size) if int(last) else (0, 0)
    begins, ends = int(first), min(int(last) + 1, size) if last else size
    if last and int(last) < int(first):
        return None
    return (begins, ends) if begins < size else (0, 0)
