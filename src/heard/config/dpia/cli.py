"""`heard dpia`: the impact assessment, for a partnership to complete."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click


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
    try:
        with out.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise click.ClickException(
            f"{out} is there already, and may have been completed. Give another name, and compare the two."
        ) from error
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written. Check the folder.") from error
    click.echo(f"Written to {out}. Look for “To be completed by the partnership”.")
