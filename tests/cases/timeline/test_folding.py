"""A long worry is folded in the chronology, and whole on its own page."""

from django.test import Client
from django.urls import reverse
from tests.conftest import World

from heard.cases.concern import actions

LONG = "She came to school without her coat. " * 40 + "The last sentence."


def test_a_long_worry_is_folded_where_it_is_one_of_many_things(world: World) -> None:
    concern = actions.tell(
        by=world.teacher,
        new_person={"given_name": "Amira"},
        seen_and_heard=LONG,
        why_no_words="Not yet",
        danger_now="no",
    )
    client = Client()
    client.force_login(world.teacher)
    page = client.get(reverse("child_chronology", kwargs={"person_id": concern.person_id})).text
    assert "Read all of it" in page
    assert page.index("Read all of it") < page.index("The last sentence.")
    whole = client.get(reverse("concern", kwargs={"concern_id": concern.pk})).text
    assert "The last sentence." in whole
    assert "Read all of it" not in whole
