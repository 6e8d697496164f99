"""Faults put into the extracts on purpose, as real extracts have them. Each has a name; the folder's README lists them.

None falls on a planted child, so that no fault decides whether one can be found.
"""

from dataclasses import dataclass, field

from heard.demo.stories import Story

NAMED = {
    "cin_census_2026": {
        "birth_date_impossible": "PersonBirthDate is 30 February",
        "sex_old_code": "Sex is 1 or 2, as in the years before 2025",
        "upn_short": "UPN has twelve characters",
        "factor_unknown": "an assessment factor 99Z, which no year has",
    },
    "school_attendance": {"id_blank": "pupil_upn is empty"},
    "police_missing": {"postcode_unreadable": "postcode says UNKNOWN"},
    "accident_emergency": {"date_impossible": "attended_on is 31 February"},
}
_EVERY = {"cin_census_2026": 50, "school_attendance": 400, "police_missing": 40, "accident_emergency": 100}


@dataclass
class Faults:
    """When one extract gets its next fault: every so many children, on the next child who is not planted."""

    source: str
    made: dict[str, int] = field(default_factory=dict)
    _seen: int = 0
    _waiting: list[str] = field(default_factory=list)

    def due(self, story: Story) -> str | None:
        self._seen += 1
        if self._seen % _EVERY[self.source] == _EVERY[self.source] // 2:
            names = list(NAMED[self.source])
            self._waiting.append(names[self._seen // _EVERY[self.source] % len(names)])
        if not self._waiting or story.planted:
            return None
        fault = self._waiting.pop(0)
        self.made[fault] = self.made.get(fault, 0) + 1
        return fault
