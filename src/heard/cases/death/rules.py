"""Who records that a child has died, and what has to be said. Pure: no Django, no clock, no database."""

from datetime import date

from heard.cases.case.rules import CORRECT_DEATH_ASKS, DEATH_ASKS


def why_not_record(
    *, leads: bool, is_recorded: bool, died_on: date | None, born_on: date | None, who_said: str, today: date
) -> tuple[str, str] | None:
    """The field and the sentence of what stands in the way. `leads`: they work with the child, or decide."""
    if not leads:
        return (
            "",
            "The child’s worker, a supervisor or a co-ordinator records this. Ring them, and tell them who told you.",
        )
    if is_recorded:
        return "", "It is recorded already that this child has died. Put that right where it is wrong."
    return _why_not_said(died_on=died_on, born_on=born_on, who_said=who_said, today=today)


def why_not_correct(
    *,
    leads: bool,
    is_recorded: bool,
    is_so: bool | None,
    died_on: date | None,
    born_on: date | None,
    who_said: str,
    why: str,
    today: date,
) -> tuple[str, str] | None:
    """A new version beside the old. `is_so`: False where the child has not died."""
    if not leads:
        return "", "The child’s worker, a supervisor or a co-ordinator puts this right."
    if not is_recorded:
        return "", "Nothing says that this child has died."
    if is_so is None:
        return "is_so", CORRECT_DEATH_ASKS["is_so"]
    if not why.strip():
        return "why_corrected", CORRECT_DEATH_ASKS["why_corrected"]
    return _why_not_said(died_on=died_on, born_on=born_on, who_said=who_said, today=today)


def _why_not_said(
    *, died_on: date | None, born_on: date | None, who_said: str, today: date
) -> tuple[str, str] | None:
    if not who_said.strip():
        return "who_said", DEATH_ASKS["who_said"]
    if died_on and died_on > today:
        return "died_on", "This day is still to come. Check the date, or leave it empty."
    if died_on and born_on and died_on < born_on:
        return "died_on", "This day lies before the child was born. Check the date, or leave it empty."
    return None
