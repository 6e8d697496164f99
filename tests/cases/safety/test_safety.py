"""Safety plans: dated versions that never change, written with the child, and paper that says when it was printed."""

from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from pypdf import PdfReader

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.safety import actions, queries, rules
from heard.cases.safety.models import SafetyPlan

SAID = {
    "getting_worse": "She does not answer her messages.",
    "what_to_do": "Her aunt rings the duty team at once.",
    "who_to_call": "Her aunt, then the duty team.",
    "safe_places": "Her aunt’s flat.",
    "child_agreed": "Text my aunt a blue heart.",
}


def at(name: str, case) -> str:
    return reverse(name, kwargs={"case_id": case.pk})


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"child_agreed": "", "why_not_with_child": "She is away"}, None),
        ({"may_plan": False}, "Your role does not write safety plans."),
        ({"case_is_open": False}, "This case is closed. A safety plan needs an open case."),
        ({"getting_worse": " "}, "Say how anybody can tell that it is getting worse."),
        ({"what_to_do": ""}, "Say what we do then."),
        ({"who_to_call": ""}, "Say who can be called, by day and by night."),
        ({"child_agreed": ""}, "Say what the child agreed to, or why it was made without the child."),
    ],
)
def test_what_a_safety_plan_needs(given: dict, why: str | None) -> None:
    usual = {name: text for name, text in SAID.items() if name != "safe_places"}
    usual |= {"may_plan": True, "case_is_open": True, "why_not_with_child": ""}
    assert rules.why_not_write(**(usual | given)) == why


def test_each_writing_is_a_version_and_those_before_stay(client, world, case):
    client.force_login(world.social_worker)
    client.post(at("safety_write", case), SAID)
    assert "Text my aunt a blue heart." in client.get(at("safety_write", case)).text  # begins from the last
    client.post(at("safety_write", case), SAID | {"what_to_do": "Her aunt rings 999."})
    assert [
        (version.version, version.what_to_do) for version in queries.versions_of(world.teacher, case.pk)
    ] == [
        (2, "Her aunt rings 999."),
        (1, "Her aunt rings the duty team at once."),
    ]
    page = client.get(at("safety", case)).text
    assert "Version 2, in force since" in page
    assert "Her aunt rings the duty team at once." in page


def test_a_plan_without_the_child_says_why_and_what_was_typed_stays(client, world, case):
    client.force_login(world.social_worker)
    answer = client.post(at("safety_write", case), SAID | {"child_agreed": ""})
    assert "why it was made without the child" in answer.text
    assert "She does not answer her messages." in client.get(at("safety_write", case)).text
    assert not SafetyPlan.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        SafetyPlan.objects.create(
            case=case, version=1, written_by=world.teacher, written_at=case.opened_at, what_to_do="x"
        )


def test_the_page_where_it_is_written_shows_what_the_child_said_last(client, world, case):
    client.force_login(world.social_worker)
    assert "They wait for me after school." in client.get(at("safety_write", case)).text


def test_paper_says_when_it_was_printed_and_by_whom_and_leaves_a_row(client, world, case):
    client.force_login(world.teacher)
    assert client.get(at("safety_paper", case)).status_code == 404  # there is none yet
    actions.write_safety_plan(by=world.social_worker, case_id=case.pk, **SAID)
    drawn = client.get(at("safety_paper", case))
    text = PdfReader(BytesIO(drawn.content)).pages[0].extract_text()
    assert "Her aunt rings the duty team at once." in text
    assert "Printed on" in text
    assert "Tess Archer" in text
    row = AuditRow.objects.filter(verb="print", subject="safety plan", actor_id=world.teacher.pk)
    assert row.filter(person_id=case.person_id).exists()


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member", "administrator"])
def test_hidden_and_absent_look_the_same(client, world, case, who):
    actions.write_safety_plan(by=world.social_worker, case_id=case.pk, **SAID)
    user = getattr(world, who)
    client.force_login(user)
    for name in ("safety", "safety_write", "safety_paper"):
        assert client.get(at(name, case)).status_code == 404
        assert client.post(at(name, case), SAID).status_code in (404, 405)
    with pytest.raises(Hidden):
        actions.write_safety_plan(by=user, case_id=case.pk, **SAID)
    assert SafetyPlan.objects.count() == 1


def test_a_closed_case_gets_no_new_version(world, case):
    case.state = "closed"
    case.save()
    with pytest.raises(Refused, match="case is closed"):
        actions.write_safety_plan(by=world.social_worker, case_id=case.pk, **SAID)
