"""Finds phone numbers, vehicles, accounts, email and web addresses and devices in a text. Pure: it looks nothing up.

What it finds is offered to whoever wrote the text, and kept only where they say so. Dates, postcodes, bank cards, sort codes, NHS
numbers and the numbers of helplines and organisations are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import phonenumbers
from stdnum import luhn

from heard.network.rules.tying import HandleType

PART: Final = "part"  # of a plate: it only ever may be the same as another
MOST: Final = 20  # of one text: more is a list, not a worry

# Where an account can be, as people write it: what it is called.
SERVICES: Final = {
    "snapchat": "snapchat", "snap": "snapchat", "instagram": "instagram", "insta": "instagram", "tiktok": "tiktok",
    "whatsapp": "whatsapp", "telegram": "telegram", "discord": "discord", "facebook": "facebook", "roblox": "roblox",
    "twitter": "x", "kik": "kik", "signal": "signal", "youtube": "youtube", "twitch": "twitch",
}  # fmt: skip
_LAST_HALF: Final = 3  # its place among the groups of `_PLATE_HALF`
_SEEN_OF_BOTH: Final = 3
_NEAR: Final = 30  # letters between a word that says what it is and the thing
_DIGITS_OF_A_PHONE: Final = range(9, 16)
# Nobody's own: free to call, or of one price for the whole country.
_OF_ORGANISATIONS: Final = ("+44800", "+44808", "+443", "+4484", "+4487", "+4456")

_NOTHING: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b\d{1,4}[./-]\d{1,2}[./-]\d{2,4}(?:\s+\d{1,2}[:.]?\d{2})?\b",  # dates, and times after them
        r"\bsort\s*code\D{0,12}\d[\d\s-]{4,9}(?:\D{1,20}\d{6,8}\b)?",
        r"\baccount\s+(?:number|no)\D{0,12}\d{6,8}\b",
        r"\b\d{2}-\d{2}-\d{2}(?:\s+\d{6,8})?\b",
        r"\b(?:\d[ -]?){15,18}\d\b",  # cards
        r"\bnhs\D{0,15}\d{3}\s?\d{3}\s?\d{4}\b",
        r"\b(?:crime|incident|log|reference|ref|niche|urn)\b[^\n\d]{0,20}[\w/-]*\d[\w/-]*",
    )
)
_POSTCODE: Final = re.compile(r"\b(GIR|[A-Z]{1,2}\d[A-Z\d]?)\s*(0AA|\d[A-Z]{2})\b", re.IGNORECASE)
_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_WEB: Final = re.compile(r"\b(?:https?://|www\.)[^\s<>\"']{3,180}", re.IGNORECASE)
_DEVICE: Final = re.compile(r"(?<!\d)\d(?:[ -]?\d){14}(?!\d)")
_PHONE: Final = re.compile(r"(?<![\w/+.])(?:\+\d|0\d|\(0\d)[\d \t\xa0().-]{6,20}\d(?![\w/])")
_PLATE_NOW: Final = re.compile(r"\b[A-Z]{2}\d{2}\s?[A-Z]{3}\b")
_PLATE_TYPED: Final = re.compile(r"\b[a-z]{2}\d{2}\s?[a-z]{3}\b", re.IGNORECASE)
_PLATE_PREFIX: Final = re.compile(r"\b[A-HJ-NPR-TV-Y]\d{1,3}\s?[A-Z]{3}\b")
_PLATE_OLD: Final = re.compile(
    r"\b(?!NHS|NRM|CSE)(?=[A-Z\d ]{4,8}\b)(?:[A-Z]{1,3}\s?\d{1,4}(?:\s?[A-Z])?|\d{2,4}\s?[A-Z]{1,3})\b"
)
_PLATE_PART: Final = re.compile(
    r"(?<![\w?])(?=[A-Z0-9]*\?)(?=[A-Z?]*[0-9])[A-Z0-9?]{3,4}\s?[A-Z0-9?]{0,4}(?![\w?])", re.IGNORECASE
)
# One of today with its space, in capitals: a year and a question are none.
_PLATE_PART_NOW: Final = re.compile(r"(?<![\w?])(?=[A-Z0-9 ]*\?)[A-Z?]{2}[0-9?]{2}\s[A-Z?]{3}(?![\w?])")
# Of a plate of today, its first half or its last three letters, where somebody says that this was all they saw.
_PLATE_HALF: Final = re.compile(
    r"\b(?:start(?:s|ed|ing)?|beg(?:ins|an|inning)|first (?:part|half|bit))(?:\s+(?:with|was|is|as))?[\s:\"“‘'-]{1,3}([A-Z]{2}\d{2})(?!\s?[A-Z]{3}\b)\b"
    r"|\b([A-Z]{2}\d{2})\s?(?:something\b|\.{3}|…)"
    r"|\b(?:end(?:s|ed|ing)?|last (?:part|half|bit|three|letters|three letters))(?:\s+(?:with|in|was|were|is|as))?[\s:\"“‘'-]{1,3}([A-Z]{3})\b"
)
_ABOUT_CARS: Final = re.compile(
    r"\b(?:car|van|reg|registration|plate|plates|vehicle|taxi|cab|moped|motorbike|audi|bmw|ford|golf|vw|mercedes|merc|corsa|astra|"
    r"vauxhall|toyota|prius|nissan|honda|fiesta|focus|polo|seat|skoda|kia|range rover|mini)\b",
    re.IGNORECASE,
)
_ABOUT_DEVICES: Final = re.compile(r"\b(?:imei|phone|handset|device|mobile)\b", re.IGNORECASE)
_AT_NAME: Final = re.compile(r"(?<![\w.@+-])@([A-Za-z0-9_](?:[A-Za-z0-9_.]{1,28}[A-Za-z0-9_]))")
_SENTENCE_ENDS: Final = re.compile(r"[.!?]\s+|\n+")
_ONE: Final = rf"({'|'.join(sorted(SERVICES, key=len, reverse=True))})"
_ON_SERVICE: Final = re.compile(rf"\s*(?:on|in|\()\s*{_ONE}\b", re.IGNORECASE)
_SERVICE_BEFORE: Final = re.compile(
    rf"\b{_ONE}\b(?:\s+(?:name|account|user|as|is|called))*[\s:,-]*$", re.IGNORECASE
)
_SERVICE_NAME: Final = re.compile(
    rf"\b{_ONE}\b[\s:,-]*(?:(?:name|account|user|username|handle|is|as|called|on)\b[\s:,-]*)*"
    r"[\"“'‘]?((?=[\w.]*[\d_.])[A-Za-z0-9_][\w.]{1,28}[\w])",
    re.IGNORECASE,
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    """`key`: its normal form. `doubt`: `PART`, or nothing."""

    type: HandleType
    service: str
    as_written: str
    key: str
    start: int
    length: int
    doubt: str = ""

    @property
    def tick(self) -> str:
        """By which it is chosen among those in a text."""
        return f"{self.type}:{self.service}:{self.key}"


def find(text: str) -> tuple[Found, ...]:
    """What stands in the text, in its order, each once; at most `MOST`."""
    free = _Free(text)
    found = [*_written(free, HandleType.EMAIL, _EMAIL), *_written(free, HandleType.WEB, _WEB)]
    found += _written(free, HandleType.DEVICE, _DEVICE, near=_ABOUT_DEVICES)
    for pattern in _NOTHING:
        for match in pattern.finditer(text):
            free.take(match.start(), match.end())
    found += _written(free, HandleType.PHONE, _PHONE)
    for match in _POSTCODE.finditer(text):
        free.take(match.start(), match.end())
    found += _written(free, HandleType.VEHICLE, _PLATE_NOW)
    found += _written(free, HandleType.VEHICLE, _PLATE_PREFIX)
    found += _written(free, HandleType.VEHICLE, _PLATE_TYPED, near=_ABOUT_CARS)
    found += _written(free, HandleType.VEHICLE, _PLATE_PART_NOW, near=_ABOUT_CARS)
    found += _written(free, HandleType.VEHICLE, _PLATE_PART, near=_ABOUT_CARS)
    found += _half_plates(free)
    found += _accounts(free)
    found += _written(free, HandleType.VEHICLE, _PLATE_OLD, near=_ABOUT_CARS)
    first = {(one.type, one.service, one.key): one for one in sorted(found, key=lambda one: -one.start)}
    return tuple(sorted(first.values(), key=lambda one: one.start))[:MOST]


def postcodes_in(text: str) -> tuple[str, ...]:
    """Whole postcodes that stand in a text, as they should be written, in its order, each once."""
    return tuple(dict.fromkeys(f"{match[1]} {match[2]}".upper() for match in _POSTCODE.finditer(text)))


def find_in(texts: Iterable[str]) -> tuple[Found, ...]:
    """What stands in several texts, each once and found in one of them alone; where it stands is said as if they stood below one another."""
    found: dict[str, Found] = {}
    before = 0
    for text in texts:
        for one in find(text):
            found.setdefault(one.tick, replace(one, start=before + one.start))
        before += len(text) + 1
    return tuple(found.values())[:MOST]


def marked(text: str, places: Collection[tuple[int, int]]) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it is what was found at one of these places, as (start, length). What is found there no longer is
    passed over."""
    pieces, past = list[tuple[str, bool]](), 0
    for one in find(text):
        if (one.start, one.length) in places:
            end = one.start + one.length
            pieces += [(text[past : one.start], False), (text[one.start : end], True)]
            past = end
    return [piece for piece in (*pieces, (text[past:], False)) if piece[0]]


def sentence_at(text: str, start: int, *, most: int) -> str:
    """The sentence of a text in which something begins; of a longer one so many letters around that."""
    begin = max((match.end() for match in _SENTENCE_ENDS.finditer(text[:start])), default=0)
    ends = _SENTENCE_ENDS.search(text, start)
    finish = ends.end() if ends else len(text)
    if finish - begin > most:
        begin = max(begin, start - most // 2)
        finish = begin + most
    return " ".join(text[begin:finish].split())


def normal_handle(type_: str, text: str) -> str | None:
    """The normal form of what somebody says is of this type, or None where it cannot be."""
    return _NORMAL[HandleType(type_)](text.strip())


def handles_in(text: str) -> tuple[tuple[HandleType, str], ...]:
    """What somebody who looks for a phone, vehicle or account may mean, as (type, normal form): all that they typed, and what stands in
    it. At most `MOST`."""
    typed = [(type_, normal_handle(type_, text)) for type_ in HandleType]
    inside = [(one.type, one.key) for one in (*find(text), *find(text.upper()))]
    return tuple(dict.fromkeys((type_, key) for type_, key in (*typed, *inside) if key))[:MOST]


def plate_pattern(key: str) -> str:
    """Of a plate, which others may be the same: what was not seen can be anything, O may be 0 and I may be 1; and the other way round
    what was not seen of theirs."""
    alike = {"O": "[O0?]", "0": "[O0?]", "I": "[I1?]", "1": "[I1?]", "?": "."}
    return "^" + "".join(alike.get(text, f"[{re.escape(text)}?]") for text in key) + "$"


def plates_fit(one: str, other: str) -> bool:
    """Whether two plates may be the same: nothing that was seen of both speaks against it, and three letters or digits at least were."""
    both_seen = sum("?" not in pair for pair in zip(one, other, strict=False))
    return both_seen >= _SEEN_OF_BOTH and re.match(plate_pattern(one), other) is not None


class _Free:
    """A text, and which parts of it are spoken for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._taken: list[tuple[int, int]] = []

    def take(self, start: int, end: int) -> None:
        self._taken.append((start, end))

    def is_free(self, start: int, end: int) -> bool:
        return all(end <= begin or start >= finish for begin, finish in self._taken)

    def near(self, start: int, end: int, words: re.Pattern[str]) -> bool:
        return bool(
            words.search(self.text[max(0, start - _NEAR) : start])
            or words.search(self.text[end : end + _NEAR])
        )


def _written(
    free: _Free, type_: HandleType, pattern: re.Pattern[str], *, near: re.Pattern[str] | None = None
) -> Iterator[Found]:
    for match in pattern.finditer(free.text):
        start, end = match.span()
        written = match.group().rstrip(".,;:!?)") if type_ != HandleType.VEHICLE else match.group()
        end = start + len(written)
        key = normal_handle(type_, written) if free.is_free(start, end) else None
        if key is None or (near is not None and not free.near(start, end, near)) or _is_no_ones(key):
            continue
        free.take(start, end)
        yield Found(type_, "", written, key, start, end - start, PART if "?" in key else "")


def _half_plates(free: _Free) -> Iterator[Found]:
    """Near words of a car alone, and in capitals: "ends with her" is no plate."""
    for match in _PLATE_HALF.finditer(free.text):
        group = match.lastindex or 0
        start, end = match.span(group)
        written = match.group(group)
        if free.is_free(start, end) and free.near(*match.span(), _ABOUT_CARS):
            free.take(start, end)
            key = f"????{written}" if group == _LAST_HALF else f"{written}???"
            yield Found(HandleType.VEHICLE, "", written, key, start, end - start, PART)


def _accounts(free: _Free) -> Iterator[Found]:
    for match in _AT_NAME.finditer(free.text):
        start, end = match.span()
        if free.is_free(start, end):
            after = _ON_SERVICE.match(free.text[end : end + _NEAR])
            said = after or _SERVICE_BEFORE.search(free.text[max(0, start - _NEAR) : start])
            service = SERVICES[said.group(1).casefold()] if said else ""
            free.take(start, end)
            yield Found(
                HandleType.ACCOUNT, service, match.group(), match.group(1).casefold(), start, end - start
            )
    for match in _SERVICE_NAME.finditer(free.text):
        start, end = match.span(2)
        if free.is_free(start, end):
            written = match.group(2)
            free.take(start, end)
            service = SERVICES[match.group(1).casefold()]
            yield Found(HandleType.ACCOUNT, service, written, written.casefold(), start, end - start)


def _is_no_ones(key: str) -> bool:
    return key.startswith(_OF_ORGANISATIONS)


def _phone(text: str) -> str | None:
    digits = re.sub(r"\D", "", text)
    if len(digits) not in _DIGITS_OF_A_PHONE:
        return None
    plain = re.sub(r"^00", "+", re.sub(r"[^\d+]", "", text.replace("(0)", "") if "+" in text else text))
    try:
        number = phonenumbers.parse(plain, "GB")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _vehicle(text: str) -> str | None:
    key = re.sub(r"[^A-Z0-9?]", "", text.upper())
    mixed = re.search(r"[A-Z?]", key) and re.search(r"[0-9?]", key)
    return key if 2 < len(key) <= 8 and mixed and key.strip("?") else None


def _account(text: str) -> str | None:
    name = text.lstrip("@").casefold()
    return name if 2 <= len(name) <= 60 and not re.search(r"\s", name) else None


def _email(text: str) -> str | None:
    return text.casefold() if _EMAIL.fullmatch(text) and ".." not in text else None


def _device(text: str) -> str | None:
    digits = re.sub(r"[ -]", "", text)
    return digits if re.fullmatch(r"[0-9]{15}", digits) and luhn.is_valid(digits) else None


def _web(text: str) -> str | None:
    key = re.sub(r"^(?:https?://)?(?:www\.)?", "", text.casefold()).rstrip("/.,;:!?)")
    return key if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+(?:[/?#][^\s]*)?", key) and len(key) <= 200 else None


_NORMAL: Final[dict[HandleType, Callable[[str], str | None]]] = {
    HandleType.PHONE: _phone,
    HandleType.VEHICLE: _vehicle,
    HandleType.ACCOUNT: _account,
    HandleType.EMAIL: _email,
    HandleType.DEVICE: _device,
    HandleType.WEB: _web,
}
