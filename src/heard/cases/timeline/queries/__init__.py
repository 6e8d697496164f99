"""What the page of a child shows, its chronology, and what is found in all records. `user` is always the first argument."""

from heard.cases.timeline.queries.child import (
    ChildsPage,
    Due,
    Marked,
    Offer,
    Shared,
    Work,
    childs_page,
    who_looked,
)
from heard.cases.timeline.queries.chronology import (
    ON_PAPER,
    Asked,
    Choices,
    Hit,
    choices_of,
    chosen,
    counts_of,
    find_in_records,
    meant_by,
    page_of,
    snippets,
)
from heard.cases.timeline.queries.clocks import clocks_of

__all__ = [
    "ON_PAPER",
    "Asked",
    "ChildsPage",
    "Choices",
    "Due",
    "Hit",
    "Marked",
    "Offer",
    "Shared",
    "Work",
    "childs_page",
    "choices_of",
    "chosen",
    "clocks_of",
    "counts_of",
    "find_in_records",
    "meant_by",
    "page_of",
    "snippets",
    "who_looked",
]
