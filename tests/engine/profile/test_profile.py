"""The profile of a run as files: every format says the same, nobody is given away, nothing in it runs."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pyarrow as pa
import pytest
import yaml
from click.testing import CliRunner
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from pypdf import PdfReader
from tests.engine.profile.made import run_of, run_of_many

from heard.cli import main
from heard.engine import publish, tables
from heard.engine.profile import pictures
from heard.engine.profile.shape import Cell, Quality, Section, Tidy
from heard.engine.run.profile import check_again, draw_up, hide
from heard.engine.tables import NotDone

pytestmark = pytest.mark.xdist_group("profile")

TITLE = "=Wexmoor & Yarnfield"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run and its profile."""
    folder = tmp_path_factory.mktemp("place")
    draw_up(run_of(folder / "run"), out=folder / "profile", title=TITLE)
    return folder


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "profile" / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_an_outsider_works_nothing_out_of_the_tables(place: Path) -> None:
    paths = sorted((place / "profile" / "tables").glob("*.csv"))
    found = publish.check_files(paths, publish.Policy())
    assert (len(paths), found.derived, found.conflicts) == (11, [], [])
    assert found.hidden
    listed = [row["count"] for row in table(place, "sex") if (row["sex"], row["list"]) == ("Total", "Listed")]
    assert listed == ["20"], "what a reader looks for first is shown, and more of the rest is hidden"
    shown = [int(row["count"]) for path in paths for row in table(place, path.stem) if row["count"] != "c"]
    assert not [count for count in shown if 1 <= count <= 5]
    assert {
        row["count"]
        for name in ("signs", "children")
        for row in table(place, name)
        if row["list" if name == "children" else "state"] == "Total"
    } == {"80"}


def test_who_harms_with_what_what_was_done_and_what_came_of_it_are_counted_and_small_numbers_hidden(
    tmp_path: Path,
) -> None:
    counts = {
        ("who", "told", ""): 14, ("who", "convicted", ""): 3, ("who", "frightens", ""): 0,
        ("with", "phone", ""): 9, ("with", "vehicle", ""): 1,
        ("where", "WX1", ""): 8, ("where", "", ""): 2,
        ("done", "place", "done"): 7, ("done", "place", "open"): 4, ("done", "contact", "not_done"): 6,
        ("came", "moved", ""): 5, ("came", "not_known", ""): 11,
    }  # fmt: skip
    rows = [
        {"part": part, "what": what, "state": state, "count": n} for (part, what, state), n in counts.items()
    ]
    harm = pa.Table.from_pylist(rows, schema=tables.HARM_RECORDED.schema)
    draw_up(run_of(tmp_path / "run"), out=tmp_path / "profile", title=TITLE, harm=harm)

    def printed(name: str, *columns: str) -> dict[tuple[str, ...], str]:
        return {tuple(row[column] for column in columns): row["count"] for row in table(tmp_path, name)}

    assert printed("who-harms", "basis") == {("told",): "14", ("convicted",): "c", ("frightens",): "0"}
    assert printed("with-what", "kind") == {("phone",): "9", ("vehicle",): "c"}
    assert printed("places-of-harm", "district") == {("WX1",): "8", ("",): "c"}
    assert printed("steps", "step", "state") == {
        ("place", "done"): "7", ("place", "open"): "c", ("contact", "not_done"): "6",
    }  # fmt: skip
    assert printed("came-of-it", "found") == {("moved",): "c", ("not_known",): "11"}
    html = (tmp_path / "profile" / "profile.html").read_text("utf-8")
    for said in (
        "Who is said to harm", "What is told is not proven", "With what", "Postcode not known", "What was done", "Could not be done",
        "What came of it", "Who harms and is not known, or is not named, is not in it",
    ):  # fmt: skip
        assert said in html
    draw_up(run_of(tmp_path / "other"), out=tmp_path / "without", title=TITLE)
    assert "Who is said to harm" not in (tmp_path / "without" / "profile.html").read_text("utf-8")


def test_few_groups_places_and_contexts_of_a_pattern_are_hidden(tmp_path: Path) -> None:
    rows = [
        {"pattern": pattern, "about": about, "count": count}
        for pattern, counts in {"G1": (12, 9, 3), "G2": (0, 1, 8)}.items()
        for about, count in zip(("group", "place", "context"), counts, strict=True)
    ]
    around = pa.Table.from_pylist(rows, schema=tables.PATTERNS_AROUND.schema)
    draw_up(run_of(tmp_path / "run"), out=tmp_path / "profile", title=TITLE, around=around)
    printed = {(row["pattern"], row["about"]): row["count"] for row in table(tmp_path, "patterns-around")}
    assert printed == {
        ("G1", "group"): "12",
        ("G1", "place"): "9",
        ("G1", "context"): "c",
        ("G2", "group"): "0",
        ("G2", "place"): "c",
        ("G2", "context"): "8",
    }
    layout = (tmp_path / "profile" / "tables" / "patterns-around.yaml").read_text("utf-8")
    assert "about: groups, places or contexts with the pattern" in layout
    html = (tmp_path / "profile" / "profile.html").read_text("utf-8")
    assert "Patterns at places and in groups" in html
    assert "No place is to blame." in html


def test_every_format_says_the_same(place: Path) -> None:
    told = json.loads((place / "profile" / "profile.json").read_text("utf-8"))
    html = (place / "profile" / "profile.html").read_text("utf-8")
    book = load_workbook(place / "profile" / "profile.xlsx")
    paper = " ".join(page.extract_text() for page in PdfReader(place / "profile" / "profile.pdf").pages)
    assert book.sheetnames[0] == "Data quality"
    assert len(book.sheetnames) == 1 + len([one for one in told["sections"] if one["table"]])
    for section in told["sections"]:
        assert section["coverage"] in html
        assert (place / "profile" / "tables" / f"{section['table']}.csv").is_file()
        assert (
            not section["picture"] or (place / "profile" / "pictures" / f"{section['picture']}.svg").is_file()
        )
    seen = [row["count"] for row in table(place, "signs") if row["state"] == "seen"]
    assert [cell.value for cell in book["Signs"]["B"] if isinstance(cell.value, int)] == list(map(int, seen))
    assert (
        re.findall(
            r'<td class="number">(\w+)</td><td class="number">\w+</td><td class="number">\w+</td><td>=police</td>',
            html,
        )
        == seen[:3]
    )
    assert all(sentence in re.sub(r"\s+", " ", paper) for sentence in told["findings"][:2])
    assert told["quality"]["fields"][0]["Ethnicity"] == "all"
    assert told["period"] == {
        "from": "2025-04-01",
        "to": "2026-03-31",
        "words": "1 April 2025 to 31 March 2026",
    }


def test_no_child_is_in_it_and_nothing_runs(place: Path) -> None:
    for path in (place / "profile").rglob("*"):
        if path.suffix in (".html", ".json", ".csv", ".svg"):
            text = path.read_text("utf-8")
            assert "child-0" not in text, path
            assert "<script" not in text
            assert not re.search(r"https?://(?!www\.w3\.org/)", text), path
    for sheet in load_workbook(place / "profile" / "profile.xlsx"):
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        assert all(
            cell.quotePrefix for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)
        )
    assert {row["agency"] for row in table(place, "sources")} == {"Total", "'=police", "school"}


def test_the_workbook_is_read_on_a_screen_and_on_paper_as_it_is(place: Path) -> None:
    """Sentences go over the columns of their table in rows that are high enough; a symbol stands where a number would."""
    for sheet in load_workbook(place / "profile" / "profile.xlsx"):
        assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToWidth) == (True, 1)
        for merged in sheet.merged_cells.ranges:
            letters = [get_column_letter(n) for n in range(merged.min_col, merged.max_col + 1)]
            wide = sum(
                sheet.column_dimensions[letter].width if letter in sheet.column_dimensions else 13
                for letter in letters
            )
            cell = sheet.cell(merged.min_row, 1)
            assert cell.alignment.wrap_text
            assert sheet.row_dimensions[cell.row].height / 15 * wide >= len(cell.value)
        counts = [cell for row in sheet for cell in row if isinstance(cell.value, int) or cell.value == "c"]
        assert all(
            cell.alignment.horizontal == "right"
            for cell in counts
            if sheet.title != "Data quality" or cell.column == 2
        )
        assert all(cell.number_format == "#,##0" for cell in counts if cell.value != "c")
    assert (
        sum(len(sheet.merged_cells.ranges) for sheet in load_workbook(place / "profile" / "profile.xlsx"))
        > 20
    )


def test_the_same_run_gives_the_same_bytes_also_after_it_was_released(place: Path) -> None:
    words = [
        "profile",
        place / "run",
        "--out",
        place / "again",
        "--title",
        TITLE,
        "--before",
        place / "profile",
        "--json",
    ]
    done = CliRunner().invoke(main, list(map(str, words)))
    assert (done.exit_code, json.loads(done.stdout)["conflicts"]) == (0, [])
    first = {
        path.relative_to(place / "profile"): path.read_bytes() for path in (place / "profile").rglob("*.*")
    }
    assert first == {
        path.relative_to(place / "again"): path.read_bytes() for path in (place / "again").rglob("*.*")
    }
    assert len(first) > 30
    assert not check_again(place / "again", before=[place / "profile"]).derived


def test_what_was_released_before_must_not_give_a_small_count_away(place: Path) -> None:
    """Once every place but one was shown, the one that is small can be had from the total."""
    earlier = place / "earlier"
    earlier.mkdir()
    true = {"Girls": 10, "Boys": 5, "Not given": 5}
    lines = [f"2026-03-31,{sex},Listed,{n}" for sex, n in true.items()]
    (earlier / "sex.csv").write_text("\n".join(["as_of,sex,list,count", *lines]), "utf-8")
    (earlier / "sex.yaml").write_text(
        "{dimensions: {as_of: as_of, sex: sex, list: list}, about: children, exhaustive: [sex, list]}",
        "utf-8",
    )
    with pytest.raises(NotDone, match=r"children, as of 2026-03-31, list Listed, sex \w+"):
        draw_up(place / "run", out=place / "refused", title="", before=[earlier])
    assert not (place / "refused").exists()


def test_what_cannot_be_drawn_up_is_said_in_a_sentence(place: Path, tmp_path: Path) -> None:
    def refusal(*words: object) -> str:
        done = CliRunner().invoke(main, ["profile", *map(str, words)])
        assert done.exit_code == 2
        return done.stderr

    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("mine")
    assert "is not the folder of a run" in refusal(tmp_path, "--out", tmp_path / "new")
    assert "holds something else than a profile" in refusal(place / "run", "--out", tmp_path / "other")
    assert "So few children" in refusal(run_of(tmp_path / "few", 4), "--out", tmp_path / "new")
    assert "holds no table" in refusal(
        place / "run", "--out", tmp_path / "new", "--before", tmp_path / "other"
    )
    told = json.loads((tmp_path / "few" / "manifest.json").read_text())
    (tmp_path / "few" / "manifest.json").write_text(json.dumps(told | {"steps": {"intake": {}, "link": {}}}))
    assert "is not screened yet" in refusal(tmp_path / "few", "--out", tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(("children", "every", "listed"), [(60, 4, 15), (120, 8, 15), (1500, 100, 15)])
def test_of_fifteen_listed_the_headline_is_shown(
    tmp_path: Path, children: int, every: int, listed: int
) -> None:
    """Known was shown once, and listed, scattered and every combination hidden."""
    drawn = draw_up(run_of(tmp_path / "run", children, every=every), out=tmp_path / "profile", title="x")
    for name, many in (("children", 5), ("overlap", 4)):
        counts = [row["count"] for row in table(tmp_path, name)]
        assert (len(counts), counts.count("c")) == (many, 0)
    assert f"Of these, {listed} are listed" in drawn.findings[1]
    assert "Of those listed, 7 are scattered" in drawn.findings[2]


@pytest.mark.parametrize(("wanted", "shown"), [(1, "6"), (0, "c")])
def test_rather_more_of_the_rest_is_hidden_than_a_headline(wanted: int, shown: str) -> None:
    """Beside a small count the cheapest to hide is the six that a reader looks for first."""
    cells = [
        Cell({"list": where}, count, known=not where, wanted=wanted if where == ("Listed",) else 0)
        for where, count in {(): 109, ("Listed",): 6, ("a",): 3, ("b",): 100}.items()
    ]
    counted = Tidy("children", "Children", {"list": ("list",)}, frozenset({"list"}), tuple(cells))
    printed = hide([counted], publish.Policy(), []).texts["children"]
    texts = {"".join(cell.places["list"]): row["count"] for cell, row in zip(cells, printed, strict=True)}
    assert texts == {"": "109", "Listed": shown, "a": "c", "b": "c" if wanted else "100"}


def test_of_fifteen_listed_over_ten_pairs_of_agencies_the_headline_or_its_range_is_shown(
    tmp_path: Path,
) -> None:
    """No pair holds more than two of them, and to put ten pairs together would tell each: whom they list is shown all the same, and of
    the scattered, who are ten, the range."""
    drawn = draw_up(run_of_many(tmp_path / "run", 15), out=tmp_path / "profile", title="x")
    assert "Of these, 15 are listed" in drawn.findings[1]
    low, high = map(int, re.search(r"listed, (\d+) to (\d+) \(c\) are scattered", drawn.findings[2]).groups())  # type: ignore[union-attr]
    assert low <= 10 <= high <= 15
    assert check_again(tmp_path / "profile", before=[]).derived == []


@pytest.mark.parametrize(
    ("children", "every", "said"), [(40, 4, ("10 are listed", " are scattered")), (28, 4, (" are listed",))]
)
def test_of_a_headline_that_has_to_be_hidden_the_range_is_said_that_anybody_finds(
    tmp_path: Path, children: int, every: int, said: tuple[str, ...]
) -> None:
    """The digest mailed “a hidden number (c)” once. The range is no closer than the policy allows, and holds the true count."""
    drawn = draw_up(run_of(tmp_path / "run", children, every=every), out=tmp_path / "profile", title="x")
    assert all(any(words in finding for finding in drawn.findings) for words in said)
    assert not any("a hidden number" in finding for finding in drawn.findings)
    low, high = re.search(r"(\d+) to (\d+) \(c\) are (?:listed|scattered)", " ".join(drawn.findings)).groups()  # type: ignore[union-attr]
    true = (children + every - 1) // every
    assert int(low) <= (true if children == 28 else true // 2) <= int(high)
    assert int(high) - int(low) + 1 >= publish.Policy().open_values
    assert check_again(tmp_path / "profile", before=[]).derived == []


def test_each_picture_is_drawn_for_a_phone_too_with_the_same_numbers(place: Path) -> None:
    folder = place / "profile"
    sections = json.loads((folder / "profile.json").read_text("utf-8"))["sections"]
    drawn = [section for section in sections if section["picture"]]
    assert drawn
    for section in drawn:
        svg = (folder / "pictures" / f"{section['narrow']}.svg").read_text("utf-8")
        assert int(re.findall(r' width="(\d+)"', svg)[0]) in (339, 340)
        said = set(re.findall(r">([^<>]+)</text>", svg))
        (wide,) = {folder / "pictures" / f"{section['picture']}.svg"}
        marks = re.sub(
            r'<g class="mark-text role-axis-label".*?</g>', "", wide.read_text("utf-8"), flags=re.DOTALL
        )
        numbers = set(re.findall(r">([\d,]+|c)</text>", marks))
        assert numbers
        assert numbers <= said, section["id"]
        if section["id"] == "overlap":  # who holds enough is said of each bar, at both widths
            assert {"Scattered", "One agency holds enough"} <= said
    assert (folder / "profile.html").read_text("utf-8").count("(max-width: 40rem)") == len(drawn) + 1


def test_each_picture_says_what_it_is_what_is_counted_and_by_what(place: Path) -> None:
    """A picture is taken out of its page, into a slide or a mail."""
    folder = place / "profile"
    told = json.loads((folder / "profile.json").read_text("utf-8"))["sections"]
    drawn = [one for one in told if one["picture"]]
    for section in drawn:
        about = yaml.safe_load((folder / "tables" / f"{section['table']}.yaml").read_text("utf-8"))["about"]
        for name in (section["picture"], section["narrow"]):
            svg = (folder / "pictures" / f"{name}.svg").read_text("utf-8")
            said = [unescape(text) for text in re.findall(r">([^<>]+)</(?:text|tspan)>", svg)]
            assert section["heading"] in said, name
            assert about.casefold() in " ".join(said).casefold(), name
            assert f"<title>{section['heading']}</title><desc>" in svg
            if name == section["picture"]:
                assert section["grid"]["head"][0] in said, "what the names are"


def _quality(*reach: tuple[str, ...]) -> Quality:
    lines = (("Source", "Agency"), ("police", "police"))
    head = ("Source", "Signs", "Jan 26", "Feb 26", "Mar 26")
    return Quality(Section("sources", "", (), "", lines=lines), (), (), reach_head=head, reach=reach)


def test_what_each_source_covers_is_drawn_and_said_with_its_holes() -> None:
    told = _quality(
        ("police", "Missing", "all", "none", "all"),
        ("police", "Drawn into offending", "all", "none", "none"),
        ("<school>", "Absent", "none", "none", "none"),
    )
    words = pictures.reach_in_words(told)
    assert "police: from Jan 26 to Mar 26, nothing in 1 of 3 months" in words
    assert "<school>: none of these months" in words
    for narrow in (False, True):
        svg = pictures.draw_reach(told, narrow=narrow)
        squares = re.findall(r'covered: ([^"]+)" role[^>]* fill="(#\w+)"', svg)
        assert squares == [
            ("all of the month", "#a9c6c5"), ("nothing is known", "#ffffff"), ("a part of it", "#dde9e8"),
            *[("nothing is known", "#ffffff")] * 3,
        ]  # fmt: skip
        assert "<school>" not in svg
        assert {"police", "&lt;school&gt;", "Jan", "Month"} <= set(
            re.findall(r">([^<>]+)</(?:text|tspan)>", svg)
        )
    assert pictures.draw_reach(_quality()) == ""


def test_the_picture_of_what_sources_cover_stands_before_its_table(place: Path) -> None:
    page = (place / "profile" / "profile.html").read_text("utf-8")
    assert page.index("What each source could see, picture") < page.index(
        "How much of each month a source covers"
    )
    told = json.loads((place / "profile" / "profile.json").read_text("utf-8"))["quality"]
    for name in (told["picture"], told["narrow"]):
        assert (place / "profile" / "pictures" / f"{name}.svg").is_file()


def test_one_agency_that_holds_enough_has_one_colour_at_both_widths(place: Path) -> None:
    for name in ("overlap", "overlap-narrow"):
        svg = (place / "profile" / "pictures" / f"{name}.svg").read_text("utf-8")
        bars = re.findall(r'aria-roledescription="bar"[^>]* fill="(#\w+)"', svg)
        assert {"#12504f", "#a9c6c5"} == set(bars), name


def test_agencies_that_hold_some_children_enough_and_others_not_have_two_bars() -> None:
    """One combination may stand under both: two numbers, told apart in words and at both widths."""
    held = {"Scattered": 8, "One agency holds enough": 13}
    cells = [
        Cell({"list": ("Listed", kind, "hospital + police")}, count, text=str(count))
        for kind, count in held.items()
    ]
    above = [Cell({"list": ("Listed", kind)}, count, text=str(count)) for kind, count in held.items()]
    every = tuple(cell for pair in zip(above, cells, strict=True) for cell in pair)
    table = Tidy("overlap", "children", {"list": ("Listed",)}, frozenset(), every)
    section = Section(
        "overlap", "Which agencies hold the signs", (), "", table, "list", "Agencies", drawn=("Number",)
    )
    said = pictures.alternative(section)
    assert "hospital + police: 8" in said
    assert "One agency holds enough / hospital + police: 13" in said
    for svg in (pictures.draw(section), pictures.draw_narrow(section)):
        assert {"8", "13", *held} <= set(re.findall(r">([^<>]+)</text>", svg))


def test_where_every_number_is_hidden_no_picture_is_drawn() -> None:
    cells = tuple(Cell({"kind": (value,)}, 2, text="c") for value in ("one", "two"))
    table = Tidy("kinds", "children", {"kind": ("kind",)}, frozenset(), cells)
    section = Section("kinds", "Kinds", (), "", table, "kind", "Kind", drawn=("Number",))
    assert pictures.draw(section) == ""
    shown = replace(table, cells=(replace(cells[0], count=7, text="7"), cells[1]))
    assert pictures.draw(replace(section, table=shown))
