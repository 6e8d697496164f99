"""The commands: what goes where, and the exit code."""

import json
import shlex
import signal
import subprocess
import sys
from pathlib import Path

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


RUN = ("run", "TMP/police.csv", "--mapping", "TMP/mapping.yaml", "--out", "TMP/out", "--replace")


def test_coverage_shows_each_source_sign_and_month(call):
    assert call("coverage", "TMP").exit_code == 2
    call(*RUN)
    shown = call("coverage", "TMP/out")
    assert shown.exit_code == 0
    assert "What each source could see" in shown.stdout
    (told,) = json.loads(call("coverage", "TMP/out", "--json").stdout)["coverage"]
    assert (told["source"], told["item"]) == ("police", "S01")
    assert told["months"][-1] == {"month": "2026-01-01", "covered": "all", "seen": 1}
    assert {month["covered"] for month in told["months"][:-1]} == {"none"}


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
    assert done.stderr == "Not done. 31/03/2026 is no date. Write it as YYYY-MM-DD, such as 2026-03-31.\n"


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


@pytest.mark.parametrize(
    ("name", "words", "said"),
    [
        ("run", [], "Missing argument 'PATH...'. See heard run --help."),
        ("run", ["TMP/police.csv"], "Missing option '--out'. See heard run --help."),
        ("run", ["TMP/police.csv", "--out", "TMP/out", "--xyz"], "No such option '--xyz'. See heard run --help."),
        ("run", ["TMP/police.csv", "--out", "TMP/out", "--mappin"], "No such option '--mappin'. Did you mean '--mapping'? See heard run --help."),
        ("run", ["TMP/police.csv", "--out"], "Option '--out' requires an argument. See heard run --help."),
        ("run", ["", "--out", "TMP/out"], "The path is empty. Name a file or folder."),
        ("run", ["TMP/police.csv", "--out", ""], "The path is empty. Name a file or folder."),
        ("screen", ["TMP", "--as-of", "0001-01-01"], "0001-01-01 is too long ago. Name a day after 1 January 1900."),
    ],
)  # fmt: skip
def test_wrong_use_is_2_with_one_plain_sentence(call, name, words, said):
    done = call(name, *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [f"Not done. {said}"]


def test_what_is_in_a_name_is_never_mark_up(call, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "[red].csv").write_text("a,b\n1,2\n")
    (tmp_path / "in" / "police.csv").write_text("id,dob,day\n1,2011-03-04,2026-01-10\n")
    done = call("intake", "TMP/in", *RUN[2:])
    assert done.exit_code == 1
    assert "[red].csv" in done.stdout


def test_a_csv_that_no_mapping_names_is_1_and_its_rows_are_counted(call, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "school.csv").write_text("a,b\n1,2\n3,4\n")
    (tmp_path / "in" / "police.csv").write_text("id,dob,day\n1,2011-03-04,2026-01-10\n")
    done = call("intake", "TMP/in", *RUN[2:], "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 1
    assert [(s["source"], s["read"], s["kept"], s["set_aside"], s["issues"]) for s in told["sources"]] == [
        ("police", 1, 1, 0, 0), ("school", 2, 0, 2, 1)
    ]  # fmt: skip
    assert "school.csv" in " ".join(told["notes"])


def test_a_workbook_is_1_though_nobody_can_count_its_rows(call, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "school.xlsx").write_bytes(b"PK\x03\x04rest")
    (tmp_path / "in" / "police.csv").write_text("id,dob,day\n1,2011-03-04,2026-01-10\n")
    done = call("intake", "TMP/in", *RUN[2:], "--json")
    assert (done.exit_code, json.loads(done.stdout)["unread"]) == (1, 1)


def _piped(call, tmp_path, shell):
    """What the shell says of `heard intake` piped on."""
    call("intake", *RUN[1:])  # makes the files
    heard = f"{shlex.quote(sys.executable)} -m heard.cli"
    line = shell.format(heard=f"{heard} intake police.csv --mapping mapping.yaml --out out --replace")
    return subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False)


def test_a_listener_who_leaves_early_changes_nothing(call, tmp_path):
    done = _piped(call, tmp_path, "{heard} | true; exit ${{PIPESTATUS[0]}}")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)


def test_a_summary_that_cannot_be_printed_is_2_and_says_where_the_result_is(call, tmp_path):
    done = _piped(call, tmp_path, "{heard} > /dev/full")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(
        "Not done. The summary could not be printed: No space left"
    )
    assert done.stderr.endswith("The result itself is in out.\n")


@pytest.mark.parametrize("name", ["run", "intake", "link", "screen"])
def test_help_teaches_with_an_example(name):
    shown = CliRunner().invoke(getattr(cli, name), ["--help"]).output
    assert f"Example:\n    heard {name if name != 'run' else 'demo'}" in shown


def test_help_says_what_the_list_is_for():
    shown = CliRunner().invoke(cli.run, ["-h"]).output
    assert "ranks nobody" in " ".join(shown.split())


def test_any_window_is_said_in_the_summary_and_lists_are_compared_by_words_or_json(call):
    assert json.loads(call(*RUN, "--json").stdout)["any_window"] is False
    told = json.loads(call(*RUN, "--as-of", "2026-03-31", "--any-window", "--json").stdout)
    assert told["any_window"] is True
    assert "in any twelve months up to" in call(*RUN, "--as-of", "2026-03-31", "--any-window").stdout
    day = ("screen", "TMP/out", "--as-of", "2026-03-31", "--compared-with")
    told = json.loads(call(*day, "2025-12-31", "--json").stdout)
    assert (told["compared_with"], told["new"], told["left"], told["changes"]) == ("2025-12-31", 0, 0, [])
    assert call(*day, "2026-03-31").exit_code == 2
    assert call("screen", "TMP/out", "--compared-with", "2126-03-31").exit_code == 2
    again = call("changes", "TMP/out", "TMP/out", "--json")
    assert json.loads(again.stdout) == {
        "earlier": 0,
        "later": 0,
        "new": 0,
        "left": 0,
        "notes": [],
        "rows": [],
    }
    assert "0 are new" in call("changes", "TMP/out", "TMP/out").stdout
    assert call("changes", "TMP/out", "TMP/nowhere").exit_code == 2


def test_ctrl_c_before_a_command_has_begun_is_one_sentence_and_2(tmp_path):
    child = subprocess.Popen(
        [sys.executable, "-c", _SLOW, "run"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "looked up\n"
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=30)
    assert (child.returncode, said) == (2, "Not done. Stopped before it began.\n")


def test_ctrl_c_while_libraries_are_still_read_is_one_sentence_and_2(tmp_path):
    """Whatever is imported first: here click itself is slow to come."""
    (tmp_path / "click").mkdir()
    (tmp_path / "click" / "__init__.py").write_text(
        "import time\nprint('reading', flush=True)\ntime.sleep(20)\n"
    )
    heard = Path(sys.executable).with_name("heard")
    child = subprocess.Popen(
        [heard, "run"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(tmp_path)},
    )
    assert child.stdout.readline() == "reading\n"
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=30)
    assert (child.returncode, said) == (2, "Not done. Stopped before it began.\n")


_SLOW = """
import importlib, time
from heard import cli
def slow(module):
    print("looked up", flush=True)
    time.sleep(20)
importlib.import_module = slow
cli.main()
"""
