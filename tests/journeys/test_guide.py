"""The guide shows what is: each of its pictures is taken here. `make pictures` takes them anew."""

from __future__ import annotations

import ast
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page
from tests.conftest import World
from tests.insight.profiles import profile_of
from tests.journeys.begun import HOME, ago, assessed, opened, planned, told
from tests.journeys.conftest import Story
from tests.journeys.pictures import PICTURES, Camera, stop_the_calendar

from heard.agencies.models import User
from heard.board import actions as board
from heard.cases.case.queries import words_of
from heard.cases.concern import actions as telling
from heard.cases.missing import actions as looking
from heard.cases.note import actions as noting
from heard.cases.own import actions as own
from heard.cases.panel import actions as meeting
from heard.cases.safety import actions as keeping_safe
from heard.cases.sharing import actions as sharing
from heard.cases.words import actions as words
from heard.network import actions as network
from heard.network.rules import Said

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
JOBS = (
    "find-a-person",
    "who-may-see",
    "about-a-child",
    "caseload",
    "tell-a-worry",
    "decide",
    "assess",
    "hear",
    "plan",
    "panel",
    "review-and-close",
    "missing-referral-sharing",
    "chronology-and-pack",
    "nothing-is-lost",
    "administrator",
    "analyst",
    "check-yourselves",
)
LARGEST, ALL_TOGETHER = 60_000, 3_000_000  # bytes

# Who is in the pictures: people of the fictional partnership.
NAMES = {
    "coordinator": ("Maya", "Lindqvist"),
    "supervisor": ("Dele", "Okafor"),
    "social_worker": ("Ruth", "Pemberton"),
    "teacher": ("Grace", "Adeyemi"),
    "officer": ("Tom", "Hartley"),
    "analyst": ("Ana", "Kovács"),
    "board_member": ("Helen", "Burrows"),
}


@pytest.fixture
def wexmoor(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    stop_the_calendar(monkeypatch)
    for role, (given, family) in NAMES.items():
        user: User = getattr(world, role)
        user.first_name, user.last_name = given, family
        user.username = f"{given}.{family}".lower().replace("á", "a")
        user.save(update_fields=["username", "first_name", "last_name"])
    return world


@pytest.fixture
def camera(tmp_path: Path) -> Camera:
    return Camera(tmp_path / "pictures")


@pytest.fixture
def visit(page: Page, live_server: Any, request: pytest.FixtureRequest) -> Story:
    """These pages have stories that look at them with care; here they stand still for a picture."""
    return Story(page, live_server.url, request.node.name, widths=())


# ---- what the guide promises


def shown_in(text: str) -> list[tuple[str, str]]:
    """Words for those who do not see it, and name, of each picture in a page of the guide."""
    return re.findall(r"!\[([^\]]*)\]\((?:\.\./|docs/)pictures/([\w-]+)\.png\)", text)


def taken() -> set[str]:
    """The names of pictures that the stories of this file take."""
    calls = [node for node in ast.walk(ast.parse(Path(__file__).read_text())) if isinstance(node, ast.Call)]
    takes = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "take"]
    return {str(call.args[1].value) for call in takes if isinstance(call.args[1], ast.Constant)}


def in_the_guide() -> dict[str, str]:
    """Each picture with its words."""
    pages = [*GUIDE.glob("*.md"), GUIDE.parents[1] / "README.md"]
    return {name: alt for page in pages for alt, name in shown_in(page.read_text(encoding="utf-8"))}


def test_each_picture_of_the_guide_is_taken_by_a_story_and_none_lies_about() -> None:
    assert set(in_the_guide()) == taken()
    assert {file.stem for file in PICTURES.glob("*.png")} == taken()
    assert {file.stem for file in PICTURES.glob("*.txt")} == taken()


def test_pictures_are_small_and_said_in_words_too() -> None:
    sizes = {file.name: file.stat().st_size for file in PICTURES.glob("*.png")}
    assert not {name: size for name, size in sizes.items() if size > LARGEST}
    assert sum(sizes.values()) < ALL_TOGETHER
    assert not {name for name, alt in in_the_guide().items() if len(alt) < 20}


@pytest.mark.parametrize("job", JOBS)
def test_each_job_has_a_page_with_pictures_to_which_the_readme_leads(job: str) -> None:
    assert shown_in((GUIDE / f"{job}.md").read_text(encoding="utf-8"))
    assert f"docs/guide/{job}.md" in (GUIDE.parents[1] / "README.md").read_text(encoding="utf-8")


def test_pages_of_the_guide_lead_to_pages_that_are_there() -> None:
    for page in GUIDE.glob("*.md"):
        for link in re.findall(r"\]\(([^)#:]+\.md)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name} leads to {link}"


# ---- the pictures

pictured = pytest.mark.journey


@pictured
def test_a_person_is_found(wexmoor: World, visit: Story, camera: Camera) -> None:
    child = opened(wexmoor).person
    network.add_person(
        by=wexmoor.officer, given_name="Ameera", family_name="Kahn", birth_date=date(2011, 2, 3)
    )
    main = visit.sign_in(wexmoor.coordinator).open("/search/").page.locator("main")
    main.get_by_role("textbox", name="Search").fill("Khan Amira")
    main.get_by_role("textbox", name="Search").press("Enter")
    visit.sees("sounds alike")
    camera.take(visit, "search")
    visit.open(f"/children/{child.pk}/same/").follow("Compare with Ameera Kahn")
    camera.take(visit, "compare")


@pictured
def test_it_is_said_who_may_see(wexmoor: World, visit: Story, camera: Camera) -> None:
    child = opened(wexmoor).person
    visit.sign_in(wexmoor.coordinator).open(f"/children/{child.pk}/access/")
    camera.take(visit, "who-may-see")


@pictured
def test_it_is_known_who_the_child_is(wexmoor: World, visit: Story, camera: Camera) -> None:
    child = opened(wexmoor).person
    this: dict[str, Any] = {"by": wexmoor.social_worker, "person_id": child.pk}
    herself = Said("self", "", ago(3))
    network.record_fact(**this, kind="phone", value="01632 960 201", said=herself)
    network.record_fact(**this, kind="ethnicity", value="Pakistani and English", code="MWAS", said=herself)
    network.record_fact(
        **this, kind="school", value="Northgate Academy", contact="Grace Adeyemi, head of year",
        said=Said("paper", "School register", ago(3)),
    )  # fmt: skip
    network.note_important_person(
        **this, name="Nadia Khan", relation="mother", contact="01632 960 212", cares=True, responsibility="yes",
        said=Said("paper", "Birth certificate", ago(3)),
    )  # fmt: skip
    network.add_identifier(
        **this, scheme="council", value="WX-20417", issuer="Wexmoor council",
        said=Said("worker", "Ruth Pemberton, social worker", ago(3)),
    )  # fmt: skip
    visit.sign_in(wexmoor.social_worker).open(f"/children/{child.pk}/about/")
    camera.take(visit, "about")


@pictured
def test_a_caseload_is_read(wexmoor: World, visit: Story, camera: Camera) -> None:
    case = planned(wexmoor).case
    noting.write_note(
        by=wexmoor.social_worker,
        person_id=case.person_id,
        kind="visit",
        at=timezone.now() - timedelta(days=2),
        seen="alone",
        text="We sat in the kitchen.",
    )
    second = told(wexmoor, new_person={"given_name": "Noor", "family_name": "Aziz"})
    telling.decide(
        by=wexmoor.coordinator,
        concern=second,
        decision="open_case",
        reason="Two signs.",
        feedback="A social worker meets them this week.",
    )
    visit.sign_in(wexmoor.supervisor).open("/team/")
    camera.take(visit, "caseload")


@pictured
def test_a_worry_is_told_and_decided(wexmoor: World, visit: Story, camera: Camera) -> None:
    visit.sign_in(wexmoor.teacher).open("/worries/tell/")
    camera.take(visit, "worry-start")
    visit.choose("No").fill(
        "What was seen and heard?",
        "She came back after lunch in a car that nobody knows. She has a new phone. Upset.",
    )
    visit.press("Continue").fill("Name of the child", "Amira Khan").press("Continue").press("Continue")
    visit.choose("Gifts from people we do not know").choose("Today")
    camera.take(visit, "worry-signs")
    visit.open("/worries/")  # what was typed is kept for her before somebody else sits here
    concern = told(wexmoor)
    visit.sign_in(wexmoor.coordinator).open(f"/worries/{concern.pk}/")
    camera.take(visit, "worry")
    visit.press("Decide on this worry").choose("Open a case").fill(
        "Reason for the decision", "Two signs, and she is afraid on her way home."
    )
    visit.fill("What will the person who told this read?", "A social worker meets her this week. Thank you.")
    visit.press("Record the decision")
    visit.sign_in(wexmoor.teacher).open(f"/worries/{concern.pk}/")
    camera.take(visit, "worry-answered")


@pictured
def test_an_assessment_is_written(wexmoor: World, visit: Story, camera: Camera) -> None:
    case = opened(wexmoor)
    visit.sign_in(wexmoor.social_worker).open(f"/cases/{case.pk}/assessment/").press("Start now")
    visit.follow("Your judgement")
    visit.fill("Your judgement", "Somebody older waits for her after school, and she is afraid of him.")
    visit.press("Save and continue")
    camera.take(visit, "assessment")
    visit.follow("What the child says").choose(f"“{HOME}”").press("Save and continue")
    assessment = visit.path
    visit.open(f"{assessment}items/S10/")
    camera.take(visit, "evidence")
    visit.open(assessment).press("Check and send to the supervisor").press("Send to the supervisor")
    visit.sign_in(wexmoor.supervisor).open(f"{assessment}decide/")
    camera.take(visit, "sign-off")


@pictured
def test_a_child_is_heard(wexmoor: World, visit: Story, camera: Camera) -> None:
    plan = planned(wexmoor)
    first = words_of(wexmoor.social_worker, plan.case.person_id).get()
    visit.sign_in(wexmoor.social_worker).open(f"/children/{plan.case.person_id}/words/add/")
    camera.take(visit, "words-add")
    words.answer_words(
        by=wexmoor.social_worker,
        words_id=first.pk,
        what_changed="Grace walks home with her on Mondays and Fridays.",
        told_on=ago(0),
        told_by="Ruth Pemberton, social worker",
    )
    visit.open(f"/children/{plan.case.person_id}/words/")
    camera.take(visit, "words")
    outcome = plan.outcomes.get()
    own.write_own_plan(
        by=wexmoor.social_worker,
        plan_id=plan.pk,
        outcomes={outcome.pk: "You walk home and nobody bothers you."},
        actions={outcome.actions.get().pk: "Grace walks home with you."},
        words_id=first.pk,
        reach="Text or ring Ruth, also in the evening.",
        if_unsafe="Rosa, at any time.",
    )
    visit.open(f"/plans/{plan.pk}/own/")
    camera.take(visit, "own-plan")
    visit.open(f"/children/{plan.case.person_id}/")
    camera.take(visit, "child")


@pictured
def test_a_plan_is_kept(wexmoor: World, visit: Story, camera: Camera) -> None:
    plan = planned(wexmoor)
    visit.sign_in(wexmoor.social_worker).open(f"/plans/{plan.pk}/")
    camera.take(visit, "plan")
    keeping_safe.write_safety_plan(
        by=wexmoor.social_worker,
        case_id=plan.case_id,
        getting_worse="She stops answering her aunt.",
        what_to_do="Rosa rings the duty team, who go and see her.",
        who_to_call="Rosa by day; 01632 960 001 at any time.",
        safe_places="At Rosa’s.",
        child_agreed="“I send Rosa a heart.”",
    )
    visit.open(f"/cases/{plan.case_id}/safety/")
    camera.take(visit, "safety")
    plan.outcomes.get().actions.update(due_on=ago(2))
    visit.sign_in(wexmoor.teacher).open("/")
    camera.take(visit, "my-work")
    visit.sign_in(wexmoor.supervisor).open("/team/waiting/")
    camera.take(visit, "team")


@pictured
def test_an_audit(wexmoor: World, visit: Story, camera: Camera) -> None:
    years = [
        board.open_audit(
            by=wexmoor.board_member,
            title=title,
            since=ago(days + 365),
            until=ago(days),
            packs=["see_me_hear_me", "since_2013"],
            agencies=[wexmoor.care],
            lead=wexmoor.care,
            at=timezone.now() - timedelta(days=days),
        )
        for title, days in (("Self-audit of last year", 365), ("Self-audit of this year", 0))
    ]
    about = {"by": wexmoor.coordinator, "requirement": "SM2"}
    board.plan_action(
        audit_id=years[0].pk,
        what="Ask each child before a review",
        shows="Each review says what the child said",
        owner=wexmoor.supervisor,
        due_on=ago(-14),
        **about,
    )
    said = {
        "agency": wexmoor.care,
        "answer": "met",
        "why": "Each review begins with it.",
        "evidence": "Ten reviews",
        "evidence_on": ago(3),
    }
    for audit in years:
        answer = "met" if audit == years[1] else "not_met"
        board.answer(audit_id=audit.pk, **about, **(said | {"answer": answer}))
        if audit == years[0]:
            board.close_audit(
                by=wexmoor.board_member,
                audit_id=audit.pk,
                found="Nobody asked.",
                at=timezone.now() - timedelta(days=300),
            )
    visit.sign_in(wexmoor.board_member).open(f"/audits/{years[1].pk}/")
    camera.take(visit, "audit")


@pictured
def test_a_panel_is_held(wexmoor: World, visit: Story, camera: Camera) -> None:
    planned(wexmoor)
    panel = meeting.plan_panel(
        by=wexmoor.coordinator,
        starts_at=timezone.now() + timedelta(days=7),
        place="Room 2",
        chair=wexmoor.coordinator,
        agencies=[wexmoor.care.pk, wexmoor.school.pk],
    )
    meeting.prepare_panel(by=wexmoor.coordinator, panel_id=panel.pk)
    visit.sign_in(wexmoor.coordinator).open(f"/panels/{panel.pk}/")
    camera.take(visit, "panel")
    panel.starts_at = timezone.now() - timedelta(hours=1)
    panel.save(update_fields=["starts_at"])
    came = {seat.pk: ("came", "") for seat in panel.seats.all()}
    meeting.hold_panel(by=wexmoor.coordinator, panel_id=panel.pk, came=came)
    item = panel.items.get()
    visit.open(f"/panels/items/{item.pk}/decide/")
    camera.take(visit, "panel-decide")


@pictured
def test_a_plan_is_reviewed_and_a_case_closed(wexmoor: World, visit: Story, camera: Camera) -> None:
    plan = planned(wexmoor)
    visit.sign_in(wexmoor.social_worker).open(f"/plans/{plan.pk}/review/")
    camera.take(visit, "review")
    visit.sign_in(wexmoor.supervisor).open(f"/cases/{plan.case_id}/close/")
    camera.take(visit, "close")


@pictured
def test_what_else_protects(wexmoor: World, visit: Story, camera: Camera) -> None:
    case = opened(wexmoor)
    looking.note_missing(
        by=wexmoor.social_worker,
        person_id=case.person_id,
        missing_from=timezone.now() - timedelta(hours=3),
        last_seen_where="The bus stop at Harbour Street",
        last_seen_by="Her aunt Rosa",
        danger="no",
        reported_at=timezone.now() - timedelta(hours=2),
        police_reference="WX 1042",
    )
    visit.sign_in(wexmoor.social_worker).open("/missing/").follow("Amira Khan")
    camera.take(visit, "missing")
    visit.open(f"/cases/{case.pk}/referral/").press("Start now")
    camera.take(visit, "referral")
    share = sharing.prepare_share(
        by=wexmoor.social_worker,
        person_id=case.person_id,
        purpose="So that she is met at the gate.",
        to_person="Ann Lee, tutor",
        to_outside="Southgate College",
        how="mail",
        pieces=[],
        free_text="Please do not ask her about it in class.",
        leave_out_names=True,
    )
    visit.open(f"/shares/{share.pk}/")
    camera.take(visit, "share")


@pictured
def test_the_record_is_read_and_taken_out(wexmoor: World, visit: Story, camera: Camera) -> None:
    case = assessed(wexmoor).case
    visit.sign_in(wexmoor.social_worker).open(f"/children/{case.person_id}/chronology/")
    visit.page.get_by_text("Choose what the chronology shows").click()
    visit.choose("The child’s own words").choose("Signs and vulnerabilities seen").press("Show these")
    camera.take(visit, "chronology")
    visit.open(f"/children/{case.person_id}/packs/new/")
    camera.take(visit, "pack")


@pictured
def test_a_profile_is_released(
    wexmoor: World, visit: Story, camera: Camera, settings: Any, tmp_path: Path
) -> None:
    settings.DATA = tmp_path
    profile = profile_of(wexmoor.analyst)
    page = f"/profiles/{profile.pk}/"
    visit.sign_in(wexmoor.board_member).open(f"{page}decide/")
    camera.take(visit, "profile-release")
    visit.fill("Why?", "Places with few children are put together.").press("Release it")
    visit.sign_in(wexmoor.supervisor).open(f"{page}decide/")
    visit.fill("Why?", "I read each table, and asked the police about theirs.").press("Release it")
    visit.sign_in(wexmoor.teacher).open(page)
    camera.take(visit, "profile")
    visit.sign_in(wexmoor.analyst).open(page).press("Write a digest of it")
    visit.fill("What is the digest called?", "Spring digest: what to look out for")
    visit.fill("What is it about?", "What agencies in Wexmoor know together, for all who work with children.")
    visit.fill("Whom do people ask?", "Exploitation team, 01632 960 001").press("Keep the digest")
    visit.sign_in(wexmoor.coordinator).open(visit.path)
    camera.take(visit, "digest")


@pictured
def test_nothing_is_lost(wexmoor: World, visit: Story, camera: Camera, browser: Browser) -> None:
    case = opened(wexmoor)
    kept = words_of(wexmoor.social_worker, case.person_id).get()
    form = f"/words/{kept.pk}/answer/"
    visit.sign_in(wexmoor.social_worker).open(form)
    visit.fill("What changed because of it?", "Grace walks home with her on Mondays and Fridays.")
    visit.page.wait_for_selector("text=Saved. You can leave")
    visit.open("/unfinished/")
    camera.take(visit, "unfinished")
    visit.open(form).fill("What changed because of it?", "Grace walks home with her.")
    words.answer_words(
        by=wexmoor.coordinator, words_id=kept.pk, what_changed="Rosa meets her at the bus stop."
    )
    visit.press("Save").sees("The record says now:")
    camera.take(visit, "two-people")


@pictured
def test_people_and_teams_are_kept(wexmoor: World, visit: Story, camera: Camera) -> None:
    visit.sign_in(wexmoor.administrator).open("/people/")
    camera.take(visit, "people")
    visit.follow("Teams and agencies")
    camera.take(visit, "teams")
