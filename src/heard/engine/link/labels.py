"""How good links are by what people found who looked at a random sample without knowing what the model made of it.

Pairs are drawn by strata: what became of them, and how sure the model was. What is found in a stratum stands for all of it. Pairs that
were never compared are in no stratum, so that the share of links that are there is lower than what is said of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import ibis
import numpy as np

from heard.engine import backend, tables
from heard.engine.link.model import SEED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

type Pair = tuple[str, str, str, str]
"""left_source, left_id, right_source, right_id, as the table of links has them."""

_BANDS: Final = {"linked": 0.999, "for_a_person": 0.9, "apart": 0.1}
"""Where each band is halved, by the model's probability."""
_STRATA: Final = 2 * len(_BANDS)
_LINKED: Final = slice(0, 2)  # of the strata
_NOT_LINKED: Final = slice(2, None)
_MOST: Final = 200  # pairs: whoever judges may stop before
_DRAWS: Final = 4_000
_TELLING: Final = 20  # labels; of fewer no share of a group says much
_IDS: Final = ("left_source", "left_id", "right_source", "right_id")
_GROUPS: Final = ("sex", "ethnicity")
_NOT_RECORDED: Final = "not recorded"


@dataclass(frozen=True)
class Share:
    """0 to 1, with a range in which the truth lies for at least 95 in 100 such samples."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Group:
    """Pairs of which a record is in the group. `right`: share of links that are one child; `linked`: share of compared pairs of one child
    that are linked. Of all both are None where too few were labelled."""

    group: str
    value: str
    labelled: int
    right: Share | None
    linked: Share | None


def write_sample(engine: backend.Engine, links: Any) -> None:
    """Draws pairs of each stratum, and counts how many it has. `links`: as `tables.LINKS`."""
    about = engine.read(tables.RECORDS).select("source", "record_id", *_GROUPS)
    about = about.mutate(**{group: about[group].fill_null(_NOT_RECORDED) for group in _GROUPS})
    rows = links.select(*_IDS, stratum=_stratum(links))
    for side in ("left", "right"):
        names = {f"{side}_{group}": group for group in _GROUPS}
        its = about.rename({f"{side}_source": "source", f"{side}_id": "record_id", **names})
        rows = rows.inner_join(its, [f"{side}_source", f"{side}_id"])
    rows = engine.keep("strata", rows)
    engine.write(tables.STRATA, _counted(rows).order_by("group", "value", "stratum"))
    lot = ibis.literal("\n").join([rows[name] for name in _IDS]).hexdigest("sha256")
    drawn = rows.mutate(lot=lot)
    drawn = drawn.mutate(place=ibis.row_number().over(group_by="stratum", order_by="lot"))
    drawn = drawn.filter(drawn.place < _MOST).order_by("lot")
    engine.write(tables.SAMPLE, drawn.select(tables.SAMPLE.schema.names))


def _stratum(links: Any) -> Any:
    halves = [
        (links.band == name, (links.probability >= half).cast("int64") + 2 * number)
        for number, (name, half) in enumerate(_BANDS.items())
    ]
    return ibis.cases(*halves, else_=0).cast("int64")


def _counted(rows: Any) -> Any:
    """A pair of two values counts for both, and once where they are one."""
    found = [rows.select("stratum", group=ibis.literal("all"), value=ibis.literal("all"))]
    for group in _GROUPS:
        left, right = rows[f"left_{group}"], rows[f"right_{group}"]
        for some, value in ((rows, left), (rows.filter(left != right), right)):
            found.append(some.select("stratum", group=ibis.literal(group), value=value))
    return ibis.union(*found).group_by(["stratum", "group", "value"]).agg(pairs=lambda t: t.count())


def sample(folder: Path) -> list[Pair]:
    """The pairs to judge, the same each time, in an order that tells nothing. Of a large stratum more than of a small one. Raises `backend.WrongTable`
    where an earlier release linked the run."""
    rows = backend.read(folder, tables.SAMPLE).to_pylist()
    shares = _shares(_pairs_of(folder)["all", "all"], _MOST)
    return [_pair(row) for row in rows if row["place"] < shares[row["stratum"]]]


def _pairs_of(folder: Path) -> dict[tuple[str, str], Any]:
    """Of each group, how many pairs each stratum has."""
    found: dict[tuple[str, str], Any] = {("all", "all"): np.zeros(_STRATA, dtype=int)}
    for row in backend.read(folder, tables.STRATA).to_pylist():
        of = found.setdefault((row["group"], row["value"]), np.zeros(_STRATA, dtype=int))
        of[row["stratum"]] = row["pairs"]
    return found


def _shares(pairs: Any, size: int) -> list[int]:
    """How many of each, by the root of how many it has: what a small one lacks goes to the others."""
    shares, left = [0] * len(pairs), size
    order = sorted(range(len(pairs)), key=lambda place: pairs[place])
    for done, place in enumerate(order):
        roots = sum(pairs[other] ** 0.5 for other in order[done:])
        wanted = round(left * pairs[place] ** 0.5 / roots) if roots else 0
        shares[place] = min(int(pairs[place]), wanted)
        left -= shares[place]
    return shares


def _pair(row: Mapping[str, Any]) -> Pair:
    return row["left_source"], row["left_id"], row["right_source"], row["right_id"]


def found(folder: Path, labels: Mapping[Pair, bool]) -> list[Group]:
    """By all, sex and recorded ethnicity, what the labels say; nothing is inferred from a name. `labels`: of pairs of the sample, whether they
    are one child; what nobody could tell is left out. Nothing without labels, and no group in which they are few."""
    rows = [row for row in backend.read(folder, tables.SAMPLE).to_pylist() if _pair(row) in labels]
    random, groups = np.random.default_rng(SEED), []
    for key, pairs in _pairs_of(folder).items():
        same, other = np.zeros(_STRATA, dtype=int), np.zeros(_STRATA, dtype=int)
        for row in rows:
            if key in _groups_of(row):
                (same if labels[_pair(row)] else other)[row["stratum"]] += 1
        labelled = int(same.sum() + other.sum())
        if labelled >= _TELLING or (labelled and key == ("all", "all")):
            groups.append(Group(*key, labelled, *_estimated(pairs, same, other, random)))
    return groups


def _groups_of(row: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {("all", "all")} | {
        (group, row[f"{side}_{group}"]) for group in _GROUPS for side in ("left", "right")
    }


def _estimated(
    pairs: Any, same: Any, other: Any, random: np.random.Generator
) -> tuple[Share | None, Share | None]:
    """Labelled pairs are what they are said to be. Of the others of a stratum, the fewest and the most that may be one child are drawn
    from what its labels leave open, as the limits of Clopper and Pearson are: so that the range is rather too wide than too narrow."""
    if same.sum() + other.sum() < _TELLING:
        return None, None
    rest = pairs - same - other
    labelled = np.maximum(same + other, 1)
    expected = same + rest * np.where(same + other > 0, same / labelled, 0.5)
    fewest, most = np.zeros((_STRATA, _DRAWS)), np.zeros((_STRATA, _DRAWS))
    for one in range(_STRATA):
        fewest[one] = same[one] + rest[one] * (
            random.beta(same[one], other[one] + 1, _DRAWS) if same[one] else 0
        )
        most[one] = same[one] + rest[one] * (
            random.beta(same[one] + 1, other[one], _DRAWS) if other[one] else 1
        )
    linked, all_linked = expected[_LINKED].sum(), pairs[_LINKED].sum()
    low, high = fewest[_LINKED].sum(axis=0), most[_LINKED].sum(axis=0)
    few, many = fewest[_NOT_LINKED].sum(axis=0), most[_NOT_LINKED].sum(axis=0)
    return (
        _share(linked, all_linked, low / max(all_linked, 1), high / max(all_linked, 1)),
        _share(linked, expected.sum(), _part(low, many), _part(high, few)),
    )


def _part(some: Any, others: Any) -> Any:
    return some / np.maximum(some + others, 1e-9)


def _share(part: float, of: float, lows: Any, highs: Any) -> Share | None:
    if not of:
        return None
    return Share(float(part / of), float(np.quantile(lows, 0.025)), float(np.quantile(highs, 0.975)))
