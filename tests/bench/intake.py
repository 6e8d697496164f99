"""How fast intake reads each kind of file, and in how much memory: `python -m tests.bench.intake [records ...]`, by default 0.1 and
1 million; with 12 million the CSV tells of as many children as England has.

Writes a mapped table as CSV, as CSV with every cell in quotation marks, as Parquet and (up to 100,000 rows) as a workbook, and a CIN
census and a return on looked-after children as XML; reads each with `heard intake` in a process of its own. In all of them every row is
a child of its own: the worst case, as ids are what memory grows with. Seconds of processor time tell more than those of the clock where others use the machine.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.csv as pv
import pyarrow.parquet as pq
from openpyxl import Workbook
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

# The looked-after children return: the elements of the XML, each child with two episodes, one of missing and what is asked each year.
_LOOKED_AFTER = (
    "<CHILD><HEADER><CHILDID>C{n}</CHILDID><SEX>2</SEX><DOB>20{year:02}-0{month}-0{day}</DOB><ETHNIC>WBRI</ETHNIC><UPN>B801200005001</UPN>"
    "<MOTHER>0</MOTHER><UASC>0</UASC><AMISSING><MISSING>M</MISSING><MIS_START>2023-11-0{day}</MIS_START><MIS_END>2023-11-1{day}</MIS_END>"
    "</AMISSING><OC2><SDQ_SCORE>1{day}</SDQ_SCORE><CONVICTED>0</CONVICTED><HEALTH_CHECK>1</HEALTH_CHECK><IMMUNISATIONS>1</IMMUNISATIONS>"
    "<TEETH_CHECK>1</TEETH_CHECK><HEALTH_ASSESSMENT>1</HEALTH_ASSESSMENT><SUBSTANCE_MISUSE>0</SUBSTANCE_MISUSE></OC2></HEADER>"
    "<EPISODE><DECOM>2023-06-1{day}</DECOM><RNE>S</RNE><LS>C2</LS><CIN>N6</CIN><PL>U1</PL><PLACE_PROVIDER>PR0</PLACE_PROVIDER>"
    "<DEC>2023-07-0{month}</DEC><REC>X1</REC><HOME_POST>LE1 1AA</HOME_POST><PL_POST>LE2 2BB</PL_POST></EPISODE>"
    "<EPISODE><DECOM>2023-07-0{month}</DECOM><RNE>P</RNE><LS>C2</LS><CIN>N6</CIN><PL>K2</PL><PLACE_PROVIDER>PR0</PLACE_PROVIDER>"
    "<HOME_POST>LE2 2BB</HOME_POST><PL_POST>LE2 2BB</PL_POST></EPISODE><AREVIEW><REVIEW>2023-09-0{day}</REVIEW><REVIEW_CODE>PN1"
    "</REVIEW_CODE></AREVIEW></CHILD>\n"
)


_MOST_IN_A_WORKBOOK = 100_000


def measure(records: int, began: float) -> None:
    """`began`: seconds of processor time that a command needs before it reads anything; they are taken off."""
    rows = []
    for name, write in _KINDS.items():
        if name.endswith("xlsx") and records > _MOST_IN_A_WORKBOOK:
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name.split(maxsplit=1)[-1]
            write(path, records)
            cost = best(_command(path, Path(folder) / "out"), 1)
            size = path.stat().st_size / 1e6
            work = cost.work - began
            rows.append((name, f"{size:,.0f}", f"{cost.seconds:,.1f}", f"{work:,.1f}", f"{size / work:,.1f}",
                         f"{cost.megabytes:,.0f}", f"{folder_size(Path(folder) / 'out'):,.0f}"))  # fmt: skip
    head = ("", "MB", "seconds", "of work", "MB a second of work", "peak MB", "MB written")
    table(f"Intake of {records:,} rows, each a child of its own", head, rows)


def beginning() -> float:
    """Seconds of processor time until intake reads anything."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "police_missing.csv"
        _csv(path, 1)
        return best(_command(path, Path(folder) / "out"), 3).work


def _command(path: Path, out: Path) -> list[str]:
    command = [HEARD, "intake", str(path), "--out", str(out), "--json", "--replace"]
    return command if path.suffix == ".xml" else [*command, "--mapping", str(_mapping(out.parent))]


def _mapping(folder: Path) -> Path:
    from heard.engine import intake

    told = (intake.EXAMPLES / "police_missing.yaml").read_text(encoding="utf-8")
    path = folder / "mapping.yaml"
    path.write_text(told.replace("*.csv", "*"), encoding="utf-8")
    return path


_ROW = (
    "N{n},Ada{n},Bell,20{year:02}-0{month}-0{day},F,LE1 1AA,2025-03-0{day},2025-03-0{day},"
    "{n} Upper Station Road and Terrace,Children's home manager,Returned by the police; interview offered\n"
)


def _csv(path: Path, records: int) -> None:
    _write(path, records, _HEAD, _ROW, "")


def _quoted(path: Path, records: int) -> None:
    _csv(plain := path.with_suffix(".plain"), records)
    with plain.open(encoding="ascii") as read, path.open("w", encoding="ascii", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(csv.reader(read))
    plain.unlink()


def _parquet(path: Path, records: int) -> None:
    _csv(plain := path.with_suffix(".plain"), records)
    with pv.open_csv(plain) as read, pq.ParquetWriter(path, read.schema) as file:
        for batch in read:
            file.write_batch(batch)
    plain.unlink()


def _workbook(path: Path, records: int) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    _csv(plain := path.with_suffix(".plain"), records)
    with plain.open(encoding="ascii") as read:
        for row in csv.reader(read):
            sheet.append(row)
    plain.unlink()
    book.save(path)


def _xml(path: Path, records: int) -> None:
    _write(path, records, _MESSAGE, _CHILD, "</Children></Message>\n")


def _looked_after(path: Path, records: int) -> None:
    _write(path, records, "<EXPSSDA903>\n", _LOOKED_AFTER, "</EXPSSDA903>\n")


_KINDS: dict[str, Callable[[Path, int], None]] = {
    "police_missing.csv": _csv,
    "quoted police_missing.csv": _quoted,
    "police_missing.parquet": _parquet,
    "police_missing.xlsx": _workbook,
    "census.xml": _xml,
    "looked_after.xml": _looked_after,
}


def _write(path: Path, records: int, head: str, row: str, tail: str) -> None:
    with path.open("w", encoding="ascii") as file:
        file.write(head)
        left = records
        for block in _blocks(row):
            file.write(block if left >= _BLOCK else "".join(block.splitlines(keepends=True)[:left]))
            left -= _BLOCK
            if left <= 0:
                break
        file.write(tail)


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
    idle = beginning()
    for size in map(int, sys.argv[1:] or ["100000", "1000000"]):
        measure(size, idle)
