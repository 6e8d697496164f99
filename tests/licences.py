"""Whether Heard may be given away under MIT with everything that it depends on. Run by `make check`.

Reads the metadata of what is installed; a package whose licence nobody has looked at ends the build.
"""

import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Licences under which code may be used by, and shipped beside, an MIT programme without changing its licence.
FREE = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSD", "ISC", "MIT", "MIT-0", "MIT-CMU", "HPND", "PSF-2.0",
    "Python-2.0", "Unlicense", "Zlib", "CC0-1.0", "BlueOak-1.0.0", "MPL-2.0", "Apache-2.0 WITH LLVM-exception",
}  # fmt: skip

# Packages whose licence binds whoever changes the package itself, used unchanged as a library. Each with its reason.
ALLOWED = {
    "pyrage": "MIT, as its licence file says; its metadata names the file alone",
    "psycopg": "LGPL-3.0: used unchanged through its public interface, and whoever installs Heard can exchange it",
    "psycopg-binary": "LGPL-3.0, as psycopg",
    "psycopg-pool": "LGPL-3.0, as psycopg",
    "pyphen": "GPL, LGPL or MPL at the user's choice: used under the MPL, unchanged through its public interface",
    "python-stdnum": "LGPL-2.1: used unchanged through its public interface, and whoever installs can exchange it",
    "qrcode": "BSD-3-Clause, and MIT for what it was made from; its metadata says 'other' of the second",
}

# The same licence has many names in metadata that predates SPDX.
ALSO_KNOWN_AS = {
    "apache": "Apache-2.0", "apache 2.0": "Apache-2.0", "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0", "apache software license": "Apache-2.0",
    "apache license version 2.0": "Apache-2.0",
    "bsd license": "BSD", "bsd 3-clause": "BSD-3-Clause", "bsd-3": "BSD-3-Clause", "new bsd": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause", "3-clause bsd license": "BSD-3-Clause", "simplified bsd": "BSD-2-Clause",
    "mit license": "MIT", "the mit license": "MIT", "mit license (mit)": "MIT", "the mit license (mit)": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0", "mpl 2.0": "MPL-2.0",
    "python software foundation license": "PSF-2.0", "psfl": "PSF-2.0", "psf": "PSF-2.0",
    "isc license (iscl)": "ISC", "isc license": "ISC", "the unlicense (unlicense)": "Unlicense",
}  # fmt: skip


def spdx(name: str) -> str:
    return ALSO_KNOWN_AS.get(name.strip().lower(), name.strip())


def is_free(expression: str) -> bool:
    """Whether an SPDX expression leaves a choice that is free: any side of OR, all sides of AND."""
    flat = expression.replace("(", "").replace(")", "")
    return any(
        all(spdx(part) in FREE for part in re.split(r"\s+AND\s+", way)) for way in re.split(r"\s+OR\s+", flat)
    )


def licence_of(package: Distribution) -> str:
    """The SPDX expression where there is one, else the classifiers, else the free text."""
    said = package.metadata
    if said.get("License-Expression"):
        return str(said["License-Expression"])
    classifiers = [
        c.split(" :: ")[-1] for c in said.get_all("Classifier") or [] if c.startswith("License :: ")
    ]
    named = [spdx(c) for c in classifiers if c != "OSI Approved"]
    text = (said.get("License") or "").strip()
    return " AND ".join(named) or text.splitlines()[0].strip() if named or text else "not said"


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def needed_at_run_time() -> set[str]:
    """The names in base.lock: what an installation has, without the tools of developers."""
    lock = (ROOT / "requirements" / "base.lock").read_text()
    return {normal(name) for name in re.findall(r"^([A-Za-z0-9][\w.-]*)==", lock, flags=re.MULTILINE)}


def python_packages() -> Iterator[tuple[str, str]]:
    needed = needed_at_run_time()
    for package in distributions():
        name = normal(package.metadata["Name"])
        if name in needed:
            yield name, licence_of(package)


def npm_packages() -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / "node_modules").glob("**/package.json")):
        if file.parent.parent.name != "node_modules" and not file.parent.parent.name.startswith("@"):
            continue  # a package's own folders hold package.json files that are no packages
        said = json.loads(file.read_text())
        if "name" in said:
            yield f"npm:{said['name']}", str(said.get("license", "not said"))


def not_free() -> list[tuple[str, str]]:
    listed = [*python_packages(), *npm_packages()]
    return sorted(
        {(name, licence) for name, licence in listed if name not in ALLOWED and not is_free(licence)}
    )


def main() -> int:
    for name, licence in (unknown := not_free()):
        print(f"{name}: {licence!r} is not among the licences that somebody has looked at.", file=sys.stderr)
    if unknown:
        print(
            "Read the licence. If it goes with MIT, add it to FREE or, with the reason, the package to ALLOWED in"
            " tests/licences.py. If not, find another package.",
            file=sys.stderr,
        )
    return bool(unknown)


if __name__ == "__main__":
    sys.exit(main())
