"""The frame around every page, and the pages for when something is not as it should be."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.conftest import World


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
