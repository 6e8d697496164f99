"""A run is swapped in whole, touches nothing that no run made, and says in one sentence why it is not done."""

import errno
import json
import os
from datetime import date
from pathlib import Path

import duckdb
import pytest
from splink.internals.exceptions import SplinkException
from splink.internals.linker_components.inference import LinkerInference

from heard.engine import backend, run, tables
from heard.engine.run import folder as folders
from heard.engine.run import result
from heard.engine.tables import NotDone

MAPPING = """
sources:
  police:
    agency: police
    files: "police*.csv"
    record: {record_id: id, given_name: forename, family_name: surname, birth_date: dob, postcode: postcode}
    dated_by: day
    items:
      S01: {column: what, in: [missing]}
      S03: {column: what, in: [alcohol]}
  school:
    agency: school
    files: "school*.csv"
    record: {record_id: id, given_name: forename, family_name: surname, birth_date: dob, postcode: postcode}
    dated_by: day
    items:
      S06: {column: what, in: [absent]}
"""
HEAD = "id,forename,surname,dob,postcode,day,what\n"


@pytest.fixture
def extracts(tmp_path):
    folder = tmp_path / "extracts"
    folder.mkdir()
    child = "Ashworth,2011-03-04,WX1 1AA,2026-01-10"
    (folder / "police.csv").write_text(f"{HEAD}7,Kate,{child},missing\n7,Kate,{child},alcohol\n")
    (folder / "school.csv").write_text(f"{HEAD}1,Katherine,{child},absent\n,Nobody,{child},absent\n")
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    return folder


def whole(extracts, **more):
    out = extracts.parent / "out"
    more = {"replace": True, **more}
    return run.run([extracts], out=out, mapping=extracts.parent / "mapping.yaml", **more), out


def test_scattered_records_become_one_child_on_the_list(extracts):
    found, out = whole(extracts)
    assert (found.with_signs, found.scattered) == (1, 1)
    assert found.listed[0]["signs"] == ["S01", "S03", "S06"]
    assert found.as_of == date(2026, 1, 31)  # a file's own dates speak for whole months
    assert all(source["read"] == source["kept"] + source["set_aside"] for source in found.sources)
    of_an_earlier_run = {tables.CHANGES.name, tables.MOVED.name}
    assert {path.stem for path in out.glob("*.parquet")} == {
        table.name for table in tables.ALL
    } - of_an_earlier_run


def test_the_summary_is_plain_json(extracts):
    found, _ = whole(extracts)
    told = json.loads(json.dumps(found.as_json()))
    assert told["as_of"] == "2026-01-31"
    assert told["listed"][0]["last_seen"] == "2026-01-10"


def test_the_manifest_says_what_the_run_was_made_of(extracts):
    _, out = whole(extracts, as_of=date(2026, 3, 31))
    told = folders.manifest(out)
    assert told["as_of"] == "2026-03-31"
    assert {one["file"] for one in told["inputs"]} == {"police.csv", "school.csv"}
    assert all(len(one["sha256"]) == 64 and one["bytes"] for one in told["inputs"])
    assert {"heard", "splink", "duckdb"} <= set(told["versions"])
    assert set(told["steps"]) == {"intake", "link", "screen"}


def test_the_same_input_gives_the_same_bytes_of_every_table(extracts):
    def written() -> dict[str, bytes]:
        _, out = whole(extracts)
        return {path.name: path.read_bytes() for path in out.rglob("*.parquet")}

    first = written()
    assert len(first) > 10
    assert first == written()


def test_step_by_step_gives_what_the_whole_gives(extracts):
    found, _ = whole(extracts)
    out = extracts.parent / "steps"
    taken = run.take_in([extracts], out=out, mapping=extracts.parent / "mapping.yaml")
    assert (taken.children, taken.with_signs) == (None, None)
    assert run.link_again(out).children == found.children
    assert run.screen_again(out) == found


def test_linking_again_takes_back_what_was_screened(extracts):
    _, out = whole(extracts)
    assert run.link_again(out).with_signs is None
    assert not (out / "children.parquet").exists()


def test_an_interrupted_run_leaves_the_earlier_result_and_nothing_else(extracts):
    _, out = whole(extracts)
    before = (out / "manifest.json").read_text()

    def stop(text, share):
        if text == "Counting signs":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        whole(extracts, progress=stop)
    assert (out / "manifest.json").read_text() == before
    assert not list(out.parent.glob(".out*"))


def test_what_a_killed_run_left_is_put_right(extracts):
    _, out = whole(extracts)
    out.rename(out.with_name(".out.earlier"))
    out.with_name(".out.unfinished.999999999").mkdir()
    with pytest.raises(KeyError), folders.fresh(out, replace=True):
        raise KeyError
    assert folders.manifest(out)
    assert not list(out.parent.glob(".out*"))


def test_a_run_that_has_ended_leaves_the_folder_of_the_next_alone(tmp_path, monkeypatch):
    """The next one may begin as soon as the first is swapped in, and before the first has let go."""
    out, swap = tmp_path / "out", folders._swap

    def then_another(folder, to):
        swap(folder, to)
        folder.mkdir()
        (folder / "theirs").write_text("")

    monkeypatch.setattr(folders, "_swap", then_another)
    with folders.fresh(out) as mine:
        (mine / "ours").write_text("")
    assert (out / "ours").is_file()
    assert (tmp_path / ".out.unfinished" / "theirs").is_file()


def test_where_the_new_result_cannot_be_swapped_in_the_earlier_one_stays(extracts, monkeypatch):
    _, out = whole(extracts)
    rename = Path.rename

    def cannot(path, to):
        if path.name.endswith(".unfinished"):
            raise OSError
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", cannot)
    with pytest.raises(OSError), folders.fresh(out, replace=True):  # noqa: PT011 - any will do
        pass
    assert folders.manifest(out)


@pytest.mark.parametrize(
    "told", ['{"made_by": "heard run"}', '{"made_by": "heard run", "steps": []}', "[]", "\x00"]
)
def test_a_folder_whose_manifest_is_not_whole_is_no_run_s(tmp_path, told):
    (tmp_path / "manifest.json").write_text(told)
    for step in (run.link_again, run.screen_again, lambda folder: run.changes(folder, folder)):
        with pytest.raises(NotDone, match="not the folder of a run"):
            step(tmp_path)


def test_a_folder_that_no_run_made_is_left_alone(extracts):
    out = extracts.parent / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("years of work")
    with pytest.raises(NotDone, match="left alone"):
        whole(extracts)
    assert (out / "thesis.txt").read_text() == "years of work"


def test_a_file_is_no_place_for_a_result(extracts):
    (extracts.parent / "out").write_text("")
    with pytest.raises(NotDone, match="is a file"):
        whole(extracts)


def test_input_inside_the_result_is_refused(extracts):
    _, out = whole(extracts)
    with pytest.raises(NotDone, match="lies inside"):
        run.run([out], out=out)


def test_a_result_inside_the_input_is_refused(extracts):
    with pytest.raises(NotDone, match="lies inside the input"):
        run.run([extracts], out=extracts / "out", mapping=extracts.parent / "mapping.yaml")
    assert not (extracts / "out").exists()


def test_a_place_below_a_file_is_refused(extracts):
    with pytest.raises(NotDone, match=r"police\.csv is a file"):
        run.run([extracts / "school.csv"], out=extracts / "police.csv" / "out")


def test_the_same_file_under_two_names_is_read_twice_finds_the_same_and_is_told(extracts):
    before, _ = whole(extracts)
    (extracts / "police (1).csv").write_bytes((extracts / "police.csv").read_bytes())
    found, _ = whole(extracts)
    assert (found.children, found.listed) == (before.children, before.listed)
    assert found.sources[0]["read"] == 2 * before.sources[0]["read"]
    assert (
        "These files hold the same, so each row was read 2 times: police (1).csv, police.csv." in found.notes
    )


def test_one_source_by_two_paths_is_read_once(extracts):
    (extracts.parent / "link").symlink_to(extracts)
    paths = [extracts, extracts.parent / "link", extracts / "police.csv"]
    found = run.run(paths, out=extracts.parent / "out", mapping=extracts.parent / "mapping.yaml")
    assert {source["source"]: source["read"] for source in found.sources} == {"police": 2, "school": 2}


def test_what_is_no_file_stops_no_run(extracts):
    os.mkfifo(extracts / "pipe.csv")
    found, out = whole(extracts)
    assert found.unread == 1
    assert {one["file"]: one["bytes"] for one in folders.manifest(out)["inputs"]}["pipe.csv"] is None


def test_a_mapping_that_comes_with_the_extracts_is_used_and_told(extracts):
    (extracts / "README.md").write_text("what this is")
    (extracts.parent / "mapping.yaml").rename(extracts / "ours.yaml")
    found = run.run([extracts], out=extracts.parent / "out")
    assert (found.with_signs, found.scattered) == (1, 1)
    assert [source["source"] for source in found.sources] == ["police", "school"]
    assert "No mapping was named: ours.yaml, which came with the extracts, was used." in found.notes
    assert "Left out, as they are no extracts: README.md." in found.notes
    assert folders.manifest(extracts.parent / "out")["mapping"]["file"] == "ours.yaml"


def test_a_step_needs_a_run_s_folder(tmp_path):
    for step in (run.link_again, run.screen_again):
        with pytest.raises(NotDone, match="heard intake"):
            step(tmp_path)


def test_a_full_disk_is_a_sentence(extracts):
    def full(text, share):
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(NotDone, match="disk is full"):
        whole(extracts, progress=full)


def test_no_permission_is_a_sentence(extracts):
    def refused(text, share):
        raise PermissionError(errno.EACCES, "Permission denied", "/somewhere")

    with pytest.raises(NotDone, match="No permission for /somewhere"):
        whole(extracts, progress=refused)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_the_issue_list_is_a_formula(cell):
    assert tables.safe(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["police.csv", "", 7, None])
def test_other_cells_stay_as_they_are(cell):
    assert tables.safe(cell) == cell


def test_the_issue_list_is_written(extracts):
    found, out = whole(extracts)
    lines = (out / result.ISSUE_LIST).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("source,file,row")
    assert len(lines) == 1 + sum(source["issues"] for source in found.sources)


SAID = "left_source,left_id,right_source,right_id,judgement\n"


def test_a_source_that_was_renamed_keeps_what_people_said_where_the_mapping_tells_it(extracts):
    judgements = extracts.parent / "said.csv"
    judgements.write_text(SAID + "police_2025,7,school,1,not_same\n")
    out, mapping = extracts.parent / "out", extracts.parent / "mapping.yaml"
    lost = run.linked([extracts], out=out, mapping=mapping, judgements=judgements)
    assert lost.children == 2
    assert any("did not apply" in note for note in lost.notes)
    mapping.write_text(MAPPING + "renamed: {police_2025: police}\n")
    kept = run.linked([extracts], out=out, mapping=mapping, judgements=judgements, replace=True)
    assert kept.children == 3
    assert not any("did not apply" in note for note in kept.notes)


def test_an_out_that_is_a_link_stays_one_however_often_it_is_written(extracts):
    place, out = extracts.parent / "elsewhere", extracts.parent / "out"
    place.mkdir()
    out.symlink_to(place)
    for _ in range(2):
        found, _out = whole(extracts)
        assert found.with_signs == 1
    assert out.is_symlink()
    assert (place / "children.parquet").is_file()


def test_a_place_that_cannot_be_written_is_refused_before_any_work(extracts, monkeypatch):
    monkeypatch.setattr(folders.os, "access", lambda *_: False)
    with pytest.raises(NotDone, match="Nothing can be written in"):
        whole(extracts)


def test_the_months_of_each_source_say_what_it_could_see(extracts):
    _, out = whole(extracts)
    found = {(sight.source, sight.item): sight for sight in run.coverage(out)}
    assert set(found) == {("police", "S01"), ("police", "S03"), ("school", "S06")}
    month = found["police", "S01"].months[-1]
    assert (month.month, month.covered, month.seen) == (date(2026, 1, 1), "all", 1)
    assert not found["police", "S01"].throughout
    assert found["police", "S01"].known_from == found["police", "S01"].known_to == date(2026, 1, 1)


def test_a_sign_is_gone_where_the_records_ended_and_the_reason_says_so(extracts):
    _, before = whole(extracts)
    (extracts / "other.csv").write_text("")
    later = extracts.parent / "later"
    run.run([extracts], out=later, mapping=extracts.parent / "mapping.yaml", as_of=date(2027, 3, 31))
    found = run.changes(before, later)
    assert found.left == 1
    assert any("the records of police end on 10 January 2026" in row["why"] for row in found.rows)


def test_an_earlier_result_is_replaced_only_where_that_is_said(extracts):
    found, out = whole(extracts)
    before = (out / "manifest.json").read_bytes()
    with pytest.raises(NotDone, match="or say --replace"):
        whole(extracts, replace=False)
    assert (out / "manifest.json").read_bytes() == before
    assert not list(out.parent.glob(".out*"))
    assert whole(extracts, replace=True)[0].children == found.children


def test_of_two_runs_at_once_into_one_place_the_second_is_refused(extracts):
    refused = []

    def second(text, share):
        if text == "Counting signs" and not refused:
            with pytest.raises(NotDone, match="Another run writes to") as problem:
                whole(extracts)
            refused.append(problem)

    _, out = whole(extracts, progress=second)
    assert refused
    assert folders.manifest(out)["steps"]["screen"]  # the first is whole
    assert not list(out.parent.glob(".out*"))


def test_what_a_run_that_was_killed_had_written_is_gone_when_the_next_begins(extracts):
    left = extracts.parent / ".out.unfinished"
    left.mkdir()
    (left / "records.parquet").write_text("a child's record")
    _, out = whole(extracts)
    assert "a child's record" not in {
        path.read_bytes().decode("latin-1") for path in out.glob("records.parquet")
    }
    assert not left.exists()


@pytest.mark.parametrize("text", ["source:\n  police: {agency: police}\n", "\tsources:\n", " sources: [\n"])
def test_a_file_that_was_meant_as_a_mapping_is_named_where_nothing_else_is(extracts, text):
    (extracts / "ours.yaml").write_text(text)
    with pytest.raises(NotDone, match=r"ours\.yaml is not one as it stands") as refused:
        run.run([extracts], out=extracts.parent / "out")
    assert "--mapping FILE to be told what is wrong" in str(refused.value)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ('Could not write file "/run/.overflow/duckdb_temp_storage_DEFAULT-0.tmp": No space left on device', "The disk is full"),
        ("failed to offload data block of size 256.0 KiB. This limit was set by the 'max_temp_directory_size' setting", "The disk is full"),
        ("could not allocate block of size 256.0 KiB", "too little memory"),
    ],
)  # fmt: skip
def test_where_there_is_no_room_to_compare_it_says_of_what(extracts, monkeypatch, said, sentence):
    def refuse(*_asked, **_how):
        try:
            kind = duckdb.IOException if "write file" in said else duckdb.OutOfMemoryException
            raise kind(said)
        except duckdb.Error as problem:
            raise SplinkException("SQL with Katherine in it") from problem

    monkeypatch.setattr(LinkerInference, "predict", refuse)
    with pytest.raises(NotDone, match=sentence) as told:
        whole(extracts)
    assert "Katherine" not in str(told.value)


def test_of_a_source_that_ended_years_before_the_window_nobody_is_said_not_to_be_seen(extracts):
    """A return that ended in March 2019 said of a window of 2025-26 that nobody was seen missing: 2,678 children."""
    text = (extracts / "police.csv").read_text().replace("2026-01-10", "2018-11-03")
    (extracts / "police.csv").write_text(text.replace("2011-03-04", "2008-03-04"))
    found, out = whole(extracts, as_of=date(2026, 3, 31))
    known = {row["item"]: row for row in backend.read(out, tables.KNOWN).to_pylist()}
    assert [known[item]["not_seen"] for item in ("S01", "S03")] == [0, 0]
    assert [known[item]["not_known"] for item in ("S01", "S03")] == [found.children, found.children]
    assert any("police on 3 November 2018" in note for note in found.notes)
