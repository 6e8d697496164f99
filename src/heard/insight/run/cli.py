"""`heard destroy-past-runs`, for a timer that runs it once a day."""

from __future__ import annotations

import click

from heard.agencies.cli import site


@click.command("destroy-past-runs")
def destroy_past_runs() -> None:
    """Destroy each run whose last day is over. For a timer, once a day.

    Its list, its records and what was uploaded go; that there was a run, why, and when it was destroyed stays. Extracts
    in the extracts folder are the agencies' own, and stay too. It is safe to run it again. Exit 0: done. 1: a folder
    could not be removed, as the log says.
    """
    with site():
        from django.utils import timezone

        from heard.insight.run import actions, queries

        destroyed = actions.destroy_what_is_past(by=None)
        left = queries.runs_past_their_day(None, timezone.localdate()).count()
    click.echo(f"Destroyed: {destroyed}.")
    if left:
        raise click.ClickException(f"The folders of {left} runs could not be removed. The log says why.")
