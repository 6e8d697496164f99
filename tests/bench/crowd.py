"""Two hundred thousand invented people whose names are spread as real ones are: a few very common, most of them rare."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, product
from random import Random

from heard.demo.identifiers import postcode
from heard.demo.names import origins

SEED = 20260301
_ENGLISH = [
    "ash",
    "black",
    "brad",
    "brook",
    "burn",
    "car",
    "chad",
    "clay",
    "cold",
    "cran",
    "dar",
    "den",
    "east",
    "ed",
    "elm",
    "far",
    "fen",
    "gar",
    "glad",
    "grim",
    "hal",
    "ham",
    "har",
    "hat",
    "haw",
    "hen",
    "hol",
    "hor",
    "hurst",
    "kirk",
    "lang",
    "law",
    "led",
    "lin",
    "lock",
    "long",
    "mal",
    "mar",
    "mel",
    "mid",
    "mil",
    "mor",
    "nor",
    "oak",
    "old",
    "pem",
    "pen",
    "pres",
    "ram",
    "rad",
    "red",
    "ring",
    "rock",
    "rose",
    "row",
    "ruth",
    "sal",
    "sand",
    "sel",
    "shel",
    "sher",
    "sid",
    "sil",
    "south",
    "stan",
    "stock",
    "strat",
    "sut",
    "swan",
    "tan",
    "thorn",
    "til",
    "tor",
    "tre",
    "wad",
    "wal",
    "war",
    "wes",
    "whit",
    "wid",
    "wil",
    "win",
    "wood",
    "wor",
    "yar",
]
_ENDS = [
    "ley",
    "ton",
    "ford",
    "ham",
    "worth",
    "wood",
    "field",
    "well",
    "man",
    "bridge",
    "by",
    "dale",
    "den",
    "er",
    "ers",
    "ing",
    "ings",
    "land",
    "more",
    "over",
    "ridge",
    "son",
    "stead",
    "stone",
    "ter",
    "thorpe",
    "ward",
    "wick",
    "win",
]
_SOUTH_ASIAN = [
    "abhi",
    "amar",
    "anand",
    "bal",
    "bhat",
    "chand",
    "das",
    "deep",
    "dev",
    "dhil",
    "gan",
    "gill",
    "gur",
    "har",
    "ish",
    "jag",
    "jas",
    "kal",
    "kap",
    "kul",
    "lakh",
    "mal",
    "man",
    "moh",
    "nar",
    "pal",
    "par",
    "pra",
    "raj",
    "ram",
    "ran",
    "sat",
    "shar",
    "sid",
    "suk",
    "sun",
    "tar",
    "ud",
    "vir",
]
_SOUTH_ASIAN_ENDS = [
    "a",
    "ani",
    "war",
    "wal",
    "deep",
    "jit",
    "kar",
    "preet",
    "want",
    "inder",
    "esh",
    "wala",
    "pur",
    "lal",
    "nath",
    "dev",
    "mand",
    "oor",
]
_POLISH = [
    "bart",
    "borow",
    "brzez",
    "cich",
    "czarn",
    "dabr",
    "dom",
    "gaj",
    "glow",
    "gor",
    "jablon",
    "jan",
    "jaw",
    "kal",
    "kam",
    "kaz",
    "kor",
    "kow",
    "koz",
    "kraw",
    "kul",
    "lew",
    "maj",
    "mal",
    "mich",
    "mor",
    "now",
    "olsz",
    "ost",
    "pawl",
    "piotr",
    "rog",
    "sad",
    "sob",
    "stan",
    "swier",
    "tom",
    "urb",
    "wal",
    "wisn",
    "woj",
    "zaw",
    "ziel",
]
_POLISH_ENDS = [
    "ski",
    "ska",
    "owski",
    "owska",
    "czyk",
    "ewicz",
    "icz",
    "ak",
    "ek",
    "ka",
    "inski",
    "inska",
    "arz",
    "cki",
    "cka",
]
_AFRICAN = [
    "ade",
    "ola",
    "olu",
    "ayo",
    "chi",
    "chukwu",
    "nna",
    "eze",
    "ife",
    "iye",
    "kwa",
    "mba",
    "nwa",
    "obi",
    "oko",
    "onye",
    "osa",
    "uche",
    "udo",
    "uzo",
    "ama",
    "bo",
    "asa",
    "men",
]
_AFRICAN_ENDS = [
    "bayo",
    "bisi",
    "dele",
    "diran",
    "femi",
    "kunle",
    "lade",
    "mola",
    "niyi",
    "tayo",
    "tunde",
    "wale",
    "yemi",
    "ma",
    "ndu",
    "nna",
    "go",
    "we",
    "ka",
    "ike",
    "ah",
    "ko",
    "te",
]
_OTHER = [
    "ab",
    "al",
    "ar",
    "az",
    "bek",
    "bar",
    "ber",
    "cos",
    "dim",
    "don",
    "dra",
    "fer",
    "gal",
    "geor",
    "gon",
    "her",
    "hos",
    "ib",
    "is",
    "kar",
    "kha",
    "lop",
    "mah",
    "mar",
    "mir",
    "mos",
    "nas",
]
_OTHER_ENDS = [
    "dul",
    "ahi",
    "ani",
    "eh",
    "escu",
    "ez",
    "ian",
    "idis",
    "im",
    "in",
    "io",
    "ino",
    "mann",
    "med",
    "mov",
    "oglu",
    "opoulos",
    "ov",
    "ova",
    "ra",
    "reddy",
    "ri",
    "rahim",
    "shah",
    "ssen",
    "tos",
    "ul",
    "va",
]
_FAMILIES = (
    (_ENGLISH, _ENDS), (_SOUTH_ASIAN, _SOUTH_ASIAN_ENDS), (_POLISH, _POLISH_ENDS), (_AFRICAN, _AFRICAN_ENDS),
    (_OTHER, _OTHER_ENDS),
)  # fmt: skip


@dataclass(frozen=True)
class Someone:
    id: uuid.UUID
    given: str
    family: str
    born: date
    postcode: str


class Names:
    """Names with cumulative weights: that of rank r is one part in r + 6, as in the demo and roughly as in life."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.weights = list(accumulate(1 / (rank + 6) for rank in range(len(names))))

    def draw(self, rng: Random) -> str:
        return rng.choices(self.names, cum_weights=self.weights)[0]


def crowd(size: int) -> Iterator[Someone]:
    rng = Random(SEED)
    family, given = Names(_family_names(rng)), Names(_given_names(rng))
    for number in range(size):
        name = family.draw(rng)
        if rng.random() < 0.05:
            name = f"{name}-{family.draw(rng)}"
        born = date(2008, 1, 1) + timedelta(days=rng.randrange(18 * 365))
        yield Someone(
            uuid.UUID(int=rng.getrandbits(128), version=4), given.draw(rng), name, born, postcode(number)
        )


def _family_names(rng: Random) -> list[str]:
    """The demo's names first, then made ones, some with a syllable more, in an order of chance."""
    known = _mixed(rng, [list(origin.family.names) for origin in origins()[0]])
    made = {stem + end for stems, ends in _FAMILIES for stem, end in product(stems, ends)}
    longer = {stem + mid + end for stems, ends in _FAMILIES for stem, mid, end in product(stems, stems, ends)}
    tail = sorted(made - {name.lower() for name in known})
    rare = rng.sample(sorted(longer - made), 50_000)
    rng.shuffle(tail)
    return known + [name.title() for name in tail + rare]


def _given_names(rng: Random) -> list[str]:
    known = _mixed(rng, [[*origin.girls.names, *origin.boys.names] for origin in origins()[0]])
    starts = [
        "a",
        "be",
        "ca",
        "da",
        "e",
        "fa",
        "ga",
        "ha",
        "i",
        "ja",
        "ka",
        "la",
        "ma",
        "na",
        "o",
        "pa",
        "ra",
        "sa",
        "ta",
        "u",
        "va",
        "ya",
        "za",
    ]
    ends = [
        "bel",
        "den",
        "dra",
        "hra",
        "jah",
        "lan",
        "lia",
        "lin",
        "mir",
        "na",
        "nah",
        "nika",
        "rah",
        "ri",
        "ria",
        "rin",
        "sha",
        "shan",
        "tia",
        "yah",
        "zan",
    ]
    made = sorted({a + b + c for a, b, c in product(starts, starts, ends)})
    return known + [name.title() for name in rng.sample(made, 4000)]


def _mixed(rng: Random, lists: list[list[str]]) -> list[str]:
    """One list of each origin, as one by rank: a name is the commoner, the more households have that origin."""
    ends = origins()[1]
    shares = [end - begin for begin, end in zip((0, *ends), ends, strict=False)]
    ranked = [
        ((rank + 1) * rng.uniform(0.7, 1.3) / share, name)
        for names, share in zip(lists, shares, strict=True)
        for rank, name in enumerate(names)
    ]
    return list(dict.fromkeys(name for _rank, name in sorted(ranked)))
