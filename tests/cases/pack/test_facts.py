"""What is known of a child beside name and address goes on paper, and whoever it names can be withheld."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from tests.cases.pack.conftest import ask, everything_in, final, made, pages_of, read_all, request_of

from heard.cases.pack import actions, queries
from heard.cases.pack.rules import PackPart
from heard.network import actions as network
from heard.network.rules import Said

TODAY = timezone.localdate()


@pytest.fixture
def known(world: Any, around: Any) -> Any:
    """Her ethnicity, a phone that changed, a carer who was named by a neighbour, and a number."""
    this = {"by": world.social_worker, "person_id": around.person_id}
    network.record_fact(**this, kind="ethnicity", value="Igbo and English", said=Said("self", "", TODAY))
    neighbour = Said("family", "Petra Holm, neighbour", TODAY)
    phone = network.record_fact(**this, kind="phone", value="01632 960 111", said=neighbour)
    network.change_fact(
        by=world.social_worker, fact_id=phone.pk, value="01632 960 222", said=Said("self", "", TODAY)
    )
    network.note_important_person(
        **this,
        name="Halina Okoro-Wirth",
        relation="foster carer",
        contact="01632 960 333",
        cares=True,
        responsibility="no",
        said=Said("worker", "Sol Wright, social worker", TODAY),
    )
    network.add_identifier(
        **this,
        scheme="council",
        value="WX-10482",
        issuer="Wexmoor council",
        said=Said("paper", "Letter", TODAY),
    )
    return around


def test_a_pack_says_what_is_known_who_said_so_and_what_was_so_before(world: Any, known: Any) -> None:
    pages = pages_of(made(ask(world.social_worker, known.person_id, PackPart.IDENTITY)))
    text = " ".join(" ".join(pages).split())
    for words in (
        "Igbo and English",
        "Said by: the child",
        "01632 960 111",
        "Something else was said",
        "01632 960 222",
        "Halina Okoro-Wirth, foster carer",
        "Has no parental responsibility",
        "WX-10482",
        "Given by: Wexmoor council",
    ):
        assert words in text, words


def test_who_is_named_is_found_and_what_is_withheld_is_in_no_byte_of_the_answer(
    world: Any, known: Any
) -> None:
    by = world.coordinator
    asked = request_of(by, known.person_id, PackPart.IDENTITY)
    names = {name.about: name for name in queries.names_found(by, asked.pk)}
    assert {"Halina Okoro-Wirth", "Petra Holm", "01632 960 333", "Sol Wright"} <= set(names)
    gone = {"treatment": "withhold", "reason": "somebody_else"}
    hidden = [names[about].key for about in ("Halina Okoro-Wirth", "Petra Holm", "01632 960 333")]
    actions.treat_names(by=by, disclosure_id=asked.pk, names=hidden, **gone)
    for name in queries.names_found(by, asked.pk):
        if name.treatments == ("",):
            actions.treat_names(by=by, disclosure_id=asked.pk, names=[name.key], treatment="show")
    read_all(by, asked)
    pack = final(world, asked)
    text, inside = "\n".join(pages_of(pack)), everything_in(pack)
    for name in ("Halina", "Wirth", "Petra", "Holm", "960 333"):
        assert name not in text
        assert name.encode() not in inside
    assert "Igbo and English" in text
