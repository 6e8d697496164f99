"""A warning is written with its reason, is looked at again by a day, and goes on or ends; all of it stays."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World

from heard.agencies import actions as agencies
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.cases.case import actions, queries
from heard.cases.case.models import WarningNote
from heard.home.queries import my_work
from heard.network import actions as network
from heard.network.models import Person

TODAY = timezone.localdate()
LATER = TODAY + timedelta(days=30)


@pytest.fixture
def child(world: World) -> Person:
    return network.add_person(by=world.teacher, given_name="Amira", family_name="Khan")


def warn(by: User, child: Person, **change: Any) -> WarningNote:
    usual: dict[str, Any] = {
        "text": "Call before visiting", "why": "A threat at the door", "review_on": LATER, "person_told": True,
    }  # fmt: skip
    return actions.note_warning(by=by, person_id=child.pk, **usual | change)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"text": " "}, "what to be careful about"),
        ({"why": " "}, "why the warning is there"),
        ({"review_on": None}, "a day to come"),
        ({"review_on": TODAY}, "a day to come"),
        ({"person_told": None}, "whether the person was told"),
        ({"person_told": False, "why_not_told": " "}, "why the person was not told"),
    ],
)
def test_a_warning_says_why_until_when_and_whether_the_person_knows(
    world: World, child: Person, change: dict[str, Any], says: str
) -> None:
    with pytest.raises(Refused, match=says):
        warn(world.teacher, child, **change)
    assert not WarningNote.objects.exists()


def test_a_warning_that_is_looked_at_goes_on_with_a_reason(world: World, child: Person) -> None:
    note = warn(world.teacher, child)
    further = LATER + timedelta(days=30)
    this: dict[str, Any] = {"by": world.teacher, "warning_id": note.pk, "goes_on": True}
    with pytest.raises(Refused, match="Say why"):
        actions.review_warning(**this, reason=" ", review_on=further)
    with pytest.raises(Refused, match="a day to come"):
        actions.review_warning(**this, reason="He was there again", review_on=TODAY)
    actions.review_warning(**this, reason="He was there again", review_on=further)
    note.refresh_from_db()
    assert (note.review_on, note.ended_at) == (further, None)
    assert [row.reason for row in queries.reviews_of(world.teacher, note.pk)] == ["He was there again"]


def test_a_warning_that_ends_leaves_the_top_of_the_record_and_stays_in_the_chronology(
    world: World, child: Person
) -> None:
    note = warn(world.teacher, child)
    actions.review_warning(by=world.teacher, warning_id=note.pk, goes_on=False, reason="He has moved away")
    assert not queries.warnings_ever_of(world.teacher, child.pk).filter(ended_at=None).exists()
    assert queries.warnings_ever_of(world.teacher, child.pk).get() == note
    page = signed_in(world.teacher).get(reverse("child", kwargs={"person_id": child.pk})).text
    assert "look at this again by" not in page
    chronology = (
        signed_in(world.teacher).get(reverse("child_chronology", kwargs={"person_id": child.pk})).text
    )
    assert "Warning: Call before visiting" in chronology
    assert "He has moved away" in chronology
    with pytest.raises(Refused, match="ended already"):
        actions.review_warning(by=world.teacher, warning_id=note.pk, goes_on=False, reason="Again")
    assert list(AuditRow.objects.filter(subject="warning").values_list("verb", flat=True)) == ["end", "note"]


def test_a_review_that_is_due_waits_for_whoever_wrote_the_warning(world: World, child: Person) -> None:
    note = warn(world.teacher, child, review_on=TODAY + timedelta(days=5))
    assert "Call before visiting" in str(my_work(world.teacher))
    warn(world.teacher, child, text="Much later")
    assert "Much later" not in str(my_work(world.teacher))
    assert "Call before visiting" not in str(my_work(world.coordinator))
    agencies.switch_off(by=world.administrator, user=world.teacher, reason="Left")
    assert "Call before visiting" in str(my_work(User.objects.get(pk=world.coordinator.pk)))
    actions.review_warning(by=world.coordinator, warning_id=note.pk, goes_on=False, reason="Nobody needs it")
    assert "Call before visiting" not in str(my_work(world.coordinator))


def test_a_warning_is_hidden_with_the_child(world: World, child: Person) -> None:
    note = warn(world.teacher, child)
    with pytest.raises(Hidden):
        actions.review_warning(by=world.officer, warning_id=note.pk, goes_on=False, reason="x")
    client = signed_in(world.officer)
    for name, keys in (
        ("warnings", {"person_id": child.pk}),
        ("warn", {"person_id": child.pk}),
        ("warning", {"warning_id": note.pk}),
    ):
        assert client.get(reverse(name, kwargs=keys)).status_code == 404
        assert client.post(reverse(name, kwargs=keys)).status_code in (404, 405)


def test_a_warning_is_written_and_looked_at_on_its_pages(world: World, child: Person) -> None:
    client = signed_in(world.teacher)
    page = reverse("warn", kwargs={"person_id": child.pk})
    day = {"review_on-day": LATER.day, "review_on-month": LATER.month, "review_on-year": LATER.year}
    answers: dict[str, Any] = {"text": "Call first", "why": "A threat", "person_told": "no"} | day
    assert "Say why the person was not told" in client.post(page, answers).text
    assert client.post(page, answers | {"why_not_told": "It is not safe to say yet"}).status_code == 302
    note = WarningNote.objects.get()
    assert (note.person_told, note.why_not_told, note.review_on) == (
        False,
        "It is not safe to say yet",
        LATER,
    )
    assert "Call first" in client.get(reverse("warnings", kwargs={"person_id": child.pk})).text
    text = reverse("warning", kwargs={"warning_id": note.pk})
    assert "It is not safe to say yet" in client.get(text).text
    assert "Say whether the warning goes on or ends" in client.post(text, {}).text
    assert client.post(text, {"outcome": "ends", "reason": "It is over"}).status_code == 302
    assert "It is over" in client.get(text).text
    assert "Ended" in client.get(reverse("warnings", kwargs={"person_id": child.pk})).text
