"""From records as written to records that can be compared: one form of each value, and no value that tells nothing.

Everything works on whole columns; only distinct names pass through Python.
"""

from __future__ import annotations

from collections.abc import Callable
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
# A spelling that this many families have, and no less than this share of those with a name one letter away, is a name and no slip.
_USUAL_FAMILIES, _USUAL_SHARE = 3, 0.05
# So many records of a name, and such a share of them, say of which sex its children are.
_ENOUGH_OF_A_NAME, _NEARLY_ALL = 10, 0.95
# Older than any child, whatever the slip; and how many such a list of children may hold.
_OF_AGE, _FEW = 20, 0.02


def prepared(records: pa.Table, sources: pa.Table) -> pa.Table:
    """One row per record in the order of (source, record_id), whatever order they came in.

    Columns: key (row number), source, record_id, agency, keyed, local, nhs, nhs_valid, upn, upn_valid, birth
    (YYYYMMDD, also of a day that there is not), month (YYYYMM) and year where they are told, born (date), sex, of_sex, given, head, forms, family, parts, usual, postcode, district, street, ethnicity (as given),
    marked (accents or an apostrophe in a name), and what tells that no other child could be meant: one_birth, one_initial, one_initial_here, one_given, one_given_here, one_given_born,
    namesakes, in_company. Names may be `lent`.
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
        **_births(rows),
        "born": rows["birth_date"],
        "sex": rows["sex"],
        "given": given,
        "head": _through(given, lambda name: names.forms(name)[0]),
        "first": _through(given, _first),
        "forms": _through(given, lambda name: list(names.forms(name)), pa.list_(pa.string())),
        "family": family,
        "parts": _through(family, lambda name: list(names.parts(name)), pa.list_(pa.string())),
        **_undated(rows, given, family),
        **_usual(given, family, rows["sex"]),
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
    name (so no such twin), for `one_initial_here` all of this family name, postcode and initial, and for `one_given` all of this family name, birth date and postcode, for `one_given_here` of any birth date, for `one_given_born` at any postcode. `namesakes`: birth
    dates that this name has anywhere. `in_company`: bits by which given and family name go together more often than if
    neither depended on the other (Hardeep with Singh), which the model does not know.
    """
    telling = pc.and_(
        pc.greater(pc.utf8_length(rows["given"]), 1), pc.not_equal(rows["head"], names.FIRST_OF_MANY)
    )
    full = pc.if_else(telling, rows["head"], pa.scalar(None, pa.string()))
    shared = {name: rows[name] for name in ("head", "family", "postcode", "birth")}
    shared |= {"initial": pc.utf8_slice_codeunits(rows["given"], 0, 1), "full": full}
    coded = pa.table({"key": rows["key"], "lent": rows["lent"], **{k: _coded(v) for k, v in shared.items()}})
    births = _distinct(coded, ["head", "family", "postcode"], "birth")
    one_birth = pc.and_(pc.less_equal(births, 1), _of_children(rows, sources))
    rivals = {
        "one_birth": one_birth,
        "one_initial": pc.less_equal(_distinct(coded, ["family", "birth", "initial"], "full"), 1),
        "one_initial_here": pc.less_equal(_distinct(coded, ["family", "postcode", "initial"], "full"), 1),
        "one_given_here": pc.less_equal(_distinct(coded, ["family", "postcode"], "full"), 1),
        "one_given": pc.less_equal(_distinct(coded, ["family", "birth", "postcode"], "full"), 1),
        "one_given_born": pc.less_equal(_distinct(coded, ["family", "birth"], "full"), 1),
        "namesakes": _distinct(coded, ["head", "family"], "birth"),
    }
    rivals["in_company"] = _in_company(coded, rivals["namesakes"])
    for name, column in rivals.items():
        rows = rows.append_column(name, column)
    return rows


def _coded(column: pa.ChunkedArray) -> pa.Array:
    """A number for each value, which are told apart in a third of the time."""
    return column.combine_chunks().dictionary_encode().indices


def _in_company(rows: pa.Table, namesakes: pa.ChunkedArray) -> Any:
    others = pc.max_element_wise(pc.subtract(namesakes, 1), 0)
    by_chance = pc.divide(pc.multiply(_times(rows, "head"), _times(rows, "family")), float(max(len(rows), 1)))
    return pc.max_element_wise(pc.log2(pc.divide(pc.add(others, 1.0), pc.add(by_chance, 1.0))), 0.0)


def _times(rows: pa.Table, name: str) -> pa.Array:
    """Per row, how many rows hold its value; 0 where it is null."""
    coded = rows[name].combine_chunks().dictionary_encode()
    counts = pc.value_counts(coded.indices)
    held = dict(zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True))
    times = pa.array([held.get(code, 0) for code in range(len(coded.dictionary))], pa.float64())
    return pc.fill_null(times.take(coded.indices), 0.0)


def _distinct(rows: pa.Table, by: list[str], of: str) -> pa.ChunkedArray:
    """Per row, how many values of `of` the rows hold that are the same in `by`; 0 where one of these is null.
    Lent names count for nobody."""
    known = rows.filter(pc.and_(_all_valid(rows, by), pc.invert(rows["lent"]))).select([*by, of])
    counts = known.group_by(by).aggregate([(of, "count_distinct")])
    joined = rows.select(["key", *by]).join(counts, by, join_type="left outer").sort_by("key")
    return pc.fill_null(joined[f"{of}_count_distinct"], 0)


def _of_children(rows: pa.Table, sources: pa.Table) -> Any:
    """Whether each record is a child's: by its year of birth, else since its source holds children, but for a few: so few had come of
    age when it ends that its records without a birth date are hardly theirs. A source that does not say when it ends does so with its last births."""
    ends = {s["source"]: s["last_date"] for s in sources.to_pylist() if s["last_date"]}
    born = pa.table({"source": rows["source"], "year": pc.year(rows["born"])}).filter(
        pc.is_valid(rows["born"])
    )
    counts = born.group_by(["source", "year"]).aggregate([([], "count_all")]).to_pylist()
    children, last = [], 0
    for source in {row["source"] for row in counts}:
        years = {row["year"]: row["count_all"] for row in counts if row["source"] == source}
        end = ends[source].year if source in ends else _latest(years)
        last = max(last, end)
        of_age = sum(many for year, many in years.items() if end - year >= _OF_AGE)
        children += [source] if of_age <= sum(years.values()) * _FEW else []
    by_source = pc.is_in(rows["source"], value_set=pa.array(sorted(children), pa.string()))
    return pc.coalesce(pc.greater(pc.cast(rows["year"], pa.int64()), last - _OF_AGE), by_source)


def _latest(years: dict[int, int]) -> int:
    """The year by which all were born but for a few, whose years are slips."""
    late, left = sum(years.values()) * _FEW / 2, sorted(years)
    while len(left) > 1 and years[left[-1]] <= late:
        late -= years[left.pop()]
    return left[-1]


def _all_valid(rows: pa.Table, columns: list[str]) -> Any:
    mask = pc.is_valid(rows[columns[0]])
    for name in columns[1:]:
        mask = pc.and_(mask, pc.is_valid(rows[name]))
    return mask


def facts(rows: pa.Table) -> Iterable[Facts]:
    """The prepared rows as the guards take them."""
    wanted = ("key", "source", "keyed", "agency", "local", "nhs", "nhs_valid", "upn", "upn_valid")
    for row in rows.select(
        [*wanted, "born", "birth", "month", "year", "sex", "given", "family", "usual", "readable", "of_sex"]
    ).to_pylist():
        yield Facts(
            key=row["key"],
            source=row["source"],
            keyed=row["keyed"],
            agency=row["agency"],
            local_id=row["local"],
            nhs=row["nhs"] if row["nhs_valid"] else None,
            upn=row["upn"] if row["upn_valid"] else None,
            birth=row["born"],
            parts=None
            if row["born"] or not row["year"]
            else row["birth"] or f"{row['month'] or row['year']:?<8}",
            sex=row["sex"],
            given=row["given"],
            family=row["family"],
            usual=row["usual"],
            readable=row["readable"],
            of_sex=row["of_sex"],
        )


def _first(given: str) -> str | None:
    """The first of several names, where it tells who is meant."""
    first = given.split()[0]
    return None if names.FIRST_OF_MANY in names.forms(first) else first


def _undated(rows: pa.Table, given: pa.ChunkedArray, family: pa.ChunkedArray) -> dict[str, Any]:
    """The names by which records are compared whose birth date is not whole, and those records' own: all of the name, or of those born in
    one year one name and the other's initial."""
    head, year = _through(given, lambda name: names.forms(name)[0]), _births(rows)["year"]
    initials = [pc.utf8_slice_codeunits(name, 0, 1) for name in (head, family)]
    by = {
        "whole_name": _joined(head, family),
        "by_given": _joined(year, _joined(head, initials[1])),
        "by_family": _joined(year, _joined(initials[0], family)),
    }
    in_part, nothing = pc.is_null(rows["birth_date"]), pa.scalar(None, pa.string())
    return by | {f"undated_{name}": pc.if_else(in_part, column, nothing) for name, column in by.items()}


def _births(rows: pa.Table) -> dict[str, Any]:
    """A birth date in the parts by which dates are compared. Of a day that there is not, either month or day is wrong."""
    whole = pc.strftime(rows["birth_date"], "%Y%m%d")
    parts = pc.if_else(pc.is_null(rows["birth_date"]), rows["birth_parts"], pa.scalar(None, pa.string()))
    in_digits = pc.match_substring_regex(parts, "^[0-9]{8}$")
    to_month = pc.match_substring_regex(parts, r"^[0-9]{6}\?\?$")
    nothing = pa.scalar(None, pa.string())
    return {
        "birth": pc.coalesce(whole, pc.if_else(in_digits, parts, nothing)),
        "month": pc.utf8_slice_codeunits(pc.coalesce(whole, pc.if_else(to_month, parts, nothing)), 0, 6),
        "year": pc.utf8_slice_codeunits(pc.coalesce(whole, parts), 0, 4),
    }


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


def _usual(given: pa.ChunkedArray, family: pa.ChunkedArray, sex: pa.ChunkedArray) -> dict[str, Any]:
    """Whether a given name is a name in its own right: the list holds it, or children of several families do, and not so few
    beside a name that is one letter away as if they were slips for it; and whether it at least reads like one; and of which sex children of the name are (`of_sex`)."""
    first = _through(given, lambda name: name.split()[0])
    counts = (
        pa.table({"given": first, "family": family})
        .group_by("given")
        .aggregate([("family", "count_distinct")])
    )
    families = dict(
        zip(*(counts[name].to_pylist() for name in ("given", "family_count_distinct")), strict=True)
    )
    families.pop(None, None)
    beside: dict[str, int] = {}
    for name, many in families.items():
        for cut in _one_letter_less(name):
            beside[cut] = max(beside.get(cut, 0), many)

    def is_usual(name: str) -> bool:
        many = families[name]
        most = max(beside.get(cut, 0) for cut in _one_letter_less(name))
        return names.is_known(name) or (many >= _USUAL_FAMILIES and many >= most * _USUAL_SHARE)

    times = {each["values"]: each["counts"] for each in pc.value_counts(first).to_pylist()}
    reads = names.Readable(name for name in families if times[name] > 1)
    judged: dict[str, Callable[[str], bool]] = {"usual": is_usual, "readable": reads}
    told = {name: pc.fill_null(_through(first, judge, pa.bool_()), False) for name, judge in judged.items()}
    return told | {
        "of_sex": _through(first, _sex_of(first, sex, {name for name in families if is_usual(name)}))
    }


def _sex_of(first: pa.ChunkedArray, sex: pa.ChunkedArray, usual: set[str]) -> Callable[[str], str | None]:
    """Of which sex nearly all records of a usual name are; of another spelling, those of all usual names that are one letter away.
    None where they are of both, or too few to say."""
    each = (
        pa.table({"name": first, "sex": sex})
        .filter(pc.is_valid(sex))
        .group_by(["name", "sex"])
        .aggregate([([], "count_all")])
    )
    counts: dict[str, dict[str, int]] = {}
    for row in each.to_pylist():
        if row["name"] in usual:
            counts.setdefault(row["name"], {})[row["sex"]] = row["count_all"]
    of = {name: _nearly_all(counts.get(name, {})) for name in usual}
    beside: dict[str, set[str | None]] = {}
    for name, which in of.items():
        for cut in _one_letter_less(name):
            beside.setdefault(cut, set()).add(which)

    def sex_of(name: str) -> str | None:
        near = (
            {of[name]}
            if name in of
            else set().union(*(beside.get(cut, set()) for cut in _one_letter_less(name)))
        )
        return near.pop() if len(near) == 1 else None

    return sex_of


def _nearly_all(times: dict[str, int]) -> str | None:
    most = max(times, key=lambda sex: times[sex], default=None)
    return most if most and times[most] >= max(_ENOUGH_OF_A_NAME, sum(times.values()) * _NEARLY_ALL) else None


def _one_letter_less(name: str) -> set[str]:
    """The name, and the name without one of its letters: two names share one of these if they are a letter apart."""
    return {name, *(name[:at] + name[at + 1 :] for at in range(len(name)))}
