"""Whether each requirement of ASVS 5.0 is met by something that is there. Run by `make check`.

`walls/asvs.yaml` says of each requirement of levels 1 and 2, and of level 3 in five chapters, one of three things:

    met:  tests (file::test), with what else holds it: `lint` (a rule of ruff), `setting` (a name in settings.py), `host`
          (a page of the guide about what the installation does), `document` (a page of the guide)
    not:  why it does not apply, in five words or more
    open: what is missing, and why

This reads the tests without running them: one that is gone, or skips always, or asserts nothing, meets nothing. It holds the
promises of SECURITY.md and of the threat model to the same, and the table of counts in SECURITY.md.
"""

import ast
import re
import sys
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
REGISTER = ROOT / "tests" / "walls" / "asvs.yaml"
IDS = ROOT / "tests" / "walls" / "asvs_ids.txt"
SETTINGS = ROOT / "src" / "heard" / "config" / "settings.py"
CHAPTERS = {
    1: "Encoding and sanitisation", 2: "Validation and business logic", 3: "Web front end", 4: "API and web service",
    5: "File handling", 6: "Authentication", 7: "Session management", 8: "Authorisation", 9: "Self-contained tokens",
    10: "OAuth and OIDC", 11: "Cryptography", 12: "Secure communication", 13: "Configuration", 14: "Data protection",
    15: "Coding and architecture", 16: "Logging and errors", 17: "Calls by voice or picture",
}  # fmt: skip
KNOWN = {"met", "not", "open", "lint", "setting", "host", "document"}
MEETS = {"met", "lint", "setting", "host", "document"}
# In a test, what fails where something is not so, beside assert: a context that expects an error, or a call that checks.
CHECKS = re.compile(r"^(?:pytest\.(?:raises|fail|warns)|expect|.*\bassert\w*|.*\bdjango_assert\w*)$")
# On a test, what keeps it from ever failing.
NEVER = re.compile(r"pytest\.mark\.(?:skip|xfail)\b")


class Double(Exception):
    """A key that stands twice in the register, of which YAML would keep the last."""


class _Once(yaml.SafeLoader):
    pass


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [key.value for key, _value in node.value]
    twice = sorted(key for key, count in Counter(keys).items() if count > 1)
    if twice:
        raise Double(f"{', '.join(twice)} stands twice")
    return dict(loader.construct_pairs(node, deep=True))


_Once.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read(register: Path) -> dict[str, dict[str, Any]]:
    said: dict[str, Any] = yaml.load(register.read_text(), Loader=_Once)
    said.pop("standard")
    return said


def wanted(ids: Path = IDS) -> dict[str, int]:
    """Each requirement and its level."""
    lines = [line.split() for line in ids.read_text().splitlines() if line and not line.startswith("#")]
    return {number: int(level) for number, level in lines}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def why_no_evidence(named: str, root: Path = ROOT) -> str | None:
    """Why this test meets nothing, or None."""
    file, _, name = named.partition("::")
    path = root / file
    if not name or not path.is_file():
        return f"{named}: there is no such file"
    tree = parsed(path)
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name]
    if not found:
        return f"{named}: there is no such test"
    if any(NEVER.search(ast.unparse(mark)) for mark in [*found[0].decorator_list, *_marks_of_module(tree)]):
        return f"{named}: it is always skipped, or may fail"
    if not _checks(found[0], tree, set()):
        return f"{named}: it asserts nothing"
    return None


def _marks_of_module(tree: ast.Module) -> list[ast.expr]:
    return [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and "pytestmark" in [ast.unparse(to) for to in node.targets]
    ]


def _checks(function: ast.FunctionDef, tree: ast.Module, seen: set[str]) -> bool:
    """Whether it can fail by what it finds, itself or by a function of its own module that it calls."""
    seen.add(function.name)
    if any(
        isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant)
        for node in ast.walk(function)
    ):
        return True
    called = {ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
    if any(CHECKS.match(text) for text in called):
        return True
    here = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    return any(_checks(here[key], tree, seen) for key in (called & here.keys()) - seen)


def anchors(path: Path) -> set[str]:
    """As a heading is addressed: small letters, words and dashes."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.replace("`", "")).strip().lower().replace(" ", "-")
        for heading in headings
    }


def why_no_page(named: str, root: Path = ROOT) -> str | None:
    file, _, anchor = named.partition("#")
    if not (root / file).is_file():
        return f"{named}: there is no such page"
    if anchor and anchor not in anchors(root / file):
        return f"{named}: the page has no such heading"
    return None


@cache
def _settings() -> frozenset[str]:
    """Names that are set at the top of the settings, also within an if."""
    stored = (node for node in ast.walk(parsed(SETTINGS)) if isinstance(node, ast.Name))
    return frozenset(node.id for node in stored if isinstance(node.ctx, ast.Store))


@cache
def _lint() -> dict[str, Any]:
    said: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    return said


def why_no_rule(rule: str) -> str | None:
    said = _lint()
    if not rule.startswith(tuple(said["extend-select"])) or rule in said["ignore"]:
        return f"{rule}: ruff is not asked for it"
    return None


def _list(said: Any) -> list[str]:
    return [said] if isinstance(said, str) else list(said or [])


def faults_of(said: Any, root: Path = ROOT) -> list[str]:
    """What is wrong with what is said of one requirement."""
    if not isinstance(said, dict) or not said or set(said) - KNOWN:
        return [f"it says none of {', '.join(sorted(KNOWN))}"]
    if len({"not", "open"} & said.keys()) + bool(MEETS & said.keys()) != 1:
        return ["it is one of: met, not applicable, open"]
    if "not" in said:
        return (
            [] if len(str(said["not"]).split()) >= 5 else ["say in five words or more why it does not apply"]
        )
    if "open" in said:
        return [] if len(str(said["open"] or "").split()) >= 3 else ["say what is missing"]
    found = [why_no_evidence(text, root) for text in _list(said.get("met"))]
    found += [why_no_page(text, root) for key in ("host", "document") for text in _list(said.get(key))]
    found += [why_no_rule(text) for text in _list(said.get("lint"))]
    found += [f"{text}: no such setting" for text in _list(said.get("setting")) if text not in _settings()]
    if not any(_list(said.get(key)) for key in MEETS):
        found.append("it names nothing")
    return [one for one in found if one]


def faults(register: Path = REGISTER, ids: Path = IDS, root: Path = ROOT) -> list[str]:
    try:
        said = read(register)
    except Double as twice:
        return [str(twice)]
    asked = wanted(ids)
    found = [f"{text} is missing" for text in asked if text not in said]
    found += [f"{text} is no requirement that is asked for" for text in said if text not in asked]
    return found + [f"{text}: {fault}" for text, what in said.items() for fault in faults_of(what, root)]


def kind(said: dict[str, Any]) -> str:
    return next((value for value in ("not", "open") if value in said), "met")


def counts(said: dict[str, dict[str, Any]]) -> str:
    """The table that SECURITY.md shows."""
    by = Counter((int(number.split(".")[0]), kind(what)) for number, what in said.items())
    rows = [
        (f"V{chapter} {name}", [by[chapter, value] for value in ("met", "open", "not")])
        for chapter, name in CHAPTERS.items()
    ]
    rows.append(("All", [sum(row[1][place] for row in rows) for place in range(3)]))
    lines = [f"| {name} | {' | '.join(map(str, numbers))} |" for name, numbers in rows]
    return "\n".join(["| Chapter | Met | Open | Does not apply |", "|---|---|---|---|", *lines])


def of_documents(root: Path = ROOT) -> list[str]:
    """Promises and threats whose tests are gone, and promises that name none."""
    promised = (root / "SECURITY.md").read_text()
    found = []
    for page in ("SECURITY.md", "docs/threat-model.md"):
        text = (root / page).read_text()
        for named in re.findall(r"`(tests/[\w/]+\.py::\w+)`", text):
            if fault := why_no_evidence(named, root):
                found.append(f"{page}: {fault}")
    rows = promised.split("## Against a standard")[0].split("## What Heard promises")[1].splitlines()
    rows = [row for row in rows if row.startswith("| ") and not row.startswith("| Promise")]
    return found + [f"SECURITY.md: no test guards {row[:60]}" for row in rows if "`tests/" not in row]


def main() -> int:
    found = faults() + of_documents()
    if not found:
        table = counts(read(REGISTER))
        print(table)
        if table not in (ROOT / "SECURITY.md").read_text():
            found.append("SECURITY.md shows other counts. Put this table there.")
    for fault in found:
        print(fault, file=sys.stderr)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
