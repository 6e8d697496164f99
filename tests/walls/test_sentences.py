"""A rule refuses once: what it says where something is not there is written in the rule, and forms show that (`Form.asks`)."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.walls.test_code import SOURCE

_SHORT = 3  # words: as little may mean two things


def _sentences(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.count(" ") >= _SHORT:
            yield node.value.rstrip(".")


def _errors_of_fields(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "missing":
            yield from (
                text.value.rstrip(".")
                for text in ast.walk(node.value)
                if isinstance(text, ast.Constant) and isinstance(text.value, str)
            )


def _modules(name: str) -> Iterator[Path]:
    yield from SOURCE.rglob(f"{name}.py")
    yield from SOURCE.rglob(f"{name}/*.py")


def _stage(path: Path) -> tuple[str, ...]:
    return path.relative_to(SOURCE).parts[:2]


def test_no_form_repeats_a_sentence_of_the_rules_of_its_stage() -> None:
    rules: dict[tuple[str, ...], set[str]] = {}
    for path in _modules("rules"):
        rules.setdefault(_stage(path), set()).update(_sentences(path))
    forms = [(path, sentence) for path in _modules("forms") for sentence in _errors_of_fields(path)]
    assert len(forms) > 100
    assert [f"{path.name}: {s}" for path, s in forms if s in rules.get(_stage(path), set())] == []
