"""Nothing told is left lying: every action of a case and of the network has somebody who has to learn of it, or a reason why
nobody has. The network lies below the notices: what has to be told of it, a case does for it."""

import ast
import re
from pathlib import Path

import yaml
from tests.walls.every import every
from tests.walls.test_code import SOURCE, parsed, public_functions

TABLE = yaml.safe_load((Path(__file__).parent / "addressees.yaml").read_text())
CASES, NETWORK = SOURCE / "cases", SOURCE / "network"


def modules() -> list[Path]:
    """Modules of actions, of every stage and of the network."""
    found = [path for path in CASES.rglob("*.py") if {path.stem, path.parent.name} & {"actions"}]
    found = [path for path in found if "notices" not in path.relative_to(CASES).parts]
    return sorted([*found, *(NETWORK / "actions").glob("*.py")])


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


ACTIONS = actions()


@every(sorted(ACTIONS), str)
def test_every_action_has_an_addressee_or_a_reason_why_not(action: str) -> None:
    found = [kind for kind in ("told", "told_by", "not_told") if action in TABLE[kind]]
    assert found, "say in addressees.yaml who has to learn of it, or why nobody has"
    assert len(found) == 1, "it is told and not told"


@every(sorted(TABLE["told_by"]), str)
def test_what_the_network_does_is_told_by_the_action_that_calls_it(action: str) -> None:
    """And no page or stage does it otherwise, so that it cannot be done without being told."""
    name, teller = action.split(".")[1], TABLE["told_by"][action]
    assert action in ACTIONS, "there is no such action"
    path, function = ACTIONS[teller]
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
    networks, called = set[str](), set[str]()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("heard.network"):
            if name in {one.name for one in node.names}:
                return True
            networks |= {one.asname or one.name for one in node.names if one.name == "actions"}
        if isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.value, ast.Name):
            called.add(node.value.id)
    return bool(called & networks)


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
    assert set(TABLE["told"][action]) == reaches(*ACTIONS[action])


@every(sorted(TABLE["not_told"]), str)
def test_a_reason_is_one(action: str) -> None:
    assert action in ACTIONS, "there is no such action"
    reason = TABLE["not_told"][action]
    assert len(reason.split()) >= 4
    for named in re.findall(r"[a-z]+\.[a-z_]+", reason):
        assert named in TABLE["told"], f"{named} tells nobody"


def test_the_walk_finds_an_addressee_that_is_taken_out() -> None:
    """The same reading of an action without its announcement finds nothing."""
    path, function = ACTIONS["safety.write_safety_plan"]
    source = path.read_text()
    assert "announce(" in source
    assert reaches(path, function) == {"SAFETY_PLAN"}
    without = ast.parse(source.replace("Notified.SAFETY_PLAN", "None"))
    assert "Notified" not in {
        node.value.id
        for node in ast.walk(without)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
