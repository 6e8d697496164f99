"""Every promise of SECURITY.md is guarded by a test that exists."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "SECURITY.md").read_text())


def test_every_test_that_a_promise_names_exists() -> None:
    missing = [f"{file}::{name}" for file, name in NAMED if name not in defined_in(ROOT / file)]
    assert NAMED
    assert missing == []


def test_every_promise_names_a_test() -> None:
    promises = (ROOT / "SECURITY.md").read_text().split("## What Heard does not promise yet")[0]
    rows = [row for row in promises.splitlines() if row.startswith("| ") and not row.startswith("| Promise")]
    assert [row for row in rows if "`tests/" not in row] == []


def defined_in(path: Path) -> set[str]:
    if not path.exists():
        return set()
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}
