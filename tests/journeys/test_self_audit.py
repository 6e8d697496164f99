"""A partnership checks itself: opened by the board, answered by two agencies, disputed, answered anew, planned, closed."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.board.annual import at, fill
from tests.conftest import World
from tests.journeys.conftest import DESKTOP, Story

from heard.agencies import actions as agencies
from heard.agencies.models import User
from heard.agencies.rules import Role
from heard.board.figures.rules import first_of
from heard.board.models import Audit

PHONE = 360  # pixels

pytestmark = pytest.mark.journey


def test_an_audit_from_opening_to_closing_with_a_dispute(world: World, story: Story) -> None:
    agencies.give_role(
        by=world.administrator,
        user=world.officer,
        team=world.officer.team,
        role=Role.SUPERVISOR,
        agreed_by=world.coordinator,
    )
    police = User.objects.get(pk=world.officer.pk)

    story.sign_in(world.board_member).open("/").follow("Audits").press("Open an audit").press("Open it")
    story.sees("There is a problem", "Give the audit a name")
    story.fill("What is the audit called?", "Autumn 2026")
    for choice in ("See Me, Hear Me", "Working Together and the Act of 2026", "Wexmoor Police"):
        story.page.get_by_label(choice, exact=True).check()
    story.page.locator("[name=agencies]").first.check()
    story.select("Which agency answers for the partnership as one?", "Wexmoor Children’s Services").press(
        "Open it"
    )
    story.sees("The audit is open", "0 of 20", "met in full, by every agency that must")

    story.sign_in(world.coordinator).open("/").sees("Autumn 2026").follow("Say what your agency meets")
    story.follow("Working Together and the Act of 2026").follow("A decision on each referral")
    story.sees("Worries decided within 1 working day", "nothing to count yet").press("Answer for your agency")
    story.choose("Met").fill("What makes you say so?", "All but a few.").press("Save the answer")
    story.sees("Say what shows it")
    story.fill("What shows it? (optional)", "Ten records").press("Save the answer")
    story.sees("Give the day of which that is")
    story.fill_date("Of which day is that? (optional)", 3, 3, 2026).press("Save the answer")
    story.sees("Saved: what your agency says", "What shows it: Ten records (as of 3 March 2026)")

    story.sign_in(police).open("/").follow("Say what your agency meets").sees("1 of 20")
    story.follow("Working Together and the Act of 2026").follow("A decision on each referral")
    story.sees_not("Answer for your agency").follow("Read this answer a second time").choose(
        "No, we dispute it"
    )
    story.press("Save").sees("Say what you dispute, and why")
    story.fill("What do you dispute, and why? (optional)", "Two of ours waited three days.").press("Save")
    story.sees("It stands until they answer anew", "Disputed", "Wexmoor Police disputes it")
    story.follow("Plan an action").fill("What is to be done?", "Tell us the same day").fill(
        "What would show that it is done?", "No worry of ours waits longer than a day"
    )
    soon = timezone.localdate() + timedelta(days=30)
    story.select("Who does it?", "Cora Ordway").fill_date("By when?", soon.day, soon.month, soon.year).press(
        "Save"
    )
    story.sees("Cora Ordway finds it on My work", "Tell us the same day")

    story.sign_in(world.board_member).open("/audits/").follow("Autumn 2026").sees(
        "0 of 20", "Tell us the same day"
    )
    story.press("Close the audit").fill("What did the audit find?", "Decisions are quick, and not for all.")
    story.press("Close it").sees("The audit is closed", "Decisions are quick, and not for all.")

    story.sign_in(world.coordinator).open("/").follow("What you do about what an audit found")
    story.follow("Tell us the same day").choose("Done")
    story.fill("What shows it, or why could it not be done?", "A note goes out each day.").press("Save")
    story.sees("Saved: what came of it.", "A note goes out each day.")


def test_an_audit_of_three_agencies_from_opening_to_the_annual_report(
    world: World, story: Story, settings: Any, tmp_path: Path
) -> None:
    """Answered by three, disputed by one of them, answered anew, closed; and told to everybody in the report of its year."""
    settings.DATA = tmp_path
    story.widths = (PHONE, DESKTOP)
    police, health = _supervisor(world, "Wexmoor Police"), _supervisor(world, "Wexmoor Health")

    story.sign_in(world.board_member).open("/").follow("Audits").press("Open an audit")
    story.fill("What is the audit called?", "Autumn 2026")
    for choice in ("See Me, Hear Me", "Wexmoor Children’s Services", "Wexmoor Police", "Wexmoor Health"):
        story.page.get_by_label(choice, exact=True).first.check()
    story.select("Which agency answers for the partnership as one?", "Wexmoor Children’s Services").press(
        "Open it"
    )
    story.sees("0 of 7", "Not to be set beside the 6% of 2013", "Who answers", "Hana Reid", "Piet Lane")

    for user, said, why in (
        (world.coordinator, "Met", "An agreement of ours."),
        (police, "Met", "The same agreement."),
        (health, "Partly met", "Two wards have not signed it."),
    ):
        story.sign_in(user).open("/").follow("Say what your agency meets").follow("See Me, Hear Me")
        story.follow("Agencies have agreed what to share and how.").press("Answer for your agency")
        story.choose(said).fill("What makes you say so?", why)
        story.fill("What shows it? (optional)", "The agreement, edition 2")
        story.fill_date("Of which day is that? (optional)", 3, 3, 2026).press("Save the answer")
        story.sees("Saved: what your agency says")
    requirement = story.look().path

    _read(story.sign_in(health).open(requirement), "Wexmoor Children’s Services")
    story.choose("No, we dispute it").fill(
        "What do you dispute, and why? (optional)", "We asked in May and had no answer."
    )
    story.press("Save").sees(
        "It stands until they answer anew", "Wexmoor Health disputes it: We asked in May and had no answer."
    )
    _read(story.sign_in(world.coordinator).open(requirement), "Wexmoor Police")
    story.choose("Yes").press("Save").sees("Saved: you agree.")
    story.press("Answer for your agency").choose("Partly met")
    story.fill("What makes you say so?", "One answer took until June.").press("Save the answer")
    story.sees("What was said before", "One answer took until June.").sees_not("disputes it")
    story.follow("Plan an action").fill("What is to be done?", "Name who answers health")
    story.fill("What would show that it is done?", "A name in the agreement")
    soon = timezone.localdate() + timedelta(days=30)
    story.select("Who does it?", str(health)).fill_date("By when?", soon.day, soon.month, soon.year).press(
        "Save"
    )

    audit = Audit.objects.get()
    story.sign_in(health).open(reverse("audit", args=[audit.pk])).follow("Wexmoor Health")
    story.sees("For it answer: Hana Reid.", "Partly met", "Name who answers health", "nobody yet")
    other = reverse("audit_agency", args=[audit.pk, world.police.pk])
    story.open(other, status=404)

    story.sign_in(world.board_member).open(reverse("audit", args=[audit.pk])).press("Close the audit")
    story.fill("What did the audit find?", "We agreed, and do not always answer.").press("Close it")
    story.sees("The audit is closed", "0 of 7", "We agreed, and do not always answer.")

    # Some months later the year in which it was closed is over.
    closed = first_of(timezone.localdate()) - timedelta(days=20)
    Audit.objects.update(closed_at=at(closed))
    fill(world, children=12)
    story.open("/").follow("Promises").follow("Annual reports").press("Draft a report")
    year = story.page.locator("[name=first] option").nth(1).inner_text()
    story.select("Which year is it about?", year).choose("Counts of 1 to 5 are hidden").press(
        "Count the year"
    )
    report = story.path
    story.follow("What we did not do").sees("What audits asked and was not met", "0 of 7")
    story.sees("Agencies have agreed what to share and how.", "Met: 1; Partly met: 2", "To do: 1")
    story.sees_not("We asked in May", "Name who answers health")
    story.open(report).press("Put it up for release").sees("This is not released.")
    for user, says in (
        (world.coordinator, "A second person"),
        (world.supervisor, "Everybody who sees profiles"),
    ):
        story.sign_in(user).open("/profiles/").follow(f"Annual report, {year}").press(
            "Release it, or send it back"
        )
        story.fill("Why?", "I read each table.").press("Release it").sees(says)
    story.sign_in(world.teacher).open("/profiles/").follow(f"Annual report, {year}")
    story.follow("What we did not do").sees("What audits asked and was not met", "Met: 1; Partly met: 2")


def _supervisor(world: World, agency: str) -> User:
    """Somebody who answers for this agency, which is there or is added."""
    by, name = world.administrator, agency.removeprefix("Wexmoor ")
    there = world.police if agency == world.police.name else None
    there = there or agencies.add_agency(by=by, name=agency, kind=name.casefold())
    given, family = {"Police": ("Piet", "Lane"), "Health": ("Hana", "Reid")}[name]
    return agencies.add_user(
        by=by, username=f"{given}.{family}".casefold(), first_name=given, last_name=family, password=None,
        team=agencies.add_team(by=by, agency=there, name="Safeguarding"), role=Role.SUPERVISOR, agreed_by=world.coordinator,
    )  # fmt: skip


def _read(story: Story, agency: str) -> None:
    """What this agency answered, a second time."""
    said = story.page.locator("section.heard-said").filter(
        has=story.page.get_by_role("heading", name=re.compile(agency))
    )
    said.get_by_role("link", name=re.compile("Read this answer a second time")).click()
    story.look()
