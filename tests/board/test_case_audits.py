"""Cases that are read for an audit: a draw that nobody steers, readers who are blind until both have read, and need to know that holds."""

from __future__ import annotations

import hashlib
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.board.test_audits import opened, signed_in
from tests.conftest import PASSWORD, World
from tests.home.test_work import a_case

from heard.agencies import actions as agencies
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.board import actions as board
from heard.board import queries as audits
from heard.board.caseaudit import actions, queries, rules, words
from heard.board.models import CaseDraw, CaseReading, CaseSample
from heard.cases.case import actions as casework
from heard.cases.case.models import Case
from heard.cases.case.notices.lines import lines_of
from heard.cases.case.notices.queries import unread_of
from heard.home.queries import my_work
from heard.network import actions as network
from heard.network.models import Denial, Involvement, Person
from heard.network.queries import Whom, involvements_of, people_visible_to, standing_of

TODAY = date(2026, 11, 1)
QUESTIONS = ["Are the child’s words in the record?", "Did help come in time?"]
strata_of = st.dictionaries(
    st.text("abc", min_size=1, max_size=2), st.sets(st.text("0123456789abcdef", min_size=4, max_size=6), min_size=1, max_size=30), min_size=1,
    max_size=6,
)  # fmt: skip


# ---- the draw


@given(strata_of, st.text("0123456789abcdef", min_size=8, max_size=8), st.integers(1, 60))
def test_the_same_seed_and_list_give_the_same_draw_in_any_order(
    strata: dict[str, set[str]], seed: str, size: int
) -> None:
    strata = {name: {f"{name}{tag}" for tag in tags} for name, tags in strata.items()}
    whole = sum(map(len, strata.values()))
    drawn = rules.drawn(strata, seed, size)
    turned = {name: sorted(tags, reverse=True) for name, tags in reversed(strata.items())}
    assert rules.drawn(turned, seed, size) == drawn
    assert rules.fingerprint(turned) == rules.fingerprint(strata)
    assert len(drawn) == len(set(drawn)) == min(size, whole)
    taken = rules.shares({name: len(tags) for name, tags in strata.items()}, size)
    for name, tags in strata.items():
        assert len(tags & set(drawn)) == taken[name] <= len(tags)
        if size >= len(strata):
            assert taken[name] >= 1, "each part is read"


def test_shares_are_the_part_that_a_stratum_has_of_all() -> None:
    assert rules.shares({"a": 60, "b": 30, "c": 10}, 10) == {"a": 6, "b": 3, "c": 1}
    assert rules.shares({"a": 97, "b": 2, "c": 1}, 10) == {"a": 8, "b": 1, "c": 1}
    assert rules.shares({"a": 5, "b": 5, "c": 5}, 2) == {"a": 1, "b": 1, "c": 0}
    assert rules.shares({"a": 2, "b": 1}, 10) == {"a": 2, "b": 1}
    assert rules.shares({}, 10) == {}


def test_another_seed_draws_others_and_another_list_has_another_fingerprint() -> None:
    strata = {"all": {rules.tag_of("draw", str(number)) for number in range(50)}}
    draws = {tuple(rules.drawn(strata, str(seed), 10)) for seed in range(20)}
    assert len(draws) == 20
    often = {tag for seed in range(60) for tag in rules.drawn(strata, str(seed), 10)}
    assert often == strata["all"], "each case is drawn at some time"
    assert rules.fingerprint(strata) != rules.fingerprint({"all": strata["all"] | {"one more"}})
    assert rules.fingerprint(strata) != rules.fingerprint({"other": strata["all"]})


def test_anybody_can_draw_it_with_nothing_but_sha_256() -> None:
    strata = {"all": [rules.tag_of("draw", str(number)) for number in range(9)]}
    order = sorted(strata["all"], key=lambda tag: hashlib.sha256(f"5eed {tag}".encode()).hexdigest())
    assert rules.drawn(strata, "5eed", 4) == order[:4]


def test_age_is_that_of_the_last_day() -> None:
    born = date(2013, 11, 2)
    assert [rules.age_band(born, on) for on in (date(2026, 11, 1), date(2026, 11, 2))] == ["0-12", "13-15"]
    assert [rules.age_band(date(year, 1, 1), TODAY) for year in (2010, 2009, 2008)] == [
        "16-17",
        "16-17",
        "18+",
    ]
    assert rules.age_band(None, TODAY) == ""


@pytest.mark.parametrize(
    ("more", "why_not"),
    [
        ({}, None),
        ({"may_hold": False}, "Only the board"),
        ({"is_open": False}, "closed"),
        ({"title": ""}, "a name"),
        ({"why": " "}, "Say why"),
        ({"until": None}, "the first one first"),
        ({"until": TODAY + timedelta(days=1)}, "days that have come"),
        ({"since": TODAY - timedelta(days=26)}, "at least 28 together"),
        ({"since": date(2020, 1, 1)}, "last 5 years"),
        ({"size": None}, "between 1 and 50"),
        ({"size": 51}, "between 1 and 50"),
        ({"questions": []}, "one in a line"),
        ({"questions": ["?"] * 13}, "12 questions"),
        ({"reader_agencies": ["care", "care"]}, "two agencies"),
        ({"reader_agencies": ["care"]}, "two agencies"),
        ({"due_on": None}, "both have read"),
        ({"due_on": TODAY - timedelta(days=1)}, "42 days"),
        ({"due_on": TODAY + timedelta(days=43)}, "42 days"),
    ],
)
def test_what_a_draw_needs(more: dict[str, Any], why_not: str | None) -> None:
    said: dict[str, Any] = {
        "may_hold": True, "is_open": True, "title": "Ten", "why": "Each year", "since": TODAY - timedelta(days=27), "until": TODAY, "size": 10,
        "questions": QUESTIONS, "reader_agencies": ["care", "police"], "due_on": TODAY, "today": TODAY,
    }  # fmt: skip
    found = rules.why_not_draw(**said | more)
    assert (found is None) if why_not is None else (why_not in (found or ""))


def test_a_name_is_found_as_a_word_and_not_in_one() -> None:
    names = {"Mina", "Smith-Jones", "O"}
    assert rules.named_in("MINA’s review was late", names)
    assert rules.named_in("of the jones family", names)
    assert not rules.named_in("A minaret, and O what else", names)
    assert rules.named_in("Mrs O'Brien and zoe", {"O'Brien"})
    assert rules.named_in("as Zoe said", {"Zoë"})
    assert rules.named_in("of St. John", {"St. John"})


# ---- the site


def second(world: World) -> User:
    """A reader of the school who has done nothing with these children, unlike the teacher who told of them."""
    there = User.objects.filter(username="hana.lott").first()
    return there or agencies.add_user(
        by=world.administrator, username="hana.lott", first_name="Hana", last_name="Lott", password=PASSWORD,
        team=world.teacher.team, role=Role.PRACTITIONER,
    )  # fmt: skip


def setting(world: World, children: int = 3, size: int = 10) -> tuple[CaseDraw, list[Any]]:
    """An audit with a draw from so many cases, which the officer and a colleague of the school read."""
    cases = [a_case(world, f"Mina{number}") for number in range(children)]
    audit = opened(world)
    audit.agencies.add(world.school)
    return drawn(world, audit, size=size), cases


def drawn(world: World, audit: Any, by: User | None = None, **more: Any) -> CaseDraw:
    today = timezone.localdate()
    said: dict[str, Any] = {
        "title": "Ten cases", "why": "Once a year", "since": audit.since, "until": audit.until, "strata": ["sex", "age"], "size": 10,
        "questions": QUESTIONS, "readers": [world.officer, second(world)], "due_on": today + timedelta(days=14),
    }  # fmt: skip
    return actions.draw_cases(by=by or world.board_member, audit_id=audit.pk, **said | more)


def said(*answers: str) -> dict[str, tuple[str, str]]:
    return {str(number): (answer, "Page 3") for number, answer in enumerate(answers)}


def read(sample: CaseSample, by: User, *answers: str) -> CaseReading:
    return actions.read_case(by=by, sample_id=sample.pk, said=said(*answers))


def test_a_draw_is_kept_and_gives_the_same_again_and_one_that_was_touched_does_not(world: World) -> None:
    draw, cases = setting(world, children=5, size=3)
    assert draw.sample.count() == 3
    assert sum(map(len, draw.drawn_from.values())) == len(cases)
    assert str(cases[0].pk) not in str(draw.drawn_from), "it keeps no key of a case"
    assert queries.again(world.supervisor, draw) == queries.Again(is_same=True, gone=0)
    row = AuditRow.objects.get(subject="case draw", verb="draw")
    assert row.detail == {"seed": draw.seed, "fingerprint": draw.fingerprint}

    one = draw.sample.first()
    assert one is not None
    left_out = next(case for case in cases if not draw.sample.filter(case=case).exists())
    CaseSample.objects.filter(pk=one.pk).update(case=left_out)
    assert not queries.again(world.supervisor, draw).is_same, "another case in place of one that was drawn"
    CaseSample.objects.filter(pk=one.pk).update(case=one.case_id)
    CaseDraw.objects.filter(pk=draw.pk).update(seed="0" * 64)
    touched = CaseDraw.objects.get(pk=draw.pk)
    assert not queries.again(world.supervisor, touched).is_same or rules.drawn(
        draw.drawn_from, "0" * 64, 3
    ) == rules.drawn(draw.drawn_from, draw.seed, 3)
    assert {drawn(world, draw.audit).seed for _time in range(3)}.isdisjoint({draw.seed})


def test_it_is_drawn_from_all_that_were_open_also_those_that_who_draws_may_not_see(world: World) -> None:
    draw, cases = setting(world)
    network.give_access(
        by=world.coordinator, person_id=cases[0].person_id, whom=Whom("", world.care), level=4, why="Works with them"
    )  # fmt: skip
    Person.objects.filter(pk=cases[0].person_id).update(restricted=True)
    Case.objects.filter(pk=cases[1].pk).update(opened_at=timezone.now() + timedelta(days=2))
    again = drawn(world, draw.audit)
    assert {sample.case_id for sample in again.sample.all()} == {cases[0].pk, cases[2].pk}
    with pytest.raises(Refused, match="No case was open"):
        drawn(
            world,
            draw.audit,
            since=timezone.localdate() - timedelta(days=900),
            until=timezone.localdate() - timedelta(days=800),
        )


def test_each_draw_stays_listed_with_who_and_why(world: World, client: Client) -> None:
    draw, _cases = setting(world)
    drawn(world, draw.audit, by=world.coordinator, title="Ten others", why="The first was too small")
    client.force_login(world.board_member)
    page = client.post(reverse("case_set_aside", args=[draw.pk]), {"why": "Too few of them"}, follow=True)
    assert "Set aside by Bo Marsh" in page.text
    page = client.get(reverse("case_draws", args=[draw.audit_id])).text
    assert all(
        value in page
        for value in ("Too few of them", "Once a year", "The first was too small", "Cora Ordway")
    )
    assert client.get(reverse("case_set_aside", args=[draw.pk])).status_code == 404
    with pytest.raises(Refused, match="set aside already"):
        actions.set_draw_aside(by=world.coordinator, draw_id=draw.pk, why="Again")
    with pytest.raises(Refused, match="set aside, its day"):
        actions.let_readers_in(by=world.coordinator, draw_id=draw.pk)


def test_who_draws_lets_in_and_reads(world: World, client: Client) -> None:
    draw, _cases = setting(world)
    with pytest.raises(Refused, match="Only the board"):
        drawn(world, draw.audit, by=world.supervisor)
    with pytest.raises(Refused, match="two agencies"):
        drawn(world, draw.audit, readers=[world.officer, world.analyst])
    with pytest.raises(Refused, match="two agencies"):
        drawn(world, draw.audit, readers=[world.officer, world.officer])
    with pytest.raises(Refused, match="A co-ordinator gives"):
        actions.let_readers_in(by=world.board_member, draw_id=draw.pk)
    actions.let_readers_in(by=world.coordinator, draw_id=draw.pk)
    one = draw.sample.first()
    assert one is not None
    reads = {"case_read": draw.pk, "case_finding": draw.pk, "case_sample": one.pk}
    sees = {"case_draws": draw.audit_id, "case_draw": draw.pk}
    holds = {"case_draw_new": draw.audit_id, "case_set_aside": draw.pk}
    for user, may in (
        (world.board_member, sees | holds), (world.coordinator, sees | holds), (world.supervisor, sees), (world.officer, reads),
        (second(world), reads), (world.social_worker, {}), (world.analyst, {}), (world.administrator, {}),
    ):  # fmt: skip
        client.force_login(user)
        for name, key in (reads | sees | holds).items():
            expected = 200 if name in may else 404
            assert client.get(reverse(name, args=[key])).status_code == expected, (name, user)
    for user in (world.board_member, world.coordinator, world.social_worker):
        with pytest.raises(Hidden):
            read(one, user, "yes", "yes")
        with pytest.raises(Hidden):
            actions.write_finding(by=user, draw_id=draw.pk, requirement="SM2", text="x")
    assert client.post(reverse("case_confirm", args=[one.pk])).status_code == 404


def test_readers_see_the_records_for_a_while_and_the_list_says_why(world: World) -> None:
    draw, cases = setting(world)
    people = [case.person_id for case in cases]
    assert not people_visible_to(world.officer).filter(pk__in=people).exists()
    assert [line.heading for line in my_work(world.coordinator) if "no access" in str(line.heading)] != []
    given = actions.let_readers_in(by=world.coordinator, draw_id=draw.pk)
    assert given == 6, (
        "who sees it already gets a line too, so that whoever works with the child learns of it"
    )
    lines = Involvement.objects.filter(user=world.officer)
    assert {line.why for line in lines} == {"Case audit: Ten cases"}
    assert {timezone.localdate(line.until) for line in lines} == {draw.due_on + timedelta(days=1)}
    assert {line.level for line in lines} == {3}
    assert people_visible_to(world.officer).filter(pk__in=people).count() == 3
    assert actions.let_readers_in(by=world.coordinator, draw_id=draw.pk) == 6
    assert Involvement.objects.running().filter(user=world.officer).count() == 3, "each once"
    assert any(str(section.heading).startswith("Cases that you read") for section in my_work(world.officer))

    for sample in draw.sample.all():
        read(sample, world.officer, "yes", "yes")
    assert not any(
        str(section.heading).startswith("Cases that you read") for section in my_work(world.officer)
    )
    CaseDraw.objects.filter(pk=draw.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    assert signed_in(second(world)).get(reverse("case_read", args=[draw.pk])).status_code == 404


def test_readers_are_told_once_of_all_their_cases_and_each_worker_of_theirs(world: World) -> None:
    draw, cases = setting(world)
    Case.objects.filter(pk=cases[0].pk).update(allocated_worker=world.social_worker)
    actions.let_readers_in(by=world.coordinator, draw_id=draw.pk)
    [told] = unread_of(world.officer)
    [line] = lines_of([told])
    assert (line.what, line.whom) == ("Cases to read, for an audit", "")
    assert line.href == reverse("case_read", args=[draw.pk])
    assert signed_in(world.officer).get(line.href).status_code == 200
    assert "access" in {reader.notice.kind for reader in unread_of(world.social_worker)}
    actions.let_readers_in(by=world.coordinator, draw_id=draw.pk)
    assert len(unread_of(world.officer)) == 1, "told again of what is still to be seen"


def test_what_these_readers_cannot_read_is_counted_and_not_skipped(world: World) -> None:
    draw, cases = setting(world, children=5)
    denied, worker, restricted = cases[:3]
    Denial.objects.create(
        person_id=denied.person_id, user=second(world), why="Related", denied_by=world.coordinator
    )
    Case.objects.filter(pk=worker.pk).update(trusted_worker=world.officer)
    Involvement.objects.filter(person_id=restricted.person_id).delete()
    Person.objects.filter(pk=restricted.person_id).update(restricted=True)
    actions.let_readers_in(by=world.coordinator, draw_id=draw.pk)

    progress = queries.progress(world.board_member, draw)
    assert {one.case_id for one in progress.sample} == {case.pk for case in cases}
    assert {one.case_id for one in progress.to_read} == {case.pk for case in cases[3:]}
    for reader in (world.officer, second(world)):
        text = signed_in(reader).get(reverse("case_read", args=[draw.pk])).text
        assert text.count(">Case ") == 2
        for case in (denied, worker, restricted):
            sample = draw.sample.get(case=case)
            assert signed_in(reader).get(reverse("case_sample", args=[sample.pk])).status_code == 404
            with pytest.raises(Hidden):
                read(sample, reader, "yes", "yes")
    there = reverse("case_draw", args=[draw.pk])
    board_reads = signed_in(world.board_member)
    assert "How many were not read by both is said once the day has passed" in board_reads.get(there).text
    CaseDraw.objects.filter(pk=draw.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    assert "3 of the sample were not read by both" in board_reads.get(there).text
    shut = [case.person_id for case in (denied, worker, restricted)]
    readers = [world.officer, second(world)]
    assert not Involvement.objects.filter(user__in=readers, person_id__in=shut).exists(), "neither is let in"


def test_two_read_blind_then_see_each_other_and_agree_or_differ(world: World) -> None:
    draw, _cases = setting(world, children=2)
    actions.let_readers_in(by=world.coordinator, draw_id=draw.pk)
    same, other = draw.sample.all()
    path = reverse("case_sample", args=[other.pk])
    officer, teacher = signed_in(world.officer), signed_in(second(world))
    for reader in (world.officer, second(world)):
        read(same, reader, "yes", "partly")
    mine = {"answer_0": "yes", "why_0": "Her words of May", "answer_1": "no", "why_1": "Four weeks"}
    assert "Choose an answer" in officer.post(path, mine | {"answer_1": ""}).text
    assert "waits for" not in officer.get(reverse("case_read", args=[draw.pk])).text
    officer.post(path, mine)
    page = teacher.get(path).text
    assert "Her words of May" not in page, "blind until both have read"
    assert queries.readings_for(second(world), other) == (None, None)
    assert "has not read this case yet" in officer.get(path).text
    assert (
        "Her words of May" not in signed_in(world.board_member).get(reverse("case_draw", args=[draw.pk])).text
    )
    with pytest.raises(Refused, match="have read this case"):
        read(other, world.officer, "no", "no")
    with pytest.raises(Refused, match="has not read"):
        actions.propose_answers(by=world.officer, sample_id=other.pk, said=said("yes", "no"))
    read(other, second(world), "yes", "partly")
    assert "Her words of May" in teacher.get(path).text
    assert queries.progress(world.supervisor, draw).differ(other) == ["1"]
    assert any(str(section.heading).startswith("Cases that you read") for section in my_work(world.officer))

    agree = reverse("case_agree", args=[other.pk])
    assert "Choose an answer" in teacher.post(agree, {"why_1": "x"}).text
    assert teacher.get(reverse("case_agree", args=[same.pk])).status_code == 404
    teacher.post(agree, {"answer_1": "differs", "why_1": "We count the weeks apart"})
    with pytest.raises(Refused, match="The other reader confirms"):
        actions.confirm_answers(by=second(world), sample_id=other.pk, proposed_at="")
    assert len(queries.progress(world.supervisor, draw).settled) == 1
    assert "We count the weeks apart" in officer.get(path).text
    shown = officer.get(path).text
    stale = re.search(r'name="proposed_at" value="([^"]+)"', shown)
    assert stale
    teacher.post(agree, {"answer_1": "differs", "why_1": "We count from another day"})
    confirm = reverse("case_confirm", args=[other.pk])
    page = officer.post(confirm, {"proposed_at": stale[1]}, follow=True).text
    assert "Something else was proposed meanwhile" in page
    fresh = re.search(r'name="proposed_at" value="([^"]+)"', page)
    assert fresh
    officer.post(confirm, {"proposed_at": fresh[1]})
    progress = queries.progress(world.supervisor, draw)
    assert len(progress.settled) == 2
    assert progress.answers(0) == {"yes": 2}
    assert progress.answers(1) == {"partly": 1, "differs": 1}
    with pytest.raises(Refused, match="That stays"):
        actions.propose_answers(by=world.officer, sample_id=other.pk, said=said("yes", "no"))
    assert not any(
        str(section.heading).startswith("Cases that you read") for section in my_work(world.officer)
    )
    page = signed_in(world.supervisor).get(reverse("case_draw", args=[draw.pk])).text
    assert "2 of 2" in page
    assert "it gives the same cases" in page
    assert "Her words of May" not in page
    verbs = AuditRow.objects.filter(subject="case draw").order_by("pk").values_list("verb", flat=True)
    assert list(verbs)[:2] == ["draw", "let readers in"]
    assert list(verbs)[-2:] == ["propose", "confirm"]


def test_a_finding_without_names_stands_beside_its_requirement(world: World) -> None:
    draw, cases = setting(world, children=1)
    actions.let_readers_in(by=world.coordinator, draw_id=draw.pk)
    casework.name_worker(by=world.coordinator, case_id=cases[0].pk, worker=world.social_worker)
    path = reverse("case_finding", args=[draw.pk])
    officer = signed_in(world.officer)
    told = {"requirement": "SM2", "text": "In one record Mina0 was never asked."}
    assert "There is none yet" in officer.post(path, told).text, "it rests on what both have read"
    [sample] = draw.sample.all()
    for reader in (world.officer, second(world)):
        read(sample, reader, "yes", "no")
    assert "A name of a child in the sample" in officer.post(path, told).text
    assert "A name of a child" in officer.post(path, told | {"text": "Ask sol how."}).text
    told["text"] = "In one record the child was never asked."
    assert "Choose the requirement" in officer.post(path, told | {"requirement": ""}).text
    assert "It stands beside the requirement" in officer.post(path, told, follow=True).text
    [found] = audits.whole(world.supervisor, draw.audit).row("SM2").shown_by(None)
    assert (found.what, found.draw, found.agency) == (told["text"], draw, None)
    lead = signed_in(world.supervisor)
    assert (
        "What case audits found" in lead.get(reverse("audit_requirement", args=[draw.audit_id, "SM2"])).text
    )
    assert "How the cases were drawn" in lead.get(reverse("audit_evidence", args=[found.pk])).text
    finding = {"by": world.officer, "draw_id": draw.pk, "requirement": "SM2"}
    assert actions.write_finding(**finding, text="A mina is a bird, and Mina0 a word", another=True)
    with pytest.raises(Refused, match="Choose the requirement"):
        actions.write_finding(**finding | {"requirement": "CA1"}, text="Not asked")
    board.close_audit(by=world.board_member, audit_id=draw.audit_id, found="Good.")
    with pytest.raises(Hidden):
        actions.write_finding(**finding, text="Late")
    assert officer.get(path).status_code == 404


def test_it_is_drawn_and_opened_on_its_pages(world: World, client: Client) -> None:
    draw, _cases = setting(world)
    client.force_login(world.coordinator)
    path = reverse("case_draw_new", args=[draw.audit_id])
    assert str(words.QUESTIONS[0]) in client.get(path).text
    due, first = timezone.localdate() + timedelta(days=9), draw.audit.since
    today = timezone.localdate()
    told = {
        "title": "By hand", "why": "Once more", "size": "two", "questions": "One?\n\nTwo?\n", "strata": ["agency"],
        "first": str(world.officer.pk), "second": str(second(world).pk),
        "since-day": first.day, "since-month": first.month, "since-year": first.year,
        "until-day": today.day, "until-month": today.month, "until-year": today.year,
        "due_on-day": due.day, "due_on-month": due.month, "due_on-year": due.year,
    }  # fmt: skip
    assert "between 1 and 50" in client.post(path, told).text
    page = client.post(path, told | {"size": "2"}, follow=True)
    assert "Drawn. A co-ordinator gives the readers access." in page.text
    assert "The readers have no access yet" in page.text
    assert "5 or fewer" in page.text, "how few there are is not said"
    made = CaseDraw.objects.get(title="By hand")
    assert (made.questions, made.strata, list(made.drawn_from)) == (
        ["One?", "Two?"],
        ["agency"],
        [world.care.name],
    )
    board.close_audit(by=world.board_member, audit_id=draw.audit_id, found="Good.")
    assert client.get(path).status_code == 404


def test_pages_ask_the_database_the_same_however_many_are_read(world: World) -> None:
    counts = []
    for children in (1, 4):
        draw, _cases = setting(world, children)
        actions.let_readers_in(by=world.coordinator, draw_id=draw.pk)
        for sample in draw.sample.all():
            for reader in (world.officer, second(world)):
                read(sample, reader, "yes", "no")
        asked = []
        for user, name in ((world.supervisor, "case_draw"), (world.officer, "case_read")):
            client, path = signed_in(user), reverse(name, args=[draw.pk])
            client.get(path)
            with CaptureQueriesContext(connection) as queried:
                client.get(path)
            asked.append(len(queried))
        counts.append(asked)
    assert counts[0] == counts[1]


def test_a_reader_only_looks_and_no_longer_than_it_is_read_for(world: World) -> None:
    """They work with nobody: they keep nobody out, restrict nothing, let nobody in, and are no agency that is involved."""
    draw, cases = setting(world)
    person_id = cases[0].person_id
    actions.let_readers_in(by=world.coordinator, draw_id=draw.pk)
    lines = Involvement.objects.running().filter(user=world.officer)
    assert {line.how for line in lines} == {"audit"}
    care = {line.agency for line in involvements_of(world.coordinator, person_id)}
    assert world.police not in care
    person = Person.objects.get(pk=person_id)
    assert standing_of(world.officer, person) == {"involved": False, "may_decide": False}
    mine = Whom("", world.police, user=world.officer)
    for whom in (mine, Whom("", world.school)):
        with pytest.raises(Refused, match="lets others in"):
            network.give_access(by=world.officer, person_id=person_id, whom=whom, level=3, why="On and on")
    network.restrict(by=world.coordinator, person_id=person_id, reason="A relative works here.")
    assert not people_visible_to(world.officer).filter(pk=person_id).exists(), "restricted since"
    assert people_visible_to(world.officer).filter(pk=cases[1].person_id).exists()
    actions.set_draw_aside(by=world.board_member, draw_id=draw.pk, why="Begun anew")
    assert not lines.all().exists()
    again = drawn(world, draw.audit)
    actions.let_readers_in(by=world.coordinator, draw_id=again.pk)
    assert lines.all().exists()
    board.close_audit(by=world.board_member, audit_id=draw.audit_id, found="Good.")
    assert not lines.all().exists()
    with pytest.raises(Refused, match="the audit is closed"):
        actions.let_readers_in(by=world.coordinator, draw_id=again.pk)
    assert not queries.draws_read_by(world.officer).exists()


def test_who_told_of_a_child_does_not_audit_them_and_who_is_kept_out_unseen_does_not_show(
    world: World,
) -> None:
    draw, cases = setting(world)
    told = drawn(world, draw.audit, readers=[world.officer, world.teacher])
    assert actions.let_readers_in(by=world.coordinator, draw_id=told.pk) == 0, "the teacher told of them"
    Denial.objects.create(
        person_id=cases[0].person_id,
        user=world.officer,
        why="A worry",
        denied_by=world.coordinator,
        unseen=True,
    )
    assert actions.let_readers_in(by=world.coordinator, draw_id=draw.pk) == 6
    assert not people_visible_to(world.officer).filter(pk=cases[0].person_id).exists()
