"""The assessment of a place or group: sides by setting, evidence, no score; what names a child is need-to-know; another signs."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.network.test_merging import differences, everything, merge

from heard.agencies import actions as agencies
from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused, Role
from heard.cases.case.notices.queries import unread_of
from heard.cases.context import actions, queries, rules
from heard.cases.context.models import ContextAssessment, ContextFinding, ContextMention
from heard.cases.context.sides import gap_of, sides_of
from heard.cases.pack.passages import passages_of
from heard.cases.pack.rules import PackPart
from heard.home.queries import my_work
from heard.knowledge import load
from heard.network import actions as network
from heard.network.erasing import gather, take_out

TODAY = timezone.localdate()
SIDES = ("side_young_people", "side_guardianship", "side_place_and_system")
NAMES = [("Mina", "Okoro")]


def find(by: Any, assessment: ContextAssessment, **change: Any) -> ContextFinding:
    usual: dict[str, Any] = {
        "side": SIDES[1],
        "what": "The attendant leaves at six",
        "source": "Youth worker",
        "seen_on": TODAY,
    }
    return actions.add_finding(by=by, assessment_id=assessment.pk, **usual | change)


@pytest.fixture
def assessment(world, work) -> ContextAssessment:
    return actions.start_assessment(by=world.social_worker, context_id=work.pk)


@pytest.fixture
def mina(world, arcade, case) -> Any:
    """She goes to the arcade; the school and the children's services work with her, the police do not."""
    network.note_tie(
        by=world.social_worker,
        one_id=case.person_id,
        in_words="goes to",
        other_id=arcade.pk,
        knows=network.Knows("She said so"),
    )
    return case.person


def whole(world, assessment: ContextAssessment, by: Any = None) -> None:
    """As far as it can be sent."""
    by = by or world.social_worker
    actions.hear_young_people(
        by=world.teacher, context_id=assessment.context_id, why_nobody="It would show who told us"
    )
    for side in SIDES:
        find(by, assessment, side=side)
    actions.conclude(
        by=by,
        assessment_id=assessment.pk,
        weighing="The dark end, more than who comes",
        what_is_not_known="Who owns the yard",
    )


def other_supervisor(world, team: Any) -> Any:
    return agencies.add_user(
        by=world.administrator,
        username="hed.master",
        first_name="Hed",
        last_name="Master",
        password=None,
        team=team,
        role=Role.SUPERVISOR,
        agreed_by=world.coordinator,
    )


def page(user: Any, name: str, key: str, value: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse(name, kwargs={key: value}))


@pytest.mark.parametrize(
    ("given", "why_not"),
    [
        ({}, None),
        ({"side": ""}, "Choose the side that it belongs to"),
        ({"side": "", "sides": ()}, None),
        ({"what": ""}, "Write what is known"),
        ({"source": " "}, "Say who says so"),
        ({"seen_on": None}, "Give the day on which it was seen, today or before"),
        ({"seen_on": TODAY + timedelta(days=1)}, "Give the day on which it was seen, today or before"),
        ({"seen_on": date(1921, 5, 1)}, "Give the day on which it was seen, today or before"),
        ({"what": "Mina Okoro’s sister waits there", "others": NAMES}, rules.SAY_WHOM),
        ({"what": "OKORO, Mina", "others": NAMES}, rules.SAY_WHOM),
        ({"what": "Mina Okoro", "others": [("Mina Jane", "Okoro")]}, rules.SAY_WHOM),
        ({"what": "Mina waits for the Okoro lamp", "others": NAMES}, None),
        ({"what": "Mina Okoro waits there", "others": NAMES}, rules.SAY_WHOM),
        ({"source": "Mina Okoro", "others": NAMES}, rules.SAY_WHOM),
        ({"what": "Mina Okoro waits there"}, None),
    ],
)
def test_what_is_known_has_a_side_and_evidence_and_says_whom_it_names(given, why_not) -> None:
    usual = {"side": "a", "sides": ("a", "b"), "what": "x", "source": "y", "seen_on": TODAY, "today": TODAY}
    assert rules.why_not_find(**usual | given) == why_not


@pytest.mark.parametrize(
    ("given", "why_not"),
    [
        ({}, None),
        ({"state": "returned"}, None),
        (
            {"state": "signed"},
            "A signed assessment never changes. Start a new one: both can then be read side by side.",
        ),
        ({"is_heard": False}, "Add what young people say about it first, or say why nobody was asked."),
        ({"found": ()}, "Nothing is written down yet. Add what is known, with who says so."),
        (
            {"sides": ("a", "b")},
            "A side says nothing yet. Add what is known of it, or that nothing could be found out, with who looked.",
        ),
        ({"weighing": ""}, "Say first what drives the harm most here, and what is not known."),
    ],
)
def test_it_is_sent_when_young_people_are_heard_and_every_side_says_something(given, why_not) -> None:
    usual = {"state": "draft", "is_heard": True, "sides": ("a",), "found": ("a",), "weighing": "The dark"}
    assert rules.why_not_submit(**usual | given) == why_not


def test_four_eyes_that_have_read_all_of_it_sign() -> None:
    usual = {"state": "submitted", "may_sign": True, "wrote_in_it": False, "sees_all": True}
    assert rules.why_not_sign(**usual) is None
    assert "agency that leads" in str(rules.why_not_sign(**usual | {"may_sign": False}))
    assert "not been sent" in str(rules.why_not_sign(**usual | {"state": "draft"}))
    assert "You wrote in this" in str(rules.why_not_sign(**usual | {"wrote_in_it": True}))
    assert "may not read all" in str(rules.why_not_sign(**usual | {"sees_all": False}))


def test_numbers_of_a_few_children_are_not_said() -> None:
    assert [rules.shown_number(number) for number in (0, 1, 5, 6, 40)] == [0, None, None, 6, 40]


def test_the_release_knows_the_sides_of_a_neighbourhood_and_says_that_it_knows_no_others() -> None:
    release = load.current().id
    assert tuple(side.id for side in sides_of(release, "neighbourhood")) == SIDES
    assert gap_of(release, "neighbourhood") is None
    for setting in set(rules.Setting) - {"neighbourhood"}:
        assert sides_of(release, setting) == []
        assert gap_of(release, setting)
    assert {side.confidence for side in load.current().context_sides} == {"A"}


def test_it_is_written_sent_and_signed_by_another(world, work, assessment) -> None:
    with pytest.raises(Refused, match="Go on with that one"):
        actions.start_assessment(by=world.coordinator, context_id=work.pk)
    with pytest.raises(Refused, match="agency that leads this context does that"):
        actions.start_assessment(by=world.teacher, context_id=work.pk)
    with pytest.raises(Refused, match="what young people say about it first"):
        actions.submit_assessment(by=world.social_worker, assessment_id=assessment.pk)
    whole(world, assessment)
    written = find(world.supervisor, assessment)
    with pytest.raises(Refused, match="Nobody who could sign this off"):
        actions.submit_assessment(by=world.social_worker, assessment_id=assessment.pk)
    other = other_supervisor(world, world.social_worker.team)
    with pytest.raises(Refused, match="agency that leads this context does that"):
        actions.take_out_finding(by=world.teacher, finding_id=written.pk)
    own = find(world.teacher, assessment)
    actions.take_out_finding(by=world.teacher, finding_id=own.pk)
    actions.submit_assessment(by=world.social_worker, assessment_id=assessment.pk)
    with pytest.raises(Refused, match="with the supervisor"):
        find(world.social_worker, assessment)
    with pytest.raises(Refused, match="You wrote in this assessment"):
        actions.sign_assessment(by=world.supervisor, assessment_id=assessment.pk)
    with pytest.raises(Refused, match="Whoever wrote this assessment takes it back"):
        actions.withdraw_assessment(by=other, assessment_id=assessment.pk)
    actions.withdraw_assessment(by=world.social_worker, assessment_id=assessment.pk)
    find(world.social_worker, assessment)
    actions.submit_assessment(by=world.social_worker, assessment_id=assessment.pk)
    assert [section for section in my_work(other) if section.key == "context-sign-offs"]
    for user in (world.teacher, world.officer, world.coordinator):
        with pytest.raises(Refused, match="agency that leads"):
            actions.sign_assessment(by=user, assessment_id=assessment.pk)
    assert not [section for section in my_work(world.supervisor) if section.key == "context-sign-offs"]


def test_a_supervisor_sends_it_back_and_signs_it_and_then_it_never_changes(world, work, assessment) -> None:
    whole(world, assessment)
    actions.submit_assessment(by=world.social_worker, assessment_id=assessment.pk)
    [section] = [section for section in my_work(world.supervisor) if section.key == "context-sign-offs"]
    assert [one.about for one in section.waiting] == ["Harbour Street arcade"]
    assert section.waiting[0].href == reverse(
        "context_assessment", args=[assessment.pk]
    )  # read, then decided on
    [held] = [section for section in my_work(world.social_worker) if section.key == "contexts"]
    assert [one.what for one in held.waiting] == ["The supervisor decides on the assessment"]
    with pytest.raises(Refused, match="Say what has to be looked at again"):
        actions.send_assessment_back(by=world.supervisor, assessment_id=assessment.pk, words=" ")
    actions.send_assessment_back(by=world.supervisor, assessment_id=assessment.pk, words="Ask the owner")
    shown = page(world.social_worker, "context_assessment", "context_assessment_id", assessment.pk)
    assert "Sent back: Ask the owner" in shown.content.decode()
    [section] = [section for section in my_work(world.social_worker) if section.key == "context-assessments"]
    assert [one.ahead for one in section.waiting] == ["back"]
    finding = find(world.social_worker, assessment, what="The owner will light the yard")
    actions.submit_assessment(by=world.social_worker, assessment_id=assessment.pk)
    actions.sign_assessment(by=world.supervisor, assessment_id=assessment.pk, words="Thorough")
    told = {reader.notice.kind for reader in unread_of(world.social_worker)}
    assert {"sent_back", "signed"} <= told
    with pytest.raises(Refused, match="never changes"):
        actions.take_out_finding(by=world.social_worker, finding_id=finding.pk)
    with pytest.raises(Refused, match="never changes"):
        ContextFinding.objects.filter(pk=finding.pk).update(what="x")
    with pytest.raises(Refused, match="never changes"), transaction.atomic():
        ContextAssessment.objects.get().writers.add(world.teacher)
    for write in (finding.delete, finding.save):
        with pytest.raises(Refused, match="never changes"):
            write()
    assert actions.start_assessment(by=world.social_worker, context_id=work.pk).pk != assessment.pk


def test_what_names_a_child_is_read_by_who_may_see_that_child(world, work, assessment, mina) -> None:
    with pytest.raises(Refused, match="Tick below whom it names"):
        find(world.social_worker, assessment, what="Mina Okoro waits at the dark end")
    with pytest.raises(Hidden):
        find(world.officer, assessment, names=[mina.pk])
    secret = find(world.social_worker, assessment, what="Mina Okoro waits at the dark end", names=[mina.pk])
    [passage] = [passage for passage in passages_of(world.teacher, mina.pk, parts=[PackPart.ASSESSMENTS])]
    assert "Harbour Street arcade" in passage.heading
    assert "waits at the dark end" in passage.text
    page(world.teacher, "context_finding_add", "context_assessment_id", assessment.pk)
    looks = AuditRow.objects.filter(subject="place", verb="view", actor="tess.archer")
    assert [row.person_id for row in looks] == [mina.pk]
    plain = find(world.social_worker, assessment)
    assert set(queries.findings_of(world.teacher, assessment.pk)) == {secret, plain}
    assert set(queries.findings_of(world.officer, assessment.pk)) == {plain}
    before = set(AuditRow.objects.values_list("pk", flat=True))
    shown = page(world.teacher, "context_assessment", "context_assessment_id", assessment.pk).content.decode()
    assert "waits at the dark end" in shown
    assert "read only by those who may see them" in shown
    looks = AuditRow.objects.filter(subject="context assessment", verb="view").exclude(pk__in=before)
    assert [row.person_id for row in looks.order_by("pk")] == [None, mina.pk]
    shown = page(world.officer, "context_assessment", "context_assessment_id", assessment.pk).content.decode()
    assert "Okoro" not in shown
    assert "The attendant leaves at six" in shown
    assert "No child whom you may see" in shown
    assert page(world.teacher, "context_finding", "finding_id", secret.pk).status_code == 200
    assert page(world.officer, "context_finding", "finding_id", secret.pk).status_code == 404
    for write in (actions.take_out_finding, actions.change_finding):
        with pytest.raises(Hidden):
            write(
                by=world.officer,
                finding_id=secret.pk,
                **({} if write is actions.take_out_finding else WRITTEN),
            )
    actions.change_finding(by=world.social_worker, finding_id=secret.pk, **WRITTEN)
    assert not ContextMention.objects.exists()


WRITTEN: dict[str, Any] = {
    "side": SIDES[0],
    "what": "A few wait at the dark end",
    "source": "Aunt",
    "seen_on": TODAY,
}


def test_its_page_leads_to_the_ties_and_the_questions_about_the_place(world, assessment, arcade) -> None:
    client = Client()
    client.force_login(world.social_worker)
    page = client.get(reverse("context_assessment", kwargs={"context_assessment_id": assessment.pk})).text
    there = reverse("web", kwargs={"node_id": arcade.pk})
    assert there in page
    assert reverse("ask_moved", kwargs={"place_id": arcade.pk}) in client.get(there).text


def test_who_may_not_read_all_of_it_does_not_sign_it(world, assessment, mina) -> None:
    whole(world, assessment)
    find(world.social_worker, assessment, what="Mina Okoro waits there", names=[mina.pk])
    actions.submit_assessment(by=world.social_worker, assessment_id=assessment.pk)
    network.deny_access(by=world.coordinator, person_id=mina.pk, whom=_whom(world), why="Her neighbour")
    with pytest.raises(Refused, match="may not read all of this assessment"):
        actions.sign_assessment(by=world.supervisor, assessment_id=assessment.pk)


def _whom(world) -> Any:
    from heard.network.queries import Whom

    return Whom("", world.care, user=world.supervisor)


def test_where_the_leading_agency_has_no_supervisor_one_of_the_agency_that_worries_come_to_signs(
    world, work, assessment
) -> None:
    actions.give_context(by=world.social_worker, context_id=work.pk, holder=world.teacher, why="Nearer")
    whole(world, assessment, by=world.teacher)
    actions.submit_assessment(by=world.teacher, assessment_id=assessment.pk)
    assert [section.key for section in my_work(world.supervisor) if section.key == "context-sign-offs"]
    headmaster = other_supervisor(world, world.teacher.team)
    with pytest.raises(Refused, match="agency that leads"):
        actions.sign_assessment(by=world.supervisor, assessment_id=assessment.pk)
    assert actions.sign_assessment(by=headmaster, assessment_id=assessment.pk).signed_by == headmaster


def test_what_names_a_child_goes_with_the_record_of_that_child_and_nothing_else_does(
    world, assessment, mina
) -> None:
    find(world.social_worker, assessment, what="Mina Okoro waits there", names=[mina.pk])
    plain = find(world.social_worker, assessment)
    take_out(gather(mina.pk))
    assert list(ContextFinding.objects.all()) == [plain]
    assert ContextAssessment.objects.exists()


def test_an_assessment_of_a_group_says_what_was_not_read_and_is_hidden_with_the_group(world) -> None:
    friends = network.add_group(by=world.teacher, name="Friends at the arcade", kind="friends")
    context = actions.open_context(
        by=world.coordinator,
        end="group",
        node_id=friends.pk,
        setting="peer_group",
        why="Paid",
        holder=world.teacher,
    )
    assessment = actions.start_assessment(by=world.teacher, context_id=context.pk)
    finding = find(world.teacher, assessment, side="")
    shown = page(world.teacher, "context_assessment", "context_assessment_id", assessment.pk).content.decode()
    assert "we have not read in the original" in shown
    for name, key, value in (
        ("context_assessment", "context_assessment_id", assessment.pk),
        ("context_finding_add", "context_assessment_id", assessment.pk),
        ("context_conclude", "context_assessment_id", assessment.pk),
        ("context_finding", "finding_id", finding.pk),
    ):
        assert page(world.officer, name, key, value).status_code == 404
    assert page(world.supervisor, "context_sign", "context_assessment_id", assessment.pk).status_code == 404
    for refused in (
        lambda: actions.start_assessment(by=world.officer, context_id=context.pk),
        lambda: actions.submit_assessment(by=world.officer, assessment_id=assessment.pk),
        lambda: actions.sign_assessment(by=world.supervisor, assessment_id=assessment.pk),
        lambda: actions.conclude(
            by=world.officer, assessment_id=assessment.pk, weighing="x", what_is_not_known="y"
        ),
    ):
        with pytest.raises(Hidden):
            refused()


def test_it_is_written_and_signed_through_its_pages(world, work, mina) -> None:
    client = Client()
    client.force_login(world.social_worker)
    client.post(reverse("context_hear", args=[work.pk]), {"asked": "no", "why_nobody": "Not safe"})
    assert client.post(reverse("context_assess", args=[work.pk])).status_code == 302
    this = ContextAssessment.objects.get()
    day = {"seen_on-day": TODAY.day, "seen_on-month": TODAY.month, "seen_on-year": TODAY.year}
    said = {"what": "It is dark", "source": "Sol, who was there", "names": [str(mina.pk)], **day}
    for side in SIDES:
        assert (
            client.post(reverse("context_finding_add", args=[this.pk]), said | {"side": side}).status_code
            == 302
        )
    finding = this.findings.first()
    assert finding
    shown = client.get(reverse("context_finding", args=[finding.pk])).content.decode()
    assert "checked" in shown
    assert (
        client.post(reverse("context_finding", args=[finding.pk]), said | {"side": SIDES[0]}).status_code
        == 302
    )
    weighed = {"weighing": "The dark", "what_is_not_known": "Nothing that we know of"}
    assert client.post(reverse("context_conclude", args=[this.pk]), weighed).status_code == 302
    client.post(reverse("context_submit", args=[this.pk]))
    client.force_login(world.supervisor)
    assert "Decide on it" in client.get(reverse("context_assessment", args=[this.pk])).content.decode()
    assert client.post(reverse("context_sign", args=[this.pk]), {"outcome": "sign"}).status_code == 302
    assert ContextAssessment.objects.get().state == "signed"
    shown = client.get(reverse("context", args=[work.pk])).content.decode()
    assert "Signed off" in shown
    assert "The dark" in shown


def test_what_names_two_records_of_one_child_is_read_after_they_were_merged(world, assessment, mina) -> None:
    twice = network.add_person(by=world.social_worker, given_name="Mena", family_name="Okoro")
    network.note_tie(
        by=world.social_worker,
        one_id=twice.pk,
        in_words="goes to",
        other_id=assessment.context.node_id,
        knows=network.Knows("She said so"),
    )
    finding = find(world.social_worker, assessment, names=[mina.pk, twice.pk])
    before = everything()
    done = merge(world, mina, twice)
    assert list(queries.findings_of(world.social_worker, assessment.pk)) == [finding]
    assert queries.people_named(world.social_worker, assessment.pk) == {finding.pk: [mina]}
    network.unmerge_people(by=world.coordinator, merge_id=done.pk, reason="Two cousins")
    assert differences(before) == {}
