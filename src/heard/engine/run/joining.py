"""How the records of one child came together: which, in which order, and by what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import rustworkx as rx

from heard.engine import backend, tables
from heard.engine.link.waterfall import Record
from heard.engine.run import folder as folders
from heard.engine.tables import NotDone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


class Joined(NamedTuple):
    """Two records of one child, each as (source, record_id), and what joined them: words of `tables.LINKS`, without any value."""

    left: Record
    right: Record
    why: str


class Together(NamedTuple):
    """The records of one child in the order of their sources, and the links that join them, surest first: one fewer than the
    records, unless people joined what the records do not. `waiting`: pairs with records of others that wait for a person."""

    records: list[Record]
    links: list[Joined]
    waiting: int


def joined(folder: Path, person: str) -> Together:
    """`person`: a key of `tables.IDENTITIES`. Raises `NotDone` where the run has no such child, `backend.WrongTable`."""
    if "link" not in folders.opened(folder)["steps"]:
        raise NotDone(f"{folder} says of no record yet whose it is. Link it first: heard link {folder}")
    members = _rows(folder, tables.IDENTITIES, pc.field("person") == person)
    records = sorted((row["source"], row["record_id"]) for row in members)
    if not records:
        raise NotDone(f"No child of {folder} has the key {person}. The keys stand in identities.parquet.")
    pairs = [row for row in _links(folder, records) if row["band"] != "apart"]
    own = set(records)
    inside = [row for row in pairs if _left(row) in own and _right(row) in own]
    return Together(records, _surest(records, inside), len(pairs) - len(inside))


def _surest(records: Sequence[Record], links: Iterable[dict[str, Any]]) -> list[Joined]:
    """Of several ways from one record to another the surest, as records are joined."""
    place = {record: index for index, record in enumerate(records)}
    ordered = sorted(links, key=lambda row: (-row["probability"], _left(row), _right(row)))
    graph: rx.PyGraph[None, int] = rx.PyGraph()
    graph.add_nodes_from([None] * len(records))
    graph.add_edges_from([(place[_left(row)], place[_right(row)], at) for at, row in enumerate(ordered)])
    chosen = sorted(at for _, _, at in rx.minimum_spanning_edges(graph, weight_fn=float))
    return [Joined(_left(ordered[at]), _right(ordered[at]), ordered[at]["why"]) for at in chosen]


def _links(folder: Path, records: Iterable[Record]) -> list[dict[str, Any]]:
    """Every pair with one of these records."""
    own = set(records)
    ids = pa.array(sorted({record_id for _, record_id in own}), pa.string())
    found = _rows(folder, tables.LINKS, pc.field("left_id").isin(ids) | pc.field("right_id").isin(ids))
    return [row for row in found if _left(row) in own or _right(row) in own]


def _rows(folder: Path, table: tables.Table, wanted: pc.Expression) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(
        backend.checked_path(folder, table), filters=wanted
    ).to_pylist()
    return found


def _left(row: dict[str, Any]) -> Record:
    return row["left_source"], row["left_id"]


def _right(row: dict[str, Any]) -> Record:
    return row["right_source"], row["right_id"]
