"""What Heard is made of, as CycloneDX: `make sbom` writes dist/heard-….cdx.json, and `make wheel` beside the wheel.

Python packages are those of requirements/base.lock, which an installation has; styles and scripts come from packages of
package-lock.json and are built into the wheel. Each with version, licence and hash; no address of a registry. It is
validated against the schema before it is written.
"""

import base64
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.licences import licence_of, normal

ROOT = Path(__file__).resolve().parents[1]


def locked() -> Iterator[tuple[str, str, list[str]]]:
    """Name, version and SHA-256 of each file, of what an installation has."""
    for entry in re.split(r"\n(?=[A-Za-z0-9])", (ROOT / "requirements" / "base.lock").read_text()):
        if found := re.match(r"([A-Za-z0-9][\w.-]*)==([\w.!+-]+)", entry):
            yield normal(found[1]), found[2], re.findall(r"--hash=sha256:([0-9a-f]{64})", entry)


def licences() -> dict[str, str]:
    from importlib.metadata import distributions

    return {
        normal(distribution.metadata["Name"]): licence_of(distribution) for distribution in distributions()
    }


def python_components() -> Iterator[Component]:
    said = licences()
    for name, version, hashes in locked():
        yield Component(
            name=name,
            version=version,
            type=ComponentType.LIBRARY,
            scope=ComponentScope.REQUIRED,
            bom_ref=f"pkg:pypi/{name}@{version}",
            purl=PackageURL("pypi", None, name, version),
            licenses=[DisjunctiveLicense(name=said[name])] if name in said else None,
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in hashes],
        )


def npm_components() -> Iterator[Component]:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for path, said in packages.items():
        if not path:
            continue
        group, _, name = path.rpartition("node_modules/")[2].rpartition("/")
        algorithm, _, digest = said["integrity"].partition("-")
        assert algorithm == "sha512", path
        purl = PackageURL("npm", group or None, name, said["version"])
        yield Component(
            name=name,
            group=group or None,
            version=said["version"],
            type=ComponentType.LIBRARY,
            scope=ComponentScope.OPTIONAL if said.get("optional") else ComponentScope.REQUIRED,
            bom_ref=str(purl),
            purl=purl,
            licenses=[DisjunctiveLicense(name=said["license"])] if "license" in said else None,
            hashes=[HashType(alg=HashAlgorithm.SHA_512, content=base64.b64decode(digest).hex())],
        )


def bom() -> Bom:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    made = Bom(components=[*python_components(), *npm_components()])
    made.metadata.component = Component(
        name=project["name"],
        version=project["version"],
        type=ComponentType.APPLICATION,
        bom_ref="heard",
        description=project["description"],
        licenses=[DisjunctiveLicense(id=project["license"])],
    )
    made.register_dependency(made.metadata.component, made.components)
    return made


def text() -> str:
    """The whole of it, valid."""
    said: str = JsonV1Dot6(bom()).output_as_string(indent=1)
    if wrong := JsonStrictValidator(SchemaVersion.V1_6).validate_str(said):
        raise ValueError(f"It is not as CycloneDX says: {wrong}")
    return said


def main() -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    file = ROOT / "dist" / f"heard-{project['version']}.cdx.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text() + "\n")
    print(file.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
