"""`heard drop-folder`, for a timer that runs it every few minutes."""

from __future__ import annotations

import click

from heard.agencies.cli import site


@click.command("drop-folder")
def drop_folder() -> None:
    """Take what agencies have put into the drop folder, and make a run where one is due. For a timer, every few minutes.

    A file is taken once it has not changed for some minutes and agrees with its checksum, where NAME.sha256 lies beside it. What cannot be
    taken goes into the sender's folder refused, with a sentence that says why. It is safe to run it again, or twice at once.
    Exit 0: done, also where there is no drop folder. 1: the folder cannot be read.
    """
    with site():
        from heard.insight.drop import actions

        try:
            looked = actions.look_into_folder(by=None)
        except OSError as problem:
            raise click.ClickException(f"The drop folder cannot be read: {problem.strerror}.") from problem
    made = " A run was made." if looked.run else ""
    click.echo(f"Taken: {looked.taken}. Refused: {looked.refused}.{made}")
