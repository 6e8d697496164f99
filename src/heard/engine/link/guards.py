"""What no two records of one child can be: the rules that keep brothers, sisters, twins, parents and children apart.

Pure functions. A contradiction is a sentence for the person who decides; None means that nothing speaks against it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import chain, combinations, product
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import OSA

from heard.engine.link.names import AGREES, Alike, family_alike, given_alike, is_known

if TYPE_CHECKING:
    from collections.abc import Sequence


class Facts(NamedTuple):
    """What one record says about who the child is, in the forms of `prepare`. Numbers only where their check holds. `parts`: of
    a birth date that is not whole or no day, YYYYMMDD with ? for what is not known."""

    key: int
    source: str = ""
    keyed: bool = True
    agency: str = ""
    local_id: str | None = None
    nhs: str | None = None
    upn: str | None = None
    birth: date | None = None
    parts: str | None = None
    sex: str | None = None
    given: str | None = None
    family: str | None = None
    usual: bool = False
    readable: bool = False
    of_sex: str | None = None


type Question = Callable[[Facts, Facts], str | None]


def why_not_one_child(left: Facts, right: Facts, questions: Sequence[Question] | None = None) -> str | None:
    """The first contradiction between two records, or None. `questions`: all, if not said otherwise."""
    return _unexplained(left, right, (), questions)


def why_not_one_cluster(
    *clusters: Sequence[Facts], questions: Sequence[Question] | None = None
) -> str | None:
    """The first contradiction between any two records of different clusters that no third record explains, or None.

    Two birth dates, or two spellings of a name, that are each one slip away from what a third record says are slips.
    """
    records = [record for cluster in clusters for record in cluster]
    pairs = chain.from_iterable(product(left, right) for left, right in combinations(clusters, 2))
    reasons = (_unexplained(a, b, records, questions) for a, b in pairs)
    return next((reason for reason in reasons if reason), None)


def _unexplained(
    left: Facts, right: Facts, records: Sequence[Facts], questions: Sequence[Question] | None
) -> str | None:
    for question in HOUSEHOLDS if questions is None else questions:
        reason = question(left, right)
        if reason and not _explained(question, left, right, records):
            return reason
    return None


def _explained(question: Question, left: Facts, right: Facts, records: Sequence[Facts]) -> bool:
    """Whether one of the records agrees with all of them, so that what differs is a slip. Two usual names are none."""
    middles: list[Facts] = []
    if question is _births:
        middles = [record for record in records if record.birth]
    elif question is _names and not (left.usual and right.usual):
        middles = [record for record in records if record.given and record.usual]
    elif question is _sexes:
        middles = [record for record in records if record.given and record.sex]
    return any(all(question(middle, record) is None for record in records) for middle in middles)


def births_alike(left: date, right: date) -> bool:
    """The same day, or one slip apart: day and month swapped, a digit wrong or two neighbouring digits swapped,
    one day out, one year out. `model` asks the same of whole columns."""
    return left == right or _swapped(left, right) or _one_out(left, right) or _one_digit(left, right)


def one_part_wrong(left: date, right: date) -> bool:
    """The same year, and either the same month or the same day. `model` asks the same of whole columns."""
    return left.year == right.year and (left.month == right.month or left.day == right.day)


def _parts_agree(left: Facts, right: Facts) -> bool:
    """Whether two dates, of which one is not whole, may be one: where both tell them the same year and month. Of a day that there
    is not, the month may be what is wrong."""
    one, other = _digits(left), _digits(right)
    if one is None or other is None:
        return True
    if "?" not in one + other:
        return one[:4] == other[:4] or OSA.distance(one, other) <= 1
    if one[:4] != other[:4]:
        return False
    certain = all(fact.birth or "?" in (fact.parts or "") for fact in (left, right))
    return not certain or "?" in one[4:6] + other[4:6] or one[4:6] == other[4:6]


def _one_source(left: Facts, right: Facts) -> str | None:
    if not (left.keyed and right.keyed):
        return None
    if left.source == right.source:
        return "two records of one source, which gives each child one key"
    if left.agency == right.agency and left.local_id and right.local_id and left.local_id != right.local_id:
        return "one agency has two numbers of its own for them"
    return None


def _numbers(left: Facts, right: Facts) -> str | None:
    if left.nhs and right.nhs and left.nhs != right.nhs:
        return "two different NHS numbers, both valid"
    if left.upn and right.upn and left.upn != right.upn:
        return "two different pupil numbers, both valid"
    return None


def _births(left: Facts, right: Facts) -> str | None:
    """Where the names agree, one wrong part of a date of one year is a slip, too: no brother or sister is born so soon. Where
    they are the same, the year is enough."""
    one, other = _digits(left), _digits(right)
    if one is None or other is None or _dates_agree(left, right):
        return None
    given, family = _given(left, right), family_alike(left.family, right.family)
    if _crossed(left, right):
        given, family = Alike.SLIP, Alike.SAME
    near = bool(left.birth and right.birth and one_part_wrong(left.birth, right.birth))
    slip = one[:4] == other[:4] if given in (Alike.SAME, Alike.PART) else near
    return None if slip and {given, family} <= AGREES else "birth dates too far apart for a slip"


def _digits(fact: Facts) -> str | None:
    return f"{fact.birth:%Y%m%d}" if fact.birth else fact.parts


def _dates_agree(left: Facts, right: Facts) -> bool:
    return births_alike(left.birth, right.birth) if left.birth and right.birth else _parts_agree(left, right)


def _names(left: Facts, right: Facts) -> str | None:
    """Different given names are brothers, sisters or strangers, unless a shared number says that a name changed."""
    if _given(left, right) is not Alike.DIFFERENT or _crossed(left, right):
        return None
    household = left.birth == right.birth and family_alike(left.family, right.family) in AGREES
    if household:
        return "different given names with one family name and birth date: twins, perhaps"
    return None if _share_a_number(left, right) else "different given names"


def _sexes(left: Facts, right: Facts) -> str | None:
    """A wrong sex is a slip like any other where the names are the same, or such as children of one sex have. Alex with two sexes
    may be a brother and a sister: Alexander and Alexandra."""
    if not left.sex or not right.sex or left.sex == right.sex or _share_a_number(left, right):
        return None
    if _crossed(left, right) or (left.of_sex and left.of_sex == right.of_sex):
        return None
    if _given(left, right) in (Alike.FORM, Alike.SLIP, Alike.INITIAL, Alike.DIFFERENT):
        return "different sexes, and given names that are not the same"
    return None


def _not_quite(left: Facts, right: Facts) -> str | None:
    """A name that is only the other's second one (Noah Jack, Jack), or differs from it by a letter, may be a twin's own, unless the list
    of names holds one of the two and the other reads like none."""
    if not left.given or not right.given or _share_a_number(left, right) or _crossed(left, right):
        return None
    alike = _given(left, right)
    first = given_alike(left.given.split()[0], right.given.split()[0])
    known = [is_known(fact.given or "") for fact in (left, right)]
    readable = (left.usual or left.readable) + (right.usual or right.readable)
    is_slip = any(known) and readable < 2 and left.usual + right.usual < 2
    if (alike is Alike.SLIP and not is_slip) or (alike is Alike.FORM and first is Alike.DIFFERENT):
        return "given names that are not quite the same, in lists with many twins"
    return None


def _given(left: Facts, right: Facts) -> Alike:
    readable = (left.usual or left.readable) + (right.usual or right.readable)
    return given_alike(left.given, right.given, usual=left.usual + right.usual, readable=readable)


def _share_a_number(left: Facts, right: Facts) -> bool:
    return bool(
        (left.nhs and left.nhs == right.nhs) or (left.upn and left.upn == right.upn) or _local(left, right)
    )


def _local(left: Facts, right: Facts) -> bool:
    return bool(left.local_id) and (left.agency, left.local_id) == (right.agency, right.local_id)


def _crossed(left: Facts, right: Facts) -> bool:
    """Given and family name written into each other's fields."""
    return _agree(given_alike(left.given, right.family), family_alike(left.family, right.given)) or _agree(
        given_alike(left.family, right.given), family_alike(left.given, right.family)
    )


def _agree(given: Alike, family: Alike) -> bool:
    return {given, family} <= AGREES and (given, family) != (Alike.SLIP, Alike.SLIP)


def _swapped(left: date, right: date) -> bool:
    return left.year == right.year and (left.day, left.month) == (right.month, right.day)


def _one_out(left: date, right: date) -> bool:
    same_day = (left.month, left.day) == (right.month, right.day)
    return abs((left - right).days) == 1 or (same_day and abs(left.year - right.year) == 1)


def _one_digit(left: date, right: date) -> bool:
    return OSA.distance(f"{left:%Y%m%d}", f"{right:%Y%m%d}") <= 1


HOUSEHOLDS: tuple[Question, ...] = (_one_source, _numbers, _births, _names, _sexes)
TWINS: tuple[Question, ...] = (*HOUSEHOLDS, _not_quite)
"""For lists that hold many twins of whom each has one."""
STRANGERS: tuple[Question, ...] = (_one_source, _numbers)
"""What can be asked where nobody in the records is of one household with another: names and dates tell nobody apart that
the model takes for one."""
