"""What one cell can hold: dates in many shapes, identifiers with check digits, postcodes, sex."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.engine.intake import values


@pytest.mark.parametrize(
    "text", ["2024-03-04", "04/03/2024", "4.3.2024", "04-Mar-2024", "4 March 2024", "2024-03-04T10:11:12Z", "04/03/2024 10:11", "20240304"]
)  # fmt: skip
def test_a_date_is_read_in_every_usual_shape(text: str) -> None:
    assert values.read_date(text).value == date(2024, 3, 4)


@pytest.mark.parametrize(
    ("text", "fault"),
    [("31/02/2024", "date_impossible"), ("1066-04-13", "date_too_early"), ("soon", "date_unreadable"), ("2024-13-01", "date_impossible")],
)  # fmt: skip
def test_a_date_that_cannot_be_has_no_value_and_a_reason(text: str, fault: str) -> None:
    assert values.read_date(text) == (None, fault, values.read_date(text).format)


def test_a_number_that_can_only_be_month_first_is_read_so_and_said() -> None:
    assert values.read_date("03/25/2024")[:2] == (date(2024, 3, 25), "date_other_order")


def test_a_column_that_is_month_first_is_read_so() -> None:
    assert values.read_date("03/04/2024", day_first=False).value == date(2024, 3, 4)


def test_a_year_of_two_digits_is_read_and_said() -> None:
    assert values.read_date("01/02/14")[:2] == (date(2014, 2, 1), "date_short_year")


@pytest.mark.parametrize(
    ("text", "valid"), [("943 476 5919", True), ("943-476-5870", True), ("4505577104", True), ("9434765918", False), ("12", False)]
)  # fmt: skip
def test_an_nhs_number_is_kept_and_its_check_digit_told(text: str, valid: bool) -> None:
    number, holds = values.read_nhs_number(text)
    assert (number, holds) == (text.replace(" ", "").replace("-", ""), valid)


@pytest.mark.parametrize(
    ("text", "valid"), [("B801200005001", True), ("p207000016049", True), ("M80120000500A", True), ("A801200005001", False), ("B80", False)]
)  # fmt: skip
def test_a_upn_is_kept_and_its_check_letter_told(text: str, valid: bool) -> None:
    assert values.read_upn(text) == (text.upper(), valid)


@pytest.mark.parametrize("text", ["0000000000", "1111111111", "999 999 9999", "٩٤٣٤٧٦٥٩١٩"])
def test_a_stand_in_for_an_nhs_number_is_not_valid(text: str) -> None:
    assert values.read_nhs_number(text)[1] is False


def test_a_stand_in_for_a_upn_is_not_valid() -> None:
    assert values.read_upn("A000000000000") == ("A000000000000", False)


@pytest.mark.parametrize(
    ("text", "said"),
    [(" N 1 ", "N 1"), ("N\u00a01", "N 1"), ("12.0", "12"), ("N1.0", "N1.0"), ("007", "007"), ("0", "0"),
     ("", None), (" - ", None), ("n/a", None), ("Not Known", None), ("00000", None), ("#N/A", None)],
)  # fmt: skip
def test_an_id_has_one_spelling_and_no_word_for_nothing_is_one(text: str, said: str | None) -> None:
    assert values.read_id(text) == said


@pytest.mark.parametrize(
    ("text", "said"), [("1", "M"), ("2", "F"), ("Female", "F"), ("m", "M"), ("0", None), ("9", None), ("U", None), ("", None)]
)  # fmt: skip
def test_sex_is_read_from_codes_and_words(text: str, said: str | None) -> None:
    assert values.read_sex(text) == (said, None)


def test_a_word_for_sex_that_is_not_known_is_said() -> None:
    assert values.read_sex("purple") == (None, "sex_unreadable")


@pytest.mark.parametrize(
    ("text", "said"), [("le11aa", "LE1 1AA"), (" SW1A 1AA ", "SW1A 1AA"), ("N/A", None), ("LE1 1A", None), ("12345", None)]
)  # fmt: skip
def test_a_postcode_has_one_shape(text: str, said: str | None) -> None:
    assert values.read_postcode(text) == said


@pytest.mark.samples
def test_published_postcodes_are_all_read(samples: Path) -> None:
    for name in ("outcodes", "incodes"):
        for case in json.loads((samples / f"identifiers/postcode/{name}.json").read_text())["tests"]:
            if case["expected"]:
                read = values.read_postcode(case["base"])
                assert read is not None, case
                assert case["expected"] in read.split(" ")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("LEI 1AA", "LE1 1AA"), ("LE1 IAA", "LE1 1AA"), ("LE1 OAA", "LE1 0AA"), ("W1A OAX", "W1A 0AX"), ("somewhere", None), ("", None), ("LE1", None)],
)  # fmt: skip
def test_a_letter_typed_for_a_digit_is_mended_where_only_one_postcode_can_be_meant(
    typed: str, meant: str | None
) -> None:
    assert values.mended_postcode(typed) == meant


@given(st.text("ABEILO01 .-Z", max_size=9))
def test_what_is_mended_has_the_shape_of_a_postcode(text: str) -> None:
    if (found := values.mended_postcode(text)) is not None:
        assert values.read_postcode(found) == found


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2011", "2011????"),
        ("2011-03", "201103??"),
        ("03/2011", "201103??"),
        ("Mar 2011", "201103??"),
        ("2011-03-00", "201103??"),
        ("00/00/2011", "2011????"),
        ("??/03/2011", "201103??"),
        ("31/02/2011", "20110231"),
        ("20110231", "20110231"),
        ("2011-03-04", None),  # whole
        ("04/2011-03", None),
        ("n/a", None),
        ("", None),
    ],
)
def test_what_a_birth_date_tells_that_is_not_whole(text, parts):
    assert values.read_birth_parts(text) == parts


def test_month_first_is_obeyed_in_the_parts_of_a_birth_date():
    assert values.read_birth_parts("02/31/2011", day_first=False) == "20110231"
