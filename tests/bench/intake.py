"""How much memory intake needs for a file of gigabytes: `python -m tests.bench.intake [megabytes]`, 2,000 by default.

Writes a CSV and a CIN census of that size, reads each with `heard intake` in a process of its own, and prints the peak. In both
every row is a child of its own: the worst case, as ids are what memory grows with. At 2,000 MB the CSV tells of as many children as England has.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measure import best, folder_size, machine, table

HEARD = str(Path(sys.executable).with_name("heard"))
_HEAD = "nominal_id,forename,surname,dob,sex,postcode,missing_from,missing_to,address,reported_by,note\n"
_CHILD = (
    "<Child><ChildIdentifiers><LAchildID>C{n}</LAchildID><PersonBirthDate>20{year:02}-0{month}-0{day}</PersonBirthDate>"
    "<GenderCurrent>2</GenderCurrent></ChildIdentifiers><ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>"
    "<CINdetails><CINreferralDate>2022-01-03</CINreferralDate><ReferralSource>1A</ReferralSource><PrimaryNeedCode>N6</PrimaryNeedCode>"
    "<Assessments><AssessmentActualStartDate>2022-01-04</AssessmentActualStartDate><AssessmentAuthorisationDate>2022-02-01"
    "</AssessmentAuthorisationDate><FactorsIdentifiedAtAssessment><AssessmentFactors>10A</AssessmentFactors><AssessmentFactors>4A"
    "</AssessmentFactors></FactorsIdentifiedAtAssessment></Assessments><ReferralNFA>0</ReferralNFA></CINdetails></Child>\n"
)
_MESSAGE = (
    "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2022</Year><ReferenceDate>2022-03-31"
    "</ReferenceDate></CollectionDetails><Source><LEA>856</LEA></Source></Header><Children>\n"
)


def measure(megabytes: int = 2_000) -> None:
    rows = []
    for name, write in {"police_missing.csv": _csv, "census.xml": _xml}.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            children = write(path, megabytes * 1_000_000)
            command = [HEARD, "intake", str(path), "--out", str(Path(folder) / "out"), "--json"]
            if name.endswith("csv"):
                command += ["--mapping", str(_mapping())]
            cost = best(command, 1)
            written = folder_size(Path(folder) / "out")
            rows.append((name, f"{path.stat().st_size / 1e6:,.0f}", f"{children:,}", f"{cost.seconds:,.0f}",
                         f"{path.stat().st_size / 1e6 / cost.seconds:,.1f}", f"{cost.megabytes:,.0f}", f"{written:,.0f}"))  # fmt: skip
    head = ("", "MB", "children", "seconds", "MB a second", "peak MB", "MB written")
    table("Intake of one large file, each row a child of its own", head, rows)


def _mapping() -> Path:
    from heard.engine import intake

    return intake.EXAMPLES / "police_missing.yaml"


def _csv(path: Path, size: int) -> int:
    row = (
        "N{n},Ada{n},Bell,20{year:02}-0{month}-0{day},F,LE1 1AA,2025-03-0{day},2025-03-0{day},"
        "{n} Upper Station Road and Terrace,Children's home manager,Returned by the police; interview offered\n"
    )
    return _write(path, size, _HEAD, row, "")


def _xml(path: Path, size: int) -> int:
    return _write(path, size, _MESSAGE, _CHILD, "</Children></Message>\n")


def _write(path: Path, size: int, head: str, row: str, tail: str) -> int:
    """Rows until the file has its size; how many."""
    written = n = 0
    with path.open("w", encoding="ascii") as file:
        file.write(head)
        for block in _blocks(row):
            written += file.write(block)
            n += _BLOCK
            if written >= size:
                break
        file.write(tail)
    return n


_BLOCK = 1_000


def _blocks(row: str) -> Iterator[str]:
    n = 0
    while True:
        yield "".join(
            row.format(n=n + i, year=5 + i % 15, month=1 + i % 9, day=1 + i % 8) for i in range(_BLOCK)
        )
        n += _BLOCK


if __name__ == "__main__":
    print(machine())
    measure(*map(int, sys.argv[1:2]))
