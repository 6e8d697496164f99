"""Spark: the same steps on more than one machine, or on one as if it were several.

What `spark-defaults.conf` says (SPARK_CONF_DIR) is as it says; without it Spark runs on this machine alone, on all cores,
and listens to this machine only. Java's own messages go nowhere, for they may hold a child's data.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from heard.engine.backend import duck, files, gaps, rarity, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyspark.sql import SparkSession
    from splink import Linker

    from heard.engine.tables import Table

_QUIET = Path(__file__).with_name("quiet.properties")
_A_PART = 16 * 2**20  # bytes of Parquet for one task
_SMALL = 2**20  # bytes of Parquet: below, it takes longer to compile a question than to answer it
_UNCOMPILED = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.leafNodeDefaultParallelism": "1",
}
_HALT = 100_000  # rows that are held in memory while parts are put together


def check() -> None:
    """Raises `Unavailable` where the extra or Java is missing."""
    if find_spec("pyspark") is None:
        raise gaps.Unavailable(
            "Spark is not installed. Install Heard with its extra: pip install 'heard[spark]', or requirements/spark.lock; "
            "or leave out --backend spark."
        )
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise gaps.Unavailable(
            "Spark needs Java 17 or 21, and there is none. Install it (Debian: apt-get install default-jre-headless), "
            "or leave out --backend spark."
        )


class Spark:
    """One session. Intermediate results are Parquet files inside the run's folder."""

    def __init__(self, folder: Path, session: SparkSession, overflow: Path) -> None:
        from splink.backends.spark import SparkAPI

        self.folder = folder
        self._overflow = overflow
        self._session = session
        self._ibis = _ibis(session, overflow)
        self._splink = SparkAPI(spark_session=session, break_lineage_method="parquet")

    def read(self, table: Table) -> Any:
        return self._view(f"heard_{table.name}", files.checked_path(self.folder, table))

    def hold(self, name: str, rows: pa.Table) -> Any:
        path = self._free(name)
        path.mkdir()
        pq.write_table(rows, path / "part.parquet", row_group_size=_HALT)
        return self._view(name, path)

    def keep(self, name: str, expression: Any) -> Any:
        path = self._free(name)
        self._frame(expression).write.parquet(str(path))
        return self._view(name, path)

    def learner(self, name: str, settings: dict[str, Any]) -> Linker:
        gaps.LEARNS.met()
        connection = duck.connected(self._overflow)
        elsewhere = duck.Duck(self.folder, connection)
        elsewhere.hold(name, pq.read_table(self._path(name)))
        return elsewhere.learner(name, settings)

    def linker(self, name: str, settings: dict[str, Any], shares: Mapping[str, Any]) -> Linker:
        from splink import Linker

        gaps.LAST_DIGIT.met()
        table, settings = self._splink.register(name), words.settings_for_spark(settings)
        linker = Linker(table, settings, log_level=None, validate_settings=False)
        rarity.tell(self, self._splink, linker, shares)
        return linker

    def from_splink(self, frame: Any) -> Any:
        return self._ibis.table(frame.physical_name)

    def write(self, table: Table, rows: Any) -> None:
        if isinstance(rows, pa.Table):
            return files.write(self.folder, table, rows)
        with _written(self._frame(rows), self._overflow) as path:
            files.write_parts(self.folder, table, _parts(path))

    def _frame(self, expression: Any) -> Any:
        return self._session.sql(self._ibis.compile(expression))

    def _path(self, name: str) -> Path:
        return self._overflow / f"{name}.parquet"

    def _free(self, name: str) -> Path:
        path = self._path(name)
        shutil.rmtree(path, ignore_errors=True)
        return path

    def _view(self, name: str, path: Path) -> Any:
        self._session.read.parquet(str(path)).createOrReplaceTempView(name)
        return self._ibis.table(name)


def _ibis(session: SparkSession, overflow: Path) -> Any:
    """Ibis on a session, whose answers come as Parquet and not through pandas, which would turn types into others."""
    from ibis.backends.pyspark import Backend

    class Exact(Backend):
        def to_pyarrow(self, expr: Any, /, *, params: Any = None, limit: Any = None, **more: Any) -> Any:
            table = expr.as_table()
            schema = table.schema().to_pyarrow()
            with _written(session.sql(self.compile(table, params=params, limit=limit)), overflow) as path:
                parts = [rows.cast(schema) for rows in _parts(path)]
            return expr.__pyarrow_result__(pa.concat_tables(parts) if parts else schema.empty_table())

    Exact.register_options()
    backend = Exact()
    backend.do_connect(session)
    return backend


@contextmanager
def _written(frame: Any, overflow: Path) -> Iterator[Path]:
    """A folder with the rows of a frame, for as long as they are read."""
    path = overflow / "answer.parquet"
    try:
        frame.write.parquet(str(path))
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _parts(path: Path) -> Iterator[pa.Table]:
    """The rows of a folder that Spark wrote, in the order of its parts: sorted rows come out sorted."""
    for part in sorted(path.glob("part-*.parquet")):
        for batch in pq.ParquetFile(part).iter_batches(_HALT):
            yield pa.Table.from_batches([batch])


@contextmanager
def opened(folder: Path) -> Iterator[Spark]:
    """An engine for one run's folder; its temporary files are gone afterwards. Raises `Unavailable`, `EngineStopped`."""
    overflow = (folder / ".overflow").resolve()
    shutil.rmtree(overflow, ignore_errors=True)
    overflow.mkdir()
    with _plainly():
        session = _session(overflow, _size(folder))
        try:
            yield Spark(folder, session, overflow)
        finally:
            session.stop()
            shutil.rmtree(overflow, ignore_errors=True)


def _session(overflow: Path, size: int) -> SparkSession:
    """A session that writes its own files below `overflow`, cut into as many parts as `size` bytes of tables need."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.logger import PySparkLogger
    from pyspark.sql import SparkSession
    from splink.backends.spark import similarity_jar_location

    for told in (
        "DataFrameQueryContextLogger",
        "SQLQueryContextLogger",
    ):  # would print what failed, with its values
        PySparkLogger.getLogger(told).setLevel(logging.CRITICAL + 1)
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    settings = {
        "spark.jars": similarity_jar_location(),
        "spark.local.dir": str(overflow),
        "spark.sql.warehouse.dir": str(overflow / "warehouse"),
        "spark.sql.shuffle.partitions": str(
            1 if size < _SMALL else max(os.cpu_count() or 1, size // _A_PART)
        ),
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    if size < _SMALL:
        settings |= _UNCOMPILED
    if not os.environ.get("SPARK_CONF_DIR"):
        settings |= _on_this_machine()
    conf = SparkConf().setAll(list(settings.items()))
    if SparkContext._gateway is None:
        quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        SparkContext._ensure_initialized(gateway=launch_gateway(conf, quiet))
    context = SparkContext(conf=conf)
    context.setCheckpointDir(str(overflow / "checkpoints"))
    return SparkSession(context)


def _on_this_machine() -> dict[str, str]:
    return {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": f"{duck.memory() // 2**20 // 2}m",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={_QUIET.as_uri()}",
    }


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.parquet"))


@contextmanager
def _plainly() -> Iterator[None]:
    """What Spark and Ibis raise holds values: only the kind of failure is passed on."""
    from ibis.common.exceptions import OperationNotDefinedError, UnsupportedOperationError
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (OperationNotDefinedError, UnsupportedOperationError) as problem:
        raise gaps.Unavailable(
            f"Spark cannot do this ({type(problem).__name__}), and no other way is known. Leave out --backend spark."
        ) from problem
    except (PySparkException, Py4JError) as problem:
        raise _stopped(problem) from problem


def _stopped(problem: Exception) -> Exception:
    told = str(problem)
    if "JAVA_GATEWAY_EXITED" in told:
        return gaps.Unavailable(
            "Spark did not start. It needs Java 17 or 21: java -version says which there is."
        )
    if "OutOfMemoryError" in told:
        return MemoryError()
    if "No space left on device" in told:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return gaps.EngineStopped(type(problem).__name__)
