"""What a run's records say of each child: one thing only where they agree, else "Recorded in more than one way".

A child of whom a source could tell and does not is "Not given"; one whom only sources hold that never ask is "Not
collected". Nothing is inferred from anything else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import ibis
import yaml

from heard.engine import tables
from heard.engine.profile.shape import ELSEWHERE, LISTED, NOT_COLLECTED, NOT_GIVEN, NOT_LISTED, SEVERAL

if TYPE_CHECKING:
    from heard.engine import backend
    from heard.engine.profile.areas import Areas

type ByList = Mapping[str, int]
"""How many children are on the list, and how many are not."""


class People:
    """The children of a run, known and listed."""

    def __init__(self, engine: backend.Engine) -> None:
        records, identities = engine.read(tables.RECORDS), engine.read(tables.IDENTITIES)
        joined = records.join(identities, ["source", "record_id"])
        wanted = ("person", "source", "birth_date", "sex", "postcode", "ethnicity")
        self._engine = engine
        self._records = engine.keep("profile_records", joined.select(*wanted))
        self.listed = engine.read(tables.CHILDREN)
        self.known = int(self._records.person.nunique().to_pyarrow().as_py())

    def by_age(self, as_of: date) -> dict[str, ByList]:
        """By the band of the age in whole years on the as-of date."""
        born = self._records.birth_date
        to_come = (born.month() * 100 + born.day()) > as_of.month * 100 + as_of.day
        years = as_of.year - born.year() - to_come.cast("int64")
        bands = [(years < below, band) for band, below in groups()["ages"].items()]
        unknown = born.isnull() | (years < 0)
        return self._counted(ibis.cases((unknown, ibis.null("string")), *bands))

    def by_sex(self) -> dict[str, ByList]:
        return self._counted(self._records.sex.substitute(groups()["sex"]))

    def by_ethnicity(self) -> dict[str, ByList]:
        """By the group of the code that the child or family gave."""
        group_of = {code: group for group, codes in groups()["ethnicity"].items() for code in codes}
        said = self._records.ethnicity
        return self._counted(
            said.isnull().ifelse(
                ibis.null("string"), said.upper().substitute(group_of, else_=groups()["other_words"])
            )
        )

    def by_district(self) -> dict[str, ByList]:
        """By the first half of the postcode."""
        return self._counted(self._records.postcode.split(" ")[0])

    def by_area(self, areas: Areas) -> dict[str, ByList]:
        """By the area in which the postcode lies; `ELSEWHERE` where it lies in none."""
        table = self._engine.hold("profile_areas", areas.postcodes)
        looked_up = table.group_by(told="postcode").agg(area=table.area.min())
        plain = self._records.mutate(told=self._records.postcode.replace(" ", ""))
        joined = plain.left_join(looked_up, "told")
        area = joined.postcode.isnull().ifelse(
            ibis.null("string"), ibis.coalesce(joined.area, ibis.literal(ELSEWHERE))
        )
        return self._counted(area, joined)

    def _counted(self, column: Any, records: Any = None) -> dict[str, ByList]:
        told = self._of_each_child(column, self._records if records is None else records)
        listed = self.listed.select("person", listed=ibis.literal(True))
        both = told.left_join(listed, "person").mutate(listed=lambda t: t.listed.fill_null(False))
        counted: dict[str, dict[str, int]] = defaultdict(lambda: {LISTED: 0, NOT_LISTED: 0})
        for row in both.group_by(["value", "listed"]).agg(n=ibis._.count()).to_pyarrow().to_pylist():
            counted[row["value"]][LISTED if row["listed"] else NOT_LISTED] += row["n"]
        return dict(counted)

    def _of_each_child(self, column: Any, records: Any) -> Any:
        records = records.select("person", "source", value=column)
        filled = records.filter(records.value.notnull())
        asking = filled.select("source").distinct().mutate(asks=ibis.literal(True))
        asked = records.left_join(asking, "source").group_by("person").agg(asked=ibis._.asks.max())
        given = filled.filter(filled.value != NOT_GIVEN)
        one = given.group_by("person").agg(different=given.value.nunique(), value=given.value.min())
        joined = asked.left_join(one, "person")
        value = ibis.cases(
            (joined.different == 1, joined.value), (joined.different > 1, SEVERAL), (joined.asked, NOT_GIVEN),
            else_=NOT_COLLECTED,
        )  # fmt: skip
        return joined.select("person", value=value)


@cache
def groups() -> dict[str, Any]:
    """How values are put into groups, from `groups.yaml`."""
    told: dict[str, Any] = yaml.safe_load(
        files(__package__).joinpath("groups.yaml").read_text(encoding="utf-8")
    )
    return told
