"""`heard profile`: the problem profile of a run, ready to be read and released."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from heard.engine import publish as engine
from heard.engine.cli.edge import JSON, PathWord, Summary, command, finishes, progress
from heard.engine.profile import read_areas
from heard.engine.run.profile import draw_up
from heard.engine.tables import NotDone

if TYPE_CHECKING:
    from rich.console import Console

    from heard.engine.run.profile import ProfileSummary


@command(
    "profile", epilog="Exit code: 0 done, 1 done but earlier tables do not add up with these, 2 not done."
)
@click.argument("folder", metavar="DIR", type=PathWord())
@click.option("--out", required=True, metavar="DIR", type=PathWord(), help="New folder for the profile.")
@click.option(
    "--title",
    default="Child sexual exploitation: what agencies know together",
    help="What stands above it.",
)
@click.option("--policy", metavar="FILE", type=PathWord(), help="YAML file: threshold, rounding, symbols. Without it: 1 to 5 are hidden as c.")  # fmt: skip
@click.option("--before", multiple=True, metavar="DIR", type=PathWord(), help="Folder of a profile, or of tables, that was released earlier. As often as needed.")  # fmt: skip
@click.option("--boundaries", metavar="FILE", type=PathWord(), help="GeoJSON of areas: a map, shaded by how many listed children live in each.")  # fmt: skip
@click.option("--postcodes", metavar="FILE", type=PathWord(), help="CSV that says in which of these areas each postcode lies, such as the ONS Postcode Directory.")  # fmt: skip
@click.option(
    "--licence", default="", help="What has to stand beside the boundaries. Default: as their file says."
)
@JSON
@finishes
def profile(
    folder: Path,
    out: Path,
    title: str,
    policy: Path | None,
    before: tuple[Path, ...],
    boundaries: Path | None,
    postcodes: Path | None,
    licence: str,
) -> Summary:
    """Draw up the problem profile of the run in DIR: HTML, PDF, a workbook, tidy CSV and pictures from one source.

    Small counts are hidden, and as little more as protects them, also against what was released BEFORE.

    \b
    Example:
      heard profile result --out profile --before last-year
    """
    if (boundaries is None) != (postcodes is None):
        raise NotDone("A map needs both: --boundaries FILE, and --postcodes FILE that says in which of its areas each postcode lies.")  # fmt: skip
    areas = read_areas(boundaries, postcodes, licence) if boundaries and postcodes else None
    with progress() as tell:
        found = draw_up(folder, out=out, title=title, policy=engine.read_policy(policy) if policy else None, before=before, areas=areas, progress=tell)  # fmt: skip
    return Summary(
        found.as_json,
        lambda console: _show(found, out, console),
        set_aside=bool(found.conflicts),
        where=f"The profile is in {out}.",
    )


def _show(found: ProfileSummary, out: Path, console: Console) -> None:
    for sentence in found.findings:
        console.print(sentence, soft_wrap=True)
    console.print(f"{found.cells:,} counts, {found.small:,} of them small; {found.hidden:,} hidden in all.")
    for conflict in found.conflicts:
        console.print(f"Does not add up with what was released before: {conflict}.", soft_wrap=True)
    console.print(f"Profile: {out / 'profile.html'}", soft_wrap=True, highlight=False)
