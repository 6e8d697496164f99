"""Annex A: lists and columns are recognised by their words; what could mean two things goes to a person."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.engine.intake.books import book
from tests.engine.intake.conftest import Read, read_paths

from heard.engine.intake.formats.annex_a import words
from heard.engine.tables import NotDone

WHO = ["Child Unique ID", "Gender", "Ethnicity", "Date of Birth"]
ADA = [7, "b) Female", "a) WBRI", datetime(2009, 5, 6)]
CARE = [*WHO, "Date Started to be Looked After", "Start Date of Most Recent Placement", "Placement Type",
        "Number of Episodes the Child has been ‘Missing’ from their Placement in the last 12 months"]  # fmt: skip
IN_CARE = [*ADA, datetime(2025, 1, 2), datetime(2025, 3, 4), "K2 - Children's Homes", 2]
LEFT = [*WHO, "Latest Date of Contact", "Type of Accommodation", "Suitability of Accommodation"]


def care(*rows: list[Any], header: list[Any] = CARE) -> dict[str, bytes]:
    return {"a.xlsx": book({"List 8": [header, *(rows or [IN_CARE])]})}


def test_a_list_in_order_is_read_whole(read: Callable[..., Read]) -> None:
    done = read(care())
    assert done.counts == (1, 1, 0)
    assert done.seen() == {("7", "V12", date(2025, 3, 4)), ("7", "S01", date(2025, 3, 4))}
    record = done.table("records")[0]
    assert (record["birth_date"], record["sex"], record["ethnicity"]) == (date(2009, 5, 6), "F", "WBRI")
    assert [source.kind for source in done.summary.sources] == ["annex_a"]


def test_who_works_with_the_child_is_read_and_their_team_is_not(read: Callable[..., Read]) -> None:
    header = [*CARE, "Allocated Team", "Allocated Worker"]
    done = read(care([*IN_CARE, "Looked after 2", "Jo Poe"], header=header))
    assert done.table("records")[0]["worker"] == "Jo Poe"


def test_plans_of_one_child_that_overlap_are_named_whatever_the_order(read: Callable[..., Read]) -> None:
    header = [
        *WHO,
        "Child Protection Plan Start Date",
        "Initial Category of Abuse",
        "Child Protection Plan End Date",
    ]
    other = [8, *ADA[1:]]
    first = [*ADA, datetime(2024, 1, 5), "Neglect", datetime(2024, 9, 1)]
    second = [*ADA, datetime(2024, 8, 1), "Neglect", None]
    of_another = [*other, datetime(2024, 8, 1), "Neglect", None]
    for rows in ([first, second, of_another], [of_another, second, first]):
        done = read({"a.xlsx": book({"List 7": [header, *rows]})})
        found = [row for row in done.table("issues") if row["code"] == "plans_overlap"]
        assert [row["row"] for row in found] == [rows.index(second) + 1]


def test_a_sheet_is_known_by_its_columns_and_not_by_its_name(read: Callable[..., Read]) -> None:
    contacts = [[*WHO, "Date of Contact"], [*ADA, datetime(2025, 1, 1)]]
    referrals = [[*WHO, "Date of Referral"], [*ADA, datetime(2025, 1, 1)]]
    sheets = {"x": [CARE, IN_CARE], "y": contacts, "z": referrals}
    done = read({"a.xlsx": book(sheets)})
    assert done.counts == (3, 3, 0)
    assert {file.file for file in done.summary.sources[0].files} == {f"a.xlsx: {title}" for title in sheets}


@pytest.mark.parametrize("id_written", ["Child ID", "CHILD IDENTIFIER", "Child’s unique reference"])
@pytest.mark.parametrize("born", ["DOB", "Child's Date Of Birth", "date_of_birth"])
def test_names_of_columns_may_be_written_in_many_ways(
    read: Callable[..., Read], id_written: str, born: str
) -> None:
    header = [id_written, "Sex", "Ethnic origin", born, *CARE[4:]]
    done = read(care(header=header))
    assert done.table("records")[0]["birth_date"] == date(2009, 5, 6)
    assert len(done.seen()) == 2


def test_a_label_that_could_mean_two_things_goes_to_a_person(read: Callable[..., Read]) -> None:
    done = read(care([*IN_CARE[:6], "R5 - Independent living", 0]))
    issue = done.issue("label_unclear")
    assert (issue["field"], issue["severity"], issue["row"]) == ("placement", "flag", 1)
    assert "P2 or R5" in issue["what"]
    assert "labels: annex_a: placement:" in issue["remedy"]
    assert done.seen() == set()


def test_what_a_person_settles_in_the_mapping_is_used(read: Callable[..., Read]) -> None:
    settled = 'labels:\n  annex_a:\n    placement: {"r5 independent LIVING": R5}\n'
    done = read(care([*IN_CARE[:6], "R5 - Independent living", 0]), mapping=settled)
    assert done.seen() == {("7", "S04", date(2025, 3, 4))}
    assert "label_unclear" not in done.codes()


def test_a_column_that_could_be_two_goes_to_a_person_and_can_be_settled(read: Callable[..., Read]) -> None:
    header = [*LEFT[:5], "Accommodation, and latest date of contact"]
    row = [*ADA, datetime(2025, 5, 1), "S: No fixed abode / homeless"]
    files = {"a.xlsx": book({"List 8": [CARE, IN_CARE], "List 9": [header, row]})}
    done = read(files)
    assert "in_touch_on or accommodation" in str(done.table("issues")) or done.codes("set_aside") == [
        "left_out"
    ]
    settled = f'labels:\n  annex_a:\n    columns: {{"{header[5]}": accommodation}}\n'
    done = read(files, mapping=settled)
    assert ("7", "V09", date(2025, 5, 1)) in done.seen()


def test_labels_of_no_format_are_refused(read: Callable[..., Read]) -> None:
    with pytest.raises(NotDone, match=r"labels of annex_b.*Did you mean annex_a\?"):
        read(care(), mapping="labels:\n  annex_b:\n    placement: {x: K2}\n")


@pytest.mark.parametrize(
    ("labels", "said"),
    [("plaecment: {x: K2}", "Did you mean placement?"), ("placement: {x: K22}", "Did you mean K2?"), ("columns: {x: acommodation}", "accommodation?")],
)  # fmt: skip
def test_labels_that_mean_nothing_are_refused(read: Callable[..., Read], labels: str, said: str) -> None:
    with pytest.raises(NotDone) as refusal:
        read(care(), mapping=f"labels:\n  annex_a:\n    {labels}\n")
    assert said in str(refusal.value)


def test_an_issue_never_repeats_a_word_that_might_be_a_name(read: Callable[..., Read]) -> None:
    done = read(care([*IN_CARE[:6], "R5 - Independent living with Nemo Bell", "Nemo"]))
    assert {"label_unclear", "number_unreadable"} <= set(done.codes())
    assert "nemo" not in str(done.table("issues")).lower()


def test_adopters_are_no_children(read: Callable[..., Read]) -> None:
    adopters = [["Individual adopter identifier", "Gender"], [1, "Female"]]
    done = read({"a.xlsx": book({"List 8": [CARE, IN_CARE], "List 11": adopters})})
    assert done.counts == (1, 1, 0)
    assert "not_children" in done.codes("file")


def test_a_row_without_a_child_is_set_aside(read: Callable[..., Read]) -> None:
    done = read(care(IN_CARE, [None, *IN_CARE[1:]]))
    assert (done.counts, done.issue("id_missing")["row"]) == ((2, 1, 1), 2)


def test_an_empty_number_is_not_known(read: Callable[..., Read]) -> None:
    assert ("7", "S01") in read(care([*IN_CARE[:7], None])).not_known()


def test_a_workbook_without_any_of_the_lists_is_left_out_and_named(read: Callable[..., Read]) -> None:
    done = read({**care(), "b.xlsx": book({"Sheet1": [["a", "b"], [1, 2]]})})
    assert done.issue("left_out")["file"] == "b.xlsx"


@pytest.mark.samples
def test_the_sample_workbook_is_read_whole(samples: Path, tmp_path: Path) -> None:
    done = read_paths(tmp_path, samples / "annex_a" / "Annex_A_2024_Jan.xlsx")
    assert done.counts == (54, 54, 0)
    assert "label_unclear" not in done.codes()
    assert len(done.summary.sources[0].files) == 11


MEANT = {
    "need": ("Primary Need Code", dict(zip("abcdefghij", ["N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8", "N9", "N0"], strict=True))),
    "abuse_latest": ("Latest Category of Abuse", dict(zip("abcde", ["NEG", "PHY", "SAB", "EMO", "MUL"], strict=True))),
    "placement": ("Placement Type", dict(zip("abcdefghijklmno", ["U", "A", "P1", "P2", "P3", "H5", "K1", "K2", "R1", "R2", "R3", "R5", "S1", "Z", "T"], strict=True))),
    "accommodation": ("Type of Accommodation", dict(zip("abcdefghijklmnop", "BCDEGHKRSTUVWXZY", strict=True))),
}  # fmt: skip


@pytest.mark.samples
@pytest.mark.parametrize("field", MEANT)
def test_spellings_of_real_councils_are_recognised_or_left_to_a_person(samples: Path, field: str) -> None:
    """Of every spelling in the sample: at most one in fifty is taken for something else."""
    column, meant = MEANT[field]
    with (samples / "annex_a" / "label_crosswalk_sample.csv").open(encoding="utf-8") as file:
        told = {
            (row["canonical"][0], row["raw_label"]) for row in csv.DictReader(file) if row["column"] == column
        }
    found: Counter[str] = Counter()
    for letter, label in told:
        if letter in meant and not label.startswith("REGEX"):
            means = words.meanings(field, label)
            found[
                "right" if means == (meant[letter],) else "wrong" if len(means) == 1 else "to a person"
            ] += 1
    assert found["wrong"] <= found.total() / 50
    assert found["right"] >= 0.7 * found.total()


def test_how_often_a_child_was_missing_has_no_day_of_its_own(read: Callable[..., Read]) -> None:
    assert [row["own_day"] for row in read(care()).table("observations") if row["item"] == "S01"] == [False]
