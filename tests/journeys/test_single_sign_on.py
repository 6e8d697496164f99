"""Signing in with one's organisation: from the sign-in page to the organisation's, back, the second step here, and My work."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth
from django.core.cache import cache
from django.test import Client
from tests.conftest import PASSWORD, World
from tests.home import saml_organisation
from tests.home.organisation import Organisation, running
from tests.journeys.conftest import Story

from heard.agencies import actions

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def server() -> Iterator[Organisation]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with running() as organisation:
        yield organisation


@pytest.fixture
def organisation(server: Organisation, world: World, live_server: Any, settings: Any) -> Organisation:
    cache.clear()
    provider = server.provider("county", world.care.name)
    settings.FACTOR, settings.ADDRESS = "all", live_server.url
    settings.SIGN_ON = {"county": provider}
    settings.SECURE_CSP = settings.SECURE_CSP | {"form-action": ["'self'", *provider.origins]}
    server.knows("u-sol")
    server.knows("u-nobody")
    return server


BUTTON = "Sign in with Wexmoor Children’s Services sign-in"


def at_the_organisation(
    story: Story, organisation: Organisation, number: str, *, turned_away: bool = False
) -> Story:
    """Its page is its own, and is not looked at."""
    story.page.get_by_role("button", name=BUTTON, exact=True).click()
    story.page.wait_for_url(f"{organisation.server}/**")
    story.page.get_by_label("Subject").fill(number)
    story.page.get_by_role("button", name="Authorize", exact=True).click()
    story.page.wait_for_url(f"{story.address}/**")
    if turned_away:
        story.forgive_status(403)
    return story.look()


class App:
    """Shows a code for each half minute, of which the next comes when the story says so."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.half_minute = 59_000_000  # since 1970
        patch.setattr(auth, "yield_hotp_counters_from_time", lambda: iter([self.half_minute]))

    def code(self, secret: str) -> str:
        return auth.format_hotp_value(auth.hotp_value(secret, self.half_minute))


def test_from_the_sign_in_page_to_my_work_with_the_second_step(
    world: World, story: Story, organisation: Organisation, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = App(monkeypatch)
    story.goes_to(organisation.server)
    actions.link(
        by=world.administrator, user=world.social_worker, provider=settings.SIGN_ON["county"], number="u-sol"
    )
    story.open("/").sees("Sign in", "With your organisation", BUTTON)
    at_the_organisation(story, organisation, "u-sol").sees("Before you go on, confirm that it is you")
    story.press("Add an authenticator app")
    secret = str(re.findall(r"\b[A-Z2-7]{32}\b", story.page.locator("main").inner_text())[0])
    story.fill("Code", app.code(secret)).press("Add this app").press("Go on").sees("My work", "Sol Wright")

    story.sign_out()
    at_the_organisation(story, organisation, "u-sol").sees("Confirm that it is you", "Or type a code")
    app.half_minute += 1
    story.fill("Code", app.code(secret)).press("Go on").sees("My work", "Sol Wright")

    story.open("/me/").follow("Sign in with your organisation").sees("Its number of you", "u-sol")
    story.sign_out()
    at_the_organisation(story, organisation, "u-nobody", turned_away=True)
    story.sees("Nobody here is known by that number", "u-nobody")


def test_it_works_without_scripts(
    world: World, story_without_scripts: Story, organisation: Organisation, settings: Any
) -> None:
    story = story_without_scripts
    settings.FACTOR = "off"
    story.goes_to(organisation.server)
    actions.link(
        by=world.administrator, user=world.social_worker, provider=settings.SIGN_ON["county"], number="u-sol"
    )
    story.open("/")
    at_the_organisation(story, organisation, "u-sol").sees("My work", "Sol Wright")


def test_an_answer_by_saml_is_handed_on_from_our_own_page(
    world: World, story: Story, live_server: Any, settings: Any, tmp_path: Path
) -> None:
    """It comes from another site, so that the browser sends no cookie of Heard with it."""
    with saml_organisation.running(tmp_path) as organisation:
        provider = organisation.provider("county", world.care.name)
        settings.FACTOR, settings.ADDRESS, settings.SIGN_ON = "off", live_server.url, {"county": provider}
        settings.SECURE_CSP = settings.SECURE_CSP | {"form-action": ["'self'", *provider.origins]}
        assert "127.0.0.1" not in live_server.url
        actions.link(by=world.administrator, user=world.social_worker, provider=provider, number="u-sol")
        organisation.is_told_of(Client().get("/account/elsewhere/to/county/metadata/").content)
        organisation.knows("u-sol")
        organisation.now = "u-sol"
        story.goes_to(organisation.address)
        story.open("/me/").sees("Sign in", BUTTON)
        story.page.get_by_role("button", name=BUTTON, exact=True).click()
        story.page.wait_for_url(f"{story.address}/me/")
        story.look().sees("My settings", "Sol Wright")


def test_an_administrator_says_whose_number_it_is(
    world: World, story: Story, organisation: Organisation, settings: Any
) -> None:
    settings.FACTOR = "off"
    story.sign_in(world.administrator).open(f"/people/{world.social_worker.pk}/")
    story.press("Let them sign in with their organisation")
    story.fill("Its number of them", "u-sol").press("Save")
    story.sees("From now on they can sign in with their organisation.", "Wexmoor Children’s Services sign-in")
    story.open("/people/groups/").sees("No group stands for a role.").press("Let a group stand for a role")
    story.choose("Wexmoor Children’s Services sign-in, Wexmoor Children’s Services")
    story.fill("Number of the group", "8f1c2a")
    story.select("Team", "Wexmoor Children’s Services: Exploitation team").choose("Practitioner").press(
        "Save"
    )
    story.sees("It counts from the next sign-in.", "8f1c2a", "Counts")
    assert PASSWORD not in story.page.content()
