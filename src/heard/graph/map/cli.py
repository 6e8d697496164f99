"""`heard map`: what a map can show beside what ships with Heard."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from heard.agencies.cli import site


@click.group("map", invoke_without_command=True)
@click.pass_context
def map_(context: click.Context) -> None:
    """Postcodes, boundaries and tiles of the map: say what is there, add or remove some."""
    if context.invoked_subcommand:
        return
    with site():
        from heard.graph.map import store

        found = store.added()
    if not found:
        click.echo(
            "Nothing was added. Maps show the boundaries of England that ship with Heard, and places of which somebody said where they are."
        )
        click.echo(
            "`heard map add FILE` adds postcodes (CSV), boundaries (GeoJSON) or tiles (MBTiles); docs/guide/map.md says where to get them."
        )
    for one in found:
        click.echo(f"{one.kind}: {one.name}, {one.kept:,} rows, the last from {one.file}, added on {one.on}")
        click.echo(
            f"    {one.licence or 'Nobody said under which licence it is. Add it again with --licence.'}"
        )


@map_.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--licence", default="", help="What its publisher asks to be said of it. It stands below each map."
)
@click.option("--name", default="", help="What boundaries or tiles are called. Default: as the file.")
@click.option(
    "--issues",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write every row that was set aside into this CSV file.",
)
def add(files: tuple[Path, ...], licence: str, name: str, issues: Path | None) -> None:
    """Add files: postcodes as CSV (ONS Postcode Directory, OS Code-Point Open), boundaries as GeoJSON, tiles as MBTiles.

    What a file is, Heard finds out. Postcodes are added to those that are there; boundaries of the same name, and tiles, take the place of those that
    are there.
    """
    with site(), ExitStack() as stack:
        from django.conf import settings

        from heard.graph.map import adding

        try:
            told = stack.enter_context(issues.open("w", encoding="utf-8", newline="")) if issues else None
        except OSError as error:
            raise click.ClickException(f"{issues} cannot be written: {error.strerror or error}.") from error
        if told:
            told.write("row,what stood there,why it was set aside,what to do\n")
        for path in files:
            try:
                report = adding.Report(
                    adding.kind_of(path), issues=told, say=lambda text: click.echo(f"  {text}")
                )
                click.echo(f"{path.name}: {report.kind}")
                adding.add(adding.Given(path, Path(settings.MAP), name, licence), report)
            except adding.CannotAdd as problem:
                raise click.ClickException(str(problem)) from problem
            _say(report, has_licence=bool(licence))


def _say(report: object, *, has_licence: bool) -> None:
    from heard.graph.map.adding import Report

    assert isinstance(report, Report)
    click.echo(f"  {report.read:,} rows read: {report.kept:,} kept, {report.aside.total():,} set aside.")
    for why, count in report.aside.most_common():
        click.echo(f"  {count:,} set aside: {why.what}. {why.remedy}")
    for row, value, why in report.examples:
        click.echo(f"    row {row:,} ({value}): {why.what}")
    if not has_licence:
        click.echo(
            "  Say under which licence it is, if the file does not: heard map add FILE --licence “…”. It stands below each map."
        )


@map_.command()
@click.argument("name")
@click.option(
    "--kind",
    default="",
    type=click.Choice(["", "postcodes", "boundaries", "tiles"]),
    help="Where two are called the same.",
)
def remove(name: str, kind: str) -> None:
    """Remove what was added under this name. All postcodes together are called postcodes."""
    with site():
        from django.conf import settings

        from heard.graph.map import adding

        try:
            kind = adding.remove(Path(settings.MAP), name, kind)
        except adding.CannotAdd as problem:
            raise click.ClickException(str(problem)) from problem
        click.echo(f"Removed: {kind} {name}.")
