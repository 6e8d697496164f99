"""How quickly the pages of everyday work answer: `python -m tests.bench.casework`.

Among 200,000 people and 20,000 cases, on SQLite and on PostgreSQL, in process, with the number of questions to the
database. Each page is asked as its user's browser asks it, through every middleware, and drawn in full. A case has a
worry with signs, words, a signed assessment and an agreed plan; one in ten has a second worry that waits, one in a
hundred a second assessment that waits for a signature. Twenty children count on each worker, ten workers are a team.

"Work" is the time in which the machine was at work for the page; the rest of the time it waited, or others worked.
"""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import Any

from tests.bench.crowd import SEED, crowd
from tests.bench.databases import on_both, spread, take_stock, worked
from tests.bench.measure import table
from tests.bench.search import fill

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "200000"))
CASES = PEOPLE // 10
EACH_WORKER = 20  # children who count on one worker
EACH_TEAM = 10  # workers
ENTRIES = 2_000  # in the chronology of the child with the longest story
TIMES = int(os.environ.get("BENCH_TIMES", "200"))
SAID = "I want to see my sister, and I want somebody to meet me after school."
SEEN = (
    "She was collected from school by somebody whom nobody there knows, and was quiet and tired the next day."
)


def measure() -> None:
    people = list(crowd(PEOPLE))
    began = time.perf_counter()
    users = fill(people)
    coordinator, practitioner = users["co-ordinator"][0], users["practitioner"][0]
    children = [user.id for user in users["practitioner"][1][:CASES]]
    workers, supervisor = write_cases(children, coordinator)
    write_long_story(children[0], coordinator)
    del people
    take_stock()
    print(f"  {PEOPLE:,} people and {len(children):,} cases written in {time.perf_counter() - began:.0f} s")
    longest, some = f"/children/{children[0]}/", Random(SEED).sample(children[1:], 2 + TIMES)
    pages = [f"/children/{key}/" for key in some]
    rows = [
        page("open a child, for the first time ever", 60, practitioner, pages),
        page("open a child", 60, practitioner, pages),
        page("open the child with the longest story", 60, practitioner, often(longest)),
        page(f"chronology of {ENTRIES:,} entries", 150, practitioner, often(f"{longest}chronology/")),
        page("its last page", 150, practitioner, often(f"{longest}chronology/?page=999")),
        page("my work, a practitioner", 60, workers[1], often("/")),
        page("my work, a supervisor", 60, supervisor, often("/")),
        page("my work, a co-ordinator", 60, coordinator, often("/")),
        page("worries that wait, a co-ordinator", None, coordinator, often("/worries/")),
        saved("save a worry about a known child", 60, practitioner, some[1:]),
        page("open a child, first time since a worry was saved", 60, practitioner, pages),
        saved_while_typing("keep a worry while somebody types", None, practitioner),
    ]
    head = ("", "p50 ms", "p95 ms", "work p50 ms", "work p95 ms", "p95 below", "queries")
    table(f"{TIMES} times each", head, rows)


def often(path: str) -> list[str]:
    return [path] * (2 + TIMES)


# ---- what is timed; `below`: the target for the 95th percentile in milliseconds, where one was set


def page(what: str, below: int | None, user: Any, paths: list[str]) -> tuple[str, ...]:
    """The first path is drawn before, and not timed: a server that has been up for a while has drawn such a page."""
    client = signed_in(user)

    def draw(path: str) -> None:
        answer = client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"

    draw(paths[0])
    return timed(what, below, [lambda path=path: draw(path) for path in paths[1:]])  # type: ignore[misc]


def saved(what: str, below: int | None, user: Any, children: list[uuid.UUID]) -> tuple[str, ...]:
    from heard.cases.case.rules import Observed
    from heard.cases.concern.actions import tell

    today = date.today()
    signs = [Observed(item, "seen", today, "Form tutor", SEEN) for item in ("S01", "S06", "S10")]
    words = {"text": SAID, "heard_by": "Form tutor", "heard_on": today}

    def save(child: uuid.UUID) -> None:
        tell(by=user, person_id=child, seen_and_heard=SEEN, observations=signs, words=words, danger_now="no")

    return timed(what, below, [lambda child=child: save(child) for child in children])  # type: ignore[misc]


def saved_while_typing(what: str, below: int | None, user: Any) -> tuple[str, ...]:
    client = signed_in(user)
    begun = client.post("/worries/tell/")["Location"]
    [token] = re.findall(r'name="kept" value="([^"]+)"', client.get(begun).text)[:1]

    def save() -> None:
        answer = client.post("/typed/", {"kept": token, "kept-turn": "1", "seen_and_heard": SEEN * 5})
        assert answer.status_code == 204, answer.status_code

    return timed(what, below, [save] * (1 + TIMES))


def timed(what: str, below: int | None, steps: list[Callable[[], None]]) -> tuple[str, ...]:
    """Of all but the last step the time, of the last the number of questions: where a first time is timed, of a first time."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times, work, spent = [], [], worked()
    for step in steps[:-1]:
        began, busy = time.perf_counter(), spent()
        step()
        times.append(time.perf_counter() - began)
        work.append(spent() - busy)
    with CaptureQueriesContext(connection) as asked:
        steps[-1]()
    return what, *spread(times), *spread(work), str(below or ""), str(len(asked))


def signed_in(user: Any) -> Any:
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


# ---- what is there


def write_cases(children: list[uuid.UUID], coordinator: Any) -> tuple[list[Any], Any]:
    """A case for each child, in bulk; the workers on whom the children count, and the supervisor of the first of them."""
    workers, supervisor = write_workers(len(children) // EACH_WORKER + 1, coordinator.team.agency)
    numbered = enumerate(children)
    while part := list(islice(numbered, 2_000)):
        write_some([(number, child, workers[number // EACH_WORKER]) for number, child in part], coordinator)
    return workers, supervisor


def write_workers(how_many: int, agency: Any) -> tuple[list[Any], Any]:
    from heard.agencies.models import Membership, Team, User

    users = User.objects.bulk_create(
        User(username=f"worker{number}", first_name="W", last_name=str(number)) for number in range(how_many)
    )
    supervisor = User.objects.create(username="supervisor", first_name="S", last_name="V")
    teams = Team.objects.bulk_create(
        Team(agency=agency, name=f"Team {number}") for number in range(how_many // EACH_TEAM + 1)
    )
    Membership.objects.bulk_create(
        Membership(user=user, team=teams[number // EACH_TEAM], role="practitioner")
        for number, user in enumerate(users)
    )
    Membership.objects.create(user=supervisor, team=teams[0], role="supervisor")
    return users, supervisor


def write_some(part: list[tuple[int, uuid.UUID, Any]], coordinator: Any) -> None:
    from django.utils import timezone

    from heard.agencies.models import AuditRow
    from heard.cases.assessment.models import Assessment, AssessmentObservation
    from heard.cases.case.models import AllocatedWorker, Case, TrustedWorker, Words
    from heard.cases.concern.models import Concern, ConcernObservation
    from heard.cases.plan.models import Action, Outcome, Plan
    from heard.knowledge import load

    now, release = timezone.now(), load.current().id
    made: dict[Any, list[Any]] = {}

    def make(model: Any, **values: Any) -> Any:
        row = model(**values)
        made.setdefault(model, []).append(row)
        return row

    for number, child, worker in part:
        opened = now - timedelta(days=number % 300 + 20)
        day, team = opened.date(), worker.team
        by = {"told_by": worker, "agency": team.agency, "release": release}
        case = make(
            Case, reference=f"C-{number}", person_id=child, lead_team=team, trusted_worker=worker, allocated_worker=worker,
            opened_at=opened, opened_by=coordinator, seen_by_workers=True,  # as `sight` finds them
        )  # fmt: skip
        make(TrustedWorker, case=case, worker=worker, since=day, named_by=coordinator)
        make(AllocatedWorker, case=case, worker=worker, since=day, named_by=coordinator)
        words = make(
            Words, person_id=child, text=SAID, heard_on=day, heard_by="Form tutor", written_by=worker
        )
        concern = make(
            Concern, reference=f"W-{number}", person_id=child, told_at=opened, seen_and_heard=SEEN, danger_now="no",
            words=words, due_on=day, state="decided", decision="open_case", decided_by=coordinator, decided_at=opened,
            decision_reason="Two signs seen", case=case, **by,
        )  # fmt: skip
        if number % 10 == 0:
            make(
                Concern, reference=f"X-{number}", person_id=child, told_at=now, seen_and_heard=SEEN, danger_now="no",
                words=words, due_on=now.date(), **by,
            )  # fmt: skip
        assessment = make(
            Assessment, case=case, release=release, author=worker, state="signed", judgement=SEEN, words=words,
            started_at=opened, due_on=day + timedelta(days=60), submitted_at=opened, signed_by=coordinator,
            signed_at=opened,
        )  # fmt: skip
        if number % 100 == 0:
            make(
                Assessment, case=case, release=release, author=worker, state="submitted", judgement=SEEN, words=words,
                started_at=now, due_on=now.date() + timedelta(days=number % 60), submitted_at=now,
            )  # fmt: skip
        for item in ("S01", "S06", "S10"):
            seen = {"item": item, "state": "seen", "seen_on": day, "source": "Form tutor", "words": SEEN}
            make(ConcernObservation, concern=concern, noted_by=worker, **seen)
            make(AssessmentObservation, assessment=assessment, noted_by=worker, **seen)
        plan = make(
            Plan, case=case, assessment=assessment, state="agreed", words=words, started_at=opened, started_by=worker,
            agreed_at=opened, agreed_by=worker, review_on=now.date() + timedelta(days=number % 90 - 10),
        )  # fmt: skip
        for text in ("She gets to school and home safely.", "She sees her sister every week."):
            outcome = make(Outcome, plan=plan, text=text)
            make(Action, outcome=outcome, what="Ask who meets her", owner=worker, due_on=day + timedelta(days=30),
                 state="done", done_on=day)  # fmt: skip
            make(Action, outcome=outcome, what="Speak with the school", owner=worker,
                 due_on=now.date() + timedelta(days=number % 40 - 10))  # fmt: skip
        for verb, subject, key in (
            ("open", "case", case.pk), ("tell", "concern", concern.pk), ("decide", "concern", concern.pk),
            ("sign off", "assessment", assessment.pk), ("agree", "plan", plan.pk), ("view", "person", child),
        ):  # fmt: skip
            make(AuditRow, actor_id=worker.pk, actor=str(worker), verb=verb, subject=subject, subject_id=str(key),
                 person_id=child)  # fmt: skip
    for model, rows in made.items():
        # Past the managers that guard what is signed: these rows are made whole.
        from django.db.models import QuerySet

        QuerySet(model).bulk_create(rows)


def write_long_story(child: uuid.UUID, coordinator: Any) -> None:
    """A child of whom the chronology has at least `ENTRIES` entries."""
    from django.db import transaction

    from heard.agencies.actions import record_audit
    from heard.cases.case.models import Case, Words
    from heard.cases.concern.models import Concern
    from heard.cases.plan.models import Action, Outcome, Plan

    today = date.today()
    case = Case.objects.get(person_id=child)
    told = Concern.objects.filter(person_id=child, state="decided").first()
    assert told is not None
    Words.objects.bulk_create(
        Words(person_id=child, text=f"{SAID} {number}", heard_on=today - timedelta(days=number), heard_by="Form tutor",
              written_by=coordinator)
        for number in range(ENTRIES // 4)
    )  # fmt: skip
    Concern.objects.bulk_create(concerns_like(told, ENTRIES // 4))
    outcome = Outcome.objects.filter(plan__in=Plan.objects.filter(case=case)).first()
    Action.objects.bulk_create(
        Action(outcome=outcome, what=f"Ring the school {number}", owner=coordinator, state="done",
               done_on=today - timedelta(days=number), due_on=today)
        for number in range(ENTRIES // 4)
    )  # fmt: skip
    with transaction.atomic():
        record_audit(by=coordinator, verb="tell", subject="concern", subject_id=told.pk, person_id=child)


def concerns_like(told: Any, how_many: int) -> Iterator[Any]:
    """Each stands in the chronology twice: told, and decided."""
    for number in range(how_many):
        values = {field.attname: getattr(told, field.attname) for field in told._meta.concrete_fields}
        at = told.told_at - timedelta(hours=number)
        yield type(told)(
            **values | {"id": uuid.uuid4(), "reference": f"L-{number}", "told_at": at, "decided_at": at}
        )


if __name__ == "__main__":
    on_both("tests.bench.casework", measure)
