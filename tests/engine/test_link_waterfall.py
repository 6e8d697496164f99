"""What speaks for one child and what for two, of any two records of a run."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest
from click.testing import CliRunner

from heard.demo.extracts import write_extracts
from heard.engine import backend, cli, run, tables
from heard.engine.link import link
from heard.engine.tables import NotDone

type Pair = tuple[tuple[str, str], tuple[str, str]]


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("waterfall")
    write_extracts(folder / "extracts", children=700, seed=3)
    run.take_in([folder / "extracts"], out=folder / "run", mapping=folder / "extracts" / "partnership.yaml")
    link(folder / "run")
    told = json.loads((folder / "run" / "manifest.json").read_text())
    told["steps"]["link"] = {"notes": []}
    (folder / "run" / "manifest.json").write_text(json.dumps(told))
    return folder / "run"


def sides(row: dict[str, str]) -> Pair:
    return (row["left_source"], row["left_id"]), (row["right_source"], row["right_id"])


def test_a_pair_for_a_person_has_the_same_reasons_as_its_page(linked: Path) -> None:
    told: dict[Pair, list[tuple[str, str, float]]] = defaultdict(list)
    for row in backend.read(linked, tables.REASONS).to_pylist():
        told[sides(row)].append((row["comparison"], row["level"], row["weight"]))
    assert len(told) > 20
    for (one, other), reasons in list(told.items())[:40]:
        for pair in ((one, other), (other, one)):
            found = run.compared(linked, *pair)
            assert [tuple(each) for each in found.reasons] == reasons
            assert found.band == "for_a_person"


def test_a_linked_pair_says_why_and_its_reasons_add_up_to_the_weight(linked: Path) -> None:
    keys = {
        (row["source"], row["record_id"]): row["key"]
        for row in backend.read(linked, tables.PRINTS).to_pylist()
    }
    weights = {
        (row["left"], row["right"]): row["match_weight"]
        for row in backend.read(linked, tables.COMPARED).to_pylist()
    }
    rows = [row for row in backend.read(linked, tables.LINKS).to_pylist() if row["band"] == "linked"][:40]
    for row in rows:
        one, other = sides(row)
        found = run.compared(linked, one, other)
        assert (found.band, found.why) == ("linked", row["why"])
        assert sum(each.weight for each in found.reasons) == pytest.approx(
            weights[tuple(sorted((keys[one], keys[other])))], abs=0.06
        )


def test_two_who_were_not_compared_have_no_reasons(linked: Path) -> None:
    rows = backend.read(linked, tables.PRINTS).to_pylist()
    pairs = {(row["left"], row["right"]) for row in backend.read(linked, tables.COMPARED).to_pylist()}
    other = next(row for row in rows[1:] if (0, row["key"]) not in pairs)
    one, other = ((row["source"], row["record_id"]) for row in (rows[0], other))
    assert run.compared(linked, one, other) == (None, "", [])


def test_the_command_shows_each_weight_and_refuses_whom_it_does_not_know(linked: Path) -> None:
    row = next(row for row in backend.read(linked, tables.LINKS).to_pylist() if row["band"] == "linked")
    one, other = sides(row)

    def call(*words: str) -> str:
        done = CliRunner().invoke(cli.pair, [str(linked), *words])
        assert done.exit_code == (2 if "nobody" in words else 0)
        return done.output

    shown = call(*one, *other)
    assert "One child: " in shown
    assert "where every pair begins" in shown
    assert json.loads(call(*one, *other, "--json"))["band"] == "linked"
    assert "nobody" not in call(*one, one[0], "nobody")  # numbers of people are never repeated
    with pytest.raises(NotDone, match="one record"):
        run.compared(linked, one, one)
