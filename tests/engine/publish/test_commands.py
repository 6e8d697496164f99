"""`heard publish`: what goes where, the exit code, and what it does on tables that others published."""

import json
import tempfile
from itertools import product
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.publish.made import table, to_csv

from heard.cli import main
from heard.engine.cli.publishing import _spared

DATA = Path(__file__).parents[4] / "shared" / "data" / "dfe_stats"
TRUE = table("areas", ("area",), {("a",): 3, ("b",): 12, ("d",): 9})


def call(*words: object) -> Result:
    return CliRunner().invoke(main, ["publish", *map(str, words)])


@pytest.fixture
def areas(tmp_path: Path) -> Path:
    path = tmp_path / "areas.csv"
    path.write_text(to_csv(TRUE))
    return path


def test_what_hide_writes_passes_the_check(areas: Path, tmp_path: Path) -> None:
    hidden = call("hide", areas, "--out", tmp_path / "out", "--json")
    assert (hidden.exit_code, json.loads(hidden.stdout)["hidden"]) == (0, 2)
    assert (tmp_path / "out" / "areas.csv").read_text().splitlines() == [
        "area,count",
        "Total,24",
        "a,c",
        "b,12",
        "d,c",
    ]
    checked = call("check", tmp_path / "out" / "areas.csv")
    assert checked.exit_code == 0
    assert "None of them can be worked out" in checked.stdout


def test_what_is_hidden_is_said_to_be_the_least_and_never_by_a_share_of_nothing(
    areas: Path, tmp_path: Path
) -> None:
    """“At most 0.0% less might be hidden” stood beside eight counts where two would have done."""
    said = call("hide", areas, "--out", tmp_path / "out").stdout
    assert "No other choice hides less" in " ".join(said.split())
    assert "%" not in said
    assert "by 0.01% at most" in _spared(0.000002)


def test_the_check_ends_with_1_and_names_the_cell_that_is_given_away(areas: Path) -> None:
    areas.write_text(areas.read_text().replace("a,3", "a,c"))
    checked = call("check", areas, "--json")
    assert checked.exit_code == 1
    assert json.loads(checked.stdout)["derived"] == [
        {"cell": "count, area a", "low": 3, "high": 3, "tables": ["areas.csv"]}
    ]
    assert "count, area a is 3" in call("check", areas).stdout


def test_an_earlier_table_gives_away_what_a_later_one_hides(areas: Path, tmp_path: Path) -> None:
    call("hide", areas, "--out", tmp_path / "out")
    earlier = tmp_path / "earlier.csv"
    earlier.write_text("area,count\nd,9\n")
    assert call("check", tmp_path / "out" / "areas.csv", "--before", earlier).exit_code == 1


def test_a_layout_beside_the_table_says_what_its_columns_are(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(
        "year,region,council,Gangs,Other\n2023,,,9,40\n2023,N,,9,40\n2023,N,x,c,22\n2023,N,y,7,18\n"
    )
    path.with_suffix(".yaml").write_text(
        "dimensions: {year: year, area: [region, council]}\nmeasures: [Gangs, Other]\n"
    )
    checked = call("check", path, "--json")
    assert [(load["cell"], load["low"]) for load in json.loads(checked.stdout)["derived"]] == [
        ("Gangs, area N / x, year 2023", 2)
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("area,place\na,b\n", "has no column count, and none that holds counts"),
        ("area,count\n", "shows no count"),
        ("area,count\na,three\n", "row 1: a cell is neither a count nor a symbol"),
        ("area,count\na,-3\n", "row 1: a cell is neither"),
        ("area,count\na,3\na,4\n", "rows 1 and 2 are the same cell"),
        ("", "shows no count"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    checked = call("check", path)
    assert checked.exit_code == 2
    assert sentence in checked.stderr
    assert "Traceback" not in checked.output


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("threshold: 0", "the threshold is at least 1"),
        ("threshold: five", "whole numbers"),
        ("least_values: 1", "at least 2 possible values"),
        ("small: 5", "says small, which no policy has"),
        ("- 5", "holds no policy"),
        ("rounding: [{at: 5}]", "is no policy"),
        ("threshold: [", "cannot be read as a policy"),
    ],
)
def test_a_policy_that_is_none_is_one_sentence(areas: Path, tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "policy.yaml").write_text(text)
    checked = call("check", areas, "--policy", tmp_path / "policy.yaml")
    assert checked.exit_code == 2
    assert sentence in checked.stderr


def test_nothing_is_written_over(areas: Path, tmp_path: Path) -> None:
    assert call("hide", areas, "--out", tmp_path).exit_code == 2
    assert areas.read_text() == to_csv(TRUE)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60), st.binary(max_size=30))
def test_no_file_brings_a_traceback(tmp_path: Path, content: bytes, layout: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(b"area,count\n" + content)
    path.with_suffix(".yaml").write_bytes(b"dimensions: {area: area}\n" + layout)
    for words in (("check", path), ("hide", path, "--out", tmp_path / "out")):
        result = call(*words)
        assert result.exit_code in (0, 1, 2)
        assert "did not foresee" not in result.stderr


@pytest.mark.samples
@pytest.mark.skipif(not DATA.is_dir(), reason="the samples in ../shared/data are not on this machine")
def test_subtraction_gives_cells_of_the_departments_own_table_away(tmp_path: Path) -> None:
    """As it was downloaded: its columns are known, and so is how the Department rounds. By its own words `c` stands for 1 to 5, and
    for more where these need it. How many are given away is said, and never which."""
    source = next(DATA.glob("factors*.csv"))
    found = call("check", source, "--json")
    told = json.loads(found.stdout)
    assert found.exit_code == 1
    assert (told["hidden"], told["conflicts"], told["derived"]) == (1738, [], [])
    assert told["of_others"] == {"derived": 133, "exactly": 16}
    read = call("check", source).stdout
    assert "133 of those that others published can be known too well, 16 of these exactly." in read
    assert ", area " not in read
    other = tmp_path / "renamed.csv"  # no name of the first columns tells any more whose it is
    other.write_text(
        source.read_text("utf-8-sig").replace("time_period,time_identifier", "year,identifier", 1)
    )
    again = json.loads(call("check", other, "--json").stdout)
    assert (again["derived"], again["of_others"]) == ([], {"derived": 133, "exactly": 16})


@pytest.mark.samples
@pytest.mark.skipif(not DATA.is_dir(), reason="the samples in ../shared/data are not on this machine")
def test_c_in_the_departments_table_cannot_mean_1_to_5_alone(tmp_path: Path) -> None:
    path = tmp_path / "factors.csv"
    path.write_bytes(next(DATA.glob("factors*.csv")).read_bytes())
    call("layout", path, "--write")
    beside = path.with_suffix(".yaml")
    told = yaml.safe_load(beside.read_text())
    told["policy"]["means"] = {"c": [1, 5]}
    beside.write_text(yaml.safe_dump(told))
    assert len(json.loads(call("check", path, "--json").stdout)["conflicts"]) > 10


SOUTH = "area,count\nNorth,48\nEast,20\nWest,25\nSouth,c\nTotal,96\n"


@pytest.mark.parametrize(
    ("layout", "sentence"),
    [
        ("exhaustive: area", "`exhaustive` is a list"),
        ("totals: England", "`totals` is a list, such as [England]"),
        ("measures: count", "`measures` is a list"),
        ("exhaustive: [Area]", "`exhaustive` names Area, which the layout does not have"),
        ("sums: {count: [a, b]}", "`sums` names a, b"),
        ("sums: {other: [count]}", "`sums` names other"),
    ],
)
def test_a_layout_with_a_slip_is_refused_and_protects_nobody_less(
    tmp_path: Path, layout: str, sentence: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(SOUTH)
    path.with_suffix(".yaml").write_text("dimensions: {area: area}\n" + layout + "\n")
    checked = call("check", path)
    assert checked.exit_code == 2
    assert sentence in checked.stderr


@pytest.mark.parametrize("word", ["All areas", "England", "Overall", "Grand total"])
def test_a_total_by_another_word_protects_and_is_said(tmp_path: Path, word: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(SOUTH.replace("Total", word))
    checked = call("check", path, "--json")
    assert checked.exit_code == 1
    told = json.loads(checked.stdout)
    assert [(one["cell"], one["low"]) for one in told["derived"]] == [("count, area South", 3)]
    assert f"“{word}” was taken for the total of area" in told["warnings"][0]
    path.write_text(SOUTH.replace("Total", word).replace("c", "3", 2).replace("3ount", "count"))
    hidden = call("hide", path, "--out", tmp_path / "out", "--json")
    assert json.loads(hidden.stdout)["hidden"] == 2
    assert call("check", tmp_path / "out" / "t.csv").exit_code == 0


def test_a_row_that_is_the_sum_of_the_others_is_said(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("area,count\nNorth,48\nEast,20\nWest,25\nSouthmoor,93\n")
    assert "“Southmoor” may be what the others of area add up to" in call("check", path).stdout


def test_columns_that_add_up_are_told_or_guessed(tmp_path: Path) -> None:
    path, beside = tmp_path / "t.csv", tmp_path / "t.yaml"
    path.write_text("area,boys,girls,children\nNorth,20,c,23\nEast,30,31,61\n")
    beside.write_text("dimensions: {area: area}\nmeasures: [boys, girls, children]\n")
    checked = call("check", path, "--json")
    told = json.loads(checked.stdout)
    assert checked.exit_code == 1
    assert [(one["cell"], one["low"]) for one in told["derived"]] == [("girls, area North", 3)]
    assert "children was taken for the sum of boys and girls" in told["warnings"][0]
    beside.write_text(beside.read_text() + "sums: {children: [boys, girls]}\n")
    said = json.loads(call("check", path, "--json").stdout)
    assert (len(said["derived"]), said["warnings"]) == (1, [])
    path.write_text(path.read_text().replace("c,23", "3,23"))
    call("hide", path, "--out", tmp_path / "out")
    assert (tmp_path / "out" / "t.csv").read_text().count("c,") + (
        tmp_path / "out" / "t.csv"
    ).read_text().count(",c\n") >= 2
    assert call("check", tmp_path / "out" / "t.csv").exit_code == 0


def test_of_many_columns_one_that_all_others_add_up_to_is_their_sum(tmp_path: Path) -> None:
    path, ages = tmp_path / "t.csv", [f"age{n}" for n in range(8, 18)]
    path.write_text(f"area,{','.join(ages)},everybody\nNorth,{'20,' * 9}c,183\nEast,{'30,' * 10}300\n")
    path.with_suffix(".yaml").write_text(
        f"dimensions: {{area: area}}\nmeasures: [{', '.join(ages)}, everybody]\n"
    )
    checked = call("check", path, "--json")
    assert checked.exit_code == 1
    assert [load["low"] for load in json.loads(checked.stdout)["derived"]] == [3]


def test_a_column_that_is_hidden_throughout_is_a_column_of_counts(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("area,boys,girls,children\nNorth,20,c,23\nEast,30,c,34\n")
    checked = call("check", path)
    assert checked.exit_code == 1
    assert "girls" in checked.output
    path.write_text("area,boys,girls\nNorth,20,c\nEast,30,c\n")
    assert call("check", path).exit_code == 0


@pytest.mark.parametrize("place", ["Leics", "Cymru", "Pob ardal"])
def test_a_total_by_a_word_that_nobody_knows_is_refused_beside_a_hidden_count(
    tmp_path: Path, place: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"area,count\n{place},96\nNorth,48\nEast,20\nWest,25\nSouth,c\n")
    checked = call("check", path)
    assert checked.exit_code == 1
    assert f"if “{place}” is the total of area, 1 hidden counts can be known too well" in checked.stdout
    assert "`totals` of the layout" in checked.stdout
    assert "None of them" not in checked.stdout
    path.with_suffix(".yaml").write_text(f"dimensions: {{area: area}}\nno_totals: [{place}]\n")
    assert call("check", path).exit_code == 0
    path.with_suffix(".yaml").write_text(f"dimensions: {{area: area}}\ntotals: [{place}]\n")
    told = json.loads(call("check", path, "--json").stdout)
    assert ([one["low"] for one in told["derived"]], told["unclear"]) == ([3], [])
    path.with_suffix(".yaml").unlink()
    path.write_text(path.read_text().replace(",96", ",120"))
    checked = call("check", path, "--json")
    assert (checked.exit_code, json.loads(checked.stdout)["unclear"]) == (0, [])


@pytest.mark.parametrize(
    "rows", ["{0},51\nNorth,48\nSouth,c\n", "Total,96\n{0},96\nNorth,48\nEast,45\nSouth,c\n"]
)
def test_a_total_by_another_word_is_met_beside_few_places_and_beside_another_total(
    tmp_path: Path, rows: str
) -> None:
    (path := tmp_path / "t.csv").write_text("area,count\n" + rows.format("Leics"))
    checked = call("check", path)
    assert checked.exit_code == 1
    assert "“Leics” is the total of area" in checked.stdout


def test_figures_with_a_total_by_a_word_that_nobody_knows_are_not_hidden_by_halves(tmp_path: Path) -> None:
    (path := tmp_path / "t.csv").write_text("area,count\nLeics,96\nNorth,48\nEast,20\nWest,25\nSouth,3\n")
    hidden = call("hide", path, "--out", tmp_path / "out")
    assert hidden.exit_code == 2
    assert "if “Leics” is the total of area" in hidden.stderr
    assert not (tmp_path / "out").exists()
    path.with_suffix(".yaml").write_text("dimensions: {area: area}\ntotals: [Leics]\n")
    assert call("hide", path, "--out", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out" / "t.csv").read_text().count("c\n") == 2


def test_counts_that_do_not_add_up_beside_a_hidden_one_are_refused(tmp_path: Path) -> None:
    """Coast is North and East: what the total leaves for South cannot be worked out by this layout, and can by a reader."""
    (path := tmp_path / "t.csv").write_text(
        "area,count\nTotal,96\nNorth,48\nEast,20\nWest,25\nCoast,68\nSouth,c\n"
    )
    checked = call("check", path)
    assert checked.exit_code == 1
    assert "hidden counts are among them" in checked.stdout


_WORDS = st.text("ABCDEFGHIJabcdefghijklmnopqrstuvwxyz", min_size=3, max_size=9).map(str.title)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), word=_WORDS, inner=_WORDS)
def test_a_layout_that_is_not_understood_protects_or_refuses_and_never_lets_go(
    data: st.DataObject, word: str, inner: str
) -> None:
    """A table with totals by words that nobody knows, one small count of it hidden: `check` finds it or refuses; and what
    `hide` writes of the true counts, if anything, gives nothing away to somebody who knows the words."""
    areas = [f"Area{n}" for n in range(data.draw(st.integers(2, 4)))]
    sexes = data.draw(st.sampled_from([[], ["F1", "M1"]]))
    own = {(a, s): data.draw(st.integers(6, 60)) for a in areas for s in sexes or [""]}
    small = data.draw(st.sampled_from(sorted(own)))
    own[small] = data.draw(st.integers(1, 5))
    counts = dict(own)
    for area, sex in product([word, *areas], [inner, *sexes] if sexes else [""]):
        counts[area, sex] = sum(n for (a, s), n in own.items() if area in (word, a) and sex in (inner, s, ""))
    head = "area,sex,count" if sexes else "area,count"

    def text(hidden: bool) -> str:
        lines = [
            ",".join([a, *([s] if sexes else []), "c" if hidden and (a, s) == small else str(n)])
            for (a, s), n in data.draw(st.permutations(list(counts.items())))
        ]
        return "\n".join([head, *lines]) + "\n"

    with tempfile.TemporaryDirectory() as folder:
        (path := Path(folder) / "t.csv").write_text(text(hidden=True))
        assert call("check", path).exit_code in (1, 2)
        path.write_text(text(hidden=False))
        hidden = call("hide", path, "--out", Path(folder) / "out")
        if hidden.exit_code == 0:
            told = yaml.safe_load((Path(folder) / "out" / "t.yaml").read_text())
            told["totals"] = [word, inner]
            (Path(folder) / "out" / "t.yaml").write_text(yaml.safe_dump(told))
            assert not json.loads(call("check", Path(folder) / "out" / "t.csv", "--json").stdout)["derived"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=2, max_size=5))
def test_what_is_hidden_of_a_table_without_totals_is_sound_to_check(counts: list[int]) -> None:
    """A place whose count is near what the others add up to is no total, as the true counts tell."""
    with tempfile.TemporaryDirectory() as folder:
        (path := Path(folder) / "t.csv").write_text(
            "area,count\n" + "".join(f"Area{n},{count}\n" for n, count in enumerate(counts))
        )
        hidden = call("hide", path, "--out", Path(folder) / "out")
        if any(2 * count == sum(counts) for count in counts):
            return  # by chance one is the sum of the others: then it is asked
        assert hidden.exit_code == 0
        assert call("check", Path(folder) / "out" / "t.csv").exit_code == 0


def test_the_policy_by_which_a_table_is_hidden_is_written_into_its_layout(tmp_path: Path) -> None:
    path, policy = tmp_path / "t.csv", tmp_path / "policy.yaml"
    path.write_text("area,count\nTotal,107\nNorth,48\nEast,20\nWest,25\nSouth,14\n")
    policy.write_text("threshold: 2\nhidden: '#'\nalso_hidden: []\nrounding: [{to: 5}]\n")
    assert call("hide", path, "--policy", policy, "--out", tmp_path / "out").exit_code == 0
    checked = call("check", tmp_path / "out" / "t.csv", "--json")
    assert (checked.exit_code, json.loads(checked.stdout)["conflicts"]) == (0, [])


def test_a_table_that_is_not_there_is_called_so(tmp_path: Path) -> None:
    missing = call("check", tmp_path / "areas.csv")
    assert (missing.exit_code, "areas.csv is not there. Check the path." in missing.stderr) == (2, True)
