"""`heard questions`: check a partnership's own questions before they are put in place."""

from __future__ import annotations

from pathlib import Path

import click

from heard.cases.assessment.own_questions import read_own_questions


@click.group()
def questions() -> None:
    """A partnership's own questions in the assessment (docs/guide/questions.md)."""


@questions.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Checks the questions in FILE, or in the .yaml files of a folder. Exit 0: fit to use; 2: not."""
    checked = read_own_questions(file)
    for fault in checked.faults:
        click.echo(str(fault), err=True)
    if checked.found is None:
        nothing = (
            "there are no questions"
            if not checked.faults
            else f"not fit to use. Faults: {len(checked.faults)}"
        )
        click.echo(f"{file}: {nothing}.")
        raise SystemExit(2)
    for thought in checked.thoughts:
        click.echo(f"A thought about words. {thought}")
    found = checked.found
    click.echo(
        f"{file}: fit to use. {found.title}: {len(found.questions)} questions, version {found.digest[:12]}."
    )
