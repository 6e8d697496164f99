from pathlib import Path

import pytest

from heard.engine.estimate import Overlaps, from_csv

TABLES = Path(__file__).parent / "tables"


@pytest.fixture
def published():
    def table(name: str) -> Overlaps:
        return from_csv(TABLES / f"{name}.csv")

    return table
