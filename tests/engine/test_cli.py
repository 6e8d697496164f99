"""The commands: what goes where, and the exit code."""

import json

import pytest
from click.testing import CliRunner

from heard.engine import cli

MAPPING = """
sources:
  police:
    agency: police
    files: "police*.csv"
    record: {record_id: id, birth_date: dob}
    dated_by: day
    items:
      S01: {every_row: true}
"""


@pytest.fixture
def call(tmp_path):
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    (tmp_path / "police.csv").write_text("id,dob,day\n1,2011-03-04,2026-01-10\n")

    def call(name, *args, rows=""):
        if rows:
            (tmp_path / "police.csv").write_text(f"id,dob,day\n{rows}")
        words = [str(arg).replace("TMP", str(tmp_path)) for arg in args]
        return CliRunner().invoke(getattr(cli, name), words)

    return call


RUN = ("run", "TMP/police.csv", "--mapping", "TMP/mapping.yaml", "--out", "TMP/out")


def test_done_is_0_with_the_summary_on_standard_output_and_progress_on_standard_error(call):
    done = call(*RUN)
    assert done.exit_code == 0
    assert "Children" in done.stdout
    assert "issues.csv" in done.stdout
    assert "Preparing records" in done.stderr
    assert "Preparing records" not in done.stdout


def test_rows_set_aside_are_1_and_the_count_is_in_the_json(call):
    done = call(*RUN, "--json", rows="1,2011-03-04,2026-01-10\n2,2011-03-04\n3,2011-03-04,2026-01-10,a,b\n")
    (source,) = json.loads(done.stdout)["sources"]
    assert source["read"] == source["kept"] + source["set_aside"]
    assert done.exit_code == (1 if source["set_aside"] else 0)


def test_json_is_one_object_with_the_agreed_names(call):
    told = json.loads(call(*RUN, "--json", "--as-of", "2026-03-31").stdout)
    agreed = {"as_of", "sources", "children", "with_signs", "scattered", "not_collectable", "listed"}
    assert agreed <= set(told)
    assert {"source", "agency", "read", "kept", "set_aside", "issues"} <= set(told["sources"][0])
    assert (told["as_of"], told["children"], told["with_signs"]) == ("2026-03-31", 1, 0)


def test_not_done_is_2_with_one_sentence_and_no_traceback(call):
    done = call("run", "TMP/nowhere.csv", "--out", "TMP/out")
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith("Not done. ")
    assert "Traceback" not in done.output


def test_a_date_that_is_none_is_2_and_names_the_form(call):
    done = call(*RUN, "--as-of", "31/03/2026")
    assert done.exit_code == 2
    assert "%Y-%m-%d" in done.stderr


@pytest.mark.parametrize("name", ["link", "screen"])
def test_a_step_in_a_folder_that_is_no_run_s_is_2(call, name):
    done = call(name, "TMP")
    assert done.exit_code == 2
    assert "heard intake" in done.stderr


def test_each_step_runs_alone(call):
    assert call("intake", *RUN[1:]).exit_code == 0
    assert json.loads(call("link", "TMP/out", "--json").stdout)["children"] == 1
    assert json.loads(call("screen", "TMP/out", "--json").stdout)["with_signs"] == 0


def test_what_nobody_foresaw_is_2_and_shows_no_value(call, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("Katherine Ashworth")

    monkeypatch.setattr(cli.runs, "run", broken)
    done = call(*RUN)
    assert done.exit_code == 2
    assert "RuntimeError" in done.stderr
    assert "Katherine" not in done.output


def test_help_teaches_with_an_example():
    shown = CliRunner().invoke(cli.run, ["--help"]).output
    assert "heard run extracts" in shown
    assert "ranks nobody" in " ".join(shown.split())
