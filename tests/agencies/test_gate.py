"""The gate in front of every view: what says nothing is refused, and hidden looks like absent."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from tests.conftest import World

from heard.agencies.gate import GateMiddleware, gate, saying_why_not
from heard.agencies.models import User
from heard.agencies.rules import Hidden, May, Refused

middleware = GateMiddleware(lambda request: HttpResponse("in"))


@gate(May.DECIDE)
def decide(request: HttpRequest) -> HttpResponse:
    return HttpResponse("in")


def forgotten(request: HttpRequest) -> HttpResponse:
    return HttpResponse("in")


def pass_gate(view: Any, user: Any) -> bool:
    """True where the gate lets through; it raises `Http404` where it does not."""
    request = RequestFactory().get("/")
    request.user = user
    return middleware.process_view(request, view, (), {}) is None


def test_whoever_has_the_permission_passes(world: World) -> None:
    assert pass_gate(decide, world.coordinator)
    assert pass_gate(decide, world.supervisor)


@pytest.mark.parametrize("who", ["teacher", "analyst", "board_member", "administrator"])
def test_whoever_lacks_the_permission_finds_nothing(world: World, who: str) -> None:
    with pytest.raises(Http404):
        pass_gate(decide, getattr(world, who))


def test_a_view_without_a_gate_is_refused_to_all(world: World) -> None:
    with pytest.raises(Http404):
        pass_gate(forgotten, world.coordinator)


def test_someone_without_a_membership_finds_nothing(db: None) -> None:
    with pytest.raises(Http404):
        pass_gate(decide, User.objects.create_superuser("root"))


def test_a_stranger_gets_no_further_than_the_gate(settings: Any) -> None:
    with pytest.raises(Http404):
        pass_gate(decide, AnonymousUser())


def test_hidden_and_absent_look_the_same() -> None:
    with pytest.raises(Http404):
        middleware.process_exception(RequestFactory().get("/"), Hidden())


def test_a_refusal_is_not_hidden() -> None:
    assert middleware.process_exception(RequestFactory().get("/"), Refused("Say why.")) is None


def test_a_refusal_that_no_form_shows_brings_back_to_the_page_with_its_sentence() -> None:
    request = RequestFactory().post("/plans/1/", {"text": "x"})
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    answer = middleware.process_exception(request, Refused("This plan has been agreed already."))
    assert answer is not None
    assert (answer.status_code, answer["Location"]) == (302, "/plans/1/")
    assert [str(message) for message in get_messages(request)] == ["This plan has been agreed already."]


def test_no_page_is_kept_by_a_browser() -> None:
    assert "no-store" in middleware(RequestFactory().get("/"))["Cache-Control"]


def test_sign_in_needs_no_permission(db: None) -> None:
    from allauth.account.views import login

    assert pass_gate(login, AnonymousUser())


def test_what_a_button_may_not_do_is_said_on_the_page_that_comes_next() -> None:
    request = RequestFactory().post("/")
    request._messages = CookieStorage(request)
    with saying_why_not(request):
        raise Refused("It was agreed already.")
    assert [str(message) for message in get_messages(request)] == ["It was agreed already."]
    with pytest.raises(Hidden), saying_why_not(request):
        raise Hidden
