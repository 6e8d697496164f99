"""What the product weighs: lines, functions, and what stands twice. `python -m tests.house` says it of this tree, and
`python -m tests.house COMMIT …` first of each commit that is named, so that a change is seen beside what was before.

The product is `src/heard` without migrations and without the fictional partnership. Lines are those of Python files, blank ones and
comments too. A function stands twice where another one of four statements or more says the same, whatever either is called.
"""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
_APART: Final = {"migrations", "demo"}
_STATEMENTS: Final = 4  # of a function that is compared with others

type Files = dict[str, str]


@dataclass(frozen=True)
class House:
    lines: int
    functions: int
    median: float
    largest: tuple[int, str]
    twice: tuple[tuple[str, ...], ...]


def here() -> Files:
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "src/heard").rglob("*.py"))
    }


def of_commit(commit: str) -> Files:
    """The files of a commit, without a checkout."""
    made = subprocess.run(
        ["git", "archive", commit, "src/heard"], cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    with tarfile.open(fileobj=BytesIO(made.stdout)) as packed:
        return {
            one.name: found.read().decode()
            for one in packed
            if one.name.endswith(".py") and (found := packed.extractfile(one))
        }


def weighed(files: Files) -> House:
    ours = {name: text for name, text in files.items() if not _APART & set(PurePosixPath(name).parts)}
    functions = [(name, node) for name, text in ours.items() for node in _functions(text)]
    lengths = [
        ((node.end_lineno or node.lineno) - node.lineno + 1, f"{name}:{node.name}")
        for name, node in functions
    ]
    said = defaultdict(list)
    for name, node in functions:
        if len(list(_statements(node))) >= _STATEMENTS:
            said[_body(node)].append(f"{name}:{node.name}")
    return House(
        lines=sum(text.count("\n") for text in ours.values()),
        functions=len(functions),
        median=statistics.median(length for length, _name in lengths),
        largest=max(lengths),
        twice=tuple(sorted(tuple(names) for names in said.values() if len(names) > 1)),
    )


def _functions(text: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _statements(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.stmt]:
    for node in function.body:
        for inside in ast.walk(node):
            if isinstance(inside, ast.stmt) and not _describes(inside):
                yield inside


def _body(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    return "\n".join(ast.unparse(node) for node in function.body if not _describes(node))


def _describes(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def say(called: str, house: House) -> None:
    length, name = house.largest
    print(
        f"{called}: {house.lines:,} product lines, {house.functions:,} functions, median {house.median:g} lines,"
        f" largest {length} ({name}), {len(house.twice)} that stand twice"
    )
    for names in house.twice:
        print(f"  {' = '.join(names)}")


def main(commits: list[str]) -> None:
    for commit in commits:
        say(commit, weighed(of_commit(commit)))
    say("now", weighed(here()))


if __name__ == "__main__":
    main(sys.argv[1:])
