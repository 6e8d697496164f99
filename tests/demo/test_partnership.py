"""The fictional partnership obeys every rule, since it is written through everyone's actions."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.board import promises
from heard.board import queries as queries_of_audits
from heard.board.annual import rules
from heard.board.figures.queries import figures, periods
from heard.board.figures.rules import first_of
from heard.board.figures.words import in_short
from heard.board.models import AnnualReport
from heard.board.outcomes.queries import outcomes
from heard.board.rules import AuditPart
from heard.cases import models
from heard.cases.concern.holder.queries import to_decide
from heard.demo import partnership, published, site
from heard.engine.run.profile import check_again
from heard.graph.question.queries import QUESTIONS
from heard.home.queries import lists_of
from heard.insight.digest import queries as digests
from heard.insight.models import Profile, ReleaseDecision
from heard.insight.release import queries
from heard.insight.release.actions import draw_profile
from heard.network.models import Group, Handle, Merge, NotSame, Person, Place, Tie, TieSource
from heard.network.queries import (
    common_handles,
    may_be_same,
    named,
    node_merges_visible_to,
    people_visible_to,
)

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("partnership")]
PASSWORD = "for tests, and long enough"
TODAY = timezone.localdate()


@pytest.fixture(scope="module", autouse=True)
def loaded(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[int]:
    """Loaded once for all of this module, and taken back at its end."""
    from django.conf import settings
    from django.db import transaction

    folder = tmp_path_factory.mktemp("questions")
    folder.joinpath("wexmoor.yaml").write_text(partnership.own_questions(), encoding="utf-8")
    patch = pytest.MonkeyPatch()
    patch.setattr(settings, "QUESTIONS", folder)
    patch.setattr(settings, "DATA", tmp_path_factory.mktemp("data"))
    patch.setattr(settings, "PASSWORD_HASHERS", ["django.contrib.auth.hashers.MD5PasswordHasher"])
    with django_db_blocker.unblock(), transaction.atomic():
        yield partnership.load(password=PASSWORD)
        transaction.set_rollback(True)
    patch.undo()


def test_it_has_some_forty_children_and_staff_in_every_role(loaded: int) -> None:
    assert loaded == Person.objects.filter(kind="child", restricted=False).count() >= 40
    assert {user.roles[0] for user in User.objects.all()} == {role.value for role in Role}


@pytest.mark.parametrize(
    ("model", "field", "states"),
    [
        (models.Concern, "decision", {"", "open_case", "other_agency", "no_further_action", "step", "panel"}),
        (models.Assessment, "state", {"draft", "submitted", "returned", "signed"}),
        (models.Plan, "state", {"draft", "agreed", "ended"}),
        (models.Case, "state", {"open", "closed"}),
        (models.Panel, "state", {"planned", "held"}),
        (models.Panel, "kind", {"panel", "mapping", "conference"}),
        (models.Share, "state", {"shared", "refused"}),
        (models.InfoRequest, "state", {"open", "answered"}),
        (models.DisruptionStep, "state", {"open", "done", "not_done"}),
        (models.Supervision, "state", {"planned", "held", "confirmed"}),
        (models.Words, "how", {"said", "wrote", "drew", "message", "signed", "interpreter"}),
        (models.InterviewOffer, "outcome", {"accepted", "declined"}),
        (models.AssessmentEvidence, "change", {"seen", "no_longer"}),
        (models.Attachment, "kind", {"pdf", "png", "docx"}),
        (models.PanelAction, "state", {"open", "done", "not_done"}),
    ],
)
def test_it_shows_work_at_every_stage(model: Any, field: str, states: set[str]) -> None:
    assert set(model.objects.values_list(field, flat=True)) >= states


def test_every_part_of_life_is_lived() -> None:
    """Tables that nobody fills are pages that the demo cannot show. Packs are made when somebody asks for one, and the index
    of chronologies when somebody looks."""
    not_yet = {
        "MinutesCorrection", "ReferralDecision", "ShareReview", "SupervisionCorrection", "RecordedDecision", "WarningReview",
        "EarlierVersion", "NotHeard", "TryToReach", "RestrictionNews", "ReadingAlert", "Watched",
        "ContextMention", "ContextTry",
    }  # fmt: skip
    made_later = ("heard.cases.pack.", "heard.cases.record.")
    tables = [
        model
        for model in apps.get_app_config("cases").get_models()
        if not model.__module__.startswith(made_later) and model.__name__ not in not_yet
    ]
    assert [model.__name__ for model in tables if not model.objects.exists()] == []


def test_one_child_has_died_and_one_visit_was_written_about_two(loaded: int) -> None:
    assert models.Death.objects.get().stands
    assert models.Notice.objects.filter(kind="death").exists()
    shared = Counter(models.ContactNote.objects.filter(corrected_by=None).values_list("event_id", flat=True))
    assert 2 in shared.values()


def test_a_restricted_record_holds_what_two_worries_name_and_its_decider_told_of_one(loaded: int) -> None:
    decided = models.HolderDecision.objects.order_by("decided_at")
    assert [decision.outcome for decision in decided] == ["not_yet", "tell"]
    assert models.Notice.objects.filter(kind="known_elsewhere").exists()
    owen, maya = (User.objects.get(username=name) for name in ("owen.barrett", "maya.lindqvist"))
    assert to_decide(owen).count() == 1
    assert not to_decide(maya).exists()
    assert [str(handle) for handle in common_handles(maya)] == ["01632 960014"]


def test_one_child_is_missing_now_and_others_came_back() -> None:
    episodes = models.Episode.objects
    assert episodes.filter(found_at=None).count() == 1
    assert episodes.exclude(found_at=None).exclude(interview=None).exists()


def test_three_panels_were_held_and_one_is_to_come_with_an_agenda() -> None:
    assert models.Panel.objects.filter(kind="panel", state="held").count() == 3
    coming = models.Panel.objects.get(kind="panel", state="planned")
    assert coming.items.exists()
    assert models.Dissent.objects.exists()


def test_a_disagreement_goes_on() -> None:
    assert models.Disagreement.objects.filter(settled_at=None).exists()


def test_work_is_overdue_due_today_and_later() -> None:
    due = set(
        models.Action.objects.filter(state="open", outcome__plan__state="agreed").values_list(
            "due_on", flat=True
        )
    )
    reviews = set(models.Plan.objects.filter(state="agreed").values_list("review_on", flat=True))
    for days in (due, reviews):
        assert min(days) < TODAY < max(days)
    assert TODAY in reviews


def test_a_child_is_there_twice_and_nobody_has_merged_them() -> None:
    twice = Counter(Person.objects.filter(kind="child").values_list("family_name", "birth_date")).most_common(
        1
    )[0]
    assert twice[1] == 2
    assert not Merge.objects.exists()


def test_of_places_and_groups_that_are_there_twice_one_is_merged_one_waits_and_one_is_another() -> None:
    maya = User.objects.get(username="maya.lindqvist")
    [row] = named(maya, node_merges_visible_to(maya))
    assert (str(row.kept), str(row.merged)) == ("Ropewalk hand car wash", "Car wash on Ropewalk")
    assert [(str(pair.one), str(pair.other)) for pair in may_be_same(maya) if pair.kind == "place"] == [
        ("Cob Lane take-away", "Cob Lane takeaway")
    ]
    assert NotSame.objects.count() == 1
    assert "Those who wear the letter" not in {str(pair.one) for pair in may_be_same(maya)}


def test_no_two_children_have_the_same_story() -> None:
    told = list(models.Concern.objects.exclude(person=None).values_list("seen_and_heard", flat=True))
    assert len(set(told)) == len(told)
    names = list(Person.objects.filter(kind="child").values_list("given_name", flat=True))
    assert len(set(names)) == len(names)


def test_no_text_still_has_a_gap_for_the_name() -> None:
    found = [
        (model.__name__, field.name)
        for model in apps.get_app_config("cases").get_models()
        for field in model._meta.fields
        if field.get_internal_type() in {"TextField", "CharField"}
        and model.objects.filter(**{f"{field.name}__contains": "<name>"}).exists()
    ]
    assert found == []


def _known(name: str) -> Any:
    """An adult, place or group of the story, or the phone that ends so."""
    if name.isdigit():
        return Handle.objects.get(key__endswith=name)
    tables: tuple[Any, ...] = (
        Person.objects.filter(kind="adult", given_name=name),
        Group.objects.filter(name=name),
    )
    places = Place.objects.filter(name=name).order_by("postcode")
    return next(row for rows in (*tables, places) for row in rows)


def _tied(kind: str, other: Any) -> Any:
    """Of ties of this kind to or from somebody or something, the other end that was noted last."""
    tie = Tie.objects.filter(Q(first=other.pk) | Q(second=other.pk), kind=kind).latest("pk")
    return tie.second_id if tie.first_id == other.pk else tie.first_id


def _asked(username: str, question: str, **keys: Any) -> list[str]:
    try:
        return [
            line.says for line in QUESTIONS[question].ask(User.objects.get(username=username), **keys).lines
        ]
    except Hidden:
        return []


def _questions() -> dict[str, tuple[dict[str, Any], str]]:
    """Of each question, of what it is asked and what it has to say."""
    arcade, dean = _known("Harbour Street arcade"), _known("Dean")
    spoke = TieSource.objects.filter(about="interview", tie__second=arcade.pk).earliest("valid_from")
    letter = _tied("contacted_from", _known("0214"))
    worry = models.Concern.objects.get(seen_and_heard__contains="07700 900147")
    return {
        "episodes": ({"episode_id": spoke.about_id}, "Harbour Street arcade is named in 2 of these"),
        "together": ({"person_id": letter}, "07700 900214 in common"),
        "ways": (
            {
                "node_id": _tied("goes_to", _known("Ropewalk hand car wash")),
                "other_id": _tied("drives", dean),
            },
            "(2) Ropewalk hand car wash is run by Dean Corrigan; (3) Dean Corrigan drives ",
        ),
        "panel": (
            {"panel_id": models.Panel.objects.get(kind="panel", state="planned").pk},
            "one withdrawn because: It was another driver",
        ),
        "same_group": (
            {"group_id": _known("Drivers behind the takeaway").pk},
            "and Older young people at Quayside may be",
        ),
        "circles": (
            {"panel_id": models.Panel.objects.get(kind="panel", state="planned").pk},
            " through 07700 900214",
        ),
        "bridges": ({}, "Without Kim Tallis nothing"),
        "moved": (
            {"place_id": _known("Quayside bus station").pk},
            "were seen at Northgate retail park for the first",
        ),
        "worry": ({"concern_id": worry.pk}, "The worry touches Drivers behind the takeaway"),
        "unwatched": ({}, "Harbour wall (WX1 3AG): "),
        "users": ({"handle_id": _known("0147").pk}, "by Kim Tallis since"),
        "there": ({"place_id": arcade.pk}, "Dean Corrigan."),
        "rests": ({"node_id": _tied("gives_things_to", dean)}, "to Dean Corrigan in this way"),
        "pieces": ({"thing_id": _known("0214").pk}, "hold one piece each about 07700 900214"),
    }


@pytest.mark.parametrize("username", ["maya.lindqvist", "ruth.pemberton"])
def test_each_question_finds_something_that_somebody_may_judge(username: str) -> None:
    asked = _questions()
    assert asked.keys() == QUESTIONS.keys()
    silent = [
        question
        for question, (keys, says) in asked.items()
        if not any(says in line for line in _asked(username, question, **keys))
    ]
    assert silent == []


def test_what_only_looks_like_a_finding_is_passed_over() -> None:
    asked, arcade = _questions(), _known("Harbour Street arcade")
    maya = "maya.lindqvist"
    assert not any(
        "Harbour steps" in line for line in _asked(maya, "episodes", **asked["episodes"][0])
    )  # named once
    assert not any(
        "Quayside bus station" in line for line in _asked(maya, "unwatched")
    )  # somebody protects there
    assert not any(
        "Harbour Street arcade" in line for line in _asked(maya, "unwatched")
    )  # a panel acts there
    assert not any("Ferdi" in line for line in _asked(maya, "users", **asked["users"][0]))  # thought untrue
    assert not any("Kim" in line for line in _asked(maya, "there", place_id=arcade.pk))  # the day after
    assert not any(
        "Harbour steps" in line for line in _asked(maya, "rests", **asked["rests"][0])
    )  # two say so
    assert _asked(maya, "pieces", thing_id=_known("0147").pk) == []  # the police have two
    agenda = _asked(maya, "panel", **asked["panel"][0])
    assert not any("Ropewalk" in line for line in agenda)  # all that is known of it is older


def test_who_does_not_see_both_children_is_told_nothing_of_what_they_share() -> None:
    letter = _questions()["together"][0]["person_id"]
    grace = User.objects.get(username="grace.adeyemi")
    assert people_visible_to(grace).filter(pk=letter).exists()
    assert not any("0214" in line for line in _asked("grace.adeyemi", "together", person_id=letter))
    assert {
        question for question, (keys, _says) in _questions().items() if _asked("ana.kovacs", question, **keys)
    } == set()


@pytest.mark.parametrize(
    "username", ["ruth.pemberton", "maya.lindqvist", "dele.okafor", "owen.barrett", "farah.osman", "tom.hartley", "sky.marlowe"]
)  # fmt: skip
def test_my_work_leaves_out_no_list_that_holds_anything(username: str) -> None:
    """What is asked first, of each list, finds something wherever there is something to do."""
    user = User.objects.get(username=username)
    left_out = [kind for kind in lists_of(user) if kind.only_if and not kind.only_if(user).exists()]
    assert left_out
    assert [kind.key for kind in left_out if kind.rows(user).exists()] == []


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Quayside bus station", ["Noted:", "was opened", "Young people said", "signed off", "Review of", "Done:", "decided:",
                                  "Pattern noted", "Pattern withdrawn"]),
        ("Cob Lane takeaway", ["Worry told"]),
        ("Fernhill playing field", ["was closed"]),
    ],
)  # fmt: skip
def test_a_place_by_day_has_all_that_became_known_and_was_done(name: str, lines: list[str]) -> None:
    client = Client()
    client.force_login(User.objects.get(username="maya.lindqvist"))
    page = client.get(reverse("place_by_day", kwargs={"place_id": Place.objects.get(name=name).pk})).text
    assert [line for line in lines if line not in page] == []
    days = [datetime.strptime(day, "%d %B %Y") for day in re.findall(r'__on">([^<]+)<', page)]
    assert days == sorted(days, reverse=True)


def test_everyone_it_prints_can_sign_in() -> None:
    for person in partnership.staff():
        user = User.objects.get(username=person.username)
        assert user.check_password(PASSWORD)
        assert user.roles == [person.role]


def test_no_two_actions_of_a_plan_were_added_at_one_moment() -> None:
    added = Counter(models.Action.objects.values_list("outcome__plan", "added_at"))
    assert len(added) > 30
    assert set(added.values()) == {1}


def test_an_action_was_put_off_across_the_end_of_a_quarter() -> None:
    """On whichever day the partnership is made: by which of its two days an action counts shows then alone."""
    assert any(
        first_of(delay.was_due_on) != first_of(delay.due_on) for delay in models.ActionDelay.objects.all()
    )


def test_each_promise_counts_in_the_quarter_of_its_own_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Row by row, as somebody would with the records before them; in the quarter in which each thing was due."""
    monkeypatch.setattr("heard.cases.case.rules.TOO_FEW", 0)
    board = User.objects.get(username="helen.burrows")
    found = {
        name: {
            first_of(period.last): (period.kept.kept, period.kept.of) for period in shown if period.kept.of
        }
        for name, shown in periods(board, today=TODAY + timedelta(days=400)).items()
    }
    by_hand = {
        promises.WORRIES: [
            (concern.due_on, concern.decided_at is not None and localdate(concern.decided_at) <= concern.due_on)
            for concern in models.Concern.objects.all()
        ],
        promises.ASSESSMENTS: [
            (assessment.due_on, assessment.signed_at is not None and localdate(assessment.signed_at) <= assessment.due_on)
            for assessment in models.Assessment.objects.all()
            if assessment.due_on
        ],
        promises.INTERVIEWS: [
            (localdate(episode.interview_due_at), _held(episode) is not None and _held(episode) <= episode.interview_due_at)
            for episode in models.Episode.objects.filter(found_at__isnull=False)
        ],
        promises.REVIEWS: [(review.due_on, review.held_on <= review.due_on) for review in models.Review.objects.all() if review.due_on]
        + [(plan.review_on, False) for plan in models.Plan.objects.exclude(state="draft") if plan.review_on],
        promises.ACTIONS: [
            (agreed, action.done_on is not None and action.done_on <= agreed)
            for action in models.Action.objects.exclude(outcome__plan__state="draft").exclude(state="replaced")
            if (agreed := action.put_off[0].was_due_on if action.put_off else action.due_on)
        ],
    }  # fmt: skip
    for clock in models.ClockRun.objects.all():
        for name, clocks in promises.BY_CLOCK.items():
            if clock.clock in clocks and (clock.ended_on is None or clock.ended_on > clock.due_on):
                met = clock.met_on is not None and clock.met_on <= clock.due_on
                by_hand.setdefault(name, []).append((clock.due_on, met))
    for name, things in by_hand.items():
        counted: dict[date, list[bool]] = {}
        for day, kept in things:
            counted.setdefault(first_of(day), []).append(kept)
        assert found[name] == {first: (sum(kept), len(kept)) for first, kept in counted.items()}, name
    assert len({first for name in by_hand for first in found[name]}) >= 3


def test_of_each_promise_there_is_a_figure_but_of_the_duty_that_has_just_begun() -> None:
    """Years are behind it, so that no figure has to be left out because it is of few."""
    board = User.objects.get(username="helen.burrows")
    said = {figure.promise.name: in_short(figure) for figure in figures(board, today=TODAY)}
    assert {name for name, text in said.items() if "%" not in text} <= {promises.REPORTS}, said


def test_what_became_of_worries_is_drawn_with_its_tables() -> None:
    """Each picture of the page shows something, and says what it found."""
    client = Client()
    client.force_login(User.objects.get(username="helen.burrows"))
    page = client.get(reverse("outcomes")).text
    assert "too few" not in " ".join(re.findall(r"<h2[^>]*>(.*?)</h2>", page, re.DOTALL))
    shown = re.findall(r'<img class="heard-picture"[^>]*alt="([^"]+)"', page)
    assert len(shown) >= 4
    found = outcomes(User.objects.get(username="helen.burrows"), today=TODAY)
    assert found.year is not None
    assert len(found.became.alone) >= 2
    assert found.told is not None
    assert found.told.across is not None


def _held(episode: Any) -> Any:
    held = models.Interview.objects.filter(episode=episode).first()
    return held and held.held_at


def test_every_write_is_audited() -> None:
    assert AuditRow.objects.count() > 1000


def test_it_is_loaded_into_an_empty_database_only() -> None:
    with pytest.raises(Refused):
        partnership.load(password=PASSWORD)


def test_the_report_of_the_year_that_ended_last_is_released_and_the_one_before_is_being_written() -> None:
    last, before = AnnualReport.objects.all()
    assert (last.begins, before.begins) == ((year := rules.years(today=TODAY)[0]).first, year.before.first)
    assert before.put_up_as is None
    assert last.put_up_as is not None
    assert last.put_up_as.state == "released"
    assert last.put_up_as.author_id not in {decision.by_id for decision in last.put_up_as.decisions.all()}
    assert {text.part for text in last.texts.all()} == set(AuditPart)
    content = queries.content_of(User.objects.get(username="ruth.pemberton"), last.put_up_as.pk)
    shown = [section for section in content.sections if section.sheet and section.sheet.counts]
    assert len(shown) > 12
    assert any(
        text.isdecimal() and text != "0"
        for section in shown
        for row in section.sheet.rows
        for text in row[1:]
    )  # type: ignore[union-attr]


def test_a_profile_is_released_by_two_who_did_not_draw_it_up_and_waits_to_be_told_of(
    settings: Any, tmp_path: Any
) -> None:
    """The site draws it up in the background; here the extracts are smaller."""
    settings.EXTRACTS = tmp_path / "extracts"
    site._extracts(settings.EXTRACTS, children=300)
    site._first_run()
    profile = Profile.objects.get(kind="profile")
    published.let_out.call(str(profile.pk))
    assert (profile.state, ReleaseDecision.objects.filter(profile=profile).count()) == (
        "waiting",
        0,
    )  # it comes again when it is drawn up
    draw_profile.call(str(profile.pk))
    published.let_out.call(str(profile.pk))
    profile.refresh_from_db()
    assert (profile.state, profile.author.username) == ("released", site.ANALYST)
    who = {decision.by.username for decision in profile.decisions.all()}
    assert who == set(published.RELEASED_BY)
    board = User.objects.get(username="helen.burrows")
    assert [digest.profile for digest in digests.waiting_for(board)] == [profile]
    assert queries.content_of(board, profile.pk).findings
    every = [profile.folder for profile in queries.ever_released(board)]
    found = check_again(every[0], before=every[1:])
    assert (len(every), found.derived) == (2, [])
    assert found.hidden > 50


def test_a_mapping_meeting_is_over_with_what_was_said_and_one_and_a_conference_are_to_come() -> None:
    over = models.Panel.objects.get(kind="mapping", state="held")
    said = TieSource.objects.filter(about="panel", about_id=over.pk)
    assert said.count() == 3
    answered = over.items.filter(Q(decided_at__isnull=False) | Q(actions__isnull=False))
    assert answered.distinct().count() == over.items.count() == 5
    assert (
        models.Panel.objects.get(kind="mapping", state="planned").items.filter(handle__isnull=False).exists()
    )
    conference = models.Panel.objects.get(kind="conference", state="held")
    step = models.DisruptionStep.objects.get(panel_action__item__panel=conference)
    assert step.context_id == conference.context_id
    assert models.ContactNote.objects.filter(text__contains="Learnt at the context conference").exists()


def test_it_has_two_audits_a_year_apart() -> None:
    """The first is closed with what was counted then, the second is open: actions of the one go on in the other, and it says what is better."""
    helen = User.objects.get(username="helen.burrows")
    last, now = queries_of_audits.audits_visible_to(helen).order_by("opened_at")
    assert 350 < (now.opened_at - last.opened_at).days < 400
    assert (last.state, now.state) == ("closed", "open")
    assert last.until < now.since + timedelta(days=30)
    assert last.counted.keys() >= {"words_in_reviews", "worker_changes", "disruption_results"}
    assert all(one["when"] and one["coverage"] for one in last.counted.values())
    assert last.closed_at is not None
    assert last.closed_at < now.opened_at
    whole = queries_of_audits.whole(helen, now)
    assert [action.requirement for action in whole.carried] == ["SM7"]
    assert "SM6" in {row.requirement.id for row in whole.better}
    assert any(row.is_disputed for row in whole.rows)
    assert len({agency.kind for agency in whole.agencies}) == 3
    closed, _rows = queries_of_audits.trend(helen)
    assert closed == [last]
    found = queries_of_audits.counted(helen, now, [row.requirement for row in whole.rows])
    assert [
        figure["label"] for figures in found.values() for figure in figures if not figure["coverage"]
    ] == []


def test_a_team_does_not_see_each_child_of_another_team_of_its_agency() -> None:
    """Family help works with some of the children whose cases the exploitation team leads."""
    led = models.Case.objects.filter(lead_team__name="Exploitation team", state="open")
    everybody = set(led.values_list("person", flat=True))
    family = {
        name: set(people_visible_to(User.objects.get(username=name)).values_list("pk", flat=True)) & everybody
        for name in ("carys.vaughan", "joan.ashdown")
    }
    for seen in family.values():
        assert seen
        assert seen < everybody
    worker = User.objects.get(username="ruth.pemberton")
    assert everybody <= set(people_visible_to(worker).values_list("pk", flat=True))
