"""Local procedures: which work they stand beside, and what a new edition needs. Pure."""

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks
from heard.services.profile import is_web

ASKS: Final = Asks(
    title="Enter what the procedure is called.",
    whom_for="Say who works by it.",
    beside="Say beside which work it stands.",
    edition="Enter the edition, such as 3 or March 2026.",
    link="Enter the address where it can be read, or attach its PDF.",
    review_on="Enter the day by which it is looked at again.",
)
FILE_ASKS: Final = Asks(file="Choose a PDF: a procedure is attached as nothing else.")
NEXT_ASKS: Final = Asks(what_changed="Say what changed since the edition before.")
LINK_ASKS: Final = Asks(link="Enter an address that begins with https:// or http://.")
AGAIN_ASKS: Final = Asks(edition="There is an edition of this name already. Give this one another.")
WITHDRAW_ASKS: Final = Asks(why="Say why it is withdrawn, and what stands in its place.")


class Beside(StrEnum):
    """Kinds of work beside which a procedure stands."""

    DECISION = "decision"
    ASSESSMENT = "assessment"
    PLAN = "plan"
    INTERVIEW = "interview"
    SAFETY = "safety"
    STRATEGY = "strategy"
    SHARE = "share"
    REFERRAL = "referral"
    PANEL = "panel"
    REVIEW = "review"
    CLOSING = "closing"
    HANDOVER = "handover"
    DISRUPTION = "disruption"


def why_not_add(*, may_keep: bool, title: str, whom_for: str, beside: Collection[str]) -> str | None:
    if not may_keep:
        return "Your role does not keep local procedures."
    return ASKS.missing(title=title, whom_for=whom_for, beside=list(beside))


def why_not_edition(
    *, may_keep: bool, is_withdrawn: bool, is_first: bool, taken: bool, edition: str, link: str, what_changed: str, review_on: date | None,
    has_file: bool = False, is_pdf: bool = True
) -> str | None:  # fmt: skip
    """`taken`: the procedure has an edition of this name. `has_file`: one comes with it; `is_pdf`: by its first bytes."""
    if not may_keep:
        return "Your role does not keep local procedures."
    if is_withdrawn:
        return "This procedure is withdrawn. Add another one instead."
    if why_not := ASKS.missing(edition=edition, **({} if has_file else {"link": link})):
        return why_not
    if has_file and not is_pdf:
        return FILE_ASKS["file"]
    if taken:
        return AGAIN_ASKS["edition"]
    if link.strip() and not is_web(link.strip()):
        return LINK_ASKS["link"]
    if not is_first and (why_not := NEXT_ASKS.missing(what_changed=what_changed)):
        return why_not
    return ASKS.missing(review_on=review_on)


def why_not_withdraw(*, may_keep: bool, is_withdrawn: bool, why: str) -> str | None:
    if not may_keep:
        return "Your role does not keep local procedures."
    if is_withdrawn:
        return "This procedure is withdrawn already."
    return WITHDRAW_ASKS.missing(why=why)


def is_due(review_on: date, *, today: date) -> bool:
    """Past the day by which it was to be looked at again."""
    return review_on < today
