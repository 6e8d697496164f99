"""The whole engine on third-party samples. How it does where the truth is known: `tests/demo/test_extracts_engine.py`."""

import csv
from datetime import datetime
from pathlib import Path

import pytest

from heard.engine.publish import Policy, check_files, hide_files
from heard.engine.publish.factors import write_factors
from heard.engine.run import run, take_in

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
    assert (
        counted["fake_903.xml"] == 2_454
    )  # rows of its tables: 253 children, 459 episodes, 1,206 reviews and the rest


@pytest.mark.samples
@pytest.mark.skipif(not DATA.is_dir(), reason="the samples in ../shared/data are not on this machine")
def test_the_annex_a_sample_runs_whole(tmp_path):
    found = run([DATA / "annex_a" / "Annex_A_2024_Jan.xlsx"], out=tmp_path / "out")
    assert adds_up(found)
    assert (found.sources[0]["read"], found.sources[0]["kept"]) == (54, 54)
    assert len(list((tmp_path / "out" / "reports").iterdir())) == 11


@pytest.mark.samples
@pytest.mark.skipif(not DATA.is_dir(), reason="the samples in ../shared/data are not on this machine")
def test_the_cin_census_samples_give_the_departments_table(tmp_path):
    take_in([DATA / "cin_census"], out=tmp_path / "out")
    with write_factors(tmp_path / "out", tmp_path / "true").open(encoding="utf-8") as file:
        rows = {(row["time_period"], row["la_name"]): row for row in csv.DictReader(file)}
    assert {name for _, name in rows} == {"City of London"}
    hide_files([tmp_path / "true" / "factors.csv"], tmp_path / "hidden", Policy())
    assert check_files([tmp_path / "hidden" / "factors.csv"], Policy()).derived == []
