"""Signing in and out, and what a person meets who may not pass."""

import pytest
from tests.conftest import PASSWORD, World
from tests.journeys.conftest import Story

pytestmark = pytest.mark.journey


def test_signing_in_leads_to_my_work_and_signing_out_ends_it(world: World, story: Story) -> None:
    story.open("/").sees("Sign in")
    story.fill("Username", "sol.wright").fill("Password", PASSWORD).press("Sign in")
    story.sees("My work", "Sol Wright", "Wexmoor Children’s Services")
    story.sign_out()
    assert story.path == "/account/sign-in/"
    story.open("/").sees("Sign in")


def test_a_wrong_password_says_so_and_leads_to_the_boxes(world: World, story: Story) -> None:
    story.open("/account/sign-in/")
    story.fill("Username", "sol.wright").fill("Password", "not this one").press("Sign in")
    story.sees("There is a problem", "The username or the password is not right.")
    assert story.page.title().startswith("Error: ")
    assert story.page.get_by_label("Username").input_value() == "sol.wright"
    story.fill("Username", "").press("Sign in").sees("Enter username", "Enter password")


def test_a_password_is_changed_from_any_page(world: World, story: Story) -> None:
    story.sign_in(world.social_worker).open("/").menu("Change your password")
    story.fill("Current password", "not this one").fill("New password", "a much better one")
    story.fill("New password again", "a much better one").press("Change my password")
    story.sees("There is a problem", "This is not your current password.")


def test_what_is_hidden_looks_like_what_is_not_there(world: World, story: Story) -> None:
    story.sign_in(world.social_worker).open("/no-such-page", status=404)
    story.sees("This page is not there, or it is not for you", "tell a worry")


def test_signing_in_works_without_scripts(world: World, story_without_scripts: Story) -> None:
    story = story_without_scripts
    story.open("/").fill("Username", "sol.wright").fill("Password", PASSWORD).press("Sign in")
    story.sees("My work", "Sol Wright")


def test_the_screen_can_be_blanked_and_comes_back_at_a_key(world: World, story: Story) -> None:
    story.sign_in(world.social_worker).open("/").menu("Blank the screen")
    story.sees("The screen is blank")
    assert "My work" not in story.page.title()
    story.page.keyboard.press("a")
    story.sees_not("The screen is blank")
    assert "My work" in story.page.title()
