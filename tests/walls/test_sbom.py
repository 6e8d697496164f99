"""What Heard is made of is said whole, and as the standard has it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests import sbom
from tests.walls.test_files import REGISTRIES

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def text() -> str:
    return sbom.text()


def test_it_is_valid_and_the_schema_refuses_what_is_not(text: str) -> None:
    # To load it takes a fifth of the time in which all tests are gathered, in each process.
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(text) is None
    assert validator.validate_str(text.replace('"components"', '"parts"', 1)) is not None


def test_it_names_every_component_that_is_locked(text: str) -> None:
    said: dict[str, Any] = json.loads(text)
    named = {(one["purl"].split("/")[0], one["name"], one["version"]) for one in said["components"]}
    lock = (ROOT / "requirements" / "base.lock").read_text()
    python = re.findall(r"^([A-Za-z0-9][\w.-]*)==([\w.!+-]+)", lock, re.MULTILINE)
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    npm = {(path.rpartition("/")[2], package["version"]) for path, package in packages.items() if path}
    assert len(python) > 50
    assert named == {
        ("pkg:pypi", name.lower().replace("_", "-").replace(".", "-"), v) for name, v in python
    } | {("pkg:npm", name, version) for name, version in npm}


def test_each_has_a_hash_and_no_registry_is_named(text: str) -> None:
    said: dict[str, Any] = json.loads(text)
    assert [one["name"] for one in said["components"] if not one.get("hashes")] == []
    assert [registry for registry in REGISTRIES if registry in text] == []
