"""What is told reaches who has to see it, in time, and nobody else."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import World, another_coordinator
from tests.next_step import next_step

from heard.agencies import actions as agencies
from heard.agencies.jobs import working
from heard.agencies.models import User
from heard.agencies.rules import Hidden, Refused, Role
from heard.cases.assessment import actions as assessing
from heard.cases.case import actions as casework
from heard.cases.case.notices import actions, queries, rules
from heard.cases.case.notices.addressees import About, addressees, may_open_as
from heard.cases.case.notices.announcing import pass_on
from heard.cases.case.notices.lines import PLACES, lines_of
from heard.cases.case.notices.mail import notify_once
from heard.cases.case.notices.models import Duty, Notice, Reader
from heard.cases.case.notices.rules import NoticeKind
from heard.cases.concern import actions as telling
from heard.cases.concern.models import Concern
from heard.cases.missing import actions as looking
from heard.govuk.environment import day
from heard.graph.exchange import actions as exchange
from heard.graph.exchange.rules import Taking
from heard.network import actions as network
from heard.network.actions import add_person, deny_access, involve, restrict
from heard.network.models import Involvement
from heard.network.queries.access import Whom
from heard.network.rules import Level


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def unread(user: User) -> list[tuple[str, str]]:
    """Kind and role of what is unread, in the order of My work."""
    found = queries.unread_of(User.objects.get(pk=user.pk))
    return [(row.notice.kind, row.role) for row in found]


def minutes(number: int) -> Any:
    return timezone.now() + timedelta(minutes=number)


@pytest.fixture
def with_worker(world: World, case: Any) -> Any:
    """An open case with a worker who has seen that they are it."""
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    for reader in Reader.objects.filter(seen_at=None):
        actions.mark_seen(by=reader.user, reader_id=reader.pk)
    return case


def danger(world: World, case: Any) -> Concern:
    return telling.tell(
        by=world.teacher,
        person_id=case.person_id,
        seen_and_heard="Two people whom she did not know waited for her and she got into their car.",
        why_no_words="She was gone before anybody could speak to her.",
        danger_now="yes",
        danger_done="Rang 999 at once.",
    )


def danger_of_another_child(world: World) -> Concern:
    """Who is not in Heard yet, and has no case."""
    return telling.tell(
        by=world.teacher,
        new_person={"given_name": "Ida", "family_name": "Rowe"},
        seen_and_heard="Two people waited for her.",
        why_no_words="Not met yet",
        danger_now="yes",
        danger_done="Rang 999.",
    )


@pytest.fixture
def told(world: World, with_worker: Any) -> Concern:
    return danger(world, with_worker)


def test_a_notice_calls_nobody_you_but_those_to_whose_agency_it_was_given() -> None:
    """Others read it too: whoever stands in, covers, or is given it because nobody has seen it."""
    you = re.compile(r"\b(you|yours?)\b", re.IGNORECASE)
    says = {kind for kind in NoticeKind if you.search(str(Notice.Kind(kind).label))}
    assert says <= rules.GIVEN & {kind for kind, who in rules.WHO.items() if rules.To.AGENCY_LEAD in who}


def test_danger_told_on_an_open_case_is_first_on_the_workers_list_and_on_the_childs_page(
    world: World, told: Concern
) -> None:
    assert unread(world.social_worker) == [("danger", rules.To.WORKER.value)]
    assert unread(world.coordinator) == [("danger", rules.To.CO_ORDINATOR.value)]
    assert unread(world.teacher) == []
    home = client_of(world.social_worker).get(reverse("home")).content.decode()
    first = home[home.index("What waits for you") :]
    first = first[first.index("<tr", first.index("</thead>")) :]
    assert "Somebody is in danger" in first[: first.index("</tr>")]
    assert "Mina Okoro" in first[: first.index("</tr>")]
    assert "govuk-tag--red" in home
    child = client_of(world.social_worker).get(reverse("child", args=[told.person_id])).content.decode()
    assert child.index("Somebody is in danger") < child.index("The child’s latest words")


def test_a_worry_added_to_the_open_case_reaches_the_worker_before_and_after_it_is_decided(
    world: World, with_worker: Any
) -> None:
    worry = telling.tell(
        by=world.teacher,
        person_id=with_worker.person_id,
        seen_and_heard="Away on Monday.",
        why_no_words="Not met yet",
        danger_now="no",
    )
    assert unread(world.social_worker) == [("worry", rules.To.WORKER.value)]
    telling.decide(
        by=world.coordinator,
        concern=worry,
        decision="add_to_case",
        reason="Her worker knows her",
        feedback="Her worker has it.",
        why_without_words="Not met yet",
    )
    assert unread(world.social_worker) == [("worry", rules.To.WORKER.value)]  # once, as long as it is unread
    assert unread(world.coordinator) == []


def test_unread_danger_goes_on_after_30_and_60_minutes_with_a_mail_each(
    world: World, told: Concern, settings: Any
) -> None:
    settings.ADDRESS = "https://heard.wexmoor.example"
    for user in (world.social_worker, world.coordinator, world.supervisor):
        agencies.change_own_details(by=user, email=f"{user.username}@wexmoor.example", reminders=True)
    notify_once(minutes(0))
    assert sorted(one.to[0].split("@")[0] for one in mail.outbox) == ["cora.ordway", "sol.wright"]
    assert notify_once(minutes(29)) == (0, 0)
    notify_once(minutes(31))
    assert mail.outbox[-1].to == ["sufi.visram@wexmoor.example"]
    assert unread(world.supervisor) == [("danger", rules.To.LEAD_SUPERVISOR.value)]
    assert notify_once(minutes(59)) == (0, 0)
    night = agencies.add_user(
        by=world.administrator,
        username="nia.night",
        first_name="Nia",
        last_name="Night",
        password=None,
        team=world.exploitation_team,
        role=Role.COORDINATOR,
        agreed_by=world.coordinator,
    )
    agencies.change_own_details(by=night, email="nia.night@wexmoor.example", reminders=True)
    actions.put_on_duty(
        by=world.administrator, user=night, begins=minutes(-5), ends=minutes(600), phone="01632 960 055"
    )
    notify_once(minutes(61))
    assert unread(night) == [("danger", rules.To.ON_DUTY.value)]
    assert mail.outbox[-1].to == ["nia.night@wexmoor.example"]
    assert [rung.phone for rung in queries.whom_to_ring(world.teacher)] == ["01632 960 055"]
    for message in mail.outbox:
        whole = message.message().as_string()
        assert "urgent" in message.subject
        for secret in ("Mina", "Okoro", "car", told.reference, str(told.pk), "danger"):
            assert secret not in whole


def with_mail(*people: User) -> None:
    for user in people:
        agencies.change_own_details(by=user, email=f"{user.username}@wexmoor.example", reminders=True)


def mailed_to() -> list[str]:
    return [one.to[0].split("@")[0] for one in mail.outbox]


def night_on_duty(world: World) -> User:
    """A co-ordinator of the same team, on duty now."""
    night = another_coordinator(world)
    actions.put_on_duty(
        by=world.administrator, user=night, begins=minutes(-5), ends=minutes(600), phone="01632 960 055"
    )
    return night


def test_of_a_restricted_child_it_goes_on_at_30_and_60_minutes_with_a_mail_each_to_who_may_open_it(
    world: World, with_worker: Any, settings: Any
) -> None:
    settings.ADDRESS = "https://heard.wexmoor.example"
    outside = agencies.add_user(
        by=world.administrator, username="rae.dunn", first_name="Rae", last_name="Dunn", password=None,
        team=world.officer.team, role=Role.COORDINATOR, agreed_by=world.coordinator,
    )  # fmt: skip
    restrict(by=world.coordinator, person_id=with_worker.person_id, reason="A relative works nearby.")
    told = danger(world, with_worker)
    actions.put_on_duty(
        by=world.administrator, user=outside, begins=minutes(-5), ends=minutes(600), phone="01632 960 056"
    )
    with_mail(world.social_worker, world.coordinator, world.supervisor, outside)
    notify_once(minutes(0))
    assert sorted(mailed_to()) == ["cora.ordway", "sol.wright"]
    notify_once(minutes(31))
    assert "sufi.visram" in mailed_to()
    assert unread(world.supervisor) == [("danger", rules.To.LEAD_SUPERVISOR.value)]
    night = night_on_duty(world)
    with_mail(night)
    notify_once(minutes(61))
    assert "cleo.day" in mailed_to()
    assert unread(night) == [("danger", rules.To.ON_DUTY.value)]
    assert may_open_as(rules.To.ON_DUTY, night, told.person_id)
    assert unread(outside) == []  # on duty too, and may not open it
    assert "rae.dunn" not in mailed_to()


def test_of_a_child_whose_worker_is_away_it_goes_on_at_30_and_60_minutes_with_a_mail_each(
    world: World, with_worker: Any, settings: Any
) -> None:
    settings.ADDRESS = "https://heard.wexmoor.example"
    today = timezone.localdate()
    colleague = agencies.add_user(
        by=world.administrator, username="kai.moss", first_name="Kai", last_name="Moss", password=None,
        team=world.exploitation_team, role=Role.PRACTITIONER, agreed_by=world.coordinator,
    )  # fmt: skip
    actions.be_away(by=world.social_worker, covered_by=colleague, since=today, until=today)
    danger(world, with_worker)
    with_mail(world.social_worker, world.coordinator, world.supervisor, colleague)
    notify_once(minutes(0))
    assert sorted(mailed_to()) == ["cora.ordway", "kai.moss", "sol.wright"]
    assert unread(colleague) == [("danger", rules.To.WORKER.value)]
    notify_once(minutes(31))
    assert "sufi.visram" in mailed_to()
    night = night_on_duty(world)
    with_mail(night)
    notify_once(minutes(61))
    assert "cleo.day" in mailed_to()
    assert unread(night) == [("danger", rules.To.ON_DUTY.value)]
    see_all(colleague)
    before = list(mail.outbox)
    notify_once(minutes(90))
    assert mail.outbox == before  # whoever covers has seen it


def see_all(user: User) -> None:
    for reader in queries.unread_of(User.objects.get(pk=user.pk)):
        actions.mark_seen(by=user, reader_id=reader.pk)


def test_danger_that_the_worker_has_seen_goes_no_further(world: World, told: Concern) -> None:
    see_all(world.social_worker)
    assert pass_on(minutes(90)) == 0
    assert unread(world.social_worker) == []
    assert unread(world.coordinator) == [("danger", rules.To.CO_ORDINATOR.value)]  # each says it for themself


def test_danger_goes_on_until_the_worker_has_seen_it_whoever_else_has(world: World, told: Concern) -> None:
    see_all(world.coordinator)
    child = client_of(world.supervisor).get(reverse("child", args=[told.person_id])).text
    assert "Somebody is in danger" in child
    assert "Urgent" in client_of(world.supervisor).get(reverse("team")).text
    pass_on(minutes(31))
    assert unread(world.supervisor) == [("danger", rules.To.LEAD_SUPERVISOR.value)]
    see_all(world.supervisor)  # stands in for the worker
    assert pass_on(minutes(90)) == 0
    assert (
        "Somebody is in danger"
        not in client_of(world.supervisor).get(reverse("child", args=[told.person_id])).text
    )
    assert "Urgent" not in client_of(world.supervisor).get(reverse("team")).text


def test_danger_added_to_the_open_case_is_urgent_for_the_worker_from_then_on(
    world: World, told: Concern
) -> None:
    see_all(world.social_worker)  # as a worry about a child of theirs; and then it is decided
    telling.decide(
        by=world.coordinator,
        concern=told,
        decision="add_to_case",
        reason="Her worker knows her",
        feedback="Her worker has it.",
    )
    assert unread(world.social_worker) == [("danger_in_case", rules.To.WORKER.value)]
    assert unread(world.coordinator) == []
    pass_on(minutes(31))
    assert unread(world.supervisor) == [("danger_in_case", rules.To.LEAD_SUPERVISOR.value)]


def test_danger_that_the_worker_has_not_seen_is_not_on_their_list_twice(world: World, told: Concern) -> None:
    telling.decide(
        by=world.coordinator,
        concern=told,
        decision="add_to_case",
        reason="Her worker knows her",
        feedback="Her worker has it.",
    )
    assert unread(world.social_worker) == [("danger", rules.To.WORKER.value)]
    pass_on(minutes(31))  # though whoever decided has seen it
    assert unread(world.supervisor) == [("danger", rules.To.LEAD_SUPERVISOR.value)]


def test_a_worker_whom_the_child_counts_on_hides_no_silence_of_the_allocated_one(
    world: World, case: Any
) -> None:
    casework.allocate_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.supervisor)
    telling.tell(
        by=world.teacher,
        person_id=case.person_id,
        seen_and_heard="Two people waited for her.",
        why_no_words="Not met yet",
        danger_now="yes",
        danger_done="Rang 999.",
    )
    see_all(world.supervisor)
    see_all(world.coordinator)
    (notice,) = Notice.objects.filter(kind="danger")
    assert notice.taken_at is None
    see_all(world.social_worker)
    notice.refresh_from_db()
    assert notice.taken_at is not None


def test_who_told_it_does_not_answer_for_it(world: World, with_worker: Any) -> None:
    told = telling.tell(
        by=world.supervisor,
        person_id=with_worker.person_id,
        seen_and_heard="Two people waited for her.",
        why_no_words="Not met yet",
        danger_now="yes",
        danger_done="Rang 999.",
    )
    pass_on(minutes(31))
    assert unread(world.supervisor) == []  # though they lead: they know
    see_all(world.coordinator)
    notice = Notice.objects.get(subject_id=str(told.pk))
    assert notice.taken_at is not None  # whoever stands in for who told it


def test_danger_that_another_agency_takes_on_stays_danger_until_somebody_there_has_seen_it(
    world: World,
) -> None:
    told = danger_of_another_child(world)
    said = {"reason": "They can be there now", "feedback": "The police are with her."}
    telling.decide(
        by=world.coordinator, concern=told, decision="other_agency", other_agency=world.police, **said
    )
    assert unread(world.officer) == [("danger_taken_on", rules.To.AGENCY_LEAD.value)]
    home = client_of(world.officer).get(reverse("home")).text
    assert "Somebody is in danger: an agency takes this on" in home
    assert "govuk-tag--red" in home
    assert unread(world.coordinator) == []
    pass_on(minutes(31))
    assert ("danger_taken_on", rules.To.CO_ORDINATOR.value) in unread(world.coordinator)
    see_all(world.officer)
    assert Notice.objects.get(kind="danger_taken_on").taken_at is not None


def test_danger_that_was_wrongly_given_to_an_agency_goes_on_no_more(world: World) -> None:
    told = danger_of_another_child(world)
    said = {"reason": "They can be there now", "feedback": "They are with her."}
    telling.decide(
        by=world.coordinator, concern=told, decision="other_agency", other_agency=world.school, **said
    )
    telling.correct_decision(
        by=world.coordinator, concern_id=told.pk, why="The wrong agency", decision="other_agency",
        other_agency=world.police, **said,
    )  # fmt: skip
    assert "danger_taken_on" not in dict(unread(world.teacher))
    assert ("danger_taken_on", rules.To.AGENCY_LEAD.value) in unread(world.officer)


def test_after_the_last_step_danger_reaches_whoever_comes_on_duty(world: World, told: Concern) -> None:
    others = agencies.add_team(by=world.administrator, agency=world.care, name="Emergency duty team")
    night, day = [
        agencies.add_user(
            by=world.administrator, username=username, first_name="N", last_name="D", password=None,
            team=others, role=Role.SUPERVISOR, agreed_by=world.coordinator,
        )
        for username in ("night.one", "day.two")
    ]  # fmt: skip
    for user, begins, ends in ((night, -5, 120), (day, 120, 600)):
        actions.put_on_duty(
            by=world.administrator,
            user=user,
            begins=minutes(begins),
            ends=minutes(ends),
            phone="01632 960 055",
        )
    pass_on(minutes(61))
    assert ("danger", rules.To.ON_DUTY.value) in unread(night)
    assert unread(day) == []
    pass_on(minutes(119))
    assert unread(day) == []
    assert pass_on(minutes(121)) == 1
    assert unread(day) == [("danger", rules.To.ON_DUTY.value)]
    assert pass_on(minutes(122)) == 0, "each once"
    see_all(world.social_worker)
    assert pass_on(minutes(700)) == 0


def given_to(world: World, to: User) -> Notice:
    """Something that was shared with the school, of which one person there was told."""
    row = Notice.objects.create(
        kind="shared", subject="delivery", subject_id=str(uuid.uuid4()), told_by=world.coordinator,
        told_at=timezone.now(), steps=1,
    )  # fmt: skip
    Reader.objects.create(notice=row, user=to, role=rules.To.NAMED.value, answers=True, added_at=row.told_at)
    return row


def test_what_was_given_to_an_agency_goes_on_to_its_own_leads_alone(world: World) -> None:
    lead = agencies.add_user(
        by=world.administrator, username="hal.head", first_name="Hal", last_name="Head", password=None,
        team=world.teacher.team, role=Role.SUPERVISOR, agreed_by=world.coordinator,
    )  # fmt: skip
    person = add_person(by=world.teacher, given_name="Ida", family_name="Rowe")
    row = given_to(world, world.teacher)
    Notice.objects.filter(pk=row.pk).update(person=person)
    pass_on(timezone.now() + timedelta(days=1, minutes=1))
    assert set(row.readers.values_list("user", flat=True)) == {world.teacher.pk, lead.pk}
    unsure = given_to(world, world.teacher)
    Notice.objects.filter(pk=unsure.pk).update(person=person)
    agencies.give_role(
        by=world.administrator, user=world.teacher, team=world.officer.team, role=Role.PRACTITIONER
    )
    pass_on(timezone.now() + timedelta(days=1, minutes=1))
    assert set(unsure.readers.values_list("user", flat=True)) == {world.teacher.pk}  # who works in two


def test_nobody_covers_for_the_designated_officer_but_another(world: World, with_worker: Any) -> None:
    child = with_worker.person_id
    assert not may_open_as(rules.To.OFFICER, world.social_worker, child, None)
    assert not may_open_as(rules.To.OFFICER, world.coordinator, child, None)


def test_whoever_decided_and_another_has_it_unread_danger_still_goes_on(world: World) -> None:
    """The case that is opened has no worker, and those who lead are those who decide."""
    other = another_coordinator(world)
    told = danger_of_another_child(world)
    agencies.switch_off(by=world.administrator, user=world.supervisor, reason="Left")
    telling.decide(
        by=world.coordinator, concern=told, decision="open_case", reason="Danger", feedback="We are with her."
    )
    assert ("danger_in_case", rules.To.CO_ORDINATOR.value) in unread(other)


def test_whoever_is_allocated_later_has_what_no_worker_has_seen(
    world: World, told: Concern, case: Any
) -> None:
    casework.allocate_worker(by=world.coordinator, case_id=case.pk, worker=world.supervisor)
    assert ("danger", rules.To.WORKER.value) in unread(world.supervisor)


def test_where_everybody_who_should_has_it_unread_danger_goes_to_whoever_else_decides(
    world: World, told: Concern
) -> None:
    agencies.switch_off(by=world.administrator, user=world.supervisor, reason="Left")
    police = agencies.add_user(
        by=world.administrator,
        username="pia.watch",
        first_name="Pia",
        last_name="Watch",
        password=None,
        team=world.officer.team,
        role=Role.SUPERVISOR,
        agreed_by=world.coordinator,
    )
    involve(by=world.coordinator, person=told.person, agency=world.police, why="Works with her")
    pass_on(minutes(61))
    assert unread(police) == [("danger", rules.To.CO_ORDINATOR.value)]


def test_of_a_restricted_child_danger_goes_to_the_next_who_may_open_it(
    world: World, with_worker: Any
) -> None:
    restrict(by=world.coordinator, person_id=with_worker.person_id, reason="A relative works nearby.")
    told = danger(world, with_worker)
    agencies.switch_off(by=world.administrator, user=world.social_worker, reason="Left")
    agencies.switch_off(by=world.administrator, user=world.coordinator, reason="Left")
    assert pass_on(minutes(1)) > 0  # at once: nobody who has it can open it
    assert unread(world.supervisor) == [("danger", rules.To.LEAD_SUPERVISOR.value)]
    assert not Reader.objects.filter(notice__subject_id=str(told.pk), user=world.officer).exists()


def test_who_is_kept_out_of_the_record_is_not_told_and_loses_what_they_had(
    world: World, with_worker: Any
) -> None:
    danger(world, with_worker)
    assert unread(world.social_worker) == [("danger", rules.To.WORKER.value)]
    deny_access(
        by=world.coordinator,
        person_id=with_worker.person_id,
        whom=Whom("", world.care, user=world.social_worker),
        why="His family.",
    )
    again = danger(world, with_worker)
    assert not Reader.objects.filter(notice__subject_id=str(again.pk), user=world.social_worker).exists()
    assert unread(world.social_worker) == []
    page = client_of(world.social_worker).get(reverse("home")).text
    assert with_worker.reference not in page
    assert str(with_worker.person_id) not in page
    assert len(unread(world.coordinator)) == 2


def test_who_is_away_is_covered_and_keeps_what_is_theirs(world: World, with_worker: Any) -> None:
    today = timezone.localdate()
    actions.be_away(
        by=world.social_worker, covered_by=world.supervisor, since=today, until=today + timedelta(days=3)
    )
    danger(world, with_worker)
    assert unread(world.supervisor) == [("danger", rules.To.WORKER.value)]
    assert unread(world.social_worker) == [("danger", rules.To.WORKER.value)]
    (line,) = lines_of(queries.unread_of(world.supervisor))
    assert line.covers == "Sol Wright"


def test_who_covers_has_what_was_unread_before_too(world: World, told: Concern) -> None:
    today = timezone.localdate()
    tomorrow = today + timedelta(days=1)
    actions.be_away(by=world.social_worker, covered_by=world.supervisor, since=tomorrow, until=tomorrow)
    assert unread(world.supervisor) == []  # not away yet
    actions.be_away(by=world.social_worker, covered_by=world.supervisor, since=today, until=today)
    assert unread(world.supervisor) == [("danger", rules.To.WORKER.value)]
    see_all(world.supervisor)
    assert pass_on(minutes(90)) == 0  # seen by whoever covers
    assert unread(world.social_worker) == [("danger", rules.To.WORKER.value)]


def test_a_day_away_that_begins_later_is_covered_when_it_begins(world: World, told: Concern) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    actions.be_away(by=world.social_worker, covered_by=world.supervisor, since=tomorrow, until=tomorrow)
    pass_on(timezone.now() + timedelta(days=1))
    assert unread(world.supervisor) == [("danger", rules.To.WORKER.value)]


def test_who_covers_and_may_not_open_the_record_has_nothing_of_it(world: World, told: Concern) -> None:
    today = timezone.localdate()
    actions.be_away(by=world.social_worker, covered_by=world.officer, since=today, until=today)
    pass_on(minutes(1))
    assert unread(world.officer) == []


def test_who_decides_and_covers_answers_for_it_too(world: World, told: Concern) -> None:
    see_all(world.coordinator)
    today = timezone.localdate()
    actions.be_away(by=world.social_worker, covered_by=world.coordinator, since=today, until=today)
    assert pass_on(minutes(90)) == 0  # they have seen it


def test_the_teller_reads_by_which_role_it_was_read_and_no_name(world: World, told: Concern) -> None:
    (reader,) = queries.unread_of(world.social_worker)
    actions.mark_seen(by=world.social_worker, reader_id=reader.pk)
    page = client_of(world.teacher).get(reverse("concern", args=[told.pk])).content.decode()
    assert "the child’s worker, Wexmoor Children’s Services" in page
    assert "Sol Wright" not in page


def test_the_teller_reads_that_nobody_has_read_it_yet(world: World, told: Concern) -> None:
    page = client_of(world.teacher).get(reverse("concern", args=[told.pk])).content.decode()
    assert "Nobody has said yet that they have read it" in page


def test_a_worker_who_is_named_learns_of_it_and_so_does_the_one_before(world: World, case: Any) -> None:
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    assert ("worker_named", rules.To.NAMED.value) in unread(world.social_worker)
    casework.assign_trusted_worker(
        by=world.coordinator,
        case_id=case.pk,
        worker=world.teacher,
        reason="She asked for her teacher.",
        child_asked="yes",
        about_asking="She said so herself.",
    )
    assert ("worker_changed", rules.To.NAMED.value) in unread(world.social_worker)


def test_an_assessment_that_is_sent_back_is_new_for_its_author(world: World, submitted: Any) -> None:
    before = unread(world.social_worker)
    assessing.send_back(
        by=world.supervisor, assessment_id=submitted.pk, reason="Say who else knows her.", parts=["judgement"]
    )
    assert ("sent_back", rules.To.NAMED.value) not in before
    assert ("sent_back", rules.To.NAMED.value) in unread(world.social_worker)


def test_missing_is_urgent_and_leaves_every_list_when_the_child_is_back(
    world: World, with_worker: Any
) -> None:
    episode = looking.note_missing(
        by=world.teacher,
        person_id=with_worker.person_id,
        missing_from=timezone.now() - timedelta(hours=2),
        last_seen_where="School gate",
        last_seen_by="A friend",
        danger="not_known",
        reported_at=timezone.now() - timedelta(hours=1),
    )
    assert unread(world.social_worker)[0] == ("missing", rules.To.WORKER.value)
    looking.note_found(
        by=world.teacher,
        episode_id=episode.pk,
        found_at=timezone.now() - timedelta(minutes=1),
        found_where="Home",
        found_by="Came back alone",
        condition="Tired",
        check_by_police="not_known",
    )
    assert unread(world.social_worker) == [("found", rules.To.WORKER.value)]
    assert [line.ended for line in lines_of(queries.notices_of(world.social_worker))][-1]
    client = Client()
    client.force_login(world.social_worker)
    page = client.get(reverse("notices")).text
    over = page[page.index("Child is missing") :]
    assert page.index("Child is back") < page.index("Child is missing"), (
        "what has ended stands after what has not"
    )
    assert "Urgent" not in page
    assert "Ended" in page
    assert "/seen/" not in over, "nobody has to see it any longer"
    assert f"Child is back since {day(timezone.now() - timedelta(minutes=1))}" in page
    assert pass_on(minutes(90)) == 0


def test_nobody_learns_of_what_they_may_not_see(world: World, told: Concern) -> None:
    """The police are not involved with the child: no notice, and none of anybody else's by its number."""
    assert unread(world.officer) == []
    (reader,) = queries.unread_of(world.social_worker)
    with pytest.raises(Hidden):
        actions.mark_seen(by=world.officer, reader_id=reader.pk)
    assert client_of(world.officer).post(reverse("notice_seen", args=[reader.pk])).status_code == 404
    assert client_of(world.coordinator).post(reverse("notice_seen", args=[reader.pk])).status_code == 404


def test_a_notice_of_a_record_that_one_may_no_longer_open_is_shown_nowhere(
    world: World, told: Concern
) -> None:
    agencies.switch_off(by=world.administrator, user=world.social_worker, reason="Left")
    assert unread(world.social_worker) == []


def test_marking_seen_goes_back_to_where_one_was(world: World, told: Concern) -> None:
    (reader,) = queries.unread_of(world.social_worker)
    client = client_of(world.social_worker)
    answer = client.post(reverse("notice_seen", args=[reader.pk]), {"back": "child"})
    assert answer["Location"] == reverse("child", args=[told.person_id])
    assert str(told.person) in next_step(client, client.get(answer["Location"]).text)
    assert unread(world.social_worker) == []


def test_all_that_is_new_about_one_child_is_seen_at_once(world: World, told: Concern) -> None:
    casework.note_warning(
        by=world.coordinator,
        person_id=told.person_id,
        text="A dog in the yard",
        why="It is loose at times.",
        review_on=timezone.localdate() + timedelta(days=30),
        person_told=True,
    )
    assert len(unread(world.social_worker)) == 2
    client_of(world.social_worker).post(reverse("child_notices_seen", args=[told.person_id]))
    assert unread(world.social_worker) == []


def test_what_is_mailed_is_chosen_but_for_what_is_urgent(world: World) -> None:
    actions.choose_mail(by=world.social_worker, at_once=["file"])
    assert queries.mailed_at_once(world.social_worker) == {
        "danger",
        "danger_in_case",
        "danger_taken_on",
        "danger_in_context",
        "missing",
        "staff",
        "staff_no_officer",
        "child_unsafe",
        "child_unsafe_hid",
        "child_unsafe_other",
        "unreached",
        "file",
    }


def test_each_kind_that_is_not_urgent_is_asked_for_once() -> None:
    asked = [kind for kinds in rules.MAILED_BY_PART.values() for kind in kinds]
    assert sorted(asked) == sorted(set(rules.NoticeKind) - rules.URGENT)


def test_what_is_mailed_is_kept_as_it_was_chosen_on_the_page(world: World) -> None:
    client, page = client_of(world.social_worker), reverse("notice_mail")
    assert "Missing children: 1 of 3" in client.get(page).text
    client.post(page, {"record": ["file"], "missing": ["found", "interview"]})
    assert queries.mailed_at_once(world.social_worker) - {kind.value for kind in rules.URGENT} == {
        "file", "found", "interview",
    }  # fmt: skip
    assert "Missing children: 2 of 3" in client.get(page).text


def test_what_somebody_has_not_seen_stands_before_what_they_have(world: World, told: Concern) -> None:
    (danger,) = queries.unread_of(world.social_worker)
    actions.mark_seen(by=world.social_worker, reader_id=danger.pk)
    casework.note_warning(
        by=world.coordinator,
        person_id=told.person_id,
        text="A dog in the yard",
        why="It is loose at times.",
        review_on=timezone.localdate() + timedelta(days=30),
        person_told=True,
    )
    kinds = [notice.notice.kind for notice in queries.notices_of(world.social_worker)]
    assert kinds[:2] == ["warning", "danger"]


def test_an_ordinary_notice_that_nobody_sees_goes_to_the_supervisor(world: World, with_worker: Any) -> None:
    casework.note_warning(
        by=world.coordinator,
        person_id=with_worker.person_id,
        text="A dog in the yard",
        why="It is loose at times.",
        review_on=timezone.localdate() + timedelta(days=30),
        person_told=True,
    )
    assert pass_on(timezone.now() + timedelta(days=1)) == 0
    assert pass_on(timezone.now() + timedelta(days=2, minutes=1)) == 1
    assert unread(world.supervisor) == [("warning", rules.To.LEAD_SUPERVISOR.value)]
    assert pass_on(timezone.now() + timedelta(days=3)) == 0


def test_only_administrators_keep_the_rota(world: World) -> None:
    with pytest.raises(Refused, match="administrator"):
        actions.put_on_duty(
            by=world.supervisor, user=world.supervisor, begins=minutes(0), ends=minutes(60), phone="1"
        )
    with pytest.raises(Refused, match="co-ordinator or supervisor"):
        actions.put_on_duty(
            by=world.administrator, user=world.teacher, begins=minutes(0), ends=minutes(60), phone="1"
        )
    assert client_of(world.supervisor).get(reverse("duty")).status_code == 404


def test_a_page_says_that_danger_waits_and_nobody_ever_passed_anything_on(
    world: World, told: Concern, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heard.home.health.urgent_waits", queries.urgent_waits)
    banner = "Background work stands still"
    assert banner not in client_of(world.teacher).get("/").text
    Notice.objects.update(told_at=minutes(-3))
    assert banner in client_of(world.teacher).get("/").text
    working.beat("notifier", working.NOTIFIER)
    assert banner not in client_of(world.teacher).get("/").text


def test_a_duty_comes_again_each_week_at_the_same_hours_of_the_clock_on_the_wall(world: World) -> None:
    friday = datetime(
        2027, 3, 19, 17, tzinfo=timezone.get_current_timezone()
    )  # the clocks go forward on the 28th
    monday = friday.replace(day=22, hour=9)
    asked: dict[str, Any] = {
        "by": world.administrator,
        "user": world.supervisor,
        "begins": friday,
        "ends": monday,
        "phone": "01632 960 055",
        "weekly_until": date(2027, 4, 2),
    }
    made = actions.put_on_duty(**asked)
    assert [f"{timezone.localtime(duty.begins):%d %H}" for duty in made] == ["19 17", "26 17", "02 17"]
    assert [f"{timezone.localtime(duty.ends):%d %H}" for duty in made] == ["22 09", "29 09", "05 09"]
    assert actions.put_on_duty(**asked) == made  # pressed twice
    assert {duty.phone for duty in actions.put_on_duty(**asked | {"phone": "01632 960 099"})} == {
        "01632 960 099"
    }
    assert Duty.objects.count() == 3
    for wrong in (date(2027, 3, 18), date(2028, 4, 1)):
        with pytest.raises(Refused, match="within a year"):
            actions.put_on_duty(**asked | {"weekly_until": wrong})
    with pytest.raises(Refused, match="begins again"):
        actions.put_on_duty(**asked | {"ends": friday + timedelta(days=8)})


@pytest.mark.on_day(date(2026, 11, 27))
def test_whoever_keeps_the_rota_sees_when_nobody_is_on_duty(world: World) -> None:
    now = datetime(2026, 12, 21, 9, tzinfo=timezone.get_current_timezone())
    actions.put_on_duty(
        by=world.administrator,
        user=world.supervisor,
        begins=now,
        ends=now + timedelta(days=3),
        phone="01632 960 055",
    )
    actions.put_on_duty(
        by=world.administrator,
        user=world.coordinator,
        begins=now + timedelta(days=8),
        ends=now + timedelta(days=60),
        phone="01632 960 056",
    )
    (gap,) = queries.gaps_in_rota(world.administrator, since=now)
    assert (gap.begins, gap.ends) == (now + timedelta(days=3), now + timedelta(days=8))
    assert not gap.goes_on
    assert gap.holidays == [date(2026, 12, day) for day in (25, 26, 28)]
    assert (
        queries.gaps_in_rota(world.supervisor, since=now)[0].ends == now + rules.LOOKS_AHEAD
    )  # reads no rota
    agencies.switch_off(by=world.administrator, user=world.coordinator, reason="Left")
    (gap,) = queries.gaps_in_rota(world.administrator, since=now)
    assert (gap.ends, gap.goes_on) == (now + rules.LOOKS_AHEAD, True)
    page = client_of(world.administrator).get(reverse("duty")).text
    assert "The team that takes worries is told and rung then." in page
    assert "When nobody is on duty" in page


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(1, 40)), max_size=8),
    st.integers(0, 50),
    st.integers(1, 50),
)
def test_at_each_hour_somebody_is_on_duty_or_it_is_in_a_gap(
    duties: list[tuple[int, int]], first: int, length: int
) -> None:
    start = datetime(2027, 1, 1, tzinfo=UTC)
    at = [start + timedelta(hours=hour) for hour in range(200)]
    pairs = [(at[begins], at[begins + hours]) for begins, hours in duties]
    found = rules.gaps(pairs, at[first], at[first + length])
    for moment in at[first : first + length]:
        on_duty = any(begins <= moment < ends for begins, ends in pairs)
        assert on_duty is not any(begins <= moment < ends for begins, ends in found)


def test_the_pages_of_mail_cover_and_rota_work(world: World) -> None:
    client = client_of(world.social_worker)
    assert client.get(reverse("notices")).status_code == 200
    assert client.get(reverse("notice_mail")).status_code == 200
    assert client.get(reverse("away")).status_code == 200
    assert client_of(world.administrator).get(reverse("duty")).status_code == 200


def test_every_kind_has_addressees_and_every_subject_a_page() -> None:
    assert set(rules.WHO) == set(NoticeKind)
    assert all(rules.WHO.values())
    assert {value for value, _label in Notice.Kind.choices} == {kind.value for kind in NoticeKind}
    for name, key in PLACES.values():
        keys = {key: 1 if name in ("warning", "proposal") else uuid.uuid4()} if key else None
        assert reverse(name, kwargs=keys)


def test_every_worry_is_on_the_list_of_whoever_decides_until_one_has_decided(
    world: World, worry: Concern, settings: Any
) -> None:
    settings.ADDRESS = "https://heard.wexmoor.example"
    agencies.change_own_details(by=world.coordinator, email="cora.ordway@wexmoor.example", reminders=True)
    other = another_coordinator(world)
    (reader,) = Reader.objects.all()
    assert (reader.user, reader.role) == (world.coordinator, rules.To.CO_ORDINATOR.value)
    notify_once(minutes(0))
    assert [message.to for message in mail.outbox] == [["cora.ordway@wexmoor.example"]]
    second = telling.tell(
        by=world.teacher,
        person_id=worry.person_id,
        seen_and_heard="Away on Monday.",
        why_no_words="Not met yet",
        danger_now="not_known",
    )
    assert ("worry", rules.To.CO_ORDINATOR.value) in unread(other)
    telling.decide(
        by=world.coordinator,
        concern=second,
        decision="no_further_action",
        reason="Known, and in hand",
        feedback="We know.",
        why_without_words="Not met yet",
        why_alone="The one before is decided on for itself",
    )
    assert unread(other) == []  # decided on


def test_a_case_that_opens_again_is_new_for_its_worker(world: World, with_worker: Any) -> None:
    casework.announce(
        by=world.coordinator,
        kind=NoticeKind.CASE_OPENED,
        subject="trusted worker",
        subject_id=with_worker.pk,
        person_id=with_worker.person_id,
    )
    assert unread(world.social_worker) == [("case_opened", rules.To.WORKER.value)]


def test_who_may_read_the_record_and_not_its_files_is_told_of_no_file(world: World, with_worker: Any) -> None:
    about = About(with_worker.person_id, timezone.now(), rules.level_of(NoticeKind.FILE))
    assert [addressee.user for addressee in addressees((rules.To.WORKER,), about, urgent=False)] == [
        world.social_worker
    ]
    Involvement.objects.filter(person_id=with_worker.person_id, agency=world.care).update(level=Level.RECORD)
    told = addressees((rules.To.WORKER,), about, urgent=False)
    assert [addressee.user for addressee in told] == [world.coordinator]  # who stands in, and may open it
    whole = About(with_worker.person_id, timezone.now(), rules.level_of(NoticeKind.WARNING))
    assert [addressee.user for addressee in addressees((rules.To.WORKER,), whole, urgent=False)] == [
        world.social_worker
    ]


def test_whoever_works_with_a_child_learns_that_a_drawing_that_names_them_was_taken_out(
    world: World, with_worker: Any
) -> None:
    place = network.add_place(by=world.teacher, name="Kiosk", kind="shop")
    knows = network.Knows("Seen there")
    network.note_tie(
        by=world.teacher, one_id=with_worker.person_id, other_id=place.pk, kind="goes_to", knows=knows
    )
    taking = Taking("csv", "Ash, police", "So that both know", "public_task")
    how = {"by": world.teacher, "about": "node", "of": with_worker.person_id, "how": {"away": 1}}
    row = exchange.ask_to_take(**how, taking=taking)
    assert not Notice.objects.filter(kind="taken_out").exists()
    exchange.take_out(by=world.teacher, outgoing_id=row.pk)
    notice = Notice.objects.get(kind="taken_out")
    assert notice.person_id == with_worker.person_id
    assert [reader.user for reader in notice.readers.all()] == [world.social_worker]
