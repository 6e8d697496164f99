"""What a partnership publishes, and how little of it: the threshold, the rounding, the symbols.

The defaults are those of the Department for Education's statistics on children in need (2020): counts of 1 to 5 hidden as
`c`, more hidden so that these cannot be worked out, `:` not available, `z` not applicable, 0 a true zero.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from heard.engine.tables import NotDone

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path


@dataclass(frozen=True)
class Rounding:
    """Counts are rounded half up to the nearest `to`, where at most the first `level` columns of `dimension` are filled:
    with 0 the total only. Without `dimension`: everywhere."""

    to: int
    dimension: str = ""
    level: int = 0

    def applies(self, depths: dict[str, int]) -> bool:
        """`depths`: how many columns are filled of each of the table's dimensions."""
        return not self.dimension or depths.get(self.dimension, 0) <= self.level


@dataclass(frozen=True)
class Policy:
    """`threshold`: counts from 1 up to it are small, and are hidden. `least_values`: how many values an outsider must
    still think possible for a hidden count that may be small; without it as many as there are small ones. `means`: of a symbol
    that hides a count, the least and most that it may stand for, by what the publisher says (None: no limit); any from 1 on
    where that is not said. `why`: where it fits, for whoever chooses among several."""

    threshold: int = 5
    least_values: int = 0
    rounding: tuple[Rounding, ...] = ()
    hidden: str = "c"
    also_hidden: tuple[str, ...] = ("*", "[c]", "s", "<5", "..c")
    not_available: tuple[str, ...] = ("x", ":", "..", "[x]", "u")
    not_applicable: tuple[str, ...] = ("z", "[z]", "-")
    rounds_to_zero: tuple[str, ...] = ("k", "[k]", "~")
    means: tuple[tuple[str, int, int | None], ...] = ()
    name: str = "the Department’s practice for children in need, 2020"
    why: str = ""

    @property
    def open_values(self) -> int:
        return self.least_values or self.threshold

    def rounded_to(self, depths: dict[str, int]) -> int:
        """To which number a cell is rounded: 1 where it is not."""
        return max((rule.to for rule in self.rounding if rule.applies(depths)), default=1)

    def hides(self, symbol: str) -> bool:
        """Whether the symbol stands for a count that must not be known."""
        said = any(symbol == text for text, *_ in self.means)
        return said or symbol == self.hidden or symbol in self.also_hidden

    def meaning(self, symbol: str) -> tuple[int, int | None]:
        """The least and most that a symbol which hides a count may stand for. A true zero is shown as such."""
        return next(((low, high) for text, low, high in self.means if text == symbol), (1, None))

    def is_small(self, count: int) -> bool:
        return 1 <= count <= self.threshold

    @property
    def words(self) -> str:
        """What it does, in sentences for whoever reads what was published by it."""
        return (
            f"Counts of 1 to {self.threshold} are hidden: {self.hidden} stands for them, and for as few more counts as keep "
            "anybody from working one of them out from these tables and from all that were released before. "
            f"0 is a true zero.{self._rounded} This follows {self.name}."
        )

    @property
    def _rounded(self) -> str:
        if not self.rounding:
            return ""
        if any(rule.dimension for rule in self.rounding):
            return " Some counts are rounded, so that parts may not add up to their total."
        to, none = self.rounded_to({}), self.rounds_to_zero[0]
        nothing = f" {none} stands for what is rounded to none." if to // 2 > self.threshold else ""
        return f" Other counts are rounded to the nearest {to}, so that parts may not add up to their total.{nothing}"

    def as_told(self) -> dict[str, Any]:
        """Plain values, from which `policy_of` makes it again."""
        told = {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }
        means = {symbol: [low] if high is None else [low, high] for symbol, low, high in told.pop("means")}
        return told | ({"means": means} if means else {})


def read_policy(path: Path | Traversable) -> Policy:
    """The policy in a YAML file with the names of `Policy`; `rounding` is a list of `Rounding`. Raises `NotDone`."""
    try:
        told = yaml.safe_load(path.read_text("utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise NotDone(f"{path} cannot be read as a policy in YAML. Check the file.") from problem
    if not isinstance(told, dict):
        raise NotDone(f"{path} holds no policy. Write lines such as `threshold: 5`.")
    return policy_of(told, str(path))


def policies(own: Path) -> dict[str, Policy]:
    """What somebody chooses among, by the names of their files: the partnership's own in the folder `own`; where it holds
    none, those that Heard brings. Raises `NotDone`."""
    found = sorted(own.glob("*.yaml"), key=lambda path: path.name)
    brought = sorted(files("heard.engine.publish").joinpath("policies").iterdir(), key=lambda one: one.name)
    return {path.name.removesuffix(".yaml"): read_policy(path) for path in found or brought}


def policy_of(told: dict[str, Any], where: str) -> Policy:
    """The policy that a mapping of plain values tells. Raises `NotDone`."""
    known = {field.name for field in fields(Policy)}
    if unknown := sorted(set(map(str, told)) - known):
        raise NotDone(
            f"{where} says {', '.join(unknown)}, which no policy has. It may say: {', '.join(sorted(known))}."
        )
    symbols = ("also_hidden", "not_available", "not_applicable", "rounds_to_zero")
    try:
        values = told | {name: tuple(map(str, told[name])) for name in symbols if name in told}
        values |= {"rounding": tuple(Rounding(**rule) for rule in told.get("rounding", ()))}
        values |= {
            "means": tuple(_meaning(str(symbol), of) for symbol, of in (told.get("means") or {}).items())
        }
        policy = Policy(**values)
        problem = _problem(policy)
    except (TypeError, AttributeError) as error:
        raise NotDone(
            f"{where} is no policy: each of its values has to be of the kind that the guide shows."
        ) from error
    if problem:
        raise NotDone(f"{where}: {problem}")
    return policy


def _meaning(symbol: str, told: Any) -> tuple[str, int, int | None]:
    low, high, *more = (*told, None) if len(told) == 1 else told
    if more:
        raise TypeError
    return symbol, low, high


def _problem(policy: Policy) -> str | None:
    numbers = (policy.threshold, policy.least_values, *(rule.to for rule in policy.rounding))
    limits = tuple(limit for _, *both in policy.means for limit in both if limit is not None)
    if not all(isinstance(number, int) and not isinstance(number, bool) for number in (*numbers, *limits)):
        return "the threshold, the least values, the rounding and what a symbol means are whole numbers."
    if any(low < 0 or (high is not None and high < low) for _, low, high in policy.means):
        return (
            "a symbol means counts from a least to a most one, such as c: [1, 5]; [1] where there is no most."
        )
    if policy.threshold < 1:
        return "the threshold is at least 1, or no count would be small."
    if policy.least_values and policy.least_values < 2:
        return "an outsider must be left at least 2 possible values, or they would know the count."
    if any(rule.to < 1 for rule in policy.rounding):
        return "counts are rounded to the nearest 1 or more."
    if not isinstance(policy.hidden, str) or not policy.hidden.strip() or policy.hidden.isdecimal():
        return "what stands for a hidden count is a letter or a sign, such as c."
    return None
