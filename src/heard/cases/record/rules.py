"""The kinds of a chronology. Pure."""

from enum import StrEnum
from typing import Final


class EntryKind(StrEnum):
    """What an entry of the chronology is about, in the order in which the filter offers them."""

    WORDS = "words"
    WORRY = "worry"
    CONTACT = "contact"
    DECISION = "decision"
    SIGN = "sign"
    CASE = "case"
    ASSESSMENT = "assessment"
    PLAN = "plan"
    ACTION = "action"
    SAFETY = "safety"
    DISRUPTION = "disruption"
    REVIEW = "review"
    MISSING = "missing"
    MOMENT = "moment"
    PANEL = "panel"
    SHARE = "share"
    REFERRAL = "referral"
    WARNING = "warning"
    FILE = "file"
    TIE = "tie"
    AGENCY = "agency"


# What only those see who see everything of a record.
FOR_EVERYTHING: Final = (EntryKind.FILE, EntryKind.REFERRAL)
