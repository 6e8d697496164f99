"""My work: what is overdue stands first, whatever it is; each thing with its kind and its rule; and pages for the rest."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World
from tests.walls.record import make_record

from heard.agencies import actions
from heard.agencies.drafts.actions import begin_draft, save_draft
from heard.agencies.models import Membership, Team, User
from heard.agencies.rules import Hidden, Role
from heard.agencies.waiting import First, Waiting
from heard.cases.assessment import actions as assessing
from heard.cases.assessment.models import Assessment
from heard.cases.assessment.queries import to_begin_by
from heard.cases.case import actions as casework
from heard.cases.case.notices.actions import mark_all_seen
from heard.cases.clocks import actions as timing
from heard.cases.concern import actions as telling
from heard.cases.concern.models import Concern
from heard.cases.words.actions import add_words
from heard.home import queries
from heard.home.waiting import SHOWN, WorkSection, mine, of_team


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def told(world: World, name: str = "Mina", *, by: User | None = None, danger_done: str = "") -> Any:
    return telling.tell(
        by=by or world.teacher,
        new_person={"given_name": name, "family_name": "Okoro"},
        seen_and_heard="Away on Mondays.",
        why_no_words="Not met yet",
        danger_now="yes" if danger_done else "no",
        danger_done=danger_done,
    )


def a_case(world: World, name: str = "Mina") -> Any:
    return telling.decide(
        by=world.coordinator,
        concern=told(world, name),
        decision="open_case",
        reason="Signs seen",
        feedback="A team looks at it.",
        why_without_words="Not met yet",
    ).case


def thing(what: str, days: int | None = None, **more: Any) -> Waiting:
    return Waiting(more.pop("about", ""), what, f"/{what}/", days_left=days, **more)


def shown(*waiting: Waiting, new: tuple[Waiting, ...] = (), by: str = "") -> list[str]:
    return [one.what for one in mine([WorkSection("Some", list(waiting))], new, by=by).shown]


def test_what_has_a_day_goes_by_how_near_it_is_whatever_it_is() -> None:
    found = shown(
        thing("week", 7), thing("late", -3), thing("some day"), thing("today", 0), thing("later", 8)
    )
    assert found == ["late", "today", "week", "some day"]


def test_danger_missing_and_what_was_sent_back_stand_before_what_is_overdue_and_news_after_today() -> None:
    whys = (First.NEW, First.BACK, First.REPORT, First.URGENT, First.MISSING, First.DANGER)
    ahead = [thing(why, ahead=why) for why in whys]
    dated = [thing("soon", 1), thing("today", 0), thing("late", -3), thing("sign", 60, kind="sign-offs")]
    in_order = ["danger", "missing", "urgent", "report", "back", "late", "today", "sign", "new", "soon"]
    assert shown(*dated, *ahead) == in_order
    assert shown(thing("new and late", -1, ahead=First.NEW), thing("later", -2)) == ["later", "new and late"]


def test_news_of_one_child_is_one_line_that_leads_to_them() -> None:
    mina, joss = uuid.uuid4(), uuid.uuid4()
    news = [
        thing(f"news {number}", about="Mina", ahead=First.NEW, person_id=mina, reader_id=number)
        for number in range(3)
    ]
    other = thing("another", about="Mina", ahead=First.NEW, person_id=joss, reader_id=7)
    danger = thing("danger", about="Mina", ahead=First.DANGER, person_id=mina, reader_id=8)
    first, joined, alone = mine([], [*news, other, danger]).shown
    assert (first.what, alone.what, alone.reader_id) == ("danger", "another", 7)
    assert joined.what == "news 0, and 2 more"
    assert joined.href == reverse("notices") + f"?child={mina}"
    assert (joined.about, joined.ahead, joined.reader_id) == ("Mina", First.NEW, None)
    assert len(mine([], news, by="child").shown) == 3, "all of it, where it is asked for"


def test_all_of_it_goes_by_day_where_that_is_asked_for() -> None:
    new, danger = thing("new", ahead=First.NEW), thing("danger", ahead=First.DANGER)
    waiting = [
        thing("some day"),
        thing("week", 7),
        new,
        thing("late", -3),
        thing("back", 3, ahead=First.BACK),
    ]
    assert shown(*waiting, danger, by="day") == ["danger", "late", "back", "week", "new", "some day"]


def test_the_number_of_what_is_overdue_leads_to_it_by_day(client: Client, world: World) -> None:
    case = a_case(world)
    timing.note_moment(by=world.social_worker, case_id=case.pk, kind="strategy_discussion", on=ago(60))
    client.force_login(world.social_worker)
    assert '<a class="govuk-link" href="/?by=day">1 thing is overdue</a>' in client.get("/").text
    page = client.get("/?by=day").text
    assert "conference" in lines_on(page)[0]
    assert "Most urgent first" in page


def test_news_of_a_child_is_read_and_marked_in_one_place(client: Client, world: World) -> None:
    case = a_case(world)
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    casework.allocate_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    client.force_login(world.social_worker)
    of_child = reverse("notices") + f"?child={case.person_id}"
    assert f'href="{of_child}"' in client.get("/").text
    page = client.get(of_child).text
    assert "New for you: Mina Okoro" in page
    assert page.count("heard-notice__text") == 2
    seen = reverse("child_notices_seen", args=[case.person_id])
    assert f'action="{seen}"' in page
    assert client.post(seen, {"back": "home"}).headers["Location"] == "/"
    assert f'href="{of_child}"' not in client.get("/").text
    assert "You have seen all that was new" in client.get(of_child).text


def test_what_holds_somebody_else_up_waits_for_them_however_far_its_day_is() -> None:
    assert shown(thing("sign", 60, kind="sign-offs"), thing("act", 60, kind="actions")) == ["sign"]


def test_what_leads_to_one_place_is_one_line() -> None:
    """What is new and waits anyway is marked as new; it can be marked as seen, and keeps its words and its day."""
    notice = Waiting("Mina", "Returned to you", "/finish/", by="Dele", ahead=First.NEW, reader_id=7)
    (line,) = mine([WorkSection("Some", [thing("finish", 3)])], [notice]).shown
    assert (line.what, line.days_left, line.reader_id, line.ahead) == ("finish", 3, 7, First.NEW)
    assert line.by == "Dele"
    urgent = replace(notice, ahead=First.DANGER)
    (line,) = mine([WorkSection("Some", [thing("finish", 3)])], [urgent]).shown
    assert line.ahead == First.DANGER


def test_what_waits_for_a_colleague_by_name_is_theirs_and_not_shown_as_mine() -> None:
    theirs = thing("theirs", -3, whose="Ruth", is_colleagues=True)
    many = thing("anybody's", -2, whose="deciders")
    sections = [WorkSection("Some", [theirs, many, thing("mine", -1)])]
    assert [one.what for one in mine(sections, []).shown] == ["anybody's", "mine"]
    assert [one.what for one in of_team(sections, [WorkSection("Oldest", [many])]).shown] == [
        "theirs",
        "anybody's",
    ]


def test_whom_a_line_waits_for_is_said_in_words_that_tell_who_that_is() -> None:
    theirs = {str(kind.whose) for kind in queries.LISTS if not callable(kind.whose)}
    assert not theirs & {"deciders", "releasers", "reviewers", "referrers", "record givers"}


def test_more_than_fits_is_counted_and_can_be_seen_by_child() -> None:
    many = [thing(f"{number}", -number, about=f"Child {number % 3}") for number in range(SHOWN + 5)]
    lines = mine([WorkSection("Some", many)], [])
    assert (len(lines.shown), lines.left_out, lines.overdue_left_out) == (SHOWN, 5, 4)
    assert lines.shown[0].what == f"{SHOWN + 4}"
    by_child = mine([WorkSection("Some", many)], [], by="child").shown
    assert len(by_child) == SHOWN + 5
    assert [one.about for one in by_child] == sorted(one.about for one in many)


def test_by_child_those_in_danger_stand_first_with_all_that_waits_for_them() -> None:
    danger = thing("danger", about="Zoe", ahead=First.DANGER)
    waiting = [
        thing("late", -9, about="Ada"),
        thing("act", 2, about="Zoe"),
        danger,
        thing("soon", 1, about="Ben"),
    ]
    assert shown(*waiting, by="child") == ["danger", "act", "late", "soon"]
    missing = thing("missing", about="Yan", ahead=First.MISSING)
    assert shown(*waiting, missing, by="child") == ["danger", "act", "missing", "late", "soon"]


def lines_on(page: str) -> list[str]:
    """The lines of a page of work, in their order."""
    body = page.partition('class="heard-work"')[2].partition("</tbody>")[0]
    return body.split("<tr")[2:]


def test_danger_stands_first_with_a_red_tag_however_much_is_due_before(client: Client, world: World) -> None:
    for number in range(22):
        told(world, f"Joss{number}")
    Concern.objects.update(due_on=ago(1))
    told(world, "Mina", danger_done="The police were called.")
    client.force_login(world.coordinator)
    page = client.get("/").text
    first, *others = lines_on(page)
    assert len(others) == SHOWN - 1
    assert "Mina Okoro" in first
    assert "govuk-tag--red" in first
    assert "Danger" in first
    assert "Decide on the worry" in first
    assert "ring 999" in page
    assert not any("Mina" in line for line in others)  # told by a notice and waiting: one line
    whole = lines_on(client.get(reverse("work", kwargs={"work": "decisions"})).text)[0]
    assert "Mina Okoro" in whole
    assert "Danger" in whole


def test_what_is_new_is_marked_as_seen_from_its_line(client: Client, world: World) -> None:
    told(world, "Mina", danger_done="The police were called.")
    client.force_login(world.coordinator)
    address = re.search(r'action="(/[^"]*seen[^"]*)"', lines_on(client.get("/").text)[0])
    assert address
    client.post(address[1], {"back": "home"})
    (line,) = lines_on(client.get("/").text)
    assert "<form" not in line
    assert "Danger" in line  # it waits for a decision all the same


def test_an_assessment_that_nobody_began_waits_for_its_worker_and_their_team(
    client: Client, world: World
) -> None:
    case = a_case(world)
    casework.allocate_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    mark_all_seen(by=world.social_worker, person_id=case.person_id)
    address = reverse("assessment_start", args=[case.pk])
    (by,) = to_begin_by(world.social_worker, [case.pk]).values()
    (section,) = [
        section for section in queries.my_work(world.social_worker) if section.key == "assessments-to-begin"
    ]
    assert [(one.href, one.due_on, one.whose) for one in section.waiting] == [(address, by, "")]
    kind = queries.list_of(world.social_worker, "assessments-to-begin")
    for day, number in ((by - timedelta(days=1), 0), (by, 1)):
        found = kind.due_by(day)
        assert found is not None
        assert kind.rows(world.social_worker).filter(found).count() == number
    client.force_login(world.supervisor)
    assert address not in client.get(reverse("team_waiting")).text, "it presses nobody yet"
    Concern.objects.update(told_at=timezone.now() - timedelta(days=80))
    assert address not in client.get("/").text, "it is a colleague’s"
    assert address in client.get(reverse("team_waiting")).text
    client.force_login(world.social_worker)
    (line,) = [line for line in lines_on(client.get("/").text) if address in line]
    assert "Begin the assessment" in line
    assert "overdue" in line.lower()
    assessing.start_assessment(by=world.social_worker, case_id=case.pk)
    assert address not in client.get("/").text


def test_an_assessment_that_was_sent_back_stands_near_the_top(client: Client, world: World) -> None:
    case = a_case(world)
    timing.note_moment(by=world.social_worker, case_id=case.pk, kind="strategy_discussion", on=ago(60))
    assessing.start_assessment(by=world.social_worker, case_id=case.pk)
    Assessment.objects.update(state="returned", due_on=timezone.localdate() + timedelta(days=40))
    client.force_login(world.social_worker)
    first = lines_on(client.get("/").text)[0]
    assert "Mina Okoro" in first
    assert "Sent back" in first


def test_what_is_overdue_stands_first_and_its_rule_on_the_page_of_its_kind(
    client: Client, world: World
) -> None:
    case = a_case(world)
    timing.note_moment(by=world.social_worker, case_id=case.pk, kind="looked_after", on=timezone.localdate())
    timing.note_moment(by=world.social_worker, case_id=case.pk, kind="strategy_discussion", on=ago(60))
    client.force_login(world.social_worker)
    first = lines_on(client.get("/").text)[0]
    assert "Hold the first child protection conference" in first
    assert "Overdue by" in first
    assert "DfE CIN census guide" in client.get(reverse("work", kwargs={"work": "clocks"})).text


def test_what_children_said_is_one_line_a_child(client: Client, world: World) -> None:
    case = a_case(world)
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    mark_all_seen(by=world.social_worker, person_id=case.person_id)
    for number in range(3):
        said = {"text": f"I like it {number}.", "heard_by": "Sol Wright", "heard_on": ago(number)}
        add_words(by=world.social_worker, person_id=case.person_id, **said)
    client.force_login(world.social_worker)
    lines = [line for line in lines_on(client.get("/").text) if "came of" in line]
    assert len(lines) == 1
    assert "Tell the child what came of 3 things they said" in lines[0]


def test_the_team_sees_what_waits_for_its_people_and_others_only_what_they_may(
    client: Client, world: World
) -> None:
    case = a_case(world)
    casework.name_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    timing.note_moment(by=world.social_worker, case_id=case.pk, kind="strategy_discussion", on=ago(60))
    client.force_login(world.coordinator)
    assert "child protection conference" not in "".join(lines_on(client.get("/").text))
    (line,) = [line for line in lines_on(client.get(reverse("team_waiting")).text) if "conference" in line]
    assert str(world.social_worker) in line
    client.force_login(world.teacher)
    assert "Mina" not in client.get(reverse("team_waiting")).text
    client.force_login(world.board_member)
    assert client.get(reverse("team_waiting")).status_code == 404


def test_what_is_overdue_is_said_once_a_day_on_the_first_page(client: Client, world: World) -> None:
    case = a_case(world)
    timing.note_moment(by=world.social_worker, case_id=case.pk, kind="strategy_discussion", on=ago(60))
    client.force_login(world.social_worker)
    assert "1 thing is overdue" in client.get("/").text
    assert "1 thing is overdue" not in client.get("/").text


def test_where_there_is_more_than_twenty_a_page_has_all_of_them(client: Client, world: World) -> None:
    for number in range(23):
        told(world, f"Mina{number}")
    client.force_login(world.coordinator)
    page = client.get("/").text
    assert reverse("work", kwargs={"work": "decisions"}) in page
    assert "20+" in page
    whole = client.get(reverse("work", kwargs={"work": "decisions"})).text
    assert len(lines_on(whole)) == 23


def test_what_is_mine_by_name_is_not_lost_among_many_of_colleagues(client: Client, world: World) -> None:
    """Of twenty-five deadlines of a team, of which the reader has the last: theirs stands under Mine, as far as it is."""
    for number in range(25):
        case = a_case(world, f"Mina{number}")
        worker = world.social_worker if number else world.coordinator
        casework.allocate_worker(by=world.coordinator, case_id=case.pk, worker=worker)
        casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=worker)
        timing.note_moment(
            by=world.social_worker, case_id=case.pk, kind="looked_after", on=ago(40 if number else 28)
        )
        mark_all_seen(by=world.coordinator, person_id=case.person_id)
    client.force_login(world.coordinator)
    page = client.get("/").text
    mine_now = [line for line in lines_on(page) if "looked-after" in line]
    assert len(mine_now) == 1
    assert "Mina0" in mine_now[0]
    assert "At least" in page or "There is more of some kinds" in page
    assert "20+" in page


def test_from_holds_who_sent_or_asks_alone_and_what_else_is_to_know_stands_with_what_it_is(
    client: Client, world: World
) -> None:
    case = a_case(world)
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    told(world, "Ada")
    client.force_login(world.coordinator)
    for kind, noted, sent_by in (
        ("not-allocated", f"the child counts on {world.social_worker}", ""),
        ("decisions", "", str(world.school)),
    ):
        page = client.get(reverse("work", kwargs={"work": kind})).text
        cells = re.findall(r"<td[^>]*>(.*?)</td>", page[page.index("<tbody") :], re.DOTALL)
        text = [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells]
        assert noted in text[0], kind
        assert text[1] == sent_by, kind


def test_a_board_member_is_led_to_the_promises_first(client: Client, world: World) -> None:
    button = re.compile(rf'<a href="{reverse("figures")}"[^>]*class="govuk-button')
    for user, is_led in ((world.board_member, True), (world.coordinator, False), (world.analyst, False)):
        client.force_login(user)
        found = button.search(client.get("/").text.partition("<main")[2])
        assert bool(found) is is_led, user


def test_there_is_no_page_for_work_that_the_role_does_not_have(client: Client, world: World) -> None:
    client.force_login(world.board_member)
    assert client.get(reverse("work", kwargs={"work": "actions"})).status_code == 404
    assert client.get(reverse("work", kwargs={"work": "no-such-work"})).status_code == 404
    assert client.get(reverse("work", kwargs={"work": "drafts"})).status_code == 200
    with pytest.raises(Hidden):
        queries.list_of(world.board_member, "actions")


def test_every_kind_of_work_has_a_name_of_its_own_and_can_be_drawn_counted_and_paged(
    world: World, settings: Any, tmp_path: Any
) -> None:
    """With a record of every kind, for whoever has most work."""
    settings.DATA = tmp_path
    make_record(world, restricted=False)
    for user in (world.social_worker, world.coordinator, world.supervisor):
        kinds = queries.lists_of(user)
        assert len({kind.key for kind in kinds}) == len({kind.heading for kind in kinds}) == len(kinds)
        in_a_year = timezone.localdate() + timedelta(days=365)
        due = dict(queries.due_by(user, in_a_year))
        for kind in kinds:
            drawn = [kind.line(row, user) for row in kind.rows(user)]
            assert not drawn or not kind.only_if or kind.only_if(user).exists(), (
                f"{kind.key} would be left out"
            )
            dated = sum(thing.due_on is not None for thing in drawn)
            assert kind.due or not dated or kind.key == "referred", f"{kind.key} does not say what is due"
            if kind.due and kind.key != "missing":
                assert due.get(str(kind.heading), 0) == dated, kind.key


@pytest.mark.once
def test_my_work_asks_one_query_a_kind_however_much_there_is(client: Client, world: World) -> None:
    client.force_login(world.social_worker)
    counts = []
    for _round in range(2):
        for number in range(2 if not counts else 18):
            case = a_case(world, f"Mina{number}{len(counts)}")
            casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
            timing.note_moment(by=world.social_worker, case_id=case.pk, kind="looked_after", on=ago(number))
        client.get("/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[1] <= len(queries.lists_of(world.social_worker)) + 12


def decides_on_something(user: User) -> bool:
    """Whether My work has worries to decide on, for this user as a request would read them now."""
    return "decisions" in [section.key for section in queries.my_work(User.objects.get(pk=user.pk))]


def test_what_is_told_meanwhile_is_on_my_work(world: World) -> None:
    assert not decides_on_something(world.coordinator)
    told(world)
    assert decides_on_something(world.coordinator)


def test_whoever_loses_or_gets_a_role_is_asked_about_anew(world: World) -> None:
    told(world)
    assert decides_on_something(world.coordinator)
    by = {"by": world.administrator, "user": world.coordinator}
    held = Membership.objects.get(user=world.coordinator)
    actions.give_role(**by, team=held.team, role=Role.PRACTITIONER)
    actions.take_role(**by, membership_id=held.pk)
    assert not decides_on_something(world.coordinator)
    actions.give_role(**by, team=held.team, role=Role.COORDINATOR, agreed_by=world.coordinator)
    assert decides_on_something(world.coordinator)


def test_a_supervisor_decides_on_none_once_another_agency_takes_worries(world: World) -> None:
    told(world, by=world.social_worker)
    assert decides_on_something(world.supervisor)
    by = {"by": world.administrator, "duty_phone": "", "takes_worries": True}
    actions.change_team(**by, team=Team.objects.filter(agency=world.police).first())
    assert not decides_on_something(world.supervisor)


def test_words_of_a_form_of_the_first_release_are_shown_to_be_copied(client: Client, world: World) -> None:
    """Its drafts of assessments, plans and reviews have no page to go on with."""
    judged = {
        "judgement": {"text": "She is being groomed,\nand afraid.", "words": str(uuid.uuid4()), "why": ""}
    }
    draft = begin_draft(by=world.social_worker, kind="assessment", subject_id=uuid.uuid4())
    save_draft(by=world.social_worker, draft_id=draft.pk, kind="assessment", answers={"judgement": judged})
    client.force_login(world.social_worker)
    assert "What you began and have not sent</a>: 1" in client.get(reverse("home")).text
    drafts = client.get(reverse("work", kwargs={"work": "drafts"})).text
    assert "Words that you typed in a form that has changed since" in drafts
    page = client.get(reverse("unfinished")).text
    assert "She is being groomed,\nand afraid." in page
    assert judged["judgement"]["words"] not in page
    client.post(reverse("unfinished"), {"draft": draft.pk})
    assert "She is being groomed" not in client.get(reverse("unfinished")).text
