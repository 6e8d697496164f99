"""Writes a fictional partnership's extracts in one pass, household by household, with the truth beside them.

Nothing is kept from one household to the next, so a million children take no more memory than two thousand.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

from heard.demo.agencies_csv import (
    AccidentEmergency,
    PoliceMissing,
    SchoolAttendance,
    SexualHealth,
    YouthJustice,
)
from heard.demo.cin_census import CinCensus
from heard.demo.faults import NAMED
from heard.demo.people import AS_OF, Person, households
from heard.demo.spelling import write_down
from heard.demo.ssda903 import Ssda903
from heard.demo.stories import Story, tell
from heard.demo.truth import TruthFiles

_WRITERS: tuple[Callable[[Path], Any], ...] = (
    CinCensus, Ssda903, SchoolAttendance, PoliceMissing, AccidentEmergency, SexualHealth, YouthJustice,
)  # fmt: skip
MAPPING = "partnership.yaml"
_INCOMPLETE = ("police_missing",)
_COUNCIL = ("cin_census_2026", "ssda903")


@dataclass
class Made:
    """How much was written. `records` counts children per source, not rows."""

    children: int = 0
    in_extracts: int = 0
    households: int = 0
    planted: int = 0
    records: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)


def write_extracts(
    out: Path, *, children: int, seed: int, progress: Callable[[int], None] = lambda done: None
) -> Made:
    """Writes every file into `out`. The same `children` and `seed` give the same bytes.

    `progress` hears the number of children done, about every thousand.
    """
    out.mkdir(parents=True, exist_ok=True)
    made = Made()
    with ExitStack() as stack:
        writers = {w.source: w for w in (stack.enter_context(writer(out)) for writer in _WRITERS)}
        truth = stack.enter_context(TruthFiles(out))
        for household in households(children, seed):
            made.households += 1
            for child in household.children:
                _write_child(household.rng, child, writers, truth, made)
            if household.namesake:
                key = writers["police_missing"].add_namesake(household.rng, household.namesake)
                _count(made, truth, "police_missing", [key], household.namesake)
                truth.child(household.namesake, Story("grown-up of the same name"))
            if made.households % 500 == 0:
                progress(made.children)
    _count_faults(writers, made)
    (out / "README.md").write_text(_readme(made, seed), encoding="utf-8")
    (out / MAPPING).write_bytes(files("heard.engine.intake").joinpath("mappings", MAPPING).read_bytes())
    return made


def _write_child(rng: Random, child: Person, writers: dict[str, Any], truth: TruthFiles, made: Made) -> None:
    story = tell(rng, child)
    made.children += 1
    made.planted += story.planted
    made.in_extracts += bool(story.sources)
    council = write_down(rng, child, complete=True, careful=story.planted)
    for source, writer in writers.items():
        if source in story.sources:
            written = council
            if source not in _COUNCIL:
                complete = source not in _INCOMPLETE
                written = write_down(rng, child, complete=complete, careful=story.planted)
            _count(made, truth, source, writer.add(rng, child, written, story), child)
    if story.sources:
        truth.child(child, story)


def _count(made: Made, truth: TruthFiles, source: str, record_ids: list[str], person: Person) -> None:
    made.records[source] = made.records.get(source, 0) + len(record_ids)
    for record_id in record_ids:
        truth.record(source, record_id, person)


def _count_faults(writers: dict[str, Any], made: Made) -> None:
    for source in NAMED:
        for fault, times in writers[source].faults.made.items():
            made.faults[f"{source}: {fault}"] = times


def _readme(made: Made, seed: int) -> str:
    faults = "\n".join(
        f"- {source}, {name}: {what} ({made.faults.get(f'{source}: {name}', 0)} times)"
        for source, names in NAMED.items()
        for name, what in names.items()
    )
    return f"""# A fictional partnership

Every person here is made up. No name, number, address or event belongs to anyone: NHS numbers start with 999, which is
never issued; UPNs name authority 997 and postcodes the areas WX and YX, none of which exists.

Written by `heard demo extracts --children {made.children} --seed {seed}`. Read it with

    heard run THIS_FOLDER --mapping THIS_FOLDER/{MAPPING} --as-of {AS_OF} --out RUN
    heard demo score THIS_FOLDER RUN

- `cin_census_2026.xml` and `ssda903/`: the council's two returns, which share the council's number for a child
- `school_attendance.csv`, `police_missing.csv`, `accident_emergency.csv` (in Latin-1), `sexual_health.csv`,
  `youth_justice.csv`: what five other agencies hold
- `{MAPPING}`: what the columns of those five mean
- `truth.parquet`: which record is which child (keys that start with A are grown-ups of the same name)
- `truth_children.parquet`: what each child's records show together; `planted` are the {made.planted} scattered children

## Faults made on purpose

{faults}
"""
