"""Annual reports: every figure counted again by hand, what is hidden and stays so, who drafts, writes, puts up and releases."""

from __future__ import annotations

import json
import re
import uuid
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate
from openpyxl import load_workbook
from pypdf import PdfReader
from tests.again import written_once
from tests.board.annual import (
    BEFORE,
    TODAY,
    YEAR,
    answer,
    at,
    fill,
    promised_again,
    quarter,
    recounted,
    shown_again,
)
from tests.conftest import World, another_coordinator

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.board import actions as board
from heard.board import promises
from heard.board.annual import actions, counting, queries, rules
from heard.board.annual.rules import Year
from heard.board.figures.queries import periods
from heard.board.figures.rules import Period, between
from heard.board.models import AnnualReport
from heard.board.rules import AuditPart
from heard.cases.case.models import CasePeriod, Death, Words
from heard.cases.case.rules import Counted, Kept
from heard.cases.concern.models import Concern
from heard.cases.plan.models import Plan
from heard.cases.plan.queries import missing_around_first_plan
from heard.cases.review.models import Review
from heard.cases.turning.models import UnmetNeed
from heard.engine.run.profile import check_again
from heard.insight.models import Profile
from heard.insight.release import actions as releasing
from heard.insight.release import queries as released
from heard.insight.release.report import Cell, Section, Tidy, as_told, sections_of
from heard.insight.release.report import policies as report_policies
from heard.network.actions import add_person
from heard.network.models import Person

WHY = "It gives nobody away"
OF = date(2025, 4, 1)


@pytest.fixture(autouse=True)
def somewhere(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@written_once
def _filled(world: World) -> None:
    fill(world)


@pytest.fixture
def full(world: World) -> World:
    _filled(world)
    return world


def _draft(by: User, policy: str = "department", hour: int = 12) -> AnnualReport:
    return actions.draft_report(by=by, first=OF, policy=policy, at=at(TODAY, hour))


def _put_up(by: User, report: AnnualReport) -> Profile:
    profile = actions.put_up_report(by=by, annual_report_id=report.pk).put_up_as
    assert profile is not None
    return profile


def _release(profile: Profile, *people: User) -> Profile:
    for user in people:
        profile = releasing.release_profile(by=user, profile_id=profile.pk, reason=WHY)
    return profile


# ---- figures


def test_every_figure_is_what_loops_over_the_rows_count(full: World) -> None:
    found = {
        section.id.partition("-")[2]: section
        for section in counting.sections(full.board_member, Year(OF), today=TODAY, small=5)
    }
    for year, days in ((Year(OF), YEAR), (Year(OF).before, BEFORE)):
        again = recounted(days)
        for name, counts in again.items():
            table = found[name].table
            assert table is not None
            cells = [cell for cell in table.cells if cell.at("year") == (year.name,)]
            if not cells:
                continue
            parts = [name for name in table.dimensions if name != "year"]
            key = lambda cell, parts=parts: tuple(where[0] for part in parts if (where := cell.at(part)))
            counted = {key(cell): cell.count for cell in cells}
            expected = {name if isinstance(name, tuple) else (name,): n for name, n in counts.items()}
            assert {k: n for k, n in counted.items() if n and len(k) == len(parts)} == expected, (name, year)
            if "group" in parts:
                for group in {cell.at("group")[0] for cell in cells}:
                    assert counted[(group,)] == sum(n for k, n in expected.items() if k[0] == group)
            elif name != "opened":
                assert counted[()] == sum(expected.values())
    assert sum(len(counts) for counts in again.values()) > 20, "the world is not empty"


def test_promises_are_those_of_the_page_within_the_year(full: World) -> None:
    found = periods(full.board_member, today=TODAY)
    table = counting.sections(full.board_member, Year(OF), today=TODAY, small=5)[0].table
    shown = {name: between(of, *YEAR) for name, of in found.items()}
    there = {name: one for name, one in shown.items() if one}
    assert table is not None
    assert there, "some promise is shown"
    for name, period in there.items():
        counts = {cell.at("kept"): cell.count for cell in table.cells if cell.at("promise") == (name,)}
        kept, of = period.kept.kept, period.kept.of
        assert counts == {(): of, ("kept",): kept, ("not kept",): of - kept}
    assert {cell.at("promise")[0] for cell in table.cells} == there.keys()


def test_each_promise_is_what_loops_over_the_rows_count(world: World) -> None:
    """Without the periods of the page: which quarters are shown is worked out again too."""
    fill(world, children=70)
    answer(world)
    table = counting.sections(world.board_member, Year(OF), today=TODAY, small=5)[0].table
    assert table is not None
    again = promised_again(TODAY, YEAR)
    assert again.keys() == {promise.name for promise in promises.all_promises(with_reports=True)} - {
        promises.TRUSTED
    }
    counted = {
        name: {c.at("kept"): c.count for c in table.cells if c.at("promise") == (name,)} for name in again
    }
    assert counted == {
        name: {(): of, ("kept",): kept, ("not kept",): of - kept} for name, (kept, of) in again.items()
    }
    assert {cell.at("promise")[0] for cell in table.cells} == again.keys()
    assert all(0 < kept < of for name, (kept, of) in again.items()), "the world is not of one kind"


def test_each_quarter_of_a_promise_is_what_loops_over_the_rows_count(world: World) -> None:
    """Of every year, and what was put together with what."""
    fill(world, children=70)
    answer(world)
    again = shown_again(TODAY)
    found = {
        name: [
            (quarter(period.first), quarter(period.last), period.kept.kept, period.kept.of)
            for period in of
            if period.is_shown
        ]
        for name, of in periods(world.board_member, today=TODAY).items()
    }
    assert found == again
    assert all(len(of) > 2 for of in again.values())


def test_what_is_printed_is_what_loops_over_the_rows_count(full: World) -> None:
    """Of the report that everybody reads, each number that is not hidden, in the workbook."""
    answer(full)
    profile = _put_up(full.board_member, _draft(full.board_member))
    printed = _numbers(load_workbook(profile.folder / "profile.xlsx"))
    labels = {promise.name: promise.text for promise in promises.all_promises(with_reports=True)}
    again = promised_again(TODAY, YEAR)
    seen = 0
    for name, (kept, of) in again.items():
        row = printed[labels[name]]
        for shown, true in zip(row, (kept, of - kept, of), strict=True):
            assert shown in ("c", true), (name, row)
            assert shown == "c" or not 0 < true <= 5
            seen += shown != "c"
    assert seen >= 8
    heard = recounted(YEAR)["children"]
    assert printed["Heard"][0] in ("c", heard["with a case", "heard"])
    assert printed["No words recorded"][0] in ("c", heard["with a case", "not heard"])


def _numbers(book: Any) -> dict[str, list[Any]]:
    """By what stands first in a row, its counts: those of the year, of the first row that is called so."""
    found: dict[str, list[Any]] = {}
    for sheet in book:
        for row in sheet.iter_rows(values_only=True):
            cells = [one for one in row if one is not None]
            counts = [cell for cell in cells[1:] if cell == "c" or isinstance(cell, int)]
            if counts and isinstance(cells[0], str):
                found.setdefault(cells[0].strip(), counts)
    return found


def test_what_audits_asked_and_was_not_met_is_in_it_with_how_far_actions_are(full: World) -> None:
    """Of an audit that was closed in the year, and of no other. What was written of an action is not told."""
    for title, closed in (("Ours", YEAR[1]), ("After the year", date(2026, 4, 1))):
        audit = board.open_audit(
            by=full.board_member, title=title, since=YEAR[0], until=YEAR[1], packs=["working_together"], agencies=[full.care, full.police],
            lead=full.care, at=at(YEAR[0]),
        )  # fmt: skip
        of = {"audit_id": audit.pk, "agency": full.care, "why": "We looked at ten."}
        met = board.answer(
            by=full.coordinator,
            requirement="WT1",
            answer="met",
            evidence="A register",
            evidence_on=YEAR[1],
            **of,
        )
        assert met.answer == "met"
        board.answer(by=full.coordinator, requirement="WT8", answer="partly", **of)
        board.answer(by=full.coordinator, requirement="WT9", answer="cannot_tell", **of)
        for what in ("Ask Sam", "Ask Kit"):
            action = board.plan_action(
                by=full.coordinator, audit_id=audit.pk, requirement="WT8", what=what, shows="A list", owner=full.coordinator,
                due_on=YEAR[1], at=at(YEAR[0]),
            )  # fmt: skip
        board.finish_action(
            by=full.coordinator, audit_action_id=action.pk, state="done", what_came="Sam said so"
        )
        board.close_audit(by=full.board_member, audit_id=audit.pk, found="We are late.", at=at(closed))
    section = _at(_draft(full.board_member), "not_done-audits")
    assert len(section.words) == 1
    assert "1 of 13" in section.words[0]
    lines = {line[0]: line[1:] for line in section.lines}
    assert lines["A decision on each referral within 1 working day."] == (
        "Partly met: 1",
        "To do: 1; Done: 1",
    )
    assert lines["Threshold document published and current."] == ("Not answered: 1", "No action is planned")
    assert "There are named lead and delegated partners and a chair." not in lines, "it is met"
    assert "Sam" not in str(section)


def test_no_small_count_is_kept_with_a_draft_or_printed(full: World) -> None:
    report = _draft(full.board_member)
    texts = {
        cell.text for section in sections_of(report.sections) if section.table for cell in section.table.cells
    }
    assert {"1", "2", "3", "4", "5"}.isdisjoint(texts)
    assert "c" in texts
    assert all(
        not cell.count
        for section in sections_of(report.sections)
        if section.table
        for cell in section.table.cells
    )


@pytest.mark.on_day(date(2026, 11, 27))
def test_each_figure_says_what_it_counts_of_how_many_and_what_is_not_known(full: World) -> None:
    report = _draft(full.board_member)
    for section in sections_of(report.sections):
        assert section.words, section.id
        assert section.coverage or section.lines, section.id
        assert "%(" not in section.coverage
    ethnicity = next(section for section in sections_of(report.sections) if section.id == "reached-ethnicity")
    assert ("Not recorded", 0) in [(row.label, row.depth - 1) for row in ethnicity.grid.rows]
    assert "not recorded: " in ethnicity.coverage
    promised = next(section for section in sections_of(report.sections) if section.id == "promised-year")
    assert all("2025" in row.beside[0] or "2026" in row.beside[0] for row in promised.grid.rows)


@pytest.mark.on_day(date(2026, 11, 27))
def test_what_is_of_few_children_is_hidden_however_often_it_happened(full: World) -> None:
    child = Person.objects.filter(family_name="Counted").first()
    for _ in range(12):
        Words.objects.create(
            person=child, text="…", heard_on=YEAR[0], heard_by="Sol", said_on="panel", written_by=full.social_worker
        )  # fmt: skip
    report = _draft(full.board_member)
    about = next(section for section in sections_of(report.sections) if section.id == "heard-about")
    assert about.table is not None
    assert about.table.text(year=(Year(OF).name,), occasion=("panel",)) == "c"


def test_figures_stay_as_they_were_drafted(full: World) -> None:
    report = _draft(full.board_member)
    kept = json.dumps(report.sections, sort_keys=True)
    Concern.objects.filter(person__isnull=False).update(told_at=at(BEFORE[0]))
    profile = _put_up(full.board_member, report)
    report.refresh_from_db()
    assert json.dumps(report.sections, sort_keys=True) == kept
    told = json.loads((profile.folder / "profile.json").read_text("utf-8"))
    printed = {one["id"]: one["grid"] for one in told["sections"] if one["grid"]}
    for section in sections_of(report.sections):
        if section.has_grid:
            rows = [list(row.texts) for row in section.grid.rows]
            there = printed[section.id.replace("_", "-")]["rows"]
            assert [row["texts"][1 : 1 + len(texts)] for row, texts in zip(there, rows, strict=True)] == rows


def test_what_is_kept_is_what_was_counted_also_where_a_database_orders_keys_anew(full: World) -> None:
    made = counting.sections(full.board_member, Year(OF), today=TODAY, small=5)
    again = sections_of(json.loads(json.dumps(as_told(made), sort_keys=True)))
    assert [section.grid.heads for section in again if section.has_grid] == [
        section.grid.heads for section in made if section.has_grid
    ]
    assert [section.table.header for section in again if section.table] == [
        section.table.header for section in made if section.table
    ]
    assert [(section.id, section.words, section.coverage, section.lines) for section in again] == [
        (section.id, section.words, section.coverage, section.lines) for section in made
    ]


# ---- nothing is given away


def test_the_attack_on_all_that_is_released_finds_nothing(full: World) -> None:
    other = another_coordinator(full)
    profile = _release(_put_up(full.board_member, _draft(full.board_member)), full.coordinator, other)
    assert profile.state == "released"
    assert check_again(profile.folder, before=[]).derived == []
    releasing.withdraw_profile(by=other, profile_id=profile.pk, reason="A word was wrong")
    again = _put_up(full.board_member, _draft(full.board_member))
    found = check_again(again.folder, before=[profile.folder])
    assert found.derived == []
    assert found.hidden > 0
    assert _release(again, full.coordinator, other).state == "released"


def test_a_second_report_that_tells_by_difference_is_refused(full: World) -> None:
    """Drafted before the first was released, by a policy under which fewer counts are small."""
    other = another_coordinator(full)
    folder = Path(released.settings.DATA) / "policies"
    folder.mkdir()
    (folder / "five.yaml").write_text("threshold: 5\n", encoding="utf-8")
    (folder / "one.yaml").write_text("threshold: 1\nleast_values: 2\n", encoding="utf-8")
    loose = _draft(full.board_member, "one")
    AnnualReport.objects.filter(pk=loose.pk).update(begins=date(1995, 4, 1))  # so that both are there at once
    strict = _draft(full.board_member, "five")
    first = _put_up(full.board_member, strict)
    second = _put_up(full.board_member, loose)
    _release(first, full.coordinator, other)
    _release(second, full.coordinator)
    with pytest.raises(Refused, match="could work out small counts"):
        _release(second, other)
    second.refresh_from_db()
    assert second.state == "second"


def _at(report: AnnualReport, id: str) -> Any:
    return next(section for section in sections_of(report.sections) if section.id == id)


@pytest.mark.parametrize(("children", "seed"), [(12, 22), (14, 24), (16, 21), (20, 23)])
def test_one_total_is_shown_in_every_table_or_in_none(world: World, children: int, seed: int) -> None:
    """The children with a case are counted in five tables: where one showed what another hides, small parts of the other would be left."""
    fill(world, children=children, seed=seed)
    report = _draft(world.board_member)
    true = {
        section.id: section
        for section in counting.sections(world.board_member, Year(OF), today=TODAY, small=5)
    }
    names = ("heard-children", "reached-sex", "reached-age", "reached-ethnicity", "reached-disability")
    totals = {}
    for id in (name for name in names if _at(report, name).table):
        table, counts = _at(report, id).table, true[id].table
        assert counts is not None
        texts = {(cell.at("group"), cell.at(id.partition("-")[2])): cell.text for cell in table.cells}
        totals[id] = texts.get((("with a case",), ()))
        for group in {cell.at("group") for cell in table.cells}:
            parts = {item: text for item, text in texts.items() if item[0] == group and item[1]}
            hidden = [item for item, text in parts.items() if text == "c"]
            known = (
                next((text for text in totals.values() if text not in (None, "c")), "c")
                if group == ("with a case",)
                else texts[group, ()]
            )
            left = (
                None
                if known == "c"
                else int(known) - sum(int(text) for text in parts.values() if text != "c")
            )
            assert left is None or not hidden or (len(hidden) > 1 and left > len(hidden)), (id, group, texts)
    assert len(set(totals.values()) - {None}) <= 1, totals


def test_a_group_of_few_or_all_alike_is_left_out_with_its_noughts(world: World) -> None:
    def of(children: int, sexes: str) -> Any:
        made = [next(iter(sexes[n % len(sexes)])) for n in range(children)]
        asked = counting.YearToCount(world.board_member, Year(OF), TODAY, 5)
        labels = {"F": "Girls", "M": "Boys", "not recorded": "Not recorded"}
        return counting._by(
            asked, "reached-sex", "Sex", [], labels, {"told of": made}, lambda one: one, {"told of": "x"}
        )

    assert of(5, "FM").table is None
    assert "too few children" in of(5, "FM").words[0]
    assert of(8, "F").table is None
    assert of(8, "FM").table is not None
    assert of(8, "U").table is not None, "of nobody is it recorded, which says nothing of anybody"


def test_decisions_are_those_of_the_promise_in_the_same_months(full: World) -> None:
    """Also where a quarter with few was put together with the one after the year: nothing is left between two tables."""
    spring = (date(2026, 1, 1), date(2026, 3, 31))
    Review.objects.filter(held_on__range=spring).update(held_on=date(2025, 11, 15))
    report = _draft(full.board_member)
    promise, beside = _at(report, "promised-year").table, _at(report, "heard-decisions").table
    words = [cell for cell in promise.cells if cell.at("promise") == ("words",)]
    assert [(cell.at("kept"), cell.text, cell.beside) for cell in beside.cells] == [
        (word.at("kept"), word.text, word.beside) for word in words
    ]
    assert words


@pytest.mark.on_day(date(2026, 11, 27))
def test_needs_are_whole_quarters_of_the_page_and_not_by_need(world: World) -> None:
    need = UnmetNeed._meta.get_field("need").choices[0]
    days = (
        [date(2025, 4, 5)] * 7
        + [date(2025, 7, 5)] * 7
        + [date(2025, 10, 5)] * 7
        + [date(2026, 2, 5)] * 3
        + [date(2026, 5, 5)] * 4
    )
    for number, day in enumerate(days):
        child = add_person(by=world.social_worker, given_name=f"C{number}", family_name="X")
        UnmetNeed.objects.create(
            person=child,
            need=need[0],
            agency=world.care,
            recorded_by=world.social_worker,
            recorded_at=at(day),
        )
    (row,) = _at(_draft(world.board_member), "not_done-needs").grid.rows
    assert (row.texts, row.beside) == (("21",), ("April to December 2025",)), (
        "January to March is shown nowhere"
    )


def test_what_was_not_kept_for_few_children_is_hidden_however_often(full: World) -> None:
    whom = frozenset[object](range(20))
    of = {
        promises.ASSESSMENTS: [Period(*YEAR, Counted(Kept(20, 28), whom, whom, frozenset({1})))],
        promises.REVIEWS: [Period(*YEAR, Counted(Kept(20, 28), whom, whom, whom))],
    }
    asked = counting.YearToCount(full.board_member, Year(OF), TODAY, 5)
    table, _nothing, _few = counting._kept(asked, of, Year(OF), "promises")
    few = {(cell.at("promise")[0], cell.at("kept")): cell.few for cell in table.cells}
    assert few == {
        (name, kept): (name, kept) == (promises.ASSESSMENTS, ("not kept",))
        for name in of
        for kept in ((), ("kept",), ("not kept",))
    }
    for period in (one for found in periods(full.board_member, today=TODAY).values() for one in found):
        assert period.counted.kept_for | period.counted.missed_for == period.counted.children
        assert bool(period.counted.missed_for) is (period.kept.kept < period.kept.of)


def test_nothing_recorded_is_not_too_few(world: World) -> None:
    section = counting.sections(world.board_member, Year(OF), today=TODAY, small=5)[0]
    assert any(word.startswith("Nothing was recorded: ") for word in section.words)
    assert not any(word.startswith("Too few") for word in section.words)


@pytest.mark.on_day(date(2026, 11, 27))
def test_what_was_public_is_not_counted_again(full: World) -> None:
    """One child who is written down late would be described by the difference, in the same report drafted again and in that of the year after."""
    other = another_coordinator(full)
    first = _draft(full.board_member)
    profile = _release(_put_up(full.board_member, first), full.coordinator, other)
    releasing.withdraw_profile(by=other, profile_id=profile.pk, reason="A word was wrong")
    child = add_person(
        by=full.social_worker, given_name="Late", family_name="X", birth_date=date(2011, 5, 5), sex="F"
    )
    concern = Concern.objects.filter(person__isnull=False)[0]
    concern.pk, concern.reference, concern.person, concern._state.adding = uuid.uuid4(), "Wlate", child, True
    concern.told_at = at(date(2025, 9, 1))
    concern.save()
    again = _draft(full.board_member)
    tables = lambda report: {
        section.id: (section.grid, section.words, section.coverage)
        for section in sections_of(report.sections)
        if section.table
    }
    assert tables(again) == tables(first)
    assert _release(_put_up(full.board_member, again), full.coordinator, other).state == "released"
    year_after = actions.draft_report(
        by=full.board_member, first=date(2024, 4, 1), policy="department", at=at(TODAY)
    )
    texts = lambda report: {
        (c.at("year"), c.at("why")): c.text for c in _at(report, "happened-closed").table.cells
    }
    assert {key: text for key, text in texts(year_after).items() if key[0] == (Year(OF).before.name,)} == {
        key: text for key, text in texts(first).items() if key[0] == (Year(OF).before.name,)
    }
    with pytest.raises(Refused, match="already"):
        _draft(full.board_member)


def test_a_year_that_was_public_keeps_its_policy(full: World) -> None:
    other = another_coordinator(full)
    profile = _release(_put_up(full.board_member, _draft(full.board_member)), full.coordinator, other)
    releasing.withdraw_profile(by=other, profile_id=profile.pk, reason="A word was wrong")
    loose = next(policy for policy in report_policies(full.board_member) if policy != "department")
    with pytest.raises(Refused, match="as it was chosen then"):
        _draft(full.board_member, loose)


def test_what_differs_from_what_was_released_is_refused_and_not_told(full: World) -> None:
    other = another_coordinator(full)
    profile = _release(_put_up(full.board_member, _draft(full.board_member)), full.coordinator, other)
    releasing.withdraw_profile(by=other, profile_id=profile.pk, reason="A word was wrong")
    again = _draft(full.board_member)
    cell = next(
        one for section in again.sections if section["id"] == "happened-opened" for one in section["table"]["cells"]
    )  # fmt: skip
    cell["text"] = str(int(cell["text"]) + 1)
    again.save()
    second = _release(_put_up(full.board_member, again), full.coordinator)
    with pytest.raises(Refused, match="are not those that were released") as refused:
        _release(second, other)
    assert "cases opened" not in str(refused.value)


def test_who_died_or_with_whom_work_ended_is_not_fewer(full: World) -> None:
    plan = Plan.objects.filter(agreed_at__isnull=False)[0]
    child, ended = plan.case.person, Plan.objects.filter(case__person=plan.case.person)
    ended.update(agreed_at=at(date(2025, 6, 1)))
    CasePeriod.objects.filter(case__person=child).delete()
    around = lambda: missing_around_first_plan(full.board_member, since=YEAR[0], until=YEAR[1], days=182)[
        child.pk
    ]
    assert around() is not None
    death = Death.objects.create(
        person=child,
        died_on=date(2025, 6, 5),
        who_said="Police",
        written_by=full.supervisor,
        written_at=at(TODAY),
    )
    assert around() is None
    Death.objects.filter(pk=death.pk).update(died_on=date(2025, 11, 30))
    assert around() is not None, "after the 182 days"
    Death.objects.filter(pk=death.pk).update(died_on=None, about_when="In summer")
    assert around() is None, "nobody knows how long"


def test_rounded_counts_are_said_as_such(full: World) -> None:
    for name in report_policies(full.board_member):
        report = _draft(full.board_member, name)
        rounds = bool(report.policy["rounding"])
        assert ("Of about " in _at(report, "heard-about").coverage) is rounds, name
        actions.discard_report(by=full.board_member, annual_report_id=report.pk, reason="Another one")


@pytest.mark.parametrize(
    ("text", "between", "said"),
    [
        ("c", None, "1 or more"),
        ("c", (1, 9), "1 to 9"),
        ("c", (7, None), "7 or more"),
        ("12", None, "12"),
        ("0", None, "0"),
    ],
)
def test_of_how_many_is_said_as_a_range_where_that_number_is_hidden(
    text: str, between: tuple[int, int | None] | None, said: str
) -> None:
    year = Year(OF)
    cells = (
        Cell({"year": (year.name,)}, 0, text, between=between),
        Cell({"year": (year.name,), "reason": ("died",)}, 0, "c"),
        Cell({"year": (year.name,), "reason": (counting.NOT_RECORDED,)}, 0, text, between=between),
    )
    table = Tidy(
        "closed", "cases", {name: (name,) for name in ("year", "reason")}, frozenset({"reason"}), cells
    )
    section = Section(
        "x-closed", "Closed", (), "Of %(all)s cases closed; not recorded: %(unknown)s.", table, down="reason"
    )
    (told,) = counting.with_coverage([section], year, {"hidden": "c", "rounding": []})
    assert told.coverage == f"Of {said} cases closed; not recorded: {said}."


# ---- by whom


def test_whoever_wrote_in_it_does_not_release_it_and_is_not_asked(full: World) -> None:
    report = _draft(full.board_member)
    actions.write_text(by=full.coordinator, annual_report_id=report.pk, part="heard", text="All well.")
    profile = _put_up(full.board_member, report)
    for act in (releasing.release_profile, releasing.send_back):
        with pytest.raises(Refused, match="A text of yours stands in this"):
            act(by=full.coordinator, profile_id=profile.pk, reason=WHY)
    assert list(released.waiting_for(full.coordinator)) == []
    assert list(released.waiting_for(full.supervisor)) == [profile]


@pytest.mark.on_day(date(2026, 11, 27))
def test_a_draft_can_be_left(full: World, client: Client) -> None:
    """Also where whoever drafted it has left."""
    report = _draft(full.board_member)
    actions.write_text(by=full.board_member, annual_report_id=report.pk, part="heard", text="We asked more.")
    User.objects.filter(pk=full.board_member.pk).update(is_active=False)
    with pytest.raises(Hidden):
        actions.discard_report(by=full.supervisor, annual_report_id=report.pk, reason="Wrong month")
    with pytest.raises(Refused, match="Say why it is discarded"):
        actions.discard_report(by=full.coordinator, annual_report_id=report.pk, reason=" ")
    client.force_login(full.coordinator)
    client.post(reverse("annual_discard", args=[report.pk]), {"reason": "Wrong month"})
    assert not AnnualReport.objects.exists()
    row = AuditRow.objects.get(subject="annual report", verb="discard")
    assert (row.actor, row.reason, row.detail["year"]) == (
        full.coordinator.username,
        "Wrong month",
        Year(OF).name,
    )
    put_up = _draft(full.coordinator)
    _put_up(full.coordinator, put_up)
    with pytest.raises(Refused, match="can send it back"):
        actions.discard_report(by=full.coordinator, annual_report_id=put_up.pk, reason="Wrong month")


def test_years_that_overlap_are_not_drafted_or_put_up_at_once(world: World, monkeypatch: Any) -> None:
    real = counting.sections

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(counting, "sections", real)
        actions.draft_report(by=world.coordinator, first=date(2025, 7, 1), policy="department", at=at(TODAY))
        return real(*args, **kwargs)

    monkeypatch.setattr(counting, "sections", meanwhile)
    with pytest.raises(Refused, match="the same month"):
        _draft(world.board_member)
    july = AnnualReport.objects.get()
    AnnualReport.objects.filter(pk=july.pk).update(
        begins=OF
    )  # as two databases' transactions would leave them
    AnnualReport.objects.create(
        begins=date(2025, 7, 1), policy=july.policy, sections=july.sections, drafted_by=world.board_member, drafted_at=at(TODAY)
    )  # fmt: skip
    other = AnnualReport.objects.get(begins=date(2025, 7, 1))
    _put_up(world.coordinator, july)
    with pytest.raises(Refused, match="Another report was put up meanwhile"):
        _put_up(world.board_member, other)


def test_a_text_is_taken_out_with_all_that_was_written_before(full: World, client: Client) -> None:
    report = _draft(full.board_member)
    for text in ("A child was named.", "A child was named here."):
        actions.write_text(by=full.coordinator, annual_report_id=report.pk, part="heard", text=text)
    with pytest.raises(Hidden):
        actions.take_out_text(by=full.supervisor, annual_report_id=report.pk, part="heard")
    client.force_login(full.board_member)
    client.post(reverse("annual_take_out", args=[report.pk, "heard"]))
    assert [(text.text, text.written_by) for text in report.texts.all()] == [("", full.coordinator)] * 2
    assert queries.texts_of(queries.report_of(full.board_member, report.pk)) == {}
    _put_up(full.board_member, report)
    with pytest.raises(Refused, match="Its text stays"):
        actions.take_out_text(by=full.board_member, annual_report_id=report.pk, part="heard")


def test_of_two_who_write_at_once_the_second_sees_what_the_first_wrote(full: World, client: Client) -> None:
    report = _draft(full.board_member)
    address = reverse("annual_text", args=[report.pk, "heard"])
    client.force_login(full.board_member)
    (token,) = re.findall(r'name="kept" value="([^"]+)"', client.get(address).text)
    actions.write_text(
        by=full.coordinator, annual_report_id=report.pk, part="heard", text="Written meanwhile."
    )
    page = client.post(address, {"text": "Mine.", "kept": token})
    assert "Written meanwhile." in page.text
    assert [text.text for text in report.texts.all()] == ["Written meanwhile."]


def test_control_characters_do_not_stop_a_report(full: World) -> None:
    report = _draft(full.board_member)
    text = actions.write_text(
        by=full.board_member, annual_report_id=report.pk, part="heard", text="One\x0btwo \x01 three\r\nfour"
    )
    assert text.text == "One two   three\nfour"
    report.texts.update(text="One\x0btwo")  # as an earlier version may have kept it
    assert load_workbook(_put_up(full.board_member, report).folder / "profile.xlsx").sheetnames


def test_no_folder_stays_of_what_was_not_put_up(full: World, monkeypatch: Any) -> None:
    report = _draft(full.board_member)

    def fails(*args: Any) -> None:
        raise OSError("disk")

    monkeypatch.setattr(actions, "_audit", fails)
    with pytest.raises(OSError, match="disk"):
        _put_up(full.board_member, report)
    assert not Profile.objects.exists()
    assert list((Path(released.settings.DATA) / "profiles").iterdir()) == []


def test_what_was_sent_back_leads_on_and_a_broken_policy_says_so(full: World, client: Client) -> None:
    profile = _put_up(full.board_member, _draft(full.board_member))
    releasing.send_back(by=full.coordinator, profile_id=profile.pk, reason=WHY)
    client.force_login(full.board_member)
    assert reverse("annual_draft") in client.get(reverse("profile", args=[profile.pk])).text
    assert reverse("annual_reports") in client.get(reverse("profiles")).text
    client.force_login(full.supervisor)
    assert reverse("annual_draft") not in client.get(reverse("profile", args=[profile.pk])).text
    folder = Path(released.settings.DATA) / "policies"
    folder.mkdir()
    (folder / "x.yaml").write_text("threshold: [", encoding="utf-8")
    client.force_login(full.board_member)
    page = client.get(reverse("annual_draft"))
    assert (page.status_code, "cannot be read as a policy" in page.text) == (200, True)
    with pytest.raises(Refused, match="cannot be read"):
        _draft(full.board_member)


@pytest.mark.on_day(date(2026, 11, 27))
def test_it_says_on_which_day_it_was_counted(full: World) -> None:
    told = (_put_up(full.board_member, _draft(full.board_member)).folder / "profile.html").read_text("utf-8")
    assert "Counted on 27 November 2026" in told
    assert 'content="2026-11-27"' in told


@pytest.mark.parametrize(
    "who", ["social_worker", "supervisor", "teacher", "officer", "analyst", "administrator"]
)
def test_only_the_board_and_coordinators_draft_write_and_put_up(
    full: World, who: str, client: Client
) -> None:
    user = getattr(full, who)
    report = _draft(full.board_member)
    for act in (
        lambda: actions.draft_report(by=user, first=BEFORE[0], policy="department", at=at(TODAY)),
        lambda: actions.write_text(
            by=user, annual_report_id=report.pk, part=AuditPart.PROMISED, text="We kept most."
        ),
        lambda: actions.put_up_report(by=user, annual_report_id=report.pk),
    ):
        with pytest.raises(Hidden):
            act()
    client.force_login(user)
    for name, path in (("annual_reports", {}), ("annual_draft", {}), ("annual_report", {"annual_report_id": report.pk})):  # fmt: skip
        assert client.get(reverse(name, kwargs=path)).status_code == 404
    assert AnnualReport.objects.count() == 1
    assert not Profile.objects.exists()


def test_nobody_drafts_and_releases_and_nobody_releases_twice(full: World) -> None:
    report = _draft(full.coordinator)
    profile = _put_up(full.board_member, report)
    assert profile.author == full.coordinator, "whoever drafted it, not whoever puts it up"
    with pytest.raises(Refused, match="You drew this up"):
        _release(profile, full.coordinator)
    _release(profile, full.board_member)
    with pytest.raises(Refused, match="already"):
        _release(profile, full.board_member)
    with pytest.raises(Refused, match="You drew this up"):
        _release(profile, full.coordinator)
    profile.refresh_from_db()
    assert (profile.state, profile.decisions.count()) == ("second", 1)


def test_whoever_has_to_release_it_finds_it_on_my_work(world: World, client: Client) -> None:
    """Also of a year in which nothing happened."""
    profile = _put_up(world.board_member, _draft(world.board_member))
    for user, waits in ((world.coordinator, True), (world.supervisor, True), (world.board_member, False)):
        client.force_login(user)
        assert (profile.title in client.get("/").text) is waits
    assert list(released.waiting_for(world.coordinator)) == [profile]


def test_a_year_has_one_report_until_that_is_sent_back_and_its_texts_stand_in_the_next(full: World) -> None:
    other = another_coordinator(full)
    report = _draft(full.board_member)
    actions.write_text(
        by=full.coordinator, annual_report_id=report.pk, part="not_done", text="Too slow\nin May."
    )
    with pytest.raises(Refused, match="There is a report of this year already"):
        _draft(full.coordinator)
    profile = _put_up(full.board_member, report)
    with pytest.raises(Refused, match="Its text stays"):
        actions.write_text(by=full.coordinator, annual_report_id=report.pk, part="heard", text="More.")
    releasing.send_back(by=other, profile_id=profile.pk, reason="Say why it was slow")
    again = _draft(full.coordinator, hour=13)
    text = queries.texts_of(queries.report_of(full.board_member, again.pk))["not_done"]
    assert (text.text, text.written_by) == ("Too slow\nin May.", full.coordinator)
    _release(_put_up(full.coordinator, again), full.board_member, other)
    again.refresh_from_db()
    releasing.withdraw_profile(by=other, profile_id=again.put_up_as_id, reason="A sentence told of a child")  # type: ignore[arg-type]
    assert not _draft(full.coordinator, hour=14).texts.exists(), "why it was withdrawn may stand in it"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"may_hold": False}, "Only the board"),
        ({"first": date(2026, 4, 1)}, "that have ended"),
        ({"first": date(2025, 5, 1)}, "first day of a quarter"),
        ({"first": date(2022, 4, 1)}, "last three years"),
        ({"month": 10}, "the same month"),
        ({"is_under_way": True}, "already"),
        ({"policy": "mine"}, "choose one of the policies"),
        ({"is_other_policy": True}, "as it was chosen then"),
    ],
)
def test_why_not_draft(more: dict[str, Any], says: str) -> None:
    fits = {"may_hold": True, "first": OF, "today": TODAY, "month": None, "is_under_way": False, "policy": "a", "policies": {"a"}}  # fmt: skip
    assert rules.why_not_draft(**fits) is None  # type: ignore[arg-type]
    assert says in str(rules.why_not_draft(**(fits | more)))  # type: ignore[arg-type]


def test_every_write_leaves_its_row_and_no_text_in_it(full: World) -> None:
    report = _draft(full.board_member)
    actions.write_text(by=full.coordinator, annual_report_id=report.pk, part="heard", text="We asked more.")
    _put_up(full.board_member, report)
    rows = AuditRow.objects.filter(subject="annual report", subject_id=str(report.pk)).order_by("at", "pk")
    assert sorted(audit_row.verb for audit_row in rows) == ["draft", "put up", "write"]
    assert "We asked" not in json.dumps([audit_row.detail for audit_row in rows])


# ---- pages and files


def test_it_is_drafted_written_put_up_and_read_in_every_form(full: World, client: Client) -> None:
    client.force_login(full.board_member)
    year = rules.years(today=localdate())[0]
    asked = {"first": year.first.isoformat(), "policy": "department"}
    page = client.post(reverse("annual_draft"), asked, follow=True)
    title = f"Annual report, {counting.when_of(year)}"
    assert title in page.text
    report = AnnualReport.objects.get()
    for name in ("annual_reports", "annual_draft"):
        assert client.get(reverse(name)).status_code == 200
    client.post(reverse("annual_text", args=[report.pk, "not_done"]), {"text": "=1+1 We were slow."})
    assert "=1+1 We were slow." in client.get(reverse("annual_text", args=[report.pk, "not_done"])).text
    page = client.get(reverse("annual_report", args=[report.pk]))
    assert "We were slow." in page.text
    assert "Written by Bo Marsh" in page.text
    assert client.get(reverse("annual_text", args=[report.pk, "other"])).status_code == 404
    page = client.post(reverse("annual_put_up", args=[report.pk]), follow=True)
    profile = Profile.objects.get()
    assert page.redirect_chain[-1][0] == reverse("profile", args=[profile.pk])
    for text in ("What we did not do", "Drafted by", "Counted on"):
        assert text in page.text
    for part, text in (("not-done", "We were slow."), ("reached", "Sex"), ("decisions", "beside the child")):
        page = client.get(reverse("profile_part", args=[profile.pk, part]))
        assert text in page.text
        assert "What is hidden, and why:" in page.text  # no number is shown without what its symbol means
    assert ">Key findings<" not in page.text
    assert "Who supplied what" not in page.text
    _release(profile, full.coordinator, full.supervisor)
    client.force_login(full.teacher)
    for form, reads in (("html", _html), ("pdf", _pdf), ("xlsx", _xlsx)):
        said = reads(client.get(reverse("profile_file", args=[profile.pk, form])).content)
        for text in (title, "We were slow.", "What each promise counts", "Not recorded"):  # fmt: skip
            assert text in said, (form, text)
    client.force_login(full.analyst)
    assert client.get(reverse("digest_write", args=[profile.pk])).status_code == 404
    assert client.post(reverse("profile_again", args=[profile.pk])).status_code == 404


def test_pages_ask_a_fixed_number_of_times(full: World, client: Client, django_assert_max_num_queries: Any) -> None:  # fmt: skip
    report = _draft(full.board_member)
    for year in (date(2024, 4, 1), date(2023, 4, 1)):
        AnnualReport.objects.create(
            begins=year, policy=report.policy, sections=[], drafted_by=full.board_member, drafted_at=at(TODAY)
        )
    for part in (*AuditPart, *AuditPart, *AuditPart):
        actions.write_text(by=full.coordinator, annual_report_id=report.pk, part=part, text="We asked more.")
    client.force_login(full.board_member)
    with CaptureQueriesContext(connection) as asked:
        assert len(client.get(reverse("annual_reports")).text) > 0
    assert not any('"sections"' in row["sql"] for row in asked), "the list reads no figures"
    with django_assert_max_num_queries(12):
        client.get(reverse("annual_reports"))
    with django_assert_max_num_queries(11):
        client.get(reverse("annual_report", args=[report.pk]))
    with django_assert_max_num_queries(12):
        client.get(reverse("annual_text", args=[report.pk, "heard"]))


def _html(raw: bytes) -> str:
    return raw.decode()


def _pdf(raw: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(raw)).pages).split())


def _xlsx(raw: bytes) -> str:
    book = load_workbook(BytesIO(raw))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type != "f" for cell in cells)
    return "\n".join(str(cell.value) for cell in cells)
