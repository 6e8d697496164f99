"""Who is listed, and what is said beside: small tables in, small tables out."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from tests.engine.spec.tables import AS_OF, covers, screened, seen, silent

from heard.engine.screen import window_start
from heard.knowledge import load

TODAY = datetime.now().astimezone().date()
ONE_CHILD = {"child": ["police 1", "school 1", "hospital 1"]}
THREE_SIGNS = [
    seen("police 1", "S01", "2026-01-10"),
    seen("school 1", "S06", "2026-02-02"),
    seen("hospital 1", "S03", "2025-06-30"),
]


def test_three_distinct_signs_in_twelve_months_list_a_child(tmp_path):
    child = screened(tmp_path, ONE_CHILD, THREE_SIGNS).children["child"]
    assert child["signs"] == ["S01", "S03", "S06"]
    assert child["agencies"] == ["hospital", "police", "school"]
    assert (child["first_seen"], child["last_seen"]) == (date(2025, 6, 30), date(2026, 2, 2))


def test_two_signs_do_not(tmp_path):
    found = screened(tmp_path, ONE_CHILD, THREE_SIGNS[:2])
    assert not found.children
    assert (found.summary.children, found.summary.with_signs, found.summary.scattered) == (1, 0, 0)


def test_the_same_sign_from_three_agencies_is_one_sign(tmp_path):
    same = [seen(who, "S01", "2026-01-10") for who in ONE_CHILD["child"]]
    assert not screened(tmp_path, ONE_CHILD, same).children


@pytest.mark.parametrize(
    ("day", "listed"),
    [
        ("2026-03-31", True),  # the as-of date itself is in
        ("2026-04-01", False),  # the day after is not
        ("2025-04-01", True),  # the first day of the window
        ("2025-03-31", False),  # the same date twelve months earlier is just out
    ],
)
def test_the_window_leaves_out_its_first_edge_and_takes_in_its_last(tmp_path, day, listed):
    found = screened(tmp_path, ONE_CHILD, [*THREE_SIGNS[:2], seen("hospital 1", "S03", day)])
    assert bool(found.children) is listed


@pytest.mark.parametrize(
    ("as_of", "start"),
    [
        (date(2026, 3, 31), date(2025, 3, 31)),
        (date(2024, 2, 29), date(2023, 2, 28)),
        (date(2026, 1, 1), date(2025, 1, 1)),
        (date(2025, 2, 28), date(2024, 2, 28)),
    ],
)
def test_the_window_starts_after_the_same_date_twelve_months_earlier(as_of, start):
    assert window_start(as_of, 12) == start


@pytest.mark.parametrize("any_window", [False, True])
@pytest.mark.parametrize(
    ("last", "first", "listed"),
    [
        ("2024-02-29", "2023-02-28", False),  # stands for 29 February 2023, which there is not
        ("2024-02-29", "2023-03-01", True),
        ("2025-02-28", "2024-02-28", False),
        ("2025-02-28", "2024-02-29", True),  # one day after the same date
    ],
)
def test_both_kinds_of_window_begin_after_the_same_date_also_around_29_february(
    tmp_path, last, first, listed, any_window
):
    signs = [seen("police 1", "S01", first), seen("school 1", "S06", last), seen("school 1", "S03", last)]
    as_of = date(2026, 3, 31) if any_window else date.fromisoformat(last)
    found = screened(tmp_path, ONE_CHILD, signs, as_of=as_of, any_window=any_window)
    assert bool(found.children) is listed


def test_any_twelve_months_list_a_child_and_the_first_such_are_shown(tmp_path):
    long_ago = [
        seen("police 1", "S01", "2020-02-01"),  # in no window with two others
        seen("police 1", "S01", "2021-03-01"),
        seen("school 1", "S06", "2021-06-02"),
        seen("school 1", "S04", "2021-07-01", counts=False, strength="weak"),
        seen("hospital 1", "S03", "2022-02-28"),
        seen("police 1", "S09", "2022-03-15"),  # after the first window that holds three
        seen("police 1", "S02", "2026-04-01"),  # after the as-of date
    ]
    assert not screened(tmp_path, ONE_CHILD, long_ago).children
    found = screened(tmp_path, ONE_CHILD, [*long_ago, seen("school 1", "V02", "2016-05-05")], any_window=True)
    child = found.children["child"]
    assert child["signs"] == ["S01", "S03", "S06"]
    assert (child["window_first"], child["window_last"]) == (date(2021, 3, 1), date(2022, 2, 28))
    assert (child["first_seen"], child["last_seen"]) == (date(2021, 3, 1), date(2022, 2, 28))
    assert child["vulnerabilities"] == ["V02"]
    assert [row["item"] for row in found.evidence] == ["S01", "S03", "S04", "S06", "V02"]
    assert (found.known["S09"]["seen"], found.known["S02"]["seen"]) == (1, 0)
    assert found.summary.any_window


def test_where_any_window_counts_scattered_is_whom_no_agency_would_list_in_any(tmp_path):
    persons = {"alone later": ["police 1", "school 1"], "never alone": ["police 2", "school 2"]}
    first = [
        seen(f"{who} {number}", item, "2020-01-10")
        for number in (1, 2)
        for who, item in (("police", "S01"), ("police", "S03"), ("school", "S06"))
    ]
    later = [seen("school 1", item, "2023-01-10") for item in ("S01", "S03", "S06")]
    apart = [
        seen("school 2", item, day)
        for item, day in (("S01", "2021-02-01"), ("S03", "2022-06-01"), ("S06", "2023-12-01"))
    ]
    found = screened(tmp_path, persons, [*first, *later, *apart], any_window=True).children
    assert {key: child["scattered"] for key, child in found.items()} == {
        "alone later": False,
        "never alone": True,
    }


def test_the_rule_is_the_release_s_which_list_how_many_how_long_and_never_both_lists(tmp_path):
    ours = load.current()
    rule = replace(ours.rule("three_signs"), list="vulnerabilities", at_least=2, window_months=6)
    release = replace(ours, rules=(rule,))
    in_time = [seen("school 1", "V01", "2025-10-01", counts=True), seen("police 1", "S01", "2026-01-10")]
    edge = seen("police 1", "V03", "2025-09-30", counts=True)
    assert not screened(tmp_path, ONE_CHILD, [*in_time, edge], release=release).children
    inside = seen("police 1", "V03", "2026-03-31", counts=True)
    child = screened(tmp_path, ONE_CHILD, [*in_time, edge, inside], release=release).children["child"]
    assert (child["signs"], child["window_first"]) == (["V01", "V03"], date(2025, 10, 1))


def test_a_child_whom_no_agency_could_list_alone_is_scattered(tmp_path):
    assert screened(tmp_path, ONE_CHILD, THREE_SIGNS).children["child"]["scattered"] is True


def test_a_child_whom_one_agency_could_list_alone_is_not_scattered(tmp_path):
    alone = [seen("school 1", item, "2026-01-10") for item in ("S01", "S03", "S06")]
    found = screened(tmp_path, ONE_CHILD, [*alone, seen("police 1", "S04", "2026-01-10")])
    assert found.children["child"]["scattered"] is False


def test_two_sources_of_one_agency_are_one_agency(tmp_path):
    persons = {"child": ["council-cin 1", "council-care 1"]}
    signs = [
        seen("council-cin 1", "S01", "2026-01-10"),
        seen("council-care 1", "S03", "2026-01-10"),
        seen("council-care 1", "S12", "2026-01-10"),
    ]
    child = screened(tmp_path, persons, signs).children["child"]
    assert (child["agencies"], child["scattered"]) == (["council"], False)


def test_a_weak_sign_is_shown_beside_and_not_counted(tmp_path):
    weak = seen("hospital 1", "S04", "2026-01-10", strength="weak", counts=False)
    assert not screened(tmp_path, ONE_CHILD, [*THREE_SIGNS[:2], weak]).children
    found = screened(tmp_path, ONE_CHILD, [*THREE_SIGNS, weak])
    assert "S04" not in found.children["child"]["signs"]
    assert [(row["strength"], row["counts"]) for row in found.evidence if row["item"] == "S04"] == [
        ("weak", False)
    ]


def test_vulnerabilities_are_never_counted_as_signs(tmp_path):
    vulnerable = [seen("school 1", item, "2026-01-10", counts=True) for item in ("V01", "V02", "V03")]
    assert not screened(tmp_path, ONE_CHILD, [*THREE_SIGNS[:2], *vulnerable]).children


def test_vulnerabilities_of_any_time_stand_beside_the_signs(tmp_path):
    long_ago = seen("school 1", "V02", "2016-05-05")
    later = seen("school 1", "V03", "2026-05-05")
    assert screened(tmp_path, ONE_CHILD, [*THREE_SIGNS, long_ago, later]).children["child"][
        "vulnerabilities"
    ] == ["V02"]


def test_every_sign_has_the_records_behind_it(tmp_path):
    again = seen("police 1", "S01", "2025-12-24")
    old = seen("police 1", "S01", "2020-12-24")
    found = screened(tmp_path, ONE_CHILD, [*THREE_SIGNS, again, old])
    behind = [(row["item"], row["agency"], row["seen_on"].isoformat()) for row in found.evidence]
    assert behind == [
        ("S01", "police", "2025-12-24"),
        ("S01", "police", "2026-01-10"),
        ("S03", "hospital", "2025-06-30"),
        ("S06", "school", "2026-02-02"),
    ]


def test_no_record_of_a_child_who_is_not_listed_goes_into_the_evidence(tmp_path):
    persons = ONE_CHILD | {"other": ["police 2"]}
    found = screened(tmp_path, persons, [*THREE_SIGNS, seen("police 2", "S01", "2026-01-10")])
    assert {row["person"] for row in found.evidence} == {"child"}


def test_an_empty_field_is_not_known_and_not_absent(tmp_path):
    child = screened(tmp_path, ONE_CHILD, [*THREE_SIGNS, silent("school 1", "S12")]).children["child"]
    assert child["not_known"] == ["S12"]


def test_a_sign_that_the_files_lack_is_not_known(tmp_path):
    coverage = [covers("school", "S09", "absent"), covers("elsewhere", "S10", "absent")]
    assert screened(tmp_path, ONE_CHILD, THREE_SIGNS, coverage).children["child"]["not_known"] == ["S09"]


def test_a_sign_that_another_source_shows_is_known(tmp_path):
    child = screened(tmp_path, ONE_CHILD, [*THREE_SIGNS, silent("school 1", "S01")]).children["child"]
    assert child["not_known"] == []


def test_what_is_known_adds_up_to_all_children(tmp_path):
    persons = {
        "shows": ["school 1"],
        "shows not": ["school 2"],
        "empty": ["school 3"],
        "elsewhere": ["police 1"],
    }
    found = screened(
        tmp_path,
        persons,
        [seen("school 1", "S06", "2026-01-10"), silent("school 3", "S06")],
        [covers("school", "S06"), covers("police", "S01")],
    )
    assert found.known["S06"] == {
        "beside": 0,
        "in_part": 0,
        "known_to": None,
        "item": "S06",
        "seen": 1,
        "not_seen": 1,
        "not_known": 2,
        "collectable": True,
    }
    assert found.known["S01"] == {
        "beside": 0,
        "in_part": 0,
        "known_to": None,
        "item": "S01",
        "seen": 0,
        "not_seen": 1,
        "not_known": 3,
        "collectable": True,
    }
    assert found.known["S07"] == {
        "beside": 0,
        "in_part": 0,
        "known_to": None,
        "item": "S07",
        "seen": 0,
        "not_seen": 0,
        "not_known": 4,
        "collectable": False,
    }


def test_what_no_source_can_carry_is_said(tmp_path):
    summary = screened(tmp_path, ONE_CHILD, THREE_SIGNS, [covers("school", "S06")]).summary
    assert "S06" not in summary.not_collectable
    assert {"S07", "S09", "S10", "S11", "V03"} <= set(summary.not_collectable)


def test_without_an_as_of_date_the_latest_counting_sign_decides_and_the_summary_says_so(tmp_path):
    late_but_weak = seen("police 1", "S04", "2030-01-01", counts=False)
    summary = screened(tmp_path, ONE_CHILD, [*THREE_SIGNS, late_but_weak], as_of=None).summary
    assert summary.as_of == date(2026, 2, 2)
    assert "2 February 2026" in " ".join(summary.notes)


def test_without_any_sign_nobody_is_listed_as_of_today_and_the_summary_says_why(tmp_path):
    summary = screened(tmp_path, ONE_CHILD, [], as_of=None).summary
    assert (summary.as_of, summary.children, summary.with_signs) == (TODAY, 1, 0)
    assert "no record speaks of any day" in " ".join(summary.notes)


def test_with_no_children_at_all_the_numbers_are_zero(tmp_path):
    summary = screened(tmp_path, {}, []).summary
    assert (summary.children, summary.with_signs, summary.scattered, summary.as_of) == (0, 0, 0, AS_OF)


def test_children_stand_in_the_order_of_their_keys(tmp_path):
    persons = {key: [f"police {key}", f"school {key}"] for key in ("c", "a", "b")}
    more_for_c = [seen("police c", item, "2026-01-10") for item in ("S02", "S04", "S05", "S12")]
    signs = [seen(f"police {key}", item, "2026-01-10") for key in persons for item in ("S01", "S03", "S06")]
    assert list(screened(tmp_path, persons, [*signs, *more_for_c]).children) == ["a", "b", "c"]


def test_what_lasts_is_seen_until_it_ends(tmp_path):
    missing = seen("police 1", "S01", "2024-01-10", until=date(2025, 4, 1))
    assert screened(tmp_path, ONE_CHILD, [missing, *THREE_SIGNS[1:]]).children
    ended = missing | {"until": date(2025, 3, 31)}
    assert not screened(tmp_path, ONE_CHILD, [ended, *THREE_SIGNS[1:]]).children


@pytest.mark.parametrize(
    ("last", "listed"), [(date(2026, 3, 1), True), (date(2025, 3, 1), False), (None, False)]
)
def test_what_goes_on_is_seen_up_to_the_last_day_of_which_its_source_speaks(tmp_path, last, listed):
    missing = seen("police 1", "S01", "2025-01-10", ongoing=True)
    ends = {"police": last} if last else {}
    found = screened(tmp_path, ONE_CHILD, [missing, *THREE_SIGNS[1:]], ends=ends)
    assert bool(found.children) is listed
    assert found.known["S01"]["seen"] == int(listed)
    if listed:
        assert found.children["child"]["first_seen"] == date(2025, 4, 1)
        assert [row["item"] for row in found.evidence] == ["S01", "S03", "S06"]


@pytest.mark.parametrize("any_window", [False, True])
@pytest.mark.parametrize(
    ("days", "not_seen", "in_part", "known_to"),
    [
        (("2025-04-01", "2026-03-31"), 1, 0, None),
        (("2018-04-01", "2019-03-31"), 0, 0, None),  # it ended long before the window
        (("2024-04-01", "2025-12-31"), 0, 1, date(2025, 12, 31)),
        (("2025-06-01", "2026-03-31"), 0, 1, None),  # it began in the window
    ],
)
def test_what_a_source_does_not_cover_is_not_known_and_never_not_seen(
    tmp_path, days, not_seen, in_part, known_to, any_window
):
    persons = {"child": ["police 1"]}
    found = screened(tmp_path, persons, [], [covers("police", "S01", days=days)], any_window=any_window)
    known = found.known["S01"]
    assert (known["not_seen"], known["not_known"], known["in_part"]) == (not_seen, 1 - not_seen, in_part)
    assert known["known_to"] == known_to


def test_two_sources_together_may_cover_the_window(tmp_path):
    coverage = [covers("police", "S01", days=("2024-01-01", "2025-12-31")),
                covers("school", "S01", days=("2026-01-01", "2026-06-30"))]  # fmt: skip
    persons = {"both": ["police 1", "school 1"], "one": ["police 2"]}
    known = screened(tmp_path, persons, [], coverage).known["S01"]
    assert (known["not_seen"], known["not_known"], known["in_part"]) == (1, 1, 1)


def test_a_source_covers_each_stretch_of_its_own_and_not_what_lies_between(tmp_path):
    stretches = [covers("police", "S01", days=("2018-01-01", "2018-12-31")),
                 covers("police", "S01", days=("2026-01-01", "2026-12-31"))]  # fmt: skip
    known = screened(tmp_path, {"one": ["police 1"]}, [], stretches).known["S01"]
    assert (known["not_seen"], known["not_known"], known["in_part"]) == (0, 1, 1)


def test_a_source_that_says_of_no_day_when_it_speaks_could_have_seen_nobody(tmp_path):
    known = screened(tmp_path, {"one": ["police 1"]}, [], [covers("police", "S01", days=None)]).known["S01"]
    assert (known["not_seen"], known["not_known"], known["in_part"]) == (0, 1, 0)


def test_vulnerabilities_are_known_from_any_time_as_the_list_shows_them(tmp_path):
    long_ago = seen("school 1", "V02", "2016-05-05")
    found = screened(tmp_path, ONE_CHILD, [*THREE_SIGNS, long_ago], [covers("school", "V02")])
    assert (found.known["V02"]["seen"], found.known["V02"]["not_seen"]) == (1, 0)


def test_a_weak_sign_is_no_sign_seen_and_has_a_column_of_its_own(tmp_path):
    weak = seen("hospital 1", "S04", "2026-01-10", strength="weak", counts=False)
    found = screened(tmp_path, ONE_CHILD, [weak], [covers("hospital", "S04", "beside")])
    known = found.known["S04"]
    assert (known["seen"], known["beside"], known["not_known"], known["collectable"]) == (0, 1, 1, False)


@pytest.mark.parametrize("any_window", [False, True])
def test_a_child_who_died_is_set_apart_with_the_day(tmp_path, any_window):
    died = {"hospital 1": {"died_on": date(2026, 1, 5)}}
    found = screened(tmp_path, ONE_CHILD, THREE_SIGNS, lives=died, any_window=any_window)
    assert not found.children
    assert found.apart["child"] == {
        "person": "child", "why": "died", "since": date(2026, 1, 5), "signs": ["S01", "S03", "S06"]
    }  # fmt: skip
    assert (found.summary.with_signs, found.summary.died) == (0, 1)
    later = {"hospital 1": {"died_on": date(2026, 4, 5)}}
    assert screened(tmp_path, ONE_CHILD, THREE_SIGNS, lives=later, any_window=any_window).children


@pytest.mark.parametrize(
    ("born", "listed"),
    [
        (date(1990, 5, 1), False),
        (date(2007, 3, 31), False),
        (date(2007, 4, 1), True),
        (date(2010, 1, 1), True),
    ],
)
def test_who_was_of_age_before_the_window_is_set_apart(tmp_path, born, listed):
    found = screened(tmp_path, ONE_CHILD, THREE_SIGNS, lives={"school 1": {"birth_date": born}})
    assert bool(found.children) is listed
    assert found.summary.of_age == int(not listed)
    if not listed:
        assert found.apart["child"]["since"] == born.replace(year=born.year + 18)


def test_a_slip_in_one_birth_date_takes_no_child_off_the_list(tmp_path):
    lives = {"school 1": {"birth_date": date(1911, 3, 4)}, "police 1": {"birth_date": date(2011, 3, 4)}}
    assert screened(tmp_path, ONE_CHILD, THREE_SIGNS, lives=lives).children


def test_one_late_date_does_not_move_the_day_and_each_early_end_is_said(tmp_path):
    ends = {"police": date(2026, 3, 31), "school": date(2026, 3, 28), "hospital": date(2019, 3, 31)}
    coverage = [covers(name, "S01", days=None) for name in ends]
    late = seen("police 1", "S01", "2026-05-20")
    summary = screened(tmp_path, ONE_CHILD, [*THREE_SIGNS, late], coverage, as_of=None, ends=ends).summary
    assert summary.as_of == date(2026, 3, 28)
    assert "hospital on 31 March 2019" in " ".join(summary.notes)


def test_each_month_says_what_a_source_could_see_and_what_it_saw(tmp_path):
    coverage = [covers("police", "S01", days=("2025-03-10", "2026-02-28")), covers("school", "S06")]
    found = screened(tmp_path, ONE_CHILD, THREE_SIGNS, coverage).months
    police = {row["month"]: (row["covered"], row["seen"]) for row in found if row["source"] == "police"}
    assert len(police) == 24
    assert police[date(2026, 1, 1)] == ("all", 1)
    assert police[date(2025, 3, 1)] == ("part", 0)
    assert police[date(2026, 3, 1)] == police[date(2024, 4, 1)] == ("none", 0)
