"""One test of a wall looks at every file: it takes a moment, and a test for each of thousands takes a minute to gather."""

from collections.abc import Callable, Collection
from typing import Any


def every[Thing](
    found: Collection[Thing] | Callable[[], Collection[Thing]], name: Callable[[Thing], Any] = str
) -> Any:
    """Makes a look at one thing the test of all. It fails with each fault, and by whose name.

    `found`: the things, or what finds them where that takes long.
    """

    def of_all(look: Callable[[Thing], None]) -> Callable[[], None]:
        def test() -> None:
            things = found() if callable(found) else found
            assert things, "The wall is in front of nothing"
            faults = []
            for thing in things:
                try:
                    look(thing)
                except AssertionError as fault:
                    fault.add_note(f"In {name(thing)}")
                    faults.append(fault)
            if faults:
                raise ExceptionGroup(f"{len(faults)} of {len(things)} do not keep to it", faults)

        test.__name__, test.__doc__ = look.__name__, look.__doc__
        return test

    return of_all
