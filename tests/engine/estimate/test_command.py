"""`heard estimate`: what goes where, and the exit code."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from click.testing import CliRunner
from tests.engine.estimate.conftest import TABLES

from heard.engine import backend, tables
from heard.engine.cli import run
from heard.engine.cli.estimating import estimate

KOREA = str(TABLES / "korea.csv")
QUICK = ("--replicates", "50")


def call(*words):
    return CliRunner().invoke(estimate, [str(word) for word in words])


def test_done_is_0_with_the_answer_and_all_it_needs_on_standard_output():
    done = call(KOREA, *QUICK)
    assert done.exit_code == 0
    for needed in (
        "123",
        "157",
        "80 in 100",
        "95 in 100",
        "Without",
        "Whitehead",
        "What has to be true",
        "seed 1",
    ):
        assert needed in done.stdout
    assert "Choosing the model" in done.stderr
    assert "Choosing the model" not in done.stdout


def test_json_is_one_object_with_the_agreed_names():
    told = json.loads(call(KOREA, *QUICK, "--json").stdout)
    agreed = {"observed", "estimate", "model", "interval_80", "interval_95", "method", "warnings"}
    assert agreed <= set(told)
    assert (told["observed"], round(told["estimate"], 4), told["method"]) == (123, 157.1667, "bic")
    assert told == json.loads(call(KOREA, *QUICK, "--json", "--seed", "1").stdout)


def test_options_reach_the_estimate():
    told = json.loads(call(KOREA, *QUICK, "--json", "--method", "stepwise", "--max-order", "1").stdout)
    assert (told["method"], told["model"], round(told["estimate"], 2)) == ("stepwise", "[b, c, d]", 141.99)
    assert json.loads(call(KOREA, *QUICK, "--json", "--models", "2").stdout)["models"] == 2
    assert json.loads(call(KOREA, *QUICK, "--json", "--models", "all").stdout)["models"] == 6


def test_a_list_that_was_set_aside_is_1_and_named(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("a,b,none,count\n1,0,0,60\n0,1,0,40\n1,1,0,20\n")
    done = call(path, *QUICK)
    assert done.exit_code == 1
    assert "Nobody is on none" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Missing argument 'TABLE.csv|DIR'. See heard estimate --help."),
        ([""], "The path is empty. Name a file or folder."),
        ([KOREA, "--models", "few"], "few is no number of models. Write a whole number from 1 on, or all."),
        ([KOREA, "--replicates", "9"], "9 replicates say nothing of how far off the answer may be: 10 at least, better 1,000, or 0 for no interval."),
        ([KOREA, "--signs"], "--signs looks into the folder of a run; a table of overlaps holds no signs. Leave it out."),
    ],
)  # fmt: skip
def test_wrong_use_is_2_with_one_plain_sentence(words, said):
    done = call(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [f"Not done. {said}"]


@pytest.mark.parametrize(
    "words", [["nowhere.csv"], [KOREA, "--method", "guess"], [KOREA, "--max-order", "4"], [TABLES]]
)
def test_whatever_cannot_be_done_is_2_without_a_traceback(words):
    done = call(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith("Not done. ")
    assert "Traceback" not in done.stderr


def test_the_folder_of_a_run_is_estimated_by_its_agencies(tmp_path):
    rows = [(person, source) for person in range(120) for source in (2, 3, 5) if person % source == 0]
    records = [{"source": f"s{s}", "record_id": str(p), "person": f"p{p}"} for p, s in rows]
    sources = [
        {"source": f"s{s}", "agency": f"agency {s}", "kind": "csv", "read": 1, "kept": 1, "set_aside": 0, "issues": 0}
        for s in (2, 3, 5)
    ]  # fmt: skip
    for table, lines in ((tables.IDENTITIES, records), (tables.SOURCES, sources)):
        backend.write(tmp_path, table, pa.Table.from_pylist(lines, schema=table.schema))
    done = call(tmp_path, *QUICK, "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert told["lists"] == ["agency 2", "agency 3", "agency 5"]
    assert told["observed"] == 88
    assert told["estimate"] == pytest.approx(120, rel=0.05)


def test_help_teaches_with_an_example():
    shown = call("--help").stdout
    assert "Example:\n    heard estimate overlaps.csv" in shown
    assert "nothing about any one child" in " ".join(shown.split())


def test_without_replicates_there_is_no_interval_and_it_is_said():
    done = call(KOREA, "--replicates", "0", "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["interval_80"], told["interval_95"], told["replicates"]) == (
        0,
        None,
        None,
        0,
    )
    assert round(told["estimate"], 4) == 157.1667
    assert any("No interval was asked for" in sentence for sentence in told["warnings"])
    assert "not asked for" in call(KOREA, "--replicates", "0").stdout


def test_a_table_that_is_not_there_and_a_row_that_is_wrong_are_named_as_in_publish(tmp_path):
    from heard.engine.cli.publishing import check

    def said(command, path):
        return CliRunner().invoke(command, [str(path)]).stderr

    missing, wrong = tmp_path / "none.csv", tmp_path / "wrong.csv"
    wrong.write_text("a,b,count\n1,0,5\n0,1,many\n")
    for command in (estimate, check):
        assert f"{missing} is not there. Check the path." in said(command, missing)
        assert "wrong.csv, row 2:" in said(command, wrong)


def test_signs_of_a_run_are_counted_in_its_window_end_to_end(tmp_path):
    """30 children with a sign of the last twelve months in both lists, 10 in one, and 25 whose signs are all older."""
    (tmp_path / "mapping.yaml").write_text(
        "sources:\n"
        + "".join(
            f"  {name}: {{agency: {name}, files: '{name}.csv', dated_by: day, items: {{S01: {{every_row: true}}}},\n"
            "    record: {record_id: nhs, nhs_number: nhs, given_name: first, family_name: last, birth_date: dob}}\n"
            for name in ("police", "school")
        )
    )
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("police", "school"):
        rows = ["nhs,first,last,dob,day"]
        for child in range(65):
            if child in {"school": range(30, 36), "police": range(36, 40)}[name]:
                continue
            letters = f"{'BCDFGHKLMN'[child // 10]}{'aeiou'[child % 5]}{'rstvwz'[child % 6]}"
            day = "2026-02-03" if child < 40 else "2023-02-03"
            rows.append(
                f"{_nhs(child)},{letters}ta,{letters}son,2011-{child % 12 + 1:02}-{child % 28 + 1:02},{day}"
            )
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n")
    words = [
        folder,
        "--mapping",
        tmp_path / "mapping.yaml",
        "--as-of",
        "2026-03-31",
        "--out",
        tmp_path / "out",
    ]
    assert CliRunner().invoke(run, list(map(str, words))).exit_code == 0
    done = {signs: call(tmp_path / "out", *signs, *QUICK, "--json") for signs in ((), ("--signs",))}
    assert [one.stderr for one in done.values() if not one.stdout] == []
    told = {signs: json.loads(one.stdout) for signs, one in done.items()}
    assert told[()]["observed"] == 65
    assert told["--signs",]["observed"] == 40


def _nhs(number):
    """A valid NHS number."""
    for tail in range(number * 11, number * 11 + 11):
        digits = f"943{tail:06}"
        check = 11 - sum(int(d) * (10 - n) for n, d in enumerate(digits)) % 11
        if check < 10 or check == 11:
            return f"{digits}{check % 11}"
    raise AssertionError
