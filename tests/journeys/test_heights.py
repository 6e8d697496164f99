"""Long pages are read in three screens of a desk: a run of the engine with what is judged in it, the knowledge, a caseload and a team
with forty children, the promises of a board, who looked at a record, and the form of a power that rests on much. A child's page and My work have stories of their own (`test_childs_page`,
`test_my_work`)."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from tests.board.annual import answer, fill
from tests.board.test_figures_page import _staff
from tests.board.test_figures_page import _worries as kept_or_late
from tests.board.test_outcomes import _became_on as became_on
from tests.cases.disruption.test_disruption import plan_step
from tests.cases.missing.conftest import BACK, ago, gone, interviewed
from tests.conftest import World
from tests.home.test_work import a_case
from tests.insight.conftest import said
from tests.journeys.conftest import Story
from tests.services.test_directory import add as add_service

from heard.agencies import actions as agencies
from heard.agencies.rules import Role
from heard.board import annual
from heard.cases.case import actions as casework
from heard.cases.missing import actions as looking
from heard.cases.timeline.actions import open_tab
from heard.demo.extracts import write_extracts
from heard.demo.identifiers import nhs_number
from heard.demo.people import AS_OF
from heard.insight.models import EngineRun
from heard.insight.pair.queries import pairs_of
from heard.insight.release import actions as releasing
from heard.insight.run import actions as running
from heard.network import actions as network

pytestmark = pytest.mark.journey
DESK, PHONE = 1280, 360
SCREENS = {DESK: 2_700, PHONE: 3_200}  # pixels: three screens of a desk, four of a phone
SHORT = {DESK: 1_800, PHONE: 2_400}  # two screens of a desk, three of a phone
TEAM_ON_A_PHONE = 2_500  # where fifteen children each have a day that comes next
FORM_ON_A_PHONE = 4_000  # five screens, with eight sources to choose from
FIGURES_ON_A_PHONE = 2_600  # a dozen promises: what each found is in sight, its picture is opened
OUTCOMES_ON_A_PHONE = 4_000  # four pictures of twelve months
PROFILE_ON_A_PHONE = 4_500  # as of a run: one part, each row of whose tables is a card there
DRAFT_OF_REPORT = {DESK: 2_900, PHONE: 3_800}  # with the field in which it is written
LISTS = {DESK: 2_700, PHONE: 3_700}  # five screens of a phone, of which the last is met by who turns the page
SERVICES = {DESK: 2_800, PHONE: 4_400}  # fifteen, of each of which stands what nobody has checked
CHANGES = {DESK: 2_900, PHONE: 3_200}  # fifteen children, each with why
RUN_ON_A_PHONE = 5_600  # the work of an analyst at a desk: fifteen children, each with seven facts
TEXT = "Let out at the corner at ten at night, and was upset when she came home."


def heights(story: Story, *pages: str, widths: tuple[int, ...] = (DESK, PHONE)) -> dict[tuple[str, int], int]:
    """In pixels, by page and width. No table of a desk is wider than its box."""
    found = {}
    for page in pages:
        story.open(page)
        for width in widths:
            story.page.set_viewport_size({"width": width, "height": 800})
            menu = story.page.locator(".govuk-service-navigation__list")
            menu.wait_for(state="visible" if width == DESK else "hidden")
            assert width == PHONE or too_wide(story) == [], page
            found[page, width] = int(story.page.evaluate("document.documentElement.scrollHeight"))
    print(*(f"{page} at {width}: {height} px" for (page, width), height in found.items()), sep="\n")
    return found


def too_wide(story: Story) -> list[str]:
    """Tables of the page that are wider than their boxes."""
    wide: list[str] = story.page.evaluate(
        """[...document.querySelectorAll("main table")].filter(it => it.scrollWidth > it.parentElement.clientWidth + 1)
        .map(it => it.caption.innerText)"""
    )
    return wide


def too_long(found: dict[tuple[str, int], int], most: dict[int, int] = SCREENS) -> dict[tuple[str, int], int]:
    return {key: height for key, height in found.items() if height > most[key[1]]}


@pytest.fixture
def run(world: World, settings: Any, tmp_path: Path) -> EngineRun:
    """As many children as fill a page of the list, pairs to judge, and files with things wrong with them."""
    return _run(world, settings, tmp_path, children=900)


@pytest.fixture
def small_run(world: World, settings: Any, tmp_path: Path) -> EngineRun:
    return _run(world, settings, tmp_path, children=250)


def _run(world: World, settings: Any, tmp_path: Path, *, children: int) -> EngineRun:
    settings.DATA, settings.EXTRACTS = tmp_path / "data", tmp_path / "extracts"
    write_extracts(tmp_path / "made", children=children, seed=1)
    shutil.copytree(
        tmp_path / "made", settings.EXTRACTS, ignore=shutil.ignore_patterns("truth*", "README.md")
    )
    names = sorted(path.name for path in settings.EXTRACTS.iterdir())
    made = running.start_run(by=world.analyst, **said(), extracts=names, as_of=AS_OF)
    running.carry_out.call(str(made.pk))
    DBTaskResult.objects.all().delete()
    return EngineRun.objects.get(pk=made.pk)


def test_a_run_and_what_is_judged_in_it_are_three_screens_of_a_desk(
    world: World, run: EngineRun, story: Story
) -> None:
    start = f"/engine/{run.pk}/"
    pair = pairs_of(world.coordinator, run)[0].key
    pages = [start, f"{start}issues/", f"{start}pairs/", f"{start}pairs/{pair}/", f"{start}links/"]
    child = story.sign_in(world.coordinator).open(start).page.locator("tbody th a")
    assert child.count() == 15, "a page of the list is full"
    pages.append(str(child.first.get_attribute("href")))
    found = heights(story, *pages, widths=(DESK,))
    assert too_long(found) == {}, found
    assert heights(story, start, widths=(PHONE,))[start, PHONE] <= RUN_ON_A_PHONE


def test_what_changed_since_an_earlier_run_is_three_screens_of_a_desk(
    world: World, run: EngineRun, settings: Any, story: Story
) -> None:
    names = sorted(path.name for path in settings.EXTRACTS.iterdir())
    later = running.start_run(by=world.analyst, **said(), extracts=names, as_of=AS_OF - timedelta(days=180))
    running.carry_out.call(str(later.pk))
    DBTaskResult.objects.all().delete()
    page = f"/engine/{later.pk}/since/{run.pk}/"
    found = heights(story.sign_in(world.analyst), page)
    assert story.page.locator("tbody th").count() == 15, "a page is full"
    assert too_long(found, CHANGES) == {}, found


def club(folder: Path) -> Path:
    """Forty children whom a youth club knows, in twenty columns of its own: ten are guessed, ten have to be looked at."""
    path = folder / "club_2026-03.csv"
    rows = [";".join(row.values()) for row in map(_member, range(40))]
    path.write_text("\n".join([";".join(_member(0)), *rows]) + "\n", encoding="utf-8")
    return path


def _member(number: int) -> dict[str, str]:
    day = f"{1 + number % 27:02}"
    return {
        "Case": f"A{number}",
        "NHS number": nhs_number(number) or "",
        "UPN": "",
        "Forename": NAMES[number % 8],
        "Surname": FAMILIES[number // 8],
        "DOB": f"{day}/0{1 + number % 9}/2011",
        "Sex": "FM"[number % 2],
        "Ethnicity": "White British",
        "Address": f"{number} Harbour Road, Wexmoor",
        "Postcode": f"WX{1 + number % 2} 1AA",
        "Date of death": "",
        "Worker": "Ann Smith",
        "Seen": f"{day}/02/2026",
        "Ended": "",
        "School": "Northgate",
        "Reason": "Went out",
        "Missing": "YN"[number % 2],
        "Excluded": "NY"[number % 2],
        "Notes": "Came home late.",
        "Outcome": "Closed",
        "Referred by": "School",
    }


NAMES = ("Tamsin", "Wilf", "Ottilie", "Bram", "Isolde", "Fergus", "Maud", "Jago")
FAMILIES = ("Quellbrook", "Ostermann", "Vane", "Hartnoll", "Pyle")


def test_starting_a_run_and_saying_what_its_columns_mean_are_three_screens_of_a_desk(
    world: World, small_run: EngineRun, settings: Any, story: Story, tmp_path: Path
) -> None:
    """With seven sources that wait, an earlier run whose weights can be kept, and a table of twenty columns that were guessed."""
    start = "/engine/start/"
    found = heights(story.sign_in(world.analyst), start)
    assert too_long(found) == {}, found
    story.page.set_viewport_size({"width": DESK, "height": 800})
    kept = story.page.get_by_label("Only what is new or changed, with the weights of the run of", exact=False)
    assert story.page.get_by_role("checkbox").count() == 7
    assert not kept.is_visible()
    story.unfold("Other than usual: the day")
    assert kept.is_visible()
    assert int(story.page.evaluate("document.documentElement.scrollHeight")) <= SCREENS[DESK], "unfolded"
    kept.check()
    story.press("Start the run").sees("There is a problem")
    assert kept.is_visible(), "what is other than usual stands open"

    shutil.copy(club(tmp_path), settings.EXTRACTS / "club_2026-03.csv")
    asks = running.start_run(by=world.analyst, **said(), extracts=["club_2026-03.csv"])
    describe = f"/engine/{asks.pk}/describe/"
    found = heights(story, describe, widths=(PHONE, DESK))
    assert too_long(found) == {}, found
    case = story.page.get_by_label("Case", exact=True)
    assert case.is_visible(), "at a desk each question stands open"
    story.page.set_viewport_size({"width": PHONE, "height": 800})
    assert not case.is_visible()
    story.page.get_by_text("Case: Not read").click()
    assert case.is_visible(), "on a phone a line is opened where it is to be corrected"
    DBTaskResult.objects.all().delete()


def test_each_part_of_a_profile_is_three_screens_of_a_desk(
    world: World, run: EngineRun, story: Story
) -> None:
    asked = {"title": "Wexmoor, the year to March 2026", "policy": "department"}
    profile = releasing.ask_profile(by=world.analyst, run_id=run.pk, **asked)
    releasing.draw_profile.call(str(profile.pk))
    DBTaskResult.objects.all().delete()
    start = f"/profiles/{profile.pk}/"
    parts = story.sign_in(world.analyst).open(start).page.get_by_role("navigation", name="Contents")
    pages = [
        start,
        *parts.get_by_role("link").evaluate_all("them => them.map(it => it.getAttribute('href'))"),
    ]
    assert len(pages) > 6
    found = heights(story, *pages)
    assert {
        page: height for (page, width), height in found.items() if width == DESK and height > SCREENS[DESK]
    } == {}, found
    assert max(found.values()) <= PROFILE_ON_A_PHONE, found


def test_each_part_of_an_annual_report_is_four_screens_while_it_is_written(
    world: World, settings: Any, tmp_path: Path, story: Story
) -> None:
    settings.DATA = tmp_path
    fill(world)
    answer(world)
    year = annual.queries.years_to_draft(world.board_member)[0]
    report = annual.actions.draft_report(by=world.board_member, first=year.first, policy="department")
    for part, _heading in annual.queries.PARTS:
        annual.actions.write_text(
            by=world.coordinator, annual_report_id=report.pk, part=part, text="We asked more children."
        )
    DBTaskResult.objects.all().delete()
    start = f"/annual/{report.pk}/"
    story.sign_in(world.board_member).open(start).sees("We asked more children.")
    pages = [start, *(f"{start}{part}/" for part, _heading in annual.queries.PARTS)]
    found = heights(story, *pages)
    assert {
        page: height for (page, width), height in found.items() if height > DRAFT_OF_REPORT[width]
    } == {}, found


def test_what_became_of_worries_is_three_screens_of_a_desk(world: World, story: Story) -> None:
    _staff(world, world.officer.team, world.exploitation_team)
    last = timezone.localdate().replace(month=5, day=6) - timedelta(days=366)
    kinds = ("strategy", "panel", "step", "no_further_action")
    agencies = (world.police, world.care, world.school)
    became_on(world, *(
        (last - timedelta(days=30 * month), {(kind, agency): 3 for kind in kinds for agency in agencies})
        for month in range(12)
    ))  # fmt: skip
    DBTaskResult.objects.all().delete()
    page = "/outcomes/"
    found = heights(story.sign_in(world.board_member), page)
    assert found[page, DESK] <= SCREENS[DESK], found
    assert found[page, PHONE] <= OUTCOMES_ON_A_PHONE, found
    pictures = story.page.locator("main img")
    assert pictures.count() == 4
    assert pictures.evaluate_all("them => them.every(it => it.complete && it.naturalWidth > 0 && it.alt)")


def test_the_knowledge_is_opened_part_by_part(world: World, story: Story) -> None:
    found = heights(story.sign_in(world.social_worker), "/knowledge/")
    assert too_long(found, SHORT) == {}, found
    story.page.set_viewport_size({"width": DESK, "height": 800})
    sign = story.open("/knowledge/").page.locator("#S10")
    assert not sign.is_visible()
    story.follow("Signs and vulnerabilities")
    assert sign.is_visible()
    story.open("/").open("/knowledge/#S10")  # as a link from elsewhere leads to it
    assert sign.is_visible()


def test_the_promises_of_a_board_are_seen_beside_one_another(world: World, story: Story) -> None:
    today = timezone.localdate()
    kept_or_late(world, [(today - timedelta(days=9 * number), number % 5 and 3) for number in range(100)])
    DBTaskResult.objects.all().delete()
    page = "/figures/"
    found = heights(story.sign_in(world.board_member), page)
    assert found[page, DESK] <= SCREENS[DESK], found
    assert found[page, PHONE] <= FIGURES_ON_A_PHONE, found
    one = story.open(page).page.locator("#worries")
    picture = one.locator("img")
    story.page.set_viewport_size({"width": PHONE, "height": 800})
    assert picture.get_attribute("alt")
    assert not picture.is_visible(), "on a phone a picture is opened"
    one.get_by_text("Picture").click()
    assert picture.is_visible()
    one.get_by_text("Picture").click()
    story.page.set_viewport_size({"width": DESK, "height": 800})
    assert picture.is_visible(), "at a desk it is in sight"
    assert picture.evaluate("it => it.complete && it.naturalWidth > 0")
    one.get_by_text("Figures, and what is behind them").click()
    assert one.get_by_role("table").is_visible(), "the table that says the same"


def test_who_looked_at_a_record_is_read_page_by_page(world: World, story: Story) -> None:
    case = a_case(world, "Amira")
    for _number in range(80):
        open_tab(
            by=world.social_worker,
            person_id=case.person_id,
            today=timezone.localdate(),
            read=lambda _head: None,
        )
    DBTaskResult.objects.all().delete()
    found = heights(story.sign_in(world.coordinator), f"/children/{case.person_id}/looked/")
    assert too_long(found) == {}, found


def test_a_caseload_and_a_team_with_forty_children_are_three_screens_of_a_phone(
    world: World, story: Story
) -> None:
    for number in range(40):
        case = a_case(world, f"Amira{number}")
        casework.allocate_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
        casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    DBTaskResult.objects.all().delete()
    found = heights(story.sign_in(world.supervisor), "/team/", "/team/load/", "/team/words/")
    assert "40 children" in story.open("/team/").page.locator("main").inner_text()
    found |= heights(story.sign_in(world.social_worker), "/caseload/")
    assert "40 children" in story.page.locator("main").inner_text()
    assert found.pop(("/team/", PHONE)) <= TEAM_ON_A_PHONE
    assert too_long(found, SHORT) == {}, found


def test_notices_and_what_is_mailed_of_them_are_read_at_a_glance(world: World, story: Story) -> None:
    for number in range(40):
        case = a_case(world, f"Amira{number}")
        casework.name_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    DBTaskResult.objects.all().delete()
    found = heights(story.sign_in(world.social_worker), "/notices/", "/me/mail/")
    assert too_long(found) == {}, found
    story.page.set_viewport_size({"width": DESK, "height": 800})
    kind = story.open("/me/mail/").page.get_by_label("Return home interview held")
    assert not kind.is_visible()
    story.unfold("Missing children: 1 of 3")
    kind.check()
    story.press("Save").open("/me/mail/")
    assert kind.is_checked()
    assert kind.is_visible(), "what is other than usual stands open"


def test_what_was_decided_and_what_can_be_done_are_four_screens_of_a_phone(
    world: World, story: Story
) -> None:
    for number in range(20):
        a_case(world, f"Amira{number}")
        add_service(world, name=f"Somebody to talk to {number}")
        agencies.add_user(
            by=world.administrator, username=f"ann.smith{number}", first_name="Ann", last_name=f"Smith{number}",
            password=None, team=world.exploitation_team, role=Role.PRACTITIONER,
        )  # fmt: skip
    DBTaskResult.objects.all().delete()
    pages = ("/worries/decided/", "/where-to-turn/powers/", "/people/acts/", "/parts/")
    found = heights(story.sign_in(world.coordinator), *pages)
    assert too_long(found, LISTS) == {}, found
    found = heights(story, "/where-to-turn/")
    assert too_long(found, SERVICES) == {}, found
    age = story.open("/where-to-turn/").page.get_by_label("Age", exact=True)
    story.page.set_viewport_size({"width": PHONE, "height": 800})
    assert not age.is_visible()
    story.page.get_by_text("Age, area and language").click()
    age.fill("12")
    story.press("Look for it").sees("20 services")
    assert age.is_visible(), "what was looked by stands open"


def test_an_episode_and_a_place_are_four_screens_of_a_phone(world: World, story: Story) -> None:
    case = a_case(world, "Amira")
    episode = gone(world.social_worker, case.person_id, 30)
    looking.note_found(by=world.social_worker, episode_id=episode.pk, found_at=ago(20), **BACK)
    interviewed(world.social_worker, episode, 5, pushed=TEXT, pulled=TEXT, would_help=TEXT, where_was=TEXT)
    place = network.add_place(by=world.social_worker, name="Quayside bus station", kind="transport")
    for number in range(8):
        other = a_case(world, f"Joss{number}").person_id
        knows = network.Knows(f"{number}: {TEXT}", how="said", who="A neighbour", source_grade="2")
        network.note_tie(by=world.social_worker, one_id=other, other_id=place.pk, kind="goes_to", knows=knows)
    DBTaskResult.objects.all().delete()
    found = heights(story.sign_in(world.social_worker), f"/missing/{episode.pk}/", f"/places/{place.pk}/")
    assert too_long(found, LISTS) == {}, found
    child = story.page.get_by_role("link", name="Joss0", exact=False).first
    assert not child.is_visible()
    story.page.get_by_text("Children: 8").click()
    assert child.is_visible()


def test_the_form_of_a_power_asks_first_what_it_needs(world: World, story: Story) -> None:
    case = a_case(world, "Amira")
    man = network.add_person(by=world.social_worker, given_name="Dan", family_name="Reeve", kind="adult")
    for number in range(8):
        network.note_tie(
            by=world.social_worker,
            one_id=man.pk,
            other_id=case.person_id,
            kind="drives",
            knows=network.Knows(f"{number}: {TEXT}", how="said", who="A neighbour", source_grade="2"),
        )
    given = {"end": "person", "end_id": man.pk, "who_or_where": "", "legal_power": "abduction_warning"}
    step = plan_step(world, case, kind="contact", owner=world.social_worker, **given)
    DBTaskResult.objects.all().delete()
    form = f"/steps/{step.pk}/power/"
    found = heights(story.sign_in(world.social_worker), form)
    assert found[form, DESK] <= SCREENS[DESK], found
    assert found[form, PHONE] <= FORM_ON_A_PHONE, found

    story.page.set_viewport_size({"width": DESK, "height": 800})
    conditions = story.page.get_by_label("What does it ask or forbid? (optional)")
    assert not conditions.is_visible()
    story.press("Save").sees("There is a problem")
    story.page.get_by_text("Once it is asked for").click()
    conditions.fill("Not to be with her, nor to ring her.")
    story.press("Save").sees("There is a problem")
    assert conditions.is_visible(), "what holds something stands open"
