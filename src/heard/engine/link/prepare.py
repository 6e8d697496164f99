"""From records as written to records that can be compared: one form of each value, and no value that tells nothing.

Everything works on whole columns; only distinct names pass through Python.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from heard.engine.link import lending, names
from heard.engine.link.guards import Facts
from heard.engine.tables import ROW_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable

# A number under which more records stand than one child can have is a stand-in ("not known", "1111111111").
_MOST_RECORDS_OF_A_CHILD = 40
# A spelling that this many families have, and no less than this share of all records, is a name and not a slip.
_USUAL_FAMILIES, _USUAL_SHARE = 4, 1 / 5_000


def prepared(records: pa.Table, sources: pa.Table) -> pa.Table:
    """One row per record in the order of (source, record_id), whatever order they came in.

    Columns: key (row number), source, record_id, agency, keyed, local, nhs, nhs_valid, upn, upn_valid, birth
    (YYYYMMDD), born (date), sex, given, head, forms, family, parts, usual, postcode, district, street, ethnicity (as given),
    marked (accents or an apostrophe in a name), and what tells that no other child could be meant: one_birth, one_initial, one_given, namesakes. Names may be `lent`.
    """
    rows = records.sort_by([("source", "ascending"), ("record_id", "ascending")])
    given, family = _through(rows["given_name"], names.plain), _through(rows["family_name"], names.plain)
    postcode = rows["postcode"]
    columns: dict[str, Any] = {
        "key": pa.array(range(len(rows)), pa.int64()),
        "source": rows["source"],
        "record_id": rows["record_id"],
        "agency": rows["agency"],
        "keyed": _keyed(rows, sources),
        "local": _telling(_own_numbers(rows)),
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
        "usual": _usual(given, family),
        "postcode": postcode,
        "district": _through(postcode, lambda code: code.split(" ")[0]),
        "street": _through(rows["address"], names.plain_address),
        "ethnicity": rows["ethnicity"],
        "marked": pc.or_(*(_marked(rows[name]) for name in ("given_name", "family_name"))),
    }
    return _with_rivals(lending.with_lent_names(pa.table(columns)), sources)


def _with_rivals(rows: pa.Table, sources: pa.Table) -> pa.Table:
    """Adds who else could be meant.

    `one_birth`: all records of this name at this postcode have one birth date, and this one's source holds children
    only (so no parent of the same name). `one_initial`: all of this family name, birth date and initial have one given
    name (so no such twin), and for `one_given` all of this family name, birth date and postcode. `namesakes`: birth
    dates that this name has anywhere.
    """
    full = pc.if_else(
        pc.greater(pc.utf8_length(rows["given"]), 1), rows["head"], pa.scalar(None, pa.string())
    )
    rows = rows.append_column("initial", pc.utf8_slice_codeunits(rows["given"], 0, 1)).append_column(
        "full", full
    )
    births = _distinct(rows, ["head", "family", "postcode"], "birth")
    one_birth = pc.and_(
        pc.equal(births, 1), pc.or_(pc.is_valid(rows["birth"]), _children_only(rows, sources))
    )
    rivals = {
        "one_birth": one_birth,
        "one_initial": pc.equal(_distinct(rows, ["family", "birth", "initial"], "full"), 1),
        "one_given": pc.equal(_distinct(rows, ["family", "birth", "postcode"], "full"), 1),
        "namesakes": _distinct(rows, ["head", "family"], "birth"),
    }
    for name, column in rivals.items():
        rows = rows.append_column(name, column)
    return rows.drop_columns(["initial", "full"])


def _distinct(rows: pa.Table, by: list[str], of: str) -> pa.ChunkedArray:
    """Per row, how many values of `of` the rows hold that are the same in `by`; 0 where one of these is null.
    Lent names count for nobody."""
    known = rows.filter(pc.and_(_all_valid(rows, by), pc.invert(rows["lent"]))).select([*by, of])
    counts = known.group_by(by).aggregate([(of, "count_distinct")])
    joined = rows.select(["key", *by]).join(counts, by, join_type="left outer").sort_by("key")
    return pc.fill_null(joined[f"{of}_count_distinct"], 0)


def _children_only(rows: pa.Table, sources: pa.Table) -> pa.ChunkedArray:
    """Whether each record's source holds nobody who had come of age when it ends."""
    ends = {s["source"]: s["last_date"] for s in sources.to_pylist() if s["last_date"]}
    eldest = rows.group_by("source").aggregate([("born", "min")]).to_pylist()
    mixed = [e["source"] for e in eldest if _of_age(e["born_min"], ends.get(e["source"]))]
    return pc.invert(pc.is_in(rows["source"], value_set=pa.array(mixed, pa.string())))


def _of_age(born: date | None, on: date | None) -> bool:
    """Whether somebody was 20 or older on a day: older than any child, whatever the slip. Unknown counts as so."""
    return born is None or on is None or on.year - born.year >= 20


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


def _marked(names_as_written: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether a name has an apostrophe, or a letter that is not plain."""
    return pc.fill_null(pc.match_substring_regex(names_as_written, "[^ -~]|['`]"), False)


def _keyed(records: pa.Table, sources: pa.Table) -> pa.ChunkedArray:
    """Whether no other record of its source is the same child: so, unless the source or the record's key says otherwise."""
    loose = [s["source"] for s in sources.to_pylist() if s["keyed_by_child"] is False]
    by_source = pc.is_in(records["source"], value_set=pa.array(loose, pa.string()))
    return pc.invert(pc.or_(by_source, pc.starts_with(records["record_id"], ROW_KEY)))


def _own_numbers(rows: pa.Table) -> pa.ChunkedArray:
    """The agency and its own number, in one case and without noughts before it: 00123 is 123. As written where one source
    has both spellings, for then they are two numbers."""
    spelt = _through(rows["local_id"], lambda number: number.casefold().lstrip("0") or "0")
    plain = _joined(rows["agency"], spelt)
    each = pa.table({"source": rows["source"], "plain": plain, "written": rows["local_id"]})
    spellings = each.group_by(["source", "plain"]).aggregate([("written", "count_distinct")])
    two = spellings.filter(pc.greater(spellings["written_count_distinct"], 1))["plain"].combine_chunks()
    return pc.if_else(pc.is_in(plain, value_set=two), _joined(rows["agency"], rows["local_id"]), plain)


def _joined(left: pa.ChunkedArray, right: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(left, right, "\n")


def _telling(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column without the values that stand for so many records that they cannot mean one child."""
    counts = column.value_counts()
    many = counts.filter(pc.greater(counts.field("counts"), _MOST_RECORDS_OF_A_CHILD)).field("values")
    return pc.if_else(pc.is_in(column, value_set=many), None, column)


def _usual(given: pa.ChunkedArray, family: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether a given name is a name in its own right: the list holds it, or children of several families do."""
    counts = (
        pa.table({"given": given, "family": family})
        .group_by("given")
        .aggregate([("family", "count_distinct")])
    )
    enough = max(_USUAL_FAMILIES, int(len(given) * _USUAL_SHARE))
    several = counts.filter(pc.greater_equal(counts["family_count_distinct"], enough))
    common = set(several["given"].to_pylist())
    usual = _through(given, lambda name: name in common or names.is_known(name), pa.bool_())
    return pc.fill_null(usual, False)
