"""Annual reports: every figure counted again by hand, what is hidden and stays so, who drafts, writes, puts up and releases."""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate
from openpyxl import load_workbook
from pypdf import PdfReader
from tests.board.annual import BEFORE, TODAY, YEAR, at, fill, recounted
from tests.conftest import World, another_coordinator

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.board import decisions
from heard.board.annual import actions, counting, queries, rules
from heard.board.annual.rules import Year
from heard.board.figures.queries import periods
from heard.board.figures.rules import between
from heard.board.models import AnnualReport
from heard.board.rules import Part
from heard.cases.case.models import Words
from heard.cases.concern.models import Concern
from heard.engine.run.profile import check_again
from heard.insight.models import Profile
from heard.insight.release import actions as releasing
from heard.insight.release import queries as released
from heard.insight.release.report import as_told, sections_of
from heard.network.models import Person

WHY = "It gives nobody away"
OF = date(2025, 4, 1)


@pytest.fixture(autouse=True)
def somewhere(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def full(world: World) -> World:
    fill(world)
    return world


def _draft(by: User, policy: str = "department") -> AnnualReport:
    return actions.draft_report(by=by, first=OF, policy=policy, at=at(TODAY))


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
        one.id.partition("-")[2]: one
        for one in counting.sections(full.board_member, Year(OF), today=TODAY, small=5)
    }
    for year, days in ((Year(OF), YEAR), (Year(OF).before, BEFORE)):
        again = recounted(days)
        for name, counts in again.items():
            table = found[name].table
            assert table is not None
            cells = [one for one in table.cells if one.at("year") == (year.name,)]
            if not cells:
                continue
            parts = [name for name in table.dimensions if name != "year"]
            key = lambda cell, parts=parts: tuple(where[0] for one in parts if (where := cell.at(one)))
            counted = {key(one): one.count for one in cells}
            expected = {name if isinstance(name, tuple) else (name,): n for name, n in counts.items()}
            assert {k: n for k, n in counted.items() if n and len(k) == len(parts)} == expected, (name, year)
            if "group" in parts:
                for group in ("told of", "with a case"):
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
    for name, one in there.items():
        counts = {cell.at("kept"): cell.count for cell in table.cells if cell.at("promise") == (name,)}
        kept, of = one.kept.kept, one.kept.of
        assert counts == {(): of, ("kept",): kept, ("not kept",): of - kept}
    assert {cell.at("promise")[0] for cell in table.cells} == there.keys()


def test_decisions_stand_by_kind_and_whole_as_the_promise_counts_them(full: World) -> None:
    section = next(
        one
        for one in counting.sections(full.board_member, Year(OF), today=TODAY, small=5)
        if one.id == "heard-decisions"
    )
    assert section.table is not None
    cells = {(one.at("stage"), one.at("beside")): one.count for one in section.table.cells}
    for number, (_text, counted) in enumerate(decisions.countings(full.board_member, since=date.min), 1):
        kept = counted.between(YEAR[0], date(2026, 4, 1))
        stage = (f"{number}",)
        assert cells[stage, ()] == kept.of
        assert cells[stage, ("words",)] == kept.with_words
        assert cells[stage, ("reason",)] == kept.with_reason
        assert cells[stage, ("neither",)] == kept.of - kept.kept
    assert cells[(), ()] == sum(n for (stage, beside), n in cells.items() if stage and not beside) > 0


def test_no_small_count_is_kept_with_a_draft_or_printed(full: World) -> None:
    report = _draft(full.board_member)
    texts = {cell.text for one in sections_of(report.sections) if one.table for cell in one.table.cells}
    assert {"1", "2", "3", "4", "5"}.isdisjoint(texts)
    assert "c" in texts
    assert all(
        not cell.count for one in sections_of(report.sections) if one.table for cell in one.table.cells
    )


def test_each_figure_says_what_it_counts_of_how_many_and_what_is_not_known(full: World) -> None:
    report = _draft(full.board_member)
    for one in sections_of(report.sections):
        assert one.words, one.id
        assert one.coverage or one.lines, one.id
        assert "%(" not in one.coverage
    ethnicity = next(one for one in sections_of(report.sections) if one.id == "reached-ethnicity")
    assert ("Not recorded", 0) in [(row.label, row.depth - 1) for row in ethnicity.grid.rows]
    assert "not recorded: " in ethnicity.coverage
    promised = next(one for one in sections_of(report.sections) if one.id == "promised-year")
    assert all("2025" in row.beside[0] or "2026" in row.beside[0] for row in promised.grid.rows)


def test_what_is_of_few_children_is_hidden_however_often_it_happened(full: World) -> None:
    child = Person.objects.filter(family_name="Counted").first()
    for _ in range(12):
        Words.objects.create(
            person=child, text="…", heard_on=YEAR[0], heard_by="Sol", said_on="panel", written_by=full.social_worker
        )  # fmt: skip
    report = _draft(full.board_member)
    about = next(one for one in sections_of(report.sections) if one.id == "heard-about")
    assert about.table is not None
    assert about.table.text(year=(Year(OF).name,), occasion=("panel",)) == "c"


def test_figures_stay_as_they_were_drafted(full: World) -> None:
    report = _draft(full.board_member)
    kept = json.dumps(report.sections)
    Concern.objects.filter(person__isnull=False).update(told_at=at(BEFORE[0]))
    profile = _put_up(full.board_member, report)
    report.refresh_from_db()
    assert json.dumps(report.sections) == kept
    told = json.loads((profile.folder / "profile.json").read_text("utf-8"))
    printed = {one["id"]: one["grid"] for one in told["sections"] if one["grid"]}
    for one in sections_of(report.sections):
        if one.has_grid:
            rows = [list(row.texts) for row in one.grid.rows]
            there = printed[one.id.replace("_", "-")]["rows"]
            assert [row["texts"][1 : 1 + len(texts)] for row, texts in zip(there, rows, strict=True)] == rows


def test_what_is_kept_is_what_was_counted_also_where_a_database_orders_keys_anew(full: World) -> None:
    made = counting.sections(full.board_member, Year(OF), today=TODAY, small=5)
    again = sections_of(json.loads(json.dumps(as_told(made), sort_keys=True)))
    assert [one.grid.heads for one in again if one.has_grid] == [
        one.grid.heads for one in made if one.has_grid
    ]
    assert [one.table.header for one in again if one.table] == [one.table.header for one in made if one.table]
    assert [(one.id, one.words, one.coverage, one.lines) for one in again] == [
        (one.id, one.words, one.coverage, one.lines) for one in made
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
    AnnualReport.objects.filter(pk=loose.pk).update(begins=OF)
    loose.refresh_from_db()
    second = _put_up(full.board_member, loose)
    _release(first, full.coordinator, other)
    _release(second, full.coordinator)
    with pytest.raises(Refused, match="could work out small counts"):
        _release(second, other)
    second.refresh_from_db()
    assert second.state == "second"


# ---- by whom


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
            by=user, annual_report_id=report.pk, part=Part.PROMISED, text="We kept most."
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
    with pytest.raises(Refused, match="Whoever drafted"):
        actions.put_up_report(by=full.board_member, annual_report_id=report.pk)
    profile = _put_up(full.coordinator, report)
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
    report = _draft(full.board_member)
    actions.write_text(
        by=full.coordinator, annual_report_id=report.pk, part="not_done", text="Too slow\nin May."
    )
    with pytest.raises(Refused, match="There is a report of this year already"):
        _draft(full.coordinator)
    profile = _put_up(full.board_member, report)
    with pytest.raises(Refused, match="Its text stays"):
        actions.write_text(by=full.coordinator, annual_report_id=report.pk, part="heard", text="More.")
    releasing.send_back(by=full.coordinator, profile_id=profile.pk, reason="Say why it was slow")
    again = _draft(full.coordinator)
    text = queries.texts_of(queries.report_of(full.board_member, again.pk))["not_done"]
    assert (text.text, text.written_by) == ("Too slow\nin May.", full.coordinator)


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
    assert sorted(one.verb for one in rows) == ["draft", "put up", "write"]
    assert "We asked" not in json.dumps([one.detail for one in rows])


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
    page = client.get(reverse("annual_report", args=[report.pk]))
    assert "We were slow." in page.text
    assert "Written by Bo Marsh" in page.text
    assert client.get(reverse("annual_text", args=[report.pk, "other"])).status_code == 404
    page = client.post(reverse("annual_put_up", args=[report.pk]), follow=True)
    profile = Profile.objects.get()
    assert page.redirect_chain[-1][0] == reverse("profile", args=[profile.pk])
    for text in ("What we did not do", "We were slow.", "Not recorded", "Drawn up by"):
        assert text in page.text
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
    for part in Part:
        actions.write_text(by=full.coordinator, annual_report_id=report.pk, part=part, text="We asked more.")
    client.force_login(full.board_member)
    with django_assert_max_num_queries(12):
        client.get(reverse("annual_reports"))
    with django_assert_max_num_queries(9):
        client.get(reverse("annual_report", args=[report.pk]))


def _html(raw: bytes) -> str:
    return raw.decode()


def _pdf(raw: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(raw)).pages).split())


def _xlsx(raw: bytes) -> str:
    book = load_workbook(BytesIO(raw))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type != "f" for cell in cells)
    return "\n".join(str(cell.value) for cell in cells)
