"""An administrator brings an agency in, and a colleague who leaves is turned away."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser
from tests.conftest import PASSWORD, World
from tests.journeys.conftest import Story

from heard.agencies.actions import add_user
from heard.agencies.mail.invitation import link_for
from heard.agencies.models import User
from heard.agencies.rules import Role, TwoFor
from heard.config.second import agreed, said

pytestmark = pytest.mark.journey


@pytest.fixture
def colleague(browser: Browser, live_server: Any) -> Iterator[Story]:
    """A second browser, in somebody else's hands."""
    context = browser.new_context()
    yield Story(context.new_page(), live_server.url, "colleague")
    context.close()


def fill_person(story: Story) -> Story:
    story.fill("Username", "nia.birch").fill("Given name", "Nia").fill("Family name", "Birch")
    story.select("Team", "Moorside Clinic: School nurses").choose("Practitioner")
    return story.fill("Email address at work", "nia@wexmoor.example")


def test_somebody_is_added_works_here_leaves_and_is_turned_away(
    world: World, story: Story, colleague: Story
) -> None:
    story.sign_in(world.administrator).open("/").follow("People and teams")
    story.sees("People by family name", "Tess Archer", "Northgate Academy")

    story.follow("Teams and agencies").sees("Takes worries")
    story.press("Add an agency").press("Add this agency").sees("Enter name of the agency")
    story.fill("Name of the agency", "Moorside Clinic").choose("Health").press("Add this agency")
    story.sees("The agency is added. Add its first team next.")
    story.select("Agency", "Moorside Clinic").fill("Name of the team", "School nurses")
    story.fill("Duty phone (optional)", "01632 960 114").press("Add this team")
    story.sees("The team is added.", "School nurses", "01632 960 114")

    story.follow("People").press("Add a person")
    fill_person(story).fill("Username", "tess.archer").press("Add this person")
    story.sees("There is a problem", "Somebody has this username already.")
    fill_person(story).press("Add this person")
    story.sees("A link to set a password is on its way", "Nia Birch", "No password yet", "Never")

    nia = User.objects.get(username="nia.birch")
    colleague.open(link_for(nia).removeprefix(settings.ADDRESS)).sees("Your username is nia.birch.")
    colleague.fill("Password", "short").fill("Password again", "short").press("Set my password")
    colleague.sees("There is a problem", "at least 12")
    colleague.fill("Password", PASSWORD).fill("Password again", PASSWORD).press("Set my password")
    colleague.sees("Your password is set.")
    colleague.open("/").fill("Username", "nia.birch").fill("Password", PASSWORD).press("Sign in")
    colleague.sees("My work", "School nurses, Moorside Clinic").sees_not("People and teams")

    story.press("Switch off").press("Switch off").sees("Say why. It is kept in the record.")
    story.fill("Why?", "Works for another clinic now.").press("Switch off")
    story.sees("They can no longer sign in, and are signed out everywhere.", "Switched off")

    colleague.open("/").sees("Sign in")
    colleague.fill("Username", "nia.birch").fill("Password", PASSWORD).press("Sign in")
    colleague.sees("The username or the password is not right.").sees_not("My work")


def test_roles_are_given_and_taken_and_somebody_stays_administrator(
    world: World, story: Story, colleague: Story
) -> None:
    story.sign_in(world.administrator).open("/people/").follow("Sufi Visram")
    story.press("Give a role").select("Team", "Wexmoor Children’s Services: Data and insight")
    story.choose("Administrator").press("Give this role").sees("Say why they need this role.")
    story.fill("Why do they need it? (optional)", "They stand in for Ade.").press("Give this role")
    story.sees("A second person has been asked. The role is given when they agree.")
    colleague.sign_in(world.coordinator).open("/people/approvals/").follow("Administrator for Sufi Visram")
    colleague.choose("Yes").press("Save").sees("Saved, with your name.", "Agreed")
    story.open("/people/").follow("Sufi Visram")
    story.press("Take a role away").choose("Supervisor, Exploitation team, Wexmoor Children’s Services")
    story.press("Take it away").sees("The role is taken away.")
    story.press("Take a role away")
    story.choose("Administrator, Data and insight, Wexmoor Children’s Services").press("Take it away")
    story.sees("There is a problem", "This is their only role.")

    story.open("/people/").follow("Ade Minton").sees("You cannot switch yourself off.")


def test_worries_are_taken_over_by_another_team(world: World, story: Story) -> None:
    story.sign_in(world.administrator).open("/people/teams/").follow("Exploitation team")
    story.choose("No").press("Save").sees("There is a problem", "Worries have to come to some team.")
    story.open("/people/teams/").follow("Pastoral team")
    story.sees("Now: Exploitation team, Wexmoor Children’s Services.")
    story.choose("Yes").press("Save").sees("The team is changed.")


def test_a_link_is_sent_to_whoever_forgot_their_password_without_scripts(
    world: World, story_without_scripts: Story
) -> None:
    story = story_without_scripts
    story.sign_in(world.administrator).open("/people/").follow("Sol Wright").press(
        "Send a link to set a password"
    )
    story.fill("Email address at work", "sol").press("Send the link").sees("There is a problem")
    story.fill("Email address at work", "sol@wexmoor.example").press("Send the link")
    story.sees("A link is on its way to them.")


def test_a_locked_name_is_unlocked(world: World, story: Story, colleague: Story) -> None:
    colleague.open("/")
    for _ in range(4):
        colleague.fill("Username", "sol.wright").fill("Password", "not this one").press("Sign in")
    colleague.fill("Username", "sol.wright").fill("Password", "not this one")
    colleague.page.get_by_role("button", name="Sign in", exact=True).click()
    colleague.sees("Sign-in is locked for an hour", "From elsewhere it still works.")

    story.sign_in(world.administrator).open("/people/").follow("Sol Wright").sees("Locked").press("Unlock")
    story.press("Unlock").sees("Unlocked. They can sign in again.").sees_not("Locked")


def test_whom_an_administrator_adds_alone_the_supervisor_of_the_team_says_that_they_know(
    world: World, story: Story
) -> None:
    add_user(
        by=world.administrator, username="ned.late", first_name="Ned", last_name="Late", password=None,
        team=world.exploitation_team, role=Role.PRACTITIONER,
    )  # fmt: skip
    story.sign_in(world.supervisor).open("/").sees("People who were added to a team", "Ned Late")
    story.follow("Ned Late").sees("Do you know who was added?", "Practitioner: Ned Late", "Ade Minton")
    story.press("I know them, and they work in this team").sees("Saved, with your name.")
    assert not story.page.get_by_text("Ned Late").count()


def test_a_backup_is_brought_back_by_two_and_what_one_did_alone_is_read(
    world: World, story: Story, colleague: Story
) -> None:
    story.sign_in(world.administrator).open("/people/approvals/").press("Ask for something on the server")
    story.press("Ask a second person").sees("There is a problem", "Choose what is to be done on the server")
    story.choose("Bringing a backup back").fill("Why?", "The disk fails.").press("Ask a second person")
    story.sees("There is a problem", "Say to what")
    story.fill("To what? (optional)", "heard-2026-11-26T010000Z.tar.age").press("Ask a second person")
    story.sees("A second person is asked.", "You asked for this yourself")
    colleague.sign_in(world.coordinator).open("/people/approvals/").follow("Bringing a backup back")
    colleague.sees("heard-2026-11-26T010000Z.tar.age", "The disk fails.").choose("Yes").press("Save")
    story.open("/people/approvals/").follow("Bringing a backup back")
    story.sees("What was agreed", "heard restore", "--approval heard-approval:", "audit.key")

    with agreed(said("", "Cora and Ade are both away."), TwoFor.KEY_ADD):
        pass
    colleague.open("/").sees("Somebody did alone, on the server, what takes two people")
    colleague.open("/people/trail/").sees("Done on the server by one alone", "Cora and Ade are both away.")
