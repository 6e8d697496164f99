"""Which records are one child. Hides Splink: callers know only the tables of `tables.py`.

Sources carry different fields, so a child is recognised through several hops: one agency's own number, a valid NHS
or pupil number, names with a birth date. The model says how alike two records are; `bands` says when that is enough;
`guards` keep households apart, whatever the model says. What is in doubt is left for a person.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from heard.engine import backend, tables
from heard.engine.link import bands, broad, cluster, earlier, guards, judged, kept, left_over, model, prepare
from heard.engine.link.earlier import Before
from heard.engine.link.kept import MODEL_FILE, kept_in, why_not_kept
from heard.engine.link.labels import write_sample
from heard.engine.link.quality import quality
from heard.engine.link.reasons import reasons, weighed
from heard.engine.link.waterfall import Compared, compared

if TYPE_CHECKING:
    from pathlib import Path

    from heard.engine.tables import Progress

__all__ = [
    "MODEL_FILE",
    "SEED",
    "Before",
    "Compared",
    "LinkSummary",
    "compared",
    "kept_in",
    "link",
    "why_not_kept",
]

SEED = model.SEED
_FOR_PEOPLE = ["record_id", "ethnicity", "marked"]  # columns that nothing is compared by
_TO_COMPARE = [
    "first",
    "forms",
    "parts",
    "district",
    "street",
    "one_birth",
    "one_initial",
    "one_initial_here",
    "one_given",
    "one_given_here",
    "one_given_born",
    "namesakes",
    "in_company",
    *(f"{told}{name}" for told in ("", "undated_") for name in ("whole_name", "by_given", "by_family")),
]
_NOT_READ = {"file", "row", "authority", "worker"}
_RECORDS = ("left_source", "left_id", "right_source", "right_id")  # of a pair


@dataclass(frozen=True)
class LinkSummary:
    """What linking found. `notes`: plain sentences about how it was done, for whoever reads the result."""

    records: int
    children: int
    linked: int
    for_a_person: int
    trained: bool
    notes: list[str] = field(default_factory=list)


def link(
    folder: Path,
    *,
    households: bool = True,
    before: Before | None = None,
    progress: Progress | None = None,
) -> LinkSummary:
    """Reads records and sources of the run in `folder`; writes links, identities, reasons, quality, a sample of pairs and model.json, and
    what a later run needs to compare only what is new.

    `before`: a run that this one stands on: children keep their keys, and what moved is written.

    `households`: whether these records may hold several members of one, such as brothers and sisters. Only who knows that
    they do not should say so, for then the model's word is enough. Raises `backend.WrongTable` where intake has not run. Small, empty or nameless input is linked as far as it goes.
    """
    tell = progress or (lambda text, share: None)
    tell("Preparing records", None)
    rows = prepare.prepared(_records(folder), backend.read(folder, tables.SOURCES))
    with backend.engine(folder) as engine:
        prepared = engine.hold("prepared", rows.drop_columns(_FOR_PEOPLE))
        rows = rows.drop_columns(_TO_COMPARE)
        pa.default_memory_pool().release_unused()  # comparing is when most is needed
        learned, compared = _compared(engine, prepared, rows, households=households, before=before, tell=tell)
        fewer = (
            bands.fewer(
                compared,
                usable=_usable(rows),
                chance=learned.settings["probability_two_random_records_match"],
            )
            if learned.trained
            else 0.0
        )
        pairs = engine.keep(
            "pairs", bands.banded(compared, households=households, learned=learned.trained, fewer=fewer)
        )
        questions = guards.HOUSEHOLDS if households else guards.STRANGERS
        if households and learned.trained:
            found = left_over.settled(engine, pairs, rows)
            pairs, questions = found.pairs, (guards.TWINS if found.twins else questions)
        tell("Grouping records by child", 0.8)
        ties = pairs.filter(pairs.band == bands.LINKED).select(*cluster.Tie._fields)
        said = judged.said(folder, rows)
        clusters = cluster.clustered(rows, ties.to_pyarrow(), said, questions)
        tell("Writing links", 0.9)
        pairs = pairs.left_join(engine.hold("said", said.table()), ["left", "right"])
        summary = _write(
            engine, rows, pairs, compared, clusters, learned, before.identities if before else None
        )
    summary = replace(summary, notes=[*summary.notes, *said.notes])
    told = _told(learned) | {"households": households}
    (folder / MODEL_FILE).write_text(json.dumps(told, indent=1), encoding="utf-8")
    return summary


def _compared(
    engine: backend.Engine,
    prepared: Any,
    rows: pa.Table,
    *,
    households: bool,
    before: Before | None,
    tell: Progress,
) -> tuple[model.Model, Any]:
    """How records of one child differ, learned from them or in the run before, and all pairs that may be one child."""
    ids, then = engine.hold("record_ids", rows.select(["key", "record_id"])), before.kept if before else None
    now = engine.keep("prints", kept.prints(prepared, ids))
    shares = kept.shares(engine, prepared, then)
    blocks = model.blocks(households=households)
    narrow = broad.narrowed(engine, "prepared", prepared, len(rows), blocks, len(model.BY_NUMBER))
    if then:
        fresh = kept.fresh(engine, narrow.table, now, then)
        learned = replace(then.model, notes=[*fresh.notes, *narrow.notes])
        tell("Comparing records that are new or changed", 0.2)
        compared = model.compared(engine, narrow, learned, shares, table=fresh.table, only_fresh=True)
        compared = engine.keep("compared_all", fresh.pairs.select(compared.columns).union(compared))
    else:
        tell("Learning how records of one child differ", 0.2)
        usable = _usable(rows)
        learned = model.trained(engine, "prepared", usable=usable, records=len(rows), households=households)
        learned = replace(learned, notes=[*learned.notes, *narrow.notes])
        tell("Comparing records", 0.25)
        compared = model.compared(engine, narrow, learned, shares)
    kept.write(engine, now, shares, compared)
    return learned, compared


def _records(folder: Path) -> pa.Table:
    columns = [name for name in tables.RECORDS.schema.names if name not in _NOT_READ]
    return backend.read(folder, tables.RECORDS, columns=columns)


def _usable(rows: pa.Table) -> int:
    """Records with names and a birth date: only they can teach."""
    complete = pc.and_(
        pc.is_valid(rows["given"]), pc.and_(pc.is_valid(rows["family"]), pc.is_valid(rows["birth"]))
    )
    return int(pc.sum(complete).as_py() or 0)


def _write(
    engine: backend.Engine,
    rows: pa.Table,
    pairs: Any,
    compared: Any,
    clusters: cluster.Clusters,
    learned: model.Model,
    before: pa.Table | None,
) -> LinkSummary:
    members = rows.select(["key", "source", "record_id"]).append_column(
        "component", pa.array(clusters.component, pa.int64())
    )
    with_person = _with_person(engine.hold("components", members))
    then = earlier.held(engine, before) if before is not None else None
    held = engine.keep(
        "members", with_person if before is None else earlier.kept(engine, with_person, before, then)
    )
    engine.write(
        tables.IDENTITIES, held.select("source", "record_id", "person").order_by("source", "record_id")
    )
    links = engine.keep("links", _links(held, pairs, engine.hold("refused", _refused(clusters))))
    engine.write(tables.LINKS, links.drop("left", "right").order_by(*_RECORDS))
    moved = [] if before is None else _write_moved(engine, held, links, before, then)
    _write_reasons(engine, links, compared, learned)
    write_sample(engine, links)
    engine.write(tables.QUALITY, quality(_rated(pairs), clusters.component, rows))
    counts = {row["band"]: row["n"] for row in links.band.value_counts(name="n").to_pyarrow().to_pylist()}
    return LinkSummary(
        records=len(rows),
        children=int(held.person.nunique().to_pyarrow().as_py()),
        linked=counts.get(bands.LINKED, 0),
        for_a_person=counts.get(bands.FOR_A_PERSON, 0),
        trained=learned.trained,
        notes=[*learned.notes, *moved],
    )


def _write_moved(engine: backend.Engine, held: Any, links: Any, before: pa.Table, then: Any) -> list[str]:
    moves = earlier.moved(held, links, then).to_pyarrow()
    engine.write(tables.MOVED, moves)
    return earlier.notes(moves, held.select("person").to_pyarrow()["person"], before)


def _rated(pairs: Any) -> pa.Table:
    linked, asked = pairs.band == bands.LINKED, pairs.band == bands.FOR_A_PERSON
    rated = pairs.select("left", "right", "probability", "rule", "said", linked=linked, asked=asked)
    return rated.order_by("left", "right").to_pyarrow()


def _write_reasons(engine: backend.Engine, links: Any, compared: Any, learned: model.Model) -> None:
    asked = links.filter(links.band == bands.FOR_A_PERSON).select("left", "right", *_RECORDS)
    rows = reasons(engine.keep("weighed", weighed(asked, compared)), learned).order_by(*_RECORDS, "place")
    engine.write(tables.REASONS, rows.select(tables.REASONS.schema.names))


def _with_person(members: Any) -> Any:
    """Each record with its child's key: a hash of the sorted records, so that it holds no name and is stable."""
    named = members.mutate(name=members.source + "\n" + members.record_id)
    # Sorted as a list, since Spark has no order inside a concatenation.
    whole = named.group_by("component").agg(whole=named.name.collect().sort().join("\n\n"))
    persons = whole.select("component", person=whole.whole.hexdigest("sha256").left(20))
    return members.join(persons, "component").select("key", "source", "record_id", "person")


def _refused(clusters: cluster.Clusters) -> pa.Table:
    pairs = sorted(clusters.refused)
    return pa.table(
        {
            "left": pa.array([left for left, _ in pairs], pa.int64()),
            "right": pa.array([right for _, right in pairs], pa.int64()),
            "reason": pa.array([clusters.refused[pair] for pair in pairs], pa.string()),
        }
    )


def _links(members: Any, pairs: Any, refused: Any) -> Any:
    """The pairs with their final band: together is linked, kept apart against the model is for a person, and whom a
    person called two are apart."""
    left = members.select(left="key", left_source="source", left_id="record_id", left_person="person")
    right = members.select(right="key", right_source="source", right_id="record_id", right_person="person")
    t = pairs.join(left, "left").join(right, "right").left_join(refused, ["left", "right"])
    together = t.left_person == t.right_person
    same, apart = t.said == judged.SAME, t.said == judged.NOT_SAME
    band = ibis.cases(
        (apart, bands.APART),
        (together, bands.LINKED),
        (same | (t.band == bands.LINKED), bands.FOR_A_PERSON),
        else_=t.band,
    )
    against = ibis.coalesce(t.reason, "another record of the same child contradicts")
    why = ibis.cases(
        (apart, judged.WHY_APART + "; " + t.why),
        (same & together, judged.WHY_SAME + "; " + t.why),
        (together & (t.band != bands.LINKED), "through other records of the same child; " + t.why),
        (~together & (same | (t.band == bands.LINKED)), "kept apart: " + against + "; " + t.why),
        else_=t.why,
    )
    return t.select("left", "right", *_RECORDS, "probability", band=band, why=why)


def _told(learned: model.Model) -> dict[str, Any]:
    return {
        "trained": learned.trained,
        "notes": learned.notes,
        "seed": model.SEED,
        "link_from": bands.LINK_FROM,
        "ask_from": bands.ASK_FROM,
        "settings": learned.settings,
    }
