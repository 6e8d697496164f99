"""A run that keeps the model of the one before compares only what is new, and gives what comparing all with that model gives."""

from __future__ import annotations

import json
import random
import shutil
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner
from tests.engine.test_run import extracts, whole

from heard.demo.extracts import write_extracts
from heard.engine import backend, cli, run, tables
from heard.engine.link import MODEL_FILE, Before, kept_in, link
from heard.engine.run import take_in
from heard.engine.tables import NotDone

__all__ = ["extracts"]  # a fixture

pytestmark = pytest.mark.xdist_group("link_kept")

SAME = (
    tables.IDENTITIES,
    tables.LINKS,
    tables.REASONS,
    tables.QUALITY,
    tables.COMPARED,
    tables.NAME_SHARES,
    tables.PRINTS,
    tables.MOVED,
)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    write_extracts(folder / "extracts", children=2000, seed=7)
    take_in([folder / "extracts"], out=folder / "taken", mapping=folder / "extracts" / "partnership.yaml")
    return folder / "taken"


def with_records(taken: Path, name: str, rows: list[dict[str, Any]]) -> Path:
    folder = taken.with_name(name)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(taken, folder)
    backend.write(folder, tables.RECORDS, pa.Table.from_pylist(rows, schema=tables.RECORDS.schema))
    return folder


def changed(row: dict[str, Any], others: list[dict[str, Any]], rng: random.Random) -> dict[str, Any]:
    """A record with something of another one, or without something."""
    names = (
        "given_name",
        "family_name",
        "birth_date",
        "sex",
        "postcode",
        "nhs_number",
        "upn",
        "local_id",
        "address",
    )
    name = rng.choice(names)
    return row | {name: rng.choice((None, rng.choice(others)[name]))}


def then_and_now(
    rows: list[dict[str, Any]], rng: random.Random
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Records then, and now: some are gone, some new, some changed."""
    rows = rng.sample(rows, len(rows))
    some = len(rows) // 50
    now = [changed(row, rows, rng) if rng.random() < 0.02 else row for row in rows[some:]]
    return rows[:-some], now


def tables_of(folder: Path) -> dict[str, list[dict[str, Any]]]:
    return {table.name: backend.read(folder, table).to_pylist() for table in SAME}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("share", [1.0, 0.1])  # a tenth is too little to learn from
def test_comparing_what_is_new_gives_what_comparing_all_with_the_same_model_gives(
    taken: Path, seed: int, share: float
) -> None:
    rng = random.Random(seed)
    rows = [row for row in backend.read(taken, tables.RECORDS).to_pylist() if rng.random() < share]
    then, now = then_and_now(rows, rng)
    first = with_records(taken, "first", then)
    link(first)
    kept = kept_in(first)
    nothing_as_it_was = pa.array(["-"] * len(kept.prints), pa.string())
    of_all = kept._replace(prints=kept.prints.set_column(3, "print", nothing_as_it_was))
    found = {}
    for name, what in (("new", kept), ("all", of_all)):
        folder = with_records(taken, name, now)
        done = link(folder, before=Before(backend.read(first, tables.IDENTITIES), what))
        found[name] = tables_of(folder), json.loads((folder / MODEL_FILE).read_text())["settings"]
        many = int(done.notes[0].split(" records are new")[0].rsplit(" ", 1)[1].replace(",", ""))
        assert (many == len(now)) == (name == "all")
        assert many < len(now) / 5 or name == "all"
    assert found["new"] == found["all"]
    assert found["new"][1] == json.loads((first / MODEL_FILE).read_text())["settings"]


def test_with_nothing_new_every_pair_is_as_it_was(taken: Path) -> None:
    first = with_records(taken, "unchanged", backend.read(taken, tables.RECORDS).to_pylist())
    link(first)
    was = tables_of_pairs(first)
    done = link(first, before=Before(backend.read(first, tables.IDENTITIES), kept_in(first)))
    assert tables_of_pairs(first) == was
    assert "0 records are new or changed" in done.notes[0]


def tables_of_pairs(folder: Path) -> list[list[dict[str, Any]]]:
    return [
        backend.read(folder, table).to_pylist() for table in (tables.LINKS, tables.COMPARED, tables.REASONS)
    ]


def test_the_command_says_which_weights_were_used(extracts: Path) -> None:
    _, out = whole(extracts)
    mapping, later = extracts.parent / "mapping.yaml", extracts.parent / "later"
    words = [
        "run",
        str(extracts),
        "--mapping",
        str(mapping),
        "--after",
        str(out),
        "--keep-model",
        "--out",
        str(later),
        "--json",
    ]
    ran = CliRunner().invoke(cli.run, words[1:])
    assert ran.exit_code in (0, 1)
    assert any(
        "The weights are those that the run before learned" in note
        for note in json.loads(ran.stdout)["notes"]
    )


def test_a_model_of_no_run_of_another_version_or_of_other_households_is_refused(
    extracts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, out = whole(extracts)
    with pytest.raises(NotDone, match="--after"):
        whole(extracts, keep_model=True)
    assert run.why_not_keep_model(out) is None
    with monkeypatch.context() as patch:
        patch.setattr(backend, "_chosen", ContextVar("engine", default=backend.SPARK))
        with pytest.raises(NotDone, match=r"On Spark all pairs are compared.*Leave out --keep-model"):
            whole(extracts, after=out, keep_model=True)
    with pytest.raises(NotDone, match="households"):
        run.link_again(out, households=False, after=out, keep_model=True)
    told = json.loads((out / "manifest.json").read_text())
    told["versions"]["heard"] = "0.0.1"
    (out / "manifest.json").write_text(json.dumps(told))
    with pytest.raises(NotDone, match="another version"):
        run.link_again(out, after=out, keep_model=True)
    (out / "manifest.json").write_text(json.dumps(told | {"versions": run._versions()}))
    (out / "compared.parquet").unlink()
    assert run.why_not_keep_model(out) == "It kept nothing of how it compared."
    assert run.why_not_keep_model(out.parent) == "It says of no record yet whose it is."
