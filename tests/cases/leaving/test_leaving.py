"""A child who moves is followed until somebody accepts; a young person near 18 has a plan for what comes after."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World

from heard.agencies.rules import Hidden, Refused
from heard.cases.case.actions import assign_trusted_worker
from heard.cases.case.models import CasePeriod
from heard.cases.case.notices.queries import unread_of
from heard.cases.leaving import actions, queries, rules
from heard.cases.leaving.models import AfterPlan, Handover
from heard.cases.record.models import ChronologyEntry
from heard.cases.review import actions as reviewing
from heard.cases.timeline import queries as briefs
from heard.cases.timeline.index import catch_up
from heard.cases.words.rules import ChildsView
from heard.govuk.environment import day
from heard.home.queries import my_work
from heard.network.models import Person

TODAY = timezone.localdate()
SENT: dict[str, Any] = {
    "to_council": "Eastmoor Council",
    "to_whom": "Pat Lowe, 01632 960 077",
    "what_sent": "The plan and the safety plan",
    "sent_on": TODAY,
    "ask_again_on": TODAY,
}
AFTER: dict[str, str] = {
    "who_is_there": "Her aunt",
    "services": "Adult services, asked in May",
    "where_to_live": "With her aunt",
    "who_to_call": "Her aunt",
}
FINE = ChildsView(new={"text": "That is fine.", "how": "said", "heard_on": TODAY, "heard_by": "Sol Wright"})
TYPED = AFTER | {"which": "none", "why_no_words": "She reads it first."}


def hand_over(world: World, signed: Any, **change: Any) -> Handover:
    usual = {"by": world.social_worker, "case_id": signed.case_id} | SENT
    return actions.hand_over(**usual | change)


def close(world: World, signed: Any, ended_as: str) -> CasePeriod:
    return reviewing.close_case(
        by=world.coordinator,
        case_id=signed.case_id,
        view=ChildsView(why_no_words="She moved"),
        reason="She lives there now",
        contact_afterwards="Pat Lowe",
        told_child="Sol told her",
        open_again_if="She comes back",
        ended_as=ended_as,
    )


def lines(user: Any, key: str) -> list[Any]:
    return [line for section in my_work(user) if section.key == key for line in section.waiting]


def kinds(user: Any) -> list[str]:
    return [reader.notice.kind for reader in unread_of(user)]


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_it_is_in_the_work_of_the_worker_until_somebody_there_accepts(world: World, signed: Any) -> None:
    assign_trusted_worker(by=world.coordinator, case_id=signed.case_id, worker=world.social_worker)
    handover = hand_over(world, signed, by=world.supervisor)
    assert [line.due_on for line in lines(world.social_worker, "handovers")] == [TODAY]
    assert "handover" in kinds(world.social_worker)
    later = TODAY + timedelta(days=3)
    actions.note_news(
        by=world.social_worker, handover_id=handover.pk, what_they_said="On leave", ask_again_on=later
    )
    assert [line.due_on for line in lines(world.social_worker, "handovers")] == [later]
    actions.note_accepted(
        by=world.social_worker, handover_id=handover.pk, accepted_by="Pat Lowe", accepted_on=TODAY
    )
    assert lines(world.social_worker, "handovers") == []
    with pytest.raises(Refused, match="was accepted"):
        actions.take_back(by=world.social_worker, handover_id=handover.pk, why="x")


def test_days_before_the_case_or_the_child_are_refused(world: World, signed: Any) -> None:
    born = signed.case.person.birth_date
    page = reverse("hand_over", kwargs={"case_id": signed.case_id})
    client = signed_in(world.social_worker)
    days = {"sent_on": TODAY, "ask_again_on": TODAY, "moves_on": TODAY}
    for field, wrong, says in (
        ("sent_on", date(2001, 5, 4), "before the case was opened"),
        ("moves_on", born - timedelta(days=1) if born else date(1999, 1, 1), "before the child was born"),
    ):
        with pytest.raises(Refused, match=says) as refused:
            hand_over(world, signed, **{field: wrong})
        assert refused.value.field == field
        typed = {name: value for name, value in SENT.items() if name not in days}
        for name, on in (days | {field: wrong}).items():
            typed |= {f"{name}-day": on.day, f"{name}-month": on.month, f"{name}-year": on.year}
        assert says in client.post(page, typed).text
    assert not Handover.objects.exists()


def test_the_chronology_says_handed_over_of_nothing_that_was_only_sent(world: World, signed: Any) -> None:
    hand_over(world, signed)
    catch_up()
    said = [str(row.said) for row in ChronologyEntry.objects.filter(page="handover")]
    assert len(said) == 1
    assert "Handover sent to" in said[0]


def test_a_handover_stands_on_the_summary_the_plan_and_the_print(world: World, signed: Any) -> None:
    ask, moves = TODAY + timedelta(days=2), TODAY + timedelta(days=10)
    handover = hand_over(world, signed, ask_again_on=ask, moves_on=moves)
    client, person = signed_in(world.social_worker), signed.case.person
    due = ("Ask whether Eastmoor Council accepts", "The child moves to Eastmoor Council")
    line = f"Handover to Eastmoor Council sent on {day(TODAY)}, not accepted yet"
    pages = {name: client.get(reverse(name, args=[person.pk])).text for name in ("child", "child_plan")}
    assert all(text in page for page in pages.values() for text in (*due, day(ask), day(moves)))
    assert line in pages["child"]
    head = briefs.head_of(world.social_worker, person, today=TODAY)
    brief = briefs.brief_of(world.social_worker, head, today=TODAY)
    assert (brief.handover, [one.rule for one in brief.dates if one.rule in due]) == (handover, list(due))
    actions.note_accepted(
        by=world.social_worker, handover_id=handover.pk, accepted_by="Pat Lowe", accepted_on=TODAY
    )
    page = client.get(reverse("child", args=[person.pk])).text
    assert not any(text in page for text in (*due, line))


def test_a_case_is_closed_as_moved_once_it_is_accepted_and_not_before(world: World, signed: Any) -> None:
    with pytest.raises(Refused, match="Nobody in the other council has accepted"):
        close(world, signed, "moved")
    handover = hand_over(world, signed)
    for ended_as in ("moved", "ended"):
        with pytest.raises(Refused, match="being handed over"):
            close(world, signed, ended_as)
    page = signed_in(world.coordinator).get(reverse("case_close", kwargs={"case_id": signed.case_id})).text
    assert reverse("handover", kwargs={"handover_id": handover.pk}) in page
    actions.note_accepted(
        by=world.social_worker, handover_id=handover.pk, accepted_by="Pat Lowe", accepted_on=TODAY
    )
    assert close(world, signed, "moved").ended_as == "moved"
    assert lines(world.social_worker, "handovers") == []


def test_a_handover_that_is_refused_there_is_taken_back_and_the_child_stays(
    world: World, signed: Any
) -> None:
    handover = hand_over(world, signed)
    with pytest.raises(Refused, match="being handed over already"):
        hand_over(world, signed, to_council="Westmoor")
    with pytest.raises(Refused, match="Say why"):
        actions.take_back(by=world.social_worker, handover_id=handover.pk, why=" ")
    actions.take_back(by=world.social_worker, handover_id=handover.pk, why="They say that she has not moved")
    assert lines(world.social_worker, "handovers") == []
    with pytest.raises(Refused, match="Nobody in the other council"):
        close(world, signed, "moved")
    assert hand_over(world, signed).state == "sent"


def test_an_acceptance_of_an_earlier_stretch_of_work_closes_nothing_now(world: World, signed: Any) -> None:
    handover = hand_over(world, signed)
    actions.note_accepted(
        by=world.social_worker, handover_id=handover.pk, accepted_by="Pat Lowe", accepted_on=TODAY
    )
    close(world, signed, "moved")
    reviewing.reopen_case(by=world.coordinator, case_id=signed.case_id, reason="She is back")
    case = signed.case
    case.refresh_from_db()
    assert not queries.is_accepted(world.coordinator, case)


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member", "administrator"])
def test_who_may_not_see_the_child_sees_and_writes_none_of_it(world: World, signed: Any, who: str) -> None:
    handover, user = hand_over(world, signed), getattr(world, who)
    for act in (
        lambda: queries.handover_visible_to(user, handover.pk),
        lambda: actions.note_accepted(by=user, handover_id=handover.pk, accepted_by="x", accepted_on=TODAY),
        lambda: actions.write_after_plan(by=user, case_id=signed.case_id, view=FINE, **AFTER),
        lambda: actions.open_after_plan(by=user, case_id=signed.case_id),
    ):
        with pytest.raises(Hidden):
            act()
    there = reverse("handover", kwargs={"handover_id": handover.pk})
    assert signed_in(user).get(there).status_code == 404
    assert lines(user, "handovers") == []


def test_the_pages_follow_a_handover_to_its_end(world: World, signed: Any) -> None:
    client = signed_in(world.social_worker)
    there = reverse("hand_over", kwargs={"case_id": signed.case_id})
    day = {"day": TODAY.day, "month": TODAY.month, "year": TODAY.year}
    days = {f"{name}-{part}": value for name in ("sent_on", "ask_again_on") for part, value in day.items()}
    typed = {name: SENT[name] for name in ("to_council", "to_whom")} | days
    again = client.post(there, typed).text
    assert "Say what was sent" in again
    assert "Pat Lowe" in again
    page = client.post(there, typed | {"what_sent": "The plan"}, follow=True)
    assert "It stays in your work until somebody there accepts." in page.text
    handover = Handover.objects.get()
    assert client.get(there)["Location"] == reverse("handover", kwargs={"handover_id": handover.pk})
    accept = reverse("handover_accepted", kwargs={"handover_id": handover.pk})
    days = {f"accepted_on-{part}": value for part, value in day.items()}
    page = client.post(accept, {"accepted_by": "Pat Lowe, team manager"} | days, follow=True).text
    assert "Eastmoor Council accepted." in page
    catch_up()
    said = [row.what for row in ChronologyEntry.objects.filter(page="handover")]
    assert set(said) == {"Handover sent to Eastmoor Council", "Eastmoor Council accepted the child"}


# ---- after 18


def born(signed: Any, years: int, months: int = 0) -> None:
    day = rules.born_by(TODAY, 0) + timedelta(days=30 * months)
    Person.objects.filter(pk=signed.case.person_id).update(birth_date=day.replace(year=day.year + 18 - years))


def test_a_plan_for_after_18_is_due_before_the_birthday_as_the_partnership_set(
    world: World, signed: Any, settings: Any
) -> None:
    assign_trusted_worker(by=world.coordinator, case_id=signed.case_id, worker=world.social_worker)
    assert lines(world.social_worker, "afterwards") == []  # 15 years old
    born(signed, 17)
    (line,) = lines(world.social_worker, "afterwards")
    assert line.due_on is not None
    assert abs((line.due_on - TODAY).days) <= 1
    settings.AFTERWARDS_MONTHS = 6
    assert lines(world.social_worker, "afterwards") == []
    settings.AFTERWARDS_MONTHS = 12
    actions.write_after_plan(by=world.social_worker, case_id=signed.case_id, view=FINE, **AFTER)
    assert lines(world.social_worker, "afterwards") == []


def test_no_clock_for_it_runs_in_a_closed_case(world: World, signed: Any) -> None:
    assign_trusted_worker(by=world.coordinator, case_id=signed.case_id, worker=world.social_worker)
    born(signed, 17)
    with pytest.raises(Refused, match="no plan for what comes after 18"):
        close(world, signed, "adult")
    close(world, signed, "ended")
    assert lines(world.social_worker, "afterwards") == []
    with pytest.raises(Refused, match="closed"):
        actions.write_after_plan(by=world.social_worker, case_id=signed.case_id, view=FINE, **AFTER)


def test_a_young_person_who_grows_up_has_their_plan_when_the_case_closes(world: World, signed: Any) -> None:
    actions.write_after_plan(by=world.social_worker, case_id=signed.case_id, view=FINE, **AFTER)
    assert close(world, signed, "adult").ended_as == "adult"


def test_a_new_version_keeps_those_before(world: World, signed: Any) -> None:
    client = signed_in(world.social_worker)
    there = reverse("after_plan_write", kwargs={"case_id": signed.case_id})
    assert "Say who can be called afterwards" in client.post(there, TYPED | {"who_to_call": ""}).text
    client.post(there, TYPED)
    client.post(there, TYPED | {"services": "Adult services said yes"})
    assert list(AfterPlan.objects.values_list("version", flat=True)) == [2, 1]
    page = client.get(reverse("after_plan", kwargs={"case_id": signed.case_id})).text
    assert "Adult services said yes" in page
    assert "Adult services, asked in May" in page


@pytest.mark.parametrize(
    ("birth_date", "months", "birthday", "due"),
    [
        (date(2009, 5, 4), 12, date(2027, 5, 4), date(2026, 5, 4)),
        (date(2008, 2, 29), 12, date(2026, 3, 1), date(2025, 3, 1)),
        (date(2009, 8, 31), 6, date(2027, 8, 31), date(2027, 2, 28)),
        (date(2009, 1, 15), 3, date(2027, 1, 15), date(2026, 10, 15)),
        (date(2009, 1, 15), 0, date(2027, 1, 15), date(2027, 1, 15)),
    ],
)
def test_the_day_before_the_birthday(birth_date: date, months: int, birthday: date, due: date) -> None:
    assert rules.eighteen_on(birth_date) == birthday
    assert rules.due_before_eighteen(birth_date, months) == due


@pytest.mark.parametrize("months", [0, 3, 6, 12, 18])
def test_whoever_is_listed_by_a_day_is_due_by_about_that_day(months: int) -> None:
    for offset in range(0, 800, 7):
        day = date(2026, 1, 1) + timedelta(days=offset)
        due = rules.due_before_eighteen(rules.born_by(day, months), months)
        assert abs((due - day).days) <= 3
