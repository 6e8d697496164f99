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


def test_somebody_signs_in_and_tells_a_worry_in_welsh(world: World, story_on_a_phone: Story) -> None:
    """Where somebody may be in danger the page is in English, and says why in Welsh."""
    story = story_on_a_phone
    story.open("/account/sign-in/").press("Cymraeg").sees(
        "Mewngofnodi", "Nid oes siaradwr Cymraeg wedi gwirio"
    )
    story.fill("Enw defnyddiwr", "tess.archer").fill("Cyfrinair", PASSWORD).press("Mewngofnodi")
    story.open("/drafts/").sees("Fy nrafftiau").press("English").sees("My drafts").press("Cymraeg")
    story.open("/").press("Tell a worry").sees("Is somebody in danger now?", "Mae'r dudalen hon yn Saesneg")
    story.choose("No", within="Is somebody in danger now?").fill("What was seen and heard?", "Upset").press(
        "Continue"
    )
    story.sees("Am ba blentyn rydych chi'n poeni?", "Enw'r plentyn")
