"""Which place or group somebody means."""

import pytest

from heard.network import rules


@pytest.mark.parametrize(
    ("asked", "known", "why"),
    [
        ("Harbour Street arcade", "Harbour Street Arcade", "same name"),
        ("harbourstreet arcade", "Harbour Street Arcade", "same name"),
        ("the arcade", "Harbour Street arcade", "part of the name is the same"),
        ("Habour", "Harbour", "name is spelled alike"),
        ("Café Zoë", "Cafe Zoe", "same name"),
        ("Jackson Park", "Jaxon Gardens", "name sounds alike"),
    ],
)
def test_a_place_is_found_by_a_name_that_is_like_it(asked: str, known: str, why: str) -> None:
    found = rules.likeness(asked, 1, known, "arcade")
    assert found is not None
    assert found.why == (why,)


def test_a_place_is_found_by_its_postcode_alone_and_not_by_its_district_alone() -> None:
    def found(there: str) -> rules.Likeness | None:
        return rules.likeness("Kebab shop", 1, "Takeaway", "shop", "WX1 2AB", asked_postcode=there)

    same = found("wx12ab")
    assert same is not None
    assert same.why == ("same postcode",)
    assert found("WX1 9ZZ") is None
    both = rules.likeness("Takeaway", 1, "Takeaway", "shop", "WX1 2AB", asked_postcode="WX1 9ZZ")
    assert both is not None
    assert both.why == ("same name", "same postcode district")


@pytest.mark.parametrize("asked", ["", "  ", "!!!", "the", "x"])
def test_what_says_nothing_finds_nothing(asked: str) -> None:
    assert rules.likeness(asked, 1, "Harbour Street and the quay", "street") is None
