"""How well two lists with the noise of real life are linked, with default settings: `python -m tests.bench.noisy [seed ...]`.

Precision and recall on some 24,000 true pairs, what is said of both beside them, what a person is asked, and how many lone twins,
siblings and relatives are merged; beside a plain Splink script that takes each record once, in the same run. Names come from the
fictional partnership (`known`), are made up (`made`), or from a file (BENCH_NAMES). Seeds from 100 on are held out: nothing is chosen by them.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI  # noqa: TID251  (the script that a newcomer would write)
from tests.bench import noise
from tests.bench.measure import machine, table

from heard.engine import run as runs
from heard.engine.link import bands

SIZE, LONE = 29_700, 400
LESS = 0.7  # noise at which the plain script finds what it found on the lists of the review
SEEDS = (100, 101)
WORLDS = ("known", "made", *filter(None, [os.environ.get("BENCH_NAMES")]))
type Pairs = set[tuple[str, str]]


@dataclass(frozen=True)
class Found:
    """Pairs of ids, school first, that are one child; of these what is said, and what a person is asked."""

    pairs: Pairs
    quality: dict[str, Any]
    asked: list[tuple[str, str]]
    seconds: float


def measure(*seeds: int) -> None:
    for of in WORLDS:
        for seed in seeds or SEEDS:
            for noisy in (1.0, LESS):
                lists(of, seed, noisy)
        lone(of, (seeds or SEEDS)[0])


def lists(of: str, seed: int, noisy: float = 1.0) -> None:
    made = noise.lists(SIZE, seed, of, noisy=noisy)
    with tempfile.TemporaryDirectory() as name:
        found = ours(made, Path(name))
    rows = [
        _row("heard link", made, found.pairs, found.seconds),
        _row("plain Splink, one to one", made, *plain(made)),
    ]
    title = f"Two lists, names {Path(of).stem}, seed {seed}, noise times {noisy:g}: {len(made.true):,} true pairs, default settings"
    table(title, ("", "precision", "recall", "F1", "of one household merged", "seconds"), rows)
    _said(made, found)


def lone(of: str, seed: int) -> None:
    rows = []
    for kind in (noise.twins, noise.siblings, noise.families):
        for noisy in (0.0, 1.0):
            made = kind(LONE, seed, of, noisy=noisy)
            with tempfile.TemporaryDirectory() as name:
                found = ours(made, Path(name))
            merged = [str(lone_merged(made, pairs)) for pairs in (found.pairs, plain(made)[0])]
            rows.append(
                (f"{kind.__name__}{', with noise' if noisy else ''}", *merged, *shares(made, found.pairs)[:2])
            )
    table(f"Lone relatives merged, of {LONE}, names {Path(of).stem}, seed {seed}", ("", "heard link", "plain Splink, one to one", "precision", "recall"), rows)  # fmt: skip


def ours(made: noise.Lists, folder: Path) -> Found:
    made.write(folder)
    paths = [folder / f"{name}.csv" for name in noise.LISTS]
    began = time.perf_counter()
    summary = runs.linked(paths, out=folder / "out", mapping=folder / "ours.yaml")
    seconds = time.perf_counter() - began
    people: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in _read(folder, "identities"):
        people[row["person"]].append((row["source"], row["record_id"]))
    pairs = {_pair(*both) for each in people.values() for both in combinations(sorted(each), 2)}
    order = _read(folder, "links")
    asked = [
        (row["left_source"], row["left_id"], row["right_source"], row["right_id"])
        for row in order
        if row["band"] == bands.FOR_A_PERSON
    ]
    asked = [_pair((a, b), (c, d)) for a, b, c, d in asked]
    return Found(pairs, summary.quality[0], asked, seconds)


def _pair(one: tuple[str, str], other: tuple[str, str]) -> tuple[str, str]:
    (_, right), (_, left) = sorted((one, other))
    return left, right


def _read(folder: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(folder / "out" / f"{name}.parquet").to_pylist()
    return rows


def rights(made: noise.Lists, pairs: Pairs) -> tuple[int, int, int]:
    right = len(pairs & made.true)
    return right, len(pairs), len(made.true)


def shares(made: noise.Lists, pairs: Pairs) -> tuple[str, str, str]:
    right, found, true = rights(made, pairs)
    return f"{right / found:.4f}", f"{right / true:.4f}", f"{2 * right / (found + true):.4f}"


def household_merged(made: noise.Lists, pairs: Pairs) -> int:
    child = {id_: text for (_, id_), text in made.child_of.items()}
    two = ((child[a], child[b]) for a, b in pairs if child[a] != child[b])
    return sum(made.household_of[a] == made.household_of[b] for a, b in two)


def lone_merged(made: noise.Lists, pairs: Pairs) -> int:
    child = {id_: text for (_, id_), text in made.child_of.items()}
    two = ((child[a], child[b]) for a, b in pairs if child[a] != child[b] and child[a].startswith("L"))
    return sum(made.household_of[a] == made.household_of[b] for a, b in two)


def _row(name: str, made: noise.Lists, pairs: Pairs, seconds: float) -> tuple[str, ...]:
    return (name, *shares(made, pairs), str(household_merged(made, pairs)), f"{seconds:.1f}")


def _said(made: noise.Lists, found: Found) -> None:
    right, linked, true = rights(made, found.pairs)
    for name, truth in (("precision", right / linked), ("recall", right / true)):
        low, high = found.quality[f"{name}_low"], found.quality[f"{name}_high"]
        print(
            f"  said {name} {low:.4f} to {high:.4f}, true {truth:.4f}: {'holds' if low <= truth <= high else 'DOES NOT HOLD'}"
        )
    true_asked = len(set(found.asked) & made.true)
    print(f"  a person is asked about {len(found.asked):,} pairs, {true_asked:,} of them true")


def missed(made: noise.Lists, pairs: Pairs) -> list[tuple[str, int, int]]:
    """For each kind of noise: missed true pairs, and all that have it."""
    all_, left = Counter(), Counter()
    for pair in made.true:
        kinds = set(made.noise["school", pair[0]]) | set(made.noise["clinic", pair[1]]) or {"none"}
        for kind in kinds:
            all_[kind] += 1
            left[kind] += pair not in pairs
    return sorted(((kind, left[kind], all_[kind]) for kind in all_), key=lambda row: -row[1])


def plain(made: noise.Lists) -> tuple[Pairs, float]:
    """Train, predict, and take the likeliest pairs first, each record once, from .5 on."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    began = time.perf_counter()
    api = DuckDBAPI()
    lists = [
        api.register(
            pa.Table.from_pylist(
                [
                    {"unique_id": row["id"]}
                    | {n: row[n].lower() or None for n in noise.COLUMNS if n != "id"}
                    | {"born": row["born"] or None}
                    for row in made.rows[name]
                ]
            )
        )
        for name in noise.LISTS
    ]
    linker = Linker(lists, _settings(), log_level=None)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("given", "family", "born")], recall=0.7)
    training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    training.estimate_parameters_using_expectation_maximisation(block_on("born"))
    training.estimate_parameters_using_expectation_maximisation(block_on("given", "family"))
    found = linker.inference.predict(threshold_match_probability=0.5, warning_mode="never")
    rows = sorted(
        found.as_record_list(), key=lambda row: (-row["match_weight"], row["unique_id_l"], row["unique_id_r"])
    )
    taken: set[str] = set()
    pairs: Pairs = set()
    for row in rows:
        left, right = row["unique_id_l"], row["unique_id_r"]
        if not {left, right} & taken:
            taken |= {left, right}
            pairs.add((left, right) if "s" in left[:2] else (right, left))
    return pairs, time.perf_counter() - began


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="link_only",
        comparisons=[
            cl.ForenameSurnameComparison("given", "family"),
            cl.DamerauLevenshteinAtThresholds("born", [1, 2]),
            cl.ExactMatch("sex"),
            cl.ExactMatch("postcode"),
            cl.JaroWinklerAtThresholds("address", [0.9, 0.8]),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("born", "family"),
            block_on("born", "given"),
            block_on("given", "family"),
            block_on("postcode", "given"),
            block_on("postcode", "born"),
            block_on("postcode", "family"),
            block_on("born", "substr(given, 1, 1)"),
        ],
    )


if __name__ == "__main__":
    print(machine())
    measure(*map(int, sys.argv[1:]))
