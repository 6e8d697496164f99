"""Which place or group somebody means, and where a place is. Pure."""

import re
from dataclasses import dataclass
from typing import Any, Final

from heard.agencies.rules import Asks, Missing
from heard.network.rules.alike import sounds_alike, spelled_alike
from heard.network.rules.keys import spelling_keys
from heard.network.rules.names import normal, normal_postcode, outward, postcode_begins


@dataclass(frozen=True)
class Likeness:
    """A place or group that may be the one meant, and why. `rank` puts the likest first; no one sees it."""

    id: Any
    name: str
    facts: str
    why: tuple[str, ...]
    rank: int


_SAME_NAME, _PART, _SPELLED, _SOUNDS = (
    "same name", "part of the name is the same", "name is spelled alike", "name sounds alike",
)  # fmt: skip
_SAME_POSTCODE, _BEGINS, _SAME_DISTRICT = (
    "same postcode",
    "postcode begins the same",
    "same postcode district",
)
_RANKS: Final = {_SAME_NAME: 9, _PART: 5, _SPELLED: 3, _SOUNDS: 2, _SAME_POSTCODE: 2, _BEGINS: 1}


def place_keys(name: str, postcode: str = "") -> frozenset[str]:
    """Keys, at most 60 letters each, that a place or group shares with whatever may be meant by it. `postcode`: also the
    beginning of one."""
    words = [word for word in normal(name).split() if len(word) > 2 and word not in _SMALL_WORDS]
    keys = {key for word in words for key in spelling_keys(word)}
    whole = normal(name).replace(" ", "")
    keys |= spelling_keys(whole, joined=True) if whole else set()
    begins = postcode_begins(postcode)
    posts = {begins, begins[:-2] if normal_postcode(begins) else "", outward(begins)} - {""}
    return frozenset(keys | {f"post {post}" for post in posts})


def likeness(
    asked: str, id: Any, name: str, kind: str, postcode: str = "", *, asked_postcode: str = ""
) -> Likeness | None:
    """How a place or group is like what was asked for; None where nothing agrees."""
    by_name = _names_alike(asked, name)
    by_place = _postcodes_alike(asked_postcode, postcode)
    if by_place == _SAME_DISTRICT and normal(asked) and not by_name:
        by_place = ""
    why = tuple(reason for reason in (by_name, by_place) if reason)
    if not why:
        return None
    words = len(set(normal(asked).split()) & set(normal(name).split()))
    rank = _RANKS.get(by_name, 0) + words + _RANKS.get(by_place, 0)
    return Likeness(id, name, ", ".join(part for part in (kind, postcode) if part), why, rank)


def _postcodes_alike(asked: str, known: str) -> str:
    """What was asked for may be the beginning of a postcode."""
    begins, whole = postcode_begins(asked), normal_postcode(known)
    if not begins or not whole:
        return ""
    if begins == whole:
        return _SAME_POSTCODE
    if " " in begins and whole.startswith(begins):
        return _BEGINS
    return _SAME_DISTRICT if outward(begins) == outward(whole) else ""


def house_number(name: str) -> str:
    """The number with which an address begins, or a flat of it: "12 High Street" is "12", "Flat 2, 12 High Street" is "2 12"; "" for none."""
    begins = _NUMBERED.match(name.strip())
    return " ".join(re.findall(r"\d+[a-z]?", begins[0].casefold())) if begins else ""


def _names_alike(asked: str, known: str) -> str:
    a, b = normal(asked), normal(known)
    if not a or not b:
        return ""
    if a.replace(" ", "") == b.replace(" ", ""):
        return _SAME_NAME
    pairs = [(x, y) for x in a.split() for y in b.split() if min(len(x), len(y)) > 2]
    if any(x == y for x, y in pairs if x not in _SMALL_WORDS):
        return _PART
    if any(spelled_alike(x, y) for x, y in [*pairs, (a, b)]):
        return _SPELLED
    return _SOUNDS if any(sounds_alike(x, y) for x, y in pairs if len(x) > 3) else ""


_NUMBERED: Final = re.compile(
    r"(?:(?:flat|unit|apartment|no\.?)\s*\d+[a-z]?,?\s*)?\d+[a-z]?\b", re.IGNORECASE
)
_SMALL_WORDS: Final = frozenset({"the", "and", "near", "behind", "under", "group", "place"})

# ---- where somebody lives

# Words of kinds and names of places where people live; a place of such a kind is a home whatever somebody ticked.
_HOMES: Final = re.compile(
    r"\b(homes?|\w*houses?|households?|house ?boats?|narrow ?boats?|flats?|apartments?|bungalows?|maisonettes?|cottages?|tower blocks?|"
    r"bedsits?|lodgings?|caravans?|travellers?|squats?|refuges?|shelter(?:s|ed)?|hostels?|asylum|women[’‘']?s aid|"
    r"resid(?:es?|en(?:ces?|ts?|tial))|placements?|accommodation|supported|semi[- ]?independent|independent living|foster\w*|carers?|"
    r"care leavers?|leaving care|child(?:ren)?[’‘']?s? units?|(?:mothers?|parents?) (?:and|&) (?:baby|child|babies|children)|"
    r"boarding|boarders?|dorms?|dormitor(?:y|ies)|student halls?|secure|prisons?|young offenders?|bed (?:and|&) breakfast|b ?(?:&|and|n) ?b|"
    r"airbnb|address(?:es)?|lives?|living|sleeps?|"
    r"(?:mum|mam|mom|mother|dad|father|parent|nan|nana|gran|grandma|granny|grandad|aunt|auntie|aunty|uncle|sister|brother|cousin|friend|mate|"
    r"boyfriend|girlfriend|partner)(?:s[’‘']?|[’‘']s))(?!\w)",
    re.IGNORECASE,
)
# What has such a word in it, and where nobody lives.
_NO_HOMES: Final = re.compile(
    r"\b(public houses?|ale ?houses?|coffee houses?|fun ?houses?|steak ?houses?|club ?houses?|custom houses?|opera houses?|"
    r"boat ?houses?|ware ?houses?|home ?bargains|home ?stores?)\b",
    re.IGNORECASE,
)


def is_home(*, said: bool, kind: str, name: str) -> bool:
    """Whether somebody lives at a place: somebody said so, or what it is called says it."""
    return said or any(_HOMES.search(_NO_HOMES.sub(" ", text)) for text in (kind, name))


# ---- where a place is

LOCATE_ASKS: Final = Asks(
    lat="Enter the latitude, such as 52.634500.",
    lon="Enter the longitude, such as -1.129100.",
    how="Say how you know where it is.",
)
_DEGREES: Final = re.compile(r"([+-]?)(\d{1,3})(?:\.(\d{1,12}))?\s*°?")
_NORTH, _EAST = (
    (49_000_000, 61_000_000),
    (-9_000_000, 2_500_000),
)  # of the United Kingdom, in millionths of a degree


def micro_degrees(text: str) -> int | None:
    """'52.6345' is 52634500, millionths of a degree; None for what is no number of degrees."""
    match = _DEGREES.fullmatch(text.strip().replace("−", "-").replace(",", "."))
    if not match:
        return None
    sign, whole, part = match.groups()
    micro = int(whole) * 1_000_000 + int((part or "").ljust(6, "0")[:6])
    return -micro if sign == "-" else micro


def degrees(micro: int) -> str:
    """52634500 is '52.634500'."""
    sign, rest = ("-" if micro < 0 else ""), abs(micro)
    return f"{sign}{rest // 1_000_000}.{rest % 1_000_000:06d}"


def why_not_locate(*, is_home: bool, lat: str, lon: str, how: str) -> str | None:
    """Coordinates as somebody typed them."""
    if is_home:
        return (
            "Somebody lives there, so it is on no map that others share, and nobody writes down where it is."
        )
    asked = LOCATE_ASKS.missing(lat=lat, lon=lon, how=how)
    if asked:
        return asked
    north, east = micro_degrees(lat), micro_degrees(lon)
    if north is None or not _NORTH[0] <= north <= _NORTH[1]:
        return Missing(
            "The latitude of a place in the United Kingdom is a number from 49 to 61, such as 52.634500. Check whether latitude and "
            "longitude are the wrong way round.",
            "lat",
        )
    if east is None or not _EAST[0] <= east <= _EAST[1]:
        return Missing(
            "The longitude of a place in the United Kingdom is a number from -9 to 2.5, such as -1.129100. West of Greenwich it has a "
            "minus before it.",
            "lon",
        )
    return None
