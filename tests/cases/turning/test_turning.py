"""A child is referred to a service, what became of it, a need that nothing met, and what is counted of it."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World
from tests.services.test_directory import add, procedure

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.board.unmet.queries import unmet_needs
from heard.cases.case import actions as casework
from heard.cases.case.notices.queries import unread_of
from heard.cases.record.queries import entries_of
from heard.cases.timeline.index import catch_up
from heard.cases.turning import actions, queries, rules
from heard.cases.turning.models import ServiceReferral, UnmetNeed
from heard.cases.turning.rules import ServiceReferralState
from heard.cases.words.rules import ChildsView
from heard.home.queries import my_work
from heard.network import actions as network
from heard.network.queries import languages_of
from heard.network.rules import Said
from heard.services import actions as services
from heard.services.models import Service

NOT_ASKED = ChildsView(why_no_words="She is asked on Friday.")
DAY = date(2026, 11, 20)


def refer(world: World, case: Any, service: Service, **more: Any) -> ServiceReferral:
    said = {
        "need": "advocacy",
        "why": "She asked for a mentor",
        "view": NOT_ASKED,
        "ask_on": timezone.localdate(),
    }
    given = {"by": world.social_worker, "person_id": case.person_id, "service_id": service.pk} | said
    return actions.refer_to_service(**(given | more))


@pytest.fixture
def service(world: World) -> Service:
    return add(world)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# ---- rules


def test_what_can_become_of_a_referral_is_a_table() -> None:
    asked = {"may_plan": True, "on": DAY, "since": DAY, "today": DAY, "why": "They said so", "ask_on": DAY}
    can = {
        (state, to)
        for state in ServiceReferralState
        for to in ServiceReferralState
        if rules.why_not_step(state=state, to=to, **asked) is None
    }
    assert can == {(state, to) for state, then in rules.NEXT.items() for to in then}
    assert (
        {state.value for state in ServiceReferralState if not rules.NEXT[state]}
        == set(rules.OVER)
        == {"refused", "ended"}
    )
    follows = {"sent": 6, "accepted": 5, "waiting": 4, "attended": 2, "refused": 0, "ended": 0}
    assert {state.value: len(then) for state, then in rules.NEXT.items()} == follows
    assert {
        (ServiceReferralState.SENT, ServiceReferralState.ACCEPTED),
        (ServiceReferralState.ACCEPTED, ServiceReferralState.WAITING),
        (ServiceReferralState.ACCEPTED, ServiceReferralState.REFUSED),
    } < can
    assert (
        not {
            (ServiceReferralState.WAITING, ServiceReferralState.ACCEPTED),
            (ServiceReferralState.ACCEPTED, ServiceReferralState.SENT),
            (ServiceReferralState.REFUSED, ServiceReferralState.ACCEPTED),
        }
        & can
    )
    for change, says in (
        ({"to": ServiceReferralState.ACCEPTED, "ask_on": None}, "ask again"),  # until the child is with them
        ({"may_plan": False}, "role"),
        ({"to": None}, "became"),
        ({"on": None}, "day"),
        ({"on": DAY - timedelta(days=1)}, "before"),
        ({"on": DAY + timedelta(days=1)}, "future"),
        ({"to": ServiceReferralState.REFUSED, "why": " "}, "reason"),
        ({"to": ServiceReferralState.ENDED, "why": ""}, "reason"),
        ({"ask_on": None}, "ask again"),
        ({"ask_on": date(1900, 1, 1)}, "ask again"),
        ({"ask_on": date(9999, 1, 1)}, "ask again"),
        ({"to": ServiceReferralState.SENT, "ask_on": None}, "ask again"),
        ({"state": ServiceReferralState.ENDED}, "over"),
    ):
        given = {"state": ServiceReferralState.SENT, "to": ServiceReferralState.WAITING} | asked | change
        assert says in str(rules.why_not_step(**given)), change


def test_a_referral_needs_an_open_service_a_need_a_reason_and_the_child() -> None:
    right = {
        "may_plan": True,
        "is_offered": True,
        "runs": False,
        "need": "health",
        "why": "x",
        "is_heard": True,
        "is_child": True,
        "ask_on": DAY,
        "today": DAY,
    }
    assert rules.why_not_refer(**right) is None
    for change, says in (
        ({"may_plan": False}, "role"),
        ({"is_offered": False}, "takes nobody"),
        ({"runs": True}, "already"),
        ({"need": ""}, "need"),
        ({"why": ""}, "why"),
        ({"is_heard": False}, "child says"),
        ({"is_child": False}, "Only a child"),
        ({"ask_on": None}, "by which day"),
        ({"ask_on": date(9999, 1, 1)}, "by which day"),
    ):
        assert says in str(rules.why_not_refer(**(right | change))), change
    unmet: dict[str, Any] = {
        "may_plan": True,
        "is_child": True,
        "need": "x",
        "known": True,
        "recorded_lately": False,
    }
    assert rules.why_not_record_unmet(**unmet) is None
    for change, says in (
        ({"may_plan": False}, "role"),
        ({"is_child": False}, "Only a child"),
        ({"known": False}, "which need"),
        ({"recorded_lately": True}, "30 days"),
    ):
        assert says in str(rules.why_not_record_unmet(**unmet | change)), change


@pytest.mark.parametrize(
    ("postcode", "area"),
    [("WX1 4AB", "WX1"), ("wx124ab", "WX12"), ("", ""), ("WITH NAN", ""), (" E1 6AN ", "E1")],
)
def test_an_area_is_the_first_half_of_a_postcode(postcode: str, area: str) -> None:
    assert rules.area_of(postcode) == area


# ---- actions and pages


def test_a_service_is_found_referred_to_and_refused_and_the_need_is_counted_once(
    world: World, case: Any, service: Service
) -> None:
    worker, child = world.social_worker, case.person_id
    network.move_house(by=worker, person_id=child, address="3 Quay Road, Eastmarsh", postcode="EM1 2AB")
    client = client_of(worker)
    page = client.get(reverse("services_of", args=[child])).text
    assert service.name in page
    assert "Nothing met this need" not in page, "a need comes first"
    page = client.post(reverse("services_of", args=[child]), {"need": "housing"}).text
    assert "No service in the directory fits" in page
    assert "Nothing met this need" in page
    refer_to = reverse("service_refer", args=[child, service.pk])
    sent = {
        "need": "advocacy",
        "why": "She asked for a mentor",
        "which": "none",
        "why_no_words": "She is asked on Friday.",
    }
    asked = timezone.localdate()
    days = {"ask_on-day": asked.day, "ask_on-month": asked.month, "ask_on-year": asked.year}
    assert "Say why this service" in client.post(refer_to, sent | days | {"why": ""}).text
    page = client.post(refer_to, sent | days, follow=True).text
    referral = ServiceReferral.objects.get()
    assert (referral.state, referral.ask_on) == ("sent", asked)
    assert "Sent, no answer yet" in page
    home = client.get(reverse("home")).text
    assert reverse("service_referral", args=[referral.pk]) in home
    assert "Ask the service what became of the referral" in home
    step = {"state": "refused", "why": ""} | {
        f"on-{part}": getattr(asked, part) for part in ("day", "month", "year")
    }
    at = reverse("service_referral", args=[referral.pk])
    assert "Give the reason" in client.post(at, step).text
    page = client.post(at, step | {"why": "They have no place until spring"}, follow=True).text
    assert "They have no place until spring" in page
    referral.refresh_from_db()
    assert (referral.state, referral.ask_on) == ("refused", None)
    said = {"need": referral.need, "referral": referral.pk}
    unmet = reverse("service_unmet", args=[child])
    assert client.get(unmet).status_code == 405
    assert "Recorded. It is counted" in client.post(unmet, said, follow=True).text
    assert "recorded as unmet already" in client.post(unmet, said, follow=True).text
    need = UnmetNeed.objects.get()
    assert (need.need, need.area, need.referral_id, need.agency) == (
        "advocacy",
        "EM1",
        referral.pk,
        world.care,
    )
    catch_up()
    told = {entry.page for entry in entries_of(worker, child)}
    assert "service_referral" in told
    assert referral.service.name in client.get(reverse("services_of", args=[child])).text


def test_those_who_work_with_the_child_learn_of_it_and_nobody_else_sees_it(
    world: World, case: Any, service: Service
) -> None:
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    referral = refer(world, case, service, by=world.coordinator)
    kinds = [row.notice.kind for row in unread_of(User.objects.get(pk=world.social_worker.pk))]
    assert "to_service" in kinds
    at = reverse("service_referral", args=[referral.pk])
    for user in (world.officer, world.analyst, world.board_member, world.administrator):
        assert client_of(user).get(at).status_code == 404, user
        with pytest.raises(Hidden):
            actions.open_service_referral(by=user, service_referral_id=referral.pk)
    with pytest.raises(Hidden):
        refer(world, case, service, by=world.officer)
    with pytest.raises(Hidden):
        actions.record_unmet(by=world.officer, person_id=case.person_id, need="health")
    with pytest.raises(Refused, match="already"):
        refer(world, case, service)
    closed = add(world, name="Closed", status="defunct")
    with pytest.raises(Refused, match="takes nobody"):
        refer(world, case, closed)
    with pytest.raises(Refused, match="which need"):
        refer(world, case, add(world, name="Other"), need="of our own")
    with pytest.raises(Hidden):
        queries.unmet_by(world.social_worker, "area")
    client_of(world.social_worker).get(at)
    assert (
        AuditRow.objects.filter(verb="view", subject="service referral", person_id=case.person_id).count()
        == 1
    )


def test_what_fits_and_the_procedures_stand_beside_the_work(
    world: World, case: Any, draft_plan: Any, service: Service
) -> None:
    add(world, name="For little ones", minimum_age=0, maximum_age=5)
    add(world, name="Closed for a time", status="temporarily closed")
    procedure(world, title="How we plan", beside=["plan"])
    procedure(world, title="How we decide", beside=["decision"])
    page = client_of(world.social_worker).get(reverse("plan", args=[draft_plan.pk])).text
    beside = page[page.index("Where to turn, and local procedures") :]
    assert service.name in beside
    assert "How we plan" in beside
    for other in ("For little ones", "Closed for a time", "How we decide"):
        assert other not in beside, other
    safety = client_of(world.social_worker).get(reverse("safety", args=[case.pk])).text
    assert service.name in safety


def test_what_fits_stands_on_the_childs_page_those_in_their_language_first(
    world: World, case: Any, service: Service
) -> None:
    worker, client = world.social_worker, client_of(world.social_worker)
    for number in range(4):
        add(world, name=f"Aardvark {number}")
    add(world, name="For little ones", minimum_age=0, maximum_age=5)
    add(world, name="Closed for a time", status="temporarily closed")
    add(world, name="Vorbim", languages=("Romanian",))
    at = reverse("child", args=[case.person_id])
    page = client.get(at).text
    beside = page[page.index("Where to turn") :]
    assert beside.count("Aardvark") == 4
    assert "Vorbim" not in beside
    assert reverse("services_of", args=[case.person_id]) in beside
    for other in ("For little ones", "Closed for a time", "local procedures"):
        assert other not in beside, other
    said = Said("self", "", timezone.localdate())
    network.record_fact(by=worker, person_id=case.person_id, kind="language", value="Romanian", said=said)
    page = client.get(at).text
    beside = page[page.index("Where to turn") :]
    assert beside.index("Vorbim") < beside.index("Aardvark")
    assert (
        "Of those for the same need, those in a language that the child speaks come first: Romanian."
        in beside
    )
    assert languages_of(world.officer, case.person) == [], "who may not open the record"


# ---- figures


def count(world: World, children: list[Any], need: str, area: str, at: datetime) -> None:
    UnmetNeed.objects.bulk_create(
        UnmetNeed(
            pk=uuid.uuid4(), person=child, need=need, area=area, agency=agency, recorded_by=world.social_worker, recorded_at=at
        )
        for child, agency in zip(children, [world.care, world.school] * 20, strict=False)
    )  # fmt: skip


def test_needs_are_counted_by_area_and_small_numbers_are_hidden(world: World) -> None:
    children = [
        network.add_person(by=world.social_worker, given_name=f"Child {number}", family_name="Ash") for number in range(14)
    ]  # fmt: skip
    at = timezone.make_aware(datetime(2025, 5, 5, 12))
    today = date(2026, 11, 28)
    assert unmet_needs(world.board_member, today=today).year is None
    count(world, children, "housing", "EM1", at)
    count(world, children, "health", "WX1", at)
    count(world, children, "advocacy", "AX1", at)
    count(world, children[:3], "legal", "NF9", at)
    found = unmet_needs(world.board_member, today=today)
    assert found.year is not None
    assert found.year.counted.of == 45
    shown = dict(found.by_area.alone)
    assert "NF9" not in shown, "three would point at somebody"
    assert sum(shown.values()) + found.by_area.others == 45
    assert found.by_area.others > 5, "nor are three what remains"
    assert shown, "others are shown"
    page = client_of(world.board_member).get(reverse("unmet_needs")).text
    assert "WX1" in page
    assert "NF9" not in page
    assert "Legal advice" not in page
    assert client_of(world.teacher).get(reverse("unmet_needs")).status_code == 404
    with pytest.raises(Hidden):
        unmet_needs(world.teacher, today=today)


def test_an_agency_that_takes_away_its_own_is_left_with_many(world: World) -> None:
    children = [
        network.add_person(by=world.social_worker, given_name=f"Child {number}", family_name="Ash") for number in range(20)
    ]  # fmt: skip
    at = timezone.make_aware(datetime(2025, 5, 5, 12))
    count(world, children, "housing", "WX1", at)
    count(world, children, "housing", "EM1", at)
    UnmetNeed.objects.filter(area="EM1").update(agency=world.care)
    two = UnmetNeed.objects.filter(area="EM1").values("pk")[:2]
    UnmetNeed.objects.filter(pk__in=list(two.values_list("pk", flat=True))).update(agency=world.police)
    found = unmet_needs(world.board_member, today=date(2026, 11, 28))
    assert "EM1" not in dict(found.by_area.alone), "children’s services would know the two of the police"
    more = children[:1] * 6
    count(world, more, "housing", "EM1", at)
    UnmetNeed.objects.filter(area="EM1", person=children[0]).update(agency=world.police)
    found = unmet_needs(world.board_member, today=date(2026, 11, 28))
    assert "EM1" not in dict(found.by_area.alone), "nor six of one child"


def test_a_change_in_the_directory_leaves_the_referral(world: World, case: Any, service: Service) -> None:
    referral = refer(world, case, service)
    from heard.services.rules import kept_of

    kept = kept_of(service.document)
    services.keep_service(
        by=world.coordinator, service_id=service.pk, kept=type(kept)(**{**vars(kept), "status": "defunct"}), is_checked=True
    )  # fmt: skip
    Service.objects.filter(pk=service.pk).update(name="Another name")
    page = client_of(world.social_worker).get(reverse("service_referral", args=[referral.pk])).text
    assert service.name in page
    assert "This service takes nobody now" in page
    [section] = [section for section in my_work(world.social_worker) if section.key == "services-to-ask"]
    assert "takes nobody now" in str(section.waiting[0].what)


def test_a_child_who_still_waits_is_asked_after_again(world: World, case: Any, service: Service) -> None:
    referral = refer(world, case, service)
    today = timezone.localdate()
    said: dict[str, Any] = {"by": world.social_worker, "service_referral_id": referral.pk, "on": today}
    taken = actions.note_step(**said, state="accepted", ask_on=today)
    assert taken.get_state_display() == "Accepted, not with them yet"
    assert queries.to_ask_after(world.social_worker).filter(pk=taken.pk).exists()
    actions.note_step(**said, state="waiting", ask_on=today)
    later = today + timedelta(days=30)
    still = actions.note_step(**said, state="waiting", why="Four months, they say", ask_on=later)
    assert (still.state, still.since, still.ask_on) == ("waiting", today, later)
    page = client_of(world.social_worker).get(reverse("service_referral", args=[referral.pk])).text
    assert "No change: On the waiting list" in page
    assert "Four months, they say" in page


def test_what_was_written_by_mistake_is_put_right(world: World, case: Any, service: Service) -> None:
    referral, today = refer(world, case, service), timezone.localdate()
    said: dict[str, Any] = {"by": world.social_worker, "service_referral_id": referral.pk}
    with pytest.raises(Refused, match="Nothing was written after"):
        actions.take_back_step(**said, why="Wrong child")
    actions.note_step(**said, state="refused", on=today, why="No place")
    client = client_of(world.social_worker)
    at = reverse("service_back", args=[referral.pk])
    assert at in client.get(reverse("service_referral", args=[referral.pk])).text
    assert client_of(world.officer).get(at).status_code == 404
    assert "Say why it is put right" in client.post(at, {"why": ""}).text
    page = client.post(at, {"why": "They refused another child"}, follow=True).text
    referral.refresh_from_db()
    assert (referral.state, referral.ask_on) == ("sent", today)
    for text in ("No place", "They refused another child", "Sent, no answer yet"):
        assert text in page
    catch_up()
    told = " ".join(str(entry.what) for entry in entries_of(world.social_worker, case.person_id))
    assert "Refused" not in told
    need = actions.record_unmet(by=world.social_worker, person_id=case.person_id, need="housing")
    back = reverse("unmet_back", args=[need.pk])
    assert back in client.get(reverse("services_of", args=[case.person_id])).text
    assert client_of(world.officer).get(back).status_code == 404
    assert client.post(back, {"why": "A slip"}).status_code == 302
    assert not queries.unmet_by(world.board_member, "need").rows.exists()
    actions.record_unmet(by=world.social_worker, person_id=case.person_id, need="housing")


def test_the_whole_directory_is_searched_for_a_child(world: World, case: Any, service: Service) -> None:
    for number in range(6):
        add(world, name=f"Aardvark {number}")
    little = add(world, name="Zebra for little ones", minimum_age=0, maximum_age=5)
    client, at = client_of(world.social_worker), reverse("services_of", args=[case.person_id])
    assert little.name not in client.get(at).text
    page = client.post(at, {"words": "zebra", "need": ""}).text
    assert reverse("service_refer", args=[case.person_id, little.pk]) in page
    adult = network.add_person(by=world.social_worker, given_name="Ada", family_name="Ash", kind="adult")
    assert client.get(reverse("services_of", args=[adult.pk])).status_code == 404
    for write in (
        lambda: refer(world, case, service, person_id=adult.pk),
        lambda: actions.record_unmet(by=world.social_worker, person_id=adult.pk, need="housing"),
    ):
        with pytest.raises(Refused, match="Only a child"):
            write()


def test_where_whoever_sent_it_has_left_their_supervisor_asks(
    world: World, case: Any, service: Service
) -> None:
    refer(world, case, service)
    key = "services-to-ask-in-team"
    assert key not in {section.key for section in my_work(world.supervisor)}
    world.social_worker.is_active = False
    world.social_worker.save(update_fields=["is_active"])
    [section] = [section for section in my_work(world.supervisor) if section.key == key]
    assert [one.about for one in section.waiting] == [str(case.person)]
    assert key not in {section.key for section in my_work(world.teacher)}
