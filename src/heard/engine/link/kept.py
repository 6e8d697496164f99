"""What a later run needs to compare only what is new: the weights, how usual each name was, and the pairs that were compared.

A pair of two records that are as they were says the same of them again, where weights and names count as they did. What it is
taken for is decided anew, since that depends on every other record (`bands`, `left_over`, `guards`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from heard.engine import backend, tables
from heard.engine.link import model

if TYPE_CHECKING:
    from pathlib import Path

    from heard.engine.backend import Engine

MODEL_FILE: Final = "model.json"
_RECORD: Final = ["source", "record_id"]
# Columns of prepared records by which they are compared, or chosen to be; others are made of these.
_COMPARED_BY: Final = (
    "agency", "local", "nhs", "nhs_valid", "upn", "upn_valid", "birth", "month", "year", "born", "sex", "given", "head", "first", "family",
    "postcode", "district", "street", "whole_name", "by_given", "by_family", "undated_whole_name",
)  # fmt: skip
_PAIR: Final = tuple(column.name for column in tables.COMPARED.columns)[2:]
_AS_SPLINK: Final = {name: "int32" for name in _PAIR if name.startswith("gamma_")}


class KeptRun(NamedTuple):
    """Of an earlier run: its model, and rows of `tables.PRINTS`, `tables.COMPARED` and `tables.NAME_SHARES`."""

    model: model.Model
    prints: pa.Table
    compared: pa.Table
    shares: pa.Table


class Fresh(NamedTuple):
    """What stands on an earlier run. `table`: prepared records, with whether each is `fresh`, new or changed; `pairs`: those of records
    that are not, as `model.compared` gives them; `notes`: sentences."""

    table: str
    pairs: Any
    notes: list[str]


def prints(prepared: Any, ids: Any) -> Any:
    """Rows of `tables.PRINTS`, of prepared records. `ids`: the record_id of each key."""
    told = [ibis.coalesce(prepared[name].cast("string"), "\x01") for name in _COMPARED_BY]
    print_ = ibis.literal("\n").join(told).hexdigest("sha256").left(20)
    return prepared.select("key", "source", print=print_).join(ids, "key").select("key", *_RECORD, "print")


def shares(engine: Engine, prepared: Any, before: KeptRun | None) -> Any:
    """Rows of `tables.NAME_SHARES`: of each name what share of the records has it, or had when the model was learned. A name that is new
    is as rare as the rarest was then."""
    now = ibis.union(*(_shares(prepared, field) for field in model.BY_RARITY))
    if before is None:
        return engine.keep("name_shares", now)
    then = engine.hold("name_shares_then", before.shares)
    least = pc.min(before.shares["share"]).as_py() or 1.0
    t = now.drop("share").left_join(then, ["field", "value"])
    return engine.keep("name_shares", t.select("field", "value", share=ibis.coalesce(t.share, least)))


def _shares(prepared: Any, field: str) -> Any:
    named = prepared.filter(prepared[field].notnull())
    counted = named.group_by(value=named[field]).agg(n=named.count())
    share = counted.n.cast("float64") / named.count().as_scalar()
    return counted.select(field=ibis.literal(field), value="value", share=share)


def fresh(engine: Engine, prepared: Any, now: Any, before: KeptRun) -> Fresh:
    """Which records are new or changed, and the pairs of all others. `now`: as `prints` gives them."""
    then = engine.hold("prints_then", before.prints)
    same = engine.keep("same", now.join(then.rename(was="key"), [*_RECORD, "print"]).select("key", "was"))
    known = same.select("key", known=ibis.literal(True))
    t = prepared.left_join(known, "key")
    engine.keep("prepared_fresh", t.mutate(fresh=t.known.isnull()).drop("known", "key_right"))
    pairs = engine.hold("compared_then", before.compared).cast(_AS_SPLINK)
    left, right = (same.select(**{side: "was", f"key_{side}": "key"}) for side in ("left", "right"))
    both = engine.keep("kept_pairs", pairs.join(left, "left").join(right, "right"))
    new = int(now.count().to_pyarrow().as_py()) - int(same.count().to_pyarrow().as_py())
    note = (
        "The weights are those that the run before learned from its records, and names count for as rare as they were then. "
        f"{new:,} records are new or changed: only pairs with one of them were compared, and the others are as they were."
    )
    return Fresh("prepared_fresh", _as_compared(both, prepared), [note])


def _as_compared(both: Any, prepared: Any) -> Any:
    """Pairs with what else of their records is wanted."""
    told = both.select(
        *_PAIR,
        key_l=ibis.least(both.key_left, both.key_right),
        key_r=ibis.greatest(both.key_left, both.key_right),
    )
    for side in "lr":
        more = prepared.select(
            **{f"key_{side}": "key"}, **{f"{name}_{side}": name for name in model.RETAINED}
        )
        told = told.join(more, f"key_{side}")
    return told


def write(engine: Engine, now: Any, shares: Any, compared: Any) -> None:
    """Writes the three tables. `now`: as `prints`, `shares`: as `shares`, `compared`: as `model.compared` gives them."""
    engine.write(tables.PRINTS, now.order_by("key"))
    engine.write(tables.NAME_SHARES, shares.order_by("field", "value"))
    rows = compared.select(*_PAIR, left="key_l", right="key_r").select(tables.COMPARED.schema.names)
    engine.write(tables.COMPARED, rows.order_by("left", "right"))


def model_of(folder: Path) -> model.Model:
    """The model of a linked run."""
    told = json.loads((folder / MODEL_FILE).read_text(encoding="utf-8"))
    return model.Model(told["settings"], trained=told["trained"])


def why_not_kept(folder: Path, *, households: bool) -> str | None:
    """Why a linked run kept nothing for one that compares only what is new. `households`: as that one is to be linked."""
    files = (MODEL_FILE, *(f"{table.name}.parquet" for table in _KEPT))
    if not all((folder / name).is_file() for name in files):
        return "It kept nothing of how it compared."
    if json.loads((folder / MODEL_FILE).read_text(encoding="utf-8"))["households"] != households:
        return "It was linked with other words about households."
    return None


def kept_in(folder: Path) -> KeptRun:
    """What a linked run kept for one that compares only what is new. Raises `backend.WrongTable` where it kept nothing."""
    return KeptRun(model_of(folder), *(backend.read(folder, table) for table in _KEPT))


_KEPT: Final = (tables.PRINTS, tables.COMPARED, tables.NAME_SHARES)
