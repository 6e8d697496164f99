"""The pack of somebody who prepares for a panel: each child on one page, as that reader may see them, and the reading is kept."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.cases.panel.conftest import make_panel, tell

from heard.agencies.models import AuditRow, User
from heard.cases.panel import actions
from heard.cases.panel.models import Panel
from heard.cases.timeline import queries
from heard.network import actions as network


def pack(client, user, panel: Panel) -> str:
    client.force_login(user)
    return " ".join(client.get(reverse("panel_pack", kwargs={"panel_id": panel.pk})).text.split())


def looks(user, person_id) -> set[tuple[str, str]]:
    rows = AuditRow.objects.filter(actor=user.username, person_id=person_id)
    return set(rows.values_list("verb", "subject"))


def test_a_child_is_read_on_one_page_before_the_panel(client, world, agreed, panel):
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    text = pack(client, world.teacher, panel)
    plan = agreed.case.assessments.get(state="signed")
    told = "They wait for me after school."
    for words in (told, plan.judgement.partition(".")[0], agreed.outcomes.get().text, "A worry was told on"):
        assert words in text, words
    assert text.index(told) < text.index("Why it is on the agenda") < text.index("Where things stand")
    assert "Review of the plan" in text, "a date that comes next"
    panels = client.get(reverse("panel", kwargs={"panel_id": panel.pk})).text
    assert reverse("panel_pack", kwargs={"panel_id": panel.pk}) in panels


def test_reading_it_is_kept_as_reading_each_record(client, world, prepared, item):
    before = looks(world.teacher, item.person_id)
    pack(client, world.teacher, prepared)
    assert looks(world.teacher, item.person_id) - before == {("view", "panel"), ("view", "person")}
    pack(client, world.officer, prepared)
    assert looks(world.officer, item.person_id) == set()


def test_as_many_queries_for_a_dozen_children_as_for_two(client, world, agreed, panel):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert "Where things stand" in pack(client, world.social_worker, panel)
        return len(queries)

    tell(world, "Ana")
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    asked()  # signs in
    two = asked()
    for number in range(10):
        tell(world, f"Ana{number}")
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    asked()
    assert asked() == two
    assert pack(client, world.social_worker, panel).count("<article") == 12


def test_each_child_is_read_there_as_on_their_own_page(world, agreed, panel):
    """Children at different stages together: nothing of one stands with another, and limits hold for each."""
    people = [agreed.case.person, tell(world, "Ana").person, tell(world, "Bo").person]
    for person in people[1:] * 6:
        tell(world, person_id=person.pk)
    today = timezone.localdate()
    heads = queries.heads_of(world.social_worker, people, today=today)
    assert heads == [queries.head_of(world.social_worker, person, today=today) for person in people]
    briefs = queries.briefs_of(world.social_worker, heads, today=today)
    assert briefs == [queries.brief_of(world.social_worker, head, today=today) for head in heads]
    assert [len(brief.outcomes) for brief in briefs] == [1, 0, 0]
    assert [len(brief.worries) for brief in briefs] == [0, 5, 5]
    assert [brief.why_no_words for brief in briefs] == ["", "She was not there", "She was not there"]


def test_it_holds_nobody_whom_the_reader_may_not_see(client, world, prepared, item):
    child = tell(world, "Ana").person
    actions.prepare_panel(by=world.coordinator, panel_id=prepared.pk)
    text = pack(client, world.officer, prepared)
    assert not [name for name in ("Okoro", "Ana Lowe", "wait for me") if name in text]
    assert "2 items are about children whose records you do not see" in text
    assert "No child is on the agenda whose record you may see" in text
    text = pack(client, world.teacher, prepared)
    assert ("Okoro" in text, "Ana Lowe" in text) == (True, False)
    network.restrict(by=world.coordinator, person_id=item.person_id, reason="A parent works here")
    assert "1 item is about a child whose record" in pack(client, world.officer, prepared), (
        "it is not even somebody"
    )
    network.keep_out_unseen(by=world.social_worker, person_id=child.pk, user=world.coordinator)
    text = pack(client, User.objects.get(pk=world.coordinator.pk), prepared)
    assert ("Okoro" in text, "Ana Lowe" in text) == (True, False)


@pytest.mark.parametrize("who", ["analyst", "board_member", "administrator"])
def test_roles_without_children_have_no_pack(client, world, prepared, who):
    client.force_login(getattr(world, who))
    assert client.get(reverse("panel_pack", kwargs={"panel_id": prepared.pk})).status_code == 404


def test_whose_agency_is_not_invited_has_no_pack(client, world, case):
    panel = make_panel(world, agencies=[world.care.pk])
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    client.force_login(world.teacher)  # who sees the child
    assert client.get(reverse("panel_pack", kwargs={"panel_id": panel.pk})).status_code == 404
    assert ("view", "panel") not in looks(world.teacher, case.person_id)
