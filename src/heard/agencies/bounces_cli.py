"""`heard bounces`: learns to whom mail from Heard does not come."""

from __future__ import annotations

import imaplib
from typing import BinaryIO

import click

from heard.agencies.cli import site


@click.command()
@click.argument("file", type=click.File("rb"), required=False)
def bounces(file: BinaryIO | None) -> None:
    """Learn to whom mail from Heard does not come: from the mailbox of HEARD_BOUNCES_URL, or from one mail in FILE (- reads standard
    input), where your mail server hands it over.

    What is urgent then goes to others at once, an administrator sees it, and they do at their next sign-in. Mails that are no
    reports of that stay as they are. Exit 0: done, also where neither is set. 3: the mailbox does not answer.
    """
    with site():
        from django.conf import settings

        from heard.agencies.mail import mailbox, returned

        if file is not None:
            mails = iter([file.read(returned.LARGEST)])
        elif settings.BOUNCES:
            mails = mailbox.reports(settings.BOUNCES, returned.LARGEST)
        else:
            click.echo("HEARD_BOUNCES_URL is not set, so nobody learns where mail comes back.")
            return
        found = 0
        try:
            for raw in mails:
                report = returned.read(raw)
                found += returned.came_back(report) if report else 0
        except (OSError, imaplib.IMAP4.error) as error:
            click.echo(
                f"The mailbox of HEARD_BOUNCES_URL does not answer as it should ({type(error).__name__}).",
                err=True,
            )
            raise SystemExit(3) from error
    if found or file is not None:
        click.echo(f"Mail does not reach {found} more.")
