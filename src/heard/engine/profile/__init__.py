"""The problem profile of an area, from a run: children known, with signs, scattered; and how good the data are.

`count` gives tables of true counts, which nobody may publish. What to print of each is decided over all of them together
(`publish`, which this step does not know); `compose` makes a profile of the printed tables, and `write` draws it in every
format.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from heard.engine import backend
from heard.engine.profile import counting, quality, sections
from heard.engine.profile.areas import Areas, read_areas
from heard.engine.profile.counting import PeriodToCount
from heard.engine.profile.people import People
from heard.engine.profile.shape import Hiding, Profile, Tidy
from heard.engine.profile.writing import write

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from heard.engine.tables import Progress

__all__ = ["Areas", "Hiding", "PeriodToCount", "Profile", "Tidy", "compose", "count", "read_areas", "write"]


def count(
    folder: Path,
    asked: PeriodToCount,
    *,
    missing: pa.Table | None,
    patterns: pa.Table | None,
    around: pa.Table | None,
    harm: pa.Table | None = None,
    progress: Progress,
) -> list[Tidy]:
    """True counts of the run in `folder`. `missing`: rows of `tables.MISSING_EPISODES`, in place of the run's own;
    `patterns`, `around`, `harm`: rows of `tables.PATTERNS_RECORDED`, `tables.PATTERNS_AROUND` and `tables.HARM_RECORDED`. Raises `backend.WrongTable`."""
    progress("Counting", None)
    with backend.engine(folder) as engine:
        people = People(engine)
        own = (
            counting.episodes(engine, asked)
            if missing is None
            else counting.episodes_of(missing.to_pylist(), asked)
        )
        found: list[Tidy | None] = [
            quality.sources(engine, asked),
            *counting.children(people, asked),
            counting.items("signs", "sign", asked.release.signs, folder, asked),
            counting.items("vulnerabilities", "vulnerability", asked.release.vulnerabilities, folder, asked),
            counting.patterns(patterns.to_pylist(), asked) if patterns is not None else None,
            counting.patterns_around(around.to_pylist(), asked) if around is not None else None,
            *(counting.harm(harm.to_pylist(), asked) if harm is not None else ()),
            counting.places(people, asked),
            counting.by_area(people, asked),
            counting.ages(people, asked),
            counting.sexes(people, asked),
            counting.ethnicities(people, asked),
            counting.months(engine, asked),
            own,
        ]
    return [one for one in found if one is not None and one.cells]


def compose(folder: Path, printed: Sequence[Tidy], asked: PeriodToCount, *, title: str, hiding: Hiding, told: dict[str, Any]) -> Profile:  # fmt: skip
    """The profile in words, from tables that hold what is to be printed. `told`: the manifest of the run."""
    by_name = {one.name: one for one in printed}
    found = quality.of(by_name["sources"], folder, told, asked, hiding)
    return Profile(
        title=title,
        first=asked.first,
        as_of=asked.as_of,
        release=asked.release.id,
        rule=asked.rule.text,
        quality=found,
        findings=sections.findings(by_name, by_name["sources"], asked, hiding),
        sections=sections.sections(by_name, asked, hiding),
        hiding=hiding,
    )
