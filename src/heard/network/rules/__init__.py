"""What people are called, when two may be one, and who may write what. Pure: no Django, no clock, no database."""

from heard.network.rules.alike import EXACT, SAME_NUMBER, is_hit, reasons_same_person
from heard.network.rules.deciding import (
    why_not_add,
    why_not_lift,
    why_not_merge,
    why_not_note_tie,
    why_not_rename,
    why_not_restrict,
    why_not_unmerge,
    why_not_write_place,
)
from heard.network.rules.keys import (
    Near,
    days_near,
    names_in,
    nearness,
    person_keys,
    postcodes_near,
    spelling_keys,
)
from heard.network.rules.names import (
    Description,
    Name,
    kept_postcode,
    normal,
    normal_postcode,
    outward,
    parts,
    read_box,
    read_day,
    swapped,
)
from heard.network.rules.numbers import doubt_of_nhs_number, doubt_of_upn, kept_number
from heard.network.rules.places import Likeness, likeness

__all__ = [
    "EXACT",
    "SAME_NUMBER",
    "Description",
    "Likeness",
    "Name",
    "Near",
    "days_near",
    "doubt_of_nhs_number",
    "doubt_of_upn",
    "is_hit",
    "kept_number",
    "kept_postcode",
    "likeness",
    "names_in",
    "nearness",
    "normal",
    "normal_postcode",
    "outward",
    "parts",
    "person_keys",
    "postcodes_near",
    "read_box",
    "read_day",
    "reasons_same_person",
    "spelling_keys",
    "swapped",
    "why_not_add",
    "why_not_lift",
    "why_not_merge",
    "why_not_note_tie",
    "why_not_rename",
    "why_not_restrict",
    "why_not_unmerge",
    "why_not_write_place",
]
