"""Reads YAML so that each value knows its line. Hides PyYAML.

Values stay as text: the check turns them into what each field asks for, so that `no` or `2024-13-45` cannot turn
into something else on the way. Anchors and aliases are refused: a pack says everything where it is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a pack: where, what, and what to do about it."""

    file: str
    line: int
    entry: str
    what: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else self.file
        entry = f", {self.entry}" if self.entry else ""
        return f"{where}{entry}: {self.what} {self.remedy}"


@dataclass(frozen=True)
class Raw:
    """A value as written: text, null, a list or a mapping, with its file and line (1 for the first)."""

    file: str
    line: int
    value: str | list[Raw] | dict[str, Raw] | None

    def fault(self, entry: str, what: str, remedy: str) -> Fault:
        return Fault(self.file, self.line, entry, what, remedy)


def read_yaml(path: Path, faults: list[Fault], called: str = "") -> Raw | None:
    """The file as `Raw`, or None with the reason added to `faults`. `called`: its name in a fault."""
    called = called or path.name
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        faults.append(
            Fault(called, 0, "", f"The file could not be opened: {reason}.", "Check its permissions.")
        )
        return None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        faults.append(Fault(called, line, "", "The file is not UTF-8.", "Save it as UTF-8."))
        return None
    return _parse(text, called, faults)


def _parse(text: str, file: str, faults: list[Fault]) -> Raw | None:
    try:
        node = yaml.compose(text, Loader=_LOADER)
        if node is None:
            faults.append(Fault(file, 0, "", "The file is empty.", "Fill it in, or remove it."))
            return None
        return _raw(node, file, faults, set())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        problem = error.problem or "it cannot be read as YAML"
        faults.append(
            Fault(file, line, "", f"This is not YAML: {problem}.", "Correct the line, or the one above it.")
        )
    except yaml.YAMLError:
        faults.append(
            Fault(file, 0, "", "The file holds characters that YAML does not allow.", "Remove them.")
        )
    except RecursionError:
        faults.append(Fault(file, 0, "", "It is nested too deeply.", "Write it as a list of entries."))
    return None


def _raw(node: yaml.Node, file: str, faults: list[Fault], seen: set[int]) -> Raw:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        plain = node.style not in ("'", '"', "|", ">")
        return Raw(file, line, None if plain and node.value in ("", "~", "null") else node.value)
    if id(node) in seen:
        faults.append(
            Fault(file, line, "", "An alias (*name) is used.", "Write the value out where it is needed.")
        )
        return Raw(file, line, None)
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return Raw(file, line, [_raw(child, file, faults, seen) for child in node.value])
    return Raw(file, line, _mapping(node, file, faults, seen))


def _mapping(node: yaml.Node, file: str, faults: list[Fault], seen: set[int]) -> dict[str, Raw]:
    found: dict[str, Raw] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            faults.append(
                Fault(file, line, "", "A field's name is not a word.", "Name each field with one word.")
            )
        elif key_node.value in found:
            what = f"“{key_node.value}” is there twice."
            faults.append(
                Fault(file, line, "", what, f"Keep one; the first is on line {found[key_node.value].line}.")
            )
        else:
            found[key_node.value] = _raw(value_node, file, faults, seen)
    return found
