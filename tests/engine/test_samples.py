"""The whole engine on third-party samples, and on a fictional partnership whose truth is known."""

from datetime import date, datetime
from pathlib import Path

import pytest

from heard.demo.extracts import write_extracts
from heard.demo.score import score
from heard.engine.run import run

DATA = Path(__file__).parents[3] / "shared" / "data"


def adds_up(found):
    return all(source["read"] == source["kept"] + source["set_aside"] for source in found.sources)


@pytest.mark.samples
@pytest.mark.skipif(not DATA.is_dir(), reason="the samples in ../shared/data are not on this machine")
@pytest.mark.parametrize("path", sorted((DATA / "cin_census").glob("*.xml")), ids=lambda path: path.stem)
def test_every_cin_census_sample_runs_whole(path, tmp_path):
    found = run([path], out=tmp_path / "out")
    assert adds_up(found)
    assert found.as_of <= datetime.now().astimezone().date()
    if path.stem == "fake_CIN_data":
        assert found.children == 332


@pytest.mark.samples
@pytest.mark.skipif(not DATA.is_dir(), reason="the samples in ../shared/data are not on this machine")
def test_the_ssda903_sample_runs_whole(tmp_path):
    found = run([DATA / "ssda903"], out=tmp_path / "out")
    assert adds_up(found)
    assert found.children >= 2_675


@pytest.mark.parametrize("seed", [2, 5])
def test_planted_scattered_children_are_found_and_no_brothers_or_sisters_are_merged(tmp_path, seed):
    extracts, out = tmp_path / "extracts", tmp_path / "out"
    write_extracts(extracts, children=2_000, seed=seed)
    found = run([extracts], out=out, as_of=date(2026, 3, 31))
    reached = score(extracts, out)
    print(f"recall {reached.recall:.3f}, precision {reached.precision:.3f}, {reached.planted} planted")
    assert adds_up(found)
    assert reached.recall >= 0.95
    assert reached.precision >= 0.95
    assert reached.siblings_merged == []
