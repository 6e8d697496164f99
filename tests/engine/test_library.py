"""What the page about the engine as a library says, and what its notebooks do, runs as it stands there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from heard.demo.extracts import write_extracts

DOCS = Path(__file__).parents[2] / "docs"
NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    write_extracts(folder / "extracts", children=300, seed=1)
    return folder


@pytest.fixture
def here(extracts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "extracts").symlink_to(extracts / "extracts")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_line_of_the_page_runs(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "guide" / "library.md").read_text(), re.DOTALL)
    assert len(blocks) == 7
    for block in blocks:
        exec(compile(block, "library.md", "exec"), names)
    said = capsys.readouterr().out
    assert "have signs that several agencies hold" in said
    assert "records of" in said
    assert "2 of 4 counts are hidden" in said
    assert said.rstrip().endswith("[]")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_notebook_runs_and_holds_no_output(path: Path, here: Path) -> None:
    book = json.loads(path.read_text())
    names: dict[str, object] = {}
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            exec(compile("".join(cell["source"]), path.name, "exec"), names)
    if path.stem == "power-bi-and-excel":
        sheets = load_workbook(here / "run.xlsx").sheetnames
        assert sheets == ["children", "signs", "coverage", "sources"]
        assert (here / "for-power-bi" / "children.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_there_are_three_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["pandas-and-ibis", "power-bi-and-excel", "r-through-parquet"]
