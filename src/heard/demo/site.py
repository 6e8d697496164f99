"""What `make run` opens: the fictional partnership, with its database, extracts and a first run of the engine."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from pathlib import Path

# Known to everybody, on purpose: it opens invented records on this machine only (settings.DEMO).
PASSWORD = "see me, hear me"  # noqa: S105
CHILDREN = 2000
ANALYST = "ana.kovacs"
_NOT_AN_EXTRACT = ("truth*", "README.md")


def prepare() -> None:
    """Sets up what is missing, and only that: a second start changes nothing and is quick.

    Raises `click.ClickException` in a place that holds real people's data.
    """
    os.environ["HEARD_DEMO"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heard.config.settings")
    import django
    from django.conf import settings
    from django.core.management import call_command

    from heard.demo.mapping import add_town

    django.setup()
    call_command("migrate", verbosity=0)
    _people()
    add_town(settings.MAP)
    if not settings.EXTRACTS.is_dir():
        click.echo("Writing the agencies’ extracts …")
        _extracts(settings.EXTRACTS)
        click.echo("Reading them together for the first time …")
        _first_run()


def say_who_signs_in() -> None:
    from rich.console import Console
    from rich.table import Table

    from heard.demo import partnership

    table = Table(title=f"The fictional partnership of Wexmoor. Everybody’s password: {PASSWORD}")
    for heading in ("Sign in as", "Who", "Role", "Where"):
        table.add_column(heading)
    for person in partnership.staff():
        table.add_row(person.username, person.name, person.role, f"{person.team}, {person.agency}")
    Console().print(table)


def _questions(folder: Path) -> None:
    """The partnership's own questions, asked in each assessment that begins from now on."""
    from heard.demo import partnership

    if not folder.exists():
        folder.mkdir(parents=True)
        folder.joinpath("wexmoor.yaml").write_text(partnership.own_questions(), encoding="utf-8")


def _people() -> None:
    from django.conf import settings
    from django.contrib.auth import get_user_model

    from heard.demo import partnership

    names = {person.username for person in partnership.staff()}
    there = set(get_user_model().objects.values_list("username", flat=True))
    if there - names:
        raise click.ClickException(
            "This database has people who are not of the fictional partnership. "
            "Set HEARD_DATA to an empty folder, or DATABASE_URL to an empty database."
        )
    if not there:
        click.echo("Writing the fictional partnership …")
        _questions(settings.QUESTIONS)
        partnership.load(password=PASSWORD)


def _extracts(folder: Path, children: int = CHILDREN) -> None:
    """The agencies' files into the extracts folder; the truth stays beside it, where the site does not look."""
    from heard.demo.extracts import write_extracts

    written = folder.with_name("extracts-with-truth")
    write_extracts(written, children=children, seed=1)
    partial = folder.with_name("extracts.partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(written, partial, ignore=shutil.ignore_patterns(*_NOT_AN_EXTRACT))
    partial.rename(folder)


# What the analyst said of the table of a youth club, which has sent none yet.
_MAPPING: Final = """\
sources:
  youth_club:
    agency: youth club
    files: youth_club*.csv
    record: {record_id: Card, given_name: First name, family_name: Surname, birth_date: Born}
    dated_by: Came on
    dates: [dd/mm/yyyy]
    strict: yes
"""


def _first_run() -> None:
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from heard.demo import published
    from heard.demo.people import AS_OF
    from heard.insight.mapping.actions import keep_mapping
    from heard.insight.run import actions, queries

    analyst = get_user_model().objects.get(username=ANALYST)
    keep_mapping(by=analyst, name="youth_club", agency="youth club", files="youth_club*.csv", text=_MAPPING)
    run = actions.start_run(
        by=analyst,
        purpose="Look once a quarter for children whose signs are scattered over agencies.",
        basis="public_task",
        basis_words="Children Act 2004, section 11: to safeguard and promote the welfare of children.",
        keep_until=timezone.localdate() + timedelta(days=90),
        extracts=queries.extracts_waiting(analyst),
        as_of=AS_OF,  # what ends earlier is asked about, and nobody is there to answer
    )
    actions.carry_out.call(str(run.pk))
    published.ask(by=analyst, run_id=run.pk)
