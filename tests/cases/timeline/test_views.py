"""The child's page: what stands on it and in which order, for whom, and at what cost."""

import re
import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from tests.conftest import World
from tests.walls.record import FAMILY_NAME, SAYS, Record, ago

from heard.agencies import actions as agencies
from heard.agencies.models import AuditRow
from heard.agencies.rules import Role
from heard.cases.case import actions as casework
from heard.cases.case.models import Case
from heard.cases.case.rules import Observed
from heard.cases.concern import actions as telling
from heard.cases.record.rules import EntryKind
from heard.cases.timeline.tabs import TABS as TABS_OF_A_CHILD
from heard.cases.timeline.views import VERBS
from heard.network import actions as network
from heard.network.queries import person_visible_to

SECTIONS = {
    "child": ["words", "warnings", "now", "next", "year"],
    "child_assessment": ["judgement", "signs", "questions"],
    "child_plan": ["due", "plan", "beside"],
    "child_people": ["around"],
    "child_shared": ["shared", "shares", "access", "looked"],
}
TABS = [tab.name for tab in TABS_OF_A_CHILD]


@pytest.fixture
def worker(client: Client, world: World, record: Record) -> Client:
    """Signs in after the record is there, which can be put back only where nothing else was written (tests/again.py)."""
    client.force_login(world.social_worker)
    return client


def page(client: Client, record: Record, name: str = "child", query: str = "") -> str:
    answer = client.get(reverse(name, kwargs={"person_id": record["person_id"]}) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def section(html: str, name: str) -> str:
    """The text of one section, without its tags."""
    found = re.search(rf'<section[^>]*id="{name}".*?</section>', html, re.DOTALL)
    assert found, f"no section {name}"
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0]))


def new_child(world: World) -> Record:
    person = network.add_person(by=world.social_worker, given_name="Ned", family_name="Pascoe")
    return Record({"person_id": person.pk})


# ---- what is on the page


@pytest.mark.parametrize("tab", SECTIONS)
def test_the_sections_stand_in_their_order(worker: Client, record: Record, tab: str) -> None:
    html = page(worker, record, tab)
    assert re.findall(r'<section[^>]*id="(\w+)"', html) == SECTIONS[tab]


def test_the_bar_says_who_the_child_is(worker: Client, world: World, record: Record) -> None:
    html = page(worker, record)
    assert len(re.findall(rf"<h1[^>]*>Ines {FAMILY_NAME}", html)) == 1
    bar = html[html.index("<h1") : html.index('class="heard-tabs')]
    for text in ("4 May 2011", "Sol Wright", "Not recorded"):
        assert text in bar
    assert "Do not ring her own phone" in section(html, "warnings")


def test_two_warnings_are_said_whole_and_how_many_more_there_are(worker: Client, world: World) -> None:
    ned = new_child(world)
    long = "Never ring the home: " + "somebody there answers for her and tells others of it, " * 3
    for number, text in enumerate((long[:200], "Two go together", "Not alone in a car")):
        casework.note_warning(
            by=world.social_worker,
            person_id=ned["person_id"],
            text=text,
            why="A reason",
            person_told=True,
            review_on=timezone.localdate() + timedelta(days=9 + number),
        )
        said = section(page(worker, ned), "warnings")
        assert ("More warnings" in said) == (number == 2)
    assert long[:200].strip() in said
    assert "Not alone in a car" not in said


def test_the_childs_latest_words_come_first_and_verbatim(worker: Client, record: Record) -> None:
    assert "“That is fine.”" in section(page(worker, record), "words")


def test_without_words_the_page_says_why(worker: Client, world: World) -> None:
    worry = telling.tell(
        by=world.social_worker,
        new_person={"given_name": "Ned", "family_name": "Pascoe"},
        seen_and_heard="He was not at school.",
        why_no_words="He has not been found yet.",
        danger_now="not_known",
    )
    assert "He has not been found yet." in section(
        page(worker, Record({"person_id": worry.person_id})), "words"
    )


def test_what_is_due_names_its_rule_and_source(worker: Client, record: Record) -> None:
    due = section(page(worker, record, "child_plan"), "due")
    assert "Decide on a worry" in due
    assert "Source:" in due
    assert "Review of the plan" in due


def test_the_summary_says_the_next_three_dates_and_whose_they_are(worker: Client, record: Record) -> None:
    html = page(worker, record)
    assert html.count('class="heard-dates__line"') == 3
    assert "Decide on a worry" in section(html, "next")
    assert "Duty team" in section(html, "next")
    assert "Everything that is due" in section(html, "next")


def test_an_assessment_that_nobody_began_waits_for_the_allocated_worker(
    worker: Client, world: World, case: Case
) -> None:
    casework.allocate_worker(by=world.supervisor, case_id=case.pk, worker=world.social_worker)
    dates = section(page(worker, Record({"person_id": case.person_id})), "next")
    assert f"{world.social_worker}" in dates
    assert "=" not in dates


def test_who_may_not_take_the_next_step_reads_who_does(client: Client, world: World, record: Record) -> None:
    client.force_login(world.social_worker)
    address = reverse("concern_decide", kwargs={"concern_id": record["concern_id"]})
    assert address not in page(client, record)
    assert "a co-ordinator or supervisor does this" in section(page(client, record), "next")
    client.force_login(world.coordinator)
    assert f'href="{address}"' in page(client, record)


def test_signs_and_vulnerabilities_are_two_lists_without_a_sum(worker: Client, record: Record) -> None:
    signs = section(page(worker, record, "child_assessment"), "signs")
    assert signs.index("Gifts from people we do not know") < signs.index("Vulnerabilities ")
    assert signs.index("Recent bereavement or loss") > signs.index("Vulnerabilities ")
    assert not re.search(r"\b(score|total|risk level|\d+ signs)\b", signs, re.IGNORECASE)


def test_a_sign_that_was_seen_carries_day_words_source_and_who_noted_it(
    worker: Client, record: Record
) -> None:
    signs = section(page(worker, record, "child_assessment"), "signs")
    for text in ("A new phone that she would not speak of", "Source: Form tutor", "Noted by Sol Wright"):
        assert text in signs


def test_what_nobody_spoke_of_is_not_known(worker: Client, world: World) -> None:
    signs = section(page(worker, new_child(world), "child_assessment"), "signs")
    assert "Missing from home or care" in signs
    assert "Not known" in signs
    assert "● Seen" not in signs


def test_the_plan_shows_what_is_due_and_who_does_it(worker: Client, record: Record) -> None:
    plan = section(page(worker, record, "child_plan"), "plan")
    assert "Ines gets to school and home safely." in plan
    assert "Ask Ines whom she would like to speak to" in plan


def test_a_tie_says_how_it_is_known(worker: Client, record: Record) -> None:
    around = section(page(worker, record, "child_people"), "around")
    assert "Harbour Street arcade" in around
    assert "She said so" in around


def test_agencies_are_shown_with_since_and_why(worker: Client, world: World, record: Record) -> None:
    assert world.care.name in section(page(worker, record, "child_shared"), "shared")


@pytest.mark.parametrize("name", ["plan", "around"])
def test_an_empty_section_says_what_to_do_next(worker: Client, world: World, name: str) -> None:
    html = page(worker, new_child(world), {"plan": "child_plan", "around": "child_people"}[name])
    assert 'class="heard-empty"' in html
    assert len(section(html, name)) > 60


# ---- chronology


@pytest.mark.parametrize(
    "kind", [kind for kind in EntryKind if kind not in (EntryKind.ACTION, EntryKind.MOMENT, EntryKind.PANEL)]
)
def test_the_chronology_builds_itself_from_every_kind(
    worker: Client, record: Record, kind: EntryKind
) -> None:
    assert 'class="heard-happened__entry"' in page(worker, record, "child_chronology", f"?kind={kind}")


def test_the_tab_shows_the_latest_first(worker: Client, world: World, record: Record) -> None:
    say(world, record, 20)
    html = page(worker, record)
    assert f"{reverse('child_chronology', kwargs={'person_id': record['person_id']})}?order=newest" in html
    latest = page(worker, record, "child_chronology", "?order=newest&kind=words")
    assert latest.count("heard by Sol Wright") <= 10
    assert "number 0." in latest


def test_a_filter_shows_these_kinds_and_no_others(worker: Client, record: Record) -> None:
    chronology = page(worker, record, "child_chronology", "?kind=words")
    assert SAYS in chronology
    assert "Worry told" not in chronology
    assert "Show everything again" in chronology


def test_a_filter_by_agency_leaves_out_the_others(worker: Client, world: World, record: Record) -> None:
    network.involve(
        by=world.social_worker, person=_person(world, record), agency=world.school, why="Her school"
    )
    told = page(worker, record, "child_chronology", "?kind=worry")
    only = page(worker, record, "child_chronology", f"?agency={world.school.name}")
    assert "Worry told" in told
    assert "Northgate Academy became involved" in only
    assert "Worry told" not in only


def test_a_filter_by_days_takes_both_days_in(worker: Client, record: Record) -> None:
    on = ago(50)
    day = "&".join(
        f"{end}-{part}={getattr(on, part)}" for end in ("since", "until") for part in ("day", "month", "year")
    )
    only = page(worker, record, "child_chronology", f"?{day}")
    assert "A new phone that she would not speak of" in only
    assert "Away on four Mondays" not in only


def test_a_filter_by_who_did_it(worker: Client, world: World, record: Record) -> None:
    only = page(worker, record, "child_chronology", f"?who={world.supervisor.pk}")
    assert "Assessment signed off" in only
    assert "Worry told" not in only


def test_a_filter_by_what_is_around_the_child_shows_what_names_it(
    worker: Client, world: World, record: Record
) -> None:
    casework.record_words(
        by=world.social_worker,
        person_id=record["person_id"],
        text="I go to the Harbour Street arcade on Fridays.",
        heard_by="Sol",
        heard_on=ago(2),
    )
    only = page(worker, record, "child_chronology", f"?around={record['place_id']}")
    assert "Spends time at: Harbour Street arcade" in only
    assert "on Fridays" in only
    assert "Worry told" not in only


def test_words_are_sent_and_stand_in_no_address(worker: Client, record: Record) -> None:
    address = reverse("child_chronology", kwargs={"person_id": record["person_id"]})
    answer = worker.post(address, {"words": "mondays", "kind": "sign"})
    assert answer["Location"] == f"{address}?kind=sign"
    found = worker.get(answer["Location"]).text
    assert "<mark>Mondays</mark>" in found
    assert "A new phone" not in found
    worker.post(address, {})
    assert "A new phone" in worker.get(address).text


def test_words_that_are_looked_for_in_one_record_are_not_looked_for_in_another(
    worker: Client, world: World, record: Record
) -> None:
    worker.post(reverse("child_chronology", kwargs={"person_id": record["person_id"]}), {"words": "mondays"})
    assert "became involved" in page(worker, new_child(world), "child_chronology")


@pytest.mark.parametrize(
    "query",
    [
        "?kind=nonsense", "?page=x", "?page=-3", "?page=99999999999", "?page=" + "9" * 5000, "?agency=Nobody", "?agency=%00",
        "?who=x", "?who=999", "?around=x", f"?around={uuid.UUID(int=7)}", "?since-day=31&since-month=2&since-year=2026",
        "?since-day=1", "?order=x",
    ],
)  # fmt: skip
def test_an_address_that_makes_no_sense_still_shows_the_page(
    worker: Client, record: Record, query: str
) -> None:
    assert "<h1" in page(worker, record, "child_chronology", query)


def test_what_an_assessment_took_over_from_a_worry_is_told_once(worker: Client, record: Record) -> None:
    html = page(worker, record, "child_chronology", "?kind=sign")
    # two worries say the same of the same day; the assessment took it over from the first
    assert html.count("A new phone that she would not speak of") == 1


def test_the_chronology_begins_with_the_oldest_or_the_newest(worker: Client, record: Record) -> None:
    signs = page(worker, record, "child_chronology", "?kind=sign")
    assert signs.index("Recent bereavement or loss") < signs.index("Gifts from people we do not know")
    work = "?kind=assessment&kind=plan"
    html = page(worker, record, "child_chronology", work)
    assert html.index("Assessment begun") < html.index("Assessment signed off") < html.index("Plan agreed")
    turned = page(worker, record, "child_chronology", f"{work}&order=newest")
    assert turned.index("Plan agreed") < turned.index("Assessment begun")


def test_more_entries_than_three_screens_hold_are_on_several_pages(
    worker: Client, world: World, record: Record
) -> None:
    say(world, record, 110)
    first = page(worker, record, "child_chronology", "?kind=words")
    assert "Next" in first
    here, of = first.count('class="heard-happened__entry"'), re.findall(r"(\d+) entries\.", first)[0]
    assert f"Printed here: {here} of {of}. Take the PDF for all of it." in first
    assert "Printed here" not in page(worker, record, "child_chronology", "?kind=worry")
    last = page(worker, record, "child_chronology", "?kind=words&page=2")
    assert "Previous" in last
    assert "kind=words&amp;page=1" in last


def test_on_paper_stand_who_printed_it_and_what_was_chosen(worker: Client, record: Record) -> None:
    address = reverse("child_chronology_paper", kwargs={"person_id": record["person_id"]})
    answer = worker.get(f"{address}?kind=words")
    assert answer["Content-Disposition"] == 'attachment; filename="chronology.pdf"'
    text = " ".join(" ".join(one.extract_text().split()) for one in PdfReader(BytesIO(answer.content)).pages)
    for said in (f"Ines {FAMILY_NAME}", "by Sol Wright", "Kind: The child’s own words", SAYS, "1 / 1"):
        assert said in text
    assert "Worry told" not in text
    row = AuditRow.objects.filter(verb="print", subject="chronology").get()
    assert row.person_id == record["person_id"]
    assert row.detail["kinds"] == ["words"]


# ---- who has looked


def test_opening_the_record_is_written_down(worker: Client, world: World, record: Record) -> None:
    looks = AuditRow.objects.filter(person_id=record["person_id"], actor="sol.wright", verb="view")
    for number, name in enumerate((*TABS, "child_looked"), start=looks.count() + 1):
        page(worker, record, name)
        assert looks.count() == number


def test_who_looked_is_on_the_page_at_once(client: Client, world: World, record: Record) -> None:
    client.force_login(world.supervisor)
    assert "Sufi Visram" in section(page(client, record, "child_shared"), "looked")
    client.force_login(world.social_worker)
    assert "Opened the record" in page(client, record, "child_looked")


def test_everything_that_was_done_is_said_in_words(worker: Client, record: Record) -> None:
    """Not as the audit row has it, such as 'add action: plan'."""
    rows = AuditRow.objects.filter(person_id=record["person_id"]).values_list("verb", "subject").distinct()
    assert [row for row in rows if row not in VERBS] == []


def test_opening_a_hidden_record_leaves_no_row(client: Client, world: World, record: Record) -> None:
    before = AuditRow.objects.filter(person_id=record["person_id"]).count()
    client.force_login(world.teacher)
    for name in (*TABS, "child_looked"):
        answer = client.get(reverse(name, kwargs={"person_id": record["person_id"]}))
        assert answer.status_code == 404
    assert AuditRow.objects.filter(person_id=record["person_id"]).count() == before


def test_a_child_that_does_not_exist_is_not_there(worker: Client) -> None:
    assert worker.get(reverse("child", kwargs={"person_id": uuid.uuid4()})).status_code == 404


def test_the_page_only_shows(worker: Client, record: Record) -> None:
    for name in {*TABS, "child_chronology_paper", "child_looked"} - {"child_chronology"}:
        assert worker.post(reverse(name, kwargs={"person_id": record["person_id"]})).status_code == 405


# ---- what it costs


def test_the_number_of_queries_does_not_grow(worker: Client, world: World, record: Record) -> None:
    more(world, record, 3)
    few = queries_of_each_page(worker, record)
    more(world, record, 57)
    assert queries_of_each_page(worker, record) == few
    assert {name: asked for name, asked in few.items() if asked > MOST_QUERIES[name]} == {}


# Of a child in danger, which is two more.
MOST_QUERIES = {
    "child": 35,  # of which one is for a handover, one for reports that wait, and three are for the services that fit: where the child lives, what they speak, and the services
    "child_chronology": 27,  # as below
    "notes": 23,
    "child_assessment": 26,
    "child_plan": 33,  # of which one is for a handover, one for reports, one what nobody began to assess, one services, one who leads family help
    "child_people": 27,  # four of which read who or what is at the other ends of ties, a query for each kind
    "attachments": 21,
    "child_shared": 30,  # two of them for which ends of ties are seen
    "child_looked": 15,
}


def queries_of_each_page(worker: Client, record: Record) -> dict[str, int]:
    """Once the index is fresh."""
    page(worker, record)
    counted = {}
    for name in (*TABS, "child_looked"):
        with CaptureQueriesContext(connection) as asked:
            page(worker, record, name)
        counted[name] = len(asked)
    return counted


def _person(world: World, record: Record):
    return person_visible_to(world.coordinator, record["person_id"])


def say(world: World, record: Record, times: int) -> None:
    for number in range(times):
        casework.record_words(
            by=world.social_worker,
            person_id=record["person_id"],
            text=f"This is what I say, number {number}.",
            heard_by="Sol Wright",
            heard_on=timezone.localdate() - timedelta(days=number),
        )


def more(world: World, record: Record, times: int) -> None:
    """Adds `times` of what can be many: words, worries with signs, warnings, ties, agencies, and people who note it."""
    say(world, record, times)
    person = _person(world, record)
    start = AuditRow.objects.count()  # so that names are new
    for number in range(times):
        agency = agencies.add_agency(
            by=world.administrator, name=f"Agency {start} {number}", kind="voluntary"
        )
        team = agencies.add_team(by=world.administrator, agency=agency, name="Team")
        helper = agencies.add_user(
            by=world.administrator,
            username=f"helper.{start}.{number}",
            first_name="Helper",
            last_name=str(number),
            password=None,
            team=team,
            role=Role.PRACTITIONER,
        )
        network.involve(by=world.social_worker, person=person, agency=agency, why="Helps")
        telling.tell(
            by=helper,
            person_id=person.pk,
            seen_and_heard="Something was seen.",
            observations=[Observed("S06", "seen", timezone.localdate(), "Register", f"Away, {number}")],
            why_no_words="Not there.",
            danger_now="no",
        )
        place = network.add_place(by=helper, name=f"Place {number}", kind="park")
        network.note_tie(
            by=helper, one_id=person.pk, in_words="goes to", other_id=place.pk, knows=network.Knows("Seen")
        )
        casework.note_warning(
            by=helper,
            person_id=person.pk,
            text="Take care",
            why="A reason",
            person_told=True,
            review_on=timezone.localdate() + timedelta(days=9),
        )
