"""What goes wrong is logged without what it went wrong with."""

import logging
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError

from heard.config.logs import WithoutValues

SECRET = "Failing row contains (Amira, Khan, 2011-05-04)"


def fail() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        raise IntegrityError(SECRET) from error


def drawn() -> str:
    try:
        fail()
    except IntegrityError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "Error: %s", ("/a/",), sys.exc_info())
    return WithoutValues().format(record)


def test_a_failure_is_logged_with_its_place_and_without_its_values() -> None:
    text = drawn()
    assert SECRET not in text
    assert "in fail" in text
    assert text.index("builtins.ValueError") < text.index("django.db.utils.IntegrityError")


def test_every_handler_of_the_site_logs_so() -> None:
    for handler in settings.LOGGING["handlers"].values():
        assert settings.LOGGING["formatters"][handler["formatter"]]["()"] == "heard.config.logs.WithoutValues"


def test_what_the_site_writes_is_for_the_site_alone(tmp_path: Path) -> None:
    """Also where its folder was made before, open to others of the machine."""
    tmp_path.chmod(0o755)
    code = "import django; django.setup(); from django.core.management import call_command; call_command('migrate', verbosity=0)"
    environment = {
        **os.environ,
        "HEARD_DATA": str(tmp_path),
        "HEARD_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "heard.config.settings",
    }
    environment.pop("DATABASE_URL", None)
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    written = list(tmp_path.rglob("*"))
    assert written
    assert [path.name for path in written if path.stat().st_mode & 0o077] == []
