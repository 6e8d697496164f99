"""`heard knowledge` shows a release and checks a pack."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from heard.cli import main
from heard.knowledge import load

type Spoil = Callable[[str, str, str], Path]


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["knowledge", *words], env={"COLUMNS": "200"})


def test_show_lists_both_lists_the_patterns_and_what_is_not_listed() -> None:
    shown = run("show")
    assert shown.exit_code == 0
    for text in (
        f"Release {load.current().id}",
        "goes_to",
        "V15",
        "conclusion_late",
        "duty_to_share",
        "S14",
        "N6",
        "three_signs",
        "The nine significant failings",
    ):
        assert text in shown.output


def test_show_of_one_sign_says_what_carries_it() -> None:
    shown = run("show", "S01", "--release", "2013.1")
    assert shown.exit_code == 0
    for text in ("Missing from home or care", "MIS_START", "no (proxy)", "Digest issue 15"):
        assert text in shown.output


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("S10", "No field of the statutory returns that Heard reads carries it."),
        ("assessment", "not known"),
        ("failings", "gives only the number"),
        ("G7", "school, neighbourhood"),
        ("goes_to", "is visited by"),
        ("S06", "Part of the school day is missed"),
    ],
)
def test_show_of_one_entry_says_what_is_and_is_not_known(entry: str, text: str) -> None:
    shown = run("show", entry)
    assert shown.exit_code == 0
    assert text in shown.output


@pytest.mark.parametrize("words", [("show", "S99"), ("show", "--release", "1999.1"), ("show", "[red]")])
def test_show_of_what_is_not_there_says_so_and_fails(words: tuple[str, ...]) -> None:
    shown = run(*words)
    assert shown.exit_code == 2
    assert "has no entry" in shown.stderr or "There is no release" in shown.stderr


def test_diff_says_what_was_added_and_what_was_put_right() -> None:
    assert (
        "clocks, duty_to_report_delay: Report a suspected offence (added)"
        in run("diff", "2026.5", "2026.6").output
    )
    assert "- allocated_worker\n  + both_leads" in run("diff", "2026.7", "2026.8").output
    assert "powers, dispersal: Dispersal from a place (added)" in run("diff", "2026.6", "2026.7").output
    assert "context_sides, side_guardianship: Guardianship (added)" in run("diff", "2026.4", "2026.5").output
    newer = run("diff", "2026.3", "2026.4").output
    assert "phrases, S06_absent: Absent from school: absent, absence*" in newer
    older = run("diff", "2026.2", "2026.3").output
    assert "requirements, SM2: Children take part in all decisions about them. (added)" in older
    assert "ties, goes_to: goes to (added)" in run("diff", "2026.1", "2026.2").output
    shown = run("diff", "2013.1", "2026.1")
    assert shown.exit_code == 0
    assert "Release 2026.1 against 2013.1" in shown.output
    assert "figures, children_at_risk: Children and young people who were at risk (changed)" in shown.output
    assert "- Children and young people with three or more signs" in shown.output
    assert (
        "conclusions, conclusion_late: Agencies began late, although there was guidance (added)"
        in shown.output
    )
    assert "no_carrier, S06: Absent from school (changed)" in shown.output


def test_diff_of_two_releases_that_are_named() -> None:
    assert "Differences: 0." in run("diff", "2013.1", "2013.1").output
    assert "conclusion_late" in run("diff", "2026.1", "2013.1").output
    assert "(withdrawn)" in run("diff", "2026.1", "2013.1").output


def test_diff_with_nothing_to_compare_says_so() -> None:
    assert run("diff", "1999.1").exit_code == 2
    assert "There is no release '1999.1'" in run("diff", "1999.1").stderr


def test_check_passes_what_comes_with_heard() -> None:
    checked = run("check")
    assert checked.exit_code == 0
    assert "fit to use" in checked.stdout


def test_check_of_a_bad_pack_names_the_fault_and_exits_with_2(spoil: Spoil) -> None:
    pack = spoil("clocks.yaml", "unit: months", "unit: moons")
    checked = run("check", str(pack))
    assert checked.exit_code == 2
    assert "clocks.yaml, line" in checked.stderr
    assert "Write one of: working_days" in checked.stderr
    assert "not fit to use. Faults: 1." in checked.stdout


def test_check_of_a_folder_that_is_not_there_exits_with_2(tmp_path: Path) -> None:
    checked = run("check", str(tmp_path / "nowhere"))
    assert checked.exit_code == 2
    assert "No pack here" in checked.stderr
