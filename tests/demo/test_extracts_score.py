"""`heard demo score` on runs whose faults are known."""

import json
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from heard.cli import main
from heard.demo.extracts import write_extracts

Record = tuple[str, str]


@pytest.fixture(scope="module")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("extracts")
    write_extracts(out, children=2000, seed=4)
    return out


def truth(extracts: Path) -> dict[Record, str]:
    rows = pq.read_table(extracts / "truth.parquet").to_pylist()
    return {(row["source"], row["record_id"]): row["child"] for row in rows}


def children(extracts: Path) -> list[dict]:
    return pq.read_table(extracts / "truth_children.parquet").to_pylist()


def planted(extracts: Path) -> list[str]:
    return [child["child"] for child in children(extracts) if child["planted"]]


def write_run(run: Path, person_of: dict[Record, str], scattered: Iterable[str]) -> Path:
    run.mkdir()
    rows = [{"source": s, "record_id": r, "person": p} for (s, r), p in person_of.items()]
    pq.write_table(pa.Table.from_pylist(rows), run / "identities.parquet")
    listed = [{"person": person, "scattered": True} for person in scattered]
    pq.write_table(pa.Table.from_pylist(listed), run / "children.parquet")
    return run


def scored(extracts: Path, run: Path) -> dict:
    result = CliRunner().invoke(main, ["demo", "score", str(extracts), str(run), "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_a_perfect_run_finds_every_planted_child_and_merges_nobody(extracts: Path, tmp_path: Path) -> None:
    score = scored(extracts, write_run(tmp_path / "run", truth(extracts), planted(extracts)))
    assert (score["recall"], score["precision"]) == (1.0, 1.0)
    assert score["found"] == score["planted"] == len(planted(extracts))
    assert (score["pairs_merged_wrongly"], score["pairs_left_apart"], score["records_missed"]) == (0, 0, 0)
    assert score["siblings_merged"] == score["planted_missed"] == []


def test_keys_that_a_run_wrote_with_spaces_are_recognised(extracts: Path, tmp_path: Path) -> None:
    spaced = {
        (s, f"{r[:3]} {r[3:]}" if s == "accident_emergency" else r): p
        for (s, r), p in truth(extracts).items()
    }
    assert scored(extracts, write_run(tmp_path / "run", spaced, planted(extracts)))["records_missed"] == 0


def test_a_run_that_links_nothing_finds_nobody_and_says_what_it_left_apart(
    extracts: Path, tmp_path: Path
) -> None:
    alone = {record: f"{record}" for record in truth(extracts)}
    score = scored(extracts, write_run(tmp_path / "run", alone, []))
    assert (score["recall"], score["precision"]) == (0.0, None)
    assert score["pairs_left_apart"] > 500
    assert len(score["planted_missed"]) == score["planted"]


def test_merged_siblings_and_wrongly_listed_children_are_named_and_counted(
    extracts: Path, tmp_path: Path
) -> None:
    homes: dict[str, list[str]] = {}
    for child in children(extracts):
        homes.setdefault(child["household"], []).append(child["child"])
    home, (one, other, *_) = next(
        (h, c) for h, c in homes.items() if len(c) > 1 and not set(c) & set(planted(extracts))
    )
    person_of = {record: one if child == other else child for record, child in truth(extracts).items()}
    score = scored(extracts, write_run(tmp_path / "run", person_of, [*planted(extracts), one]))
    assert score["siblings_merged"] == [home]
    assert score["pairs_merged_wrongly"] >= 1
    assert score["listed_wrongly"] == 1
    assert score["precision"] == pytest.approx(score["planted"] / (score["planted"] + 1))
    assert score["recall"] == 1.0


def test_a_missed_child_whom_a_person_is_asked_about_is_told_apart(extracts: Path, tmp_path: Path) -> None:
    missed = planted(extracts)[0]
    records = [record for record, child in truth(extracts).items() if child == missed]
    person_of = {r: f"{r}" if r in records else child for r, child in truth(extracts).items()}
    run = write_run(tmp_path / "run", person_of, planted(extracts)[1:])
    assert scored(extracts, run)["missed_but_asked"] is None
    (left_source, left_id), (right_source, right_id), *_ = records
    link = {
        "left_source": left_source,
        "left_id": left_id,
        "right_source": right_source,
        "right_id": right_id,
    }
    pq.write_table(pa.Table.from_pylist([{**link, "band": "for_a_person"}]), run / "links.parquet")
    assert scored(extracts, run)["missed_but_asked"] == 1


def test_the_table_shows_the_numbers_and_no_verdict(extracts: Path, tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", truth(extracts), planted(extracts))
    result = CliRunner().invoke(main, ["demo", "score", str(extracts), str(run)])
    assert result.exit_code == 0
    assert "recall" in result.output
    assert "1.000" in result.output


def test_a_folder_without_the_tables_is_refused_with_what_to_do(extracts: Path, tmp_path: Path) -> None:
    for arguments in ([str(tmp_path), str(tmp_path)], [str(extracts), str(tmp_path)]):
        result = CliRunner().invoke(main, ["demo", "score", *arguments])
        assert result.exit_code == 1
        assert "Name the folder that" in result.output
        assert "Traceback" not in result.output


def test_the_command_writes_extracts_and_says_what_it_wrote(tmp_path: Path) -> None:
    out = tmp_path / "made"
    result = CliRunner().invoke(main, ["demo", "extracts", "--out", str(out), "--children", "150", "--json"])
    assert result.exit_code == 0, result.output
    made = json.loads(result.stdout)
    assert made["children"] == 150
    assert sum(made["records"].values()) == pq.read_metadata(out / "truth.parquet").num_rows
    assert {"cin_census_2026.xml", "partnership.yaml", "README.md"} <= {path.name for path in out.iterdir()}
    assert (out / "ssda903/header.csv").exists()


@pytest.mark.parametrize("children", ["0", "10000001", "many"])
def test_an_impossible_number_of_children_is_refused(tmp_path: Path, children: str) -> None:
    result = CliRunner().invoke(main, ["demo", "extracts", "--out", str(tmp_path), "--children", children])
    assert result.exit_code == 2
