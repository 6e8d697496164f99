"""Names of many origins, drawn as often as real ones are: a few very common, many rare. Hides `names.yaml`."""

import unicodedata
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


@cache
def usual() -> frozenset[str]:
    """Every given name that somebody in the fictional partnership has, as `bare` writes it."""
    pools = (pool for origin in origins()[0] for pool in (origin.girls, origin.boys))
    return frozenset(
        bare(part)
        for pool in pools
        for name in pool.names
        for part in (name, *name.replace("-", " ").split())
    )


def bare(name: str) -> str:
    """In small letters without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))


@cache
def _one_name() -> tuple[frozenset[str], ...]:
    forms = (" ".join((name, *others)) for name, others in also_written().items())
    lines = (*forms, *_file()["one_name"].splitlines())
    return tuple(frozenset(bare(word) for word in line.split()) for line in lines)


@cache
def are_forms(one: str, other: str) -> bool:
    """Whether one given name is written for the other at times: no parents give both to their children."""
    names = {bare(one), bare(other)}
    parts, other_parts = (set(name.replace("-", " ").split()) for name in (bare(one), bare(other)))
    return any(names <= line for line in _one_name()) or parts <= other_parts or other_parts <= parts
