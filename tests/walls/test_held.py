"""What a hold keeps is destroyed by no action: each function that takes a file of a record off the disk asks whether a hold
keeps it, or is reached only through functions that do; what is no file of a record stands here with its reason."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

SRC: Final = Path(__file__).resolve().parents[2] / "src" / "heard"
LOOKED_AT: Final = ("cases", "insight/run", "insight/bringing", "board/caseaudit")
TAKES_AWAY: Final = frozenset({"unlink", "rmtree", "remove"})
ASKS: Final = frozenset({"is_held", "is_everything_held"})
NO_RECORD: Final = {
    "cases.attachment.actions.discard_files": "files of a worry that was never sent",
    "cases.attachment.actions.discard_file": "a file of a worry that was never sent",
    "cases.attachment.storing.check": "bytes of no row, left by a write that failed",
    "cases.pack.actions.making._sweep": "bytes of no pack, left by a worker that was killed",
    "cases.pack.drawing.make_pdf": "what a pack is put together from, once it is whole",
    "cases.pack.drawing.clear": "what is left of making a pack; whoever takes the pack itself asks",
    "cases.pack.binding.main": "a pack that could not be put together",
    "cases.keeping.actions._take_out": "a whole record, which two people agreed to: `why_not_decide` asks, and that again after a restore",
    "insight.run.actions.start_run": "what was uploaded for a run that did not begin",
    "insight.run.actions.carry_out": "judgements handed to a run, once it has read them",
    "insight.run.actions._sweep": "what was uploaded for a run that was never written down",
}


def functions() -> dict[str, tuple[ast.FunctionDef, str]]:
    """Each function of what is looked at, by module and name, with its module."""
    found = {}
    for path in sorted(path for place in LOOKED_AT for path in (SRC / place).rglob("*.py")):
        if "migrations" in path.parts:
            continue
        module = ".".join(path.relative_to(SRC).with_suffix("").parts)
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef):
                found[f"{module}.{node.name}"] = node, module
    return found


def called(node: ast.AST) -> set[str]:
    """Names that it calls or hands on."""
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} | {
        one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)
    }


def takes_away(node: ast.AST) -> bool:
    """Whether it takes something off the disk by itself: `x.unlink()`, `shutil.rmtree(x)`, `os.remove(x)`."""
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute) and one.attr in TAKES_AWAY:
            whose = getattr(one.value, "id", "")
            if one.attr == "unlink" or whose in ("shutil", "os"):
                return True
    return False


def unasked() -> list[str]:
    """Functions from which a file goes and of which none of those that call them in their module has asked."""
    every = functions()
    waiting = [name for name, (node, _module) in every.items() if takes_away(node)]
    seen, found = set(waiting), []
    while waiting:
        name = waiting.pop()
        node, module = every[name]
        if called(node) & ASKS or name in NO_RECORD:
            continue
        callers = [
            other for other, (body, there) in every.items() if there == module and node.name in called(body)
        ]
        if not callers or not node.name.startswith("_"):
            found.append(name)
        waiting += [caller for caller in callers if caller not in seen]
        seen |= set(callers)
    return sorted(found)


def test_nothing_takes_a_file_of_a_record_away_without_asking_for_a_hold() -> None:
    assert unasked() == []


def test_no_reason_stands_for_what_is_not_there() -> None:
    every = functions()
    assert [name for name in NO_RECORD if name not in every] == []


def test_it_sees_what_does_not_ask() -> None:
    body = ast.parse("def go(row):\n    row.path.unlink(missing_ok=True)").body[0]
    assert takes_away(body)
    assert not called(body) & ASKS
