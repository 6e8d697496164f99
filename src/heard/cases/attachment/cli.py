"""`heard check-files`, for a timer that runs it once a night."""

from __future__ import annotations

import json

import click

from heard.agencies.cli import site


@click.command("check-files")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def check_files(as_json: bool) -> None:
    """Read every attached file, and say which are missing, are not as they were put there, or are encrypted with a key that is not there.

    What belongs to no record and is older than a day is removed. Exit 0: all is well. 1: it is not; the log says it too.
    """
    with site():
        from heard.cases.attachment.actions import check_all_files

        found = check_all_files(by=None)
    told = {
        "checked": found.checked,
        "missing": found.missing,
        "changed": found.changed,
        "without key": found.locked,
        "leftovers removed": found.removed,
    }
    if as_json:
        click.echo(json.dumps(told))
    else:
        click.echo(f"Checked: {found.checked}. Leftovers removed: {found.removed}.")
        for key in found.missing:
            click.echo(f"Missing: {key}", err=True)
        for key in found.changed:
            click.echo(f"Changed: {key}", err=True)
        for key in found.locked:
            click.echo(f"Its key is not there: {key}", err=True)
        if found.why_locked:
            click.echo(found.why_locked, err=True)
    if not found.is_well:
        raise SystemExit(1)
