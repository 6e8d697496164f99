"""Each agency gets a report on each of its files that it can act on, and a spreadsheet runs nothing that is in it."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest
from tests.engine.intake.books import book
from tests.engine.intake.test_annex_a import CARE, IN_CARE
from tests.engine.intake.test_cin_census import census, child
from tests.engine.intake.test_mapped import HEAD, ROW
from tests.engine.intake.test_ssda903 import RETURN, as_xml

from heard.engine import intake, run


def taken_in(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    run.take_in([folder / "in"], out=folder / "out", mapping=intake.EXAMPLES / "partnership.yaml")
    return folder / "out"


def lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_alike_faults_are_one_line_with_their_rows(tmp_path: Path) -> None:
    bad = ROW.replace("LE1 1AA", "somewhere")
    out = taken_in(tmp_path, {"police_missing.csv": HEAD + bad * 3 + ROW + bad})
    (report,) = (out / "reports").iterdir()
    assert report.name == "police_missing.police_missing.csv.csv"
    _, whole, fault = lines(report)
    assert whole[2] == "5 rows read: 5 used, 0 not used."
    assert (fault[0], fault[1], fault[4], fault[5]) == ("Used all the same", "postcode", "4", "1 to 3, 5")
    assert fault[3] == "Correct the postcode."


def test_what_was_not_used_comes_first(tmp_path: Path) -> None:
    out = taken_in(tmp_path, {"police_missing.csv": HEAD + ROW.replace("LE1", "x") * 2 + ",,,,F,,,\n"})
    became = [line[0] for line in lines(next((out / "reports").iterdir()))]
    assert became[2:4] == ["Not used", "Used all the same"]


def test_every_file_has_a_report_also_one_with_nothing_wrong(tmp_path: Path) -> None:
    files = {f"{who}/police_missing.csv": HEAD + ROW for who in "ab"} | {"timetable.csv": "a,b\n1,2\n"}
    assert len(list((taken_in(tmp_path, files) / "reports").iterdir())) == 3


@pytest.mark.parametrize("name", ["=cmd()", "+1", "@x", "-2"])
def test_a_spreadsheet_runs_nothing_of_a_report(tmp_path: Path, name: str) -> None:
    out = taken_in(tmp_path, {"police_missing.csv": f"{HEAD.strip()},{name},{name}\n" + ROW})
    cells = [cell for path in (out / "reports").iterdir() for line in lines(path) for cell in line]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_the_same_input_elsewhere_gives_the_same_bytes_of_every_file(tmp_path: Path) -> None:
    files = {
        **RETURN,
        "whole.xml": as_xml(RETURN),
        "census.xml": census(child(), child("Zoé"), child(" ")),
        "police_missing.csv": HEAD + ROW + ROW.replace("LE1", "x") + ",,,,F,,,\n",
        "annex.xlsx": book({"List 8": [CARE, IN_CARE, [None, *IN_CARE[1:]]]}),
    }
    hashed = []
    for where in ("here", "there/deeper"):
        out = taken_in(tmp_path / where, files)
        hashed.append(
            {
                path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in out.rglob("*")
                if path.is_file()
            }
        )
        # Nothing of the scratch is left.
        assert not list(out.glob(".*"))
    assert hashed[0] == hashed[1]
    assert len(hashed[0]) > 15
