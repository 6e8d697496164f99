"""`heard tables`: the tables between the steps, as a page of the guide."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import click
import pyarrow as pa

from heard.engine import tables
from heard.engine.cli.edge import command

_HEAD = """# The tables of the engine

Each step reads tables and writes tables, and nothing else passes between steps. A run's folder holds each as `<name>.parquet`, unless it
is said to be otherwise. A column that may be empty says so.

This page is made from `src/heard/engine/tables.py`. Renew it with `heard tables > docs/guide/tables.md`.
"""
_TYPES = {
    pa.string(): "text",
    pa.date32(): "date",
    pa.int64(): "whole number",
    pa.float64(): "number",
    pa.bool_(): "yes or no",
}


@command("tables", epilog="Exit code: 0 done.")
def tables_() -> None:
    """Print what each table of a run holds: its columns, their types and what they mean.

    \b
    Example:
      heard tables > docs/guide/tables.md
    """
    click.echo(page(), nl=False)


def page() -> str:
    """All tables that `tables.py` names, in its order, as Markdown; grouped by who writes them."""
    every = [one for one in vars(tables).values() if isinstance(one, tables.Table)]
    parts = [_HEAD]
    for writer, written in groupby(every, key=lambda table: table.written_by):
        parts.append(f"\n## Written by {writer}\n")
        parts += [line for table in written for line in _table(table)]
    return "\n".join(parts) + "\n"


def _table(table: tables.Table) -> Iterator[str]:
    yield f"\n### {table.name}\n\nA row is {table.row}.\n\n| Column | Type | Meaning |\n|---|---|---|"
    for column in table.columns:
        empty = "" if column.required else ", may be empty"
        yield f"| `{column.name}` | {_in_words(column.type)}{empty} | {column.meaning.replace('|', '∣')} |"


def _in_words(type_: pa.DataType) -> str:
    if pa.types.is_list(type_):
        return f"list of {_in_words(type_.value_type)}"
    if pa.types.is_struct(type_):
        return ", ".join(f"{field.name} ({_in_words(field.type)})" for field in type_)
    if pa.types.is_timestamp(type_):
        return "day and time, UTC"
    return _TYPES[type_]
