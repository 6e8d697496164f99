"""One word, one meaning: the glossary repeats no word and points only at what exists."""

import re
from pathlib import Path

import pytest
from django.apps import apps

from heard.engine import tables

ROOT = Path(__file__).parents[2]
# The table of three voices after these is held by tests/walls/test_words.py.
LINES = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").partition("## The same thing")[0].splitlines()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in LINES
    if line.startswith("|") and not line.startswith(("|---", "| Word "))
]
WORDS = [row[0] for row in ROWS]


def exists(where: str) -> bool:
    if where.endswith(".parquet"):
        return where.removesuffix(".parquet") in {table.name for table in tables.ALL}
    if "/" in where:
        return (ROOT / where).exists() or (ROOT / f"{where}.py").exists()
    app, model = where.split(".")
    return model in {found.__name__ for found in apps.get_app_config(app).get_models()}


def test_each_row_says_what_the_word_means_does_not_mean_and_where_it_lives() -> None:
    assert [row for row in ROWS if len(row) != 4 or not all(row)] == []


def test_no_word_is_there_twice() -> None:
    assert sorted({word for word in WORDS if WORDS.count(word) > 1}) == []


@pytest.mark.parametrize("row", ROWS, ids=WORDS)
def test_each_word_lives_where_the_glossary_says(row: list[str]) -> None:
    (where,) = re.findall(r"`([^`]+)`", row[3])
    assert exists(where), f"“{row[0]}”: there is no {where}"
