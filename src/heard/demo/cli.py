"""`heard demo`: the fictional partnership, and how well a run of the engine sees through it."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from heard.demo.identifiers import MOST


@click.group()
def demo() -> None:
    """A fictional partnership. Every person in it is made up."""


@demo.command()
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder to write into."
)
@click.option("--children", type=click.IntRange(1, MOST), default=2000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def extracts(out: Path, children: int, seed: int, as_json: bool) -> None:
    """Write the agencies' extracts, with planted scattered children and the truth beside them."""
    from rich.console import Console
    from rich.progress import Progress

    from heard.demo.extracts import write_extracts

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Children", total=children)
        made = write_extracts(
            out, children=children, seed=seed, progress=lambda done: bar.update(task, completed=done)
        )
    if as_json:
        click.echo(json.dumps(asdict(made)))
        return
    _table(f"Fictional partnership in {out}", [
        ("children", made.children), ("of whom in extracts", made.in_extracts), ("households", made.households),
        ("planted scattered children", made.planted),
        *((f"records: {source}", count) for source, count in made.records.items()),
        *((f"fault on purpose: {fault}", count) for fault, count in made.faults.items()),
    ])  # fmt: skip


@demo.command()
@click.argument("extracts", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the numbers as JSON.")
def score(extracts: Path, run: Path, as_json: bool) -> None:
    """Compare a RUN's folder with the truth beside the EXTRACTS it read. Numbers only, no verdict."""
    from heard.demo.score import score as compare

    try:
        result = compare(extracts, run)
    except FileNotFoundError as missing:
        raise click.ClickException(
            f"{Path(missing.filename).name if missing.filename else missing}. "
            "Name the folder that `heard demo extracts` wrote, then the one that `heard run` wrote."
        ) from None
    numbers = asdict(result) | {"recall": result.recall, "precision": result.precision}
    if as_json:
        click.echo(json.dumps(numbers))
        return
    _table(
        "Run against truth",
        [(name.replace("_", " "), _shown(value)) for name, value in numbers.items()],
    )


@demo.command("score-network")
@click.option("--seed", type=int, default=1, show_default=True, help="What is planted is drawn from it.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for truth_network.json. Left out, it is not kept.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the numbers as JSON.")
def score_network(seed: int, out: Path | None, as_json: bool) -> None:
    """Plant what each question about the network has to find, ask it as each role, and compare.

    Everything happens in a database of its own, which is taken away afterwards. Numbers only, no verdict.
    """
    from heard.demo.planted import world

    rows = world.planted_and_scored(seed, out)
    if as_json:
        shares = [asdict(row) | {"recall": row.recall, "precision": row.precision} for row in rows]
        click.echo(json.dumps(shares))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"Questions about the network, seed {seed}")
    for heading in (
        "Question",
        "Role",
        "Planted",
        "Found",
        "Recall",
        "Told",
        "Wrong",
        "Precision",
        "Near misses",
    ):
        table.add_column(heading, justify="left" if heading in ("Question", "Role") else "right")
    for row in rows:
        recall, precision = ("–" if one is None else f"{one:.3f}" for one in (row.recall, row.precision))
        numbers = (row.planted, row.found, recall, row.told, row.wrong, precision, row.near_misses)
        table.add_row(row.question, row.role, *map(str, numbers))
    Console().print(table)


def _shown(value: object) -> str:
    if isinstance(value, list):
        return f"{len(value)}: {', '.join(value[:10])}{' …' if len(value) > 10 else ''}" if value else "none"
    if isinstance(value, float):
        return f"{value:.3f}"
    return "not known" if value is None else f"{value:,}"


def _table(title: str, rows: list[tuple[str, object]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in rows:
        table.add_row(name, f"{value:,}" if isinstance(value, int) else str(value))
    Console().print(table)


@demo.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def site(port: int) -> None:
    """Set up the fictional partnership and open its site on this machine."""
    import os
    import sys

    from heard.demo import site as partnership_site

    partnership_site.prepare()
    partnership_site.say_who_signs_in()
    os.environ.setdefault("HEARD_ADDRESS", f"http://127.0.0.1:{port}")
    os.execv(sys.executable, [sys.executable, "-m", "heard.cli", "serve", "--port", str(port)])  # noqa: S606 - our own words
