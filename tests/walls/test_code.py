"""What import contracts cannot see: who a query is for, who an action is by, and what is never written at all."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from django.db import models
from tests.walls.every import every

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "heard"
HERE = Path(__file__).parent
MODULES = [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]

# Markup that is not escaped by the template engine. Each line says who has looked at it and why it is safe.
TRUSTED_MARKUP: dict[str, str] = {
    "cases/assessment/forms/own.py": "joins fields that GOV.UK's macros have drawn and escaped already",
    "cases/referral/forms.py": "draws one of our own templates, which has escaped everything",
    "govuk/environment.py": "names the type that a GOV.UK macro returns; its template has escaped everything",
    "govuk/forms/bound.py": "joins what Django's widgets and GOV.UK's macros have escaped already",
    "govuk/forms/choices.py": "joins fields that GOV.UK's macros have drawn and escaped already",
    "govuk/forms/fields.py": "joins lines and errors, each of which it escapes",
    "govuk/forms/form.py": "joins what Django's widgets and GOV.UK's macros have escaped already",
}

# Actions without a `by`, each with the reason.
NOBODY_BEFORE = {
    "begin_partnership": "adds the first person to an empty database, and refuses once anybody is there"
}

# Actions that leave no audit row, each with the reason.
NO_ROW = {
    "record_audit": "is the row itself",
    "record_looks": "is the row itself, once for each person on the page",
    "save_draft": "runs every few seconds, for its writer alone; beginning, sending and discarding leave one",
    "keep_typed": "runs every few seconds, for its writer alone; throwing away leaves one",
    "forget_typed": "comes after the action that was typed for, which leaves one",
    "save_view": "a choice of one’s own, under a name; it holds no child and nobody else sees it",
    "remove_view": "as save_view",
    "hold_node": "writes nothing, and lets others wait for whoever does",
    "hold_person": "writes nothing, and lets others wait for whoever does",
}

CLOCKS = {"now", "today", "utcnow", "localdate", "localtime", "time", "time_ns", "monotonic"}


def name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def called(*stems: str) -> list[Path]:
    """Modules, and modules of packages, of one of these names in the site's apps."""
    found = [path for path in MODULES if path.stem in stems or path.parent.name in stems]
    return [path for path in found if path.relative_to(SOURCE).parts[0] not in {"engine", "knowledge"}]


def public_functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in parsed(path).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def attributes(path: Path) -> Iterator[ast.Attribute]:
    return (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Attribute))


def reads_a_table(function: ast.FunctionDef) -> bool:
    return any(n.attr == "objects" for n in ast.walk(function) if isinstance(n, ast.Attribute))


def takes_own_row(function: ast.FunctionDef, path: Path) -> bool:
    """Its first argument is a row of this app's tables: somebody's query has handed that over already."""
    first = [*function.args.posonlyargs, *function.args.args][0].annotation
    own = {
        alias.name
        for node in parsed(path).body
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".models")
        for alias in node.names
    }
    return first is not None and ast.unparse(first) in own


@every(called("queries"))
def test_a_query_is_for_somebody(path: Path) -> None:
    """`user` comes first, so that nobody can read without saying who is reading.

    Only what draws on a row that was handed over, and reads no table itself, may take that row first instead.
    """
    for function in public_functions(path):
        arguments = [*function.args.posonlyargs, *function.args.args]
        assert arguments, f"{function.name} takes no user"
        if arguments[0].arg != "user":
            assert takes_own_row(function, path), f"{function.name} takes {arguments[0].arg} first, not user"
            assert not reads_a_table(function), f"{function.name} reads a table without a user"


def is_task(function: ast.FunctionDef) -> bool:
    """The queue calls it, for an action that has asked who it is by."""
    return any(ast.unparse(decorator).startswith("task") for decorator in function.decorator_list)


@every(called("actions"))
def test_an_action_is_by_somebody(path: Path) -> None:
    for function in public_functions(path):
        if is_task(function) or function.name in NOBODY_BEFORE:
            continue
        given = function.args
        assert not [*given.posonlyargs, *given.args, *filter(None, [given.vararg])], (
            f"{function.name}: keywords only"
        )
        assert "by" in {argument.arg for argument in given.kwonlyargs}, (
            f"{function.name} does not say by whom"
        )


def actions_of_others(path: Path) -> set[str]:
    """Names under which a module of actions calls those of others that leave a row."""
    imports = (node for node in parsed(path).body if isinstance(node, ast.ImportFrom))
    return {
        alias.asname or alias.name
        for node in imports
        for alias in node.names
        if alias.name == "actions"
        or (
            (node.module or "").endswith(".actions")
            and alias.name not in set(NO_ROW) - {"record_audit", "record_looks"}
        )
    }


def leaves_a_row(name: str, path: Path) -> bool:
    """Whether it calls `record_audit` or an action of others, itself or by way of what it calls in its own module, or in
    the one that the actions of a stage share."""
    together = [path.with_name("_shared.py"), path] if path.with_name("_shared.py").exists() else [path]
    bodies = [node for module in together for node in parsed(module).body]
    here = {node.name: node for node in bodies if isinstance(node, ast.FunctionDef)}
    wanted = actions_of_others(path) | {"record_audit"}
    waiting, seen = [name], set[str]()
    while waiting:
        seen.add(text := waiting.pop())
        calls = {ast.unparse(n.func).split(".")[0] for n in ast.walk(here[text]) if isinstance(n, ast.Call)}
        if calls & wanted:
            return True
        waiting += (calls & here.keys()) - seen
    return False


def begins_a_transaction(function: ast.FunctionDef) -> bool:
    """Itself, or around what it writes: a test runs in one, so that nothing else shows that it is missing."""
    decorators = [ast.unparse(one) for one in function.decorator_list]
    within = [
        ast.unparse(item.context_expr)
        for one in ast.walk(function)
        if isinstance(one, ast.With)
        for item in one.items
    ]
    return any("atomic" in text for text in (*decorators, *within))


@every(called("actions"))
def test_an_action_leaves_an_audit_row_in_its_transaction(path: Path) -> None:
    for function in public_functions(path):
        if is_task(function) or function.name in NO_ROW:
            continue
        assert leaves_a_row(function.name, path), f"{function.name} leaves no audit row"
        if "record_audit(" in ast.unparse(function):
            assert begins_a_transaction(function), f"{function.name} leaves its row outside a transaction"


@every(called("views", "forms"))
def test_a_view_reads_through_queries_and_writes_through_actions(path: Path) -> None:
    used = {node.attr for node in attributes(path)} & {
        "objects",
        "_default_manager",
        "_base_manager",
        "bulk_create",
    }
    tree = ast.walk(parsed(path))
    calls = [node for node in tree if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    saves = [call.lineno for call in calls if call.func.attr in {"save", "delete"} and not call.args]  # type: ignore[attr-defined]
    assert not used, "Ask a query."
    assert not saves, "Call an action."


@every(MODULES)
def test_no_table_is_fetched_by_name(path: Path) -> None:
    """`apps.get_model` walks around every import wall."""
    assert "get_model" not in {node.attr for node in attributes(path)}


@every(MODULES)
def test_markup_that_is_trusted_has_been_looked_at(path: Path) -> None:
    names = {n.id for n in ast.walk(parsed(path)) if isinstance(n, ast.Name)}
    attrs = {node.attr for node in attributes(path)}
    if (names | attrs) & {"mark_safe", "Markup", "SafeString", "SafeText"}:
        assert name(path) in TRUSTED_MARKUP, "Use format_html, or say in TRUSTED_MARKUP why this is safe."


@every(sorted(SOURCE.rglob("jinja2/**/*.html")))
def test_no_template_trusts_what_it_prints(path: Path) -> None:
    source = path.read_text().replace(" ", "")
    if "|safe" in source or "Markup(" in source:
        assert name(path) in TRUSTED_MARKUP, "Say in TRUSTED_MARKUP why this is safe."


def test_every_trusted_markup_still_exists() -> None:
    assert [path for path in TRUSTED_MARKUP if not (SOURCE / path).exists()] == []


@every([path for path in MODULES if path.stem == "rules"])
def test_a_rule_knows_no_clock(path: Path) -> None:
    """Rules are handed the day, so that each can be tested on any day."""
    owners = {"datetime", "date", "timezone", "time", "dt"}
    clocks = {
        node.attr
        for node in attributes(path)
        if node.attr in CLOCKS and ast.unparse(node.value).split(".")[-1] in owners
    }
    assert not clocks


@every([path for path in MODULES if path.stem == "views"])
def test_every_view_module_says_what_it_holds(path: Path) -> None:
    assert ast.get_docstring(parsed(path))


# ---- what was done is said

# What takes a form and says nothing, each with the reason.
SAYS_BY_ITS_PAGE = {
    "home/search/views.py:search": "what was found stands on the page that follows",
    "cases/timeline/views.py:chronology": "what was searched for stands on the page that follows",
    "cases/concern/views/deciding.py:decided": "as the search",
    "cases/inspection/views.py:take": "gives a file, and leads on where none can be given, with the reason",
    "cases/pack/views/packs.py:fetch": "as above",
    "insight/run/views.py:engine_out_file": "as above",
    "cases/pack/views/disclosing.py:passages": "the page that follows marks what was read",
    "cases/voice/views.py:make": "the page that follows shows the code, once",
    "cases/concern/views/telling.py:hide_hints": "hides or shows lines of the same page",
    "home/elsewhere.py:answered": "an answer of a sign-in page elsewhere, and no form of anybody here",
}


def test_whoever_sends_a_form_reads_what_was_done() -> None:
    """In a banner on the page that follows, with what was saved and what comes next."""
    silent = {f"{name(path)}:{form.name}" for path in MODULES for form in silent_forms(parsed(path))}
    assert silent == set(SAYS_BY_ITS_PAGE)


def test_a_form_that_is_taken_without_a_word_is_seen() -> None:
    text = "def view(request):\n    with sending(request, form):\n        save()\n        return redirect(done)\n"
    assert [form.name for form in silent_forms(ast.parse(text))] == ["view"]
    said = (
        text.replace("save()", "save()\n        _say(request)")
        + "def _say(request):\n    messages.success(request, 'Saved')\n"
    )
    assert list(silent_forms(ast.parse(said))) == []


def silent_forms(module: ast.Module) -> Iterator[ast.FunctionDef]:
    """Functions that do what a form asks, or are views that take one and lead on, of which neither they nor what they call in their module says
    anything."""
    functions = {one.name: one for one in module.body if isinstance(one, ast.FunctionDef)}
    for function in functions.values():
        own = ast.unparse(function)
        text = "".join(ast.unparse(functions[called]) for called in reached(function, functions))
        sends = "POST" in " ".join(map(ast.unparse, function.decorator_list)) and "redirect(" in text
        if (sends or "sending(request" in own or "saying_why_not(request" in own) and not any(
            says in text for says in ("messages.", "said_with_undo(", "said_with_next(")
        ):
            yield function


def reached(view: ast.FunctionDef, functions: dict[str, ast.FunctionDef]) -> set[str]:
    found, waiting = {view.name}, [view]
    while waiting:
        called_here = {one.id for one in ast.walk(waiting.pop()) if isinstance(one, ast.Name)}
        new = (called_here & functions.keys()) - found
        found |= new
        waiting += [functions[text] for text in new]
    return found


# ---- data protection

DECLARED = SOURCE / "config" / "dpia" / "data_protection.yaml"
HOLDS = {"none", "staff", "child", "child_special"}
NOT_OURS = {
    "socialaccount.SocialAccount"
}  # what an organisation says of somebody is kept in a table of allauth
PERSONAL = (models.CharField, models.TextField, models.DateField, models.JSONField, models.FileField)


def fields_that_may_hold_personal_data() -> Iterator[str]:
    for model in apps.get_models():
        if not model.__module__.startswith("heard.") and model._meta.label not in NOT_OURS:
            continue
        for field in model._meta.local_fields:
            if isinstance(field, PERSONAL):
                yield f"{model._meta.label}.{field.name}"


def tables() -> dict[str, dict[str, Any]]:
    listed: dict[str, dict[str, Any]] = yaml.safe_load(DECLARED.read_text())["tables"]
    return listed


def declarations() -> dict[str, list[str]]:
    """What is said of each field: [holds, why]."""
    return {
        f"{table}.{field}": said
        for table, fields in tables().items()
        for field, said in fields.items()
        if field != "kept"
    }


def test_every_field_says_what_it_holds_and_why() -> None:
    missing = set(fields_that_may_hold_personal_data()) - set(declarations())
    assert not missing, f"Decide for each what it holds and why, in {DECLARED.name}: {sorted(missing)}"


def test_no_declaration_speaks_of_a_field_that_is_gone() -> None:
    assert set(declarations()) - set(fields_that_may_hold_personal_data()) == set()


def test_every_table_says_until_when_it_is_kept() -> None:
    periods = set(yaml.safe_load(DECLARED.read_text())["kept"])
    assert [table for table, fields in tables().items() if fields.get("kept") not in periods] == []


def test_each_declaration_is_complete() -> None:
    assert set(yaml.safe_load(DECLARED.read_text())["seen"]) == HOLDS
    for field, (holds, why) in declarations().items():
        assert holds in HOLDS, f"{field} holds {holds}"
        assert len(why) > 8, f"{field}: say why it is needed"
