"""Two records that may be one child: a person looks at both, says so with a reason, and can take it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.conftest import World
from tests.insight.pairs import TWINS, run_with_pairs
from tests.journeys.conftest import Story

from heard.insight.judgement.models import Judgement
from heard.insight.judgement.queries import for_the_engine
from heard.insight.models import EngineRun

pytestmark = pytest.mark.journey


@pytest.fixture
def run(world: World, settings: Any, tmp_path: Path) -> EngineRun:
    settings.DATA = tmp_path
    return run_with_pairs(by=world.analyst)


def test_a_pair_is_judged_and_taken_back(world: World, run: EngineRun, story: Story) -> None:
    pairs = f"/engine/{run.pk}/pairs/"
    story.sign_in(world.analyst).open(pairs).sees("Nobody has judged it yet", "A co-ordinator sees who")

    # The co-ordinator looks at both records, with what speaks for one child and what for two.
    story.sign_in(world.coordinator).open(pairs).follow(TWINS.key[:8])
    story.sees("Ada", "Eva", "Not the same", "It helps to look; it decides nothing.")
    story.press("Save and go on to the next pair").sees("Say what you think of these two records")
    story.choose("Not the same child").fill("Why do you think so?", "The school knows them as twins.")
    story.press("Save and go on to the next pair").sees("Your judgement is kept", "Bo")
    story.open("/engine/judgements/").sees("Not the same child")
    assert [row["judgement"] for row in for_the_engine(world.analyst)] == ["not_same"]

    # It was a mistake, and the next run is as if it had never been said.
    story.follow("Take back").sees("The school knows them as twins.")
    story.fill("Why do you take this judgement back?", "It was another family.").press("Take it back")
    story.sees("Taken back.", "Nobody has judged a pair yet.")
    assert for_the_engine(world.analyst) == []
    story.open(f"{pairs}{TWINS.key}/").sees("It was another family.")


def test_a_pair_is_judged_by_keyboard_alone(world: World, run: EngineRun, story: Story) -> None:
    page = story.sign_in(world.coordinator).open(f"/engine/{run.pk}/pairs/{TWINS.key}/").page
    third = page.get_by_label("Cannot tell yet")
    assert third.get_attribute("accesskey") == "3"  # the browser presses no access keys for us
    page.get_by_label("The same child", exact=True).focus()
    for key in ("Space", "ArrowDown", "ArrowDown", "Tab"):
        page.keyboard.press(key)
    page.keyboard.type("Nobody has asked the school.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    story.sees("Your judgement is kept")
    assert Judgement.objects.get().judgement == "cannot_tell"


def test_a_pair_is_judged_without_scripts(world: World, run: EngineRun, story_without_scripts: Story) -> None:
    story = story_without_scripts
    story.sign_in(world.coordinator).open(f"/engine/{run.pk}/pairs/{TWINS.key}/")
    story.choose("Ask somebody else").fill("Why do you think so?", "The school.")
    story.press("Save and go on to the next pair").sees("Your judgement is kept")
