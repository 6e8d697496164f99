"""What each child's records will show: which signs, held by which agency, on which day. Dates and codes, never a scene.

A child has exactly one story, and only that story puts counting signs into the extracts. So the truth is known: nobody
becomes scattered by chance, and no planted child is missed by the truth file.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from heard.demo.people import AS_OF, Person

WINDOW_BEGAN = AS_OF - timedelta(days=365)


@dataclass(frozen=True)
class Carrier:
    """One way in which one extract shows one sign. `counts` is false where the knowledge release calls it weak."""

    name: str
    source: str
    agency: str
    sign: str
    from_age: int
    counts: bool = True


_CARE, _POLICE, _SCHOOL = "social care", "police", "school"
_HOSPITAL, _CLINIC, _JUSTICE = "hospital", "sexual health clinic", "youth justice"

CARRIERS = {
    carrier.name: carrier
    for carrier in (
        Carrier("absent weeks", "school_attendance", _SCHOOL, "S06", 5),
        Carrier("missing episode", "police_missing", _POLICE, "S01", 9),
        Carrier("injury", "accident_emergency", _HOSPITAL, "S02", 3),
        Carrier("alcohol or drugs", "accident_emergency", _HOSPITAL, "S03", 12),
        Carrier("mental health", "accident_emergency", _HOSPITAL, "S12", 10),
        Carrier("self-harm", "accident_emergency", _HOSPITAL, "S13", 11),
        Carrier("repeat attendance", "sexual_health", _CLINIC, "S05", 14),
        Carrier("offence", "youth_justice", _JUSTICE, "S04", 10),
        Carrier("factor 10A", "cin_census_2026", _CARE, "S01", 9),
        Carrier("factor 18C", "cin_census_2026", _CARE, "S02", 3),
        Carrier("factor 2A", "cin_census_2026", _CARE, "S03", 11),
        Carrier("factor 4A", "cin_census_2026", _CARE, "S12", 8),
        Carrier("factor 15A", "cin_census_2026", _CARE, "S13", 11),
        Carrier("factor 14A", "cin_census_2026", _CARE, "S04", 10, counts=False),
        Carrier("care missing", "ssda903", _CARE, "S01", 9),
        Carrier("care substance misuse", "ssda903", _CARE, "S03", 11),
        Carrier("care convicted", "ssda903", _CARE, "S04", 10),
        Carrier("care difficulties", "ssda903", _CARE, "S12", 8),
        Carrier("care away", "ssda903", _CARE, "S01", 9, counts=False),
    )
}
_COUNTING = tuple(carrier for carrier in CARRIERS.values() if carrier.counts)


@dataclass(frozen=True)
class Sighting:
    carrier: Carrier
    on: date

    @property
    def in_window(self) -> bool:
        return WINDOW_BEGAN < self.on <= AS_OF


@dataclass
class Story:
    """`kind` is one of `KINDS`; `sources` are the extracts in which the child stands, whether or not with a sign."""

    kind: str
    sightings: list[Sighting] = field(default_factory=list)
    sources: set[str] = field(default_factory=set)

    @property
    def planted(self) -> bool:
        return self.kind == "scattered"

    def counting(self) -> list[Sighting]:
        return [s for s in self.sightings if s.carrier.counts and s.in_window]

    def signs(self) -> list[str]:
        return sorted({s.carrier.sign for s in self.counting()})

    def agencies(self) -> list[str]:
        return sorted({s.carrier.agency for s in self.counting()})

    def of(self, source: str) -> list[Sighting]:
        return [s for s in self.sightings if s.carrier.source == source]


def tell(rng: Random, child: Person) -> Story:
    """Draws the child's story, then the extracts that know the child."""
    story = Story(rng.choices(*_kinds_at(child.age))[0])
    story.sightings = KINDS[story.kind].draw(rng, child)
    story.sources = {s.carrier.source for s in story.sightings} | _known_anyway(rng, child) | _bridges(story)
    return story


def _carriers(rng: Random, child: Person, avoid: frozenset[str] = frozenset()) -> list[Carrier]:
    """Ways to show a sign that fit the child's age, in random order. Few children are in care, and fewer have no NHS number."""
    in_care = rng.random() < 0.15
    fitting = [
        carrier
        for carrier in _COUNTING
        if child.age >= carrier.from_age
        and carrier.source not in avoid
        and (in_care or carrier.source != "ssda903")
        and (child.nhs_number or carrier.source not in {"accident_emergency", "sexual_health"})
        and (child.age <= 16 or carrier.source != "school_attendance")
    ]
    # The council's returns have the most ways to show a sign; without the weight they would hold nearly every one.
    return sorted(fitting, key=lambda carrier: rng.random() + (0.35 if carrier.agency == _CARE else 0))


def _pick(carriers: list[Carrier], signs: int, per_agency: int) -> list[Carrier]:
    """The first carriers of distinct signs, with at most `per_agency` in one agency."""
    picked: list[Carrier] = []
    for carrier in carriers:
        same = sum(p.agency == carrier.agency for p in picked)
        if len(picked) < signs and same < per_agency and carrier.sign not in {p.sign for p in picked}:
            picked.append(carrier)
    return picked


def _day(rng: Random, longest_ago: int = 330, latest: int = 10) -> date:
    return AS_OF - timedelta(days=rng.randint(latest, longest_ago))


def _seen(rng: Random, carriers: list[Carrier], longest_ago: int = 330) -> list[Sighting]:
    return [Sighting(carrier, _day(rng, longest_ago)) for carrier in carriers]


def _scattered(rng: Random, child: Person) -> list[Sighting]:
    """Three to five distinct signs, no more than two of them in one agency."""
    wanted = rng.choices((3, 4, 5), (75, 20, 5))[0]
    picked = _pick(_carriers(rng, child), wanted, per_agency=2)
    return _seen(rng, picked)


def _in_one_agency(rng: Random, child: Person) -> list[Sighting]:
    """Three signs that social care holds alone: in one return, or over its two; at times another agency holds one too."""
    ways = [("factor 10A", "factor 2A", "factor 4A"), ("factor 4A", "care missing", "care substance misuse"),
            ("factor 2A", "factor 4A", "care missing")]  # fmt: skip
    picked = [CARRIERS[name] for name in rng.choice(ways)]
    if rng.random() < 0.4:
        picked.append(CARRIERS["missing episode"])
    if rng.random() < 0.3:
        picked.append(CARRIERS["care away"])
    return _seen(rng, picked)


def _two_signs(rng: Random, child: Person) -> list[Sighting]:
    return _seen(rng, _pick(_carriers(rng, child), 2, per_agency=1))


def _one_too_old(rng: Random, child: Person) -> list[Sighting]:
    """Three signs, of which one is more than a year before the others."""
    yearly = frozenset({"cin_census_2026", "ssda903"})  # the statutory returns hold the year only
    picked = _pick(_carriers(rng, child, avoid=yearly), 3, per_agency=1)
    return [*_seen(rng, picked[:2], 160), *(Sighting(carrier, _day(rng, 800, 560)) for carrier in picked[2:])]


def _one_weak(rng: Random, child: Person) -> list[Sighting]:
    """Three signs, of which one is only hinted at by a code that does not count."""
    others = [
        c for c in _carriers(rng, child, avoid=frozenset({"cin_census_2026", "ssda903"})) if c.sign != "S04"
    ]
    return _seen(rng, [*_pick(others, 2, per_agency=1), CARRIERS["factor 14A"]])


def _one_sign(rng: Random, child: Person) -> list[Sighting]:
    """One sign, at times seen by two agencies or more than once."""
    carriers = _carriers(rng, child)[:1]
    if rng.random() < 0.2:
        carriers += [
            c for c in _COUNTING if c.source == "police_missing" and {c.sign} == {k.sign for k in carriers}
        ]
    return _seen(rng, carriers)


def _no_sign(_: Random, __: Person) -> list[Sighting]:
    return []


@dataclass(frozen=True)
class SignStory:
    draw: Callable[[Random, Person], list[Sighting]]
    share_of_young: float  # per hundred children under 12
    share_of_older: float  # per hundred children from 12 to 17


KINDS = {
    "scattered": SignStory(_scattered, 0, 6.5),
    "in one agency": SignStory(_in_one_agency, 0, 1.5),
    "two signs": SignStory(_two_signs, 0, 4),
    "one too old": SignStory(_one_too_old, 0, 1.5),
    "one weak": SignStory(_one_weak, 0, 1.5),
    "one sign": SignStory(_one_sign, 5, 16),
    "no sign": SignStory(_no_sign, 95, 69),
}


def _kinds_at(age: int) -> tuple[list[str], list[float]]:
    return list(KINDS), [k.share_of_older if age >= 12 else k.share_of_young for k in KINDS.values()]


def _known_anyway(rng: Random, child: Person) -> set[str]:
    """Extracts in which children stand for other reasons: at school, ill, in need, looked after, tested once."""
    chances = {
        "school_attendance": 0.88 if 4 <= child.age <= 16 else 0,
        "accident_emergency": 0.15,
        "cin_census_2026": 0.09,
        "ssda903": 0.012,
        "sexual_health": 0.02 if child.age >= 14 and child.nhs_number else 0,
    }
    return {source for source, chance in chances.items() if rng.random() < chance}


def upn_is_needed(story: Story) -> bool:
    """Nothing else leads from the council's returns, which have no names, to what other agencies hold."""
    return story.planted and bool(
        {s.carrier.source for s in story.sightings} & {"cin_census_2026", "ssda903"}
    )


def nhs_number_is_needed(story: Story) -> bool:
    """Nothing else leads from the clinic, which has no names, to what other agencies hold."""
    return story.planted and bool(story.of("sexual_health"))


def _bridges(story: Story) -> set[str]:
    """Without names in the census only the school's UPN leads on, and from the clinic the hospital's NHS number."""
    school = {"school_attendance"} if upn_is_needed(story) else set()
    return school | ({"accident_emergency"} if nhs_number_is_needed(story) else set())
