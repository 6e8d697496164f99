"""`heard dpia`: the impact assessment, for a partnership to complete."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from heard.agencies.cli import new_file


@click.command()
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it here, as Markdown. Without it, it is printed."
)  # fmt: skip
def dpia(out: Path | None) -> None:
    """Write the data-protection impact assessment of Heard, with what only the partnership knows left open and marked.

    It needs no database and no settings. A file that is there is never written over: somebody may have completed it.
    """
    from heard.config.dpia import document
    from heard.config.version import version

    text = document(version=f"Heard {version()}", on=datetime.now().astimezone().date().isoformat())
    if out is None:
        click.echo(text, nl=False)
        return
    with new_file(out, ", and may have been completed. Give another name, and compare the two.") as stream:
        stream.write(text)
    click.echo(f"Written to {out}. Look for “To be completed by the partnership”.")
