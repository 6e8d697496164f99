"""Nothing told is left lying: every action of a case has somebody who has to learn of it, or a reason why nobody has."""

import ast
from pathlib import Path

import yaml
from tests.walls.every import every
from tests.walls.test_code import SOURCE, parsed, public_functions

TABLE = yaml.safe_load((Path(__file__).parent / "addressees.yaml").read_text())
CASES = SOURCE / "cases"


def modules() -> list[Path]:
    """Modules of actions, of every stage."""
    found = [*CASES.glob("*/actions.py"), *CASES.glob("*/actions/*.py"), *CASES.glob("*/*/actions.py")]
    return sorted(path for path in found if "notices" not in path.relative_to(CASES).parts)


def stage(path: Path) -> str:
    """Such as 'concern', or 'concern.strategy' of a package within it."""
    folders = path.relative_to(CASES).parent.parts
    return ".".join(folder for folder in folders if folder != "actions")


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
    told, not_told = action in TABLE["told"], action in TABLE["not_told"]
    assert told or not_told, "say in addressees.yaml who has to learn of it, or why nobody has"
    assert not (told and not_told), "it is told and not told"


@every(sorted(TABLE["told"]), str)
def test_an_action_that_is_told_announces_it(action: str) -> None:
    assert TABLE["told"][action] in reaches(*ACTIONS[action])


@every(sorted(TABLE["not_told"]), str)
def test_a_reason_is_one(action: str) -> None:
    assert action in ACTIONS, "there is no such action"
    assert len(TABLE["not_told"][action].split()) >= 4


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
