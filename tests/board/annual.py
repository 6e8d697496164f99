"""A partnership of three years in which much happened, drawn from a seed, and the same figures counted again by plain loops over its rows."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Iterator
from copy import copy
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.utils import timezone
from tests.conftest import World
from tests.home.test_work import a_case

from heard.agencies.models import User
from heard.cases.assessment.models import Assessment
from heard.cases.case.models import Case, CasePeriod, NotHeard, Words
from heard.cases.clocks.actions import end_clocks
from heard.cases.clocks.models import Moment
from heard.cases.concern.models import Concern
from heard.cases.missing.models import Episode, Interview, InterviewOffer
from heard.cases.plan.models import Action, ActionDelay, Outcome, Plan
from heard.cases.reporting import rules as reporting
from heard.cases.reporting.models import OffenceReport
from heard.cases.review.models import Review, ReviewedOutcome
from heard.cases.turning.models import UnmetNeed
from heard.knowledge import load
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
    words = [
        words for words in Words.objects.all() if on(words.heard_on) and not hasattr(words, "corrected_by")
    ]
    looked = [
        outcome for outcome in ReviewedOutcome.objects.select_related("review") if on(outcome.review.held_on)
    ]
    worked = {
        case.person_id
        for case in cases
        if case.state == "open" and timezone.localdate(case.opened_at) <= last
    }
    for period in periods:
        if timezone.localdate(period.opened_at) <= last and timezone.localdate(period.closed_at) >= first:
            worked.add(period.case.person_id)
    heard = {word.person_id for word in words}
    rename = lambda name, empty: name if name not in ("", empty) else "not recorded"
    found = {
        "opened": Counter("opened" for one in [*periods, *(c for c in cases if c.state == "open")] if within(one.opened_at)),
        "closed": Counter(rename(period.ended_as, "") for period in periods if within(period.closed_at)),
        "outcomes": Counter(rename(outcome.course, "not_known") for outcome in looked),
        "missing": Counter(_around(year)),
        "children": Counter(("with a case", "heard" if child in heard else "not heard") for child in worked),
        "about": Counter(rename(word.said_on, "") for word in words),
        "changed": Counter("answered" if word.what_changed else "waiting" for word in words),
        "unheard": Counter(one.why for one in NotHeard.objects.all() if on(one.last_on)),
    }  # fmt: skip
    told = {
        concern.person_id
        for concern in Concern.objects.all()
        if concern.person_id and within(concern.told_at)
    }
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
        began = [timezone.localdate(episode.missing_from) for episode in Episode.objects.filter(person=child, taken_back_at=None)]  # fmt: skip
        ended = [
            timezone.localdate(period.closed_at) for period in CasePeriod.objects.filter(case__person=child)
        ]
        if any(0 <= (one - day).days < 182 for one in ended):
            yield "not followed"
            continue
        before = sum(0 < (day - one).days <= 182 for one in began)
        after = sum(0 <= (one - day).days < 182 for one in began)
        yield "fewer" if after < before else "more" if after > before else "same" if after else "none"


def _described(keys: set[Any], last: date) -> dict[str, Counter[str]]:
    groups = {"W": "White", "B": "Black or Black British", "A": "Asian or Asian British", "M": "Mixed or several groups"}  # fmt: skip
    found: dict[str, Counter[str]] = {value: Counter() for value in ("sex", "age", "ethnicity", "disability")}
    for child in Person.objects.filter(pk__in=keys).prefetch_related("facts"):
        said = [fact for fact in child.facts.all() if fact.kind == "ethnicity" and fact.until is None]
        code = said[0].code if said else None
        ethnic = "not recorded" if code is None else "own words" if not code else "Chose not to say" if code == "REFU" else groups[code[0]]  # fmt: skip
        born = child.birth_date
        years = None if born is None or born > last else last.year - born.year - ((born.month, born.day) > (3, 31))  # fmt: skip
        found["sex"][child.sex if child.sex in "FM" else "not recorded"] += 1
        found["age"]["not recorded" if years is None else next(name for below, name in _BANDS if years < below)] += 1  # fmt: skip
        found["ethnicity"][ethnic] += 1
        found["disability"]["recorded" if any(fact.kind == "disability" for fact in child.facts.all()) else "not recorded"] += 1  # fmt: skip
    return found


def answer(world: World) -> None:
    """Of what `fill` made: decisions soon or late, interviews and offers for some who came back, the child's words beside some reviews; conferences,
    core groups and looked-after reviews, actions of plans and of those that changed them, and reports of suspected offences."""
    for number, worry in enumerate(Concern.objects.order_by("told_at", "pk")):
        told = timezone.localdate(worry.told_at)
        decided = at(told + timedelta(days=1 + (number % 3 == 0)))
        Concern.objects.filter(pk=worry.pk).update(due_on=told + timedelta(days=1), decided_at=decided)
    for number, episode in enumerate(
        Episode.objects.filter(taken_back_at=None).order_by("missing_from", "pk")
    ):
        due, by = episode.interview_due_at, world.social_worker
        if number % 3 == 0:
            held = due - timedelta(hours=5) if number % 2 else due + timedelta(days=2)
            Interview.objects.create(
                episode=episode, held_at=held, where="School", with_whom="Kit, charity", independent="Of a charity", why_no_words="…",
                noted_by=by, noted_at=held,
            )  # fmt: skip
        if number % 4 == 0:
            outcome = "declined" if number % 8 else "not_offered"
            InterviewOffer.objects.create(
                episode=episode,
                outcome=outcome,
                offered_at=due - timedelta(days=1),
                by_whom="Sol",
                noted_by=by,
                noted_at=due,
            )
    for number, review in enumerate(Review.objects.select_related("plan__case").order_by("held_on", "pk")):
        if number % 3:
            review.words = Words.objects.create(
                person_id=review.plan.case.person_id,
                text="…",
                heard_on=review.held_on,
                heard_by="Sol",
                written_by=world.social_worker,
            )
            review.save()
    _go_on(world, random.Random(11))


def _go_on(world: World, made: random.Random) -> None:
    for case in Case.objects.exclude(plans=None).order_by("person__given_name"):
        for kind, on in _meetings(made):
            _note(case, kind, on, world.social_worker, made)
        end_clocks(by=world.coordinator, case_id=case.pk)  # what is noted winds the clocks of the case
    for plan in Plan.objects.order_by("case__person__given_name"):
        _act(plan, world, made)
    for child in Person.objects.filter(given_name__startswith="Child").order_by("given_name"):
        for _ in range(made.choice((0, 1, 2))):
            _report(child, world, made)


def _meetings(made: random.Random) -> Iterator[tuple[str, date]]:
    """What is noted of one case, with its days: now and then not at all, in time, on the day, late, or after something ended it."""
    first = lambda: date(2024, 1, 1) + timedelta(made.randrange(800))
    after = lambda on, soon, late: on + timedelta(made.randint(soon, late))
    on = first()
    yield made.choice(("strategy_discussion", "strategy_discussion", "transfer_in_notice")), on
    came = made.choice(("conference_first",) * 6 + ("conference_no_plan", "enquiry_ended", ""))
    on = after(on, 0, 35)
    if came:
        yield came, on
    if came == "conference_first":
        if made.random() < 0.8:
            yield "core_group", after(on, 0, 22)
        if made.random() < 0.2:
            yield "protection_plan_ended", after(on, 5, 120)
        for soon, late in ((70, 105), (160, 200), (160, 200))[: made.randint(0, 3)]:
            on = after(on, soon, late)
            yield made.choice(("review_conference",) * 4 + ("review_conference_last",)), on
    if made.random() < 0.7:
        on = first()
        if made.random() < 0.9:  # else they were looked after before anything was noted here
            yield "looked_after", on
        for soon, late in ((14, 36), (75, 105), (160, 200))[: made.randint(0, 3)]:
            on = after(on, soon, late)
            yield "looked_after_review", on
        if made.random() < 0.3:
            yield "looked_after_ended", after(on, 0, 60)


def _note(case: Case, kind: str, on: date, by: User, made: random.Random) -> None:
    """Now and then with a wrong day, which is put right, or by mistake, which is taken back."""
    row: dict[str, Any] = {"case": case, "kind": kind, "release": load.current().id, "noted_by": by}
    wrong = made.random()
    days = on + timedelta(made.randint(1, 9)) if wrong < 0.1 else on
    moment = Moment.objects.create(on=days, **row)
    Moment.objects.filter(pk=moment.pk).update(noted_at=at(on, 13))
    if wrong < 0.15:
        happened = wrong < 0.1
        put_right = Moment.objects.create(
            on=on, corrects=moment, happened=happened, why_corrected="Wrong day" if happened else "It was another child", **row
        )  # fmt: skip
        Moment.objects.filter(pk=put_right.pk).update(noted_at=at(TODAY))


def _act(plan: Plan, world: World, made: random.Random) -> None:
    """Actions of a plan, and of the one that changed it: those that go on, those that do not, and those that were put off in either."""
    begun = timezone.localdate(plan.agreed_at)
    on = begun + timedelta(made.randint(20, 120))
    state = made.choice(("", "draft", "ended", "ended", "ended"))
    changed = _change(plan, on, state, world) if state else None
    for _ in range(made.choice((1, 2, 3))):
        due = None if made.random() < 0.05 else begun + timedelta(made.randint(1, 130))
        first = Action(outcome=plan.outcomes.get(), what="Walk home with her", due_on=due)
        if due and made.random() < 0.25:
            _put_off(first, begun + timedelta(made.randint(1, 19)), made, world.social_worker)
        if state != "ended" or made.random() < 0.3:
            _finish(first, made)
        else:
            first.state = "replaced"
            first.save()
        if changed and (state == "draft" or first.state == "replaced") and made.random() < 0.9:
            then = Action(outcome=changed.outcomes.get(), what=first.what, due_on=on + timedelta(made.randint(1, 90)), first=first)  # fmt: skip
            if state != "draft" and made.random() < 0.4:
                _put_off(then, on + timedelta(made.randint(1, 80)), made, world.social_worker)
            _finish(then, made)


def _change(plan: Plan, on: date, state: str, world: World) -> Plan:
    agreed = {} if state == "draft" else {"agreed_at": at(on), "agreed_by": world.coordinator}
    changed = Plan.objects.create(
        case=plan.case, assessment=plan.assessment, state=state, replaces=plan, started_at=at(on), started_by=world.coordinator,
        why_no_words="Not met", **agreed,
    )  # fmt: skip
    if agreed:
        plan.state = "replaced"
        plan.save()
    outcome = plan.outcomes.get()
    Outcome.objects.create(plan=changed, text=outcome.text, first=outcome)
    return changed


def _put_off(action: Action, on: date, made: random.Random, by: User) -> None:
    was = action.due_on
    assert was is not None
    action.due_on = was + timedelta(made.randint(1, 40))
    action.save()
    delay = ActionDelay.objects.create(
        action_id=action.line_id,
        was_due_on=was,
        due_on=action.due_on,
        reason="The school is shut",
        put_off_by=by,
    )
    ActionDelay.objects.filter(pk=delay.pk).update(put_off_at=at(on, 9))


def _finish(action: Action, made: random.Random) -> None:
    action.state = made.choice(("done", "done", "done", "not_done", "open"))
    if action.state != "open":
        about = action.due_on or TODAY - timedelta(days=200)
        action.done_on = about + timedelta(made.choice((-9, -1, 0, 0, 1, 20)))
    action.save()


def _report(child: Person, world: World, made: random.Random) -> None:
    known = date(2024, 1, 1) + timedelta(made.randrange(900))
    release = load.current()
    delay = made.choice(("", "", "risk", "other"))
    after = made.choice((0, 0, 1, 6, 7, 8, None))
    told = (
        {}
        if after is None
        else {"to_kind": "police", "way": "oral", "reported_at": at(known + timedelta(after), 15)}
    )
    back = {"taken_back_at": at(TODAY), "taken_back_by": world.social_worker, "why_taken_back": "Twice"}
    OffenceReport.objects.create(
        person=child, trigger="child_told", who="Sol", known_at=at(known), release=release.id, agency=world.care, noted_by=world.social_worker,
        noted_at=at(known), due_on=reporting.last_day(release.clock(reporting.CLOCK), known, delay), delay=delay,
        delay_why="He reads her messages" if delay else "", **told, **(back if made.random() < 0.15 else {}),
    )  # fmt: skip


def promised_again(today: date, year: tuple[date, date]) -> dict[str, tuple[int, int]]:
    """Of each promise how often it was kept, and of how many, in the quarters of a year that may be shown."""
    first, last = (quarter(day) for day in year)
    found = {}
    for name, shown in shown_again(today).items():
        within = [row for row in shown if first <= row[0] and row[1] <= last]
        if within:
            found[name] = (sum(row[2] for row in within), sum(row[3] for row in within))
    return found


def shown_again(today: date) -> dict[str, list[tuple[int, int, int, int]]]:
    """Of each promise what may be shown, as first and last quarter, how often it was kept, and of how many: plain loops over all rows, quarter by
    quarter from the first, those with five or fewer, or of five or fewer children, together with the next."""
    found = {}
    for name, rows in _all_promised().items():
        ended = sorted(
            (quarter(day), kept, child) for day, kept, child in rows if quarter(day) < quarter(today)
        )
        if not ended:
            continue
        shown: list[tuple[int, int, int, int]] = []
        begins, together = ended[0][0], []
        for now in range(ended[0][0], quarter(today)):
            together += [row for row in ended if row[0] == now]
            enough = len(together) > 5 and len({child for _, _, child in together}) > 5
            if enough:
                shown.append((begins, now, sum(kept for _, kept, _ in together), len(together)))
            if enough or not together:
                begins, together = now + 1, []
        found[name] = shown
    return found


def quarter(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3


def _all_promised() -> dict[str, list[tuple[date, bool, Any]]]:
    """Everything ever promised that the world holds: on which day, whether it was kept, and of which child."""
    of = timezone.localdate
    found: dict[str, list[tuple[date, bool, Any]]] = {
        "worries": [
            (
                concern.due_on,
                concern.decided_at is not None and of(concern.decided_at) <= concern.due_on,
                concern.person_id,
            )
            for concern in Concern.objects.all()
        ],
        "assessments": [
            (
                assessment.due_on,
                assessment.signed_at is not None and of(assessment.signed_at) <= assessment.due_on,
                assessment.case.person_id,
            )
            for assessment in Assessment.objects.select_related("case")
            if assessment.due_on
        ],
        "reviews": [
            (review.due_on, review.held_on <= review.due_on, review.plan.case.person_id)
            for review in Review.objects.select_related("plan__case")
            if review.due_on
        ],
    }
    back = [
        episode for episode in Episode.objects.all() if episode.found_at and episode.taken_back_at is None
    ]
    heard = {interview.episode_id: interview.held_at for interview in Interview.objects.all()}
    asked: dict[Any, list[datetime]] = {}
    for offer in InterviewOffer.objects.exclude(outcome="not_offered"):
        asked.setdefault(offer.episode_id, []).append(offer.offered_at)
    in_time = lambda one: one.pk in heard and heard[one.pk] <= one.interview_due_at
    found["interviews"] = [
        (of(episode.interview_due_at), in_time(episode), episode.person_id) for episode in back
    ]
    found["interviews-offered"] = [
        (of(episode.interview_due_at), in_time(episode) or min(asked.get(episode.pk, [at(date.max.replace(month=1))])) <= episode.interview_due_at, episode.person_id)
        for episode in back
    ]  # fmt: skip
    found["words"] = [
        *((of(concern.decided_at), False, concern.person_id) for concern in Concern.objects.filter(state="decided", person__isnull=False)),
        *((of(assessment.signed_at), False, assessment.case.person_id) for assessment in Assessment.objects.filter(state="signed").select_related("case")),
        *((of(plan.agreed_at), False, plan.case.person_id) for plan in Plan.objects.filter(agreed_at__isnull=False).select_related("case")),
        *((review.held_on, review.words_id is not None, review.plan.case.person_id) for review in Review.objects.select_related("plan__case")),
        *((of(period.closed_at), False, period.case.person_id) for period in CasePeriod.objects.select_related("case")),
    ]  # fmt: skip
    found |= _held_again()
    found["actions"] = list(_done_again())
    found["offence-reports"] = list(_reported_again())
    return found


# Meetings by a clock, as the knowledge says each (15 and 10 working days, 3 and 6 months, 20 working days, 3 and 6 months): from which moment,
# by which it is met, after which nothing is due. Of moments of one day those that come first here are read first.
_ORDER: Final = [
    "strategy_discussion", "enquiry_ended", "transfer_in_notice", "conference_first", "conference_no_plan", "core_group", "review_conference",
    "review_conference_last", "protection_plan_ended", "looked_after", "looked_after_review", "looked_after_ended",
]  # fmt: skip
_CONFERENCE: Final = ("conference_first", "conference_no_plan")
_REVIEWS: Final = ("review_conference", "review_conference_last")
_TIMED: Final = [
    ("conferences", "strategy_discussion", (15, "working days"), _CONFERENCE, ("enquiry_ended",)),
    ("conferences", "transfer_in_notice", (15, "working days"), _CONFERENCE, ()),
    ("core-groups", "conference_first", (10, "working days"), ("core_group",), ("review_conference_last", "protection_plan_ended")),
    ("review-conferences", "conference_first", (3, "months"), _REVIEWS, ("protection_plan_ended",)),
    ("review-conferences", "review_conference", (6, "months"), _REVIEWS, ("protection_plan_ended",)),
    ("looked-after-reviews", "looked_after", (20, "working days"), ("looked_after_review",), ("looked_after_ended",)),
    ("looked-after-reviews", "first review", (3, "months"), ("looked_after_review",), ("looked_after_ended",)),
    ("looked-after-reviews", "later review", (6, "months"), ("looked_after_review",), ("looked_after_ended",)),
]  # fmt: skip
# Of England, as gov.uk lists them.
_HOLIDAYS: Final = {
    date(2024, 1, 1), date(2024, 3, 29), date(2024, 4, 1), date(2024, 5, 6), date(2024, 5, 27), date(2024, 8, 26), date(2024, 12, 25),
    date(2024, 12, 26), date(2025, 1, 1), date(2025, 4, 18), date(2025, 4, 21), date(2025, 5, 5), date(2025, 5, 26), date(2025, 8, 25),
    date(2025, 12, 25), date(2025, 12, 26), date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 4), date(2026, 5, 25),
    date(2026, 8, 31), date(2026, 12, 25), date(2026, 12, 28),
}  # fmt: skip


def _last_day(start: date, amount: int, unit: str) -> date:
    """The day it starts is day 0; a month ends where it is shorter."""
    if unit == "months":
        year, month = divmod(start.year * 12 + start.month - 1 + amount, 12)
        return min(date(year, month + 1, 1) + timedelta(start.day - 1), _end_of_month(year, month + 1))
    while amount:
        start += timedelta(days=1)
        amount -= start.weekday() < 5 and start not in _HOLIDAYS
    return start


def _end_of_month(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _held_again() -> dict[str, list[tuple[date, bool, Any]]]:
    """From what was noted and stands, and when each case was closed: not from the clocks that Heard wound."""
    found: dict[str, list[tuple[date, bool, Any]]] = {}
    noted = {moment.pk: moment for moment in Moment.objects.all()}
    corrected = {moment.corrects_id for moment in noted.values()}
    closings = list(CasePeriod.objects.order_by("closed_at"))
    for case in Case.objects.all():
        here = [moment for moment in noted.values() if moment.case_id == case.pk and moment.happened and moment.pk not in corrected]  # fmt: skip
        here.sort(key=lambda moment: (moment.on, _ORDER.index(moment.kind)))
        closed = [closing.closed_at for closing in closings if closing.case_id == case.pk]
        for place, began in enumerate(_began(here)):
            first = here[place]
            while first.corrects_id:
                first = noted[first.corrects_id]
            closing = next((timezone.localdate(moment) for moment in closed if moment > first.noted_at), None)
            for name, starts, time_for_it, met_by, ends_with in _TIMED:
                if starts == began:
                    due = _last_day(here[place].on, *time_for_it)
                    kept = _is_kept(here[place:], due, closing, met_by, ends_with)
                    if kept is not None:
                        found.setdefault(name, []).append((due, kept, case.person_id))
    return found


def _began(moments: list[Moment]) -> Iterator[str]:
    """What each of them is for the clocks: which review of a child it is since they became looked after, as far as that was noted."""
    reviews = None
    for moment in moments:
        if moment.kind == "looked_after":
            reviews = 0
        if moment.kind != "looked_after_review":
            yield moment.kind
            continue
        yield "first review" if reviews == 0 else "later review"
        reviews = None if reviews is None else reviews + 1


def _is_kept(
    moments: list[Moment], due: date, closed: date | None, met_by: tuple[str, ...], ends_with: tuple[str, ...]
) -> bool | None:
    """Of what the first of them began; None where it was over by its day, because nothing was due any more."""
    began = moments[0].on
    stops = next((moment for moment in moments[1:] if moment.kind in (*met_by, *ends_with)), None)
    if stops and closed and stops.on > max(closed, began):
        stops = None
    if stops and stops.kind in met_by:
        return stops.on <= due
    over = stops.on if stops else closed and max(closed, began)
    return False if over is None or over > due else None


def _done_again() -> Iterator[tuple[date, bool, Any]]:
    """Each action once, plan after plan that held it: on the day that was agreed, of what was put off too; missed where that day had passed when
    a changed plan gave it another."""
    rows = list(Action.objects.select_related("outcome__plan__case", "outcome__plan__replaced_by"))
    delays = list(ActionDelay.objects.order_by("put_off_at"))
    for first in rows:
        if first.first_id or first.outcome.plan.state == "draft":
            continue
        line = [
            first,
            *(
                action
                for action in rows
                if action.first_id == first.pk and action.outcome.plan.state != "draft"
            ),
        ]
        line.sort(key=lambda action: action.outcome.plan.agreed_at)
        put_off = [delay for delay in delays if delay.action_id == first.pk]
        last, child = line[-1], first.outcome.plan.case.person_id
        for action in line:
            changed = action.outcome.plan.replaced_by.agreed_at if action.state == "replaced" else None
            so_far = [delay for delay in put_off if changed is None or delay.put_off_at < changed]
            day = so_far[0].was_due_on if so_far else action.due_on
            if changed and not (day and day < timezone.localdate(changed)):
                continue
            if day:
                yield day, changed is None and last.state == "done" and last.done_on <= day, child
            break


def _reported_again() -> Iterator[tuple[date, bool, Any]]:
    """On the day on which it became known, or within seven days where an earlier report was a risk for the child."""
    for report in OffenceReport.objects.all():
        if report.taken_back_at and not report.reported_at:
            continue
        last = timezone.localdate(report.known_at) + timedelta(days=7 if report.delay == "risk" else 0)
        yield (
            last,
            bool(report.reported_at) and timezone.localdate(report.reported_at) <= last,
            report.person_id,
        )
