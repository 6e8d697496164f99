"""What intake's tests share: a folder to write extracts to, and the tables that come out of reading them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from heard.engine import intake
from heard.engine.intake.reading import IntakeSummary

TODAY = date(2026, 6, 1)
SAMPLES = Path(__file__).parents[4] / "shared" / "data"


@dataclass
class Read:
    """One reading: its summary, and its tables as rows."""

    summary: IntakeSummary
    out: Path

    def table(self, name: str) -> list[dict[str, Any]]:
        return pq.read_table(self.out / f"{name}.parquet").to_pylist()

    def codes(self, severity: str | None = None) -> list[str]:
        return [row["code"] for row in self.table("issues") if severity in (None, row["severity"])]

    def issue(self, code: str) -> dict[str, Any]:
        return next(row for row in self.table("issues") if row["code"] == code)

    def seen(self) -> set[tuple[str, str, date | None]]:
        return {
            (r["record_id"], r["item"], r["seen_on"])
            for r in self.table("observations")
            if r["state"] == "seen"
        }

    def not_known(self) -> set[tuple[str, str]]:
        return {(r["record_id"], r["item"]) for r in self.table("observations") if r["state"] == "not_known"}

    def coverage(self) -> dict[str, str]:
        return {row["item"]: row["state"] for row in self.table("coverage")}

    @property
    def counts(self) -> tuple[int, int, int]:
        return self.summary.read, self.summary.kept, self.summary.set_aside


def read_paths(out: Path, *paths: Path, mapping: Path | None = None) -> Read:
    return Read(intake.read(paths, out=out, mapping=mapping, today=TODAY), out)


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Read]:
    """Reads files given as name=content, with one of the example mappings or a text of its own."""

    def reading(files: dict[str, bytes | str], *, mapping: str | None = "partnership.yaml") -> Read:
        folder = tmp_path / "extracts"
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        chosen = intake.EXAMPLES / mapping if mapping else None
        if mapping and "\n" in mapping:
            (chosen := tmp_path / "mapping.yaml").write_text(mapping)
        return read_paths(tmp_path / "out", folder, mapping=chosen)

    return reading


@pytest.fixture
def samples() -> Path:
    if not SAMPLES.is_dir():
        pytest.skip("the third-party samples are not beside the project")
    return SAMPLES
