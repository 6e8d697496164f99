"""Which engine is underneath: where there is none, where it fails, and what it counts otherwise."""

import random
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner

from heard.engine import backend, cli
from heard.engine.backend import gaps, spark, words

pytestmark = pytest.mark.xdist_group("spark")  # which is started once, as for the specification

ROOT = Path(__file__).parents[2]


def _slipped(chance, word):
    letters = list(word)
    for _ in range(chance.randint(0, 3)):
        place = chance.randrange(len(letters) + 1)
        letters[place : place + chance.randint(0, 1)] = chance.choice("abø ")
    return "".join(letters)


@contextmanager
def on(name, folder):
    folder.mkdir()
    if name == backend.SPARK:
        needs_spark()
    with backend.using(name), backend.engine(folder) as engine:
        yield engine


def needs_spark():
    try:
        spark.check()
    except backend.Unavailable as missing:
        pytest.skip(str(missing))


def test_whoever_needs_spark_is_in_one_worker(request):
    if getattr(request.config.option, "dist", "no") != "loadgroup" and not hasattr(
        request.config, "workerinput"
    ):
        pytest.skip("one process runs all tests")
    assert request.node.nodeid.endswith("@spark"), "groups are not seen: pytest and pytest-xdist do not fit"


@pytest.mark.parametrize(
    ("lacks", "sentence"), [("find_spec", "pip install 'heard[spark]'"), ("which", "apt-get install")]
)
def test_what_is_not_installed_is_a_sentence_before_anything_is_read(tmp_path, monkeypatch, lacks, sentence):
    monkeypatch.setattr(spark, "find_spec", lambda name: True)
    monkeypatch.setattr(spark.shutil, "which", lambda name: "java")
    monkeypatch.setattr(spark if lacks == "find_spec" else spark.shutil, lacks, lambda name: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    (tmp_path / "extract.csv").write_text("id\n1\n")
    words = ["--backend", "spark", str(tmp_path / "extract.csv"), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(cli.run, words)
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert not (tmp_path / "out").exists()


def test_what_follows_runs_on_duckdb_again(tmp_path):
    with backend.using(backend.DUCKDB):
        assert backend.name() == backend.DUCKDB
    with backend.engine(tmp_path) as engine:
        assert engine.hold("one", pa.table({"n": [1]})).count().to_pyarrow().as_py() == 1


@pytest.mark.spark
def test_both_engines_count_the_slips_of_a_name_alike(tmp_path):
    chance = random.Random(5)
    left = ["".join(chance.choices("abcø ", k=chance.randint(0, 9))) for _ in range(500)]
    pairs = pa.table({"a": left, "b": [_slipped(chance, word) for word in left]})
    conditions = [
        "damerau_levenshtein(a, b)",
        "levenshtein(a, b)",
        "substr(a, 5)",
        "starts_with(a, b || ' ')",
    ]
    conditions += ["left(a, 2) = right(b, 2)", "least(a, b)", "list_has_any([a], [b, ''])"]
    answers = {}
    for name, write in ((backend.DUCKDB, str), (backend.SPARK, words.for_spark)):
        columns = ", ".join(f"{write(condition)} as c{place}" for place, condition in enumerate(conditions))
        with on(name, tmp_path / name) as engine:
            engine.hold("pairs", pairs)
            engine._ibis.raw_sql(f"create or replace temporary view answer as select {columns} from pairs")
            answers[name] = engine._ibis.table("answer").to_pyarrow().to_pylist()
    assert answers[backend.SPARK] == answers[backend.DUCKDB]


@pytest.mark.spark
def test_a_failure_names_its_kind_and_no_value(tmp_path, capfd):
    def keep_a_name_as_a_number():
        with on(backend.SPARK, tmp_path / "run") as engine:
            names = engine.hold("names", pa.table({"name": ["Katherine"]}))
            engine.keep("numbers", names.select(number=names.name.cast("int64")))

    with pytest.raises(backend.EngineStopped) as failed:
        keep_a_name_as_a_number()
    assert str(failed.value) == "NumberFormatException"
    assert "Katherine" not in "".join(capfd.readouterr())
    assert not list((tmp_path / "run").iterdir())


@pytest.mark.spark
def test_what_spark_cannot_do_is_refused_with_a_sentence(tmp_path):
    def join_in_an_order():
        with on(backend.SPARK, tmp_path / "run") as engine:
            names = engine.hold("names", pa.table({"name": ["b", "a"]}))
            engine.keep("joined", names.agg(all=names.name.group_concat(order_by=names.name)))

    with pytest.raises(backend.Unavailable, match="Leave out --backend spark"):
        join_in_an_order()


def test_the_guide_names_every_gap():
    guide = " ".join((ROOT / "docs/guide/scale.md").read_text(encoding="utf-8").split())
    assert [gap for gap in gaps.ALL if str(gap) not in guide] == []
