"""What release 2026.8 adds: beside each requirement what can show it or why nothing does, and beside it and each clock why no first day
stands there."""

from dataclasses import fields, replace

import pytest

from heard.knowledge import load
from heard.knowledge.model import Release, Requirement

# What our sources say of a first day, and no more.
SAID = {
    "WT6": "18 March 2026",
    "WT9": "Whether the edition of 2026 changed it is not known to us",
    "WT10": "announced to start on 30 September 2026",
    "WT12": "aimed at late 2027",
}


@pytest.fixture
def release() -> Release:
    return load.release("2026.8")


def test_it_changes_nothing_of_before_but_what_stands_beside_requirements_and_clocks(
    release: Release,
) -> None:
    old = load.release("2026.7")
    apart = {"id", "title", "about", "extends", "requirements", "clocks"}
    sections = [field.name for field in fields(Release) if field.name not in apart]
    assert [name for name in sections if getattr(release, name) != getattr(old, name)] == []
    beside = {"evidence": (), "why_no_evidence": "", "why_no_day": ""}
    bare = lambda found: [replace(requirement, **beside) for requirement in found.requirements]
    assert bare(release) == bare(old)
    assert [replace(clock, why_no_day="") for clock in release.clocks] == list(old.clocks)


def test_each_clock_has_a_first_day_or_says_why_not(release: Release) -> None:
    assert [
        clock.id for clock in release.clocks if bool(clock.effective_from) == bool(clock.why_no_day)
    ] == []


def test_of_a_clock_whose_sources_name_no_edition_it_says_so(release: Release) -> None:
    """A source that names no year names no edition."""
    unnamed = [
        clock
        for clock in release.clocks
        if "secondary accounts of Working Together" in clock.source.replace("Secondary", "secondary")
    ]
    assert {clock.id for clock in unnamed} == {
        "conference_transfer_in", "core_group", "review_conference_first", "review_conference_next", "rapid_review",
        "local_practice_review",
    }  # fmt: skip
    assert [clock.id for clock in unnamed if "They name neither its edition" not in clock.why_no_day] == []


def test_each_requirement_has_a_first_day_or_says_why_not(release: Release) -> None:
    assert [
        requirement.id
        for requirement in release.requirements
        if bool(requirement.applies_from) == bool(requirement.why_no_day)
    ] == []


def test_each_requirement_has_figures_or_says_why_not(release: Release) -> None:
    assert [
        requirement.id
        for requirement in release.requirements
        if bool(requirement.evidence) == bool(requirement.why_no_evidence)
    ] == []


@pytest.mark.parametrize(("requirement", "said"), SAID.items())
def test_of_a_first_day_it_says_what_a_source_says(release: Release, requirement: str, said: str) -> None:
    assert said in _of(release, requirement).why_no_day


@pytest.mark.parametrize(
    ("requirement", "evidence"),
    [
        ("WT13", ("both_leads",)),
        ("IC4", ("risk_only",)),
        ("RI2", ("interviews_to_ties",)),
        ("JT3", ("help_reached", "help_wait")),
        ("CA1", ()),
    ],
)
def test_what_shows_a_requirement_is_about_it(
    release: Release, requirement: str, evidence: tuple[str, ...]
) -> None:
    assert _of(release, requirement).evidence == evidence


def _of(release: Release, requirement: str) -> Requirement:
    return next(one for one in release.requirements if one.id == requirement)
