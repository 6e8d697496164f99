"""Two lists of the same town's children, written down by different hands: made from a seed, with the truth beside them.

Households have siblings, twins, parents and grandparents of one name; children move, are called by short names, get another
family name; dates are partial, impossible, swapped, a digit out. Nothing here knows the engine's lists of names or its rules. Nobody gives two children names
that are spellings or short forms of one another, as far as the fictional partnership knows them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache, cached_property, partial
from itertools import accumulate
from pathlib import Path
from random import Random

import jellyfish
from rapidfuzz.distance import OSA
from tests.bench import crowd

from heard.demo.identifiers import postcode
from heard.demo.names import also_written, are_forms, origins

LISTS = ("school", "clinic")
COLUMNS = ("id", "given", "family", "born", "sex", "postcode", "address")
MAPPING = "sources:\n" + "".join(
    f"  {name}:\n    agency: {name}\n    files: '{name}*'\n    record: {{record_id: id, given_name: given, family_name: family, "
    "birth_date: born, sex: sex, postcode: postcode, address: address}\n"
    for name in LISTS
)
_FIRST, _LAST = date(2008, 4, 1), date(2026, 3, 31)
_STREETS = [
    "Mill",
    "Church",
    "Station",
    "High",
    "Park",
    "Victoria",
    "Albert",
    "Green",
    "Manor",
    "Kings",
    "Queens",
    "North",
    "South",
    "West",
    "East",
    "School",
    "Chapel",
    "Grange",
    "Springfield",
    "Oak",
    "Ash",
    "Elm",
    "Beech",
    "Cedar",
    "Willow",
    "Hill",
    "Bridge",
    "Canal",
    "Market",
    "Castle",
]
_ENDS = (("Road", "Rd"), ("Street", "St"), ("Lane", "Ln"), ("Avenue", "Ave"), ("Close", "Cl"))
_KEYS = {"a": "sq", "e": "wr", "i": "uo", "o": "ip", "u": "yi", "n": "bm", "m": "n", "r": "et", "s": "ad", "t": "ry", "l": "k", "h": "gj"}  # fmt: skip


@dataclass(frozen=True)
class World:
    """Where names come from: girls', boys' and family names, the commonest first."""

    name: str
    girls: tuple[crowd.Names, ...]
    boys: tuple[crowd.Names, ...]
    families: tuple[crowd.Names, ...]
    shares: tuple[float, ...]
    forms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    by_sound: bool = False

    def one_name(self, one: str, other: str) -> bool:
        """Whether nobody gives both to two children; in a world from a file also where they sound alike."""
        alike = self.by_sound and jellyfish.metaphone(one) == jellyfish.metaphone(other)
        return one == other or are_forms(one, other) or alike


@cache
def world(name: str) -> World:
    """`known`: the fictional partnership's names, by origin; `made`: invented names that no list holds; else a JSON file with
    origins (each with share, girls, boys, families) and perhaps forms (of a name, the others)."""
    if name == "known":
        made, shares = origins()
        pools = [
            [crowd.Names(list(getattr(o, kind).names)) for o in made] for kind in ("girls", "boys", "family")
        ]
        return World(name, *(tuple(kind) for kind in pools), shares, also_written())
    if name == "made":
        rng = Random(77)
        given = [text for text in crowd._given_names(rng)[-4000:]]
        family = crowd._family_names(rng)[-9000:]
        return World(
            name, (crowd.Names(given[::2]),), (crowd.Names(given[1::2]),), (crowd.Names(family),), (1.0,)
        )
    told = json.loads(Path(name).read_text("utf-8"))
    origin = told["origins"]
    return World(
        Path(name).stem,
        *(tuple(crowd.Names(one[kind]) for one in origin) for kind in ("girls", "boys", "families")),
        tuple(accumulate(one["share"] for one in origin)),
        {one: tuple(others) for one, others in told.get("forms", {}).items()},
        by_sound=True,
    )


@dataclass(frozen=True)
class Child:
    key: str
    household: str
    given: str
    middle: str
    family: str
    born: date
    sex: str
    postcode: str
    address: str
    child: bool = True


@dataclass
class Lists:
    """Rows of both lists by their ids, and of each id whose record it is and of which household."""

    rows: dict[str, list[dict[str, str]]]
    child_of: dict[tuple[str, str], str]
    household_of: dict[str, str]
    noise: dict[tuple[str, str], tuple[str, ...]]

    @cached_property
    def true(self) -> set[tuple[str, str]]:
        ids = [{child: id_ for (name, id_), child in self.child_of.items() if name == text} for text in LISTS]
        return {(ids[0][child], ids[1][child]) for child in ids[0].keys() & ids[1].keys()}

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ours.yaml").write_text(MAPPING)
        for name, rows in self.rows.items():
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS)
                writer.writeheader()
                writer.writerows(rows)


def lists(size: int, seed: int, of: str = "known", *, noisy: float = 1.0) -> Lists:
    """About `size` children, nine in ten of them in each list. `noisy`: how often noise comes, times as usual."""
    rng = Random(f"lists {seed} {of}")
    people = [child for house in _households(rng, world(of), size) for child in house]
    return _written(rng, people, lambda: tuple(rng.random() < 0.9 for _ in LISTS), of, noisy)


def twins(pairs: int, seed: int, of: str = "known", *, noisy: float = 0.0, beside: int = 3_000) -> Lists:
    """Lone twins: one in each list, all else the same, half of them with names that look alike. Beside them an ordinary
    crowd, from which a model may learn."""
    return _lone(
        pairs,
        seed,
        of,
        noisy,
        beside,
        lambda rng, child, w: replace(child, given=_other_given(rng, w, child, child.sex)),
    )


def siblings(pairs: int, seed: int, of: str = "known", *, noisy: float = 0.0, beside: int = 3_000) -> Lists:
    """Lone siblings with near names, one to three years apart, a third of them with birthdays near one another."""

    def younger(rng: Random, child: Child, w: World) -> Child:
        near = rng.random() < 1 / 3
        days = rng.choice((365, 366, 364, 365 + 31, 730)) if near else rng.randint(330, 1100)
        return replace(
            child, given=_other_given(rng, w, child, child.sex), born=child.born + timedelta(days=days)
        )

    return _lone(pairs, seed, of, noisy, beside, younger)


def families(pairs: int, seed: int, of: str = "known", *, noisy: float = 0.0, beside: int = 3_000) -> Lists:
    """Families that share name, address and postcode: a child in one list, in the other a parent of the very same name, a
    cousin, or a sibling of the other sex."""

    def relative(rng: Random, child: Child, w: World) -> Child:
        kind = rng.randrange(3)
        if kind == 0:
            return replace(child, born=child.born - timedelta(days=rng.randint(6600, 13_000)))
        if kind == 1:
            return replace(
                child,
                given=_other_given(rng, w, child, child.sex),
                born=child.born + timedelta(days=rng.randint(-400, 400)),
            )
        sex = "M" if child.sex == "F" else "F"
        return replace(child, given=_other_given(rng, w, child, sex), sex=sex, born=child.born + timedelta(days=rng.choice((0, 0, 365, 800))))  # fmt: skip

    return _lone(pairs, seed, of, noisy, beside, relative)


def _lone(
    pairs: int, seed: int, of: str, noisy: float, beside: int, other: Callable[[Random, Child, World], Child]
) -> Lists:
    rng, w = Random(f"lone {seed} {of} {other.__qualname__}"), world(of)
    people = [child for house in _households(rng, w, beside) for child in house]
    where = {}
    for number, house in enumerate(_households(rng, w, pairs * 4)):
        if len(where) >= 2 * pairs:
            break
        one = replace(house[0], key=f"L{number}a", household=f"L{number}", child=True)
        two = replace(other(rng, one, w), key=f"L{number}b")
        people += [one, two]
        first = rng.random() < 0.5
        where[one.key], where[two.key] = (first, not first), (not first, first)
    plain = [person for person in people if person.key not in where]
    made = _written(rng, plain, lambda: tuple(rng.random() < 0.9 for _ in LISTS), of, 1.0)
    lone = _written(rng, [person for person in people if person.key in where], None, of, noisy, where, "x")
    for name in LISTS:
        made.rows[name] += lone.rows[name]
        rng.shuffle(made.rows[name])
    made.child_of |= lone.child_of
    made.household_of |= lone.household_of
    made.noise |= lone.noise
    return made


def _households(rng: Random, w: World, size: int) -> Iterator[list[Child]]:
    made = number = 0
    while made < size:
        place = rng.choices(range(len(w.shares)), cum_weights=w.shares)[0]
        family = w.families[place].draw(rng)
        if rng.random() < 0.05:
            family = f"{family}-{w.families[place].draw(rng)}"
        home = number // 3 + seed_of(w.name)
        street, (end, _) = _STREETS[home % len(_STREETS)], _ENDS[home // 7 % len(_ENDS)]
        address = f"{rng.randint(1, 180)} {street} {end}"
        born = _FIRST + timedelta(days=rng.randrange((_LAST - _FIRST).days))
        house: list[Child] = []
        count = rng.choices((1, 2, 3, 4, 5), (36, 38, 17, 6, 3))[0]
        while len(house) < count and born <= _LAST:
            sex = rng.choice("FM")
            pool = (w.girls if sex == "F" else w.boys)[place]
            given = next(
                n for n in iter(partial(pool.draw, rng), "") if not any(w.one_name(n, o.given) for o in house)
            )
            middle = pool.draw(rng) if rng.random() < 0.6 else ""
            name = w.families[place].draw(rng) if house and rng.random() < 0.06 else family
            house.append(
                Child(
                    f"C{made + len(house)}",
                    f"H{number}",
                    given,
                    middle,
                    name,
                    born,
                    sex,
                    postcode(home),
                    address,
                )
            )
            if rng.random() < 0.015:  # a twin
                twin = replace(house[-1], key=f"C{made + len(house)}", middle="")
                house.append(replace(twin, given=_other_given(rng, w, twin, twin.sex)))
            born = born + timedelta(days=rng.randint(330, 1500))
        if rng.random() < 0.01:
            child = house[0]
            house.append(
                replace(
                    child,
                    key=f"P{number}",
                    born=child.born - timedelta(days=rng.randint(7000, 12_000)),
                    child=False,
                )
            )
        yield house
        made, number = made + len(house), number + 1


def seed_of(name: str) -> int:
    return sum(map(ord, name)) % 1000


def _other_given(rng: Random, w: World, child: Child, sex: str) -> str:
    """Another given name, in half of all cases one that looks alike."""
    pool = next(p for p in (w.girls if sex == "F" else w.boys) if child.sex != sex or child.given in p.names)
    if rng.random() < 0.5 and (near := _near(w, pool, child.given)):
        return rng.choice(near)
    return next(n for n in iter(lambda: pool.draw(rng), "") if not w.one_name(n, child.given))


_NEAR: dict[tuple[int, str], list[str]] = {}


def _near(w: World, pool: crowd.Names, given: str) -> list[str]:
    if (id(pool), given) not in _NEAR:
        most = 1 if len(given) < 5 else 2
        _NEAR[id(pool), given] = [
            n
            for n in pool.names
            if not w.one_name(n, given) and OSA.distance(n.lower(), given.lower()) <= most
        ]
    return _NEAR[id(pool), given]


# ---- how one hand writes a child down


type _Slip = Callable[[Random, dict[str, str], Child, World], str | None]


def _written(rng: Random, people: list[Child], where: Callable[[], tuple[bool, ...]] | None, of: str, noisy: float,
             said: dict[str, tuple[bool, ...]] | None = None, prefix: str = "") -> Lists:  # fmt: skip
    w = world(of)
    made = Lists({name: [] for name in LISTS}, {}, {person.key: person.household for person in people}, {})
    for person in people:
        held = said[person.key] if said else where() if where else (True, True)
        for place, name in enumerate(LISTS):
            if not held[place] or (not person.child and name == "school"):
                continue
            row, noise = _row(rng, person, w, noisy)
            row["id"] = f"{prefix}{name[0]}{len(made.rows[name]) + 1}"
            made.rows[name].append(row)
            made.child_of[name, row["id"]] = person.key
            made.noise[name, row["id"]] = noise
    for rows in made.rows.values():
        rng.shuffle(rows)
    return made


def _row(rng: Random, child: Child, w: World, noisy: float) -> tuple[dict[str, str], tuple[str, ...]]:
    row = {"given": child.given, "family": child.family, "born": child.born.isoformat(), "sex": child.sex,
           "postcode": child.postcode, "address": child.address}  # fmt: skip
    noise = []
    for share, slip in _SLIPS:
        if rng.random() < share * noisy and (word := slip(rng, row, child, w)):
            noise.append(word)
    return row, tuple(noise)


def _typo(rng: Random, text: str) -> str:
    """A letter left out, doubled, wrong, or two swapped: anywhere, the first one seldom."""
    if len(text) < 3:
        return text
    at = rng.randrange(0 if rng.random() < 0.15 else 1, len(text))
    letter = text[at].lower()
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + letter + text[at:]
    if kind == 2 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + rng.choice(_KEYS.get(letter, "aeinrst")) + text[at + 1 :]


def _given_typo(rng: Random, row: dict[str, str], child: Child, w: World) -> str:
    row["given"] = _typo(rng, row["given"])
    return "given slip"


def _family_typo(rng: Random, row: dict[str, str], child: Child, w: World) -> str:
    row["family"] = _typo(rng, row["family"])
    return "family slip"


def _nickname(rng: Random, row: dict[str, str], one: Child, w: World) -> str | None:
    if not (others := w.forms.get(one.given)):
        return None
    row["given"] = rng.choice(others)
    return "nickname"


def _middle(rng: Random, row: dict[str, str], child: Child, w: World) -> str | None:
    if not child.middle:
        return None
    row["given"] = f"{row['given']} {child.middle}"
    return "middle name"


def _initial(rng: Random, row: dict[str, str], child: Child, w: World) -> str:
    row["given"] = row["given"][:1]
    return "initial"


def _no_given(rng: Random, row: dict[str, str], child: Child, w: World) -> str:
    row["given"] = ""
    return "no given"


def _crossed(rng: Random, row: dict[str, str], child: Child, w: World) -> str:
    row["given"], row["family"] = row["family"], row["given"]
    return "crossed"


def _other_family(rng: Random, row: dict[str, str], child: Child, w: World) -> str:
    row["family"] = rng.choice(w.families).draw(rng)
    return "other family"


def _part_family(rng: Random, row: dict[str, str], child: Child, w: World) -> str | None:
    if "-" not in row["family"]:
        return None
    row["family"] = rng.choice(row["family"].split("-"))
    return "part of family"


def _swapped_day(rng: Random, row: dict[str, str], child: Child, w: World) -> str | None:
    if child.born.day > 12 or child.born.day == child.born.month:
        return None
    row["born"] = f"{child.born:%Y-%d-%m}"
    return "day and month"


def _digit(rng: Random, row: dict[str, str], child: Child, w: World) -> str | None:
    for _ in range(9):
        text = f"{child.born:%Y%m%d}"
        at = rng.choice((3, 5, 6, 7, 7))
        text = (
            text[:at]
            + str((int(text[at]) + rng.choice((1, 1, 9, rng.randrange(2, 9)))) % 10)
            + text[at + 1 :]
        )
        try:
            date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError:
            continue
        row["born"] = f"{text[:4]}-{text[4:6]}-{text[6:]}"
        return "digit"
    return None


def _year(rng: Random, row: dict[str, str], child: Child, w: World) -> str:
    row["born"] = f"{child.born.year + rng.choice((-1, 1))}{child.born:-%m-%d}"
    return "year out"


def _other_part(rng: Random, row: dict[str, str], child: Child, w: World) -> str:
    day, month = rng.randint(1, 28), child.born.month if rng.random() < 0.7 else rng.randint(1, 12)
    row["born"] = f"{child.born.year}-{month:02}-{day:02}"
    return "other part"


def _partial(rng: Random, row: dict[str, str], child: Child, w: World) -> str:
    row["born"] = rng.choice((f"{child.born:%Y}", f"{child.born:%Y-%m}", f"{child.born:%m/%Y}", f"{child.born:%Y-%m}-00", f"00/00/{child.born:%Y}", f"??/{child.born:%m/%Y}"))  # fmt: skip
    return "partial date"


def _impossible(rng: Random, row: dict[str, str], child: Child, w: World) -> str:
    row["born"] = rng.choice((f"{child.born:%Y-%m}-{rng.randint(32, 39)}", f"{child.born:%Y}-02-{rng.randint(30, 31)}", f"{child.born:%Y}-{rng.randint(13, 19)}-{child.born:%d}"))  # fmt: skip
    return "impossible date"


def _no_birth(rng: Random, row: dict[str, str], child: Child, w: World) -> str:
    row["born"] = ""
    return "no birth date"


def _wrong_sex(rng: Random, row: dict[str, str], child: Child, w: World) -> str:
    row["sex"] = "M" if child.sex == "F" else "F"
    return "wrong sex"


def _no_sex(rng: Random, row: dict[str, str], child: Child, w: World) -> str:
    row["sex"] = ""
    return "no sex"


def _moved(rng: Random, row: dict[str, str], child: Child, w: World) -> str:
    row["postcode"] = postcode(rng.randrange(12_000))
    row["address"] = f"{rng.randint(1, 180)} {rng.choice(_STREETS)} {rng.choice(_ENDS)[0]}"
    return "moved"


def _no_home(rng: Random, row: dict[str, str], child: Child, w: World) -> str:
    row["postcode"] = row["address"] = ""
    return "no address"


def _no_postcode(rng: Random, row: dict[str, str], child: Child, w: World) -> str:
    row["postcode"] = ""
    return "no postcode"


def _postcode_typo(rng: Random, row: dict[str, str], child: Child, w: World) -> str:
    code = row["postcode"]
    if len(code) > 5:
        at = rng.choice((2, len(code) - 3, len(code) - 2, len(code) - 1))
        new = rng.choice("0123456789") if code[at].isdigit() else rng.choice("ABDEFGHJLNPQRSTUWXYZ")
        row["postcode"] = code[:at] + new + code[at + 1 :]
    return "postcode slip"


def _address_else(rng: Random, row: dict[str, str], child: Child, w: World) -> str:
    for long, short in _ENDS:
        row["address"] = row["address"].replace(long, short)
    if rng.random() < 0.4:
        row["address"] = _typo(rng, row["address"])
    return "address otherwise"


# Shares of records, each drawn by itself, in this order.
_SLIPS: tuple[tuple[float, _Slip], ...] = (
    (0.030, _nickname), (0.030, _given_typo), (0.040, _middle), (0.006, _initial), (0.004, _no_given),
    (0.030, _family_typo), (0.008, _other_family), (0.250, _part_family), (0.004, _crossed),
    (0.010, _swapped_day), (0.012, _digit), (0.006, _year), (0.006, _other_part), (0.020, _partial), (0.008, _impossible),
    (0.006, _no_birth), (0.008, _wrong_sex), (0.030, _no_sex), (0.060, _moved), (0.010, _no_home), (0.010, _no_postcode),
    (0.020, _postcode_typo), (0.150, _address_else),
)  # fmt: skip
