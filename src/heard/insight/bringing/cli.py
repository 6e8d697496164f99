"""`heard caseload`: a caseload brought in from files by whoever looks after the server, for a co-ordinator who answers for it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from heard.agencies.cli import new_file, site

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.insight.bringing.queries import Checked
    from heard.insight.bringing.reading import BroughtRow, File, Files

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN = 200  # lines about rows


@click.group()
def caseload() -> None:
    """Bring today's caseload in: people, open cases and plans, from CSV. What is brought in can be taken back on the site."""


def _files(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--by", "username", required=True, help="Username of the co-ordinator for whom it is done."),
        click.option("--mapping", type=_FILE, help="YAML that says which heading tells what. Without it, headings are guessed."),
        click.option("--plans", type=_FILE, help="CSV: one row for each action of a plan."),
        click.option("--cases", type=_FILE, help="CSV: one row for each open case."),
        click.option("--people", type=_FILE, required=True, help="CSV: one row for each child."),
    ):  # fmt: skip
        command = option(command)
    return command


@caseload.command()
@_files
@click.option(
    "--list",
    "list_to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what is said of each row here, as CSV.",
)
def check(
    people: Path,
    cases: Path | None,
    plans: Path | None,
    mapping: Path | None,
    username: str,
    list_to: Path | None,
) -> None:
    """Say of each row what would become of it. Nothing is written into Heard but that it was asked.

    Exit 0: every row would be brought in. 1: some are set aside, as the lines say. 2: the files cannot be used.
    """
    with _site():
        checked = _check(_user(username), _read(people, cases, plans, mapping))
        _say(checked)
        if list_to:
            _write_list(checked, list_to)
            click.echo(f"What is said of each row is in {list_to}.")
        if any(row.outcome.value == "aside" for row in checked.files.all_rows):
            raise SystemExit(1)


@caseload.command()
@_files
@click.option(
    "--reason", help="Where the files come from, and why they are brought in. Without it you are asked."
)
@click.option("--yes", is_flag=True, help="Do not ask whether to go on.")
def bring(
    people: Path, cases: Path | None, plans: Path | None, mapping: Path | None, username: str, reason: str | None, yes: bool
) -> None:  # fmt: skip
    """Bring in each row that the check keeps, in one transaction, and say what became of every row.

    Exit 0: brought in, though rows may be set aside. 1: nothing was. 2: the files cannot be used.
    """
    with _site():
        from django.urls import reverse

        from heard.insight.bringing import actions

        by = _user(username)
        read = _read(people, cases, plans, mapping)
        checked = _check(by, read)
        _say(checked)
        reason = reason or click.prompt("Where do the files come from, and why are they brought in")
        if not yes:
            click.confirm("Bring this in", abort=True)
        this = actions.bring_in(
            by=by,
            read=read,
            reason=reason,
            checked_as=checked.fingerprint,
            on_server=True,
        )
        kept = sum(counts["kept"] for counts in this.files.values())
        aside = sum(counts["aside"] for counts in this.files.values())
        click.echo(
            f"Done: {kept} rows are brought in, {aside} set aside. It can be taken back by two, as long as nobody has"
        )
        click.echo(f"worked on it: {reverse('caseload_import', args=[this.pk])}")


@contextmanager
def _site() -> Iterator[None]:
    from heard.engine.tables import NotDone

    with site():
        from heard.agencies.rules import Hidden

        try:
            yield
        except NotDone as error:
            click.echo(f"Error: {error}", err=True)
            raise SystemExit(2) from error
        except Hidden as error:
            raise click.ClickException(
                "Only a co-ordinator brings a caseload in. Name one with --by."
            ) from error


def _user(username: str) -> User:
    from heard.agencies.queries import who_is_called

    user = who_is_called(None, username)
    if user is None or not user.is_active:
        raise click.ClickException("Nobody who can sign in has this username. Look under People and teams.")
    return user


def _check(by: User, read: Files) -> Checked:
    from heard.insight.bringing import actions

    return actions.check_files(by=by, read=read)


def _read(people: Path, cases: Path | None, plans: Path | None, mapping: Path | None) -> Files:
    from heard.insight.bringing.apart import ON_SERVER, read_apart
    from heard.insight.bringing.rules import Table

    given = {Table.PEOPLE: people, Table.CASES: cases, Table.PLANS: plans}
    paths = {table: path for table, path in given.items() if path}
    return read_apart(paths, mapping, patience=ON_SERVER)


def _say(checked: Checked) -> None:
    from heard.insight.bringing.rules import Outcome, label_of

    for one in checked.files.files.values():
        counts = {outcome: one.count(outcome) for outcome in Outcome}
        click.echo(
            f"{one.name}: {len(one.rows)} {'row' if len(one.rows) == 1 else 'rows'} read = {counts[Outcome.KEPT]} to bring in + {counts[Outcome.ASIDE]} set aside "
            f"+ {counts[Outcome.THERE]} there already"
        )
        told = [
            f"{_within(label_of(one.table, name))} from “{heading}”"
            for name, heading in one.otherwise.items()
        ]
        click.echo(f"  Headings: {', '.join(told) + '; the others' if told else 'all'} as they are named")
        if one.unread:
            click.echo(f"  Not read: {', '.join(one.unread)}")
        if one.lacks:
            lacks = ", ".join(f"{_within(label_of(one.table, name))} ({name})" for name in one.lacks)
            click.echo(f"  No column tells {lacks}: name it in a mapping, with --mapping.")
    lines = [line for one in checked.files.files.values() for row in one.rows for line in _lines(one, row)]
    for line in lines[:_SHOWN]:
        click.echo(line)
    if len(lines) > _SHOWN:
        click.echo(f"And {len(lines) - _SHOWN} more lines: write all with heard caseload check --list FILE.")


def _within(label: str) -> str:
    """A label inside a sentence: abbreviations stay as they are."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _lines(one: File, row: BroughtRow) -> Iterator[str]:
    """No word of a cell: a terminal is read over a shoulder, and kept in a log."""
    from heard.insight.bringing.rules import label_of

    for issue in row.issues:
        field = _within(label_of(row.table, issue.field))
        at = f"{one.name} row {row.number}{', ' + field if field else ''}"
        kind = "set aside" if issue.fault.aside else "note"
        yield f"{at}: {kind}. {issue.fault.what} {issue.fault.to_do}"
    for key, why in row.hits:
        yield f"{one.name} row {row.number}: may be the record {key}: {', '.join(why).lower()}"


def _write_list(checked: Checked, path: Path) -> None:
    from heard.agencies.tables import plain
    from heard.insight.bringing.rules import Outcome, label_of

    became = {
        Outcome.KEPT: "to bring in",
        Outcome.ASIDE: "set aside",
        Outcome.THERE: "there already",
    }
    head = ("file", "row", "what would become of it", "field", "what", "what to do", "may be the record")
    with new_file(path, encoding="utf-8-sig") as stream:
        out = csv.writer(stream)
        out.writerow(head)
        for one in checked.files.files.values():
            for row in one.rows:
                hits = " ".join(str(key) for key, _why in row.hits)
                said: list[Any] = [
                    (label_of(row.table, i.field), i.fault.what, i.fault.to_do) for i in row.issues
                ] or [("",) * 3]
                out.writerows(
                    (plain(one.name), row.number, became[row.outcome], *line, hits) for line in said
                )
