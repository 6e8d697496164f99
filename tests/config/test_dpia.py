"""The impact assessment says all that Heard's own files say, and leaves open what they do not."""

from __future__ import annotations

from pathlib import Path

import yaml
from click.testing import CliRunner
from tests.walls.test_code import DECLARED, ROOT

from heard.agencies.rules import MAY
from heard.config import dpia
from heard.config.dpia.cli import dpia as command

TEXT = dpia.document(version="Heard 0.1", on="2026-11-27")
MODEL = (ROOT / "docs" / "threat-model.md").read_text()


def section(table: str) -> str:
    return TEXT.partition(f"\n#### {table}\n")[2].partition("\n#### ")[0].partition("\n## ")[0]


def test_every_entry_of_the_declarations_is_in_it() -> None:
    said = yaml.safe_load(DECLARED.read_text())
    assert len(said["tables"]) > 100
    for table, fields in said["tables"].items():
        part = section(table)
        assert " ".join(said["kept"][fields["kept"]].split()) in part, table
        rows = {line for line in part.splitlines() if line.startswith("| `")}
        assert len(rows) == len(fields) - 1, table
        for name, about in fields.items():
            if name != "kept":
                line = f"| `{name}` | {dpia._HOLDS[about[0]]} | {' '.join(about[1].split())} |"
                assert line in rows, line
    for sentences in (said["kept"], said["seen"]):
        assert all(f"{' '.join(text.split())} |" in TEXT for text in sentences.values())


def test_every_role_and_every_risk_is_in_it() -> None:
    assert all(f"| {role.value} | " in TEXT for role in MAY)
    found = dpia.risks(MODEL)
    flows = MODEL.partition("## Flow by flow")[2].partition("\n## ")[0]
    people = MODEL.partition("## People who mean harm")[2].partition("\n## ")[0]
    in_table = [
        line for line in flows.splitlines() if line.startswith("| ") and not line.startswith("| Flow")
    ]
    in_words = [block for block in people.split("\n\n") if block.strip().startswith("**")]
    assert len(found) == len(in_table) + len(in_words) > 25
    assert dpia.threat_model() == MODEL
    for number, risk in enumerate(found, 1):
        row = next(line for line in TEXT.splitlines() if line.startswith(f"| R{number} |"))
        assert risk.met in row
        assert (
            "::test_" in risk.met
            or risk.open
            or risk.where.startswith(("Two", "Somebody", "A child", "Whoever"))
        ), risk.where
    tests = {word for block in (*in_table, *in_words) for word in block.split("`") if "::test_" in word}
    assert all(f"`{name}`" in TEXT for name in tests)
    assert "| yes | … | … |" in next(line for line in TEXT.splitlines() if "root reads everything" in line)


def test_what_only_the_partnership_knows_is_left_open_and_marked() -> None:
    for word in (
        "controllers",
        "data-protection officer",
        "lawful basis",
        "whom you asked",
        "who approved",
        "retention schedule",
    ):
        assert any(word in line for line in TEXT.splitlines() if line.startswith(f"> {dpia.OPEN}")), word
    assert TEXT.count(dpia.OPEN) == TEXT.count("> …")
    assert [line for line in TEXT.splitlines() if line.startswith("## ")] == [
        "## 1. The need for it", "## 2. What is processed", "## 3. Consultation", "## 4. Necessity and proportionality",
        "## 5. Risks", "## 6. What you do about them", "## 7. Sign-off",
    ]  # fmt: skip


def test_one_that_somebody_may_have_completed_is_not_written_over(tmp_path: Path) -> None:
    out = tmp_path / "dpia.md"
    assert CliRunner().invoke(command, ["--out", str(out)]).exit_code == 0
    out.write_text("completed")
    done = CliRunner().invoke(command, ["--out", str(out)])
    assert done.exit_code == 1
    assert "may have been completed" in done.output
    assert out.read_text() == "completed"
    assert CliRunner().invoke(command, []).output.startswith("# Data-protection impact assessment")
