"""The wall of forms hears a form that loses what is typed in it; `test_every_address` stands it before each page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from tests.walls.kept import forms_of


@pytest.mark.parametrize(
    ("page", "forms"),
    [
        ('<form method="post"><textarea name="a"></textarea></form>', [False]),
        ('<form method="post" data-heard-save-to="/x"><input name="a"></form>', [True]),
        ('<form><input name="q"></form><form method="post"><input name="a-day"></form>', []),
    ],
)
def test_a_form_that_keeps_nothing_is_seen(page: str, forms: list[bool]) -> None:
    assert forms_of(page) == forms


def test_signing_in_keeps_nothing(client: Client, db: None) -> None:
    assert forms_of(client.get(reverse("account_login")).text) == [False]
