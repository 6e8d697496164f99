"""`heard audit`, with the one command of it that takes two people: its key."""

from __future__ import annotations

from pathlib import Path

import click

from heard.agencies.audit_cli import audit, ring_here
from heard.agencies.cli import site
from heard.config import second

__all__ = ["audit"]


@audit.command()
@click.option(
    "--new", is_flag=True, help="Make a new key for what comes from now on; those before stay in the file."
)
@click.option(
    "--add",
    "other",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Put the keys of this file beside ours: those of before a restore.",
)
@second.takes_second
def key(new: bool, other: Path | None, approval: str, emergency: str) -> None:
    """Print the public key with which heads are signed: keep it on paper, away from this machine. A new one takes two people."""
    two = second.said(approval, emergency) if new else None
    with site():
        from django.conf import settings

        from heard.agencies.rules import TwoFor
        from heard.agencies.seal import keys

        ring = ring_here()
        if other is not None:
            ring = keys.add(settings.AUDIT_KEY, other)
        if two is not None:
            with second.agreed(two, TwoFor.AUDIT_KEY):
                ring = keys.renew(settings.AUDIT_KEY)
        click.echo(f"installation {ring.site}")
        for one in ring.keys:
            click.echo(f"public key {one.id} {one.public.hex()}")
        if new:
            click.echo("Start Heard anew, so that it uses the new key.", err=True)
