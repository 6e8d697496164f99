"""Requirements of a partnership's own: what one needs, which audits ask which edition, and who writes and reads them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.board.test_audits import answer, met, opened, signed_in
from tests.conftest import World

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.board import actions as board
from heard.board import queries
from heard.board.own import actions, rules
from heard.board.own.models import OwnRequirement

TODAY = date(2026, 11, 1)
SAID: dict[str, Any] = {
    "sentence": "Each school has named who speaks for it at the panel.",
    "document": "Strategy",
    "page": "page 6",
    "document_on": date(2026, 1, 5),
    "who": ["all"],
    "applies_from": date(2026, 2, 1),
}


def written(world: World, **more: Any) -> OwnRequirement:
    return actions.write_requirement(by=world.board_member, **SAID | more)


@pytest.mark.parametrize(
    ("more", "why_not"),
    [
        ({}, None),
        ({"may_hold": False}, "Only the board"),
        ({"sentence": " "}, "one sentence"),
        ({"document": ""}, "which document"),
        ({"page": ""}, "page or section"),
        ({"document_on": None}, "day of the document"),
        ({"document_on": TODAY + timedelta(days=1)}, "has not come yet"),
        ({"who": []}, "who has to meet it"),
        ({"who": ["the council"]}, "who has to meet it"),
        ({"who": ["all", "police"]}, "one of these three"),
        ({"who": ["police", "health"]}, None),
        ({"applies_from": None}, "from which it holds"),
    ],
)
def test_what_a_requirement_needs(more: dict[str, Any], why_not: str | None) -> None:
    found = rules.why_not_write(**{"may_hold": True, "today": TODAY} | SAID | more)
    assert (found is None) if why_not is None else (why_not in (found or ""))


def test_ids_fit_an_answer_and_an_edition_is_another_requirement() -> None:
    assert (rules.called(4, 1), rules.called(4, 2)) == ("OU4", "OU4-2")
    assert len(rules.called(9999, 999)) == 10


@pytest.mark.on_day(TODAY)
def test_an_audit_keeps_the_edition_that_it_asked(world: World) -> None:
    first = written(world)
    before = opened(world, packs=["see_me_hear_me", rules.PACK])
    [asked] = queries.whole(world.coordinator, before).of_pack(rules.PACK)
    assert (asked.requirement.id, asked.requirement.label) == ("OU1", SAID["sentence"])
    assert "Strategy, page 6" in asked.requirement.source
    answer(world.coordinator, before, "OU1", world.care)
    assert not met(world.coordinator, before, "OU1"), "the police have to meet it too"

    second = actions.replace_requirement(
        by=world.coordinator,
        own_requirement_id=first.pk,
        **SAID | {"sentence": "Each school and college has.", "who": ["social_care"]},
        why="Colleges were left out",
    )
    after = opened(world, packs=[rules.PACK])
    assert [row.requirement.id for row in queries.whole(world.coordinator, after).rows] == ["OU1-2"]
    assert [row.requirement.id for row in queries.whole(world.coordinator, before).of_pack(rules.PACK)] == [
        "OU1"
    ]
    answer(world.coordinator, after, "OU1-2", world.care)
    whole = queries.whole(world.coordinator, after)
    assert (whole.met, len(whole.rows)) == (1, 1), "it is in the one count"
    client = Client()
    client.force_login(world.coordinator)
    page = client.get(reverse("audit", args=[whole.audit.pk])).text
    assert "the partnership wrote 1 itself, and 1 are met" in page, "and said apart"

    with pytest.raises(Refused, match="another edition already"):
        actions.replace_requirement(by=world.coordinator, own_requirement_id=first.pk, **SAID, why="Again")
    actions.withdraw_requirement(by=world.board_member, own_requirement_id=second.pk, why="Done everywhere")
    with pytest.raises(Refused, match="withdrawn already"):
        actions.withdraw_requirement(by=world.board_member, own_requirement_id=second.pk, why="Twice")
    assert rules.PACK not in {pack.id for pack in queries.packs_to_ask(world.coordinator)}
    with pytest.raises(Hidden):
        opened(world, packs=[rules.PACK])
    assert queries.whole(world.coordinator, after).met == 1, "what was asked stays"
    page = signed_in(world.supervisor).get(reverse("audit_requirement", args=[after.pk, "OU1-2"])).text
    assert "Each school and college has." in page
    verbs = AuditRow.objects.filter(subject="own requirement").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["write", "replace", "withdraw"]


def test_one_that_does_not_hold_yet_is_not_asked(world: World) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    written(world, applies_from=tomorrow)
    with pytest.raises(Refused, match="None of your own"):
        opened(world, packs=["see_me_hear_me", rules.PACK])
    written(world)
    whole = queries.whole(world.board_member, opened(world, packs=["see_me_hear_me", rules.PACK]))
    assert [row.requirement.id for row in whole.of_pack(rules.PACK)] == ["OU2"]


def test_who_writes_and_who_reads(world: World, client: Client) -> None:
    requirement = written(world)
    for page in ("own_requirements", "own_requirement", "own_write", "own_replace", "own_withdraw"):
        path = reverse(page, args=[] if page in ("own_requirements", "own_write") else [requirement.pk])
        for user, sees in (
            (world.board_member, True),
            (world.supervisor, page in ("own_requirements", "own_requirement")),
            (world.social_worker, False),
            (world.administrator, False),
        ):
            client.force_login(user)
            assert client.get(path).status_code == (200 if sees else 404), (page, user)
    with pytest.raises(Refused, match="Only the board"):
        actions.write_requirement(by=world.supervisor, **SAID)
    with pytest.raises(Refused, match="Only the board"):
        actions.withdraw_requirement(by=world.supervisor, own_requirement_id=requirement.pk, why="No")
    with pytest.raises(Hidden):
        actions.withdraw_requirement(by=world.social_worker, own_requirement_id=requirement.pk, why="No")


@pytest.mark.on_day(TODAY)
def test_it_is_written_replaced_and_withdrawn_on_its_pages(world: World, client: Client) -> None:
    client.force_login(world.board_member)
    told = {
        "sentence": SAID["sentence"], "document": "Strategy", "page": "6", "who": ["police"],
        "document_on-day": "5", "document_on-month": "1", "document_on-year": "2026",
        "applies_from-day": "1", "applies_from-month": "2", "applies_from-year": "2026",
    }  # fmt: skip
    assert (
        "Say which document it comes from" in client.post(reverse("own_write"), told | {"document": ""}).text
    )
    page = client.post(reverse("own_write"), told, follow=True)
    assert "Audits that are opened from now on can ask it." in page.text
    requirement = OwnRequirement.objects.get()
    assert (requirement.who, requirement.document_on) == (["police"], date(2026, 1, 5))
    assert (
        "Say why there is another edition"
        in client.post(reverse("own_replace", args=[requirement.pk]), told).text
    )
    page = client.post(reverse("own_replace", args=[requirement.pk]), told | {"why": "Clearer"}, follow=True)
    assert "OU1-2" in page.text
    assert client.get(reverse("own_replace", args=[requirement.pk])).status_code == 404
    second = OwnRequirement.objects.get(edition=2)
    page = client.post(reverse("own_withdraw", args=[second.pk]), {"why": "Done everywhere"}, follow=True)
    assert "Done everywhere" in page.text
    assert "Asked no more" in client.get(reverse("own_requirements")).text


def test_a_page_of_an_audit_asks_the_same_however_many_are_asked(world: World, client: Client) -> None:
    client.force_login(world.board_member)
    counts = []
    for number in (1, 4):
        for _each in range(number):
            written(world)
        audit = board.open_audit(
            by=world.board_member, title="Ours", since=date(2026, 1, 1), until=date(2026, 6, 1), packs=[rules.PACK],
            agencies=[world.care, world.police], lead=world.care,
        )  # fmt: skip
        path = reverse("audit", args=[audit.pk])
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        counts.append(len(asked))
    assert counts[0] == counts[1]
