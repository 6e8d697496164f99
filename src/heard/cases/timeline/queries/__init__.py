"""What the page of a child shows, its chronology, and what is found in all records. `user` is always the first argument."""

from heard.cases.timeline.queries.brief import Brief, Due, Head, brief_of, briefs_of, head_of, heads_of
from heard.cases.timeline.queries.child import (
    Marked,
    Offer,
    Shared,
    assessment_tab,
    files_tab,
    notes_tab,
    people_tab,
    plan_tab,
    shared_tab,
    summary_tab,
    who_looked,
)
from heard.cases.timeline.queries.chronology import (
    ON_PAPER,
    Choices,
    ChronologyFilter,
    Hit,
    choices_of,
    chosen,
    chronology_tab,
    counts_of,
    find_in_records,
    meant_by,
    page_of,
    snippets,
)
from heard.cases.timeline.queries.clocks import clocks_of
from heard.cases.timeline.queries.year import year_of
