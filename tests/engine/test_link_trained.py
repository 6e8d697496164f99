"""The model learns from the records alone, with NHS numbers and without; its word is in the run, and so is how good it is."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pytest

from heard.demo.extracts import write_extracts
from heard.demo.truth import read_truth
from heard.engine import backend, tables
from heard.engine.link import MODEL_FILE, link
from heard.engine.run import take_in

pytestmark = pytest.mark.xdist_group("link_trained")

SEED = 5


class Linked(NamedTuple):
    """`wrong`: pairs of one person that are two children. `recall`, `precision`: of the ties and the pairs that wait."""

    folder: Path
    model: dict[str, Any]
    wrong: int
    precision: float
    recall: float


@pytest.fixture(scope="module")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained") / "extracts"
    write_extracts(folder, children=2000, seed=SEED)
    take_in([folder], out=folder.with_name("run"), mapping=folder / "partnership.yaml")
    return folder


def _linked(extracts: Path, name: str, records: Any) -> Linked:
    """Links the run's records after `records` has changed them."""
    folder = extracts.with_name(name)
    shutil.copytree(extracts.with_name("run"), folder)
    backend.write(folder, tables.RECORDS, records(backend.read(folder, tables.RECORDS)))
    link(folder)
    child = read_truth(extracts).child_of
    persons: dict[str, list[str]] = {}
    for row in backend.read(folder, tables.IDENTITIES).to_pylist():
        if whose := child.get((row["source"], row["record_id"])):
            persons.setdefault(row["person"], []).append(whose)
    wrong = sum(one != other for whose in persons.values() for one, other in combinations(whose, 2))
    told: Counter[tuple[str, bool]] = Counter()
    for row in backend.read(folder, tables.LINKS).to_pylist():
        sides = [child.get((row[f"{side}_source"], row[f"{side}_id"])) for side in ("left", "right")]
        if None not in sides and not row["why"].startswith("through"):
            told[row["band"], sides[0] == sides[1]] += 1
    right, missed = told["linked", True], told["for_a_person", True]
    model = json.loads((folder / MODEL_FILE).read_text())
    return Linked(folder, model, wrong, right / (right + told["linked", False]), right / (right + missed))


@pytest.fixture(scope="module")
def with_numbers(extracts: Path) -> Linked:
    return _linked(extracts, "with", lambda records: records)


def _without_nhs(records: pa.Table) -> pa.Table:
    for name in ("nhs_number", "nhs_number_valid"):
        at = records.column_names.index(name)
        records = records.set_column(at, name, pa.nulls(len(records), records.schema.field(name).type))
    return records


def _shuffled(records: pa.Table) -> pa.Table:
    return records.take(pa.array(range(len(records) - 1, -1, -1)))


def _expected(found: Linked) -> dict[tuple[str, str], dict[str, Any]]:
    rows = backend.read(found.folder, tables.QUALITY).to_pylist()
    return {(row["group"], row["value"]): row for row in rows}


def test_settings_and_learned_weights_are_in_the_run_and_the_same_for_shuffled_records(
    extracts: Path, with_numbers: Linked
) -> None:
    again = _linked(extracts, "shuffled", _shuffled)
    for name in (MODEL_FILE, "links.parquet", "identities.parquet", "quality.parquet"):
        assert (again.folder / name).read_bytes() == (with_numbers.folder / name).read_bytes()
    told = with_numbers.model
    assert told["trained"] is True
    given = next(c for c in told["settings"]["comparisons"] if c["output_column_name"] == "given")
    weights = {one["m_probability"] for one in given["comparison_levels"] if "m_probability" in one}
    assert len(weights) > 3
    assert 0.8 not in weights  # what we brought; what was learned is another number


def test_with_nhs_numbers_nobody_is_merged_with_somebody_else(with_numbers: Linked) -> None:
    assert with_numbers.wrong <= 1
    assert with_numbers.recall > 0.97


def test_without_nhs_numbers_children_are_recognised_by_the_rest(extracts: Path) -> None:
    without = _linked(extracts, "without", _without_nhs)
    assert without.model["trained"] is True
    assert without.wrong <= 1
    assert without.recall > 0.96
    assert (
        _expected(without)["missing", "no NHS number"]["pairs"] == _expected(without)["all", "all"]["pairs"]
    )


def test_expected_quality_is_within_two_of_100_of_the_truth(with_numbers: Linked) -> None:
    everybody = _expected(with_numbers)["all", "all"]
    assert everybody["precision"] == pytest.approx(with_numbers.precision, abs=0.002)
    assert everybody["recall"] == pytest.approx(with_numbers.recall, abs=0.02)
    for name in ("precision", "recall"):
        assert everybody[f"{name}_low"] <= everybody[name] <= everybody[f"{name}_high"]


def test_quality_is_told_by_group_and_ethnicity_as_it_was_given(with_numbers: Linked) -> None:
    expected = _expected(with_numbers)
    assert {"sex", "ethnicity", "name as written", "missing"} < {group for group, _ in expected}
    given = set(backend.read(with_numbers.folder, tables.RECORDS)["ethnicity"].to_pylist()) - {None}
    assert {value for group, value in expected if group == "ethnicity"} <= given | {"not given"}
    assert all(row["pairs"] <= expected["all", "all"]["pairs"] for row in expected.values())
