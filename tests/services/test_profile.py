"""What is wrong with a service of a file, whether it is offered, and what a change by hand makes of it. No database."""

from __future__ import annotations

import json
import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.services import procedures, profile, rules
from heard.services.profile import Outcome
from heard.services.rules import Open, ServiceDetails

KEY = "5c9c5a5e-9a3d-4a51-9c33-0d9b2a4a7a01"
NOW = datetime.fromisoformat("2026-11-27T14:30:00+00:00")  # a Friday
LABELS = {need.value: need.value.title() for need in rules.Need}


def a_service(**more: Any) -> dict[str, Any]:
    return {"id": KEY, "name": "Harbour mentoring", "status": "active"} | more


def thing(**more: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4())} | more


BROKEN: dict[str, tuple[Any, str, str]] = {
    "no object": ("a service", "object", ""),
    "no id": ({"name": "Harbour", "status": "active"}, "lacks", "id"),
    "no name": ({"id": KEY, "status": "active"}, "lacks", "name"),
    "no status": ({"id": KEY, "name": "Harbour"}, "lacks", "status"),
    "an id that is none": (a_service(id="12"), "uuid", "id"),
    "an empty name": (a_service(name="  "), "empty", "name"),
    "a name of a page": (a_service(name="x" * 201), "long", "name"),
    "a status of our own": (a_service(status="open"), "choice", "status"),
    "an age in words": (a_service(minimum_age="eleven"), "kind", "minimum_age"),
    "an age below none": (a_service(minimum_age=-1), "range", "minimum_age"),
    "half a year": (a_service(maximum_age=17.5), "range", "maximum_age"),
    "ages the wrong way round": (a_service(minimum_age=18, maximum_age=11), "ages", "minimum_age"),
    "a day that is none": (a_service(assured_date="2026-02-30"), "date", "assured_date"),
    "a moment without a time": (a_service(last_modified="2026-02-03"), "date-time", "last_modified"),
    "an email without a host": (a_service(email="help@"), "email", "email"),
    "a script as an address": (a_service(url="javascript:alert(1)"), "web", "url"),
    "an address in brackets": (a_service(url="https://[half"), "web", "url"),
    "an organisation without a name": (
        a_service(organization=thing(description="A charity")), "lacks", "organization.name",
    ),
    "phones that are no list": (a_service(phones={"number": "01632 960 001"}), "kind", "phones"),
    "a phone without a number": (a_service(phones=[thing()]), "lacks", "phones[0].number"),
    "an hour that is none": (
        a_service(schedules=[thing(opens_at="25:00", closes_at="26:00")]), "time", "schedules[0].closes_at",
    ),
    "an hour alone": (a_service(schedules=[thing(opens_at="09:00")]), "hours", "schedules[0]"),
    "each year": (a_service(schedules=[thing(freq="YEARLY")]), "choice", "schedules[0].freq"),
    "a place without a kind": (
        a_service(service_at_locations=[thing(location=thing())]), "lacks",
        "service_at_locations[0].location.location_type",
    ),
    "a term without words": (
        a_service(attributes=[thing(taxonomy_term=thing(name="x"))]), "lacks",
        "attributes[0].taxonomy_term.description",
    ),
    "half a letter": (a_service(description="\ud800"), "letters", ""),
    "a nought between letters": (a_service(description="a\0b"), "letters", ""),
    "a number beyond all": (a_service(cost_options=[thing(amount=float("inf"))]), "number", ""),
    "an area that is no text": (
        a_service(service_areas=[thing(service_area=3)]), "kind", "service_areas[0].service_area",
    ),
    "a mailto with more in it": (a_service(email="a?bcc=x@harbour.example"), "email", "email"),
    "things in things": (a_service(ours=json.loads("[" * 900 + "]" * 900)), "deep", ""),
    "just too deep": (a_service(ours=json.loads("[" * 20 + "1" + "]" * 20)), "deep", ""),
    "a book": (a_service(description="x" * 100_001), "large", ""),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_service_is_set_aside_and_says_where(what: str) -> None:
    document, code, where = BROKEN[what]
    content = json.dumps([document, a_service(id=str(uuid.uuid4()))]).replace("Infinity", "1e999")
    rows = profile.read(content.encode()).rows
    assert (code, where) in [(issue.code, issue.where) for issue in rows[0].issues]
    assert [row.outcome for row in rows] == [Outcome.ASIDE, Outcome.NEW]
    assert rows[0].issues[0].sentence.endswith(".")
    assert rows[0].key is None


def test_every_row_read_is_kept_or_set_aside() -> None:
    documents = [document for document, _code, _where in BROKEN.values()]
    content = json.dumps([a_service(), *documents, a_service()]).replace("Infinity", "1e999")
    rows = profile.read(content.encode()).rows
    aside = [row for row in rows if row.outcome is Outcome.ASIDE]
    assert (len(rows), len(aside)) == (len(BROKEN) + 2, len(BROKEN) + 1)
    assert [issue.code for issue in rows[-1].issues] == ["twice"], "two rows of one id: the second is aside"
    assert all(row.issues for row in aside)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no service"),
        (b"3", "no service"),
        (b'{"contents": {}}', "no service"),
        (b'[{"id": 1, "id": 2}]', "same field twice"),
        (b'[{"minimum_age": NaN}]', "no numbers"),
        (b"[" + b"3," * 2000 + b"3]", "more than 2,000"),
        (b" " * 5_000_001, "5 MB"),
    ],
)
def test_a_file_that_is_no_list_of_services_says_why(content: bytes, says: str) -> None:
    with pytest.raises(profile.NotRead, match=says):
        profile.read(content)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.sampled_from(["id", "name", "status", "phones", "schedules", "location", "x"]), one), max_leaves=12))  # fmt: skip
def test_no_row_makes_it_fall_over(document: Any) -> None:
    issues = profile.issues_of(document)
    assert all(issue.sentence for issue in issues)
    if not issues:
        rules.text_of(document, LABELS)


def test_what_the_profile_does_not_name_is_kept() -> None:
    odd = a_service(ours={"a": [1, 2.5, None]}, organization=thing(name="Org", description="d", more=True))
    (row,) = profile.read(json.dumps(profile.page_of([odd])).encode()).rows
    assert row.issues == []
    assert row.document == odd


# ---- whether it is offered


def test_a_closed_service_is_never_offered_and_an_old_one_says_so() -> None:
    assert [rules.is_offered(status.value) for status in rules.Status] == [True, False, False, False]
    today = date(2026, 11, 28)
    assert rules.is_stale(None, today=today)
    assert not rules.is_stale(today - timedelta(days=365), today=today)
    assert rules.is_stale(today + timedelta(days=1), today=today)
    assert rules.is_stale(today - timedelta(days=366), today=today)


def week(**more: Any) -> dict[str, Any]:
    return {"freq": "WEEKLY", "byday": "MO,FR", "opens_at": "09:00:00", "closes_at": "17:00:00"} | more


@pytest.mark.parametrize(
    ("schedule", "at", "is_open"),
    [
        (week(), NOW, Open.NOW),
        (week(byday="fr"), NOW, Open.NOW),
        (week(byday="MO"), NOW, Open.LATER),
        (week(), NOW.replace(hour=17, minute=0), Open.LATER),
        (week(), NOW.replace(hour=9, minute=0), Open.NOW),
        (week(opens_at="22:00", closes_at="06:00"), NOW.replace(hour=23), Open.NOW),
        (week(opens_at="22:00", closes_at="06:00"), NOW + timedelta(hours=14), Open.NOW),  # Saturday, 4:30
        (week(opens_at="22:00", closes_at="06:00"), NOW - timedelta(hours=10), Open.LATER),  # Friday, 4:30
        (week(valid_to="2026-11-26"), NOW, Open.UNKNOWN),
        (week(valid_from="2026-11-28"), NOW, Open.UNKNOWN),
        (week(freq="MONTHLY"), NOW, Open.UNKNOWN),
        (week(interval=2), NOW, Open.UNKNOWN),
        ({"description": "Weekdays"}, NOW, Open.UNKNOWN),
    ],
)
def test_open_now_is_worked_out_from_the_week(schedule: dict[str, Any], at: datetime, is_open: Open) -> None:
    assert rules.opening([schedule], at=at) is is_open


def test_a_service_without_an_area_or_of_the_country_is_for_everywhere() -> None:
    assert rules.facts_of(a_service()).is_everywhere
    assert rules.facts_of(a_service(service_areas=[thing(name="England")])).is_everywhere
    assert not rules.facts_of(a_service(service_areas=[thing(name="Wexmoor")])).is_everywhere


# ---- kept by hand

FULL = ServiceDetails(
    "Harbour mentoring", "Harbour Trust", "A mentor for a year.", minimum_age=11, maximum_age=17, needs=("exploitation", "advocacy"),
    areas=("Wexmoor", "Eastmarsh"), languages=("English", "Polish"), phone="01632 960 100", email="help@harbour.example",
    url="https://harbour.example/", eligibility="Any child", how_to_apply="Ring", wait="Two weeks", accessibility="Step-free",
    days=("MO", "TU"), opens_at="09:00", closes_at="17:00", alert="Closed on 24 December",
)  # fmt: skip


def write(document: dict[str, Any], kept: ServiceDetails, *, checked: bool = False) -> dict[str, Any]:
    day = NOW.date() if checked else None
    return rules.changed(document, kept, new_key=uuid.uuid4, labels=LABELS, checked_on=day, at=NOW)


def test_what_is_typed_is_a_service_of_the_profile_and_reads_back() -> None:
    made = write({}, FULL, checked=True)
    assert profile.issues_of(made) == []
    assert rules.kept_of(made) == FULL
    assert made["assured_date"] == "2026-11-27"
    assert {need.value for need in rules.facts_of(made).needs} == {"exploitation", "advocacy"}


def test_a_change_of_one_field_leaves_all_others_as_they_came() -> None:
    came = write({}, FULL) | {"ours": 1, "contacts": [thing(name="Front desk")]}
    came["schedules"].append(thing(freq="MONTHLY", description="Parents’ evening"))
    came["service_areas"][0]["extent_type"] = "geojson"
    now = write(came, ServiceDetails(**{**vars(FULL), "wait": "A month"}))
    assert {name for name in now if now[name] != came.get(name)} == {"wait_time"}
    fewer = write(
        came, ServiceDetails(**{**vars(FULL), "areas": ("Wexmoor", "Northfold"), "needs": ("advocacy", "health"), "phone": "", "days": ("SA",)})
    )  # fmt: skip
    assert fewer["service_areas"][0] == came["service_areas"][0]
    assert [one["name"] for one in fewer["service_areas"]] == ["Wexmoor", "Northfold"]
    assert {need.value for need in rules.facts_of(fewer).needs} == {"advocacy", "health"}
    assert fewer["phones"] == []
    assert fewer["schedules"][0]["byday"] == "SA"
    assert fewer["schedules"][1] == came["schedules"][1]
    assert profile.issues_of(fewer) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "javascript:alert(1)"}, "url"),
        ({"email": "nobody"}, "email"),
        ({"minimum_age": 18}, "minimum_age"),
        ({"closes_at": ""}, "opens_at"),
    ],
)
def test_what_is_typed_wrong_is_said_of_its_field(change: dict[str, Any], field: str) -> None:
    why_not = rules.why_not_kept(write({}, ServiceDetails(**{**vars(FULL), **change})))
    assert getattr(why_not, "field", None) == field


def test_who_may_not_keep_the_directory_is_refused() -> None:
    assert "role" in str(rules.why_not_keep(may_keep=False, name="a", organisation="b", description="c"))
    assert "called" not in str(rules.why_not_keep(may_keep=True, name="a", organisation="b", description="c"))
    assert (
        rules.why_not_keep(may_keep=True, name="a", organisation=" ", description="c")
        == rules.KEEP_ASKS["organisation"]
    )
    assert "role" in str(rules.why_not_bring(may_keep=False, reason="The council", kept=1))
    assert "No row" in str(rules.why_not_bring(may_keep=True, reason="The council", kept=0))
    assert rules.why_not_bring(may_keep=True, reason="", kept=1) == rules.BRING_ASKS["reason"]
    assert rules.why_not_bring(may_keep=True, reason="The council", kept=1) is None


def test_an_edition_needs_a_name_a_link_a_day_and_what_changed() -> None:
    def why(**more: Any) -> str | None:
        said = {
            "may_keep": True, "is_withdrawn": False, "is_first": False, "taken": False, "edition": "2", "link": "https://p.example/2",
            "what_changed": "A new form", "review_on": date(2027, 1, 1),
        }  # fmt: skip
        return procedures.why_not_edition(**(said | more))

    assert why() is None
    assert why(is_first=True, what_changed="") is None
    for change, says in (
        ({"may_keep": False}, "role"),
        ({"is_withdrawn": True}, "withdrawn"),
        ({"taken": True}, "already"),
        ({"edition": ""}, "edition"),
        ({"link": "javascript:x"}, "https"),
        ({"what_changed": " "}, "changed"),
        ({"review_on": None}, "day"),
    ):
        assert says in str(why(**change)), change
    assert procedures.is_due(date(2026, 1, 1), today=date(2026, 1, 2))
    assert not procedures.is_due(date(2026, 1, 2), today=date(2026, 1, 2))


def test_a_row_says_twenty_issues_and_that_there_are_more() -> None:
    (row,) = profile.read(json.dumps([a_service(phones=[1] * 30_000)]).encode()).rows
    assert [issue.code for issue in row.issues] == ["kind"] * 20 + ["more"]
    deepest = a_service(ours=json.loads("[" * 19 + "1" + "]" * 19))
    assert profile.issues_of(deepest) == []


def test_a_number_that_does_not_read_back_is_set_aside() -> None:
    content = '{"id": "%s", "name": "a", "status": "active", "ours": [%s]}'
    for number, codes in (
        ("51.123456789012345678901", ["exact"]),
        ("1e-99999999999999999999", ["exact"]),
        ("51.50", []),
        ("-0.1", []),
    ):
        (row,) = profile.read((content % (KEY, number)).encode()).rows
        assert [issue.code for issue in row.issues] == codes, number


def test_a_file_that_is_one_page_of_several_says_so() -> None:
    page = profile.page_of([a_service()])
    assert profile.read(json.dumps(page).encode()).pages == 1
    file = profile.read(json.dumps(page | {"page_number": 2, "total_pages": 5}).encode())
    assert (file.page, file.pages) == (2, 5)
    assert profile.read(json.dumps(page | {"total_pages": "many"}).encode()).pages == 1


@pytest.mark.parametrize(
    ("schedule", "at", "is_open"),
    [
        (week(), datetime.fromisoformat("2026-12-25T10:00:00+00:00"), Open.UNKNOWN),  # a Friday
        (week(byday=",".join(rules.DAYS)), datetime.fromisoformat("2026-12-25T10:00:00+00:00"), Open.NOW),
        (
            week(opens_at="09:00:00Z", closes_at="17:00:00Z"),
            datetime.fromisoformat("2026-07-03T17:30:00+01:00"),
            Open.NOW,
        ),
        (
            week(opens_at="09:00:00Z", closes_at="17:00:00Z"),
            datetime.fromisoformat("2026-07-03T18:00:00+01:00"),
            Open.LATER,
        ),
        (week(byday="Monday,Friday"), NOW, Open.NOW),
        (week(byday="weekdays"), NOW, Open.UNKNOWN),
        (week(opens_at="00:00", closes_at="00:00"), NOW, Open.NOW),
    ],
)
def test_open_now_is_said_only_where_it_can_be_known(
    schedule: dict[str, Any], at: datetime, is_open: Open
) -> None:
    assert rules.opening([schedule], at=at) is is_open


def test_an_address_has_the_words_of_an_area_and_not_those_of_a_street() -> None:
    lives = rules.lives_words("3 Bath Road, Eastmarsh", "EM1 2AB")
    there = {
        name: rules.place_words(name) in lives
        for name in ("Bath", "Greater Eastmarsh", "Borough of Eastmarsh", "EM1", "East", "Borough of")
    }
    assert there == {
        "Bath": False, "Greater Eastmarsh": True, "Borough of Eastmarsh": True, "EM1": True, "East": False, "Borough of": False,
    }  # fmt: skip
    assert rules.lives_words("", "") == ""
    assert " em1 " in rules.lives_words("", "EM1 2AB")


def test_an_area_without_a_name_is_not_everywhere() -> None:
    facts = rules.facts_of(a_service(service_areas=[thing(extent="POLYGON")]))
    assert (facts.is_everywhere, facts.areas) == (False, ())


def test_a_correction_keeps_what_the_form_does_not_show() -> None:
    organisation = thing(name="Org Ltdd", description="A charity", website="https://org.example")
    came = a_service(
        organization=organisation,
        organization_id=organisation["id"],
        description="One line.\r\nAnother. ",
        schedules=[
            thing(freq="WEEKLY", byday="Fri, some Mondays", opens_at="09:00:00", closes_at="17:00:00")
        ],
    )
    begin = rules.kept_of(came)
    made = write(
        came,
        ServiceDetails(**{**vars(begin), "organisation": "Org Ltd", "description": "One line.\nAnother."}),
    )
    assert made["organization"] == organisation | {"name": "Org Ltd"}
    assert {name for name in made if made[name] != came.get(name)} == {"organization", "last_modified"}
    named = came | {
        "schedules": [thing(freq="WEEKLY", byday="Friday,Monday", opens_at="09:00", closes_at="17:00")]
    }
    assert rules.kept_of(named).days == ("MO", "FR")


def test_needs_that_stand_beside_a_document_go_out_with_it() -> None:
    came = a_service(attributes=[thing(taxonomy_term=thing(name="Advice", description="Advice"))])
    out = rules.with_needs(came, ("housing",), LABELS)
    assert rules.kept_of(out).needs == ("housing",)
    assert profile.issues_of(out) == []
    assert rules.is_same(out, came)
    assert not rules.is_same(out, came | {"name": "Another"})
    assert rules.with_needs(out, (), LABELS) == came
