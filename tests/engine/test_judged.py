"""What people said of pairs is obeyed by the next link, and when it is taken back nothing of it is left."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.spec.tables import put, record, source

from heard.engine import backend, intake, tables
from heard.engine.link import link
from heard.engine.link.cluster import Tie, agglomerated
from heard.engine.link.guards import Facts
from heard.engine.link.judged import Said

BORN = date(2011, 3, 4)
RECORDS = {
    ("cin", "1"): {"given_name": "Ada", "nhs_number": "9434765919", "nhs_number_valid": True},
    ("police", "9"): {"given_name": "Ada"},
    ("school", "7"): {"given_name": "Eva"},
}


def _linked(folder: Path, *said: tuple[str, str, str], minute: int = 0) -> dict[str, Any]:
    """Links three records of one household after people said (source, source, word) of their records."""
    folder.mkdir(exist_ok=True)
    names = {name: record_id for name, record_id in RECORDS}
    common = {"family_name": "Okonjo", "birth_date": BORN, "postcode": "WX1 1AA"}
    put(
        folder, tables.RECORDS, *(record(*key, agency=key[0], **common | own) for key, own in RECORDS.items())
    )
    put(folder, tables.SOURCES, *map(source, sorted(names)))
    if said:
        put(folder, tables.JUDGEMENTS, *(
            {"left_source": left, "left_id": names[left], "right_source": right, "right_id": names[right],
             "judgement": word, "by": "12", "at": datetime(2026, 3, 1, 9, minute + n, tzinfo=UTC), "why": "Known"}
            for n, (left, right, word) in enumerate(said)
        ))  # fmt: skip
    link(folder)
    rows = backend.read(folder, tables.IDENTITIES).to_pylist()
    return {row["source"]: row["person"] for row in rows}


def _band(folder: Path, one: str, other: str) -> tuple[str, str]:
    rows = backend.read(folder, tables.LINKS).to_pylist()
    found = next(row for row in rows if {row["left_source"], row["right_source"]} == {one, other})
    return found["band"], found["why"]


def test_without_a_judgement_namesakes_are_one_and_twins_are_two(tmp_path: Path) -> None:
    person = _linked(tmp_path)
    assert person["cin"] == person["police"] != person["school"]


def test_whom_a_person_called_one_child_are_one_against_every_guard(tmp_path: Path) -> None:
    person = _linked(tmp_path, ("cin", "school", "same"))
    assert person["cin"] == person["school"]
    band, why = _band(tmp_path, "cin", "school")
    assert band == "linked"
    assert why.startswith("a person said that they are one child")


def test_whom_a_person_called_two_are_two_and_are_not_asked_about_again(tmp_path: Path) -> None:
    person = _linked(tmp_path, ("cin", "police", "not_same"))
    assert person["cin"] != person["police"]
    assert _band(tmp_path, "cin", "police")[0] == "apart"


def test_two_never_meet_through_a_third(tmp_path: Path) -> None:
    person = _linked(
        tmp_path, ("cin", "school", "same"), ("police", "school", "same"), ("cin", "police", "not_same")
    )
    assert person["cin"] != person["police"]


def test_the_last_word_on_a_pair_counts_whichever_record_comes_first(tmp_path: Path) -> None:
    person = _linked(tmp_path, ("cin", "school", "same"), ("school", "cin", "not_same"))
    assert person["cin"] != person["school"]


@pytest.mark.parametrize("word", ["cannot_tell", "ask_others"])
def test_who_cannot_tell_changes_nothing(tmp_path: Path, word: str) -> None:
    assert _linked(tmp_path / "a", ("cin", "police", word)) == _linked(tmp_path / "b")


def test_taken_back_is_as_if_never_said(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    _linked(before)
    _linked(after, ("cin", "police", "not_same"), ("cin", "school", "same"))
    (after / "judgements.parquet").unlink()
    _linked(after)
    for table in (tables.LINKS, tables.IDENTITIES):
        assert backend.read(before, table).equals(backend.read(after, table))


def test_what_waits_for_a_person_has_reasons_that_add_up_and_nothing_else_has(tmp_path: Path) -> None:
    _linked(tmp_path)
    rows = backend.read(tmp_path, tables.REASONS).to_pylist()
    links = backend.read(tmp_path, tables.LINKS).to_pylist()
    pairs: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        pairs.setdefault((row["left_source"], row["right_source"]), []).append(row)
    asked = [one for one in links if one["band"] == "for_a_person"]
    assert set(pairs) == {(one["left_source"], one["right_source"]) for one in asked} != set()
    for one in asked:
        reasons = pairs[one["left_source"], one["right_source"]]
        bits = sum(row["weight"] for row in reasons)
        assert 1 / (1 + 2**-bits) == pytest.approx(one["probability"], abs=0.02)
        assert [row["comparison"] for row in reasons][:2] == ["where every pair begins", "given name"]
        assert ("birth date", "the same") in [(row["comparison"], row["level"]) for row in reasons]


_KEYS = range(6)
_PAIRS = st.sets(
    st.tuples(st.sampled_from(_KEYS), st.sampled_from(_KEYS)).filter(lambda p: p[0] < p[1]), max_size=5
)


@given(same=_PAIRS, apart=_PAIRS, data=st.data())
def test_no_two_whom_a_person_parted_are_ever_together_in_any_order(
    same: set[tuple[int, int]], apart: set[tuple[int, int]], data: Any
) -> None:
    said = Said(frozenset(same - apart), frozenset(apart))
    members = [Facts(key, source=f"s{key}", given="ada", birth=BORN) for key in _KEYS]
    ties = [Tie(0, key, 0.99) for key in _KEYS[1:]] + [Tie(*pair, 2.0) for pair in said.same]
    groups, _ = agglomerated(members, ties, said)
    shuffled, _ = agglomerated(data.draw(st.permutations(members)), data.draw(st.permutations(ties)), said)
    assert sorted(groups) == sorted(shuffled)
    assert not [pair for pair in apart for group in groups if set(pair) <= set(group)]


def test_a_judgement_whose_record_is_not_in_the_run_is_said(tmp_path: Path) -> None:
    _linked(tmp_path, ("cin", "police", "not_same"))
    rows = backend.read(tmp_path, tables.JUDGEMENTS).to_pylist()
    put(tmp_path, tables.JUDGEMENTS, *(row | {"left_source": "cin_2025"} for row in rows))
    notes = " ".join(link(tmp_path).notes)
    assert "did not apply, as a record is not in this run: 1." in notes
    assert "cin_2025 (1, a source that is not in this run)" in notes


NAMELESS = """sources:
  club:
    agency: club
    files: "club.csv"
    record: {given_name: first, family_name: last, address: street}
    dated_by: day
    items: {S01: {every_row: true}}
  police:
    agency: police
    files: "police.csv"
    record: {record_id: id, given_name: first, family_name: last, birth_date: dob}
    dated_by: day
    items: {S01: {every_row: true}}
"""
ADA, EVA = "Ada,Okonjo,1 Low Lane,2026-01-10\n", "Eva,Marsh,9 High Road,2026-01-11\n"


def _read(folder: Path, club: str, judgements: list[dict[str, Any]]) -> tuple[dict[str, str], dict[str, str]]:
    """A run of what the club and the police sent: of each child the person by its given name, and its record of the club."""
    (extracts := folder / "in").mkdir(parents=True)
    (extracts / "club.csv").write_text("first,last,street,day\n" + club)
    (extracts / "police.csv").write_text(
        "id,first,last,dob,day\nP1,Adaeze,Okonjo-Bell,2011-03-04,2026-01-12\n"
    )
    (mapping := folder / "mapping.yaml").write_text(NAMELESS)
    intake.read([extracts], out=(out := folder / "out"), mapping=mapping, today=date(2026, 6, 1))
    if judgements:
        put(out, tables.JUDGEMENTS, *judgements)
    done = link(out)
    person = {
        (r["source"], r["record_id"]): r["person"] for r in backend.read(out, tables.IDENTITIES).to_pylist()
    }
    records = backend.read(out, tables.RECORDS).to_pylist()
    names = {r["given_name"]: person[r["source"], r["record_id"]] for r in records}
    return names | {"notes": " ".join(done.notes)}, {
        r["given_name"]: r["record_id"] for r in records if r["source"] == "club"
    }


@pytest.mark.parametrize(
    ("later", "joined"),
    [
        (EVA + ADA, True),
        ("Zed,Quill,2 Mill Row,2026-01-09\n" + ADA, True),
        (EVA + ADA.replace("1 Low", "7 Low"), False),
    ],
)
def test_a_judgement_on_a_row_without_an_id_stays_with_its_child_or_is_said_not_to_apply(
    tmp_path: Path, later: str, joined: bool
) -> None:
    """In the next extract a row stands above; the child's own row is as it was, or is another."""
    before, ids = _read(tmp_path / "one", ADA, [])
    assert before["Ada"] != before["Adaeze"]
    same = {"left_source": "club", "left_id": ids["Ada"], "right_source": "police", "right_id": "P1", "judgement": "same",
            "by": "12", "at": datetime(2026, 3, 1, 9, tzinfo=UTC), "why": "Known"}  # fmt: skip
    now, _ = _read(tmp_path / "two", later, [same])
    assert [name for name in ("Ada", "Eva", "Zed") if now.get(name) == now["Adaeze"]] == ["Ada"] * joined
    assert ("did not apply" in now["notes"]) is not joined
