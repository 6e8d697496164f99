"""Households with children who are nobody: siblings, twins, house moves, parents who share a child's name.

A household is drawn from the seed and its own number alone, so the first thousand are the same in a partnership of two
thousand children and in one of a million.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from heard.demo import identifiers, names

AS_OF = date(2026, 3, 31)  # the end of the census year 2025 to 2026
_SIZES, _SIZE_SHARES = (1, 2, 3, 4, 5), (36, 38, 17, 6, 3)
_TWINS, _MOVED, _NAMESAKE, _OTHER_SURNAME, _DOUBLE_SURNAME = 0.02, 0.12, 0.01, 0.08, 0.05
_LIKE_TWIN = 0.15  # twins whose names begin alike, Ella and Eliza: the hardest to tell apart
_HOUSEHOLDS_AT_A_POSTCODE = 4


@dataclass(frozen=True)
class Person:
    """A child, or a grown-up namesake, with all that any agency could know."""

    key: str
    household: str
    given: str
    family: str
    birth: date
    sex: str
    ethnicity: str
    postcode: str
    old_postcode: str | None
    nhs_number: str | None
    upn: str
    number: int
    twin: bool = False

    @property
    def age(self) -> int:
        """In whole years on the as-of date."""
        return AS_OF.year - self.birth.year - ((AS_OF.month, AS_OF.day) < (self.birth.month, self.birth.day))


@dataclass(frozen=True)
class Household:
    key: str
    children: tuple[Person, ...]
    namesake: Person | None
    rng: Random


def households(children: int, seed: int) -> Iterator[Household]:
    """Households until there are `children` children; the last one may be cut short."""
    number = made = 0
    while made < children:
        household = _household(number, made, children - made, seed)
        yield household
        number, made = number + 1, made + len(household.children)


def _household(number: int, first_child: int, at_most: int, seed: int) -> Household:
    rng = Random(f"{seed}/{number}")
    origin = names.draw_origin(rng)
    family = _family_name(rng, origin)
    home = number // _HOUSEHOLDS_AT_A_POSTCODE
    postcode = identifiers.postcode(home)
    old = identifiers.postcode(rng.randrange(home + 50)) if rng.random() < _MOVED else None
    children: list[Person] = []
    for birth, twin in _births(rng)[:at_most]:
        child = _child(rng, origin, children, birth, number=first_child + len(children), family=family,
                       household=f"H{number:07d}", postcode=postcode, old=old, twin=twin)  # fmt: skip
        children.append(child)
    return Household(f"H{number:07d}", tuple(children), _namesake(rng, children), rng)


def _family_name(rng: Random, origin: names.Origin) -> str:
    family = origin.family.draw(rng)
    second = origin.family.draw(rng)
    return f"{family}-{second}" if rng.random() < _DOUBLE_SURNAME and second != family else family


def _births(rng: Random) -> list[tuple[date, bool]]:
    """Birth dates from the eldest down, each with whether it is one of twins."""
    size = rng.choices(_SIZES, _SIZE_SHARES)[0]
    birth = AS_OF - timedelta(days=int(365.25 * rng.triangular(5, 17.95, 17)))
    births: list[tuple[date, bool]] = []
    while len(births) < size and birth < AS_OF:
        if rng.random() < _TWINS:
            births.append((birth, True))
        births.append((birth, bool(births and births[-1] == (birth, True))))
        birth += timedelta(days=rng.randint(330, 1500))
    return births


def _child(rng: Random, origin: names.Origin, elder: list[Person], birth: date, *, number: int, family: str,
           household: str, postcode: str, old: str | None, twin: bool) -> Person:  # fmt: skip
    sex = rng.choice("FM")
    first_twin = elder[-1] if elder and elder[-1].birth == birth else None
    given = _given_name(rng, origin, sex, elder, first_twin)
    if not twin and elder and rng.random() < _OTHER_SURNAME:
        family = origin.family.draw(rng)
    return Person(
        key=f"C{number:07d}", household=household, given=given, family=family, birth=birth, sex=sex,
        ethnicity=rng.choice(origin.ethnicity), postcode=postcode, old_postcode=old, number=number, twin=twin,
        nhs_number=identifiers.nhs_number(number), upn=identifiers.upn(number, birth.year + 4),
    )  # fmt: skip


def _given_name(
    rng: Random, origin: names.Origin, sex: str, elder: list[Person], first_twin: Person | None
) -> str:
    """A name that no brother or sister has in any form."""
    if first_twin and rng.random() < _LIKE_TWIN:
        alike = [name for name in origin.beginning(first_twin.given[:2], sex) if _is_free(name, elder)]
        if alike:
            return rng.choice(alike)
    return next(name for name in iter(lambda: origin.given(rng, sex), "") if _is_free(name, elder))


def _is_free(name: str, elder: list[Person]) -> bool:
    return not any(names.are_forms(name, child.given) for child in elder)


def _namesake(rng: Random, children: list[Person]) -> Person | None:
    """A father or mother of the same name at the same address, who stands in some extracts beside the child."""
    if rng.random() >= _NAMESAKE:
        return None
    child = children[0]
    birth = child.birth - timedelta(days=rng.randint(7000, 13_000))
    return Person(
        key=f"A{child.number:07d}", household=child.household, given=child.given, family=child.family, birth=birth,
        sex=child.sex, ethnicity=child.ethnicity, postcode=child.postcode, old_postcode=child.old_postcode,
        nhs_number=None, upn="", number=child.number,
    )  # fmt: skip
