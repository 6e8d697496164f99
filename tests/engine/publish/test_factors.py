"""Factors at the end of assessment as the Department prints them, from Children in Need censuses."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.engine.intake.conftest import SAMPLES
from tests.engine.intake.test_cin_census import census, child

from heard.cli import main
from heard.engine import intake
from heard.engine.publish import Policy, check_files, hide_files
from heard.engine.publish.factors import ANY, header, write_factors
from heard.engine.tables import NotDone

THEIRS = SAMPLES / "dfe_stats" / "factors_at_end_of_assessment_2018_to_2023.csv"


def assessed(number: str, *assessments: tuple[str, str, tuple[str, ...]], council: str = "856") -> str:
    """A child with an episode for each day of referral; each assessment: referral, end, factors."""
    episodes = ""
    for referred in dict.fromkeys(day for day, _, _ in assessments):
        inner = "".join(
            f"<Assessments><AssessmentAuthorisationDate>{ended}</AssessmentAuthorisationDate><FactorsIdentifiedAtAssessment>"
            + "".join(f"<AssessmentFactors>{code}</AssessmentFactors>" for code in factors)
            + "</FactorsIdentifiedAtAssessment></Assessments>"
            for day, ended, factors in assessments
            if day == referred
        )
        episodes += f"<CINdetails><CINreferralDate>{referred}</CINreferralDate>{inner}</CINdetails>"
    plain = child(number)
    return plain[: plain.index("<CINdetails>")] + episodes + "</Child>"


def counted(folder: Path, *censuses: str, council: str = "856") -> dict[tuple[str, str], dict[str, str]]:
    (folder / "in").mkdir()
    for number, text in enumerate(censuses):
        source = f"<Source><LEA>{council}</LEA></Source></Header>"
        (folder / "in" / f"c{number}.xml").write_text(text.replace("</Header>", source))
    intake.read([folder / "in"], out=folder / "run")
    with write_factors(folder / "run", folder / "true").open(encoding="utf-8") as file:
        return {(row["time_period"], row["new_la_code"]): row for row in csv.DictReader(file)}


def numbers(row: dict[str, str]) -> dict[str, str]:
    return {name: row[name] for name in header()[11:] if row[name] != "0"}


def test_a_factor_counts_once_in_an_episode_and_again_in_another(tmp_path: Path) -> None:
    one = ("2022-05-01", "2022-06-01", ("10A", "4A"))
    again = ("2022-05-01", "2022-08-01", ("10A",))
    other = ("2022-11-01", "2022-12-01", ("10A",))
    row = counted(tmp_path, census(assessed("A", one, again, other), year=2023))["2023", "E06000016"]
    assert numbers(row) == {ANY: "2", "Going_missing": "2", "Mental_Health_child": "1"}
    assert (row["la_name"], row["region_name"], row["old_la_code"]) == ("Leicester", "East Midlands", "856")


def test_a_year_ends_with_march(tmp_path: Path) -> None:
    march, april = ("2022-01-01", "2022-03-31", ("1A",)), ("2022-01-02", "2022-04-01", ("1A",))
    found = counted(tmp_path, census(assessed("A", march, april), year=2023))
    assert {year for year, _ in found} == {"2022", "2023"}


def test_an_episode_that_two_censuses_tell_of_counts_once(tmp_path: Path) -> None:
    told = assessed("A", ("2022-05-01", "2022-06-01", ("10A",)))
    found = counted(tmp_path, census(told, year=2023), census(told, year=2024))
    assert numbers(found["2023", "E06000016"]) == {ANY: "1", "Going_missing": "1"}


def test_no_factor_is_no_factor(tmp_path: Path) -> None:
    with pytest.raises(NotDone, match="names a factor"):
        counted(tmp_path, census(assessed("A", ("2022-05-01", "2022-06-01", ("21",))), year=2023))


def test_an_authority_that_the_list_does_not_know_stands_under_its_number(tmp_path: Path) -> None:
    told = census(assessed("A", ("2022-05-01", "2022-06-01", ("10A",))), year=2023)
    assert counted(tmp_path, told, council="975")["2023", "975"]["la_name"] == "Authority 975"


def test_small_counts_can_be_hidden_and_then_nothing_can_be_worked_out(tmp_path: Path) -> None:
    children = [
        assessed(f"C{n}", ("2022-05-01", "2022-06-01", ("10A", *(("13A",) * (n < 3))))) for n in range(9)
    ]
    counted(tmp_path, census(*children, year=2023))
    hide_files([tmp_path / "true" / "factors.csv"], tmp_path / "out", Policy())
    with (tmp_path / "out" / "factors.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["Gangs"], row["Going_missing"]) == ("c", "9")
    assert check_files([tmp_path / "out" / "factors.csv"], Policy()).derived == []


def test_the_command_writes_the_table(tmp_path: Path) -> None:
    counted(tmp_path, census(assessed("A", ("2022-05-01", "2022-06-01", ("10A",))), year=2023))
    done = CliRunner().invoke(
        main, ["publish", "factors", str(tmp_path / "run"), "--out", str(tmp_path / "again")]
    )
    assert done.exit_code == 0, done.output
    assert (tmp_path / "again" / "factors.csv").read_text() == (tmp_path / "true" / "factors.csv").read_text()


@pytest.mark.samples
def test_columns_and_authorities_are_those_of_the_department(tmp_path: Path) -> None:
    if not THEIRS.is_file():
        pytest.skip("the third-party samples are not beside the project")
    with THEIRS.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert header() == list(rows[0])
    found = counted(
        tmp_path, census(assessed("A", ("2022-05-01", "2022-06-01", ("10A",))), year=2023), council="302"
    )
    (theirs,) = (row for row in rows if (row["time_period"], row["old_la_code"]) == ("2023", "302"))
    assert [found["2023", "E09000003"][name] for name in header()[:11]] == [
        theirs[name] for name in header()[:11]
    ]
