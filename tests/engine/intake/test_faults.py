"""Every fault is one that some reader reports, with a sentence and a remedy."""

from __future__ import annotations

from pathlib import Path

from heard.engine import intake
from heard.engine.intake.faults import FAULTS


def test_every_fault_is_reported_somewhere() -> None:
    folder = Path(intake.__file__).parent
    readers = "".join(path.read_text() for path in folder.rglob("*.py") if path.name != "faults.py")
    assert [code for code in FAULTS if f'"{code}"' not in readers] == []


def test_every_fault_says_what_is_wrong_and_what_to_do() -> None:
    assert all(fault.what.endswith(".") and fault.remedy.endswith((".", "}")) for fault in FAULTS.values())
