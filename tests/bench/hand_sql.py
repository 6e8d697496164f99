"""The list of children by the screen's own expression and by SQL written by hand, on the same observations.

Usage: python -m tests.bench.hand_sql OBSERVATIONS RUNS. Prints seconds and a digest of each answer.
"""

import hashlib
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from heard.engine import backend, screen, tables
from heard.knowledge import load

AS_OF = date(2026, 3, 31)
_SOURCES = 7
_MADE = f"""
    select 'source ' || (h % {_SOURCES}) as source, (h // 8 % (n // 8))::varchar as record_id,
        case when h % 5 = 0 then 'V' || lpad((h // 64 % 15 + 1)::varchar, 2, '0')
             else 'S' || lpad((h // 64 % 14 + 1)::varchar, 2, '0') end as item,
        case when h // 1024 % 20 = 0 then 'not_known' else 'seen' end as state,
        case when state = 'seen' then date '2026-03-31' - (h // 32768 % 1460)::integer end as seen_on,
        null::date as until, 'field' as field, 'direct' as strength, h // 4096 % 8 > 0 as counts, 'file' as file, 1::bigint as "row"
    from (select hash(i) // 2 as h, $n as n from range($n) t(i))
"""
_BY_HAND = """
    with counting as (
        select person, agency, item, seen_on from observed
        where state = 'seen' and counts and item like 'S%' and seen_on > date '2025-03-31' and seen_on <= date '2026-03-31'
    ), listed as (
        select person, list_sort(list(distinct item)) as signs, list_sort(list(distinct agency)) as agencies,
            min(seen_on) as first_seen, max(seen_on) as last_seen
        from counting group by person having count(distinct item) >= 3
    ), most as (
        select person, max(n) as most from
            (select person, agency, count(distinct item) as n from counting group by person, agency) group by person
    ), silent as (
        select person, list_sort(list(distinct item)) as not_known from
            (select person, item from observed where state = 'not_known' and item like 'S%') o
            anti join counting c using (person, item) group by person
    ), vulnerable as (
        select person, list_sort(list(distinct item)) as vulnerabilities from observed
        where state = 'seen' and item like 'V%' and (seen_on is null or seen_on <= date '2026-03-31') group by person
    )
    select person, signs, agencies, most < 3 as scattered, first_seen, last_seen,
        coalesce(not_known, []) as not_known, coalesce(vulnerabilities, []) as vulnerabilities
    from listed join most using (person) left join silent using (person) left join vulnerable using (person)
"""


def main(observations: int, runs: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_run(folder, observations)
        with backend.engine(folder) as engine:
            release = load.current()
            seen = screen._observed(engine, release)

            def by_screen() -> pa.Table:
                counting = engine.keep("counting", screen._counting(seen, AS_OF, release))
                return screen._children(engine, seen, counting, AS_OF, release).to_pyarrow()

            _report("screen", by_screen, runs)
            connection = duckdb.connect()
            connection.register("arrow_rows", seen.to_pyarrow())
        connection.execute("create table observed as select * from arrow_rows")
        _report("by hand", lambda: connection.execute(_BY_HAND).to_arrow_table(), runs)


def _report(name: str, answer: Callable[[], Any], runs: int) -> None:
    times, rows = [], None
    for _ in range(runs):
        began = time.perf_counter()
        rows = answer()
        times.append(time.perf_counter() - began)
    assert rows is not None
    print(f"{name}\t{min(times):.3f}\t{rows.num_rows}\t{_digest(rows)}")


def _digest(rows: pa.Table) -> str:
    names = sorted(rows.column_names)
    text = "\n".join(repr(row) for row in rows.select(names).sort_by("person").to_pylist())
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _write_run(folder: Path, observations: int) -> None:
    """A run's tables with this many observations on an eighth as many records."""
    connection = duckdb.connect()
    made = connection.execute(_MADE, {"n": observations}).to_arrow_table()
    connection.register("made", made)
    keys = connection.execute("select distinct source, record_id from made").to_arrow_table()
    connection.register("keys", keys)
    persons = connection.execute("select source, record_id, record_id as person from keys").to_arrow_table()
    backend.write(folder, tables.OBSERVATIONS, made)
    backend.write(folder, tables.IDENTITIES, persons)
    backend.write(folder, tables.RECORDS, _records(keys))
    coverage = {c.name: pa.array([], c.type) for c in tables.COVERAGE.columns}
    backend.write(folder, tables.COVERAGE, pa.table(coverage))


def _records(keys: pa.Table) -> pa.Table:
    given = {
        "source": keys["source"],
        "record_id": keys["record_id"],
        "agency": keys["source"],
        "file": keys["source"],
    }
    columns = {c.name: given.get(c.name, pa.nulls(len(keys), c.type)) for c in tables.RECORDS.columns}
    return pa.table(columns)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
