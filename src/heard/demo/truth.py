"""The truth behind the extracts: which record is which child, and what each child's records really show.

Two Parquet files beside the extracts, written in a stream. `heard demo score` and the tests read them; the engine never does.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from heard.demo.people import Person
from heard.demo.stories import Story

RECORDS_FILE, CHILDREN_FILE = "truth.parquet", "truth_children.parquet"
_RECORDS = pa.schema([("source", pa.string()), ("record_id", pa.string()), ("child", pa.string())])
_CHILDREN = pa.schema(
    [
        ("child", pa.string()),
        ("household", pa.string()),
        ("twin", pa.bool_()),
        ("story", pa.string()),
        (
            "planted",
            pa.bool_(),
        ),  # scattered: three or more counting signs in the window, no agency with three alone
        ("signs", pa.list_(pa.string())),  # distinct counting signs in the window
        ("agencies", pa.list_(pa.string())),  # that hold them
    ]
)
_BATCH = 20_000


class _Stream:
    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(path, schema)
        self._schema = schema
        self._rows: list[dict[str, object]] = []

    def write(self, *values: object) -> None:
        self._rows.append(dict(zip(self._schema.names, values, strict=True)))
        if len(self._rows) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        self._writer.write_table(pa.Table.from_pylist(self._rows, self._schema))
        self._rows.clear()

    def close(self) -> None:
        self._flush()
        self._writer.close()


class TruthFiles(AbstractContextManager["TruthFiles"]):
    def __init__(self, folder: Path) -> None:
        self._records = _Stream(folder / RECORDS_FILE, _RECORDS)
        self._children = _Stream(folder / CHILDREN_FILE, _CHILDREN)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._records.close()
        self._children.close()

    def record(self, source: str, record_id: str, person: Person) -> None:
        self._records.write(source, record_id, person.key)

    def child(self, person: Person, story: Story) -> None:
        self._children.write(
            person.key,
            person.household,
            person.twin,
            story.kind,
            story.planted,
            story.signs(),
            story.agencies(),
        )


@dataclass(frozen=True)
class Truth:
    """What a truth folder holds, in memory: about 300 bytes a record."""

    child_of: dict[tuple[str, str], str]
    household_of: dict[str, str]
    planted: frozenset[str]


def read_truth(folder: Path) -> Truth:
    """Raises FileNotFoundError where the folder was not written by `heard demo extracts`."""
    records = pq.read_table(folder / RECORDS_FILE).to_pydict()
    children = pq.read_table(folder / CHILDREN_FILE).to_pydict()
    keys = zip(records["source"], records["record_id"], strict=True)
    chosen = (child for child, planted in zip(children["child"], children["planted"], strict=True) if planted)
    return Truth(
        child_of=dict(zip(keys, records["child"], strict=True)),
        household_of=dict(zip(children["child"], children["household"], strict=True)),
        planted=frozenset(chosen),
    )
