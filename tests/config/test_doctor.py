"""What `heard doctor` says of the database and of services on other machines."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from heard.config import doctor, version


def roles(vendor: str, **named: Any) -> list[str]:
    return [role.code for role in doctor._roles(vendor, {"HOST": "", "OPTIONS": {}} | named)]


def test_sqlite_is_an_error_where_it_is_no_demo(settings: Any) -> None:
    settings.DEMO = False
    assert roles("sqlite") == ["sqlite"]
    settings.DEMO = True
    assert roles("sqlite") == []


@pytest.mark.parametrize("host", ["", "/var/run/postgresql", "127.0.0.1", "localhost", "::1"])
def test_postgresql_on_this_machine_is_heard_by_nobody_else(host: str) -> None:
    assert roles("postgresql", HOST=host) == []


@pytest.mark.parametrize("mode", ["", "disable", "prefer", "require", "verify-ca"])
def test_postgresql_elsewhere_without_a_checked_name_is_an_error(mode: str) -> None:
    named = {"HOST": "db.wexmoor.example", "OPTIONS": {"sslmode": mode} if mode else {}}
    assert roles("postgresql", **named) == ["postgresql-clear"]
    named["OPTIONS"] = {"sslmode": "verify-full"}
    assert roles("postgresql", **named) == []


@pytest.mark.parametrize(
    ("setting", "code"), [("CLAMD", "clamd-clear"), ("WITNESS_SYSLOG", "audit-witness-clear")]
)
def test_what_is_said_to_another_machine_in_clear_is_an_error(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch, setting: str, code: str
) -> None:
    monkeypatch.setattr("heard.cases.attachment.scanning.answers", lambda _address: True)
    settings.CLAMD = ""

    def found(address: str) -> set[str]:
        setattr(settings, setting, address)
        return {finding.code for finding in [*doctor._clamd(), *doctor._witnesses([])]}

    for here in ("", "/run/clamav/clamd.ctl", "127.0.0.1:3310", "localhost:514", "[::1]:514"):
        assert code not in found(here), here
    for there in ("10.0.0.7:3310", "scanner.wexmoor.example:3310", "logs.wexmoor.example"):
        assert code in found(there), there


def test_a_log_that_stays_on_this_machine_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_SYSTEMD", tmp_path)
    monkeypatch.setattr(doctor, "_JOURNAL_UPLOAD", tmp_path)

    def found() -> list[str]:
        return [finding.code for finding in doctor._journal()]

    (tmp_path / "journal-upload.conf.d").mkdir()
    (tmp_path / "journal-upload.conf").write_text("[Upload]\n# URL=https://logs.example.org\n")
    assert found() == ["journal-elsewhere"]
    (tmp_path / "journal-upload.conf.d" / "heard.conf").write_text("[Upload]\nURL=http://logs.example.org\n")
    assert found() == ["journal-elsewhere"]
    (tmp_path / "journal-upload.conf.d" / "heard.conf").write_text("[Upload]\nURL=https://logs.example.org\n")
    assert found() == []
    monkeypatch.setattr(doctor, "_SYSTEMD", tmp_path / "none")
    (tmp_path / "journal-upload.conf.d" / "heard.conf").unlink()
    assert found() == []


def test_what_the_server_in_front_says_in_clear_is_told(settings: Any) -> None:
    settings.DEMO = False
    assert "web-clear" in {setting.code for setting in doctor._settings()}
    settings.WEB_CERTIFICATE = "/etc/heard-web/certificate.pem"
    assert "web-clear" not in {setting.code for setting in doctor._settings()}


@pytest.mark.parametrize(("days", "told"), [(0, []), (92, []), (93, ["components"])])
def test_components_that_nobody_has_raised_for_three_months_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, told: list[str]
) -> None:
    monkeypatch.setattr(version, "_COMPONENTS", tmp_path / "components.txt")
    assert [component.code for component in doctor._components()] == []  # in a checkout
    (tmp_path / "components.txt").write_text(f"{timezone.localdate() - timedelta(days=days)}\n")
    assert [component.code for component in doctor._components()] == told
