"""A chart that somebody of the police drew, brought in and half looked at."""

from __future__ import annotations

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from heard.graph.exchange import actions, queries
from heard.graph.exchange.reading import read
from heard.network.queries import web

if TYPE_CHECKING:
    from uuid import UUID

    from heard.demo.life.world import World

_AGO = 3  # days
_FILE = "car-park-chart.csv"


def bring_a_chart(world: World, known: dict[str, UUID]) -> None:
    """Two names are said to be who they are and one row is accepted; the others are proposals."""
    by = world.coordinator
    named = web(by).called(*(known[name] for name in ("dean", "kim", "arcade")))
    dean, kim, arcade = (str(named[known[name]]) for name in ("dean", "kim", "arcade"))
    text = (
        "first,tie,second,words,since\n"
        f"{dean},goes about with,{kim},Seen together outside the arcade on two evenings,last month\n"
        f"{kim},is seen at,{arcade},On the evening walk,\n"
        f"{dean},uses,AB1? CDE,A silver car of which one letter was not seen,\n"
        f"{dean},works for,Lee Alder,Said by somebody who did not want to be named,\n"
        f"{dean},is seen at,,,\n"
    )
    given = actions.Given(
        from_whom="Analyst of the police, town team",
        why="For the next mapping meeting: what the town team drew of the evenings at the arcade",
        reach="ends",
        source_grade="1",
        known_grade="C",
        handling="P",
    )
    with world.on(world.ago(_AGO)), TemporaryDirectory() as folder:
        path = Path(folder) / _FILE
        path.write_text(text, encoding="utf-8")
        digest = hashlib.sha256(text.encode()).hexdigest()
        chart = actions.bring_in(by=by, file_name=_FILE, digest=digest, read=read(path), given=given)
        meant = {dean: known["dean"], kim: known["kim"]}
        for name in queries.names_to_say(by, chart).filter(text__in=meant):
            if any(one.key == meant[name.text] for one in queries.may_be(by, name)):
                actions.say_who(by=by, name_id=name.pk, node_id=meant[name.text])
        first = queries.rows_of(by, chart).get(number=1)
        actions.accept(by=by, chart_id=chart.pk, row_ids=[first.pk])
