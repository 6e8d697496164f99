"""The problem profile of a run: counted by `profile`, hidden by `publish`, written whole into a folder of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from heard.engine import profile, publish
from heard.engine.profile import writing
from heard.engine.run import folder as folders
from heard.engine.run import plainly
from heard.engine.screen import RULE, window_start
from heard.engine.tables import NotDone
from heard.knowledge import load

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pyarrow as pa

    from heard.engine.tables import Progress


@dataclass(frozen=True)
class ProfileSummary:
    """What was drawn up. `tables`: their names; `cells`: counts in them, `small` and `hidden` of these; `excess`: by how much,
    at most, less might be hidden. `conflicts`: what does not add up with what was released before, in words."""

    title: str
    as_of: date
    release: str
    children: int
    tables: list[str]
    cells: int
    small: int
    hidden: int
    excess: float
    findings: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "as_of": self.as_of.isoformat(), "excess": round(self.excess, 4)}


def draw_up(
    folder: Path,
    *,
    out: Path,
    title: str,
    policy: publish.Policy | None = None,
    before: Sequence[Path] = (),
    missing: pa.Table | None = None,
    patterns: pa.Table | None = None,
    around: pa.Table | None = None,
    harm: pa.Table | None = None,
    areas: profile.Areas | None = None,
    progress: Progress | None = None,
) -> ProfileSummary:
    """Draws up the profile of the run in `folder` as files in `out`, small counts hidden, and replaces an earlier one there.

    `before`: folders of tables that were ever released; nothing is shown that gives a small count away together with them.
    `missing`, `patterns`, `around`, `harm`: rows of `tables.MISSING_EPISODES`, `tables.PATTERNS_RECORDED`, `tables.PATTERNS_AROUND` and
    `tables.HARM_RECORDED`, which a run does not hold.
    `areas`: by which places are counted, too, and drawn as a map.
    Raises `NotDone`: the run is not screened, or an outsider could work out small counts, with their cells named.
    """
    policy, tell = policy or publish.Policy(), progress or (lambda text, share: None)
    told = _screened(folder)
    _refuse_other(out)
    asked = replace(_asked(told, policy), areas=areas)
    with plainly():
        counted = profile.count(
            folder, asked, missing=missing, patterns=patterns, around=around, harm=harm, progress=tell
        )
        tell("Choosing what to hide", None)
        earlier = [publish.read_table(path) for one in before for path in tables_in(one)]
        hidden = hide(counted, policy, earlier)
        printed = shown(counted, hidden, policy, earlier)
        drawn = profile.compose(folder, printed, asked, title=title, hiding=hiding(policy), told=told)
        with folders.fresh(out) as place:
            profile.write(drawn, place, tell)
    return ProfileSummary(
        title=title,
        as_of=asked.as_of,
        release=asked.release.id,
        children=told["steps"]["screen"]["children"],
        tables=[table.name for table in drawn.tables],
        cells=hidden.cells,
        small=hidden.small,
        hidden=hidden.hidden,
        excess=hidden.excess,
        findings=list(drawn.findings),
        conflicts=publish.check([*earlier, *map(_true, drawn.tables)], policy).conflicts if earlier else [],
    )


def check_again(folder: Path, *, before: Sequence[Path]) -> publish.Checked:
    """The attack on the tables of a profile in `folder`, with all that were released before, each by the policy by which it
    was published: its tables say which. Raises `NotDone`."""
    paths = [path for one in (*before, folder) for path in tables_in(one)]
    return publish.check_files(paths, publish.Policy())


def _screened(folder: Path) -> dict[str, Any]:
    told = folders.opened(folder)
    if "screen" not in told["steps"]:
        raise NotDone(f"{folder} is not screened yet. Do so first: heard screen {folder}")
    return told


def _refuse_other(out: Path) -> None:
    if not out.is_dir() or not any(out.iterdir()):
        return
    try:
        made_by = json.loads((out / f"{writing.NAME}.json").read_text("utf-8")).get("made_by")
    except (OSError, ValueError, AttributeError):
        made_by = None
    if made_by != writing.MADE_BY:
        raise NotDone(
            f"{out} holds something else than a profile, so it is left alone. Name a new or empty folder."
        )


def _asked(told: dict[str, Any], policy: publish.Policy) -> profile.PeriodToCount:
    release, as_of = load.release(told["release"]), date.fromisoformat(told["as_of"])
    rule = release.rule(RULE)
    first = window_start(as_of, rule.window_months) + timedelta(days=1)
    if told["steps"]["screen"]["children"] <= policy.threshold:
        raise NotDone("So few children are known to this run that no profile of them can be published.")
    any_window = bool(told["steps"]["screen"].get("any_window"))
    return profile.PeriodToCount(first, as_of, release, rule, policy.threshold, any_window)


def hiding(policy: publish.Policy) -> profile.Hiding:
    return profile.Hiding(
        policy.words, policy.threshold, policy.hidden, policy.rounded_to({}), policy.as_told()
    )


def tables_in(folder: Path) -> Iterable[Path]:
    """The tables of a profile, or of any folder of CSV files."""
    inner = folder / writing.TABLES
    found = sorted((inner if inner.is_dir() else folder).glob("*.csv"))
    if not found:
        raise NotDone(f"{folder} holds no table in CSV. Name a folder of tables that were released.")
    return found


def _true(table: profile.Tidy) -> publish.Table:
    """As `publish` takes it: with what is printed of each cell, or its true count."""
    layout = publish.Layout(dict(table.dimensions), exhaustive=table.adds_up, about=table.about)
    rows = (
        publish.CountsRow(number, dict(cell.places), {name: len(cell.at(name)) for name in table.dimensions},
                    {"count": cell.text or str(cell.count)})
        for number, cell in enumerate(table.cells, start=1)
    )  # fmt: skip
    return publish.Table(table.name, layout, tuple(rows))


def hide(
    counted: Sequence[profile.Tidy], policy: publish.Policy, earlier: Sequence[publish.Table]
) -> publish.Printed:
    """The counts that a reader looks for first are shown where that can be done at all."""
    true = [_true(one) for one in counted]
    for wanted in sorted({cell.wanted for table in counted for cell in table.cells} - {0}, reverse=True):
        try:
            return publish.hide(true, policy, [*earlier, *_as_if_released(counted, policy, wanted)])
        except NotDone:
            continue
    return publish.hide(true, policy, [*earlier, *_as_if_released(counted, policy, 0)])


def shown(
    counted: Sequence[profile.Tidy],
    hidden: publish.Printed,
    policy: publish.Policy,
    earlier: Sequence[publish.Table],
) -> list[profile.Tidy]:
    """The tables as they are printed. Of what is hidden the range stands with it that anybody finds who reckons with all that was
    ever published: to say it gives nothing away."""
    texts = {one.name: [row["count"] for row in hidden.texts[one.name]] for one in counted}
    tables = [_true(one.printed(texts[one.name])) for one in counted]
    limits = publish.limits([*earlier, *tables], policy)
    return [
        one.printed(texts[one.name], (limits.get(key) for key in table.keys))
        for one, table in zip(counted, tables, strict=True)
    ]


def _as_if_released(
    counted: Sequence[profile.Tidy], policy: publish.Policy, wanted: int
) -> Iterable[publish.Table]:
    """What everybody knows as if it had been shown before, exactly, what is wanted down to `wanted` too, and what tells of few
    children as if it had been hidden."""
    exact = replace(policy, rounding=())
    for table in counted:
        true, rows = _true(table), []
        for row, cell in zip(true.rows, table.cells, strict=True):
            if cell.few:
                rows.append(replace(row, texts={"count": policy.hidden}))
            elif cell.known or (0 < cell.wanted <= wanted and not policy.is_small(cell.count)):
                rows.append(row)
        if rows:
            layout = replace(true.layout, policy=exact)
            yield publish.Table(f"{table.name}, known", layout, tuple(rows))
