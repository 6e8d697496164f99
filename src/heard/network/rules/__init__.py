"""What people are called, when two may be one, and who may write what. Pure: no Django, no clock, no database."""

from heard.network.rules.alike import EXACT, SAME_NUMBER, is_hit, reasons_same_person
from heard.network.rules.deciding import why_not_add, why_not_restrict
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

__all__ = [
    "EXACT",
    "SAME_NUMBER",
    "Description",
    "Name",
    "Near",
    "days_near",
    "is_hit",
    "kept_postcode",
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
    "why_not_restrict",
]
