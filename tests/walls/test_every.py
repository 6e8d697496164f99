"""A wall that looks at many things at once lets none of them hide behind another."""

import pytest
from tests.walls.every import every


def test_each_that_does_not_keep_to_it_is_named() -> None:
    @every(["even", "odd", "odder"], str.upper)
    def look(thing: str) -> None:
        assert thing == "even", "It is odd"

    with pytest.raises(ExceptionGroup, match="2 of 3") as raised:
        look()
    assert [fault.__notes__ for fault in raised.value.exceptions] == [["In ODD"], ["In ODDER"]]


def test_a_wall_in_front_of_nothing_falls() -> None:
    with pytest.raises(AssertionError, match="in front of nothing"):
        every([])(lambda thing: None)()
