"""The page of the guide on the engine's tables is the one that the tables themselves give."""

from pathlib import Path

from click.testing import CliRunner

from heard.cli import main
from heard.engine import tables

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "tables.md"


def test_the_guide_shows_every_table_as_it_is() -> None:
    printed = CliRunner().invoke(main, ["tables"]).stdout
    assert PAGE.read_text("utf-8") == printed, "Renew it: heard tables > docs/guide/tables.md"
    assert all(f"### {table.name}\n" in printed for table in tables.ALL)


def test_every_column_says_what_it_means() -> None:
    silent = [
        f"{table.name}.{column.name}"
        for table in tables.ALL
        for column in table.columns
        if not column.meaning
    ]
    assert [text for text in silent if not text.endswith(("_source", "_id"))] == []
