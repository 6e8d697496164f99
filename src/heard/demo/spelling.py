"""How one agency wrote a person down: short names, slips of the pen, swapped fields, old addresses, lost accents.

Every agency asks again and types again, so each draws its own slips. The shares are of records, and are of the size
that studies of linked health and council records report: most records are clean, few have two slips.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from random import Random

from heard.demo.names import also_written, bare, usual
from heard.demo.people import Person


@dataclass(frozen=True)
class Written:
    given: str
    family: str
    birth: date | None
    sex: str
    postcode: str


type Slip = Callable[[Random, Written, Person], Written]


def write_down(rng: Random, person: Person, *, complete: bool, careful: bool = False) -> Written:
    """How one system holds the person. `complete`: it takes no record without full name and birth date, as the census,
    schools, courts and the NHS do; the police write down what they were told. `careful`: see `_recognisable`.
    """
    written = Written(person.given, person.family, person.birth, person.sex, person.postcode)
    if person.old_postcode and rng.random() < 0.35:
        written = replace(written, postcode=person.old_postcode)
    slips = _SLIPS if complete else (*_SLIPS, *_GAPS)
    drawn = [(slip, about) for share, slip, about in slips if rng.random() < share]
    if "-" not in person.family:
        drawn = [(slip, about) for slip, about in drawn if slip is not _hyphen]
    for slip in _recognisable(drawn, person) if careful else [slip for slip, _ in drawn]:
        written = slip(rng, written, person)
    return written


def _recognisable(drawn: list[tuple[Slip, str]], person: Person) -> list[Slip]:
    """The slips that still let a careful person tell, from the records alone, that they are one child's.

    The records of one child agree on the address and may differ in names or birth date, at most two slips in each and
    not in both given name and birth date; or they agree on birth date and names, long or short, and may differ in the
    address. None lacks the birth date (the police know grown-ups, too), a twin's none the given name, and no slip
    makes another name that children have.
    """
    unclear = {_no_birth, *({_no_given, _initial_only} if person.twin else ())}
    if _differs_in_address(person):
        clear = {slip for _, slip, about in _SLIPS if about in ("where", "sex")} | {_short_name}
    else:
        clear = {slip for _, slip, _ in (*_SLIPS, *_GAPS)} - {_no_postcode}
    kept = {about: slip for slip, about in drawn if slip in clear - unclear}
    return [_clear_given_slip if slip is _given_slip else slip for slip in islice(kept.values(), 2)]


def _differs_in_address(person: Person) -> bool:
    """Who has moved, and one in ten of the others, of whom not every agency knows where they live."""
    return person.old_postcode is not None or person.number % 10 == 0


def _short_name(rng: Random, w: Written, _: Person) -> Written:
    first, *others = w.given.split(" ")
    if others:
        return replace(w, given=rng.choice((first, others[-1])))
    return replace(w, given=rng.choice(also_written().get(first, (first,))))


def _given_slip(rng: Random, w: Written, _: Person) -> Written:
    return replace(w, given=slip_of_the_pen(rng, w.given))


def _clear_given_slip(rng: Random, w: Written, _: Person) -> Written:
    """A slip that is nobody's name: not Ana for Ava."""
    slips = (slip_of_the_pen(rng, w.given) for _ in range(20))
    return replace(w, given=next((name for name in slips if bare(name) not in usual()), w.given))


def _family_slip(rng: Random, w: Written, _: Person) -> Written:
    return replace(w, family=slip_of_the_pen(rng, w.family))


def _hyphen(rng: Random, w: Written, _: Person) -> Written:
    first, *others = w.family.split("-")
    return replace(
        w, family=rng.choice((first, " ".join((first, *others)), others[-1])) if others else w.family
    )


def _names_swapped(_: Random, w: Written, __: Person) -> Written:
    return replace(w, given=w.family, family=w.given)


def _initial_only(_: Random, w: Written, __: Person) -> Written:
    return replace(w, given=w.given[:1])


def _no_given(_: Random, w: Written, __: Person) -> Written:
    return replace(w, given="")


def _day_and_month(rng: Random, w: Written, _: Person) -> Written:
    if w.birth and w.birth.day <= 12:
        return replace(w, birth=date(w.birth.year, w.birth.day, w.birth.month))
    return w


def _other_year(rng: Random, w: Written, _: Person) -> Written:
    if w.birth is None or (w.birth.month, w.birth.day) == (2, 29):
        return w
    return replace(w, birth=w.birth.replace(year=w.birth.year - 1))


def _other_day(rng: Random, w: Written, _: Person) -> Written:
    """The day after, or late in the month ten days before."""
    if w.birth is None:
        return w
    return replace(w, birth=w.birth.replace(day=w.birth.day + (1 if w.birth.day < 28 else -10)))


def _no_birth(_: Random, w: Written, __: Person) -> Written:
    return replace(w, birth=None)


def _no_sex(_: Random, w: Written, __: Person) -> Written:
    return replace(w, sex="U")


def _other_sex(_: Random, w: Written, __: Person) -> Written:
    return replace(w, sex={"F": "M", "M": "F"}.get(w.sex, w.sex))


def _no_postcode(_: Random, w: Written, __: Person) -> Written:
    return replace(w, postcode="")


def _postcode_slip(rng: Random, w: Written, _: Person) -> Written:
    return replace(w, postcode=w.postcode and w.postcode[:-1] + rng.choice("ABDEFGHJLNPQRSTUWXYZ"))


_SLIPS: tuple[tuple[float, Slip, str], ...] = (
    (0.06, _short_name, "given"),
    (0.025, _given_slip, "given"),
    (0.03, _family_slip, "family"),
    (0.3, _hyphen, "family"),
    (
        0.008,
        _day_and_month,
        "given",
    ),  # of one kind with the given name: together they would hide which sibling it is
    (0.006, _other_year, "given"),
    (0.012, _other_day, "given"),
    (0.01, _no_sex, "sex"),
    (0.003, _other_sex, "sex"),
    (0.03, _no_postcode, "where"),
    (0.015, _postcode_slip, "near"),
    (0.006, _names_swapped, "family"),
)
_GAPS: tuple[tuple[float, Slip, str], ...] = (
    (0.005, _initial_only, "given"),
    (0.003, _no_given, "given"),
    (0.01, _no_birth, "given"),
)


def slip_of_the_pen(rng: Random, name: str) -> str:
    """A letter left out, doubled, swapped with the next, or another; names of one or two letters are left alone."""
    if len(name) < 3:
        return name
    at = rng.randrange(1, len(name) - 1)
    other = rng.choice("aeiorstnl")
    return rng.choice((
        name[:at] + name[at + 1 :],
        name[:at] + name[at] + name[at:],
        name[:at] + name[at + 1] + name[at] + name[at + 2 :],
        name[:at] + other + name[at + 1 :],
    ))  # fmt: skip


_WITHOUT_MARK = str.maketrans({"ł": "l", "Ł": "L", "ı": "i", "ø": "o", "Ø": "O", "’": "'"})


def without_accents(text: str) -> str:
    """As a system writes it that knows only the letters A to Z."""
    bare = unicodedata.normalize("NFKD", text.translate(_WITHOUT_MARK))
    return bare.encode("ascii", "ignore").decode("ascii")


def in_latin_1(text: str) -> str:
    """What Latin-1 can hold stays; other accents are lost, as such an export loses them."""
    return "".join(c if ord(c) < 256 else without_accents(c) for c in text)
