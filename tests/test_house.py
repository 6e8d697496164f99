"""What the product weighs is held: functions stay short, and none stands twice. Figures are printed, so that they are seen in each run."""

import re
from collections import Counter

from tests import house

MEDIAN, LARGEST = 8, 100  # lines of a function, with what describes it


def test_functions_are_short_and_none_stands_twice() -> None:
    found = house.weighed(house.here())
    house.say("now", found)
    assert found.functions > 5_000
    assert found.median <= MEDIAN
    assert found.largest[0] <= LARGEST, found.largest
    assert found.twice == ()


def test_a_function_that_stands_twice_is_seen_whatever_it_is_called() -> None:
    body = "    a = 1\n    b = a\n    c = b\n    return c\n"
    files = {
        "src/heard/one.py": f"def one():\n{body}",
        "src/heard/other.py": f'def other():\n    """Says it."""\n{body}',
    }
    assert house.weighed(files).twice == (("src/heard/one.py:one", "src/heard/other.py:other"),)
    apart = {"src/heard/demo/one.py": f"def one():\n{body}", "src/heard/other.py": f"def other():\n{body}"}
    assert house.weighed(apart).twice == ()


def test_words_that_meant_many_things_name_one_class_each() -> None:
    names = Counter(
        name
        for text in house.here().values()
        for name in re.findall(r"^class (Kept|Section|Part|Kind|Line|State|Asked|Row)\b", text, re.MULTILINE)
    )
    assert set(names.values()) == {1}, "say in its name of what it is a part or section, and what is kept"
