"""Annual reports: that of the year that ended last, released by two, and the one of the year before, which is being written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from heard.board.annual import actions, rules
from heard.insight.release.actions import release_profile

if TYPE_CHECKING:
    from heard.demo.life.world import World

DRAFTED_BY: Final = "helen.burrows"


def report(world: World, told: dict[str, Any]) -> None:
    last = rules.years(today=world.today)[0]
    released = _write(world, last, told["released"]["texts"])
    released = actions.put_up_report(by=world.users[DRAFTED_BY], annual_report_id=released.pk)
    assert released.put_up_as is not None
    for who, why in told["released"]["by"].items():
        release_profile(by=world.users[who], profile_id=released.put_up_as.pk, reason=why)
    _write(world, last.before, told["written"]["texts"])


def _write(world: World, year: rules.Year, texts: list[tuple[str, str, str]]) -> Any:
    drafted = actions.draft_report(by=world.users[DRAFTED_BY], first=year.first, policy="department")
    for who, part, text in texts:
        actions.write_text(by=world.users[who], annual_report_id=drafted.pk, part=part, text=text)
    return drafted
