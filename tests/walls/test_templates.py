"""What a template may hold: words only through gettext, no inline script or style, no query, no other host."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import jinja2.meta
import pytest
from django.template import engines
from jinja2 import Environment, nodes
from tests.walls.every import every

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "heard"
TEMPLATES = sorted(path for path in SOURCE.rglob("jinja2/**/*") if path.is_file())
EACH = every(TEMPLATES)

LETTERS = re.compile(r"[^\W\d_]")
STYLES = re.compile(
    r"\b(?:govuk|moj|heard)-[\w-]+"
)  # names of classes, such as a block hands to the page it extends
SPOKEN = {"title", "alt", "aria-label", "aria-description", "placeholder", "label", "data-confirm"}
GETTEXT = {"_", "gettext", "ngettext", "pgettext", "npgettext"}
QUERIES = {
    "all",
    "filter",
    "exclude",
    "select_related",
    "prefetch_related",
    "exists",
    "first",
    "latest",
    "objects",
}
XML_NAMES = {
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/1999/xlink",
}  # names, not addresses that are fetched
FOLLOWED_ONLY_WHEN_PRESSED = {
    "https://www.bbc.co.uk/weather"
}  # where "Exit this page" goes: dull, and not ours
HOLE = "\ue000"  # stands for what an expression prints


def template_name(path: Path) -> str:
    parts = path.relative_to(SOURCE).parts
    return "/".join(parts[parts.index("jinja2") + 1 :])


@cache
def jinja() -> Environment:
    return Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"])


@cache
def holds_macros_alone(name: str) -> bool:
    """Whether nothing in a template is worked out before a macro is called, and nothing names what is a page's own."""
    if name.startswith("govuk_frontend_jinja/"):
        return True
    environment = engines["jinja2"].env
    tree = environment.parse(environment.loader.get_source(environment, name)[0])
    return (
        all(_is_macro_or_space(node) for node in tree.body)
        and jinja2.meta.find_undeclared_variables(tree) <= environment.globals.keys()
        and all(holds_macros_alone(str(other)) for other in jinja2.meta.find_referenced_templates(tree))
    )


def _is_macro_or_space(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Output):
        return all(isinstance(one, nodes.TemplateData) and not one.data.strip() for one in node.nodes)
    return isinstance(node, nodes.Macro | nodes.Import | nodes.FromImport)


def test_what_is_imported_without_a_pages_context_is_the_same_for_every_page_and_language() -> None:
    """Jinja keeps it for all pages: a sentence set at its top would stand there in the language of the first reader."""
    found = [
        (template_name(path), str(imported))
        for path in TEMPLATES
        for node in parsed(path.read_text(encoding="utf-8")).find_all((nodes.Import, nodes.FromImport))
        if not node.with_context and isinstance(node.template, nodes.Const)
        for imported in [node.template.value]
    ]
    assert len(found) > 500
    assert [(by, name) for by, name in found if not holds_macros_alone(name)] == []


@cache
def parsed(source: str) -> nodes.Template:
    return jinja().parse(source)


@cache
def literal(source: str) -> str:
    """The template's own characters: each expression becomes a hole, translated blocks and comments vanish."""
    kept, translated, block = [], False, False
    for _line, kind, value in jinja().lex(source):
        if kind == "data" and not translated:
            kept.append(value)
        elif kind == "variable_begin":
            kept.append(HOLE)
        elif kind == "block_begin":
            block = True
        elif block and kind == "name":
            translated = value in {"trans", "pluralize"} or (translated and value != "endtrans")
            block = False
    return "".join(kept)


class Reader(HTMLParser):
    """Gathers the text, attributes and scripts of a template's literal part."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.feed(literal(source))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in names):
            self.faults.append(f"inline <{tag}>")
        for name, value in attrs:
            if name == "style" or re.fullmatch(r"on[a-z]+", name):
                self.faults.append(f"attribute {name}")
            if name in SPOKEN and LETTERS.search(value or ""):
                self.faults.append(f"{name}={value!r} is not translated")

    def handle_data(self, data: str) -> None:
        if LETTERS.search(STYLES.sub("", data)):
            self.faults.append(f"{data.strip()!r} is not translated")


@EACH
def test_words_for_screen_readers_alone_begin_with_no_colon(path: Path) -> None:
    """The style sheet puts a space before them: "Take it back : Northgate Academy". In brackets they read well."""
    assert not re.findall(r'visually-hidden">\s*[:;,.]', path.read_text(encoding="utf-8"))


def untranslated_arguments(source: str) -> Iterator[str]:
    """Prose that is handed to a macro as a bare string, such as ui.button("Send it")."""
    tree = parsed(source)
    translated = {
        id(const)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in GETTEXT
        for const in call.find_all(nodes.Const)
    }
    compared = {
        id(const) for compare in tree.find_all(nodes.Compare) for const in compare.find_all(nodes.Const)
    }
    for const in tree.find_all(nodes.Const):
        prose = isinstance(const.value, str) and re.match(r"[A-Z][a-z’']+( |$|[.?!:])", const.value)
        if prose and id(const) not in translated | compared:
            yield f"{const.value!r} is not translated"


def queries_walked(source: str) -> Iterator[str]:
    tree = parsed(source)
    no_rows = {"loop"} | {
        imported.target for imported in tree.find_all(nodes.Import)
    }  # macros may have such names
    for node in tree.find_all(nodes.Getattr):
        of_a_row = not (isinstance(node.node, nodes.Name) and node.node.name in no_rows)
        if of_a_row and (node.attr.endswith("_set") or node.attr in QUERIES):
            yield f"line {node.lineno}: .{node.attr} runs a query; hand over what the page needs"


def hosts(source: str) -> list[str]:
    found = re.findall(r"(?:https?:)?//[\w.-]+\.\w[^\s\"'<>]*", source)
    return [host for host in found if host not in XML_NAMES | FOLLOWED_ONLY_WHEN_PRESSED]


@EACH
def test_every_word_on_screen_goes_through_gettext(path: Path) -> None:
    source = path.read_text()
    text = [fault for fault in Reader(source).faults if "translated" in fault]
    assert text + list(untranslated_arguments(source)) == []


@EACH
def test_nothing_is_inline(path: Path) -> None:
    assert [fault for fault in Reader(path.read_text()).faults if "translated" not in fault] == []


@EACH
def test_no_template_runs_a_query(path: Path) -> None:
    assert list(queries_walked(path.read_text())) == []


@EACH
def test_no_template_names_another_host(path: Path) -> None:
    assert hosts(path.read_text()) == []


@EACH
def test_no_template_switches_escaping_off(path: Path) -> None:
    assert not re.search(r"{%-?\s*autoescape", path.read_text())


@EACH
def test_every_template_compiles(path: Path) -> None:
    engines["jinja2"].get_template(template_name(path))


@cache
def names_in_use() -> set[str]:
    """Every string in the Python source, and every template that a template names."""
    used: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        tree = ast.parse(path.read_text())
        used |= {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    for path in TEMPLATES:
        used |= {name or "" for name in jinja2.meta.find_referenced_templates(parsed(path.read_text()))}
    return used


def shipped_by_a_library(name: str) -> bool:
    """Ours stands in for allauth's or Django's own template of the same name."""
    libraries = [Path(__import__(library).__file__ or "").parent for library in ("allauth", "django")]
    return any(
        any(library.rglob(f"templates/{name}")) or any(library.rglob(f"jinja2/{name}"))
        for library in libraries
    )


@EACH
def test_every_template_is_used(path: Path) -> None:
    name = template_name(path)
    assert name in names_in_use() or shipped_by_a_library(name), "Nobody draws it: delete it, or draw it."


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hello</p>",
        "<p>{{ name }} was told</p>",
        '<img alt="A map" src="{{ url }}">',
        '<input placeholder="Name">',
        '{{ ui.button("Send it") }}',
        "{% trans %}Told{% endtrans %} and untold",
    ],
)
def test_the_wall_hears_a_bare_word(source: str) -> None:
    assert Reader(source).faults or list(untranslated_arguments(source))


@pytest.mark.parametrize(
    "source",
    [
        '<p class="govuk-body">{{ _("Hello") }}</p>',
        "<p>{% trans n=count %}{{ n }} child{% pluralize %}{{ n }} children{% endtrans %}: {{ count }}</p>",
        '{# a note to the reader #}{{ ui.button(_("Send it"), kind="warning") }}',
        '{% if person.sex == "Female" %}&middot;{% endif %}',
    ],
)
def test_the_wall_lets_translated_words_pass(source: str) -> None:
    assert Reader(source).faults + list(untranslated_arguments(source)) == []


@pytest.mark.parametrize(
    "source", ["<script>x</script>", '<p style="color:red">', '<a onclick="x">', "<style>p{}</style>"]
)
def test_the_wall_sees_what_is_inline(source: str) -> None:
    assert any("translated" not in fault for fault in Reader(source).faults)


def test_the_wall_sees_a_query_and_a_host() -> None:
    assert list(queries_walked("{% for tie in person.ties.all() %}{% endfor %}"))
    assert list(queries_walked("{{ person.case_set }}"))
    assert hosts('<script src="//cdn.example.org/x.js">')
