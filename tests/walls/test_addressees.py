"""Nothing told is left lying: every action has somebody who has to learn of it, or a reason why nobody has. The network lies below the
notices: what has to be told of it, a case does for it. Packages that know no child are named as such, and held to it."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

import yaml
from tests.walls.every import every
from tests.walls.test_code import SOURCE, parsed, public_functions

from heard.cases.case.notices.rules import WHO, NoticeKind, To

TABLE = yaml.safe_load((Path(__file__).parent / "addressees.yaml").read_text())
# Whom an announcement names, and what their role in a notice is then.
ROLES: Final = {"named": To.NAMED, "agencies": To.AGENCY_LEAD, "teller": To.TELLER}
APPS: Final = ("cases", "network", "board", "insight", "graph", "home", "services", "agencies")

type Told = dict[str, list[tuple[set[str], set[str]]]]


def modules() -> list[Path]:
    """Modules of actions, of every package of the site; not of the notices, which tell."""
    found = [path for app in APPS for path in (SOURCE / app).rglob("*.py")]
    found = [path for path in found if {path.stem, path.parent.name} & {"actions"}]
    return sorted(path for path in found if "notices" not in path.parts)


def stage(path: Path) -> str:
    """Of a package inside a stage, its own name."""
    inside = [part for part in path.relative_to(SOURCE).parts[:-1] if part != "actions"]
    return inside[-1]


def actions() -> dict[str, tuple[Path, ast.FunctionDef]]:
    """Public functions that say `by` whom, as 'stage.name'."""
    found: dict[str, tuple[Path, ast.FunctionDef]] = {}
    for path in modules():
        for function in public_functions(path):
            if any(argument.arg == "by" for argument in function.args.kwonlyargs):
                found[f"{stage(path)}.{function.name}"] = (path, function)
    return found


def reaches(path: Path, function: ast.FunctionDef) -> set[str]:
    """The kinds that a function announces, also through the private functions of its module."""
    own = {node.name: node for node in parsed(path).body if isinstance(node, ast.FunctionDef)}
    seen, waiting, kinds = set[str](), [function.name], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in own:
            continue
        seen.add(name)
        for node in ast.walk(own[name]):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                kinds |= {node.attr} if node.value.id == "Notified" else set()
            if isinstance(node, ast.Name):
                waiting.append(node.id)
    calls = {node.id for name in seen for node in ast.walk(own[name]) if isinstance(node, ast.Name)}
    return kinds if "announce" in calls else set()


def whom(tree: ast.Module) -> Told:
    """For each kind that a module announces: of each call that names it which of `ROLES` it is told to, and to which also by the private
    function through which it goes. Where a call passes on what it was given, all of them."""
    found: Told = {}
    own = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for function in own.values():
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        chosen = {
            node.targets[0].id: node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for call in calls:
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            if name != "announce" and "announce" not in called_by(own.get(name)):
                continue
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            given += [chosen[one.id] for one in given if isinstance(one, ast.Name) and one.id in chosen]
            further = set[str]().union(*map(told_to, calls_of(own.get(name), "announce")))
            told = told_to(call), told_to(call) | further
            for kind in {kind for one in given for kind in kinds_in(one)}:
                found.setdefault(kind, []).append(told)
    return found


def told_to(call: ast.Call) -> set[str]:
    names = {keyword.arg for keyword in call.keywords}
    return set(ROLES) if None in names else names & set(ROLES)


def calls_of(function: ast.FunctionDef | None, name: str) -> list[ast.Call]:
    nodes = ast.walk(function) if function else ()
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == name]


def called_by(function: ast.FunctionDef | None) -> set[str]:
    nodes = ast.walk(function) if function else ()
    return {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


def kinds_in(node: ast.AST) -> set[str]:
    return {
        one.attr
        for one in ast.walk(node)
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id == "Notified"
    }


def wrong_addressees(told: Told) -> list[str]:
    """Kinds that are announced to somebody who is no addressee of theirs, or never to one whom only the announcement can name."""
    wrong = [
        f"{kind} is told to {name}, who does not have to see it"
        for kind, calls in told.items()
        for name, role in ROLES.items()
        if any(name in own for own, _all in calls if own != set(ROLES)) and role not in WHO[NoticeKind[kind]]
    ]
    return wrong + [
        f"{kind} is never told to {name}"
        for kind, calls in told.items()
        for name, role in ROLES.items()
        if role in WHO[NoticeKind[kind]] and not any(name in all_of_it for _own, all_of_it in calls)
    ]


@cache
def of_children() -> dict[str, tuple[Path, ast.FunctionDef]]:
    """Read in a test, not while tests are gathered, which every worker does."""
    return {name: found for name, found in actions().items() if name.split(".")[0] not in TABLE["no_child"]}


def all_told() -> Told:
    """Of all modules but those of the demo."""
    told: Told = {}
    for path in SOURCE.rglob("*.py"):
        for kind, calls in whom(parsed(path)).items() if "demo" not in path.parts else ():
            told.setdefault(kind, []).extend(calls)
    return told


@every(of_children, str)
def test_every_action_has_an_addressee_or_a_reason_why_not(action: str) -> None:
    found = [kind for kind in ("told", "told_by", "not_told") if action in TABLE[kind]]
    assert found, "say in addressees.yaml who has to learn of it, or why nobody has"
    assert len(found) == 1, "it is told and not told"


@every(sorted(TABLE["told_by"]), str)
def test_what_the_network_does_is_told_by_the_action_that_calls_it(action: str) -> None:
    """And no page or stage does it otherwise, so that it cannot be done without being told."""
    name, teller = action.split(".")[1], TABLE["told_by"][action]
    assert action in of_children(), "there is no such action"
    path, function = of_children()[teller]
    assert reaches(path, function), "it announces nothing"
    called = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    assert any(isinstance(one, ast.Attribute) and one.attr == name for one in called), "it does not call it"
    others = [other for other in callers_of(name) if other != path]
    assert not others, f"called past {teller}: {others}"


def callers_of(name: str) -> list[Path]:
    """Modules outside the network and the demo in which the network's action of this name is called or imported."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        if not {"network", "demo"} & set(path.relative_to(SOURCE).parts[:1]) and uses(path, name):
            found.append(path)
    return found


def uses(path: Path, name: str) -> bool:
    """Whether a module imports the network's action by its name, or calls it as one of the network's."""
    return name in used_of_the_network(path)


@cache
def used_of_the_network(path: Path) -> set[str]:
    """The names that a module imports from the network, and those that it asks of the network's actions."""
    imported, networks, called = set[str](), set[str](), set[tuple[str, str]]()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("heard.network"):
            imported |= {name.name for name in node.names}
            networks |= {name.asname or name.name for name in node.names if name.name == "actions"}
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            called.add((node.value.id, node.attr))
    return imported | {attribute for module, attribute in called if module in networks}


def test_the_walk_finds_a_page_that_calls_the_network_past_the_notices(tmp_path: Path) -> None:
    texts = {
        "aliased": "from heard.network import actions as network\nnetwork.restrict(by=1)\n",
        "imported": "from heard.network.actions import restrict\n",
        "told": "from heard.cases.case.access import actions\nactions.restrict(by=1)\n",
    }
    for name, text in texts.items():
        page = tmp_path / f"{name}.py"
        page.write_text(text)
        assert uses(page, "restrict") is (name != "told"), name


@every(sorted(TABLE["told"]), str)
def test_an_action_that_is_told_announces_all_of_it(action: str) -> None:
    """Where one of several kinds is taken out, whoever learned by that one learns no more."""
    assert set(TABLE["told"][action]) == reaches(*of_children()[action])


@every(sorted(TABLE["no_child"]), str)
def test_what_knows_no_child_reads_neither_the_network_nor_a_case(package: str) -> None:
    found = [path for path in SOURCE.rglob("*.py") if path.stem == "actions" and stage(path) == package]
    assert found, "there is no such package"
    names = {
        node.module or ""
        for path in found
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom)
    }
    assert not {name for name in names if name.startswith(("heard.network", "heard.cases"))}


def test_each_kind_is_told_to_those_who_have_to_see_it() -> None:
    assert wrong_addressees(all_told()) == []


def test_the_walk_finds_a_wrong_addressee() -> None:
    source = (SOURCE / "cases" / "note" / "actions.py").read_text()
    assert wrong_addressees(whom(ast.parse(source))) == []
    wrong = wrong_addressees(
        whom(ast.parse(source.replace("named=[note.written_by]", "teller=note.written_by")))
    )
    assert wrong == [
        "DIRECTION is told to teller, who does not have to see it",
        "DIRECTION is never told to named",
    ]


@every(sorted(TABLE["not_told"]), str)
def test_a_reason_is_one(action: str) -> None:
    assert action in of_children(), "there is no such action"
    reason = TABLE["not_told"][action]
    assert len(reason.split()) >= 4
    for named in re.findall(r"[a-z]+\.[a-z_]+", reason):
        assert named in TABLE["told"], f"{named} tells nobody"


def test_the_walk_finds_an_addressee_that_is_taken_out(tmp_path: Path) -> None:
    """The same walk, over the action without its announcement, finds nobody."""
    path, function = of_children()["safety.write_safety_plan"]
    assert reaches(path, function) == {"SAFETY_PLAN"}
    copy = tmp_path / path.name
    copy.write_text(path.read_text().replace("Notified.SAFETY_PLAN", "None"))
    changed = {
        one.name: one for one in ast.walk(ast.parse(copy.read_text())) if isinstance(one, ast.FunctionDef)
    }
    assert reaches(copy, changed["write_safety_plan"]) == set()
