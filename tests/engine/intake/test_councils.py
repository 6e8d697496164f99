"""Whose returns are, where somebody says it of one run, in front of what its mapping says."""

from pathlib import Path

import pytest

from heard.engine.intake import drafting, mapping

BASE = """sources:
  club: {agency: club, files: "club*.csv", keyed_by_child: no, record: {record_id: Case}}
"""


def told(text: str, folder: Path) -> mapping.Mapping:
    path = folder / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return mapping.load(path)


def test_what_is_said_of_a_run_comes_first_and_the_rest_of_the_mapping_stays(tmp_path: Path) -> None:
    base = BASE + 'councils: {"north*": 302, "*": 401}\n'
    found = told(drafting.with_councils(base, {"north[1].xml": "201"}), tmp_path)
    assert list(found.councils.items()) == [("north[[]1].xml", "201"), ("north*", "302"), ("*", "401")]
    (club,) = found.sources
    assert not club.keyed_by_child, "no stays the word that it was"


def test_a_mapping_without_councils_gets_them_and_nothing_said_changes_nothing(tmp_path: Path) -> None:
    assert told(drafting.with_councils(BASE, {"a.xml": "201"}), tmp_path).councils == {"a.xml": "201"}
    assert drafting.with_councils(BASE, {}) == BASE


@pytest.mark.parametrize("base", ["- a list\n", "a: [", "councils: 201\n"])
def test_what_is_no_mapping_stays_for_its_reader_to_say_why(base: str) -> None:
    assert drafting.with_councils(base, {"a.xml": "201"}) == base
