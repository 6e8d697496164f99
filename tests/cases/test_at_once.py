"""Two people who do the same thing at the same moment: one does it, the other reads why it is not done twice.

SQLite lets one write at a time, so this is tried on PostgreSQL.
"""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from time import sleep
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.cases.review.test_closing import close, review
from tests.cases.sharing.conftest import decide, prepare

from heard.agencies import actions as agencies
from heard.agencies.drafts.actions import begin_draft, keep_typed
from heard.agencies.drafts.rules import SENT, Sheet
from heard.agencies.models import Draft, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.cases.assessment import actions as assessing
from heard.cases.assessment.models import Assessment
from heard.cases.case.models import Case
from heard.cases.concern import actions as telling
from heard.cases.concern.models import Concern
from heard.cases.context import actions as contexts
from heard.cases.context.models import ContextPattern
from heard.cases.own import actions as own
from heard.cases.plan import actions as planning
from heard.cases.plan.models import Action, Plan
from heard.cases.review import actions as reviewing
from heard.cases.review.rules import Looked
from heard.cases.sharing import actions as sharing
from heard.cases.words.rules import ChildsView
from heard.network import actions as network
from heard.network.actions import Knows
from heard.network.models import Handle, Mention, Person, Place, Tie
from heard.network.rules import Found, HandleType

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time"),
]


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """What became of each: 'done', or the name of what was raised. Sorted."""
    start = Barrier(len(acts))

    def act(one: Callable[[], Any]) -> str:
        try:
            start.wait(timeout=10)
            one()
        except (Refused, Hidden, DatabaseError) as error:
            return type(error).__name__
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(act, acts))


ONCE = ["Refused", "done"]


def test_a_worry_is_decided_once(world, worry):
    def decide() -> Any:
        return telling.decide(
            by=world.coordinator,
            concern=worry,
            decision="no_further_action",
            reason="Explained",
            feedback="We asked.",
        )

    assert at_once(decide, decide) == ONCE


def test_a_child_gets_one_case_from_two_worries(world, worry):
    second = telling.tell(
        by=world.teacher,
        person_id=worry.person_id,
        seen_and_heard="She was away again.",
        why_no_words="She was away.",
        danger_now="no",
    )

    def open_on(concern: Concern) -> Callable[[], Any]:
        return lambda: telling.decide(
            by=world.coordinator,
            concern=concern,
            decision="open_case",
            reason="Signs seen",
            feedback="We look at it.",
        )

    assert at_once(open_on(worry), open_on(second)) == ONCE
    assert Case.objects.filter(person_id=worry.person_id).count() == 1


def test_a_draft_is_sent_once(world):
    draft = begin_draft(by=world.teacher, kind=telling.DRAFT)

    def send() -> Any:
        return telling.tell(
            by=world.teacher,
            new_person={"given_name": "Mina"},
            seen_and_heard="She was away again.",
            why_no_words="She was away.",
            danger_now="no",
            draft_id=draft.pk,
        )

    assert at_once(send, send) == [Hidden.__name__, "done"]
    assert Concern.objects.count() == 1


def test_an_assessment_is_started_once(world, case):
    def start() -> Any:
        return assessing.start_assessment(by=world.social_worker, case_id=case.pk)

    assert at_once(start, start) == ONCE
    assert Assessment.objects.count() == 1


def test_an_assessment_is_signed_or_sent_back_and_not_both(world, submitted):
    def sign() -> Any:
        return assessing.sign_off(by=world.supervisor, assessment_id=submitted.pk)

    def send_back() -> Any:
        return assessing.send_back(
            by=world.supervisor, assessment_id=submitted.pk, reason="Look again", parts=["judgement"]
        )

    assert at_once(sign, send_back) == ONCE
    assert Assessment.objects.get().state in ("signed", "returned")


def test_a_plan_is_started_once(world, signed):
    def start() -> Any:
        return planning.start_plan(by=world.social_worker, case_id=signed.case_id)

    assert at_once(start, start) == ONCE
    assert Plan.objects.count() == 1


def test_a_plan_is_agreed_once(world, draft_plan):
    def agree() -> Any:
        return planning.agree_plan(
            by=world.social_worker,
            plan_id=draft_plan.pk,
            review_on=timezone.localdate() + timedelta(days=60),
            view=ChildsView(why_no_words="She wants to read it first."),
        )

    assert at_once(agree, agree) == ONCE


def test_an_action_is_finished_once(world, agreed):
    action = Action.objects.get()

    def finish(outcome: str) -> Callable[[], Any]:
        return lambda: planning.finish_action(
            by=world.teacher, action_id=action.pk, outcome=outcome, note="She was walked home"
        )

    assert at_once(finish("done"), finish("not_done")) == ONCE


BETTER = Looked("better", "She walks home with Tess.", "Tess Archer, teacher", timezone.localdate())


def test_a_plan_is_reviewed_once(world, agreed):
    Action.objects.update(state="done", done_on=timezone.localdate())

    def hold(decision: str) -> Callable[[], Any]:
        return lambda: reviewing.hold_review(
            by=world.social_worker,
            plan_id=agreed.pk,
            held_on=timezone.localdate(),
            what_changed="She is in school every day.",
            took_part="Sol Wright, social worker; Mina",
            looked={outcome.pk: BETTER for outcome in agreed.outcomes.all()},
            view=ChildsView(why_no_words="She was at her aunt’s."),
            decision=decision,
            reason="What helps goes on.",
            next_review_on=timezone.localdate() + timedelta(days=90),
        )

    assert at_once(hold("step_down"), hold("change_plan")) == ONCE


def ready_to_close(world, agreed):
    for action in Action.objects.filter(state="open"):
        planning.finish_action(by=world.teacher, action_id=action.pk)
    review(world, agreed, decision="continue")


def test_a_case_is_not_closed_over_a_plan_that_is_being_changed(world, agreed):
    """The draft is not there for others yet: closing waits until it is, and is refused then."""
    ready_to_close(world, agreed)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            planning.copy_to_change(by=world.social_worker, plan_id=agreed.pk)
            closing = pool.submit(at_once, lambda: close(world, agreed.case))
            with pytest.raises(TimeoutError):
                closing.result(timeout=2)
        assert closing.result(timeout=20) == ["Refused"]
    assert Case.objects.get().state == "open"


def test_of_two_who_merge_the_same_two_records_each_into_the_other_the_second_finds_one_gone(world):
    first, second = (
        network.add_person(by=world.coordinator, given_name=name, family_name="Khan")
        for name in ("Amira", "Ameera")
    )

    def merge(kept: Person, merged: Person) -> Callable[[], Any]:
        return lambda: network.merge_people(
            by=world.coordinator, kept_id=kept.pk, merged_id=merged.pk, reason="Added twice"
        )

    assert at_once(merge(first, second), merge(second, first)) == ["Hidden", "done"]
    assert Person.objects.exclude(merged_into=None).count() == 1


def test_of_two_who_merge_the_same_two_places_each_into_the_other_the_second_finds_one_gone(world):
    first, second = (
        network.add_place(by=world.coordinator, name=name, kind="shop") for name in ("Kiosk", "The kiosk")
    )

    def merge(kept: Place, merged: Place) -> Callable[[], Any]:
        return lambda: network.merge_nodes(
            by=world.coordinator, kept_id=kept.pk, merged_id=merged.pk, reason="One door"
        )

    assert at_once(merge(first, second), merge(second, first)) == ["Hidden", "done"]
    assert Place.objects.exclude(merged_into=None).count() == 1


def first_read(act: Callable[[], Any]) -> str:
    """The first question that an act asks of the database."""
    with CaptureQueriesContext(connection) as asked:
        act()
    return next(query["sql"] for query in asked if query["sql"].startswith("SELECT"))


def test_a_share_is_held_before_it_is_read_to_be_looked_at_again(world, case):
    share = decide(world.social_worker, prepare(world.social_worker, case.person_id))
    asked = first_read(
        lambda: sharing.review_share(
            by=world.social_worker, share_id=share.pk, note="Still right", next_review_on=None
        )
    )
    assert 'FROM "cases_share"' in asked
    assert "FOR UPDATE" in asked


def test_a_plan_is_held_before_it_is_read_to_be_given(world, agreed):
    asked = first_read(
        lambda: own.give_own_plan(by=world.social_worker, plan_id=agreed.pk, why_not="She does not want it.")
    )
    assert 'FROM "cases_plan"' in asked
    assert "FOR UPDATE" in asked


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def test_a_case_is_not_closed_over_a_worry_that_is_being_told(world, agreed):
    """But for the worry it could be closed."""
    review(world, agreed)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        telling.tell(
            by=world.teacher,
            person_id=agreed.case.person_id,
            seen_and_heard="She was away again.",
            why_no_words="She was away.",
            danger_now="no",
        )
        closing = pool.submit(at_once, lambda: close(world, agreed.case))
        while not closing.done() and not somebody_waits():
            sleep(0.05)
        assert not closing.done()
    assert closing.result(timeout=60) == ["Refused"]
    agreed.case.refresh_from_db()
    assert agreed.case.state == "open"


def test_one_name_is_added_once_in_whatever_spelling(world):
    def add(username: str) -> Callable[[], Any]:
        return lambda: agencies.add_user(
            by=world.administrator,
            username=username,
            first_name="Noor",
            last_name="Aziz",
            password=None,
            team=world.exploitation_team,
            role=Role.PRACTITIONER,
        )

    names = ("noor.aziz", "Noor.Aziz", "NOOR.AZIZ", "noor.AZIZ")
    assert at_once(*map(add, names)) == ["Refused", "Refused", "Refused", "done"]
    assert User.objects.filter(username__iexact="noor.aziz").count() == 1


def test_a_form_that_is_sent_three_times_at_once_is_kept_once_and_fails_nobody(world):
    sheet = Sheet(id=uuid.uuid4(), user_id=world.teacher.pk, kind="note", page="/notes/")

    def send() -> Any:
        return keep_typed(by=world.teacher, sheet=sheet, typed={"what": ["Hm"]}, turn=SENT)

    assert at_once(send, send, send) == ["BeingSent", "BeingSent", "done"]
    assert Draft.objects.get().answers["typed"] == {"what": ["Hm"]}


def test_a_number_named_while_somebody_merges_is_of_the_one_that_goes_on(world):
    """The merge comes between the moment in which the number is found and the one in which the record is noted as naming it."""
    by = world.coordinator
    child = network.add_person(by=by, given_name="Mina", family_name="Hale")
    kept, merged = (
        Handle.objects.get(
            pk=network.note_tie_to(
                by=by, one_id=child.pk, end="handle", new_kind="phone", new_name=text, in_words="rings", knows=Knows("She said so")
            ).second_id
        )
        for text in ("07700 900111", "07700 900222")
    )  # fmt: skip
    read, done = Event(), Event()

    def told() -> Iterator[Found]:
        yield Found(HandleType.PHONE, "", "07700 900222", merged.key, 0, 12)
        read.set()
        done.wait(timeout=10)

    def put_together() -> Any:
        read.wait(timeout=10)
        network.merge_nodes(by=by, kept_id=kept.pk, merged_id=merged.pk, reason="One and the same")
        done.set()

    def name() -> Any:
        network.keep_mentions(by=by, about="concern", about_id=uuid.uuid4(), found=told())

    assert at_once(name, put_together) == ["done", "done"]
    assert [mention.node_id for mention in Mention.objects.all()] == [kept.pk]


def while_somebody_merges(merge: Callable[[], Any], write: Callable[[], Any]) -> list[str]:
    """What became of both: the second writes when the first has merged, and not committed."""
    merging, asked = Event(), Event()

    def then_write() -> Any:
        merging.wait(timeout=10)
        asked.set()
        write()

    def put_together() -> Any:
        with transaction.atomic():
            merge()
            merging.set()
            asked.wait(timeout=10)
            sleep(0.5)  # long enough for whoever writes to have read what is not merged yet

    return at_once(then_write, put_together)


def test_a_pattern_noted_while_somebody_merges_is_of_the_one_that_goes_on(world):
    by = world.coordinator
    kept, merged = (network.add_place(by=by, name=name, kind="arcade") for name in ("Kay", "Kai"))

    def note() -> Any:
        contexts.note_pattern(by=by, end="place", about_id=merged.pk, pattern="G2", reason="Seen there")

    def merge() -> Any:
        network.merge_nodes(by=by, kept_id=kept.pk, merged_id=merged.pk, reason="One and the same")

    assert while_somebody_merges(merge, note) == ["done", "done"]
    assert [pattern.place_id for pattern in ContextPattern.objects.all()] == [kept.pk]


@pytest.mark.parametrize("kind", ["person", "place"])
def test_a_tie_noted_while_somebody_merges_is_of_the_one_that_goes_on(world, kind):
    """Whoever notes waits until the merge is done, and does not write on what is gone."""
    by = world.coordinator
    add = {
        "person": lambda name: network.add_person(by=by, given_name=name, family_name="Cole", kind="adult"),
        "place": lambda name: network.add_place(by=by, name=name, kind="arcade"),
    }[kind]
    child = network.add_person(by=by, given_name="Mina", family_name="Hale")
    kept, merged = add("Kay"), add("Kai")
    merge = {"person": network.merge_people, "place": network.merge_nodes}[kind]

    def note() -> Any:
        network.note_tie(
            by=by, one_id=child.pk, other_id=merged.pk, in_words="is around", knows=Knows("Seen there")
        )

    def put_together() -> Any:
        merge(by=by, kept_id=kept.pk, merged_id=merged.pk, reason="One and the same")

    assert while_somebody_merges(put_together, note) == ["done", "done"]
    [tie] = Tie.objects.all()
    assert {tie.first_id, tie.second_id} == {child.pk, kept.pk}
