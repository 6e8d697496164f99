"""A mapping is a dozen lines that anyone can write: each mistake names its line and the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from heard.engine import intake
from heard.engine.intake import mapping
from heard.engine.intake.carriers import all_items
from heard.engine.tables import NotDone

GOOD = """sources:
  police:
    agency: police
    files: "*.csv"
    record: {record_id: id}
    dated_by: day
    items:
      S01: {every_row: true}
"""


def load(tmp_path: Path, text: str) -> tuple[mapping.MappedSource, ...]:
    (tmp_path / "m.yaml").write_text(text)
    return mapping.load(tmp_path / "m.yaml").sources


def test_every_example_can_be_used() -> None:
    for path in intake.EXAMPLES.glob("*.yaml"):
        assert mapping.load(path).sources


def test_a_source_says_whether_a_child_may_come_under_several_ids(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD)[0].keyed_by_child
    assert not load(tmp_path, GOOD + "    keyed_by_child: no\n")[0].keyed_by_child
    with pytest.raises(NotDone, match="line 9"):
        load(tmp_path, GOOD + "    keyed_by_child: perhaps\n")


def test_the_partnership_is_its_five_sources() -> None:
    single = [path for path in intake.EXAMPLES.glob("*.yaml") if path.stem != "partnership"]
    assert len(single) == 5
    each = {source for path in single for source in map(repr, mapping.load(path).sources)}
    assert each == set(map(repr, mapping.load(intake.EXAMPLES / "partnership.yaml").sources))


class Word(str):
    """A word that counts how often it is compared with another."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Word.compared += 1
        return super().__eq__(other)

    __hash__ = str.__hash__


def test_no_name_of_very_many_is_compared_with_each_other_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping._Reader, "_text", lambda self, node: Word(node.value))
    node = yaml.compose("".join(f"source{number}: x\n" for number in range(1000)), Loader=yaml.SafeLoader)
    assert len(mapping._Reader("m.yaml")._pairs(node, "sources")) == 1000
    assert Word.compared < 1000


def test_words_are_words_even_where_yaml_has_truth_values(tmp_path: Path) -> None:
    text = GOOD.replace("{every_row: true}", "{column: away, in: [yes, no, 1]}")
    assert load(tmp_path, text)[0].items[0].values == ("yes", "no", "1")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("every_row: true", "column: x, at_leest: 5", "line 8: 'at_leest' means nothing in S01. Did you mean at_least?"),
        ("every_row: true", "column: x", "line 8: S01 needs 'every_row: true'"),
        ("every_row: true", "column: x, at_least: lots", "line 8: A number is needed here."),
        ("every_row: true", "column: x, at_least: nan", "line 8: A number is needed here."),
        ("S01:", "S99:", "line 8: S99 is no sign or vulnerability."),
        ("    dated_by: day\n", "", "Source police has no 'dated_by'. Add it."),
        ("record_id", "recordid", "line 5: 'recordid' means nothing in 'record'. Did you mean record_id?"),
        ("{record_id: id}", "{sex: sex}", "line 5: 'record' of police does not say which column tells the child."),
        ("dated_by: day", "dated_by: day\n    dates: [dd-mm]", "line 7: 'dd-mm' cannot stand here."),
        ("sources:", "source:", "Did you mean sources?"),
        ("agency: police", "agency: [", "is not YAML"),
        ("agency: police", "agency: police\n    agency: police", "agency is there twice. Keep one."),
    ],
)  # fmt: skip
def test_a_mistake_names_its_line_and_the_remedy(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(NotDone) as refusal:
        load(tmp_path, GOOD.replace(old, new))
    assert said in str(refusal.value)


def test_each_sign_and_vulnerability_of_the_release_can_be_told(tmp_path: Path) -> None:
    told = {load(tmp_path, GOOD.replace("S01:", f"{item}:"))[0].items[0].item for item in all_items()}
    assert told == set(all_items())


def test_a_mapping_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotDone, match=r"none\.yaml cannot be opened"):
        mapping.load(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{record_id: id}", "{birth_date: {year: Y, month: M}}", "A day needs year, month and day: day is not there."),
        ("    dated_by: day\n", "", "Source police has no 'dated_by'. Add it."),
        ("    items:", "    expect:\n      - {column: x}\n    items:", "An expectation needs 'column' and one of unique"),
        ("    items:", "    expect:\n      - {column: x, between: [1, 2025-01-01]}\n    items:", "Two numbers or two days"),
        ("    items:", "    expect:\n      - {column: x, filled: most}\n    items:", "A share is needed here, such as 90%."),
        ("    items:", "    expect:\n      - {column: x, uniq: yes}\n    items:", "Did you mean unique?"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_day_or_an_expectation_is_said(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(NotDone) as refusal:
        load(tmp_path, GOOD.replace(old, new))
    assert said in str(refusal.value)


def test_the_example_of_the_guide_can_be_used(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "guide" / "analyst.md").read_text(encoding="utf-8")
    (tmp_path / "m.yaml").write_text(guide.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    told = mapping.load(tmp_path / "m.yaml")
    assert [source.name for source in told.sources] == ["people"]
    assert [expectation.judges for expectation in told.sources[0].expect] == [
        "unique",
        "between",
        "filled",
        "rows",
    ]
    assert told.labels["annex_a"]["placement"]
