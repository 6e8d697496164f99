"""What the children of a census tell, many at once: records, assessments, observations, and every departure from the schema."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from heard.engine.intake import carriers
from heard.engine.intake.checks import Checks
from heard.engine.intake.distinct import Distinct, Flags, Places, by_text
from heard.engine.intake.formats.cin_census.columns import Columns, Spread
from heard.engine.intake.formats.cin_census.schema import (
    FACTORS,
    FORMAT,
    TOLD,
    all_names,
    carriers_here,
    dated_names,
    schema,
    value_departures,
)
from heard.engine.intake.judging import NOWHERE, Check, Judge
from heard.engine.intake.ledger import Source
from heard.engine.intake.plans import doubtful
from heard.engine.intake.values import code_of, plain_ids, read_date, read_id, read_sex
from heard.engine.intake.xml_columns import Codes
from heard.knowledge.model import Carrier

_KEY = "LAchildID"


@dataclass
class Telling:
    """Some children of one file, and which year's rules hold for them."""

    file: str
    source: Source
    checks: Checks
    year: int
    reference: date | None
    authority: str | None
    columns: Columns

    def __post_init__(self) -> None:
        self._judge = Judge(self.source, self.checks, self.file)

    def take(self) -> None:
        """Writes what the children tell."""
        self.source.files[self.file].read += len(self.columns)
        self._depart()
        details = self._details()
        ids = self._ids(details)
        known = np.asarray(ids.is_valid())
        self.source.set_aside_rows(self.file, self.columns.rows[~known], "id_missing", _KEY)
        self.source.files[self.file].kept += int(known.sum())
        self._record(np.flatnonzero(known), ids, details)
        self._dates(known, details)
        self._plans(known)
        self._observe(known, ids)
        self._assessed(known, ids)

    def _flag(self, child: Places, code: str, column: str, /, **filling: object) -> None:
        self.source.flag_rows(self.file, self.columns.rows[child], code, column, **filling)

    # ---- how they depart from the schema

    def _depart(self) -> None:
        """Says of every element that is not as the year's schema has it."""
        for layout, children in self.columns.odd:
            for departure in layout.departs:
                self._flag(np.array(children), departure.code, departure.element, **departure.filling)
        blank = self.columns.spread(attrgetter("blank"))
        for child, name in _named(blank.where(self.columns.codes_at(blank.child, blank.columns[0]) > 0)):
            self._flag(child, "stray_text", name)
        for place, tails in self.columns.tails.items():
            for behind, name in self.columns.layouts[place].behind:
                if tails[behind]:
                    self._flag(np.array([place]), "stray_text", name)
        values = self.columns.spread(attrgetter("values"))
        codes = self.columns.codes_at(values.child, values.columns[0])
        for child, name in _named(values.where(codes == 0)):
            self._flag(child, "element_empty", name, element=name)
        for name, mine in _by_name(values.columns[1]):
            if name in schema().all_judged:
                self._judge_values(name, values.child[mine], codes[mine])

    def _judge_values(self, name: str, child: Places, codes: Codes) -> None:
        child, codes = child[codes > 0], codes[codes > 0]
        distinct = self.columns.distinct(codes)
        for place, text in enumerate(distinct.texts.to_pylist()):
            for departure in value_departures(name, text, self.year):
                self._flag(
                    child[distinct.rows_of([place])], departure.code, departure.element, **departure.filling
                )

    # ---- who they are

    def _details(self) -> dict[str, pa.Array | object]:
        """As `ledger.Details`, what is told of each child."""
        told = self.columns.spread(attrgetter("told"))
        said = {
            name: self.columns.distinct(self.columns.codes_at(told.child, places))
            for name, places in zip(TOLD, told.columns, strict=True)
        }
        upns = self._judged("UPN", said["UPN"], lambda checks, text: checks.upn(NOWHERE, "UPN", text))
        births = self._judged("PersonBirthDate", said["PersonBirthDate"], _birth)
        return {
            "birth_date": said["PersonBirthDate"].by_row([day for day, _ in births], pa.date32()),
            "birth_parts": said["PersonBirthDate"].by_row([parts for _, parts in births], pa.string()),
            "sex": _told(said["Sex"], lambda text: read_sex(text)[0]),
            "upn": said["UPN"].by_row([upn for upn, _ in upns], pa.string()),
            "upn_valid": said["UPN"].by_row([valid for _, valid in upns], pa.bool_()),
            "local_id": by_text(said[_KEY].by_row(said[_KEY].texts, pa.string()), read_id, plain_ids),
            "ethnicity": _told(said["Ethnicity"], lambda text: code_of(text) or None),
            "authority": self.authority,
            "died_on": _told(said["PersonDeathDate"], lambda text: read_date(text).value, pa.date32()),
        }

    def _judged(self, name: str, distinct: Distinct, check: Check) -> list[Any]:
        return self._judge.judged(name, self.columns.rows, distinct, check)[0]

    def _ids(self, details: dict[str, Any]) -> pa.StringArray:
        """Each child's own number; where it has none but a pupil number or a birth date, a key made of all that is told of it;
        else null."""
        own = details["local_id"]
        if not own.null_count:
            return own
        tells = np.asarray(pc.or_(details["upn"].is_valid(), details["birth_date"].is_valid()))
        ids = own.to_pylist()
        for place in np.flatnonzero(np.asarray(own.is_null()) & tells).tolist():
            ids[place] = self.source.row_key([self.columns.contents[place]])
        return pa.array(ids, pa.string())

    def _record(self, places: Places, ids: pa.StringArray, details: dict[str, Any]) -> None:
        """Writes each child the first time, and says of the others."""
        ids, details = _taken(places, ids, details)
        first, again = self.source.know_rows(ids, details)
        others = np.flatnonzero(~first).tolist()
        for code in ("id_repeated", "id_shared", "id_of_another"):
            mine = [place for place in others if again.get(place, "id_repeated") == code]
            self._flag(places[mine], code, _KEY)
        some = np.flatnonzero(first)
        self.source.record_rows(self.file, self.columns.rows[places[some]], *_taken(some, ids, details))

    # ---- what happened

    def _dates(self, known: Flags, details: dict[str, Any]) -> None:
        events = self.columns.spread(attrgetter("events"))
        events = events.where(known[events.child])
        codes = self.columns.codes_at(events.child, events.columns[0])
        speaking: list[tuple[Places, pa.Array]] = []
        for name, mine in _by_name(events.columns[1]):
            child, distinct = events.child[mine], self.columns.distinct(codes[mine])
            told, spoken = self._judge.judged(name, self.columns.rows[child], distinct, _event(name))
            days = distinct.by_row(told, pa.date32())
            for other, code, odd in (
                ("birth_date", "born_after", pc.less),
                ("died_on", "after_death", pc.greater),
            ):
                wrong = pc.fill_null(odd(days, details[other].take(pa.array(child))), False)
                self._flag(child[np.asarray(wrong)], code, name)
            places = distinct.rows_of(spoken)
            speaking.append((mine[places], days.take(pa.array(places))))
        if speaking:
            self._speak_of(events.child, speaking)

    def _speak_of(self, child: Places, speaking: list[tuple[Places, pa.Array]]) -> None:
        nodes = np.concatenate([some for some, _ in speaking])
        order = np.argsort(nodes, kind="stable")
        days = pa.concat_arrays([some for _, some in speaking]).take(pa.array(order))
        self.source.rows_speak_of(self.file, self.columns.rows[child[nodes[order]]], days)

    def _plans(self, known: Flags) -> None:
        for place, layout in enumerate(self.columns.layouts):
            if known[place]:
                for name, places in layout.plans:
                    self._doubt(place, name, places)

    def _doubt(self, place: int, name: str, places: npt.NDArray[np.int64]) -> None:
        """Plans of one kind that a child has, each with the places of its first and its last day."""
        codes = self.columns.codes_at(np.full(places.size, place), places.ravel()).tolist()
        days = [read_date(self.columns.texts[code]).value for code in codes]
        plans = zip(days[::2], days[1::2], strict=True)
        for code, which in doubtful((began, ended, name) for began, ended in plans if began):
            self._flag(np.array([place]), code, which)

    # ---- what was seen

    def _observe(self, known: Flags, ids: pa.StringArray) -> None:
        every = self.columns.spread(attrgetter("carrying"))
        codes = self.columns.codes_at(every.child, every.columns[0])
        node, carrier, shown = _carried(self.columns, every.columns[1], codes)
        here = known[every.child[node]]
        node, carrier, shown = node[here], carrier[here], shown.filter(pa.array(here))
        child = every.child[node]
        days = self._days(every, node, carrier)
        dated_by = np.array([carrier.dated_by for carrier in carriers_here()])[carrier]
        for name in sorted(set(dated_by[np.asarray(days.is_null())].tolist())):
            self._flag(child[np.asarray(days.is_null()) & (dated_by == name)], "date_missing", name)
        silent_child, silent = self._silent(known, every, codes, child, carrier)
        fields = pa.array([carrier.field for carrier in carriers_here()], pa.string()).take(pa.array(silent))
        self._write(
            ids,
            np.concatenate((child, silent_child)),
            np.concatenate((carrier, silent)),
            pa.concat_arrays([shown, fields]),
            pa.concat_arrays([days, pa.nulls(len(silent), pa.date32())]),
        )

    def _days(self, every: Spread, node: Places, carrier: Places) -> pa.Array:
        """When each of these was: the nearest date around it of the name by which its carrier is dated, else the next best; the end of
        the return; or null."""
        dating = self.columns.spread(attrgetter("dating"))
        days = self.columns.days(self.columns.codes_at(dating.child, dating.columns[2]))
        has = np.asarray(days.is_valid())
        carrying, by, _ = dating.where(has).columns
        keys = (_base(every, len(self.columns))[dating.child[has]] + carrying) * len(dated_names()) + by
        nearest, first = np.unique(keys, return_index=True)
        told = pa.concat_arrays(
            [days.filter(pa.array(has)).take(pa.array(first)), pa.array([self.reference], pa.date32())]
        )
        dated = np.array(
            [
                dated_names().index(carrier.dated_by) if carrier.dated_by in dated_names() else -1
                for carrier in carriers_here()
            ]
        )[carrier]
        wanted = node * len(dated_names()) + dated
        place = np.searchsorted(nearest, wanted)
        found = np.append(nearest, -1)[place] == wanted
        place = np.where(dated < 0, len(nearest), place)
        return told.take(pa.array(place, mask=~(found | (dated < 0))))

    def _silent(
        self, known: Flags, every: Spread, codes: Codes, child: Places, carrier: Places
    ) -> tuple[Places, Places]:
        """Children whose factors nobody told, each with what is therefore not known of it."""
        factor = every.columns[1] == all_names().index(FACTORS)
        met = self.columns.numbers(codes[factor], lambda text: code_of(text) in schema().codes[FACTORS]) > 0
        told = np.bincount(every.child[factor][met], minlength=len(self.columns)) > 0
        bits = np.zeros(len(self.columns), np.int64)
        np.bitwise_or.at(
            bits,
            child,
            np.array([carriers.as_bits([carrier.item]) for carrier in carriers_here()], np.int64)[carrier],
        )
        without = np.flatnonzero(known & ~told)
        kinds, of_child = np.unique(bits[without], return_inverse=True)
        lists = [_silent_of(kind) for kind in kinds.tolist()]
        found = [lists[kind] for kind in of_child.tolist()]
        return np.repeat(without, list(map(len, found))), np.array(
            [one for some in found for one in some], np.intp
        )

    def _write(
        self, ids: pa.StringArray, child: Places, carrier: Places, shown: pa.StringArray, days: pa.Array
    ) -> None:
        """Observations, child by child."""
        order = np.argsort(child, kind="stable")
        child, carrier, some = child[order], pa.array(carrier[order]), pa.array(order)
        days = days.take(some)
        told = {
            name: pa.array([getattr(carrier, name) for carrier in carriers_here()]).take(carrier)
            for name in ("item", "strength", "counts")
        }
        own = pa.array([carriers.own_day(carrier) for carrier in carriers_here()]).take(carrier)
        state = pc.if_else(days.is_valid(), "seen", "not_known")
        seen = {
            **told,
            "state": state,
            "seen_on": days,
            "ongoing": False,
            "field": shown.take(some),
            "own_day": own,
        }
        self.source.observe_rows(self.file, self.columns.rows[child], ids.take(pa.array(child)), seen)

    # ---- what was assessed

    def _assessed(self, known: Flags, ids: pa.StringArray) -> None:
        """Each assessment that has ended. An episode is told by the day of its referral: the same in every year's census."""
        ended = self.columns.spread(attrgetter("ended"))
        days = self.columns.days(self.columns.codes_at(ended.child, ended.columns[0]))
        done = np.flatnonzero(np.asarray(days.is_valid()) & known[ended.child])
        episodes = self.columns.spread(attrgetter("episodes"))
        which = _base(episodes, len(self.columns))[ended.child] + ended.columns[1]
        some = pa.array(done)
        self.source.assessed_rows(
            ids.take(pa.array(ended.child[done])),
            self.authority,
            self._episode_names(episodes).take(pa.array(which[done])),
            days.take(some),
            self._factors(ended).take(some),
        )

    def _episode_names(self, episodes: Spread) -> pa.StringArray:
        """By the day of its referral, and of several of a day by their number from the second on."""
        days = self.columns.days(self.columns.codes_at(episodes.child, episodes.columns[0]))
        names = pc.fill_null(days.cast(pa.string()), "not dated")
        day = np.asarray(pc.fill_null(days.cast(pa.int32()), -(1 << 31)))
        order = np.lexsort((day, episodes.child))
        begins = np.append(
            True, (np.diff(episodes.child[order]) != 0) | (np.diff(day[order].astype(np.int64)) != 0)
        )[: len(order)]
        number = np.arange(len(order)) - np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
        told = names.to_pylist() if number.any() else []
        for place, before in zip(order[number > 0].tolist(), number[number > 0].tolist(), strict=True):
            told[place] = f"{told[place]}, {before + 1}"
        return pa.array(told, pa.string()) if told else names

    def _factors(self, ended: Spread) -> pa.ListArray:
        """The factors that each assessment found, of those that there are, in order, each once."""
        factors = self.columns.spread(attrgetter("factors"))
        there = sorted(schema().codes[FACTORS])
        ranks = {code: rank for rank, code in enumerate(there)}
        codes = self.columns.codes_at(factors.child, factors.columns[1])
        rank = self.columns.numbers(codes, lambda text: ranks.get(code_of(text), -1))
        which = _base(ended, len(self.columns))[factors.child] + factors.columns[0]
        found = np.unique((which * len(there) + rank)[rank >= 0])
        offsets = np.searchsorted(found, np.arange(len(ended.child) + 1) * len(there))
        return pa.ListArray.from_arrays(
            pa.array(offsets, pa.int32()), pa.array(there, pa.string()).take(pa.array(found % len(there)))
        )


def _base(spread: Spread, children: int) -> npt.NDArray[np.int64]:
    """Where each child's rows begin."""
    return np.concatenate(([0], np.cumsum(np.bincount(spread.child, minlength=children))))


def _by_name(names: Codes) -> list[tuple[str, Places]]:
    """The places of each name."""
    return [(all_names()[name], np.flatnonzero(names == name)) for name in np.unique(names).tolist()]


def _named(spread: Spread) -> list[tuple[Places, str]]:
    """The children of each name, of a spread of places and names."""
    return [(spread.child[mine], name) for name, mine in _by_name(spread.columns[1])]


def _birth(checks: Checks, text: str) -> tuple[date | None, str | None]:
    return checks.birth(NOWHERE, "PersonBirthDate", text), checks.birth_parts(text)


def _event(name: str) -> Check:
    later = name in schema().may_be_later
    return lambda checks, text: checks.event(NOWHERE, name, text, may_be_later=later)


def _told(distinct: Distinct, rule: Any, kind: pa.DataType | None = None) -> pa.Array:
    return distinct.by_row([rule(text) for text in distinct.texts.to_pylist()], kind or pa.string())


def _taken(
    places: Places, ids: pa.StringArray, details: dict[str, Any]
) -> tuple[pa.StringArray, dict[str, Any]]:
    some = pa.array(places)
    taken = {name: told.take(some) if isinstance(told, pa.Array) else told for name, told in details.items()}
    return ids.take(some), taken


def _carried(columns: Columns, names: Codes, codes: Codes) -> tuple[Places, Places, pa.StringArray]:
    """What elements that are filled in carry: of each the place of the element and of its carrier, and how the evidence names the field."""
    pairs, of_node = np.unique(names * len(columns.texts) + codes, return_inverse=True)
    told = [
        _carries(all_names()[pair // len(columns.texts)], columns.texts[pair % len(columns.texts)])
        for pair in pairs.tolist()
    ]
    many = np.array(list(map(len, told)), np.int64)
    flat = [pair for some in told for pair in some]
    times = many[of_node]
    node = np.repeat(np.arange(len(of_node)), times)
    begins = np.concatenate(([0], np.cumsum(many)))[of_node]
    place = begins[node] + np.arange(len(node)) - np.repeat(np.cumsum(times) - times, times)
    carrier = np.array([carrier for carrier, _ in flat], np.intp)[place]
    return node, carrier, pa.array([shown for _, shown in flat], pa.string()).take(pa.array(place))


@lru_cache(maxsize=65_536)
def _carries(field: str, text: str) -> tuple[tuple[int, str], ...]:
    mine: tuple[Carrier, ...] = carriers.by_field(FORMAT)[field] if text else ()
    return tuple(
        (carriers_here().index(carrier), carriers.shown(carrier, text))
        for carrier in mine
        if carriers.matches(carrier, text)
    )


@lru_cache(maxsize=4_096)
def _silent_of(bits: int) -> tuple[int, ...]:
    """What is not known of a child whose factors nobody told, of whom these items are known."""
    known = {item for place, item in enumerate(carriers.all_items()) if bits >> place & 1}
    return tuple(
        carriers_here().index(carrier) for carrier in carriers.silent([FACTORS], FORMAT, known=known)
    )
