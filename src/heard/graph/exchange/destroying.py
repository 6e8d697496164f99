"""`heard destroy-past-charts`, for a timer that runs it once a day."""

from __future__ import annotations

import click

from heard.agencies.cli import site


@click.command("destroy-past-charts")
def destroy_past_charts() -> None:
    """Destroy what charts say that were brought in more than 90 days ago. For a timer, once a day.

    Ties that were accepted stay, and what people said of names; so does that there was a chart, why, and how many rows it had. It is
    safe to run it again.
    """
    with site():
        from heard.graph.exchange.actions import destroy_what_is_past

        destroyed = destroy_what_is_past(by=None)
    click.echo(f"Destroyed: {destroyed}.")
