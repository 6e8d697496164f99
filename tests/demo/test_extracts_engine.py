"""From the fictional extracts to a list, judged by the truth that the engine never sees."""

from datetime import date
from pathlib import Path

import pytest

from heard.demo.extracts import write_extracts
from heard.demo.score import Score, score
from heard.engine.run import run

pytestmark = pytest.mark.xdist_group("extracts_engine")

AS_OF = date(2026, 3, 31)


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> list[Score]:
    return [_score(tmp_path_factory.mktemp(f"seed{seed}"), seed) for seed in (5, 9)]


def _score(folder: Path, seed: int) -> Score:
    extracts = folder / "extracts"
    write_extracts(extracts, children=2000, seed=seed)
    run([extracts], out=folder / "run", mapping=extracts / "partnership.yaml", as_of=AS_OF)
    return score(extracts, folder / "run")


def test_of_planted_children_at_least_97_in_100_are_found(scores: list[Score]) -> None:
    print("recall", [s.recall for s in scores])
    assert min(s.recall or 0 for s in scores) >= 0.97


def test_of_children_listed_as_scattered_at_least_99_in_100_are_planted(scores: list[Score]) -> None:
    print("precision", [s.precision for s in scores])
    assert min(s.precision or 0 for s in scores) >= 0.99


def test_no_brothers_and_sisters_are_merged_nor_strangers(scores: list[Score]) -> None:
    assert [home for s in scores for home in s.siblings_merged] == []
    assert sum(s.pairs_merged_wrongly for s in scores) <= 2


def test_no_record_is_lost(scores: list[Score]) -> None:
    assert [s.records_missed for s in scores] == [0, 0]
