"""`heard notify`: passes on what nobody has seen, and mails who has something new."""

from __future__ import annotations

import os
import platform
import time

import click

from heard.agencies.cli import site


@click.command()
@click.option(
    "--every",
    default=0,
    show_default=True,
    type=click.IntRange(0, 3600),
    help="Seconds between two rounds; 0 does one and ends.",
)
def notify(every: int) -> None:
    """Pass on what nobody has seen, and mail who has something new. `heard serve` runs it every 15 seconds.

    Exit 0: done. It is safe to run it again, or twice at once: nobody gets two mails about one thing.
    """
    with site():
        from django.db import close_old_connections
        from django.utils import timezone

        from heard.agencies.jobs import working
        from heard.cases.case.notices.mail import notify_once

        while True:
            close_old_connections()
            if every:
                working.beat(f"{platform.node()}-{os.getpid()}"[:64], working.NOTIFIER)
            added, went = notify_once(timezone.now())
            if added or went or not every:
                click.echo(f"Passed on to {added}, mailed {went}.")
            if not every:
                return
            time.sleep(every)
