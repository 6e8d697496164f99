"""Every import wall of pyproject.toml stands, and each one falls with a sound when it is broken on purpose."""

import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from importlinter import api
from importlinter.application import use_cases

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Offence:
    """One wrong line in one file, the contract that must fall, and those that the same line may well fell too."""

    contract: str
    file: str
    line: str = ""
    also: frozenset[str] = field(default_factory=frozenset)


CYCLES = "9. No cycles anywhere"
LAYERS = "1. Top to bottom: each package may import only what is below it"
STAGES = "2. A case moves one way: later stages know earlier ones, never the reverse"
FILES = "3. Inside every app: urls > views > forms > actions > queries > models > rules"
STEPS = "4. Engine steps never import one another; they meet in named tables"
ENGINE = "5. Only insight and interchange (and the two at the top: cli, demo) may use the engine"
DJANGO = "6. Knowledge, engine and rules know nothing of Django"
VIEWS = "7. Views never touch models: they read through queries, write through actions"
BACKEND = "8. Only backend knows which engine is underneath"
PARTS = (
    "10. Judgements and mappings outlive runs: pages know runs, runs know what was said, which knows neither"
)
CHILDS = "11. Work on a place or group takes nothing of what is a child's alone"
MAPS = "12. Maps and questions count alike and do not know one another"
TABLES = "Tables of {0} are private to {0}: others use its queries and actions"

OFFENCES = [
    Offence(LAYERS, "utils/__init__.py"),  # a package that nobody has given a place
    Offence(LAYERS, "config/wsgi.py", "import heard.demo"),
    Offence(LAYERS, "knowledge/offence.py", "import heard.home.apps", frozenset({CYCLES, DJANGO})),
    Offence(LAYERS, "network/offence.py", "import heard.cases.apps", frozenset({CYCLES})),
    Offence(STAGES, "cases/common/__init__.py"),
    Offence(STAGES, "cases/case/offence.py", "import heard.cases.plan.urls", frozenset({CYCLES})),
    Offence(FILES, "agencies/models.py", "import heard.agencies.actions", frozenset({CYCLES})),
    Offence(FILES, "cases/case/rules.py", "import heard.cases.case.models", frozenset({CYCLES, DJANGO})),
    Offence(STEPS, "engine/link.py", "import heard.engine.screen"),
    Offence(STEPS, "engine/shared.py"),
    Offence(ENGINE, "home/views.py", "import heard.engine.tables"),
    Offence(ENGINE, "graph/map/offence.py", "import heard.engine.tables"),
    Offence(ENGINE, "cases/case/offence.py", "import heard.engine.tables"),
    Offence(DJANGO, "agencies/rules.py", "import django"),
    Offence(DJANGO, "engine/tables.py", "import django"),
    Offence(DJANGO, "knowledge/offence.py", "from django.utils import timezone"),
    Offence(VIEWS, "agencies/views.py", "import heard.agencies.models"),
    Offence(VIEWS, "cases/timeline/views.py", "import heard.cases.case.models"),
    Offence(BACKEND, "engine/screen.py", "import duckdb"),
    Offence(BACKEND, "engine/intake/offence.py", "import pyspark"),
    Offence(CYCLES, "agencies/left.py\nagencies/right.py", "import heard.agencies.{other}"),
    Offence(PARTS, "insight/run/offence.py", "import heard.insight.pair.urls", frozenset({CYCLES})),
    Offence(CHILDS, "cases/context/offence.py", "import heard.cases.words.urls"),
    Offence(MAPS, "graph/map/offence.py", "import heard.graph.question.urls"),
    Offence(TABLES.format("network"), "cases/case/offence.py", "import heard.network.models"),
    Offence(TABLES.format("services"), "board/offence.py", "import heard.services.models"),
    Offence(TABLES.format("agencies"), "network/offence.py", "import heard.agencies.models"),
    Offence(TABLES.format("cases"), "home/offence.py", "from heard.cases.case.models import Case"),
]


def broken_contracts(monkeypatch: pytest.MonkeyPatch, source: Path, *, annotations: bool = False) -> set[str]:
    """The names of the contracts that the package below `source` breaks. Nothing of it is imported.

    `annotations`: imports that are made for types alone count too.
    """
    monkeypatch.delitem(
        sys.modules, "heard", raising=False
    )  # so that grimp finds this copy, not the running one
    monkeypatch.syspath_prepend(str(source))
    options = use_cases.read_user_options(str(ROOT / "pyproject.toml"))
    options.session_options["exclude_type_checking_imports"] = str(not annotations)
    use_cases._register_built_in_contract_types()
    report = use_cases.create_report(options, cache_dir=None)
    assert not report.could_not_run, report.invalid_contract_options
    return {contract.name for contract, check in report.get_contracts_and_checks() if not check.kept}


@pytest.fixture(scope="module")
def heard_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is above one copy of the package, for all offences: each is taken back, and one that stayed would fail those after it."""
    folder = tmp_path_factory.mktemp("imports")
    ignore = shutil.ignore_patterns("static", "jinja2", "packs", "assets", "__pycache__")
    shutil.copytree(ROOT / "src" / "heard", folder / "heard", ignore=ignore)
    return folder


@contextmanager
def added(folder: Path, lines: Mapping[str, str]) -> Iterator[None]:
    """Lines at the end of files of the package, by file; afterwards each file is as it was, or gone."""
    paths = {folder / "heard" / name: line for name, line in lines.items()}
    before = {path: path.read_text() if path.exists() else None for path in paths}
    made = {path.parent for path in paths if not path.parent.exists()}
    for path, line in paths.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{before[path] or ''}\n{line}\n")
    try:
        yield
    finally:
        for path, text in before.items():
            if text is None:
                path.unlink()
            else:
                path.write_text(text)
        for parent in made:
            parent.rmdir()


def test_every_wall_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    assert broken_contracts(monkeypatch, ROOT / "src") == set()


def test_what_is_imported_for_types_alone_keeps_to_every_wall_but_those_around_tables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A circle of types is a circle, and a view that names a table knows it. That `user` is a `User` opens no table."""
    tables = {TABLES.format(name) for name in ("network", "services", "agencies", "cases")}
    assert broken_contracts(monkeypatch, ROOT / "src", annotations=True) <= tables


@pytest.mark.parametrize(
    ("contract", "file", "name"),
    [
        (VIEWS, "cases/timeline/views.py", "heard.cases.case.models"),
        (CYCLES, "govuk/forms/bound.py", "heard.govuk.forms.form"),
    ],
)
def test_a_wall_that_is_broken_for_types_alone_is_caught(
    contract: str, file: str, name: str, monkeypatch: pytest.MonkeyPatch, heard_again: Path
) -> None:
    line = f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import {name}"
    with added(heard_again, {file: line}):
        broken = broken_contracts(monkeypatch, heard_again, annotations=True)
    assert contract in broken


def test_every_wall_is_broken_on_purpose_below() -> None:
    contracts = api.read_configuration(str(ROOT / "pyproject.toml"))["contracts_options"]
    assert {contract["name"] for contract in contracts} == {offence.contract for offence in OFFENCES}


@pytest.mark.parametrize("offence", OFFENCES, ids=lambda o: f"{o.contract[:12]} by {o.file.split()[0]}")
def test_a_broken_wall_is_caught(
    offence: Offence, monkeypatch: pytest.MonkeyPatch, heard_again: Path
) -> None:
    names = offence.file.split("\n")
    lines = {
        name: offence.line.format(other=Path(other).stem)
        for name, other in zip(names, reversed(names), strict=True)
    }
    with added(heard_again, lines):
        broken = broken_contracts(monkeypatch, heard_again)
    assert broken - offence.also == {offence.contract}
