"""Compares a run of the engine with the truth behind the extracts. Numbers only; what they mean, people say."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pyarrow.parquet as pq

from heard.demo.truth import Truth, read_truth


@dataclass(frozen=True)
class Score:
    """A listed person of the run stands for the child who has most of its records.

    `missed_but_asked`: missed planted children of whom the run asks a person whether two of their records are one
    child; null where the run has no links.
    """

    planted: int
    listed_scattered: int
    found: int
    listed_wrongly: int
    records: int
    records_missed: int
    pairs_right: int
    pairs_merged_wrongly: int
    pairs_left_apart: int
    siblings_merged: list[str]
    planted_missed: list[str]
    missed_but_asked: int | None

    @property
    def recall(self) -> float | None:
        """Of the planted children, the share that the run lists as scattered."""
        return self.found / self.planted if self.planted else None

    @property
    def precision(self) -> float | None:
        """Of those whom the run lists as scattered, the share that was planted."""
        if not self.listed_scattered:
            return None
        return (self.listed_scattered - self.listed_wrongly) / self.listed_scattered


def score(extracts: Path, run: Path) -> Score:
    """Raises FileNotFoundError where a table of the truth or of the run is not there."""
    truth = read_truth(extracts)
    records_of = _persons(run, truth)
    stands_for = {person: children.most_common(1)[0][0] for person, children in records_of.items()}
    listed = [stands_for[p] for p in _scattered(run) if p in stands_for]
    found = truth.planted & set(listed)
    right, wrong = _pairs_in_persons(records_of.values())
    kept = sum(sum(children.values()) for children in records_of.values())
    return Score(
        planted=len(truth.planted),
        listed_scattered=len(listed),
        found=len(found),
        listed_wrongly=sum(child not in truth.planted for child in listed),
        records=len(truth.child_of),
        records_missed=len(truth.child_of) - kept,
        pairs_right=right,
        pairs_merged_wrongly=wrong,
        pairs_left_apart=_pairs_of_children(truth) - right,
        siblings_merged=sorted(_households_merged(records_of.values(), truth)),
        planted_missed=sorted(truth.planted - found),
        missed_but_asked=_asked(run, truth, truth.planted - found),
    )


def _persons(run: Path, truth: Truth) -> dict[str, Counter[str]]:
    """Person of the run → how many records of each true child. Records that the truth has no key for are left out."""
    persons: dict[str, Counter[str]] = defaultdict(Counter)
    for row in _rows(run / "identities.parquet", "source", "record_id", "person"):
        child = _child(truth, row["source"], row["record_id"])
        if child is not None:
            persons[row["person"]][child] += 1
    return persons


def _child(truth: Truth, source: str, record_id: str) -> str | None:
    """Runs keep a key as it was written, some with spaces."""
    return truth.child_of.get((source, record_id.replace(" ", "")))


def _asked(run: Path, truth: Truth, missed: frozenset[str]) -> int | None:
    path = run / "links.parquet"
    if not path.exists():
        return None
    asked = set()
    for row in _rows(path, "left_source", "left_id", "right_source", "right_id", "band"):
        if row["band"] == "for_a_person":
            left = _child(truth, row["left_source"], row["left_id"])
            if left in missed and left == _child(truth, row["right_source"], row["right_id"]):
                asked.add(left)
    return len(asked)


def _scattered(run: Path) -> list[str]:
    return [
        row["person"] for row in _rows(run / "children.parquet", "person", "scattered") if row["scattered"]
    ]


def _rows(path: Path, *columns: str) -> Iterable[dict]:
    if not path.exists():
        raise FileNotFoundError(f"{path.name} is not in {path.parent}")
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=list(columns)):
            yield from batch.to_pylist()


def _choose_two(n: int) -> int:
    return n * (n - 1) // 2


def _pairs_in_persons(persons: Iterable[Counter[str]]) -> tuple[int, int]:
    """Pairs of records in one person: of one child, and of two."""
    right = together = 0
    for children in persons:
        right += sum(_choose_two(n) for n in children.values())
        together += _choose_two(sum(children.values()))
    return right, together - right


def _pairs_of_children(truth: Truth) -> int:
    return sum(_choose_two(n) for n in Counter(truth.child_of.values()).values())


def _households_merged(persons: Iterable[Counter[str]], truth: Truth) -> set[str]:
    """Households of which one person of the run holds records of two members."""
    return {
        truth.household_of[one]
        for children in persons
        for one, other in combinations(children, 2)
        if truth.household_of[one] == truth.household_of[other]
    }
