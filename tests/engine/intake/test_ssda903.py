"""The looked-after children return: a folder of CSV files, told apart by their columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.engine.intake.conftest import Read, read_paths

HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n1,2,06/05/2009,WBRI,B801200005001,,\n"
EPISODES = (
    "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
    "1,15/06/2023,S,C2,N6,U1,PR0,01/07/2023,X1,,LE1 1AA,,\n"
    "1,01/07/2023,P,C2,N6,K2,PR0,,,,LE2 2BB,,\n"
)
MISSING = (
    "CHILD,DOB,MISSING,MIS_START,MIS_END\n1,06/05/2009,M,13/11/2023,14/11/2023\n1,06/05/2009,A,20/11/2023,\n"
)
OC2 = (
    "CHILD,DOB,SDQ_SCORE,SDQ_REASON,CONVICTED,HEALTH_CHECK,IMMUNISATIONS,TEETH_CHECK,HEALTH_ASSESSMENT,"
    "SUBSTANCE_MISUSE,INTERVENTION_RECEIVED,INTERVENTION_OFFERED\n1,06/05/2009,18,,,0,0,0,0,1.0,,\n"
)
CENSUS = (
    "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2024</Year><ReferenceDate>2024-03-31"
    "</ReferenceDate></CollectionDetails><Source><LEA>201</LEA></Source></Header><Children><Child><ChildIdentifiers>"
    "<LAchildID>C1</LAchildID><PersonBirthDate>2009-05-06</PersonBirthDate></ChildIdentifiers></Child></Children></Message>"
)
RETURN = {"r/header.csv": HEADER, "r/ep.csv": EPISODES, "r/Missing 2024.csv": MISSING, "r/oc2.csv": OC2}


def test_a_return_in_order_is_read_whole(read: Callable[..., Read]) -> None:
    done = read(RETURN)
    assert done.counts == (6, 6, 0)
    assert done.seen() == {
        ("1", "S01", date(2023, 11, 13)), ("1", "S01", date(2023, 11, 20)), ("1", "V12", date(2023, 7, 1)),
        ("1", "S03", date(2024, 3, 31)), ("1", "S12", date(2024, 3, 31)), ("1", "V14", date(2024, 3, 31)),
    }  # fmt: skip
    assert ("1", "S04") in done.not_known()
    record = done.table("records")[0]
    assert (record["postcode"], record["upn_valid"], record["sex"]) == ("LE2 2BB", True, "F")


def test_being_away_is_shown_and_not_counted(read: Callable[..., Read]) -> None:
    counts = {r["field"]: r["counts"] for r in read(RETURN).table("observations") if r["item"] == "S01"}
    assert counts == {"MISSING=M": True, "MISSING=A": False}


def test_a_file_without_dates_says_how_it_was_dated(read: Callable[..., Read]) -> None:
    done = read(RETURN)
    assert "31 March 2024" in done.issue("dated_by_return")["what"]
    assert done.summary.sources[0].notes == ("oc2.csv has no dates: its rows are dated 31 March 2024.",)


@pytest.mark.parametrize(
    ("oc2", "missing", "why"),
    [
        ("oc2 2023.csv", "Missing 2024.csv", "its name says 2023"),
        ("OC2_2022-23.csv", "mis.csv", "its name says 2023"),
        ("oc2_2021-22.csv", "Missing 2023-24.csv", "its name says 2022"),
        ("oc2 2024.csv", "mis.csv", ""),
        ("OC2_2023-24.csv", "mis.csv", ""),
        ("oc2_2023-04-12.csv", "mis.csv", ""),
        ("oc2_20230412.csv", "mis.csv", ""),
        ("oc2 2023.csv", "Missing 2023.csv", ""),  # named by the year in which it begins, as the others are
    ],
)
def test_a_table_that_its_name_says_is_of_another_year_is_not_dated_as_this_one(
    read: Callable[..., Read], oc2: str, missing: str, why: str
) -> None:
    done = read({"r/header.csv": HEADER, "r/ep.csv": EPISODES, f"r/{missing}": MISSING, f"r/{oc2}": OC2})
    seen = {item for _, item, _ in done.seen()}
    assert ("S03" in seen) is not bool(why)
    assert done.counts == (6, 5, 1) if why else (6, 6, 0)
    if why:
        assert why in done.issue("of_another_year")["what"]
        assert "dated_by_return" not in done.codes()
        assert done.coverage()["S03"] != "collected"


@pytest.mark.parametrize(
    ("left", "of_age", "said"), [(0, 0, False), (2, 0, False), (3, 0, True), (0, 3, True), (2, 1, True)]
)
def test_children_who_had_left_before_the_years_end_are_said_of_a_table_without_dates(
    read: Callable[..., Read], left: int, of_age: int, said: bool
) -> None:
    episodes, oc2 = EPISODES.splitlines()[0], OC2.splitlines()[0]
    for child in range(40):
        dec = "01/12/2023" if child < left else ""
        dob = "01/02/2006" if child >= 40 - of_age else "06/05/2009"
        episodes += f"\n{child},15/06/2021,S,C2,N6,U1,PR0,{dec},{'E4A' if dec else ''},,LE1 1AA,,"
        oc2 += f"\n{child},{dob},18,,,0,0,0,0,1,,"
    done = read({"r/ep.csv": episodes + "\n", "r/Missing.csv": MISSING, "r/oc2.csv": oc2 + "\n"})
    assert done.summary.set_aside == 0
    assert ("children_gone" in done.codes()) is said
    if said:
        assert f"{left + of_age} of its 40 children" in done.issue("children_gone")["what"]
    assert "where its name says no year" in done.issue("dated_by_return")["what"]


def test_a_file_without_rows_is_not_said_to_have_dated_ones(read: Callable[..., Read]) -> None:
    done = read({**RETURN, "r/oc2.csv": OC2.splitlines()[0]})
    assert "no_rows" in done.codes()
    assert "dated_by_return" not in done.codes()
    assert done.summary.sources[0].notes == ()


def test_a_file_that_is_no_part_of_the_return_is_left_out_and_loses_nothing(
    read: Callable[..., Read],
) -> None:
    done = read({**RETURN, "r/fake_903.xml": "<EXPSSDA904/>", "r/LICENSE": "MIT", "r/schema.yml": "a: 1"})
    assert done.counts == (6, 6, 0)
    assert [source.source for source in done.summary.sources] == ["r", "fake_903"]
    assert (done.issue("left_out")["source"], done.issue("left_out")["severity"]) == ("fake_903", "set_aside")
    assert "Left out, as they are no extracts: LICENSE, schema.yml." in done.summary.notes


def test_a_file_without_a_column_that_it_needs_is_set_aside_and_named(read: Callable[..., Read]) -> None:
    done = read({**RETURN, "r/Missing 2024.csv": MISSING.replace("MIS_START", "STARTED")})
    assert done.counts == (6, 4, 2)
    assert (
        "the file missing of an SSDA903 return, without the column MIS_START"
        in done.issue("left_out")["what"]
    )


def test_a_folder_for_each_year_is_a_source_for_each_year(read: Callable[..., Read]) -> None:
    years = {f"{year}/{file[2:]}": text for year in ("2023", "2024") for file, text in RETURN.items()}
    done = read(years, mapping=None)
    assert [(source.source, source.read) for source in done.summary.sources] == [("2023", 6), ("2024", 6)]
    assert len(done.table("records")) == 2
    of_one = {
        name: [o for o in done.table("observations") if o["source"] == name] for name in ("2023", "2024")
    }
    assert len(of_one["2023"]) == len(of_one["2024"]) > 0


def test_folders_of_one_name_are_two_sources(read: Callable[..., Read]) -> None:
    done = read({f"{year}/{file}": text for year in ("2023", "2024") for file, text in RETURN.items()})
    assert [(source.source, source.read) for source in done.summary.sources] == [("r", 6), ("r-2", 6)]


def test_a_number_that_a_spreadsheet_spoilt_is_the_same_child(read: Callable[..., Read]) -> None:
    spoilt = {
        "r/header.csv": HEADER.replace("\n1,", "\n1.0,"),
        "r/ep.csv": EPISODES.replace("\n1,", "\n1.0,"),
    }
    done = read({**RETURN, **spoilt})
    assert [(r["record_id"], r["postcode"]) for r in done.table("records")] == [("1", "LE2 2BB")]


def test_a_child_who_is_not_in_the_header_still_has_a_record(read: Callable[..., Read]) -> None:
    done = read({**RETURN, "r/Missing 2024.csv": MISSING + "2,01/01/2010,M,02/12/2023,\n"})
    assert {record["record_id"] for record in done.table("records")} == {"1", "2"}
    assert "not_in_header" in done.codes()


def test_a_birth_date_unlike_the_headers_is_said(read: Callable[..., Read]) -> None:
    done = read({**RETURN, "r/Missing 2024.csv": MISSING + "1,01/01/2010,M,02/12/2023,\n"})
    assert "birth_date_differs" in done.codes()


def test_a_placement_code_of_another_year_is_flagged_and_used(read: Callable[..., Read]) -> None:
    done = read({**RETURN, "r/ep.csv": EPISODES.replace("K2", "K3")})
    assert "code_other_year" in done.codes()
    assert ("1", "V12", date(2023, 7, 1)) in done.seen()


def test_what_the_folder_lacks_is_absent_rather_than_not_collectable(read: Callable[..., Read]) -> None:
    coverage = read({"r/header.csv": HEADER, "r/ep.csv": EPISODES}).coverage()
    assert (coverage["S01"], coverage["V12"], coverage["S06"]) == ("absent", "collected", "not_collectable")


def as_xml(files: dict[str, str]) -> str:
    """The return of `RETURN`'s tables as the XML that the Department takes."""
    tables = {name: list(csv.DictReader(io.StringIO(text))) for name, text in files.items()}

    def told(row: dict[str, str], *left_out: str) -> str:
        names = {"PLACE": "PL"}
        return "".join(
            f"<{names.get(k, k)}>{v}</{names.get(k, k)}>" for k, v in row.items() if k not in left_out
        )

    def of(file: str, child: str) -> list[dict[str, str]]:
        return [row for row in tables.get(file, ()) if row["CHILD"] == child]

    out = []
    for head in tables["r/header.csv"]:
        child = head["CHILD"]
        missing = "".join(
            f"<AMISSING>{told(row, 'CHILD', 'DOB')}</AMISSING>" for row in of("r/Missing 2024.csv", child)
        )
        oc2 = "".join(f"<OC2>{told(row, 'CHILD', 'DOB')}</OC2>" for row in of("r/oc2.csv", child))
        episodes = "".join(f"<EPISODE>{told(row, 'CHILD')}</EPISODE>" for row in of("r/ep.csv", child))
        out.append(
            f"<CHILD><HEADER><CHILDID>{child}</CHILDID>{told(head, 'CHILD')}{missing}{oc2}</HEADER>{episodes}</CHILD>"
        )
    return "<EXPSSDA903>" + "".join(out) + "</EXPSSDA903>"


def test_the_xml_of_a_return_tells_what_its_csv_files_tell(read: Callable[..., Read], tmp_path: Path) -> None:
    of_csv = read(RETURN)
    (tmp_path / "whole.xml").write_text(as_xml(RETURN))
    of_xml = read_paths(tmp_path / "out-xml", tmp_path / "whole.xml")
    told = ("record_id", "item", "state", "seen_on", "until", "field", "strength", "counts")
    seen = [
        sorted(tuple(str(row[name]) for name in told) for row in one.table("observations"))
        for one in (of_csv, of_xml)
    ]
    assert seen[0] == seen[1] != []
    known = ("record_id", "birth_date", "sex", "postcode", "upn", "upn_valid", "ethnicity")
    children = [
        [tuple(row[name] for name in known) for row in one.table("records")] for one in (of_csv, of_xml)
    ]
    assert children[0] == children[1] != []
    assert of_xml.coverage() == of_csv.coverage()
    assert of_xml.counts == of_csv.counts


def test_a_child_of_the_xml_without_a_header_is_set_aside(read: Callable[..., Read]) -> None:
    done = read({"r.xml": as_xml(RETURN).replace("</EXPSSDA903>", "<CHILD/></EXPSSDA903>")})
    assert done.counts == (7, 6, 1)
    assert done.issue("id_missing")["row"] == 2


def test_what_the_xml_holds_beside_is_said_and_not_repeated(read: Callable[..., Read]) -> None:
    done = read({"r.xml": as_xml(RETURN).replace("<UPN>", "<Ada>Bell</Ada><UPN>")})
    assert done.codes().count("element_unknown") == 1
    assert "Ada" not in str(done.table("issues"))


@pytest.mark.samples
def test_the_sample_xml_tells_what_the_sample_csv_files_tell(samples: Path, tmp_path: Path) -> None:
    done = read_paths(tmp_path, samples / "ssda903")
    children = {
        s: {r["record_id"] for r in done.table("records") if r["source"] == s}
        for s in ("ssda903", "fake_903")
    }
    both = children["ssda903"] & children["fake_903"]
    assert len(children["fake_903"]) == 253
    seen = {
        s: {(r["record_id"], r["item"], r["field"], r["seen_on"]) for r in done.table("observations")
            if r["source"] == s and r["record_id"] in both}
        for s in children
    }  # fmt: skip
    assert seen["ssda903"] == seen["fake_903"]


@pytest.mark.samples
def test_the_sample_return_is_read_whole(samples: Path, tmp_path: Path) -> None:
    done = read_paths(tmp_path, samples / "ssda903")
    files = {file.file: file.read for source in done.summary.sources for file in source.files}
    assert (files["header.csv"], files["episodes.csv"], files["missing.csv"]) == (2675, 5050, 43)
    assert sum(file.kept for file in done.summary.sources[0].files) == 25_945
    assert done.summary.set_aside == 0


def test_an_episode_of_missing_whose_kind_is_blank_is_not_known(read: Callable[..., Read]) -> None:
    blank = "CHILD,DOB,MISSING,MIS_START,MIS_END\n1,06/05/2009,,13/11/2023,14/11/2023\n"
    assert ("1", "S01") in read({**RETURN, "r/Missing 2024.csv": blank}).not_known()


def test_a_birth_date_that_the_header_lacks_is_taken_from_another_file(read: Callable[..., Read]) -> None:
    done = read({**RETURN, "r/header.csv": HEADER.replace("06/05/2009", "")})
    assert [r["birth_date"] for r in done.table("records")] == [date(2009, 5, 6)]


def in_one_folder(**returns: dict[str, str]) -> dict[str, str]:
    return {
        f"r/{mark} {file[2:].replace(' 2024', '')}": text
        for mark, files in returns.items()
        for file, text in files.items()
    }


def test_two_years_in_one_folder_are_two_returns_by_the_words_of_their_names(
    read: Callable[..., Read],
) -> None:
    before = {file: text.replace("2023", "2022").replace("2024", "2023") for file, text in RETURN.items()}
    done = read(in_one_folder(y2023=before, y2024=RETURN))
    assert [source.source for source in done.summary.sources] == ["r 2023", "r 2024"]
    dated = {(o["source"], o["seen_on"]) for o in done.table("observations") if o["item"] == "S12"}
    assert dated == {("r 2023", date(2023, 3, 31)), ("r 2024", date(2024, 3, 31))}


def test_a_table_that_is_there_twice_without_a_word_that_tells_is_refused(read: Callable[..., Read]) -> None:
    done = read({**RETURN, "r/other.csv": HEADER, "r/census.xml": CENSUS})
    assert [source.kind for source in done.summary.sources if source.kept] == ["cin_census"]
    assert done.summary.set_aside == 7
    assert "holds a table of the return twice" in done.issue("left_out")["what"]


def test_two_councils_that_no_return_names_never_share_a_number(read: Callable[..., Read]) -> None:
    other = {file: text.replace("06/05/2009", "07/08/2012") for file, text in RETURN.items()}
    done = read(in_one_folder(north=RETURN, south=other))
    assert {r["agency"] for r in done.table("records")} == {
        "social care (of r north)", "social care (of r south)"
    }  # fmt: skip
    assert any("name it in the mapping" in note for note in done.summary.notes)


def test_a_return_is_of_the_council_whose_children_it_has(read: Callable[..., Read]) -> None:
    census = CENSUS.replace("<LAchildID>C1", "<LAchildID>1")
    elsewhere = CENSUS.replace("201", "302").replace("2009-05-06", "2011-01-01")
    done = read({**RETURN, "a.xml": census, "b.xml": elsewhere})
    agencies = {r["source"]: r["agency"] for r in done.table("records")}
    assert agencies == {"a": "social care (council 201)", "b": "social care (council 302)",
                        "r": "social care (council 201)"}  # fmt: skip


def test_a_council_can_be_named_in_the_mapping(read: Callable[..., Read]) -> None:
    other = {file: text.replace("06/05/2009", "07/08/2012") for file, text in RETURN.items()}
    mapping = 'councils:\n  "*north*": 201\n  "*south*": 302\n'
    done = read(in_one_folder(north=RETURN, south=other), mapping=mapping)
    assert {r["agency"] for r in done.table("records")} == {
        "social care (council 201)", "social care (council 302)"
    }  # fmt: skip
