"""A small screened run for tests of the profile. Every child is made up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from tests.engine.spec.tables import covers, put, record, seen, source

from heard.engine import tables
from heard.engine.run import folder as folders
from heard.engine.screen import screen

AS_OF = date(2026, 3, 31)
AGENCIES = ("=police", "school")  # a name that a spreadsheet would run


def run_of(
    folder: Path, children: int = 80, *, every: int = 4, agencies: Sequence[str] = AGENCIES, asks: bool = True
) -> Path:
    """Every child of `every` is listed: in turn by the first agency alone, and scattered over both. Whoever has an odd number is
    known to the second alone, which asks for ethnicity unless it does not."""
    folder.mkdir()
    first, second = agencies
    records, identities, observations = [], [], []
    for n in range(children):
        for holder in (second,) if n % 2 else (first, second):
            records.append(
                record(
                    holder, str(n), **_said(n), ethnicity=_ethnicity(n) if asks and holder == second else None
                )
            )
            identities.append({"source": holder, "record_id": str(n), "person": f"child-{n:03}"})
        if n % every == 0:
            alone = n % (2 * every) == 0
            last = (first, "S04") if alone else (second, "S06")
            observations += [
                seen(f"{who} {n}", sign, f"2026-0{1 + n % 3}-10")
                for who, sign in ((first, "S01"), (first, "S03"), last)
            ]
    put(folder, tables.RECORDS, *records)
    put(folder, tables.IDENTITIES, *identities)
    put(folder, tables.OBSERVATIONS, *observations)
    put(
        folder,
        tables.COVERAGE,
        *(covers(first, value) for value in ("S01", "S03", "S04")),
        covers(second, "S06"),
        covers(second, "V15"),
    )
    put(folder, tables.SOURCES, *map(source, agencies))
    found = screen(folder, as_of=AS_OF)
    told = {"screen": {"children": children}, "link": {"for_a_person": 7}, "intake": {}}
    folders.tell(folder, {"release": found.release, "as_of": found.as_of, "steps": told})
    return folder


def run_of_many(folder: Path, listed: int, *, children: int = 60) -> Path:
    """Five agencies, of which each listed child is known to two: in turn every pair of them. Every third is listed by one alone."""
    folder.mkdir()
    pairs = list(combinations(("clinic", "council", "police", "school", "youth"), 2))
    records, identities, observations = [], [], []
    for n in range(children):
        one, other = pairs[n % len(pairs)]
        for holder in (one, other):
            records.append(record(holder, str(n), **_said(n)))
            identities.append({"source": holder, "record_id": str(n), "person": f"child-{n:03}"})
        if n < listed:
            last = one if n % 3 == 0 else other
            observations += [
                seen(f"{who} {n}", sign, "2026-01-10")
                for who, sign in ((one, "S01"), (one, "S03"), (last, "S06"))
            ]
    put(folder, tables.RECORDS, *records)
    put(folder, tables.IDENTITIES, *identities)
    put(folder, tables.OBSERVATIONS, *observations)
    agencies = sorted({text for pair in pairs for text in pair})
    put(
        folder,
        tables.COVERAGE,
        *(covers(name, value) for name in agencies for value in ("S01", "S03", "S06")),
    )
    put(folder, tables.SOURCES, *map(source, agencies))
    found = screen(folder, as_of=AS_OF)
    told = {"screen": {"children": children}, "link": {"for_a_person": 0}, "intake": {}}
    folders.tell(folder, {"release": found.release, "as_of": found.as_of, "steps": told})
    return folder


def _said(n: int) -> dict[str, Any]:
    """Three in twenty live elsewhere, one in sixteen has no sex on record."""
    postcode = f"{('AB', 'CD', 'EF')[n % 20 - 1]}1 1AA" if n % 20 in (1, 2, 3) else f"WX{1 + n // 2 % 2} 1AA"
    born = date(2009 + n // 4 % 8, 1 + n % 12, 1)
    return {"birth_date": born, "sex": "FM"[n // 4 % 2] if n % 16 else None, "postcode": postcode}


def _ethnicity(n: int) -> str | None:
    return ("WBRI", "WOTH", "APKN", "Cornish", None)[n // 4 % 5]


NAMES = {"E1": "Abbey", "E2": "Castle & Keep", "E3": "Elm", "E4": "Meadow"}
POSTCODES = {"WX1 1AA": "E1", "WX2 1AA": "E2", "AB1 1AA": "E3", "EF1 1AA": "E9"}
LICENCE = "Made up for a test; nobody’s rights."


def feature(place: int, code: str, name: str) -> dict[str, Any]:
    x, y = -1.2 + 0.1 * (place % 2), 52.6 + 0.1 * (place // 2)
    ring = [[x, y], [x + 0.1, y], [x + 0.1, y + 0.1], [x, y + 0.1], [x, y]]
    told = {"FID": place, "LSOA21CD": code, "LSOA21NM": name}
    return {"type": "Feature", "properties": told, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def written(folder: Path, **more: Any) -> tuple[Path, Path]:
    told = {"type": "FeatureCollection", "licence": LICENCE,
            "features": [feature(n, code, name) for n, (code, name) in enumerate(NAMES.items())]} | more  # fmt: skip
    (boundaries := folder / "wards.geojson").write_text(json.dumps(told), encoding="utf-8")
    (postcodes := folder / "onspd.csv").write_text(
        "pcds,oslaua,lsoa21\n" + "".join(f"{text},E06,{code}\n" for text, code in POSTCODES.items()),
        encoding="utf-8",
    )
    return boundaries, postcodes
