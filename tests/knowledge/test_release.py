"""What release 2013.1 says, and that a release never changes. What the later ones say stands in `test_2026_1.py`."""

import hashlib
import re
from datetime import date
from pathlib import Path

import pytest

from heard.knowledge import load
from heard.knowledge.model import NotInRelease, Release

HASHES = Path(__file__).with_name("releases.sha256")
SHARED = Path(__file__).parents[3] / "shared" / "knowledge"
DIGEST = SHARED / "digest-issue-15-july-2014.txt"


@pytest.fixture
def release() -> Release:
    return load.release("2013.1")


# ---- A release never changes


def fingerprint(folder: Path) -> str:
    """Over each file's name and text, sorted; line ends are made the same first."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*"), key=lambda p: p.relative_to(folder).as_posix()):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def test_a_release_never_changes() -> None:
    kept = dict(reversed(line.split()) for line in HASHES.read_text(encoding="utf-8").splitlines() if line)
    now = {release_id: fingerprint(load.PACKS / release_id) for release_id in load.release_ids()}
    assert now == kept, (
        "A release that is out never changes: put it back as it was and make the correction in a new release. "
        f"A new release needs its line in {HASHES.name}: "
        + "; ".join(f"{value}  {name}" for name, value in now.items() if kept.get(name) != value)
    )


def test_line_ends_do_not_change_a_release(pack: Path) -> None:
    before = fingerprint(pack)
    signs = pack / "signs.yaml"
    signs.write_bytes(signs.read_bytes().replace(b"\n", b"\r\n"))
    assert fingerprint(pack) == before


def test_one_changed_word_changes_the_fingerprint(pack: Path) -> None:
    before = fingerprint(pack)
    signs = pack / "signs.yaml"
    signs.write_bytes(signs.read_bytes().replace(b"injuries", b"injury", 1))
    assert fingerprint(pack) != before


def test_the_newest_release_is_current_and_read_once() -> None:
    assert load.current() is load.release(load.release_ids()[-1])


@pytest.mark.parametrize("name", ["1999.9", "", "../2013.1"])
def test_a_release_that_is_not_there_is_refused_by_name(name: str) -> None:
    with pytest.raises(NotInRelease, match=r"Use one of: 2013\.1"):
        load.release(name)


# ---- What is in it


def test_thirteen_patterns_stand_below_two_headings(release: Release) -> None:
    assert [heading.id for heading in release.headings] == ["group", "gang"]
    assert [p.id for p in release.patterns if p.heading == "group"] == [f"G{n}" for n in range(1, 8)]
    assert [p.id for p in release.patterns if p.heading == "gang"] == [f"N{n}" for n in range(1, 7)]


def test_the_slip_for_initiation_is_put_right_and_kept_visible(release: Release) -> None:
    pattern = release.pattern("N6")
    assert "initiation" in pattern.official
    assert "imitation" in pattern.as_printed
    assert "slip" in pattern.source


def test_harm_between_young_people_is_one_pattern_with_two_settings(release: Release) -> None:
    assert release.pattern("G7").settings == ("school", "neighbourhood")


def test_both_lists_are_whole_and_apart(release: Release) -> None:
    assert [v.id for v in release.vulnerabilities] == [f"V{n:02}" for n in range(1, 16)]
    assert [s.id for s in release.signs] == [f"S{n:02}" for n in range(1, 15)]
    assert [s.id for s in release.signs if not s.in_digest] == ["S13", "S14"]


def test_what_the_digest_left_out_is_less_sure_and_says_so(release: Release) -> None:
    for sign in release.signs:
        assert sign.confidence == ("A" if sign.in_digest else "B")
        assert ("not in the digest" in sign.source) is not sign.in_digest


def test_the_rule_says_its_window_in_words_and_that_it_is_not_confirmed_victims(release: Release) -> None:
    rule = release.rule("three_signs")
    assert (rule.list, rule.at_least, rule.window_months) == ("signs", 3, 12)
    assert "as-of date itself is in" in rule.text
    assert "twelve months earlier is just out" in rule.text
    assert "not a list of confirmed victims" in rule.help


def test_each_figure_has_its_period_source_and_what_is_not_known(release: Release) -> None:
    assert [figure.value for figure in release.figures] == ["2,409", "16,500", "28%", "6%"]
    assert all(figure.period and figure.source and figure.caveat for figure in release.figures)


@pytest.mark.parametrize(
    ("clock_id", "amount", "unit"),
    [
        ("concern_decision", 1, "working_days"),
        ("assessment", 45, "working_days"),
        ("conference", 15, "working_days"),
        ("core_group", 10, "working_days"),
        ("review_conference_first", 3, "months"),
        ("review_conference_next", 6, "months"),
        ("return_interview", 72, "hours"),
    ],
)
def test_a_clock_allows_what_its_source_says(release: Release, clock_id: str, amount: int, unit: str) -> None:
    clock = release.clock(clock_id)
    assert (clock.amount, clock.unit) == (amount, unit)


def test_a_clock_that_changed_is_there_before_and_after(release: Release) -> None:
    assert release.clock("nrm_recovery").effective_from == date(2022, 12, 13)
    assert release.clock("nrm_recovery_to_2022").effective_to == date(2022, 12, 12)


def test_the_nine_failings_and_foundations_are_said_to_be_unlisted(release: Release) -> None:
    gaps = {gap.id: gap for gap in release.not_enumerated}
    for name in ("failings", "foundations"):
        assert gaps[name].number == 9
        assert "none is listed here" in gaps[name].help


def test_an_unknown_entry_is_refused_with_the_known_ones(release: Release) -> None:
    with pytest.raises(NotInRelease, match=r"no sign or vulnerability 'G1'.*S01"):
        release.item("G1")
    with pytest.raises(NotInRelease, match="no clock 'S01'"):
        release.clock("S01")


# ---- Statutory returns


def carried(release: Release, format_: str, field: str, code: str) -> dict[str, bool]:
    return {
        c.item: c.counts
        for c in release.carriers
        if (c.format, c.field) == (format_, field) and code in c.codes
    }


@pytest.mark.parametrize(
    ("format_", "field", "code", "items"),
    [
        ("cin_census", "AssessmentFactors", "10A", {"S01": True}),
        ("cin_census", "AssessmentFactors", "18B", {"S02": True, "V02": True}),
        ("cin_census", "AssessmentFactors", "14A", {"S04": False}),
        ("cin_census", "AssessmentFactors", "19B", {"S08": False, "V02": True}),
        ("cin_census", "AssessmentFactors", "15A", {"S13": True}),
        ("cin_census", "AssessmentFactors", "11A", {}),
        ("cin_census", "ReferralSource", "4", {"V09": False}),
        ("ssda903", "MISSING", "M", {"S01": True}),
        ("ssda903", "MISSING", "A", {"S01": False}),
        ("ssda903", "PLACE", "K2", {"V12": True}),
        ("ssda903", "ACCOM", "S1", {"V09": True}),
    ],
)
def test_a_code_carries_what_the_map_of_fields_says(
    release: Release, format_: str, field: str, code: str, items: dict[str, bool]
) -> None:
    assert carried(release, format_, field, code) == items


def test_a_weak_carrier_never_counts(release: Release) -> None:
    assert not [c for c in release.carriers if c.strength == "weak" and c.counts]


def test_the_questionnaire_score_counts_as_a_proxy_and_is_called_one(release: Release) -> None:
    (carrier,) = [c for c in release.carriers if c.field == "SDQ_SCORE" and c.item == "S12"]
    assert (carrier.at_least, carrier.strength, carrier.counts) == (17, "proxy", True)
    assert "proxy" in carrier.note


def test_placement_codes_hold_for_their_years(release: Release) -> None:
    years = {c.codes[0]: (c.year_from, c.year_to) for c in release.carriers if c.field == "PLACE"}
    assert years["H5"] == (None, 2025)
    assert years["K3"] == (2026, None)
    assert years["K1"] == (None, None)


def test_each_item_is_carried_or_said_not_to_be(release: Release) -> None:
    without = [entry.item for entry in release.no_carrier]
    assert without == ["V03", "V05", "V07", "V08", "V10", "V11", "S06", "S07", "S09", "S10", "S11", "S14"]


# ---- The wording is that of the digest


def squeezed(text: str) -> str:
    return re.sub(r"[\s*]+", "", text)


@pytest.fixture
def digest() -> str:
    if not DIGEST.exists():
        pytest.skip("the digest's text is not beside the project (../shared/knowledge)")
    return squeezed(DIGEST.read_text(encoding="utf-8"))


def test_every_wording_that_claims_the_digest_is_in_it(release: Release, digest: str) -> None:
    claimed = [e for e in release.entries.values() if e.source.startswith("Digest issue 15")]
    assert len(claimed) == 3 + 2 + 13 + 15 + 12 + 3 + 4
    absent = [e.id for e in claimed if squeezed(getattr(e, "as_printed", "") or e.official) not in digest]
    assert absent == []


def test_only_the_slip_is_worded_otherwise_than_printed(release: Release) -> None:
    assert [p.id for p in release.patterns if p.as_printed] == ["N6"]


def test_no_bullet_of_the_digest_is_left_out(release: Release) -> None:
    if not DIGEST.exists():
        pytest.skip("the digest's text is not beside the project (../shared/knowledge)")
    text = DIGEST.read_text(encoding="utf-8")
    lists = text[text.index("### ***13 patterns") : text.index("### ***Further information")]
    bullets = {
        squeezed(line.strip().removeprefix("- ")) for line in lists.splitlines() if line.strip()[:2] == "- "
    }
    ours = {squeezed(getattr(e, "as_printed", "") or e.official) for e in release.entries.values()}
    assert len(bullets - {""}) == 15 + 15 + 12
    assert bullets - {""} - ours == set()
