"""The steps of an escalation as data, with their times: the partnership's own policy, or ours until it has one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

_ALL = {"source", "steps"}
_EACH = {"id": str, "label": str, "who": str, "days": int}


@dataclass(frozen=True)
class Step:
    """One step: who talks to whom, and how long it may take. A clock of `case.rules.due_on`."""

    id: str
    label: str
    who: str
    days: int

    @property
    def amount(self) -> int:
        return self.days

    @property
    def unit(self) -> str:
        return "working_days"


@dataclass(frozen=True)
class Policy:
    """The steps in their order, and whose policy that is: shown beside each date."""

    source: str
    steps: tuple[Step, ...]

    def after(self, step_id: str) -> Step | None:
        """The step that follows; the first where the policy has no such step any more, None after the last."""
        ids = [step.id for step in self.steps]
        place = ids.index(step_id) + 1 if step_id in ids else 0
        return self.steps[place] if place < len(self.steps) else None


@cache
def policy(path: str = "") -> Policy:
    """The file at `path`, or ours where there is none. Raises `ValueError` that says what is wrong with it."""
    file = Path(path) if path else None
    if file and not file.is_file():
        raise ValueError(f"HEARD_ESCALATION names {path}, and there is no such file.")
    text = (file or files("heard.cases.panel").joinpath("escalation.yaml")).read_text(encoding="utf-8")
    return read_policy(text)


def read_policy(text: str) -> Policy:
    """Raises `ValueError` that names the step and what is wrong with it."""
    try:
        told: Any = yaml.safe_load(text)
    except yaml.YAMLError as wrong:
        raise ValueError("The file of an escalation is no YAML that can be read.") from wrong
    if not isinstance(told, dict) or set(told) != _ALL or not isinstance(told["source"], str):
        raise ValueError("The file of an escalation has `source`, one line of text, and `steps`.")
    rows = told["steps"] if isinstance(told["steps"], list) else []
    steps = tuple(_step(number, row) for number, row in enumerate(rows, 1))
    if not steps or len({step.id for step in steps}) < len(steps):
        raise ValueError("An escalation has at least one step, and each has an `id` of its own.")
    return Policy(told["source"].strip(), steps)


def _step(number: int, row: Any) -> Step:
    if not isinstance(row, dict) or set(row) != set(_EACH):
        raise ValueError(f"Step {number} has exactly these: {', '.join(_EACH)}.")
    for name, kind in _EACH.items():
        if type(row[name]) is not kind or not row[name]:
            raise ValueError(f"Step {number}: `{name}` is not as it should be.")
    if row["days"] < 1 or len(row["id"]) > 40 or len(row["label"]) > 200:
        raise ValueError(
            f"Step {number}: `days` is 1 or more; an `id` has at most 40 letters, a `label` at most 200."
        )
    return Step(**row)
