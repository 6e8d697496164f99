"""Names of many origins, drawn as often as real ones are: a few very common, many rare. Hides `names.yaml`."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from random import Random

import yaml


@dataclass(frozen=True)
class Pool:
    """Names with cumulative weights, the commonest first."""

    names: tuple[str, ...]
    weights: tuple[float, ...]

    def draw(self, rng: Random) -> str:
        return rng.choices(self.names, cum_weights=self.weights)[0]


@dataclass(frozen=True)
class Origin:
    ethnicity: tuple[str, ...]
    girls: Pool
    boys: Pool
    family: Pool

    def given(self, rng: Random, sex: str) -> str:
        return (self.girls if sex == "F" else self.boys).draw(rng)

    def beginning(self, letters: str, sex: str) -> list[str]:
        """Given names that begin so."""
        return [name for name in (self.girls if sex == "F" else self.boys).names if name.startswith(letters)]


def _pool(text: str) -> Pool:
    names = tuple(word.replace("_", " ") for word in text.split())
    return Pool(names, tuple(accumulate(1 / (rank + 6) for rank in range(len(names)))))


@cache
def _file() -> dict:
    return yaml.safe_load(files("heard.demo").joinpath("names.yaml").read_text("utf-8"))


@cache
def origins() -> tuple[tuple[Origin, ...], tuple[float, ...]]:
    """Every origin, and the cumulative shares of households."""
    entries = _file()["origins"].values()
    made = tuple(
        Origin(tuple(e["ethnicity"]), _pool(e["girls"]), _pool(e["boys"]), _pool(e["family"]))
        for e in entries
    )
    return made, tuple(accumulate(float(e["share"]) for e in entries))


def draw_origin(rng: Random) -> Origin:
    made, shares = origins()
    return rng.choices(made, cum_weights=shares)[0]


@cache
def also_written() -> dict[str, tuple[str, ...]]:
    """Given name → its short forms and other spellings."""
    lines = (line.split() for line in _file()["also_written"].splitlines())
    return {words[0]: tuple(words[1:]) for words in lines}


def are_forms(one: str, other: str) -> bool:
    """Whether one given name is written for the other at times: no parents give both to their children."""
    table = also_written()
    ours, theirs = ({name, *table.get(name, ())} for name in (one, other))
    parts, other_parts = (set(name.replace("-", " ").split()) for name in (one, other))
    return bool(ours & theirs) or parts <= other_parts or other_parts <= parts
