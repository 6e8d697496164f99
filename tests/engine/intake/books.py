"""Workbooks for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import openpyxl


def book(sheets: dict[str, Sequence[Sequence[Any]]]) -> bytes:
    """A workbook of these sheets, each with its rows."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def with_member(content: bytes, name: str, text: bytes) -> bytes:
    """The workbook with one of its parts in other words."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for one in old.namelist():
            new.writestr(one, text if one == name else old.read(one))
        if name not in old.namelist():
            new.writestr(name, text)
    return stream.getvalue()


def with_members(content: bytes, names: list[str]) -> bytes:
    """The workbook with empty parts of these names besides."""
    stream = io.BytesIO(content)
    with zipfile.ZipFile(stream, "a") as pack:
        for name in names:
            pack.writestr(name, b"")
    return stream.getvalue()
