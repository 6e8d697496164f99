"""One specification for every engine: small tables in, small tables out.

On DuckDB each claim runs with all its examples, on Spark with its first, since each takes Spark some seconds; HEARD_SPARK=all
runs them all. `test_engines_agree` holds the two against one another on some hundred children.
"""

import os
from contextlib import ExitStack

import pytest

from heard.engine import backend

# For seconds of work: a quick compiler and no threads beside; room enough that little is cleared up or compiled again.
os.environ.setdefault(
    "SPARK_SUBMIT_OPTS",
    "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=240m -Xms1g -Xmn600m",
)


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
    left_out = [item for item in items if item.get_closest_marker("spark") and _further_example(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def _further_example(item):
    indices = getattr(item, "callspec", None) and item.callspec.indices
    return any(index for name, index in (indices or {}).items() if name != "engine")
