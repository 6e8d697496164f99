"""How quick the list is, against SQL written by hand: `python -m tests.bench.screening [OBSERVATIONS]`.

Ten million observations of 1.25 million children by four agencies, in a run's Parquet files. Both sides read these files and
answer with the rows of `tables.CHILDREN` as Arrow, in one process and turn by turn; the quickest of several counts, and
a digest says whether the answers are the same. The SQL is DuckDB's, on the same threads and with the same memory; it takes
each short cut that Heard takes (sets of signs as bits, each record joined once).

"Who is listed" is the bare rule on one table with numbers for children: what a window costs by itself.
"""

from __future__ import annotations

import hashlib
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
from tests.bench.measure import machine, table

from heard.engine import backend, tables
from heard.engine.backend import bits
from heard.engine.backend.duck import connected
from heard.engine.screen import RULE, listing, windows
from heard.engine.screen.question import Question, Tables
from heard.knowledge import load

AS_OF = date(2026, 3, 31)
OBSERVATIONS = 10_000_000
TIMES = 3
AT_MOST = {"these twelve months": 1.2, "any twelve months": 1.5}

_MADE = """
    create table made as select
        'source ' || (child + a % 3) % 4 as source, 'R' || child as record_id,
        case when b % 5 = 0 then 'V' || lpad((c % 15 + 1)::varchar, 2, '0')
             else 'S' || lpad((c % 14 + 1)::varchar, 2, '0') end as item,
        case when d % 20 = 0 then 'not_known' else 'seen' end as state,
        case when state = 'seen' then date '2026-03-31' - (e % 1460)::integer end as seen_on,
        null::date as until, false as ongoing, 'field' as field, 'direct' as strength,
        item like 'S%' and f % 8 > 0 as counts, true as own_day, 'file' as file, 1::bigint as "row"
    from (select (hash(i) % ($n // 8))::bigint as child, hash(i, 1) as a, hash(i, 2) as b, hash(i, 3) as c,
                 hash(i, 4) as d, hash(i, 5) as e, hash(i, 6) as f from range($n) t(i))
"""
# Signs are bits 0 to 13 of a set, vulnerabilities the next fifteen.
_SEEN = """
    from observations join items using (item) join carriers using (source) join identities using (source, record_id)
    where state = 'seen' and counts and item < 'V' and seen_on <= date '2026-03-31'
"""
_THESE = f"""
    with held as (
        select person, agency, bit_or(flag) as held, min(seen_on) as first_seen, max(seen_on) as last_seen
        {_SEEN} and seen_on > date '2025-03-31'
        group by person, agency
    ),
    together as (
        select person, bit_or(held) as items, max(bit_count(held)) < 3 as scattered,
            min(first_seen) as first_seen, max(last_seen) as last_seen,
            date '2025-04-01' as window_first, date '2026-03-31' as window_last
        from held group by person having bit_count(bit_or(held)) >= 3
    ),
"""
_ANY = f"""
    with counting as materialized (
        select person, agency, flag, seen_on, (year(seen_on) * 12 + month(seen_on)) * 32 + day(seen_on) as nr {_SEEN}
    ),
    ends as (
        select person, min(nr) as ends from (
            select person, nr, bit_count(bit_or(flag) over (
                partition by person order by nr range between 383 preceding and current row)) as n from counting)
        where n >= 3 group by person
    ),
    held as (
        select person, agency, bit_or(flag) as held, min(seen_on) as first_seen, max(seen_on) as last_seen
        from counting join ends using (person) where nr between ends - 383 and ends group by person, agency
    ),
    worth as (select person, agency from counting group by person, agency having bit_count(bit_or(flag)) >= 3),
    alone as (
        select distinct person from (
            select person, bit_count(bit_or(flag) over (
                partition by person, agency order by nr range between 383 preceding and current row)) as n
            from counting semi join worth using (person, agency))
        where n >= 3
    ),
    listed as (
        select person, bit_or(held) as items, min(first_seen) as first_seen, max(last_seen) as last_seen
        from held group by person
    ),
    together as (
        select listed.*, alone.person is null as scattered,
            (last_seen - interval 12 month)::date + 1 as window_first, last_seen as window_last
        from listed left join alone using (person)
    ),
"""
_REST = """
    lives as (
        select person, max(birth_date) as born, min(died_on) as died
        from records join identities using (source, record_id) semi join together using (person) group by person
    ),
    young as (
        select together.* from together left join lives using (person)
        where not coalesce(died <= date '2026-03-31', false) and not coalesce(
            (year(born) * 12 + month(born)) * 32 + day(born)
                <= (year(window_last) * 12 + month(window_last)) * 32 + day(window_last) - 383 - 18 * 12 * 32, false)
    ),
    whom as (
        select * from young join (
            select person, list_sort(list(agency)) as agencies from held semi join young using (person) group by person
        ) using (person)
    ),
    members as (select source, record_id, person from identities semi join whom using (person)),
    said as (
        select person, bit_or(flag) filter (state = 'not_known') as empty, bit_or(flag) filter (state = 'seen') as vulnerable
        from observations join items using (item) join members using (source, record_id)
        where (state = 'not_known' and item < 'V')
            or (state = 'seen' and item > 'V' and (seen_on is null or seen_on <= date '2026-03-31'))
        group by person
    ),
    lacking as (select person, bit_or(absent) as absent from members join carriers using (source) group by person),
    answer as (
        select whom.*, (coalesce(empty, 0) | coalesce(absent, 0)) & 16383 & ~items as not_known,
            coalesce(vulnerable, 0) as vulnerable
        from whom left join said using (person) left join lacking using (person)
    ),
    sets as (
        select items, list_transform(list_filter(range(29), i -> (items >> i) & 1 = 1),
            i -> case when i < 14 then 'S' || lpad((i + 1)::varchar, 2, '0') else 'V' || lpad((i - 13)::varchar, 2, '0') end) as list
        from (select items from answer union select not_known from answer union select vulnerable from answer) a(items)
    )
    select person, s.list as signs, agencies, scattered, first_seen, last_seen, window_first, window_last,
        n.list as not_known, v.list as vulnerabilities
    from answer join sets s on s.items = answer.items join sets n on n.items = answer.not_known
        join sets v on v.items = answer.vulnerable
    order by person
"""
_BARE = {
    False: """
        select child, bit_count(bit_or(flag)) as n from events
        where seen_on > date '2025-03-31' and seen_on <= date '2026-03-31' group by child having n >= 3
    """,
    True: """
        select child, min(nr) as ends from (
            select child, nr, bit_count(bit_or(flag) over (
                partition by child order by nr range between 383 preceding and current row)) as n from events)
        where n >= 3 group by child
    """,
}


def measure(observations: int = OBSERVATIONS) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = _write_run(folder, observations)
        rows = [row for any_window in (False, True) for row in _compared(folder, any_window)]
    head = ("", "children", "Heard s", "by hand s", "times", "at most", "digests")
    table(f"The list from {made}, best of {TIMES}", head, rows)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {machine()}; both sides together, with the answers compared, took {peak:,.0f} MB at the peak.")


def _compared(folder: Path, any_window: bool) -> list[tuple[str, ...]]:
    kind = "any twelve months" if any_window else "these twelve months"
    with backend.engine(folder) as engine:
        question = Question(load.current(), load.current().rule(RULE), AS_OF, any_window)
        hand = _by_hand(folder)
        sql = (_ANY if any_window else _THESE) + _REST

        def ours() -> pa.Table:
            read = Tables(engine, question)
            return listing.children(read, question, listing.whom(read, question)[0])

        whole = _turn_by_turn(ours, lambda: hand.execute(sql).to_arrow_table())
        events = engine.keep("events", _events(engine, question))
        hand.register("rows", events.to_pyarrow())
        hand.execute("create table events as select * from rows")
        hand.unregister("rows")
        bare = _turn_by_turn(
            lambda: _who(events, question).to_pyarrow(),
            lambda: hand.execute(_BARE[any_window]).to_arrow_table(),
        )
        hand.close()
    return [_row(f"the whole list, {kind}", whole, kind), _row(f"who is listed, {kind}", bare, kind)]


def _row(what: str, found: tuple[float, float, pa.Table, pa.Table], kind: str) -> tuple[str, ...]:
    ours, by_hand, answer, other = found
    digests = (_digest(answer), _digest(other))
    same = f"both {digests[0]}" if digests[0] == digests[1] else f"NOT the same: {digests}"
    return (what, f"{len(answer):,}", f"{ours:.2f}", f"{by_hand:.2f}", f"{ours / by_hand:.2f}", f"{AT_MOST[kind]}", same)  # fmt: skip


def _turn_by_turn(
    ours: Callable[[], pa.Table], by_hand: Callable[[], pa.Table]
) -> tuple[float, float, pa.Table, pa.Table]:
    """The quickest of each, and the answers. What else the machine does meanwhile meets both."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(TIMES):
        answers = []
        for one, took in zip((ours, by_hand), times, strict=True):
            began = time.perf_counter()
            answers.append(one())
            took.append(time.perf_counter() - began)
    return min(times[0]), min(times[1]), answers[0], answers[1]


def _events(engine: backend.Engine, question: Question) -> Any:
    """One row for each time that a child was seen with something that counts: child (a number), flag, seen_on, at."""
    read = Tables(engine, question)
    seen = read.observations.filter(lambda t: (t.state == "seen") & t.counts & t.item.isin(question.counted))
    rows = read.with_marks(seen).mutate(child=ibis._.record_id.substr(1).cast("int64"))
    return rows.select("child", "seen_on", flag="mark", nr=windows.ordinal(rows.seen_on))


def _who(events: Any, question: Question) -> Any:
    if question.any_window:
        return windows.first_windows(events.rename(mark="flag", at="nr"), ["child"], question.rule)
    seen = events.filter((events.seen_on > question.start) & (events.seen_on <= question.as_of))
    found = seen.group_by("child").agg(n=bits.size(bits.union(seen.flag)))
    return found.filter(found.n >= question.rule.at_least)


def _by_hand(folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection with the run's files as views, set up as the engine's own."""
    hand = connected(folder / ".overflow-by-hand")
    for name in ("observations", "identities", "records"):
        hand.execute(f"create view {name} as select * from '{folder / name}.parquet'")
    hand.execute("""
        create table items as
            select 'S' || lpad((i + 1)::varchar, 2, '0') as item, 1::bigint << i as flag from range(14) t(i)
            union all select 'V' || lpad((i + 1)::varchar, 2, '0'), 1::bigint << (i + 14) from range(15) t(i)
    """)
    hand.execute(f"""
        create table carriers as select source, any_value(agency) as agency,
            coalesce(bit_or(flag) filter (state = 'absent'), 0) as absent
        from '{folder}/coverage.parquet' join items using (item) group by source
    """)
    return hand


def _digest(rows: pa.Table) -> str:
    """Of the answer with its columns and rows in order."""
    names = sorted(rows.column_names)
    key = "person" if "person" in names else "child"
    hashed = hashlib.sha256()
    for batch in rows.select(names).sort_by(key).to_batches(max_chunksize=50_000):
        hashed.update("\n".join(map(repr, batch.to_pylist())).encode())
    return hashed.hexdigest()[:12]


def _write_run(folder: Path, observations: int) -> str:
    """A run's tables with this many observations; says what they hold."""
    connection = duckdb.connect()
    connection.execute(_MADE, {"n": observations})
    backend.write(folder, tables.OBSERVATIONS, connection.execute("from made").to_arrow_table())
    connection.execute("create table keys as select distinct source, record_id from made")
    people = "select source, record_id, left(sha256(record_id), 20) as person from keys order by all"
    backend.write(folder, tables.IDENTITIES, connection.execute(people).to_arrow_table())
    connection.register("no_records", tables.RECORDS.schema.empty_table())
    records = """
        from no_records union all by name
        select source, record_id, replace(source, 'source', 'agency') as agency, 'file' as file, 1::bigint as "row",
            date '2026-03-31' - (hash(record_id) % 7300)::integer as birth_date,
            case when hash(record_id, 1) % 500 = 0 then date '2026-03-31' - (hash(record_id, 2) % 400)::integer end as died_on
        from keys
    """
    backend.write(folder, tables.RECORDS, connection.execute(records).to_arrow_table())
    count = connection.execute("select count(distinct record_id), count(*) from keys").fetchall()[0]
    connection.close()
    backend.write(folder, tables.SOURCES, pa.Table.from_pylist([
        {"source": f"source {i}", "agency": f"agency {i}", "kind": "csv", "read": 1, "kept": 1, "set_aside": 0, "issues": 0}
        for i in range(4)], schema=tables.SOURCES.schema))  # fmt: skip
    backend.write(folder, tables.COVERAGE, pa.Table.from_pylist([
        {"source": f"source {i}", "agency": f"agency {i}", "item": f"S{j:02}", "state": "collected" if (i + j) % 3 else "absent"}
        for i in range(4) for j in range(1, 15)], schema=tables.COVERAGE.schema))  # fmt: skip
    return f"{observations:,} observations of {count[0]:,} children in {count[1]:,} records"


if __name__ == "__main__":
    print(machine())
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else OBSERVATIONS)
