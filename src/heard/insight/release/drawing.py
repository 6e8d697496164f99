"""Drawing a profile up: what the engine is told, and where it writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import pyarrow as pa
from django.conf import settings

from heard.agencies.rules import Hidden
from heard.engine import tables
from heard.engine.profile import Areas, read_areas
from heard.engine.publish import policy_of
from heard.engine.run.profile import draw_up
from heard.engine.screen import window_start
from heard.engine.tables import NotDone
from heard.insight.release import queries
from heard.insight.release.rules import Episodes
from heard.insight.run.queries import has_result, release_of

if TYPE_CHECKING:
    from heard.insight.release.models import Profile


_NONE_NOTED: Final = (
    "Nobody noted in Heard that a child was missing in these months, so that a profile would say of every month that none was. "
    "Draw it up with the episodes in the agencies’ records."
)


def draw(profile: Profile, *, progress: Callable[[str, float | None], None]) -> date:
    """Writes the profile into its folder, beside everything that was ever released. The day up to which it counts.

    Raises `Hidden` where whoever asked may not read the run any more, and the engine's `NotDone`.
    """
    user, run = profile.author, profile.run
    if run is None or not has_result(user, run):
        raise Hidden
    as_of = date.fromisoformat(run.summary["as_of"])
    outside = window_start(as_of, release_of(run).rule("three_signs").window_months)
    time = {"since": outside + timedelta(days=1), "until": as_of}
    episodes = queries.missing_episodes(user, **time) if profile.episodes == Episodes.OF_HEARD else None
    if episodes == []:
        raise NotDone(_NONE_NOTED)
    patterns, around = queries.patterns_recorded(user, **time), queries.patterns_around(user, **time)
    harm = queries.harm_recorded(user, **time)
    drawn = draw_up(
        run.result,
        out=profile.folder,
        title=profile.title,
        policy=policy_of(profile.policy, f"The policy of {profile.title}"),
        before=[profile.folder for profile in queries.ever_released(user)],
        missing=None if episodes is None else _as_table(tables.MISSING_EPISODES, episodes),
        patterns=_as_table(tables.PATTERNS_RECORDED, patterns) if patterns else None,
        around=_as_table(tables.PATTERNS_AROUND, around) if around else None,
        harm=_as_table(tables.HARM_RECORDED, harm) if harm else None,
        areas=_areas(),
        progress=progress,
    )
    return drawn.as_of


def _areas() -> Areas | None:
    """The areas whose boundaries lie in the folder of areas; null where none do. Raises `NotDone`."""
    boundaries, postcodes = (sorted(settings.AREAS.glob(f"*.{end}")) for end in ("geojson", "csv"))
    if not boundaries:
        return None
    if len(boundaries) > 1 or len(postcodes) != 1:
        raise NotDone(_NOT_ONE)
    return read_areas(boundaries[0], postcodes[0])


_NOT_ONE: Final = (
    "The folder of areas has to hold one GeoJSON file and one CSV file, so that nobody takes one map for another. Ask whoever looks after this "
    "machine."
)


def _as_table(table: tables.Table, rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=table.schema)
