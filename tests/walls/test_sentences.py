"""A rule refuses once: what it says where something is not there is written in the rule, and forms show that (`Form.asks`). What it says can
be said in another language: a value is put into a message (`Filled`), never a sentence together from parts."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template import engines
from django.utils import translation
from tests.walls.test_code import SOURCE

from heard.agencies.rules import Filled, Refused, refuse
from heard.cases.caseload.rules import AT_ONCE, why_not_hand_over
from heard.govuk.environment import in_words

_SHORT = 3  # words: as little may mean two things


def _sentences(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.count(" ") >= _SHORT:
            yield node.value.rstrip(".")


def _errors_of_fields(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "missing":
            yield from (
                text.value.rstrip(".")
                for text in ast.walk(node.value)
                if isinstance(text, ast.Constant) and isinstance(text.value, str)
            )


def _modules(name: str) -> Iterator[Path]:
    yield from SOURCE.rglob(f"{name}.py")
    yield from SOURCE.rglob(f"{name}/*.py")


def _stage(path: Path) -> tuple[str, ...]:
    return path.relative_to(SOURCE).parts[:2]


def test_no_form_repeats_a_sentence_of_the_rules_of_its_stage() -> None:
    rules: dict[tuple[str, ...], set[str]] = {}
    for path in _modules("rules"):
        rules.setdefault(_stage(path), set()).update(_sentences(path))
    forms = [(path, sentence) for path in _modules("forms") for sentence in _errors_of_fields(path)]
    assert len(forms) > 100
    assert [f"{path.name}: {s}" for path, s in forms if s in rules.get(_stage(path), set())] == []


def _put_together(text: str) -> Iterator[str]:
    """Sentences that are f-strings: of three words and more between their values. What is raised for developers is none."""
    tree = ast.parse(text)
    raised = {id(node) for one in ast.walk(tree) if isinstance(one, ast.Raise) for node in ast.walk(one)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and id(node) not in raised:
            parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
            words = re.findall(r"[A-Za-z’]{2,}", " ".join(map(str, parts)))
            if len(words) >= _SHORT and "\\" not in "".join(map(str, parts)):  # which a pattern has
                yield " … ".join(map(str, parts))


def test_no_rule_puts_a_sentence_together_that_users_read() -> None:
    assert [(str(path), text) for path in _modules("rules") for text in _put_together(path.read_text())] == []


def test_a_sentence_that_is_put_together_is_seen() -> None:
    assert list(_put_together('x = f"Choose at most {MOST} of them."')) == ["Choose at most  …  of them."]
    assert list(_put_together('raise ValueError(f"No clock counts {unit} at all.")')) == []


def test_a_value_is_put_into_the_message_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    why_not = why_not_hand_over(may=True, what=["allocated"], chosen=range(AT_ONCE + 1), found=0)
    assert why_not == f"Hand over at most {AT_ONCE} children at once."
    with pytest.raises(Refused) as refused:
        refuse(why_not)
    welsh = {"Hand over at most %(most)s children at once.": "Dim mwy na %(most)s"}
    monkeypatch.setattr(translation, "gettext", welsh.__getitem__)
    assert in_words(str(refused.value)) == f"Dim mwy na {AT_ONCE}"
    drawn = engines["jinja2"].from_string("{{ _(why_not) }}").render({"why_not": why_not})
    assert drawn == f"Dim mwy na {AT_ONCE}"


def test_a_value_is_no_markup() -> None:
    why_not = Filled("This is for something else: %(is_for)s.", is_for="<b>100 %</b>")
    drawn = engines["jinja2"].from_string("{{ _(why_not) }}").render({"why_not": why_not})
    assert drawn == "This is for something else: &lt;b&gt;100 %&lt;/b&gt;."
