"""A partnership checks itself: what each agency says, who reads it a second time, what counts as met, and what is done."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World
from tests.home.test_work import a_case

from heard.agencies import actions as agencies
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.board import actions, evidence, queries, rules
from heard.board.models import Audit, AuditAnswer
from heard.cases.case import actions as casework
from heard.home.queries import my_work
from heard.knowledge import load
from heard.network.actions import record_fact
from heard.network.rules import Said

PACKS = ["see_me_hear_me", "working_together"]
FIELD = Path(__file__).parents[3] / "shared" / "knowledge" / "field-2026.md"


@pytest.fixture
def lead(world: World) -> User:
    """A supervisor of the police, so that two agencies can answer."""
    agencies.give_role(
        by=world.administrator,
        user=world.officer,
        team=world.officer.team,
        role=Role.SUPERVISOR,
        agreed_by=world.coordinator,
    )
    return User.objects.get(pk=world.officer.pk)


def opened(world: World, *, packs: list[str] | None = None, at: Any = None) -> Audit:
    today = timezone.localdate()
    return actions.open_audit(
        by=world.board_member,
        title="Autumn",
        since=today - timedelta(days=365),
        until=today,
        packs=packs or PACKS,
        agencies=[world.care, world.police],
        lead=world.care,
        at=at,
    )


def answer(
    by: User, audit: Audit, requirement: str, agency: Any, said: str = "met", **more: Any
) -> AuditAnswer:
    told = {"why": "We looked at ten records.", "evidence": "Minutes of 3 March", **more}
    told.setdefault("evidence_on", date(2026, 3, 3) if told["evidence"].strip() else None)
    return actions.answer(
        by=by, audit_id=audit.pk, requirement=requirement, agency=agency, answer=said, **told
    )


def met(user: User, audit: Audit, requirement: str) -> bool:
    return queries.whole(user, audit).row(requirement).is_met


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# ---- what counts as met


def test_met_in_full_is_by_every_agency_that_must(world: World, lead: User) -> None:
    audit = opened(world)
    answer(world.coordinator, audit, "SM5", world.care)
    assert not met(world.coordinator, audit, "SM5")  # the police have to meet it too
    answer(lead, audit, "SM5", world.police)
    assert met(world.coordinator, audit, "SM5")
    assert queries.whole(world.coordinator, audit).met == 1
    answer(world.coordinator, audit, "WT8", world.care)  # the council's alone
    assert met(world.coordinator, audit, "WT8")
    answer(world.coordinator, audit, "WT1", world.care)  # of the partnership as one, by who leads
    assert met(world.coordinator, audit, "WT1")


@pytest.mark.parametrize("said", ["partly", "not_met", "cannot_tell"])
def test_anything_else_than_met_is_not_met(world: World, lead: User, said: str) -> None:
    audit = opened(world)
    answer(world.coordinator, audit, "WT8", world.care, said)
    assert not met(world.coordinator, audit, "WT8")


def test_what_nobody_who_takes_part_has_to_meet_is_not_met() -> None:
    requirement = load.current().requirements[0]
    assert not rules.is_met([], {})
    assert rules.must(requirement, []) == []


def test_a_dispute_stands_until_there_is_another_answer(world: World, lead: User) -> None:
    audit = opened(world)
    said = answer(world.coordinator, audit, "WT8", world.care)
    with pytest.raises(Refused, match="what you dispute"):
        actions.read_second(by=lead, answer_id=said.pk, agrees=False)
    actions.read_second(by=lead, answer_id=said.pk, agrees=False, why="Two of ten were late.")
    assert not met(lead, audit, "WT8")
    again = answer(world.coordinator, audit, "WT8", world.care, evidence="All ten, with their days")
    assert met(lead, audit, "WT8")
    actions.read_second(by=lead, answer_id=again.pk, agrees=True)
    assert met(lead, audit, "WT8")
    page = signed_in(lead).get(reverse("audit_requirement", args=[audit.pk, "WT8"])).text
    assert "What was said before" in page
    assert AuditAnswer.objects.filter(audit=audit, requirement="WT8").count() == 2


# ---- who may


def test_nobody_reads_the_answer_of_their_own_agency_or_twice(world: World, lead: User) -> None:
    audit = opened(world)
    said = answer(world.coordinator, audit, "WT8", world.care)
    with pytest.raises(Refused, match="another agency"):
        actions.read_second(by=world.supervisor, answer_id=said.pk, agrees=True)
    actions.read_second(by=lead, answer_id=said.pk, agrees=True)
    with pytest.raises(Refused, match="read this answer already"):
        actions.read_second(by=lead, answer_id=said.pk, agrees=True)


def test_an_agency_answers_what_it_must_and_for_itself_alone(world: World, lead: User) -> None:
    audit = opened(world)
    for requirement, agency in (("WT8", world.police), ("SM5", world.care), ("WT1", world.police)):
        with pytest.raises(Refused, match="not one that your agency answers"):
            answer(lead, audit, requirement, agency)
    with pytest.raises(Hidden):
        answer(lead, audit, "CA1", world.police)  # of a pack that this audit does not ask
    with pytest.raises(Refused, match="what shows it"):
        answer(lead, audit, "SM5", world.police, evidence=" ")


@pytest.mark.parametrize("who", ["social_worker", "teacher", "analyst", "administrator"])
def test_an_audit_is_for_the_board_and_those_who_lead(world: World, who: str) -> None:
    audit = opened(world)
    user, client = getattr(world, who), signed_in(getattr(world, who))
    for path in (
        reverse("audits"),
        reverse("audit_open"),
        reverse("audit", args=[audit.pk]),
        reverse("audit_pack", args=[audit.pk, "working_together"]),
        reverse("audit_requirement", args=[audit.pk, "WT8"]),
        reverse("audit_answer", args=[audit.pk, "WT8"]),
        reverse("audit_close", args=[audit.pk]),
    ):
        assert client.get(path).status_code == 404
    assert not queries.audits_visible_to(user).exists()
    with pytest.raises(Hidden):
        evidence.counted_for(
            world.teacher, evidence.names(), since=audit.since, until=audit.until, today=audit.until
        )


def test_a_supervisor_neither_opens_nor_closes_one(world: World) -> None:
    audit = opened(world)
    client = signed_in(world.supervisor)
    assert client.get(reverse("audit_open")).status_code == 404
    assert client.get(reverse("audit_close", args=[audit.pk])).status_code == 404
    with pytest.raises(Refused, match="Only the board"):
        actions.close_audit(by=world.supervisor, audit_id=audit.pk, found="All is well.")


def test_the_pages_of_another_agency_are_shut(world: World, lead: User) -> None:
    """Whoever leads in an agency that does not take part reads, and neither answers nor plans; nobody reads their own answer."""
    audit = actions.open_audit(
        by=world.board_member,
        title="Ours",
        since=date(2026, 1, 1),
        until=date(2026, 6, 1),
        packs=PACKS,
        agencies=[world.care],
        lead=world.care,
    )
    said = answer(world.coordinator, audit, "WT8", world.care)
    client = signed_in(lead)
    assert client.get(reverse("audit_requirement", args=[audit.pk, "WT8"])).status_code == 200
    for name in ("audit_answer", "audit_plan"):
        assert client.get(reverse(name, args=[audit.pk, "WT8"])).status_code == 404
    for user in (lead, world.coordinator):
        assert signed_in(user).get(reverse("audit_second", args=[said.pk])).status_code == 404
    with pytest.raises(Refused, match="agencies that take part"):
        actions.plan_action(
            by=lead,
            audit_id=audit.pk,
            requirement="WT8",
            what="x",
            shows="y",
            owner=lead,
            due_on=timezone.localdate(),
        )


def test_the_page_of_one_agency_is_for_who_holds_audits_and_who_answers_for_it(
    world: World, lead: User
) -> None:
    audit = opened(world)
    answer(lead, audit, "SM5", world.police)
    said = answer(world.coordinator, audit, "SM5", world.care, "partly")
    actions.read_second(by=lead, answer_id=said.pk, agrees=False, why="Two of ours waited three days.")
    at = lambda agency: reverse("audit_agency", args=[audit.pk, agency.pk])
    for user, shown in (
        (world.board_member, {world.care, world.police}),
        (world.coordinator, {world.care, world.police}),  # who holds audits too
        (world.supervisor, {world.care}),
        (lead, {world.police}),
        (world.social_worker, set()),
        (world.analyst, set()),
    ):
        client = signed_in(user)
        for agency in (world.care, world.police, world.school):  # the school takes no part
            assert client.get(at(agency)).status_code == (200 if agency in shown else 404), (user, agency)
    page = signed_in(world.supervisor).get(at(world.care)).text
    assert "Partly met" in page
    assert "Wexmoor Police: disputes it" in page
    assert "no answer yet" in page
    assert reverse("audit_requirement", args=[audit.pk, "WT1"]) in page, "it leads, and answers for all"
    assert page.count('<tr class="govuk-table__row"') == 1 + 15, "fifteen on a page"
    assert "?page=2" in page
    police = signed_in(lead).get(at(world.police)).text
    assert "nobody yet" in police
    assert reverse("audit_requirement", args=[audit.pk, "WT1"]) not in police
    whole = signed_in(lead).get(reverse("audit", args=[audit.pk])).text
    assert at(world.police) in whole
    assert at(world.care) not in whole


def test_the_page_of_one_agency_lists_the_actions_of_its_own_people_alone(world: World, lead: User) -> None:
    audit = opened(world)
    for owner, what in ((world.social_worker, "Ask the child first"), (lead, "Tell the duty desk")):
        actions.plan_action(
            by=world.board_member, audit_id=audit.pk, requirement="SM5", what=what, shows="A note", owner=owner,
            due_on=timezone.localdate(),
        )  # fmt: skip
    client = signed_in(world.board_member)
    for agency, own, other in (
        (world.care, "Ask the child first", "Tell the duty desk"),
        (world.police, "Tell the duty desk", "Ask the child first"),
    ):
        page = client.get(reverse("audit_agency", args=[audit.pk, agency.pk])).text
        assert own in page
        assert other not in page
    assert queries.to_do_in(lead, audit, world.care) == {}
    done = audit.actions.get(owner=lead)
    actions.finish_action(by=lead, audit_action_id=done.pk, state="done", what_came="They know")
    assert queries.to_do_in(lead, audit, world.police) == {}


def test_an_audit_says_who_answers_for_each_agency(world: World, lead: User) -> None:
    audit = opened(world)
    found = queries.who_answers(world.board_member, audit)
    assert {key: set(people) for key, people in found.items()} == {
        world.care.pk: {world.coordinator, world.supervisor, world.board_member},
        world.police.pk: {lead},
    }
    assert queries.who_answers(world.teacher, audit) == {}
    page = " ".join(signed_in(lead).get(reverse("audit", args=[audit.pk])).text.split())
    for user in (world.coordinator, world.supervisor, lead):
        assert str(user) in page
    assert "Its people who answer" in page


def test_beside_the_only_count_stands_why_the_share_of_2013_is_another(world: World) -> None:
    page = signed_in(world.board_member).get(reverse("audit", args=[opened(world).pk])).text
    count, share, packs = (page.index(value) for value in ("met in full", "6% of 2013", "Against what"))
    assert count < share < packs
    assert "by a list that is in no source that we could read" in page
    assert "Digest issue 15" in page


def test_a_requirement_says_what_shows_it_of_which_days_or_why_nothing_does(world: World) -> None:
    audit = opened(world)
    client = signed_in(world.board_member)
    at = lambda requirement: client.get(reverse("audit_requirement", args=[audit.pk, requirement])).text
    assert "and not over the days of the audit" in at("WT13")
    assert "Open cases in it: none." in at("WT13")
    assert "guidance" in at("WT13")
    assert "Our source gives no day from which it holds." in at("WT13")
    assert "Heard keeps no register of lead and delegated partners." in at("WT1")
    assert "Months in it: 0 of" in at("WT10")


def test_figures_by_agency_that_an_audit_kept_are_for_who_may_see_them(world: World) -> None:
    audit = opened(world)
    kept = {"label": "Ethnicity", "says": "x", "counts": "y", "by_agency": [["Beta", "20 of 20 (100%)"]]}
    actions.close_audit(by=world.board_member, audit_id=audit.pk, found="Well.")
    Audit.objects.filter(pk=audit.pk).update(counted={"ethnicity": kept})
    at = reverse("audit_requirement", args=[audit.pk, "WT6"])
    assert "20 of 20 (100%)" in signed_in(world.board_member).get(at).text
    page = signed_in(world.supervisor).get(at).text
    assert "Ethnicity" in page
    assert "20 of 20 (100%)" not in page


def test_an_answer_that_was_replaced_is_not_read_a_second_time(world: World, lead: User) -> None:
    audit = opened(world)
    said = answer(world.coordinator, audit, "WT8", world.care)
    answer(world.coordinator, audit, "WT8", world.care, "partly")
    with pytest.raises(Hidden):
        actions.read_second(by=lead, answer_id=said.pk, agrees=True)


# ---- closing, and the next one


def test_a_closed_audit_keeps_its_answers_and_what_was_counted(world: World, lead: User) -> None:
    audit = opened(world)
    answer(world.coordinator, audit, "WT8", world.care)
    with pytest.raises(Refused, match="what the audit found"):
        actions.close_audit(by=world.board_member, audit_id=audit.pk, found=" ")
    closed = actions.close_audit(by=world.board_member, audit_id=audit.pk, found="We are late.")
    assert closed.counted["nhs_number"]["says"] == "nothing to count yet"
    for number in range(7):
        a_case(world, f"Mina{number}")
    asked = [queries.requirement_of(closed, "WT11")]
    assert queries.counted(world.coordinator, closed, asked)["WT11"][0]["says"] == "nothing to count yet"
    opened_again = opened(world)
    assert queries.counted(world.coordinator, opened_again, asked)["WT11"][0]["says"] == "too few to show"
    with pytest.raises(Refused, match="closed"):
        answer(world.coordinator, audit, "WT8", world.care, "not_met")


def test_actions_not_finished_stand_first_in_the_next_audit_with_what_is_better_and_worse(
    world: World, lead: User
) -> None:
    year_ago = timezone.now() - timedelta(days=365)
    first = opened(world, at=year_ago)
    answer(world.coordinator, first, "WT8", world.care)
    due = timezone.localdate() + timedelta(days=10)
    planned = {"requirement": "WT1", "shows": "A register", "owner": world.coordinator, "due_on": due}
    action = actions.plan_action(by=world.coordinator, audit_id=first.pk, what="Name a chair", **planned)
    actions.close_audit(
        by=world.board_member, audit_id=first.pk, found="No chair.", at=year_ago + timedelta(days=30)
    )
    second = opened(world)
    answer(world.coordinator, second, "WT1", world.care)
    whole = queries.whole(world.board_member, second)
    assert whole.carried == [action]
    assert [row.requirement.id for row in whole.better] == ["WT1"]
    assert [row.requirement.id for row in whole.worse] == ["WT8"]
    page = signed_in(world.board_member).get(reverse("audit", args=[second.pk])).text
    assert page.index("Name a chair") < page.index("Against what")
    actions.finish_action(
        by=world.coordinator, audit_action_id=action.pk, state="done", what_came="The register names her."
    )
    assert queries.whole(world.board_member, second).carried == []
    actions.close_audit(by=world.board_member, audit_id=second.pk, found="A chair, and late decisions.")
    closed, trend = queries.trend(world.board_member)
    assert [audit.pk for audit in closed] == [second.pk, first.pk]
    assert {requirement.id: found for requirement, found in trend}["WT8"] == [False, True]


def test_a_trend_is_of_the_four_audits_closed_last_and_of_none_that_is_open(world: World, lead: User) -> None:
    done = []
    for years in range(5, 0, -1):
        at = timezone.now() - timedelta(days=365 * years)
        one = opened(world, at=at)
        actions.close_audit(by=world.board_member, audit_id=one.pk, found="Read.", at=at + timedelta(days=9))
        done.append(one.pk)
    opened(world)
    closed, _trend = queries.trend(world.board_member)
    assert [audit.pk for audit in closed] == [*reversed(done[1:])]


def test_whoever_has_to_do_something_finds_it_on_my_work(world: World, lead: User) -> None:
    audit = opened(world)
    due = timezone.localdate() + timedelta(days=3)
    planned = {"requirement": "SM5", "what": "Agree what we share", "shows": "The agreement", "due_on": due}
    action = actions.plan_action(by=lead, audit_id=audit.pk, owner=lead, **planned)
    kinds = {section.key for section in my_work(lead)}
    assert {"audits", "audit-actions"} <= kinds
    with pytest.raises(Refused, match="agency that takes part"):
        actions.plan_action(
            by=lead,
            audit_id=audit.pk,
            requirement="SM5",
            what="x",
            shows="y",
            owner=world.teacher,
            due_on=due,
        )
    page = reverse("audit_action", args=[action.pk])
    assert signed_in(world.teacher).get(page).status_code == 404
    signed_in(lead).post(page, {"state": "done", "what_came": "Signed by both."})
    action.refresh_from_db()
    assert (action.state, action.what_came) == ("done", "Signed by both.")


# ---- what Heard counts


def test_what_is_counted_is_what_is_there(world: World, lead: User) -> None:
    """Against a world counted by hand: twelve open cases, of which eleven are allocated and two have an NHS number."""
    for number in range(12):
        case = a_case(world, f"Mina{number}")
        if number:
            casework.name_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
        if number < 2:
            type(case.person).objects.filter(pk=case.person_id).update(nhs_number="9434765919")
    since, today = timezone.localdate() - timedelta(days=30), timezone.localdate()
    checked = Said("worker", "Sol Wright", today)
    this = {"person_id": case.person_id, "kind": "nhs_check", "value": "Nobody matches.", "code": "NONE"}
    record_fact(by=world.social_worker, said=checked, **this)
    found = evidence.counted_for(world.board_member, evidence.names(), since=since, until=today, today=today)
    assert found["allocated_worker"]["says"] == "all, or all but five or fewer", "one is not"
    assert found["nhs_number"]["says"] == "none, or five or fewer", "three are, one of them explained"
    assert found["ethnicity"]["says"] == "none, or five or fewer"
    assert found["worries_about_places"]["says"] == "none"
    assert found["profile"]["says"] == "none is released"
    assert found["supervision"]["says"] == "nothing to count yet"


def test_five_or_fewer_are_not_shown(world: World) -> None:
    a_case(world)
    today = timezone.localdate()
    found = evidence.counted_for(
        world.board_member, ["nhs_number"], since=date(2026, 1, 1), until=today, today=today
    )
    assert found["nhs_number"]["says"] == "too few to show"


def test_a_page_asks_the_database_the_same_however_much_was_said(world: World, lead: User) -> None:
    audit = opened(world)
    client, path = signed_in(lead), reverse("audit_pack", args=[audit.pk, "see_me_hear_me"])
    counts = []
    for requirement in (None, "SM1", "SM2", "SM3"):
        if requirement:
            answer(world.coordinator, audit, requirement, world.care)
            answer(lead, audit, requirement, world.police)
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        counts.append(len(asked))
    assert counts[1] == counts[2] == counts[3]


def test_each_act_leaves_a_row(world: World, lead: User) -> None:
    audit = opened(world)
    said = answer(world.coordinator, audit, "WT8", world.care)
    actions.read_second(by=lead, answer_id=said.pk, agrees=True)
    actions.close_audit(by=world.board_member, audit_id=audit.pk, found="Good.")
    verbs = AuditRow.objects.filter(subject="self-audit").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["open", "answer", "read", "close"]


# ---- what is asked


def test_every_requirement_names_what_heard_counts_and_whence_it_comes() -> None:
    release = load.current()
    assert len(release.requirements) >= 50
    for requirement in release.requirements:
        assert set(requirement.evidence) <= evidence.names(), requirement.id
        assert requirement.source
        assert requirement.confidence in "AB"
        assert requirement.who
    assert {requirement.pack for requirement in release.requirements} == {
        pack.id for pack in release.requirement_packs
    }
    used = {name for requirement in release.requirements for name in requirement.evidence}
    assert used == evidence.names()


# Whom the notes name, as an audit asks them.
WHO = {
    "all": {"all"}, "employers": {"all"}, "partners": {"all"}, "all s11 bodies": {"all"},
    "strategic group": {"partnership"}, "LSPs": {"partnership"}, "partnership": {"partnership"}, "board": {"partnership"},
    "panel": {"partnership"}, "licensing": {"partnership"}, "three partners": {"social_care", "police", "health"},
    "lead practitioner": {"social_care"}, "council": {"social_care"}, "front door": {"social_care"}, "police": {"police"},
    "youth justice": {"youth_justice"}, "health": {"health"},
}  # fmt: skip
# Sources that the notes name by a part of other notes or in short, as a requirement says them.
IN_SHORT = {
    "field.md 5.2": ("DfE CIN census guide", "statutory guidance of 2014"),
    "field.md 5.5": ("return home interviews", "independent reviewing officers"),
    "field.md 5.8": ("IICSA",),
    "field.md 5.9": ("wbplradio",),
    "field.md 5.11": ("national audit of 2025",),
    "field.md 5.15": ("national audit of 2025",),
    "field.md 1.4": ("Digest issue 15",),
    "Telford": ("telfordsafeguardingpartnership.org.uk",),
    "55973": ("localgovernmentlawyer.co.uk 55973",),
    "2026 c.21 s4": ("2026 c. 21, section 4",),
    "2026 c.21 s3": ("2026 c. 21, section 3",),
    "PQ 85359": ("Parliamentary question 85359",),
    "PQ 85361": ("Parliamentary question 85361",),
    "northern-ledger": ("northern-ledger",),
    "L.2 rec 2": ("iicsa.org.uk", "L.2, recommendation 2"),
    "EWHC 310": ("EWHC 310 (Fam)",),
    "docslib.org/doc/": ("docslib.org",),
    "H.8 para 30": ("H.8, paragraph 30",),
    "gov.uk JTAI": ("gov.uk, guidance on joint inspections", "paragraph 7"),
    "nwgnetwork.org/": ("nwgnetwork.org",),
    "csnetwork.org.uk/": ("csnetwork.org.uk",),
    "childprotectioncompany.com/": ("childprotectioncompany.com",),
    "communitycare.co.uk/2023/08/29": ("communitycare.co.uk, 29 August 2023",),
}
ASKED_OF_GOVERNMENT = {"OC2"}


def _stems(text: str) -> set[str]:
    """What a sentence is about, roughly: the first four letters of each longer word."""
    return {word[:4] for word in re.findall(r"[a-z]{4,}", text.casefold())}


def _noted() -> dict[str, dict[str, str]]:
    """Each row of section 2 of the notes: whom it names and where it was read, with the mark."""
    text = FIELD.read_text(encoding="utf-8")
    text = text[text.index("## 2. Requirements") : text.index("## 3. Disruption")]
    found: dict[str, dict[str, str]] = {}
    for section in text.split("\n### ")[1:]:
        intro = section[: section.index("| Id |")]
        head = next(line for line in section.splitlines() if line.startswith("| Id |"))
        names = [
            cell.strip().casefold().removesuffix(" from the system") for cell in head.strip("|").split("|")
        ]
        last = ""
        for line in section.splitlines():
            if not re.match(r"\| [A-Z]{2}\d", line):
                continue
            row = dict(zip(names, [cell.strip() for cell in line.strip("|").split("|")], strict=True))
            own = re.search(r"\[[AB]: [^]]+\]", row.get("evidence", ""))
            source = row.get("source, tag") or (own[0] if own else intro)
            last = source = f"{last} {source}" if source.startswith("same") else source
            found[row["id"]] = {
                "who": row.get("who", ""),
                "source": source,
                "statement": row["statement"],
                "shows": re.sub(r"\[[^]]+\]", "", row["evidence"]),
            }
    return found


@pytest.mark.skipif(
    not FIELD.exists(), reason="The knowledge that the requirements were read from is not on this machine."
)
def test_every_requirement_is_one_of_the_knowledge_and_none_is_of_memory() -> None:
    rows = _noted()
    of_memory = {key for key, row in rows.items() if "[G]" in row["source"]}
    asked = {requirement.id: requirement for requirement in load.current().requirements}
    assert len(asked) == 52
    assert set(asked) == set(rows) - of_memory - ASKED_OF_GOVERNMENT


@pytest.mark.skipif(
    not FIELD.exists(), reason="The knowledge that the requirements were read from is not on this machine."
)
@pytest.mark.parametrize("one", load.current().requirements, ids=lambda one: one.id)
def test_a_requirement_has_the_source_the_mark_and_those_who_must_of_the_knowledge(one: Any) -> None:
    row = _noted()[one.id]
    who = set().union(*(WHO[name.strip()] for name in row["who"].split(",")))
    assert set(one.who) == who
    marks = set("".join(re.findall(r"\[([AB](?:/[AB])?)\b", row["source"]))) - {"/"}
    assert one.confidence in marks
    short = [said for key, said in IN_SHORT.items() if key in row["source"]]
    sites = [said for said in re.findall(r"\b[a-z]+(?:\.[a-z]+)*\.(?:uk|com|net|org|wales)\b", row["source"])]
    assert short or sites, f"Nothing says where {one.id} was read."
    assert all(any(said in one.source for said in either) for either in short), row["source"]
    if not short:
        assert any(site in one.source for site in sites), row["source"]
    said, ours = _stems(row["statement"]), _stems(one.label)
    assert len(said & ours) >= 0.4 * len(said), "it says what the notes say"
    shows = _stems(row["shows"])
    assert len(shows & _stems(one.help)) >= 0.6 * len(shows)
    assert "read on 26 November 2026" in one.source
    assert one.read_on == date(2026, 11, 26)
