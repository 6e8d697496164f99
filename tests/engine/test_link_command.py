"""`heard link` on two plain lists with one mapping: records in, children out, and what people say is obeyed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from heard.engine import backend, cli, tables

MAPPING = """
sources:
  school:
    agency: school
    files: "school*"
    record: {record_id: pupil, given_name: forename, family_name: surname, birth_date: dob, postcode: postcode}
  clinic:
    agency: clinic
    files: "clinic*"
    record: {record_id: card, given_name: first, family_name: last, birth_date: born, postcode: home}
"""
SCHOOL = "pupil,forename,surname,dob,postcode\n1,Katherine,Ashworth,2011-03-04,WX1 1AA\n2,Omar,Ali,2010-01-01,WX2 2BB\n"
CLINIC = "card,first,last,born,home\n7,Kate,Ashworth,2011-03-04,WX1 1AA\n8,Emma,Ashworth,2011-03-04,WX1 1AA\n"
SAID = "left_source,left_id,right_source,right_id,judgement\nclinic,7,school,1,{}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"school.csv": SCHOOL, "clinic.csv": CLINIC, "ours.yaml": MAPPING}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def _call(folder: Path, *words: str) -> Any:
    return CliRunner().invoke(cli.link, [word.replace("TMP", str(folder)) for word in words])


LISTS = ("TMP/school.csv", "TMP/clinic.csv", "--mapping", "TMP/ours.yaml", "--out", "TMP/out", "--json")


def _children(folder: Path) -> set[frozenset[str]]:
    children: dict[str, set[str]] = {}
    for row in backend.read(folder / "out", tables.IDENTITIES).to_pylist():
        children.setdefault(row["person"], set()).add(f"{row['source']} {row['record_id']}")
    return {frozenset(child) for child in children.values()}


def test_two_lists_and_a_mapping_of_a_dozen_lines_give_children(folder: Path) -> None:
    done = _call(folder, *LISTS)
    assert done.exit_code == 0
    assert len(MAPPING.strip().splitlines()) <= 12
    assert _children(folder) == {
        frozenset({"school 1", "clinic 7"}),
        frozenset({"school 2"}),
        frozenset({"clinic 8"}),
    }
    told = json.loads(done.stdout)
    assert (told["children"], told["linked"], told["with_signs"]) == (3, 1, None)
    assert told["quality"][0].items() >= {"group": "all", "value": "all", "pairs": 1}.items()


def test_the_quality_of_the_links_is_printed(folder: Path) -> None:
    shown = _call(folder, *LISTS[:-1]).stdout
    assert "How good the links are expected to be" in shown
    assert "in neither figure" in shown


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_what_people_said_in_a_file_is_obeyed_and_undone_without_it(folder: Path, ending: str) -> None:
    said = folder / f"said.{ending}"
    if ending == "csv":
        said.write_text(SAID.format("same") + "clinic,7,school,1,not_same\n")
    else:
        columns = ("left_source", "left_id", "right_source", "right_id", "judgement")
        pq.write_table(
            pa.table(dict(zip(columns, (["school"], ["1"], ["clinic"], ["7"], ["not_same"]), strict=True))),
            said,
        )
    assert _call(folder, *LISTS, "--judgements", str(said)).exit_code == 0
    assert frozenset({"school 1"}) in _children(folder)
    assert _call(folder, *LISTS, "--replace").exit_code == 0
    assert frozenset({"school 1", "clinic 7"}) in _children(folder)
    assert _call(folder, "TMP/out", "--judgements", str(said)).exit_code == 0
    assert frozenset({"school 1"}) in _children(folder)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "said.csv cannot be opened"),
        ("a,b\n1,2\n", "has no column left_source"),
        (SAID.format("perhaps"), "row 1: a judgement is one of same, not_same"),
        (SAID.format("same") + ",7,school,1,same\n", "row 2: left_source is empty"),
        (
            SAID.format("same").replace("judgement\n", "judgement,at\n").replace("same\n", "same,noon\n"),
            "at is no time",
        ),
    ],
)
def test_a_file_of_judgements_that_makes_no_sense_is_refused_before_anything_is_done(
    folder: Path, text: str | None, sentence: str
) -> None:
    if text is not None:
        (folder / "said.csv").write_text(text)
    done = _call(folder, *LISTS, "--judgements", "TMP/said.csv")
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert not (folder / "out").exists()


def test_households_are_kept_apart_unless_somebody_says_that_there_are_none(folder: Path) -> None:
    """Emma is taken for Katherine's twin; among strangers she is Katherine under another name, for all else agrees."""
    (folder / "clinic.csv").write_text(CLINIC.replace("7,Kate,Ashworth,2011-03-04,WX1 1AA\n", ""))
    assert _call(folder, *LISTS).exit_code == 0
    assert frozenset({"school 1", "clinic 8"}) not in _children(folder)
    assert _call(folder, *LISTS, "--no-households", "--replace").exit_code == 0
    assert frozenset({"school 1", "clinic 8"}) in _children(folder)
    assert json.loads((folder / "out" / "model.json").read_text())["households"] is False


@pytest.mark.parametrize("words", [LISTS[:2], ("TMP", "--mapping", "TMP/ours.yaml")])
def test_lists_without_a_place_for_the_result_are_refused(folder: Path, words: tuple[str, ...]) -> None:
    done = _call(folder, *words)
    assert (done.exit_code, "--out" in done.stderr) == (2, True)
