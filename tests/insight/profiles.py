"""Profiles whose files are written by hand, so that what each says is known, and no engine has to run."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from tests.insight.conftest import said

from heard.agencies.models import User
from heard.insight.models import EngineRun, Profile
from heard.insight.release import queries

AS_OF = date(2026, 3, 31)
# 7 in the first two, and nobody knows how many in which.
PLACES = {"Total": "32", "WX1": "c", "WX2": "c", "WX3": "25"}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="9" height="9"/></svg>'


def write_profile(folder: Path, title: str, places: dict[str, str] = PLACES) -> None:
    """What the engine's `draw_up` writes, as little of it as there can be."""
    for name in ("tables", "pictures"):
        (folder / name).mkdir(parents=True)
    rows = "".join(f"{place},{count}\n" for place, count in places.items())
    (folder / "tables" / "places.csv").write_text(f"place,count\n{rows}", encoding="utf-8")
    layout = "dimensions: {place: [place]}\nabout: children\nexhaustive: [place]\n"
    (folder / "tables" / "places.yaml").write_text(layout, encoding="utf-8")
    (folder / "pictures" / "places.svg").write_text(SVG, encoding="utf-8")
    (folder / "profile.json").write_text(json.dumps(_told(title, places)), encoding="utf-8")
    (folder / "profile.html").write_text(f"<title>{title}</title>", encoding="utf-8")
    for name in ("profile.pdf", "profile.xlsx"):
        (folder / name).write_bytes(title.encode())


def profile_of(by: User, *, state: str = "drawn", **other: Any) -> Profile:
    """A profile that `by` drew up, with its files; as a worker leaves it, or further on."""
    run = EngineRun.objects.create(**said(), started_by=by, state="done")
    title = other.pop("title", "Wexmoor, the year to March 2026")
    places = other.pop("places", PLACES)
    made = Profile.objects.create(run=run, title=title, author=by, state=state, as_of=AS_OF, **other)
    write_profile(made.folder, made.title, places)
    made.files, made.ended_at = queries.fingerprints(made), made.asked_at
    made.save()
    return made


def _source(name: str, set_aside: str) -> dict[str, str]:
    told = {
        "agency": "Police",
        "source": name,
        "kind": "by a mapping",
        "from": "2024-01-02",
        "to": "2026-03-30",
    }
    return told | {"rows_set_aside": set_aside, "count": "32"}


def _told(title: str, places: dict[str, str]) -> dict[str, Any]:
    return {
        "title": title,
        "as_of": AS_OF.isoformat(),
        "period": {"words": "1 April 2025 to 31 March 2026"},
        "rule": "Three or more different signs in twelve months.",
        "policy": {"words": "Counts of 1 to 5 are hidden as c.", "hidden": "c"},
        "findings": ["32 children are known to 2 agencies."],
        "quality": {
            "sources": [_source("Total", ""), _source("police", "none")],
            "fields": [{"Agency": "Police", "Source": "police", "Sex": "none"}],
            "linking": [
                {"Group": "all", "Value": "all", "Links that are right": "99.9 in 100 (99.8 to 100)"}
            ],
            "notes": ["12 pairs of records wait for a person."],
        },
        "sections": [
            {
                "id": "places",
                "heading": "Places",
                "words": ["The first half of the postcode."],
                "coverage": "Of all children known, 32.",
                "table": "places",
                "picture": "places",
                "grid": {
                    "head": ["Place", "Number"],
                    "rows": [{"depth": 0, "texts": list(row)} for row in places.items()],
                },
            }
        ],
    }
