"""The frame around every page, and the pages for when something is not as it should be."""

import pytest
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, resolve, reverse
from tests.conftest import World

from heard.home import views
from heard.home.navigation import MOST, PARTS

WORDS = "She told me that she does not want to go home by that road any more."


@pytest.fixture
def signed_in(client: Client, world: World) -> Client:
    client.force_login(world.social_worker)
    return client


def test_the_front_page_needs_a_sign_in(client: Client, db: None) -> None:
    response = client.get("/")
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_the_front_page_names_who_is_signed_in_and_where_they_work(signed_in: Client) -> None:
    page = signed_in.get("/").text
    assert "Sol Wright" in page
    assert "Exploitation team, Wexmoor Children’s Services" in page


def test_every_part_that_is_offered_opens_and_no_other_is_offered(client: Client, world: World) -> None:
    for user in (
        world.social_worker,
        world.coordinator,
        world.analyst,
        world.board_member,
        world.administrator,
    ):
        client.force_login(user)
        page, more = client.get("/").text, client.get(reverse("parts")).text
        has = {part.name for part in PARTS if user.may(resolve(part.href).func.gate)}  # type: ignore[attr-defined]
        main = [
            site_part
            for site_part in PARTS
            if site_part.is_main and site_part.name in has and site_part.unless not in has
        ][:MOST]
        for part in PARTS:
            may = user.may(resolve(part.href).func.gate)  # type: ignore[attr-defined]
            in_the_navigation = f'class="govuk-service-navigation__link" href="{part.href}"' in page
            assert in_the_navigation == (part in main), (user, part.name)
            assert (f'heard-tile__link" href="{part.href}"' in more) == may, (user, part.name)
            assert client.get(part.href).status_code == (200 if may else 404), (user, part.name)


def test_the_navigation_stays_short(client: Client, world: World) -> None:
    """One line: nine words for who has most of them; whoever works with children alone has eight at most."""
    for user, most in ((world.coordinator, 9), (world.supervisor, 9), (world.social_worker, 8)):
        client.force_login(user)
        assert client.get("/").text.count("govuk-service-navigation__link") <= most


def test_the_part_of_the_analyst_is_called_what_it_does(client: Client, world: World) -> None:
    client.force_login(world.analyst)
    page = client.get("/").text
    assert "Agencies’ records" in page
    assert ">Engine<" not in page


def test_somebody_without_a_role_sees_nothing(client: Client, world: World) -> None:
    world.social_worker.memberships.all().delete()
    client.force_login(world.social_worker)
    assert client.get("/").status_code == 404


def test_a_page_that_is_not_there_says_what_to_do_next(signed_in: Client) -> None:
    response = signed_in.get("/no-such-page")
    assert response.status_code == 404
    assert "This page is not there, or it is not for you" in response.text
    assert "What to do next" in response.text


def test_the_page_of_a_failure_needs_nothing_but_itself(rf: RequestFactory) -> None:
    response = views.went_wrong(rf.get("/"))
    assert response.status_code == 500
    assert "Something went wrong in Heard" in response.text


def test_what_a_role_does_not_include_is_said_plainly(
    signed_in: Client, rf: RequestFactory, world: World
) -> None:
    request = rf.get("/")
    request.user = world.social_worker
    for view, status, sentence in (
        (views.not_allowed, 403, "You cannot do this"),
        (views.too_many, 429, "Too many tries in a short time"),
    ):
        request._messages = []  # type: ignore[attr-defined]
        response = view(request)
        assert response.status_code == status
        assert sentence in response.text


def test_a_form_whose_token_is_too_old_gives_the_words_back(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.social_worker)
    response = client.post(
        "/account/password/?from=here", {"words": WORDS, "oldpassword": "a secret of mine"}
    )
    assert response.status_code == 403
    assert "Your page was open too long" in response.text
    assert WORDS in response.text
    assert "a secret of mine" not in response.text
    assert 'href="/account/password/?from=here"' in response.text


def test_a_form_sent_after_the_session_ended_gives_the_words_back(client: Client, db: None) -> None:
    response = client.post("/", {"words": WORDS})
    assert response.status_code == 403
    assert "You have been signed out" in response.text
    assert WORDS in response.text
    assert "/account/sign-in/?next=/" in response.text


def test_what_comes_back_is_escaped(client: Client, db: None) -> None:
    page = client.post("/", {"words": "</textarea><script>alert(1)</script>"}).text
    assert "<script>alert" not in page


def test_no_page_may_run_or_fetch_anything_from_elsewhere(signed_in: Client) -> None:
    response = signed_in.get("/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "<style" not in response.text
    assert 'style="' not in response.text
    assert "onclick" not in response.text


def test_the_open_pages_hold_no_data(client: Client, db: None) -> None:
    assert client.get("/health/live").text == "ok\n"
    assert client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"


def test_nobody_signs_themselves_up_and_no_address_sends_mail() -> None:
    for name in ("account_signup", "account_email", "account_reset_password"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


def test_a_password_that_was_typed_is_never_given_back(client: Client, db: None) -> None:
    """Nor the second time that it was typed, on the page of a form that came after the session had ended."""
    secret = "a secret of many letters"
    answer = client.post(reverse("user_add"), {"password": secret, "again": secret, "reason": WORDS})
    assert answer.status_code == 403
    assert WORDS in answer.text
    assert secret not in answer.text
