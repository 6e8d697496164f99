"""How far a whole run is, and how long it takes from here."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.engine.test_run import extracts, whole

from heard.engine.run.progress import INTAKE, LINK, SCREEN, Clock, in_words, part, with_time_left

__all__ = ["extracts"]  # a fixture


def test_the_share_of_a_run_only_grows_and_every_step_is_in_it(extracts: Path) -> None:
    told: list[tuple[str, float | None]] = []
    whole(extracts, progress=lambda text, share: told.append((text, share)))
    shares = [share for _, share in told if share is not None]
    assert len(shares) == len(told)
    assert shares == sorted(shares)
    for first, last in (INTAKE, LINK, SCREEN):
        assert any(first <= share < last for share in shares)


def test_two_files_of_one_size_are_half_of_intake_each(extracts: Path) -> None:
    told: list[tuple[str, float | None]] = []
    for name in ("police.csv", "school.csv"):
        (extracts / name).write_text((extracts / name).read_text().ljust(1_000))
    whole(extracts, progress=lambda text, share: told.append((text, share)))
    of_school = [share for text, share in told if text == "school" and share is not None]
    assert min(of_school) == pytest.approx(INTAKE[1] / 2)
    assert max(of_school) == pytest.approx(INTAKE[1])


def test_a_step_that_cannot_say_how_far_it_is_has_begun() -> None:
    told: list[tuple[str, float | None]] = []
    tell = part(lambda text, share: told.append((text, share)), (0.5, 1.0))
    assert tell is not None
    for share in (None, 0.5, 0.1, None):
        tell("x", share)
    assert [share for _, share in told] == [0.5, 0.75, 0.75, 0.75]
    assert part(None, (0, 1)) is None


def test_what_is_left_follows_from_what_was_needed_and_runs_down() -> None:
    told: list[str] = []
    now = [0.0]
    clock = Clock(lambda text, share: told.append(text), now=lambda: now[0])
    clock.again()
    for at, share in ((1, 0.5), (100, None), (200, 0.01), (600, 0.5)):
        now[0] = at
        clock.tell("Reading", share)
    now[0] = 900
    clock.again()
    clock.tell("Comparing", 0.5)
    now[0] = 5_000
    clock.again()
    assert told == ["Reading"] * 3 + ["Reading, about 10 minutes left", "Reading, about 5 minutes left",
                                      "Comparing, about 5 minutes left", "Comparing, less than a minute left"]  # fmt: skip


def test_time_left_is_told_in_words_and_never_too_little() -> None:
    assert [in_words(seconds) for seconds in (-5, 59, 61, 5_900, 6_100)] == [
        "less than a minute", "less than a minute", "about 2 minutes", "about 99 minutes", "about 2 hours",
    ]  # fmt: skip


def test_it_is_told_again_while_nothing_new_is() -> None:
    told: list[str] = []
    with with_time_left(lambda text, share: told.append(text), every=0.01) as tell:
        tell("Comparing", 0.5)
        deadline = time.monotonic() + 20
        while len(told) < 4 and time.monotonic() < deadline:
            time.sleep(0.01)
    assert len(told) >= 4
    assert set(told) == {"Comparing"}
