"""What release 2026.1 puts right and adds, each held to its source."""

import re
from datetime import date
from pathlib import Path

import pytest
from tests.knowledge.test_release import DIGEST, squeezed

from heard.knowledge import load
from heard.knowledge.differences import Change, differences
from heard.knowledge.model import Release

PAGE = Path(__file__).parent / "sources" / "see-me-hear-me.txt"
FIELD = DIGEST.with_name("field-2026.md")

# What a sentence under “Key findings” tells that is kept elsewhere than in its wording: where.
ELSEWHERE = {
    "Definitions of what is meant by": "definition_cse",
    "A list of warning signs and check list": "S01",
    "The inquiry found 9 significant failings": "failings",
    "A new operational framework See Me Hear Me": "voice_child",
    "This is based 7 principles": "principle_names",
}


@pytest.fixture
def release() -> Release:
    return load.release("2026.1")


def bullets(path: Path) -> list[str]:
    return [
        line.removeprefix("- ")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("- ")
    ]


def test_it_extends_the_first(release: Release) -> None:
    assert release.extends == "2013.1"


def test_the_older_release_still_says_what_it_said() -> None:
    old = load.release("2013.1")
    assert old.entries["children_at_risk"].label == "Children and young people with three or more signs"
    assert (old.conclusions, old.laws, old.withdrawn) == ((), (), ())


def test_signs_vulnerabilities_patterns_rules_and_clocks_are_those_of_before(release: Release) -> None:
    old = load.release("2013.1")
    for section in (
        "signs",
        "vulnerabilities",
        "patterns",
        "rules",
        "clocks",
        "carriers",
        "definitions",
        "voices",
    ):
        assert getattr(release, section) == getattr(old, section)
    assert all(difference.change != Change.WITHDRAWN for difference in differences(old, release))


# ---- What was not so


def test_each_principle_is_worded_as_on_the_page_that_is_cited(release: Release) -> None:
    printed = [entry.as_printed or entry.official for entry in release.principles]
    assert sorted(printed) == sorted(bullets(PAGE))
    assert all("childprotectioncompany.com" in entry.source for entry in release.principles)


def test_only_the_slip_of_that_page_is_put_right(release: Release) -> None:
    slips = {entry.id: (entry.as_printed, entry.official) for entry in release.principles if entry.as_printed}
    assert list(slips) == ["P2"]
    printed, ours = slips["P2"]
    assert printed.replace("much", "must") == ours


def test_six_principles_of_the_older_release_were_in_other_words() -> None:
    page = bullets(PAGE)
    assert [
        principle.id for principle in load.release("2013.1").principles if principle.official in page
    ] == ["P1"]


def test_the_16500_are_at_risk_as_the_digest_says_and_the_rule_has_another_source(release: Release) -> None:
    figure, rule = release.entries["children_at_risk"], release.rule("three_signs")
    assert figure.source.startswith("Digest issue 15")
    assert "at risk" in figure.label
    assert "sign" not in figure.label
    assert "Others who quote the interim report say" in figure.help
    assert not rule.source.startswith("Digest")


def test_absence_from_school_is_said_to_be_in_the_school_census(release: Release) -> None:
    (absence,) = [entry for entry in release.no_carrier if entry.item == "S06"]
    assert "school census, which is a statutory return too" in absence.note
    assert "Pupil absence statistics: methodology" in absence.source


# ---- What the digest says


def test_every_wording_that_claims_the_digest_is_in_it(release: Release) -> None:
    digest = squeezed(_digest())
    claimed = [e for e in release.entries.values() if e.source.startswith("Digest issue 15")]
    assert len(claimed) == (3 + 2 + 13 + 15 + 12 + 3 + 4) + 7
    absent = [e.id for e in claimed if squeezed(getattr(e, "as_printed", "") or e.official) not in digest]
    assert absent == []


def test_no_sentence_of_the_key_findings_is_left_out(release: Release) -> None:
    text = _digest()
    found = text[text.index("#### **Key Findings**") : text.index("### ***Definitions of CSE")]
    sentences = [
        one.strip(" -.")
        for line in found.splitlines()[1:]
        for one in re.split(r"(?<=[a-z0-9]\.) (?=[A-Z])", line.strip().removeprefix("- ").removesuffix("-"))
        if one.strip(" -.")
    ]
    assert len(sentences) > 12
    ours = squeezed(" ".join(entry.official for entry in release.entries.values()))
    known = {*release.entries, *(gap.id for gap in release.not_enumerated)}
    assert set(ELSEWHERE.values()) <= known
    missing = [
        sentence
        for sentence in sentences
        if not any(sentence.startswith(begin) for begin in ELSEWHERE)
        and squeezed(sentence.replace("The Interim Report (Nov., 2012) reported that ", "")) not in ours
    ]
    assert missing == []


def _digest() -> str:
    if not DIGEST.exists():
        pytest.skip("the digest's text is not beside the project (../shared/knowledge)")
    return DIGEST.read_text(encoding="utf-8")


# ---- Law and guidance of 2026


def test_each_law_says_its_source_the_day_it_was_read_and_how_sure(release: Release) -> None:
    assert len(release.laws) >= 10
    for law in release.laws:
        assert law.source
        assert law.confidence in ("A", "B")
        assert law.read_on == date(2026, 11, 26)
        assert law.in_force_from or law.not_known or re.search(r"\b20\d\d\b", law.help + law.official), law.id


@pytest.mark.parametrize(
    ("law", "held"),
    [
        ("working_together_2026", "Published **18 March 2026**; replaces the December 2023 edition"),
        ("duty_to_share", "announced to start 30 September 2026"),
        ("protection_teams", "Regulations were aimed at **late 2027**"),
        ("criminal_exploitation", "The Act has **no definition of CCE**"),
        ("duty_to_report", "Recognised indicators alone do not trigger it"),
        ("schools_2026", "KCSIE 2026 in force 1 September 2026"),
        ("inspection_2026", "overall effectiveness judgement removed from **April 2026**"),
        ("online_services", "since 29 June 2026 reported intimate images must come down within 48 hours"),
        ("national_audit", "All 12 accepted"),
        ("national_inquiry", "local safeguarding partnerships are listed among the services it may examine"),
    ],
)
def test_what_a_law_says_is_in_what_we_read(release: Release, law: str, held: str) -> None:
    if not FIELD.exists():
        pytest.skip("what was read is not beside the project (../shared/knowledge)")
    text = FIELD.read_text(encoding="utf-8")
    assert held.replace("*", "") in text.replace("*", "")
    (line,) = [one for one in text.replace("*", "").splitlines() if held.replace("*", "") in one]
    days = set(re.findall(r"\d{1,2} [A-Z][a-z]+ 20\d\d", line))
    entry = release.entries[law]
    said = set(re.findall(r"\d{1,2} [A-Z][a-z]+ 20\d\d", f"{entry.help} {entry.official}"))
    assert said <= days | {"29 April 2026"}, said - days


def test_no_day_is_given_for_what_nobody_read(release: Release) -> None:
    given = {law.id: law.in_force_from for law in release.laws if law.in_force_from}
    assert given == {"schools_2026": date(2026, 9, 1)}


def test_that_no_clock_is_known_to_have_changed_is_said(release: Release) -> None:
    gaps = {gap.id: gap for gap in release.not_enumerated}
    assert "No source that we read says that a time changed" in gaps["clocks_of_2026"].help
    law = {law.id: law for law in release.laws}["working_together_2026"]
    assert "The clocks here are unchanged" in law.not_known
