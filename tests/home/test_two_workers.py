"""What two web processes have to know of one another: each step here runs in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

HALF_MINUTE = 59_000_000  # since 1970
SET_UP = "import django; django.setup()\n"

ONE_MORE_TRY = """
from allauth.core.internal import ratelimit
from django.test import RequestFactory
request = RequestFactory().post("/", REMOTE_ADDR="192.0.2.7")
limit = {"tries": "2/h/ip"}
print(bool(ratelimit.consume(request, app="tests", action="tries", config=limit)))
"""


def worker(data: Path, code: str) -> str:
    """What a process prints that is started, does this and ends."""
    dropped = {"PYTEST_VERSION", "DATABASE_URL"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    ours = {"HEARD_DATA": str(data), "HEARD_DEMO": "1", "DJANGO_SETTINGS_MODULE": "heard.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", SET_UP + code], env=kept | ours, capture_output=True, text=True, timeout=120, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Path:
    return Path(shutil.copytree(migrated, tmp_path_factory.mktemp("workers"), dirs_exist_ok=True))


def test_a_limit_counts_what_another_process_let_pass(data: Path) -> None:
    assert [worker(data, ONE_MORE_TRY) for _ in range(3)] == ["True", "True", "False"]


ENROL = """
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from heard.agencies.actions import begin_partnership
user = begin_partnership(username="ade", first_name="A", last_name="B", password=None, agency="C", kind="police", team="D")
secret = generate_totp_secret()
TOTP.activate(user, secret)
print(secret)
"""
# The half minute stays the same one, however long a process takes to start.
TRY_THE_CODE = """
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
auth.yield_hotp_counters_from_time = lambda: iter([{half_minute}])
print(Authenticator.objects.get().wrap().validate_code({code!r}))
"""


def test_a_code_is_taken_once_also_by_two_processes(data: Path) -> None:
    code = format_hotp_value(hotp_value(worker(data, ENROL), HALF_MINUTE))
    tried = subprocess_pair(data, TRY_THE_CODE.format(half_minute=HALF_MINUTE, code=code))
    assert sorted(tried) == ["False", "True"]


def subprocess_pair(data: Path, code: str) -> list[str]:
    """The same in two processes at once."""
    with ThreadPoolExecutor(2) as both:
        return list(both.map(lambda _: worker(data, code), range(2)))
