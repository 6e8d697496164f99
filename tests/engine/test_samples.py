"""The whole engine on third-party samples. How it does where the truth is known: `tests/demo/test_extracts_engine.py`."""

from datetime import datetime
from pathlib import Path

import pytest

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
    counted = {file["file"]: file["kept"] for source in found.sources for file in source["files"]}
    assert counted["header.csv"] == 2_675
    assert counted["reviews.csv"] == 12_582
