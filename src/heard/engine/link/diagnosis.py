"""How the links of a run came about: what each comparison weighs, where the limits are, and which records tell too little."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import reduce
from math import inf, log2
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from heard.engine import tables
from heard.engine.link import MODEL_FILE
from heard.engine.link.model import levels
from heard.engine.link.reasons import WORDS

if TYPE_CHECKING:
    from pathlib import Path

_TOLD_BY: Final = {
    "given": ("given_name",), "family": ("family_name",), "birth": ("birth_date", "birth_parts"), "sex": ("sex",),
    "postcode": ("postcode", "address"), "nhs": ("nhs_number",), "upn": ("upn",), "local": ("local_id",),
}  # fmt: skip
"""Of each comparison, the columns of `tables.RECORDS` of which one has to be there."""


@dataclass(frozen=True)
class Level:
    """What a comparison may find, and how much it speaks for one child, in bits: one more makes it twice as likely. The agency's own
    number has none: where it is the same, the records are of one child."""

    comparison: str
    found: str
    bits: float


@dataclass(frozen=True)
class Short:
    """A source, how many records it has, and how many of them tell too little to be linked to any other."""

    source: str
    records: int
    short: int


@dataclass(frozen=True)
class Diagnosis:
    """`learned`: from these records, else set weights. `before`: bits for two records of which nothing is known. `link_from`, `ask_from`:
    probabilities, 0 to 1."""

    learned: bool
    notes: list[str]
    before: float
    link_from: float
    ask_from: float
    levels: list[Level]
    short: list[Short]


def diagnosed(folder: Path) -> Diagnosis:
    """Of the folder of a run that was linked. Raises FileNotFoundError where it was not."""
    told = json.loads((folder / MODEL_FILE).read_text(encoding="utf-8"))
    settings = told["settings"]
    before = _bits(settings["probability_two_random_records_match"])
    needed = _bits(told["link_from"]) - before
    return Diagnosis(
        learned=told["trained"],
        notes=told["notes"],
        before=before,
        link_from=told["link_from"],
        ask_from=told["ask_from"],
        levels=[_level(name, level) for name in WORDS for level in levels(settings, name)],
        short=_short(folder, settings, needed),
    )


def _bits(probability: float) -> float:
    return log2(probability / (1 - probability))


def _level(name: str, level: dict[str, Any]) -> Level:
    return Level(WORDS[name], level["label_for_charts"].removeprefix(f"{WORDS[name]} "), _weight(level))


def _weight(level: dict[str, Any], *, rarest: bool = False) -> float:
    """`rarest`: for the rarest name or place that there is, where the model reckons with how rare it is."""
    by_chance = level["u_probability"]
    if rarest and level.get("tf_adjustment_column"):
        by_chance = min(by_chance, level["tf_minimum_u_value"])
    return log2(level["m_probability"] / by_chance)


def _short(folder: Path, settings: dict[str, Any], needed: float) -> list[Short]:
    """At least so many: each record is weighed as if another said exactly the same, and as if its names were the rarest. An agency's
    own number ties its extracts whatever the rest says."""
    best = {name: max(_weight(level, rarest=True) for level in levels(settings, name)) for name in _TOLD_BY}
    best["local"] = inf
    found: dict[str, list[int]] = {}
    columns = ["source", *dict.fromkeys(text for each in _TOLD_BY.values() for text in each)]
    for batch in pq.ParquetFile(folder / f"{tables.RECORDS.name}.parquet").iter_batches(columns=columns):
        short = pc.less(_most(batch, best), needed)
        counted = pa.table({"source": batch["source"], "short": short}).group_by("source")
        for row in counted.aggregate([([], "count_all"), ("short", "sum")]).to_pylist():
            so_far = found.setdefault(row["source"], [0, 0])
            so_far[0] += row["count_all"]
            so_far[1] += row["short_sum"]
    return [Short(source, *numbers) for source, numbers in sorted(found.items())]


def _most(batch: pa.RecordBatch, best: dict[str, float]) -> Any:
    """The bits that each record could reach."""
    total: Any = pa.array([0.0] * batch.num_rows)
    for name, columns in _TOLD_BY.items():
        there = reduce(pc.or_, (pc.is_valid(batch[column]) for column in columns))
        total = pc.add(total, pc.if_else(there, best[name], 0.0))
    return total
