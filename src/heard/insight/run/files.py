"""A part of a run as a file to take out: a workbook, CSV or Parquet; reports as an archive of CSV."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow.parquet as pq
from django.http import HttpResponse
from django.utils.translation import gettext as _

from heard.agencies.tables import Sheet, as_csv, as_workbook
from heard.insight.run.rules import FileKind, RunPart

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from heard.knowledge.model import Release

# Columns that, where they hold text, hold ids of signs and vulnerabilities.
_CODES = ("item", "signs", "not_known", "vulnerabilities")


def as_file(
    part: RunPart, kind: FileKind, table: Any, release: Release, above: Iterable[str]
) -> HttpResponse:
    """A download. Text and workbook say each code with its label; Parquet leaves it as the engine wrote it. `above`: lines over the
    table of a workbook."""
    name = f"{part}.{kind}"
    if kind == FileKind.PARQUET:
        out = BytesIO()
        pq.write_table(table, out)
        return _download(out.getvalue(), name, "application/vnd.apache.parquet")
    rows = _rows(table, release)
    if kind == FileKind.CSV:
        return as_csv(name, table.column_names, rows)
    return as_workbook(name, _("A run of the engine"), [Sheet(part, table.column_names, rows, tuple(above))])


def as_archive(paths: Iterable[Path]) -> HttpResponse:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as packed:
        for path in paths:
            packed.write(path, path.name)
    return _download(out.getvalue(), "reports.zip", "application/zip")


def _download(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _rows(table: Any, release: Release) -> Iterator[list[Any]]:
    for batch in table.to_batches():
        for row in batch.to_pylist():
            yield [_cell(name, value, release) for name, value in row.items()]


def _cell(name: str, value: Any, release: Release) -> Any:
    if isinstance(value, list):
        return "; ".join(_cell(name, one, release) for one in value)
    if isinstance(value, str) and name in _CODES:
        return f"{value} {release.item(value).label}"
    return str(value) if isinstance(value, bool) else value
