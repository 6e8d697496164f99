"""One specification for every engine: small tables in, small tables out.

On DuckDB each claim runs with all its examples. Each takes Spark ten to thirty seconds, however small it is: on Spark run those
that ask for something of its own, with their first example, and HEARD_SPARK=all runs them all. That the two say the same is held by
`test_engines_agree`, on some hundred children with the noise of real lists.
"""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from heard.engine import backend

# For seconds of work: a quick compiler and no threads beside; room enough that little is cleared up or compiled again.
os.environ.setdefault(
    "SPARK_SUBMIT_OPTS",
    "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=240m -Xms1g -Xmn600m",
)


ON_SPARK = {
    "test_the_same_extracts_give_the_same_tables",
    "test_a_child_is_recognised_through_several_hops",  # which records hang together
    "test_a_chain_that_contradicts_itself_breaks_at_its_weakest_tie",
    "test_of_two_children_who_might_be_meant_it_is_the_one_of_whom_more_agrees",  # windows over candidates
    "test_any_twelve_months_list_a_child_and_the_first_such_are_shown",  # windows over days
    "test_two_sources_together_may_cover_the_window",  # ranges of days
    "test_each_month_says_what_a_source_could_see_and_what_it_saw",  # months
    "test_with_no_children_at_all_the_numbers_are_zero",  # tables without rows
}


@pytest.fixture(
    params=[
        backend.DUCKDB,
        pytest.param(backend.SPARK, marks=[pytest.mark.spark, pytest.mark.xdist_group("spark")]),
    ],
    autouse=True,
)
def engine(request):
    with ExitStack() as stack:
        try:
            stack.enter_context(backend.using(request.param))
        except backend.Unavailable as missing:
            pytest.skip(str(missing))
        yield request.param


def pytest_collection_modifyitems(config, items):
    if os.environ.get("HEARD_SPARK") == "all":
        return
    here = [item for item in items if item.path.parent == Path(__file__).parent]
    on_spark = [item for item in here if item.get_closest_marker("spark")]
    left_out = [item for item in on_spark if item.originalname not in ON_SPARK or _further_example(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def _further_example(item):
    indices = getattr(item, "callspec", None) and item.callspec.indices
    return any(index for name, index in (indices or {}).items() if name != "engine")
