"""Whether a number can be right. One that cannot is kept all the same, with a sentence: it is what somebody was given. Pure."""

import re
from typing import Final

from stdnum.gb import nhs, upn

_UPN: Final = re.compile(r"[A-HJ-NP-RT-Z]\d{11}[A-HJ-NP-RT-Z\d]")


def doubt_of_nhs_number(number: str) -> str | None:
    """Why this cannot be an NHS number (its last digit checks the other nine), or None."""
    if not number or nhs.is_valid(number):
        return None
    return "This cannot be an NHS number: a digit is wrong or missing. Ask again where it came from."


def doubt_of_upn(number: str) -> str | None:
    """Why this cannot be a unique pupil number (its first letter checks the rest), or None.

    The last character is a letter in a temporary one. The authority in it is not looked up: new ones are made.
    Source: DfE, Unique pupil numbers guide.
    """
    if not number or (_UPN.fullmatch(number) and upn.calc_check_digit(number[1:]) == number[0]):
        return None
    return "This cannot be a UPN: a letter or digit is wrong or missing. Ask the school again."


def kept_number(text: str) -> str:
    """As it is kept: capitals and digits without spaces."""
    return "".join(c for c in text.upper() if c.isalnum())
