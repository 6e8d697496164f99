"""The register of ASVS, the promises of SECURITY.md and the threat model name tests that are there; and whatever names one
that is not is caught (tests/asvs.py, tests/no_secrets.py)."""

import csv
from pathlib import Path

import pytest
from tests import asvs, no_secrets

ROOT = Path(__file__).resolve().parents[2]
STANDARD = ROOT.parent / "shared" / "data" / "asvs"

GOOD = "tests/walls/test_security.py::test_the_register_is_whole_and_sound"


def test_the_register_is_whole_and_sound() -> None:
    assert asvs.faults() == []


def test_every_promise_and_threat_names_a_test_that_is_there() -> None:
    assert asvs.of_documents() == []


def test_the_counts_that_are_shown_are_those_of_the_register() -> None:
    assert asvs.counts(asvs.read(asvs.REGISTER)) in (ROOT / "SECURITY.md").read_text()


@pytest.fixture
def faults(tmp_path: Path):
    """What is wrong with a register of one requirement."""
    ids = tmp_path / "ids.txt"
    ids.write_text("1.1.1 2\n")
    dead = tmp_path / "tests" / "test_dead.py"
    dead.parent.mkdir()
    dead.write_text(
        "import pytest\n"
        "def checks():\n    assert 1 + 1 == 2\n"
        "def test_good():\n    checks()\n"
        "def test_raises():\n    with pytest.raises(ValueError):\n        int('x')\n"
        "@pytest.mark.skip\ndef test_skipped():\n    assert checks()\n"
        "@pytest.mark.xfail(reason='x')\ndef test_may_fail():\n    assert checks()\n"
        "def test_says_nothing():\n    print('x')\n"
        "def test_is_always_so():\n    assert True\n"
    )
    (tmp_path / "page.md").write_text("# Of `keys` and locks\n")

    def of(text: str) -> list[str]:
        register = tmp_path / "register.yaml"
        register.write_text(f"standard: 5.0.0\n{text}\n")
        return asvs.faults(register, ids, tmp_path)

    return of


@pytest.mark.parametrize(
    "said",
    [
        "met: ['tests/test_dead.py::test_good']",
        "met: ['tests/test_dead.py::test_raises']",
        "document: page.md#of-keys-and-locks",
        "setting: SECURE_HSTS_SECONDS",
        "lint: S608",
        "not: there is nothing of it here",
        "open: nobody has looked",
    ],
)
def test_what_holds_passes(faults, said: str) -> None:
    assert faults(f'"1.1.1": {{{said}}}') == []


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("met: ['tests/test_dead.py::test_gone']", "no such test"),
        ("met: ['tests/test_gone.py::test_good']", "no such file"),
        ("met: ['tests/test_dead.py::test_skipped']", "always skipped"),
        ("met: ['tests/test_dead.py::test_may_fail']", "may fail"),
        ("met: ['tests/test_dead.py::test_says_nothing']", "asserts nothing"),
        ("met: ['tests/test_dead.py::test_is_always_so']", "asserts nothing"),
        ("met: []", "names nothing"),
        ("document: page.md#of-keys", "no such heading"),
        ("host: gone.md", "no such page"),
        ("setting: NO_SUCH_SETTING", "no such setting"),
        ("lint: X999", "ruff is not asked"),
        ("lint: S101", "ruff is not asked"),
        ("not: none here", "five words"),
        ("open: ''", "what is missing"),
        ("open: nobody has looked, met: ['tests/test_dead.py::test_good']", "it is one of"),
        ("done: yes", "it says none of"),
    ],
)
def test_what_does_not_hold_is_named(faults, said: str, why: str) -> None:
    found = faults(f'"1.1.1": {{{said}}}')
    assert len(found) == 1
    assert why in found[0]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "1.1.1 is missing"),
        ('"1.1.1": {open: nobody has looked}\n"9.9.9": {open: nobody has looked}', "9.9.9 is no requirement"),
        ('"1.1.1": {open: nobody has looked}\n"1.1.1": {not: there is nothing of it here}', "stands twice"),
    ],
)
def test_a_requirement_that_is_missing_unknown_or_there_twice_is_named(faults, text: str, why: str) -> None:
    [found] = faults(text)
    assert why in found


@pytest.mark.samples
@pytest.mark.skipif(not STANDARD.is_dir(), reason="needs the standard in ../shared/data/asvs")
def test_the_requirements_are_those_of_the_standard() -> None:
    [file] = STANDARD.glob("*_5.0.0_en.csv")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = {row["req_id"].removeprefix("V"): int(row["L"]) for row in csv.DictReader(lines)}
    deeper = ("6.", "7.", "8.", "14.", "16.")
    wanted = {number: level for number, level in rows.items() if level < 3 or number.startswith(deeper)}
    assert asvs.wanted() == wanted
    assert (len(wanted), sum(level < 3 for level in wanted.values())) == (277, 253)


# ---- keys and tokens: each is written in two halves, so that this file does not fail itself

SECRETS = [
    "-----BEGIN RSA " + "PRIVATE KEY-----",
    "AKIA" + "ABCDEFGHIJKLMNOP",
    "gh" + "p_" + "a1B2" * 9,
    "AGE-SECRET-" + "KEY-1" + "Q" * 58,
    "AI" + "za" + "a" * 35,
    "xox" + "b-123456789012-" + "a1B2c3D4e5F6",
    "ey" + "JhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxIn0." + "c2lnbmF0dXJlLW9mLWl0",
]


@pytest.mark.parametrize("secret", SECRETS, ids=range(len(SECRETS)))
def test_a_secret_is_found_wherever_it_stands(secret: str) -> None:
    assert no_secrets.secrets_in(f"key = '{secret}'  # of the server\n")


def test_what_is_no_secret_is_not_found() -> None:
    assert no_secrets.secrets_in('PASSWORD = "for tests, and long enough"\nsha256:' + "0af3" * 16) == []


def test_every_file_that_is_left_out_is_there() -> None:
    assert [name for name in no_secrets.LOOKED_AT if not (ROOT / name).is_file()] == []
