"""For each format that Heard knows, files of it that are in order. A new format has its own here; `test_formats.py` asks."""

from __future__ import annotations

from tests.engine.intake.books import book
from tests.engine.intake.test_annex_a import CARE, IN_CARE
from tests.engine.intake.test_cin_census import census, child
from tests.engine.intake.test_ssda903 import RETURN, as_xml

EXAMPLES: dict[str, dict[str, bytes]] = {
    "annex_a": {"annex.xlsx": book({"List 8": [CARE, IN_CARE]})},
    "cin_census": {"census.xml": census(child()).encode()},
    "ssda903": {
        **{name: text.encode() for name, text in RETURN.items()},
        "whole.xml": as_xml(RETURN).encode(),
    },
}
