"""When a safety plan may be written, and what it must say. Pure."""

from typing import Final

from heard.agencies.rules import Asks

SAFETY_PLAN_ASKS: Final = Asks(
    getting_worse="Say how anybody can tell that it is getting worse.",
    what_to_do="Say what we do then.",
    who_to_call="Say who can be called, by day and by night.",
)


def why_not_write(
    *,
    may_plan: bool,
    case_is_open: bool,
    getting_worse: str,
    what_to_do: str,
    who_to_call: str,
    child_agreed: str,
    why_not_with_child: str,
) -> str | None:
    """`child_agreed`: what the child agreed to; without it, `why_not_with_child` says why it was made without them."""
    if not may_plan:
        return "Your role does not write safety plans."
    if not case_is_open:
        return "This case is closed. A safety plan needs an open case."
    if why_not := SAFETY_PLAN_ASKS.missing(
        getting_worse=getting_worse, what_to_do=what_to_do, who_to_call=who_to_call
    ):
        return why_not
    if not child_agreed.strip() and not why_not_with_child.strip():
        return "Say what the child agreed to, or why it was made without the child."
    return None
