"""How much memory the process of the tests holds, which has held more before: its peak is counted anew."""

from __future__ import annotations

import re
from pathlib import Path


def memory_now() -> int:
    """In bytes. `most_memory` counts from here on."""
    Path("/proc/self/clear_refs").write_text("5")
    return most_memory()


def most_memory() -> int:
    """Bytes that it held at most since then; with the peak of before, tests that run earlier would hide what this one takes."""
    [kilobytes] = re.findall(r"(?m)^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text())
    return int(kilobytes) * 1024
