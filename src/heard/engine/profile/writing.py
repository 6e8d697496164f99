"""Writes a profile into a folder: tidy CSV with layouts, pictures, HTML, PDF, a workbook, and all of it as JSON.

Every file is drawn from the same printed tables, and is the same to the byte whenever it is written again.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import yaml

from heard.engine.profile import book, paper, pictures
from heard.engine.tables import safe, spelt

if TYPE_CHECKING:
    from pathlib import Path

    from heard.engine.profile.shape import Grid, Profile, Quality, Section, Tidy
    from heard.engine.tables import Progress

NAME = "profile"
REACH: Final = "reach"
TABLES, PICTURES, QUALITY = "tables", "pictures", "quality"
NARROW = "-narrow"
MADE_BY = "heard profile"


def write(profile: Profile, out: Path, progress: Progress) -> None:
    for folder in (TABLES, PICTURES):
        (out / folder).mkdir()
    for table in profile.tables:
        write_table(table, out / TABLES, profile.hiding.policy)
    if profile.quality:
        _write_quality(profile.quality, out / QUALITY)
    progress("Drawing", 0.5)
    drawn = {section.id: svg for section in profile.sections if (svg := pictures.draw(section))}
    drawn |= {
        f"{section.id}{NARROW}": svg
        for section in profile.sections
        if section.id in drawn and (svg := pictures.draw_narrow(section))
    }
    if profile.quality and (svg := pictures.draw_reach(profile.quality)):
        drawn |= {REACH: svg, f"{REACH}{NARROW}": pictures.draw_reach(profile.quality, narrow=True)}
    for name, svg in drawn.items():
        (out / PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")
    html = paper.html(profile, drawn)
    (out / f"{NAME}.html").write_text(html, encoding="utf-8")
    (out / f"{NAME}.json").write_text(
        json.dumps(as_json(profile, drawn), ensure_ascii=False, indent=1), "utf-8"
    )
    (out / f"{NAME}.xlsx").write_bytes(book.workbook(profile))
    progress("Drawing the pages", 0.7)
    (out / f"{NAME}.pdf").write_bytes(paper.pdf(html))


def write_table(table: Tidy, folder: Path, policy: Mapping[str, Any]) -> None:
    """`<name>.csv`, and its layout beside it, with the policy by which it may be published."""
    _write_csv(folder / f"{table.name}.csv", [table.header, *table.lines()])
    layout = {
        "dimensions": {name: list(columns) for name, columns in table.dimensions.items()},
        "about": table.about,
        "exhaustive": sorted(table.adds_up),
        "policy": dict(policy),
    }
    (folder / f"{table.name}.yaml").write_text(
        yaml.safe_dump(layout, sort_keys=False, allow_unicode=True), "utf-8"
    )


def as_json(profile: Profile, drawn: Iterable[str]) -> dict[str, Any]:
    """Plain values: what the profile says, with the names of its tables and pictures."""
    return {
        "made_by": MADE_BY,
        "title": profile.title,
        "as_of": profile.as_of.isoformat(),
        "made_on": (profile.made_on or profile.as_of).isoformat(),
        "period": {"from": profile.first.isoformat(), "to": profile.as_of.isoformat(),
                   "words": f"{spelt(profile.first)} to {spelt(profile.as_of)}"},
        "release": profile.release,
        "rule": profile.rule,
        "policy": {"words": profile.hiding.words, "small": profile.hiding.small, "hidden": profile.hiding.hidden},
        "findings": list(profile.findings),
        "quality": _quality(profile.quality, drawn) if profile.quality else None,
        "sections": [section_as_json(section, drawn) for section in profile.sections],
    }  # fmt: skip


def _quality(quality: Quality, drawn: Iterable[str]) -> dict[str, Any]:
    supplied = quality.sources.table
    assert supplied is not None
    return {
        "table": supplied.name,
        "sources": [dict(zip(supplied.header, line, strict=True)) for line in supplied.lines()],
        "fields": [dict(zip(quality.head, line, strict=True)) for line in quality.fields],
        "linking": [dict(zip(quality.LINKING, line, strict=True)) for line in quality.linking],
        "reach": [dict(zip(quality.reach_head, line, strict=True)) for line in quality.reach],
        "picture": REACH if REACH in drawn else None,
        "narrow": f"{REACH}{NARROW}" if REACH in drawn else None,
        "notes": list(quality.notes),
    }


def section_as_json(section: Section, drawn: Iterable[str] = ()) -> dict[str, Any]:
    return {
        "id": section.id,
        "heading": section.heading,
        "level": section.level,
        "words": [word for word in section.words if word],
        "coverage": section.coverage,
        "table": section.table.name if section.table else None,
        "picture": section.id if section.id in drawn else None,
        "narrow": f"{section.id}{NARROW}" if f"{section.id}{NARROW}" in drawn else None,
        "grid": _grid(section.grid) if section.has_grid else None,
    }


def _grid(grid: Grid) -> dict[str, Any]:
    """The table as a person reads it; `depth`: how far a row is below the total."""
    return {
        "head": [grid.rows_are, *grid.heads, *grid.beside],
        "rows": [{"depth": row.depth, "texts": [row.label, *row.texts, *row.beside]} for row in grid.rows],
    }


def _write_quality(quality: Quality, folder: Path) -> None:
    folder.mkdir()
    _write_csv(folder / "fields.csv", [quality.head, *quality.fields])
    if quality.linking:
        _write_csv(folder / "linking.csv", [quality.LINKING, *quality.linking])
    if quality.reach:
        _write_csv(folder / "reach.csv", [quality.reach_head, *quality.reach])


def _write_csv(path: Path, rows: Iterable[Iterable[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(map(safe, row) for row in rows)
