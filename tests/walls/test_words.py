"""No screen, label or invented record blames a child or goes into detail. Source: `cases/case/language.yaml`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from tests.walls.every import every

from heard.cases.case.rules import language_hints
from heard.knowledge import load

SOURCE = Path(__file__).resolve().parents[2] / "src" / "heard"

SPEAKING = [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]

# Heard speaks of signs, decisions and help. Detail of abuse belongs in nobody's label, help text or invented record.
GRAPHIC = re.compile(
    r"\b(?:rap(?:e[ds]?|ing|ist)|penetrat\w+|intercourse|genital\w*|naked|nudes?|orgasm\w*|semen|masturbat\w+"
    r"|sodom\w+|porn\w*|molest\w*|grop(?:e[ds]?|ing)|strip(?:ped|ping)|kinky|slut\w*|whore\w*)\b",
    re.IGNORECASE,
)

# Files that name such words in order to refuse them.
REFUSES_THEM = {"knowledge/relations.py"}


def faults(text: str) -> list[str]:
    return [hint.found for hint in language_hints(text)] + GRAPHIC.findall(text)


def strings(path: Path) -> Iterator[str]:
    """What a Python file may say: its string constants, without its docstrings."""
    tree = ast.parse(path.read_text())
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def texts(value: object) -> Iterator[str]:
    """Every string in what a YAML file holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


@every(sorted(SOURCE.rglob("jinja2/**/*.html")))
def test_no_template_blames_or_goes_into_detail(path: Path) -> None:
    assert faults(path.read_text()) == []


@every([path for path in SPEAKING if str(path.relative_to(SOURCE)) not in REFUSES_THEM])
def test_no_sentence_of_ours_blames_or_goes_into_detail(path: Path) -> None:
    assert [(text, found) for text in strings(path) if (found := faults(text))] == []


@pytest.mark.parametrize("release_id", load.release_ids())
def test_no_label_or_help_blames_or_goes_into_detail(release_id: str) -> None:
    """`official` is a source's own wording and stays as it was printed; screens show `label` and `help`."""
    entries = load.release(release_id).entries.values()
    spoken = [(entry.id, text) for entry in entries for text in (entry.label, entry.help)]
    assert [(entry_id, found) for entry_id, text in spoken if (found := faults(text))] == []


@every([path for path in sorted(SOURCE.rglob("demo/**/*")) if path.suffix in {".yaml", ".txt", ".csv"}])
def test_no_invented_record_blames_or_goes_into_detail(path: Path) -> None:
    found = list(texts(yaml.safe_load(path.read_text()))) if path.suffix == ".yaml" else [path.read_text()]
    assert [(text, wrong) for text in found if (wrong := faults(text))] == []


def never_on_screens() -> list[str]:
    """The last column of the glossary's table of three voices."""
    table = (SOURCE.parents[1] / "GLOSSARY.md").read_text().partition("| On screens |")[2]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return [term.strip() for row in rows for term in row[-1].split(";") if term.strip() != "–"]


def test_the_glossary_says_what_no_screen_says() -> None:
    assert len(never_on_screens()) > 20


@every(sorted([*SOURCE.rglob("jinja2/**/*.html"), *SPEAKING]))
def test_no_screen_says_what_the_glossary_keeps_off_it(path: Path) -> None:
    relative = str(path.relative_to(SOURCE))
    if relative in REFUSES_THEM or (path.suffix == ".py" and "demo" in path.parts):
        return
    spoken = [path.read_text()] if path.suffix == ".html" else [f'"{text}"' for text in strings(path)]
    assert [(term, text[:80]) for text in spoken for term in never_on_screens() if says(text, term)] == []


def says(text: str, term: str) -> bool:
    """A term between “ and ” is meant as a whole: as a heading, a link or a sentence by itself."""
    if term.startswith("“"):
        return f'"{term.strip("“”")}"' in text
    return term.lower() in text.lower()


def test_a_term_in_quotation_marks_is_kept_off_as_a_whole_heading_alone() -> None:
    assert says('{{ _("Clocks") }}', "“Clocks”")
    assert not says('{{ _("Clocks that nobody met") }}', "“Clocks”")
    assert says("Plan a Step against what harms", "step against what harms")


@pytest.mark.parametrize("text", ["She is promiscuous.", "He is street-wise.", "putting herself at risk"])
def test_the_wall_hears_blame(text: str) -> None:
    assert faults(text)


def test_the_wall_lets_plain_words_pass() -> None:
    assert faults("She came to school with a new phone and says that a man gave it to her.") == []
