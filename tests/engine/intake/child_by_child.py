"""The way of reading a census child by child, which the product had before it read them in columns: what `telling` is compared with.

It shares with the product the schema, what reads the file, and what judges one value; not what looks at many children at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import repeat
from operator import attrgetter
from typing import NamedTuple

from lxml import etree

from heard.engine.intake import carriers
from heard.engine.intake.formats import cin_census
from heard.engine.intake.formats.cin_census.schema import (
    _DATED_ELSE,
    _SAFE,
    FACTORS,
    FORMAT,
    Departure,
    schema,
)
from heard.engine.intake.formats.cin_census.schema import value_departures as _value_departures
from heard.engine.intake.ledger import Details, Place, Seen
from heard.engine.intake.plans import doubtful
from heard.engine.intake.values import code_of, read_date, read_id, read_sex
from heard.engine.intake.xml_children import without_namespace
from heard.knowledge.model import Carrier

_FACTORS = FACTORS


@dataclass
class ChildByChild(cin_census._Census):
    """Reads the header and the file as the product does; its children one by one."""

    def take(self, at: Place, element: etree._Element) -> None:
        if not at.row:
            self._header(element)
            return
        if not self.year:
            self._header(None)
        self.source.begin(at)
        self._child(at, element)

    def _child(self, at: Place, element: etree._Element) -> None:
        child = Child(element, self.year)
        for departure in child.departures:
            self.source.flag(at, departure.code, departure.element, **departure.filling)
        first = {name: child.texts[place] for name, place in child.layout.first.items()}
        self.present.update(first)
        details = self._details(at, first)
        record_id = details.local_id
        if record_id is None and (details.upn or details.birth_date):
            record_id = self.source.row_key([etree.tostring(element, encoding="unicode", with_tail=False)])
        if record_id is None:
            self.source.set_aside(at, "id_missing", "LAchildID")
            return
        self.source.keep(at)
        if fault := self.source.record(at, record_id, details):
            self.source.flag(at, fault, "LAchildID")
        self._dates(at, child, details)
        self._plans(at, child)
        self._observe(at, record_id, child)
        self._assessed(record_id, child)

    def _details(self, at: Place, first: dict[str, str]) -> Details:
        upn, valid = self.checks.upn(at, "UPN", first.get("UPN", ""))
        written = "Sex" if "Sex" in first else "GenderCurrent"
        sex, _ = read_sex(first.get(written, ""))
        born = self.checks.birth(at, "PersonBirthDate", first.get("PersonBirthDate", ""))
        return Details(
            birth_date=born, birth_parts=self.checks.birth_parts(first.get("PersonBirthDate", "")), sex=sex, upn=upn, upn_valid=valid, local_id=read_id(first.get("LAchildID", "")),
            ethnicity=code_of(first.get("Ethnicity", "")) or None, authority=self.authority,
            died_on=read_date(first.get("PersonDeathDate", "")).value,
        )  # fmt: skip

    def _dates(self, at: Place, child: Child, details: Details) -> None:
        later = schema().may_be_later
        for place in child.layout.events:
            name = child.layout.kinds[place].name
            self.checks.event(
                at, name, child.texts[place], born=details.birth_date, died=details.died_on, may_be_later=name in later
            )  # fmt: skip

    def _plans(self, at: Place, child: Child) -> None:
        for several in child.layout.plans:
            first, last = schema().plans[several[0].kind.name]
            days = (
                (read_date(child.own(holder, first)).value, read_date(child.own(holder, last)).value)
                for holder in several
            )
            for code, name in doubtful((began, ended, first) for began, ended in days if began):
                self.source.flag(at, code, name)

    def _observe(self, at: Place, record_id: str, child: Child) -> None:
        known: set[str] = set()
        told_factors = False
        kinds, texts = child.layout.kinds, child.texts
        for place in child.layout.carrying:
            name, text = kinds[place].name, texts[place]
            if not text:
                continue
            told_factors |= name == _FACTORS and code_of(text) in schema().codes[_FACTORS]
            for carrier, shown in _carried(name, text):
                known.add(carrier.item)
                self._seen(at, record_id, child, place, carrier, shown)
        if not told_factors:
            for carrier in carriers.silent([_FACTORS], FORMAT, known=known):
                self._write(at, record_id, carrier, carrier.field, None)

    def _assessed(self, record_id: str, child: Child) -> None:
        """Each assessment that has ended. An episode is told by the day of its referral: the same in every year's census."""
        met: dict[str, int] = {}
        names: dict[Holder, str] = {}
        whole, *holders = child.layout.holders
        for held in holders:
            if held.kind.name == "CINdetails" and held.around is whole:
                began = str(read_date(child.own(held, "CINreferralDate")).value or "not dated")
                met[began] = met.get(began, 0) + 1
                names[held] = began if met[began] == 1 else f"{began}, {met[began]}"
            elif held.kind.name == "Assessments" and held.around in names:
                ended = read_date(child.own(held, "AssessmentAuthorisationDate")).value
                if ended is not None:
                    done = (self.authority, names[held.around], ended, _factors(child, held))
                    self.source.ledger.assessments.add((self.source.name, record_id, *done))

    def _seen(
        self, at: Place, record_id: str, child: Child, place: int, carrier: Carrier, shown: str
    ) -> None:
        day = self._day(child, place, carrier.dated_by)
        if day is None:
            self.source.flag(at, "date_missing", carrier.dated_by)
        self._write(at, record_id, carrier, shown, day)

    def _write(self, at: Place, record_id: str, carrier: Carrier, shown: str, day: date | None) -> None:
        seen = Seen(
            carrier.item, shown, carrier.strength, carrier.counts, day, own_day=carriers.own_day(carrier)
        )
        self.source.observe(at, record_id, seen)

    def _day(self, child: Child, place: int, dated_by: str) -> date | None:
        """The nearest date of that name around an element, else the next best; null where there is none."""
        if dated_by == "return_end":
            return self.reference
        for name in (dated_by, *_DATED_ELSE.get(dated_by, ())):
            holder = child.layout.around[place]
            while holder is not None:
                if (day := read_date(child.own(holder, name)).value) is not None:
                    return day
                holder = holder.around
        return None


def _factors(child: Child, assessment: Holder) -> list[str]:
    """The factors that an assessment found, of those that there are."""
    kinds = child.layout.kinds
    places = (place for place in range(assessment.place, assessment.end) if kinds[place].name == _FACTORS)
    return sorted({code_of(child.texts[place]) for place in places} & schema().codes[_FACTORS])


@lru_cache(maxsize=65_536)
def _carried(field: str, text: str) -> tuple[tuple[Carrier, str], ...]:
    """What a field that is filled in carries, and how the evidence names the field."""
    mine = carriers.by_field(FORMAT)[field]
    return tuple(
        (carrier, carriers.shown(carrier, text)) for carrier in mine if carriers.matches(carrier, text)
    )


class Kind(NamedTuple):
    """What a name means in a year. `holds`: the elements that may stand in it, null where it holds a value; `event`: whether it
    is the day of something that happened; `judged`: whether its value is looked at; `carries`: whether it can carry an item."""

    name: str
    holds: frozenset[str] | None
    needs: tuple[str, ...]
    allowed: bool
    repeats: bool
    event: bool
    judged: bool
    carries: bool


@lru_cache(maxsize=4_096)
def kind_of(tag: object, year: int) -> Kind:
    """Of an element's tag, with or without its namespace; what is no element has no name."""
    rules, name = schema(), without_namespace(tag)
    return Kind(
        name=name,
        holds=rules.elements.get(name),
        needs=rules.required.get(name, ()),
        allowed=rules.allows(name, year),
        repeats=name in rules.may_repeat,
        event=rules.is_date(name) and name not in rules.births,
        judged=name in rules.yes_no or name in rules.numbers or name in rules.codes,
        carries=name in carriers.by_field(FORMAT),
    )


@dataclass(eq=False)
class Holder:
    """An element that holds others, from `place` up to `end`."""

    kind: Kind
    place: int
    around: Holder | None
    end: int = 0
    own: dict[str, int] = field(default_factory=dict)


class Layout:
    """How a child's elements stand in each other, each at its place in the order of the file: the same for every child that has
    the same elements. `parts`: the places of elements; `around`: of each place what holds it; `holders`: all of them, in order; `plans`: of each kind of
    plan that a child has several of, those."""

    def __init__(self, tags: tuple[object, ...], counts: tuple[int, ...], year: int) -> None:
        self._year, self._counts = year, counts
        self.kinds = [kind_of(tag, year) for tag in tags]
        self.parts = [place for place, tag in enumerate(tags) if isinstance(tag, str)]
        self.first = {self.kinds[place].name: place for place in reversed(self.parts)}
        self.carrying = [place for place in self.parts if self.kinds[place].carries]
        self.events = [place for place in self.parts if self.kinds[place].event]
        self.around: list[Holder | None] = [None] * len(tags)
        self.holders: list[Holder] = []
        self._looks: list[Departure | _Look] = []
        self._held(0, None)
        plans = ([holder for holder in self.holders if holder.kind.name == name] for name in schema().plans)
        self.plans = [several for several in plans if len(several) > 1]
        looks = [look for look in self._looks if isinstance(look, _Look)]
        self._odd = len(looks) < len(self._looks)
        self._blank = [look.place for look in looks if look.at == "text"]
        self._values = [look.place for look in looks if look.at == "value"]
        self._judged = [place for place in self._values if self.kinds[place].judged]
        self._names = [self.kinds[place].name for place in self._judged]

    def departures(self, texts: list[str], tails: list[str]) -> list[Departure]:
        """How a child with these texts in and behind its elements departs from the year's schema."""
        if (
            not self._odd
            and not any(tails)
            and not any(map(texts.__getitem__, self._blank))
            and all(map(texts.__getitem__, self._values))
            and not any(
                map(_value_departures, self._names, map(texts.__getitem__, self._judged), repeat(self._year))
            )
        ):
            return []
        found: list[Departure] = []
        for look in self._looks:
            if isinstance(look, Departure):
                found.append(look)
            elif look.at == "value":
                found += self._of_value(look.place, texts[look.place])
            elif texts[look.place] if look.at == "text" else tails[look.place]:
                found.append(Departure("stray_text", look.name, {}))
        return found

    def _of_value(self, place: int, text: str) -> tuple[Departure, ...]:
        name = self.kinds[place].name
        if not text:
            return (Departure("element_empty", name, {"element": name}),)
        return _value_departures(name, text, self._year)

    def _inside(self, place: int) -> Iterator[int]:
        """The places of what stands directly in an element."""
        inner = place + 1
        for _ in range(self._counts[place]):
            yield inner
            inner = self._behind(inner)

    def _behind(self, place: int) -> int:
        left, behind = 1, place
        while left:
            left += self._counts[behind] - 1
            behind += 1
        return behind

    def _holder(self, place: int, around: Holder | None) -> Holder:
        self.holders.append(Holder(self.kinds[place], place, around, self._behind(place)))
        return self.holders[-1]

    def _held(self, place: int, around: Holder | None) -> None:
        """All that stands in an element that holds others."""
        holder, kind = self._holder(place, around), self.kinds[place]
        self._looks.append(_Look("text", place, kind.name))
        for inner in self._inside(place):
            self._looks.append(_Look("tail", inner, kind.name))
            self.around[inner] = holder
            self._one(inner, holder)
            holder.own.setdefault(self.kinds[inner].name, inner)
        for needed in kind.needs:
            if needed not in holder.own:
                self._departs("element_missing", needed, element=needed)

    def _one(self, place: int, holder: Holder) -> None:
        kind = self.kinds[place]
        if kind.name not in (holder.kind.holds or ()):
            shown = kind.name if _SAFE.fullmatch(kind.name) else "of another kind"
            self._departs("element_unknown", shown, element=shown)
            self._beyond(place, holder)
            return
        if not kind.allowed:
            self._departs("element_other_year", kind.name, element=kind.name, year=self._year)
        if kind.name in holder.own and not kind.repeats:
            self._departs("element_repeated", kind.name, element=kind.name)
        if kind.holds is not None:
            self._held(place, holder)
            return
        if self._counts[place]:
            self._departs("element_unknown", kind.name, element=f"inside {kind.name}")
            self._beyond(place, holder)
        self._looks.append(_Look("value", place, kind.name))

    def _beyond(self, place: int, around: Holder | None) -> None:
        """What stands in an element that the schema does not have, or not here: read, and not judged."""
        holder = self._holder(place, around) if self.kinds[place].holds is not None else None
        for inner in self._inside(place):
            self.around[inner] = holder
            self._beyond(inner, holder)
            if holder:
                holder.own.setdefault(self.kinds[inner].name, inner)

    def _departs(self, code: str, element: str, /, **filling: object) -> None:
        self._looks.append(Departure(code, element, filling))


class _Look(NamedTuple):
    """Where a child's text decides: `at` 'text' or 'tail', where none belongs, or 'value', which must be there and hold."""

    at: str
    place: int
    name: str


class Child:
    """One child's elements: how they stand, and what each says."""

    def __init__(self, element: etree._Element, year: int) -> None:
        nodes = list(element.iter())
        self.layout = _laid_out(tuple(map(_TAG, nodes)), tuple(map(len, nodes)), year)
        self.texts = [text.strip() if text else "" for text in map(_TEXT, nodes)]
        tails = [tail.strip() if tail else "" for tail in map(_TAIL, nodes)]
        tails[0] = ""  # what is behind the child is not of the child
        self.departures = self.layout.departures(self.texts, tails)

    def own(self, holder: Holder, name: str) -> str:
        """What the first element of a name says that stands directly in another."""
        place = holder.own.get(name)
        return self.texts[place] if place is not None else ""


@lru_cache(maxsize=4_096)
def _laid_out(tags: tuple[object, ...], counts: tuple[int, ...], year: int) -> Layout:
    return Layout(tags, counts, year)


_TAG, _TEXT, _TAIL = (attrgetter(name) for name in ("tag", "text", "tail"))
