"""What Heard says, read out of the code, and whether each catalogue fits it. `make check` runs this file.

With `compile` it makes of each `django.po` what Django reads; with `update` it takes new sentences of the pages that are shown
in another language into its catalogue, and leaves out those that are gone.
"""

from __future__ import annotations

import ast
import re
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).resolve().parents[2]
HEARD: Final = ROOT / "src/heard"
_ONE, _TWO = None, (1, 2)
_KEYWORDS: Final[dict[str, Any]] = {
    "_": _ONE, "_now": _ONE, "gettext": _ONE, "gettext_lazy": _ONE, "gettext_noop": _ONE, "ngettext": _TWO, "ngettext_lazy": _TWO,
}  # fmt: skip
_TEMPLATES: Final = {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "silent": "false"}
_METHODS: Final = [("**/migrations/**", "ignore"), ("**.py", "python"), ("**.html", "jinja2")]
# Of the site, the packages that speak to users; the engine writes its reports in English, and the demo its people's words.
_APPS: Final = ("agencies", "board", "cases", "govuk", "graph", "home", "insight", "network", "services")

type Message = str | tuple[str, ...]  # one sentence, or one for a single thing and one for several


@cache
def marked() -> frozenset[tuple[str, Message]]:
    """Every sentence that the code marks, each with the file in which it stands. To read all of it takes seconds."""
    found = extract_from_dir(str(HEARD), _METHODS, {"**.html": _TEMPLATES}, keywords=_KEYWORDS)
    return frozenset((file, message) for file, _line, message, _notes, _context in found)


@cache
def messages() -> frozenset[Message]:
    """What the code marks, and the sentences of the rules, which know no language and are put into the reader's."""
    return frozenset(message for _file, message in marked()).union(
        text for path in rules() for text in said_by(path)
    )


def rules() -> Iterator[Path]:
    """Modules of the site that know nothing of Django."""
    for app in _APPS:
        for path in sorted((HEARD / app).rglob("*.py")):
            if "django" not in path.read_text():
                yield path


def said_by(path: Path) -> Iterator[str]:
    """The texts of more than one word in a module, but for those that describe the code and parts of a longer one."""
    tree = ast.parse(path.read_text())
    described = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and " " in text and id(node) not in described | parts:
            yield text


# ---- catalogues

LOCALE: Final = HEARD / "locale"
# Where the sentences stand of the pages that are shown in other languages (`heard.home.languages`).
SHOWN: Final = (
    "govuk/dates.py", "govuk/forms/", "govuk/jinja2/govuk/", "govuk/languages.py", "home/accounts.py", "home/jinja2/account/login.html",
    "cases/concern/forms/telling.py", "cases/concern/views/telling.py", "cases/concern/views/steps.py",
    "cases/concern/views/files.py", "cases/jinja2/cases/concern/_step.html", "cases/jinja2/cases/concern/step",
    *(f"cases/jinja2/cases/concern/{page}.html" for page in ("check", "discard", "drafts", "files", "sent")),
    "cases/jinja2/cases/voice/open/", "cases/jinja2/cases/_drawing.html", "cases/voice/open.py", "cases/voice/child.py",
)  # fmt: skip
# And what of other modules stands on them: what is said to a child who writes themselves.
SHOWN_OF: Final = {
    "cases/voice/models.py": ("About", "Feeling"),
    "cases/voice/rules.py": (
        "TOO_LONG", "WRITE_ASKS", "NOT_READ_HERE", "NOT_YOURS", "NOT_TAKEN_BACK", "NOBODY_LEFT", "NOT_THE_WORD", "why_not_send",
        "why_not_take_sound", "why_not_keep_sound", "why_not_set_secret",
    ),
}  # fmt: skip
_OF_THE_DAY: Final = (
    b'"POT-Creation-Date',
    b'"PO-Revision-Date',
    b'"Last-Translator',
    b'"Language-Team',
    b'"Generated-By',
)
_NAMED: Final = re.compile(r"%\(\w+\)s|\{\w+\}")


def shown() -> set[Message]:
    """What a catalogue has to hold."""
    found: set[Message] = {message for file, message in marked() if file.startswith(SHOWN)}
    return found | {text for file, names in SHOWN_OF.items() for text in said_in(HEARD / file, names)}


def said_in(path: Path, names: tuple[str, ...]) -> set[str]:
    """What is said by the classes, functions and constants of a module that are named."""
    found = {name: text for node in ast.walk(ast.parse(path.read_text())) for name, text in _named_in(node)}
    if missing := set(names) - set(found):
        raise KeyError(f"{path} has no {missing}")
    return {text for name in names for text in found[name]}


def _named_in(node: ast.AST) -> Iterator[tuple[str, set[str]]]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        name, described = node.name, ast.get_docstring(node, clean=False)
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        name, described = node.target.id, None
    else:
        return
    marked = {
        id(one.args[0]) for one in ast.walk(node)
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "_"
    }  # fmt: skip
    texts = [one for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    said = {text.value for text in texts if id(text) in marked or " " in text.value}
    yield name, said - {described}


def catalogues() -> Iterator[tuple[Path, Catalog]]:
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        with path.open("rb") as file:
            yield path, read_po(file)


def faults(catalogue: Catalog) -> Iterator[str]:
    """What does not fit: a sentence that nothing says, one whose names differ."""
    said = messages()
    for message in catalogue:
        if message.id and message.id not in said:
            yield f"Nothing says this any longer; update: {message.id!r}"
        if any(_names(part) - _names(message.id) for part in _parts(message.string)):
            yield f"It puts in what the English does not have: {message.string!r}"
        if any(_names(part) != _names(message.id) for part in _parts(message.string) if part) and isinstance(
            message.id, str
        ):
            yield f"It leaves out what the English has: {message.string!r}"


def untranslated(catalogue: Catalog) -> set[Message]:
    """What is shown in English until somebody puts it into the language: it stops nobody who does not speak it."""
    return shown() - {message.id for message in catalogue if all(_parts(message.string))}


def _parts(text: Message) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _names(text: Message) -> set[str]:
    return {name for part in _parts(text) for name in _NAMED.findall(part)}


def compile_all() -> None:
    """Of `<language>` what somebody has checked; of `<language>_Draft` all, as long as something is left to check."""
    for path, catalogue in catalogues():
        draft = path.parents[1].with_name(f"{path.parents[1].name}_Draft")
        shutil.rmtree(draft, ignore_errors=True)
        _write(path.parent / "django.mo", catalogue, unchecked=False)
        if any(message.fuzzy for message in catalogue if message.id):
            (draft / "LC_MESSAGES").mkdir(parents=True)
            _write(draft / "LC_MESSAGES/django.mo", catalogue, unchecked=True)


def _write(path: Path, catalogue: Catalog, *, unchecked: bool) -> None:
    with path.open("wb") as file:
        write_mo(file, catalogue, use_fuzzy=unchecked)


def update() -> None:
    """New sentences come in without a translation, and those that nothing says any longer go."""
    for path, catalogue in catalogues():
        wanted = shown()
        for message in [one for one in catalogue if one.id and one.id not in wanted]:
            catalogue.delete(message.id)
        for message in wanted:
            if message not in catalogue:
                catalogue.add(message, flags=["fuzzy"])
        text = BytesIO()
        write_po(text, catalogue, width=120, sort_output=True)
        lines = text.getvalue().splitlines(keepends=True)
        path.write_bytes(b"".join(line for line in lines if not line.startswith(_OF_THE_DAY)))


def main(asked: list[str]) -> int:
    if asked == ["compile"]:
        compile_all()
    elif asked == ["update"]:
        update()
    else:
        found = [f"{path}: {fault}" for path, catalogue in catalogues() for fault in faults(catalogue)]
        found += [
            f"{path}: {one!r} is in no catalogue; update it"
            for path, held in catalogues()
            for one in shown()
            if one not in held
        ]
        print("\n".join(found), end="\n" if found else "")
        return 1 if found else 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
