"""Whether a committed file holds a key, a token or a password of some service. Run by `make check`, off line.

The patterns are those of detect-secrets, read over each whole file at once: line by line, as that programme does it, takes a
minute. What only looks like chance, and any word beside "password", is left out: tests are full of both.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins.base import RegexBasedDetector

ROOT = Path(__file__).resolve().parents[1]
# Services that nobody here uses, whose patterns take longer than all others together.
ELSEWHERE = {
    "Artifactory Credentials", "Cloudant Credentials", "IBM Cloud IAM Key", "IBM COS HMAC Credentials", "SoftLayer Credentials",
}  # fmt: skip
# Names and passwords in addresses of tests are no secret of anybody; addresses of machines are found by tests/walls/test_files.py.
LEFT_OUT = {"Secret Keyword", "Public IP (ipv4)", "Basic Auth Credentials", *ELSEWHERE}
# What detect-secrets does not know: keys that open backups (age), and those of three services.
OURS = {
    "Key of age": re.compile(r"AGE-SECRET-KEY-1[0-9A-Z]{50,}"),
    "Private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    "Google key": re.compile(r"AIza[0-9A-Za-z_-]{35}"),
    "Fine-grained token": re.compile(r"github_pat_[0-9A-Za-z_]{60,}"),
}
# In which file something is found that is none, with the reason.
LOOKED_AT: dict[str, str] = {
    "tests/no_secrets.py": "holds the patterns",
}


@cache
def patterns() -> dict[str, list[re.Pattern[str]]]:
    found: dict[str, list[re.Pattern[str]]] = {name: [one] for name, one in OURS.items()}
    for name, kind in get_mapping_from_secret_type_to_class().items():
        if name not in LEFT_OUT and issubclass(kind, RegexBasedDetector):
            found[name] = list(kind().denylist)
    return found


def secrets_in(text: str) -> list[str]:
    """The kinds of what this text holds."""
    return [name for name, all_of in patterns().items() if any(one.search(text) for one in all_of)]


def committed() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    for name in listed.stdout.split("\0"):
        path = ROOT / name
        if name and name not in LOOKED_AT and path.is_file():
            try:
                yield name, path.read_text()
            except UnicodeDecodeError:
                continue  # a picture, or a sample in an old encoding on purpose


def main() -> int:
    found = [(name, kinds) for name, text in committed() if (kinds := secrets_in(text))]
    for name, kinds in found:
        print(
            f"{name} holds what looks like: {', '.join(kinds)}. Take it out, and replace it where it was in use.",
            file=sys.stderr,
        )
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
