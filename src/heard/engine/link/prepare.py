"""From records as written to records that can be compared: one form of each value, and no value that tells nothing.

Everything works on whole columns; only distinct names pass through Python.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from heard.engine.link import names
from heard.engine.link.guards import Facts

if TYPE_CHECKING:
    from collections.abc import Iterable

# A number under which more records stand than one child can have is a stand-in ("not known", "1111111111").
_MOST_RECORDS_OF_A_CHILD = 40
# A spelling that this many records share, and no less than this share of all, is a name and not a slip.
_USUAL_RECORDS, _USUAL_SHARE = 20, 1 / 1_500


def prepared(records: pa.Table, sources: pa.Table) -> pa.Table:
    """One row per record in the order of (source, record_id), whatever order they came in.

    Columns: key (row number), source, record_id, agency, keyed, local, nhs, nhs_valid, upn, upn_valid, birth
    (YYYYMMDD), born (date), sex, given, head, forms, family, parts, usual, postcode, district, and what tells that no
    other child could be meant: one_birth, one_initial.
    """
    rows = records.sort_by([("source", "ascending"), ("record_id", "ascending")])
    given, family = _through(rows["given_name"], names.plain), _through(rows["family_name"], names.plain)
    postcode = rows["postcode"]
    columns: dict[str, Any] = {
        "key": pa.array(range(len(rows)), pa.int64()),
        "source": rows["source"],
        "record_id": rows["record_id"],
        "agency": rows["agency"],
        "keyed": _keyed(rows["source"], sources),
        "local": _telling(_joined(rows["agency"], rows["local_id"])),
        "nhs": _telling(rows["nhs_number"]),
        "nhs_valid": pc.fill_null(rows["nhs_number_valid"], False),
        "upn": _telling(rows["upn"]),
        "upn_valid": pc.fill_null(rows["upn_valid"], False),
        "birth": pc.strftime(rows["birth_date"], "%Y%m%d"),
        "born": rows["birth_date"],
        "sex": rows["sex"],
        "given": given,
        "head": _through(given, lambda name: names.forms(name)[0]),
        "forms": _through(given, lambda name: list(names.forms(name)), pa.list_(pa.string())),
        "family": family,
        "parts": _through(family, lambda name: list(names.parts(name)), pa.list_(pa.string())),
        "usual": _usual(given),
        "postcode": postcode,
        "district": _through(postcode, lambda code: code.split(" ")[0]),
    }
    return _with_rivals(pa.table(columns))


def _with_rivals(rows: pa.Table) -> pa.Table:
    """Adds `one_birth`: all records of this name at this postcode have one birth date (so no parent of the same name),
    and `one_initial`: all of this family name, birth date and initial have one given name (so no such twin)."""
    initial = pc.utf8_slice_codeunits(rows["given"], 0, 1)
    full = pc.if_else(
        pc.greater(pc.utf8_length(rows["given"]), 1), rows["head"], pa.scalar(None, pa.string())
    )
    keyed = rows.select(["key", "head", "family", "postcode", "birth"])
    keyed = keyed.append_column("initial", initial).append_column("full", full)
    for name, by, of in (
        ("one_birth", ["head", "family", "postcode"], "birth"),
        ("one_initial", ["family", "birth", "initial"], "full"),
    ):
        known = keyed.filter(_all_valid(keyed, by))
        counts = known.group_by(by).aggregate([(of, "count_distinct")])
        single = counts.filter(pc.equal(counts[f"{of}_count_distinct"], 1)).select(by)
        sole = known.join(single, by, join_type="left semi")["key"]
        rows = rows.append_column(name, pc.is_in(rows["key"], value_set=sole.combine_chunks()))
    return rows


def _all_valid(rows: pa.Table, columns: list[str]) -> Any:
    mask = pc.is_valid(rows[columns[0]])
    for name in columns[1:]:
        mask = pc.and_(mask, pc.is_valid(rows[name]))
    return mask


def facts(rows: pa.Table) -> Iterable[Facts]:
    """The prepared rows as the guards take them."""
    wanted = ("key", "source", "keyed", "agency", "local", "nhs", "nhs_valid", "upn", "upn_valid")
    for row in rows.select([*wanted, "born", "sex", "given", "family", "usual"]).to_pylist():
        yield Facts(
            key=row["key"],
            source=row["source"],
            keyed=row["keyed"],
            agency=row["agency"],
            local_id=row["local"],
            nhs=row["nhs"] if row["nhs_valid"] else None,
            upn=row["upn"] if row["upn_valid"] else None,
            birth=row["born"],
            sex=row["sex"],
            given=row["given"],
            family=row["family"],
            usual=row["usual"],
        )


def _through(
    column: pa.ChunkedArray, change: Callable[[str], Any], kind: pa.DataType | None = None
) -> pa.ChunkedArray:
    """Changes each distinct value once. Null stays null."""
    coded = pc.dictionary_encode(pa.chunked_array([column.combine_chunks()]).combine_chunks())
    changed = pa.array([change(value) for value in coded.dictionary.to_pylist()], kind or pa.string())
    return pa.chunked_array([changed.take(coded.indices)])


def _keyed(source: pa.ChunkedArray, sources: pa.Table) -> pa.ChunkedArray:
    """Whether each record's source gives each child one key: so, unless it says otherwise."""
    loose = [s["source"] for s in sources.to_pylist() if s["keyed_by_child"] is False]
    return pc.invert(pc.is_in(source, value_set=pa.array(loose, pa.string())))


def _joined(left: pa.ChunkedArray, right: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(left, right, "\n")


def _telling(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column without the values that stand for so many records that they cannot mean one child."""
    counts = column.value_counts()
    many = counts.filter(pc.greater(counts.field("counts"), _MOST_RECORDS_OF_A_CHILD)).field("values")
    return pc.if_else(pc.is_in(column, value_set=many), None, column)


def _usual(given: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether a given name is a name in its own right: the list holds it, or many records do."""
    counts = given.value_counts()
    enough = max(_USUAL_RECORDS, int(len(given) * _USUAL_SHARE))
    common = set(counts.filter(pc.greater_equal(counts.field("counts"), enough)).field("values").to_pylist())
    usual = _through(given, lambda name: name in common or names.is_known(name), pa.bool_())
    return pc.fill_null(usual, False)
