"""A partnership of three years in which much happened, drawn from a seed, and the same figures counted again by plain loops over its rows."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from copy import copy
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.utils import timezone
from tests.conftest import World
from tests.home.test_work import a_case

from heard.cases.assessment.models import Assessment
from heard.cases.case.models import Case, CasePeriod, NotHeard, Words
from heard.cases.concern.models import Concern
from heard.cases.missing.models import Episode
from heard.cases.plan.models import Outcome, Plan
from heard.cases.review.models import Review, ReviewedOutcome
from heard.cases.turning.models import UnmetNeed
from heard.network.actions import add_person
from heard.network.models import Fact, Person

TODAY: Final = date(2026, 11, 27)
YEAR: Final = (date(2025, 4, 1), date(2026, 3, 31))
BEFORE: Final = (date(2024, 4, 1), date(2025, 3, 31))
_CODES: Final = ["WBRI", "WIRI", "BCRB", "BAFR", "AIND", "MWBC", "REFU", "", None]
_BANDS: Final = ((10, "0 to 9"), (13, "10 to 12"), (16, "13 to 15"), (18, "16 and 17"), (200, "18 and over"))


def at(day: date, hour: int = 12) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def fill(world: World, *, children: int = 40, seed: int = 3) -> None:
    """What stages write, as rows: so that nobody waits for forty lives to be lived through the actions."""
    made, worker = random.Random(seed), world.social_worker
    case, concern = a_case(world), Concern.objects.get()
    edges = [date(2024, 3, 31), date(2024, 4, 1), date(2025, 3, 31), date(2025, 4, 1), date(2026, 3, 31), date(2026, 4, 1)]  # fmt: skip
    day = lambda: (
        made.choice(edges) if made.random() < 0.2 else date(2024, 1, 1) + timedelta(made.randrange(900))
    )
    for number in range(children):
        born = None if made.random() < 0.15 else date(2006 + number % 12, 1 + number % 12, 1 + number % 28)
        sex = made.choice("FFMMU")
        child = add_person(by=worker, given_name=f"Child{number}", family_name="Counted", birth_date=born, sex=sex)  # fmt: skip
        code = made.choice(_CODES)
        if code is not None:
            Fact.objects.create(
                person=child, kind="ethnicity", value="" if code else "As I say", code=code, written_by=worker
            )
        for _ in range(made.choice((0, 0, 1, 2))):
            Fact.objects.create(person=child, kind="disability", value="Hearing", written_by=worker)
        for _ in range(made.choice((0, 1, 1, 2))):
            _tell(concern, child, day())
        if made.random() < 0.85:
            _work(copy(case), child, world, made, day)
        for _ in range(made.choice((0, 1, 3))):
            Words.objects.create(
                person=child, text="…", heard_on=day(), heard_by="Sol", written_by=worker,
                said_on=made.choice(["plan", "review", "note", ""]), what_changed=made.choice(["", "More time"]),
            )  # fmt: skip
        for _ in range(made.choice((0, 1, 4))):
            began = day()
            back = began + timedelta(days=1)
            Episode.objects.create(
                person=child, missing_from=at(began), from_where="home", last_seen_where="Home", last_seen_by="Sol", danger="no",
                noted_by=worker, noted_at=at(TODAY), found_at=at(back), interview_due_at=at(back + timedelta(days=3)),
                found_noted_by=worker, **made.choice([{}, {}, {"taken_back_at": at(TODAY), "taken_back_by": worker, "taken_back_why": "x"}]),
            )  # fmt: skip
        if made.random() < 0.5:
            NotHeard.objects.create(
                person=child, beside="plan", beside_id=uuid.uuid4(), why=made.choice(["no_wish", "not_reached"]),
                last_on=day(), text="Asked at home", written_by=worker,
            )  # fmt: skip
            UnmetNeed.objects.create(
                person=child, need=made.choice(UnmetNeed._meta.get_field("need").choices)[0], agency=world.care, recorded_by=worker,
                recorded_at=at(day()),
            )  # fmt: skip


def _tell(concern: Concern, child: Person, day: date) -> None:
    new = copy(concern)
    new.pk, new.reference, new.person, new.told_at = uuid.uuid4(), f"W{uuid.uuid4().hex[:8]}", child, at(day)
    new._state.adding = True
    new.save()


def _work(case: Case, child: Person, world: World, made: random.Random, day: Any) -> None:
    case.pk, case.reference, case.person = uuid.uuid4(), f"C{uuid.uuid4().hex[:8]}", child
    case.state, case._state.adding = made.choice(["open", "closed"]), True
    days = sorted(day() for _ in range(3))
    case.opened_at = at(days[2] if case.state == "open" else days[0])
    case.save()
    by = world.coordinator
    if case.state == "closed" or made.random() < 0.5:
        CasePeriod.objects.create(
            case=case, opened_at=at(days[0]), opened_by=by, closed_at=at(days[1], 23), closed_by=by, why_closed="Done",
            why_no_words="Not met", contact_afterwards="Sol", told_child="By Sol", open_again_if="New worry",
            ended_as=made.choice(["ended", "moved", "adult", "mistake", ""]),
        )  # fmt: skip
    signed = Assessment.objects.create(
        case=case, release="x", author=world.social_worker, state="signed", started_at=at(days[0]), signed_at=at(days[1]),
        signed_by=world.supervisor, due_on=day(),
    )  # fmt: skip
    plan = Plan.objects.create(
        case=case, assessment=signed, state="ended", started_at=at(days[0]), started_by=by, agreed_at=at(days[0]), agreed_by=by, why_no_words="Not met"
    )  # fmt: skip
    outcome = Outcome.objects.create(plan=plan, text="Safe at school")
    for _ in range(made.choice((0, 1, 2))):
        review = Review.objects.create(
            plan=plan, due_on=day(), held_on=day(), held_by=by, what_changed="More calm", decision="step_down", reason="Calm",
            why_no_words="Not met",
        )  # fmt: skip
        course = made.choice(["better", "same", "worse", "not_known"])
        seen = {} if course == "not_known" else {"what": "Calm", "seen_by": "Sol", "seen_on": review.held_on}
        ReviewedOutcome.objects.create(review=review, outcome=outcome, course=course, **seen)


# ---- the same, counted again


def recounted(year: tuple[date, date]) -> dict[str, Counter[Any]]:
    """Of each section the counts by what stands in its rows, "" for all of it."""
    first, last = year
    within = lambda moment: first <= timezone.localdate(moment) <= last
    on = lambda day: first <= day <= last
    periods, cases = list(CasePeriod.objects.all()), list(Case.objects.all())
    words = [one for one in Words.objects.all() if on(one.heard_on) and not hasattr(one, "corrected_by")]
    looked = [one for one in ReviewedOutcome.objects.select_related("review") if on(one.review.held_on)]
    worked = {
        one.person_id for one in cases if one.state == "open" and timezone.localdate(one.opened_at) <= last
    }
    for one in periods:
        if timezone.localdate(one.opened_at) <= last and timezone.localdate(one.closed_at) >= first:
            worked.add(one.case.person_id)
    heard = {one.person_id for one in words}
    rename = lambda name, empty: name if name not in ("", empty) else "not recorded"
    found = {
        "opened": Counter("opened" for one in [*periods, *(c for c in cases if c.state == "open")] if within(one.opened_at)),
        "closed": Counter(rename(one.ended_as, "") for one in periods if within(one.closed_at)),
        "outcomes": Counter(rename(one.course, "not_known") for one in looked),
        "missing": Counter(_around(year)),
        "children": Counter(("with a case", "heard" if child in heard else "not heard") for child in worked),
        "about": Counter(rename(one.said_on, "") for one in words),
        "changed": Counter("answered" if one.what_changed else "waiting" for one in words),
        "unheard": Counter(one.why for one in NotHeard.objects.all() if on(one.last_on)),
    }  # fmt: skip
    told = {one.person_id for one in Concern.objects.all() if one.person_id and within(one.told_at)}
    for group, keys in (("told of", told), ("with a case", worked)):
        for name, counts in _described(keys, last).items():
            found.setdefault(name, Counter()).update({(group, what): n for what, n in counts.items()})
    return found


def _around(year: tuple[date, date]) -> Any:
    first: dict[Any, date] = {}
    for plan in Plan.objects.select_related("case"):
        if plan.agreed_at:
            day, child = timezone.localdate(plan.agreed_at), plan.case.person_id
            first[child] = min(first.get(child, day), day)
    for child, day in first.items():
        if not year[0] <= day + timedelta(days=181) <= year[1]:
            continue
        began = [timezone.localdate(one.missing_from) for one in Episode.objects.filter(person=child, taken_back_at=None)]  # fmt: skip
        ended = [timezone.localdate(one.closed_at) for one in CasePeriod.objects.filter(case__person=child)]
        if any(0 <= (one - day).days < 182 for one in ended):
            yield "not followed"
            continue
        before = sum(0 < (day - one).days <= 182 for one in began)
        after = sum(0 <= (one - day).days < 182 for one in began)
        yield "fewer" if after < before else "more" if after > before else "same" if after else "none"


def _described(keys: set[Any], last: date) -> dict[str, Counter[str]]:
    groups = {"W": "White", "B": "Black or Black British", "A": "Asian or Asian British", "M": "Mixed or several groups"}  # fmt: skip
    found: dict[str, Counter[str]] = {one: Counter() for one in ("sex", "age", "ethnicity", "disability")}
    for child in Person.objects.filter(pk__in=keys).prefetch_related("facts"):
        said = [one for one in child.facts.all() if one.kind == "ethnicity" and one.until is None]
        code = said[0].code if said else None
        ethnic = "not recorded" if code is None else "own words" if not code else "Chose not to say" if code == "REFU" else groups[code[0]]  # fmt: skip
        born = child.birth_date
        years = None if born is None or born > last else last.year - born.year - ((born.month, born.day) > (3, 31))  # fmt: skip
        found["sex"][child.sex if child.sex in "FM" else "not recorded"] += 1
        found["age"]["not recorded" if years is None else next(name for below, name in _BANDS if years < below)] += 1  # fmt: skip
        found["ethnicity"][ethnic] += 1
        found["disability"]["recorded" if any(one.kind == "disability" for one in child.facts.all()) else "not recorded"] += 1  # fmt: skip
    return found
