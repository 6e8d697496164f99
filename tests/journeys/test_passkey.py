"""Signing in with a passkey, in a browser that has one: added, asked for, enough by itself, lost, and asked for again."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.conftest import PASSWORD, World
from tests.journeys.conftest import Story
from tests.journeys.test_single_sign_on import App

pytestmark = pytest.mark.journey


class Key:
    """A machine that asks for a finger, and keeps passkeys."""

    def __init__(self, story: Story) -> None:
        self._browser = story.page.context.new_cdp_session(story.page)
        self._browser.send("WebAuthn.enable", {"enableUI": False})
        can = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
        kind = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
        made = self._browser.send("WebAuthn.addVirtualAuthenticator", {"options": kind | can})
        self._id = made["authenticatorId"]

    def finger_is_right(self, right: bool) -> None:
        self._browser.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": right})

    def passkeys(self) -> int:
        return len(
            self._browser.send("WebAuthn.getCredentials", {"authenticatorId": self._id})["credentials"]
        )


@pytest.fixture
def key(story: Story, live_server: Any, settings: Any) -> Key:
    settings.FACTOR, settings.ADDRESS = "all", live_server.url
    return Key(story)


def touch(story: Story, button: str) -> Story:
    """A press that the browser answers with a passkey, and then leaves the page."""
    with story.page.expect_navigation():
        story.page.get_by_role("button", name=button, exact=True).click()
    return story.look()


def with_password(story: Story, username: str) -> Story:
    story.open("/").fill("Username", username).fill("Password", PASSWORD)
    return story.press("Sign in")


def test_a_passkey_is_added_confirms_and_is_enough_by_itself(world: World, story: Story, key: Key) -> None:
    with_password(story, "sol.wright").sees("Before you go on, confirm that it is you")
    story.open("/unfinished/")
    assert story.path == "/account/factors/", "nothing else is there before"
    story.press("Add a passkey")
    touch(story, "Add a passkey").sees("Your recovery codes", "does not show them again")
    assert key.passkeys() == 1
    story.press("Go on").sees("My work", "Sol Wright")

    story.sign_out()
    with_password(story, "sol.wright").sees("Confirm that it is you", "Or type a code")
    key.finger_is_right(False)
    story.page.get_by_role("button", name="Use a passkey").click()
    story.sees("No passkey was used. Try again, or choose another way.").look()
    key.finger_is_right(True)
    story.page.wait_for_timeout(1100)  # a button takes no second press within a second
    touch(story, "Use a passkey").sees("My work")

    story.sign_out()
    touch(story, "Sign in with a passkey").sees("My work", "Sol Wright")


def test_passkeys_app_and_codes_are_looked_after(
    world: World, story: Story, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = App(monkeypatch)
    with_password(story, "sol.wright").press("Add a passkey")
    touch(story, "Add a passkey").open("/account/factors/codes/").sees("They were shown once")
    story.open("/me/").follow("Passkeys and codes").sees("1 on this account", "10 left")
    story.press("Your passkeys").sees("Passkey 1").follow("Name", about="Passkey 1")
    story.fill("Name of this passkey", "Duty desk").press("Save").sees("Duty desk")

    story.open("/account/factors/").press("Add an authenticator app")
    secret = str(re.findall(r"\b[A-Z2-7]{32}\b", story.page.locator("main").inner_text())[0])
    story.fill("Code", "000000").press("Add this app").sees("There is a problem", "This code is not right")
    secret = str(re.findall(r"\b[A-Z2-7]{32}\b", story.page.locator("main").inner_text())[0])
    story.fill("Code", app.code(secret)).press("Add this app")
    story.sees("In use").press("New recovery codes").press("Make new codes").sees("Your recovery codes")
    story.open("/account/factors/confirm/").sees("Confirm that it is you", "Use a passkey")
    story.open("/").menu("Where you are signed in").sees("You are here", "Chrome on Linux")
    story.press("Sign out everywhere else").sees("Signed out everywhere else.", "You are here")
    story.open("/account/begin/", status=404).sees("This link has ended")
    story.open("/account/factors/").press("Remove the authenticator app").press("Remove it").sees("None yet")

    story.press("Your passkeys").follow("Remove", about="Duty desk").press("Remove it")
    story.open("/").sees("Before you go on, confirm that it is you")


def test_a_role_is_given_after_confirming_once_more(
    world: World, story: Story, key: Key, settings: Any
) -> None:
    with_password(story, "ade.minton").press("Add a passkey")
    touch(story, "Add a passkey").press("Go on").follow("People and teams").follow("Tess Archer")
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0  # some time later
    story.press("Give a role").sees("Confirm that it is you", "Use a passkey")
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    touch(story, "Use a passkey").sees("Give a role", "Tess Archer")
    story.select("Team", "Northgate Academy: Pastoral team").choose("Board member")
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    story.page.get_by_role("button", name="Give this role").click()
    story.sees("so Heard did not take the form")
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    story._forgive("403")
    story.look().follow("Confirm, and go back to the page")
    touch(story, "Use a passkey").sees("Give a role").select(
        "Team", "Northgate Academy: Pastoral team"
    ).choose("Board member")
    story.fill("Why do they need it? (optional)", "They sit on the board.").press("Give this role")
    story.sees("A second person has been asked.")
