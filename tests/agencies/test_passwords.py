"""Which passwords are refused, and that good ones are not."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as some
from tests.conftest import World

from heard.agencies import actions
from heard.agencies.models import User
from heard.agencies.passwords import BREACHED, DIGEST, is_breached

REFUSED = {
    "too short": ("eleven chrs",),
    "too long": ("a long sentence " * 9,),
    "repeats itself": ("aaaaaaaaaaaa", "123456789012", "abcdefghijkl", "kettlekettle", "ababababababab", "987654321098"),
    "known from a breach": (
        "1qaz2wsx3edc4rfv", "PasswordPassword1", "unbelievable", "Unbelievable2026!", "q1w2e3r4t5y6", "password12345", "Sunshine202620",
    ),
    "mostly a name": (
        "cora.ordway2026", "CoraOrdway123!", "ordwayordway2!", "Wexmoor2026!!", "wexmoor police 26", "Exploitation!24", "northgateacademy",
        "heardwexmoor1x",
    ),
}  # fmt: skip
GOOD = (
    "kettle fjord anvil moss",
    "for tests, and long enough",
    "Wexmoor is where my kettle sings",
    "7:grey-otter,Tuesday",
    "x" * 3 + " reads nine maps aloud" * 5,
)


@pytest.mark.parametrize(("why", "password"), [(why, text) for why, all_ in REFUSED.items() for text in all_])
def test_what_is_easily_guessed_is_refused(world: World, why: str, password: str) -> None:
    with pytest.raises(ValidationError, match=why):
        validate_password(password, world.coordinator)


@pytest.mark.parametrize("password", GOOD)
def test_a_good_password_of_any_make_is_taken(world: World, password: str) -> None:
    validate_password(password, world.coordinator)


def test_another_persons_name_is_no_reason(world: World) -> None:
    validate_password("ordway-minstrel-7", world.teacher)
    with pytest.raises(ValidationError):
        validate_password("ordway-minst", world.coordinator)


def test_a_password_of_128_characters_is_taken_and_signs_in(world: World) -> None:
    long = ("Nine grey otters read maps by the weir; " * 4)[:128]
    actions.set_own_password(by=world.coordinator, password=long)
    assert User.objects.get(pk=world.coordinator.pk).check_password(long)


def test_the_action_itself_refuses(world: World) -> None:
    with pytest.raises(ValidationError):
        actions.set_own_password(by=world.coordinator, password="cora.ordway2026")
    assert not User.objects.get(pk=world.coordinator.pk).check_password("cora.ordway2026")


def test_a_partnership_does_not_begin_with_the_name_of_its_agency_as_password(db: None) -> None:
    with pytest.raises(ValidationError, match="mostly a name"):
        actions.begin_partnership(
            username="ade", first_name="A", last_name="B", password="Tollerton2026", agency="Tollerton Council",
            kind="social_care", team="Data",
        )  # fmt: skip
    assert not User.objects.exists()


# ---- the list


def test_the_list_is_sorted_and_whole() -> None:
    listed = BREACHED.read_bytes()
    digests = [listed[at : at + DIGEST] for at in range(0, len(listed), DIGEST)]
    assert len(digests) > 40_000
    assert digests == sorted(set(digests))
    assert len(digests[-1]) == DIGEST


@given(some.text(min_size=20, max_size=128, alphabet=some.characters(codec="utf-8", categories=["L", "Z"])))
def test_what_nobody_ever_typed_is_not_listed(password: str) -> None:
    assert not is_breached(password + "\N{SNOWMAN}" + password[::-1])
