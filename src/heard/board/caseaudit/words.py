"""How pages say by what cases are set apart, and what was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from heard.board.caseaudit.rules import DIFFERS, ONE, By, Said
from heard.cases.case.rules import TOO_FEW

if TYPE_CHECKING:
    from heard.board.models import CaseDraw

STRATA: Final = [
    (By.SEX.value, _("Sex")),
    (By.AGE.value, _("Age on the last day")),
    (By.AGENCY.value, _("Agency that leads the work")),
]
ANSWERS: Final[list[tuple[str, Any]]] = [
    (Said.YES.value, _("Yes")),
    (Said.PARTLY.value, _("Partly")),
    (Said.NO.value, _("No")),
    (Said.CANNOT_TELL.value, _("Cannot tell from the record")),
]
AGREED: Final[list[tuple[str, Any]]] = [*ANSWERS, (DIFFERS, _("We differ, and it stays so"))]
_CALLED: Final = dict(AGREED)
_VALUES: Final = {
    By.SEX: {"F": _("female"), "M": _("male"), "U": _("sex not recorded")},
    By.AGE: {
        "0-12": _("up to 12"),
        "13-15": _("13 to 15"),
        "16-17": _("16 and 17"),
        "18+": _("18 and over"),
        "": _("age not recorded"),
    },
}
# Ours, as a beginning: a partnership asks what it wants to know.
QUESTIONS: Final = (
    _("Are the child’s own words in the record, and does it say what changed because of them?"),
    _("Is it plain who works with the child, and has that person stayed?"),
    _("Does the record say why help came when it did?"),
    _("Does the plan say what is done about who or what harms the child?"),
    _("Did the agencies share what they knew, with a reason where they did not?"),
)


def answer(said: str) -> str:
    return str(_CALLED[said])


def suggested_questions() -> str:
    return "\n".join(str(question) for question in QUESTIONS)


def apart_by(draw: CaseDraw) -> str:
    """What the cases of a draw were set apart by."""
    called = dict(STRATA)
    return ", ".join(str(called[by]) for by in draw.strata) or _now("Nothing")


def strata(draw: CaseDraw, taken: dict[str, int]) -> list[tuple[str, str, str]]:
    """Each stratum with about how many cases it has, and how many of them were drawn; neither where it has five or fewer, nor to the case,
    so that two draws side by side do not say of one child that their case opened."""
    return [
        (_stratum(draw, name), _many(len(tags)), "–" if len(tags) <= TOO_FEW else str(taken[name]))
        for name, tags in draw.drawn_from.items()
    ]


def _stratum(draw: CaseDraw, name: str) -> str:
    if name == ONE:
        return _now("All cases")
    values = zip(draw.strata, name.split("|"), strict=False)
    return ", ".join(str(_VALUES.get(By(by), {}).get(value, value)) for by, value in values)


def _many(number: int) -> str:
    if number <= TOO_FEW:
        return _now("%(most)s or fewer") % {"most": TOO_FEW}
    return _now("about %(number)s") % {"number": max(10, round(number, -1))}
