"""The engines give the same tables of the same extracts, and what Spark does in another way is told."""

import shutil

import pyarrow as pa
import pytest

from heard.demo.extracts import write_extracts
from heard.engine import backend, run, tables
from heard.engine.link import broad, model
from heard.engine.run.folder import manifest

CHILDREN = 350
_NEARLY = {
    "probability": 1e-6,
    "weight": 0.01,
    "match_probability": 1e-6,
    "match_weight": 0.01,
}  # the last digit depends on how a machine takes logarithms


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory):
    folder = tmp_path_factory.mktemp("agree")
    write_extracts(folder / "extracts", children=CHILDREN, seed=7)
    run.take_in([folder / "extracts"], out=folder / "run")
    return folder / "run"


@pytest.fixture(scope="module")
def by_duckdb(taken_in):
    return _linked_and_screened(taken_in, taken_in.with_name("duckdb"), backend.DUCKDB)


def test_the_same_extracts_give_the_same_tables(engine, taken_in, by_duckdb):
    folder = _linked_and_screened(taken_in, taken_in.with_name(f"again-{engine}"), engine)
    assert backend.read(folder, tables.CHILDREN).num_rows > 3
    for table in [t for t in tables.ALL if (by_duckdb / f"{t.name}.parquet").exists()]:
        expected, found = backend.read(by_duckdb, table), backend.read(folder, table)
        assert _exact(found).equals(_exact(expected)), table.name
        for column in set(_NEARLY) & set(found.column_names):
            pairs = zip(found[column].to_pylist(), expected[column].to_pylist(), strict=True)
            assert all(abs(one - other) <= _NEARLY[column] * 1.01 for one, other in pairs), column
    told = manifest(folder)["steps"]
    assert told["link"]["trained"]
    assert {told["link"]["backend"], told["screen"]["backend"]} == {engine}
    assert any(note.startswith("Among so many records") for note in told["link"]["notes"])
    otherwise = [note for note in told["link"]["notes"] if note.startswith("Spark does not learn")]
    assert len(otherwise) == (engine == backend.SPARK)


def _linked_and_screened(taken_in, folder, engine):
    shutil.copytree(taken_in, folder)
    with run.on(engine), pytest.MonkeyPatch.context() as patch:
        patch.setattr(model, "_ENOUGH_TO_TRAIN", 100)  # so that these few teach, too,
        patch.setattr(
            broad, "BEYOND", 0
        )  # and what very many share is left out, part by part, as of millions
        patch.setattr(broad, "MOST", 0.35)
        patch.setattr(broad, "_IN_A_PART", 500)
        run.link_again(folder)
        run.screen_again(folder)
    assert not (folder / ".overflow").exists()
    return folder


def _exact(rows: pa.Table) -> pa.Table:
    return rows.drop_columns([name for name in rows.column_names if name in _NEARLY])
