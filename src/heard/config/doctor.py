"""`heard doctor`: what is wrong with this installation, each with a remedy."""

from __future__ import annotations

import json
import os
import shutil
import stat
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import click

_OLD: Final = timedelta(hours=26)  # of a backup that is made every night
_CERTIFICATE_DAYS: Final = timedelta(days=30)  # in which a provider's new metadata can be asked for
_RAISED: Final = timedelta(days=92)
_SYSTEMD: Final = Path("/run/systemd/system")
_JOURNAL_UPLOAD: Final = Path("/etc/systemd")  # in which its configuration and its drop-ins lie
_LOCAL: Final = {"127.0.0.1", "localhost", "::1", "[::1]"}


@dataclass(frozen=True)
class Finding:
    code: str
    severity: str  # error or warning
    sentence: str
    remedy: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def doctor(as_json: bool) -> None:
    """Say what is wrong with this installation, and what to do about it. Changes nothing.

    Exit 0: nothing. 1: warnings. 2: something that has to be mended before people rely on Heard.
    """
    from heard.agencies.cli import site

    try:
        with site():
            found = [finding for check in CHECKS for finding in _asked(check)]
    except click.ClickException as error:
        found = [Finding("settings", "error", error.message, "Mend the settings, then run this again.")]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in found], indent=1))
    for finding in found if not as_json else ():
        click.echo(f"{finding.severity.upper()} {finding.code}: {finding.sentence}\n  {finding.remedy}")
    if not found and not as_json:
        click.echo("Nothing is wrong.")
    raise SystemExit(2 if any(finding.severity == "error" for finding in found) else 1 if found else 0)


def _asked(check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """One check that cannot be made takes nothing from the others."""
    from django.db import DatabaseError

    try:
        return list(check())
    except (DatabaseError, OSError) as error:
        name = check.__name__.strip("_").replace("_", "-")
        sentence = f"This cannot be checked: {type(error).__name__}."
        return [
            Finding(
                name, "error", sentence, "See that the database answers and the folder is open to this user."
            )
        ]


def _error(code: str, sentence: str, remedy: str) -> Finding:
    return Finding(code, "error", sentence, remedy)


def _warning(code: str, sentence: str, remedy: str) -> Finding:
    return Finding(code, "warning", sentence, remedy)


def _settings() -> Iterator[Finding]:
    from django.conf import settings

    if settings.DEMO:
        yield _error("demo", "HEARD_DEMO is 1: protections are off.", "Take it out of the settings.")
        return
    if set(settings.ALLOWED_HOSTS) <= _LOCAL:
        yield _warning(
            "hosts", "Only this machine can open the site.", "Set HEARD_HOSTS to the name of the site."
        )
    if not settings.WEB_CERTIFICATE:
        yield _warning(
            "web-clear",
            "The server in front speaks to Heard in clear, and would speak to any programme that took its port.",
            "Set HEARD_WEB_CERTIFICATE and HEARD_WEB_KEY: HTTPS in front, in docs/guide/install.md.",
        )
    if not settings.ADDRESS.startswith("https://"):
        yield _warning(
            "address", "Mails lead nowhere.", "Set HEARD_ADDRESS to the address of the site, with https."
        )


def _mail() -> Iterator[Finding]:
    from django.conf import settings

    from heard.agencies.mail.server import in_clear

    if in_clear(settings.MAILERS["default"]["OPTIONS"]):
        sentence = "Mails, with the links by which people set a password, go to the mail server in clear."
        yield _error("mail", sentence, "Write smtp+starttls:// or smtps:// in front of it in HEARD_MAIL_URL.")


def _folder() -> Iterator[Finding]:
    from django.conf import settings

    data = Path(settings.DATA)
    for path in (data, *data.iterdir()):
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) and path.stat().st_uid == os.geteuid():
            yield _error("modes", f"{path} is open to others of the machine.", f"chmod -R go= {data}")
            break
    if not os.access(data, os.W_OK):
        yield _error("folder", f"{data} cannot be written.", f"chown -R heard: {data}")


def _disk() -> Iterator[Finding]:
    from django.conf import settings

    disk = shutil.disk_usage(settings.DATA)
    if disk.free < disk.total * 0.05:
        yield _error(
            "disk",
            "Less than a twentieth of the disk is free.",
            "Make room, or move HEARD_DATA to a larger disk.",
        )
    elif disk.free < disk.total * 0.15:
        yield _warning("disk", "Less than a seventh of the disk is free.", "Make room soon.")


def _looks() -> Iterator[Finding]:
    from django.conf import settings

    if settings.LOOKS.parent.stat().st_dev == Path(settings.DATA).stat().st_dev:
        yield _warning(
            "looks",
            "Where the disk is full, nobody can write down who looked at what, and restricted records cannot be opened.",
            "Set HEARD_LOOKS to a file on another disk.",
        )
    if settings.LOOKS.is_file() and settings.LOOKS.stat().st_size:
        yield _warning(
            "looks-waiting", "Looks wait to be put into the audit trail.", "Start the worker: heard work"
        )


def _database() -> Iterator[Finding]:
    from django.db import connection

    yield from _roles(connection.vendor, connection.settings_dict)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA journal_mode")
            if cursor.fetchone()[0] != "wal":
                yield _error(
                    "journal",
                    "SQLite does not keep its journal as Heard needs.",
                    "Move HEARD_DATA off a network disk.",
                )
            return
        cursor.execute("SHOW server_version_num")
        server = int(cursor.fetchone()[0]) // 10_000
    if server < 15:
        yield _error("postgresql", f"PostgreSQL {server} is too old.", "Upgrade it to 15 or newer.")
    yield from _client(server)


def _roles(vendor: str, named: dict[str, Any]) -> Iterator[Finding]:
    """What the database lets the site do, and whether others hear what is said to it."""
    from django.conf import settings

    if vendor == "sqlite" and not settings.DEMO:
        sentence = "SQLite knows no roles: whatever gets into the site can alter and remove what was done."
        remedy = (
            "For real children use PostgreSQL with a role of its own for the site: docs/guide/install.md."
        )
        yield _error("sqlite", sentence, remedy)
    if vendor == "postgresql" and _is_elsewhere(str(named["HOST"])):
        mode = str(named["OPTIONS"].get("sslmode", ""))
        if mode != "verify-full":
            sentence = f"What is said to PostgreSQL at {named['HOST']} may be read or changed on its way."
            remedy = "Add ?sslmode=verify-full&sslrootcert=… to DATABASE_URL."
            yield _error("postgresql-clear", sentence, remedy)


def _is_elsewhere(host: str) -> bool:
    """Whether a host is another machine: a path is a socket of this one, and so is none."""
    return bool(host) and not host.startswith("/") and host.strip("[]") not in _LOCAL


def _in_clear(code: str, what: str, address: str) -> Iterator[Finding]:
    """Of a service that is spoken to without TLS: an error where it is on another machine."""
    host = address.rpartition(":")[0] or address
    if _is_elsewhere(host):
        sentence = f"What is said to {what} at {address} goes over the network in clear."
        remedy = "Run it on this machine, or reach it through a tunnel that ends here (stunnel, WireGuard)."
        yield _error(code, sentence, remedy)


def _client(server: int) -> Iterator[Finding]:
    import subprocess

    program = shutil.which("pg_dump")
    if program is None:
        yield _error(
            "pg-dump", "pg_dump is not there, so no backup can be made.", "apt-get install postgresql-client"
        )
        return
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    numbers = [word.split(".")[0] for word in said.split() if word[:1].isdigit()]
    if numbers and int(numbers[0]) < server:
        yield _error(
            "pg-dump",
            f"pg_dump {numbers[0]} cannot back up PostgreSQL {server}.",
            f"apt-get install postgresql-client-{server}",
        )


def _migrations() -> Iterator[Finding]:
    from heard.config.serve import _is_newer, _migrations_to_run

    if _is_newer():
        sentence = "The database is of a newer Heard than this one."
        remedy = "Start the newer one; or restore the backup of before the upgrade, into an empty place."
        yield _error("newer", sentence, remedy)
    if _migrations_to_run():
        yield _error("migrations", "The database is not up to date.", "Run: heard migrate")


def _worker() -> Iterator[Finding]:
    from heard.agencies.jobs import working

    for queue in working.QUEUES:
        if not working.is_beating(queue):
            sentence = f"Nobody works through the queue {queue}."
            yield _error(f"worker-{queue}", sentence, "Start heard-worker.service, or run: heard work")
    if not working.is_beating(working.NOTIFIER):
        sentence = "Nobody passes on what is urgent and nobody has seen, and no mail goes at once."
        yield _error("notifier", sentence, "Start heard-notify.service, or run: heard notify")


def _backup() -> Iterator[Finding]:
    from django.utils import timezone

    from heard.agencies.doctoring import last_backup

    said = last_backup()
    if said is None:
        yield _error(
            "backup", "There is no backup.", "Run heard backup, and let heard-backup.timer do it each night."
        )
        return
    if timezone.now() - datetime.fromisoformat(said["made_at"]) > _OLD:
        yield _error(
            "backup-old", f"The last backup is of {said['made_at']}.", "See what heard-backup.service says."
        )
    if said["wrong"]:
        yield _error(
            "backup-files", "The last backup found files missing or changed.", "Run: heard check-files"
        )


def _sandbox() -> Iterator[Finding]:
    import subprocess
    import sys

    from heard.agencies import sandbox

    code = "from heard.agencies import sandbox; sandbox.enter(memory=2_000_000_000, seconds=10, largest=0, hides_files=True)"
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-P", "-c", code], env=sandbox.environment(), capture_output=True, check=False
    )
    if done.returncode:
        sentence = "Files cannot be opened without a network, so none is taken."
        yield _error("sandbox", sentence, "Let the service use seccomp: see the unit in deploy/systemd.")
    elif not sandbox.knows_landlock():
        sentence = "Whatever opens attached files could read other files of this user, if it had a fault."
        yield _warning(
            "landlock",
            sentence,
            "Use a kernel with Landlock, and let the service call it: see deploy/systemd.",
        )


def _clamd() -> Iterator[Finding]:
    from django.conf import settings

    from heard.cases.attachment import scanning
    from heard.cases.attachment.queries import files_waiting

    if not settings.CLAMD:
        sentence = "Attached files are not checked for harmful software."
        yield _warning("clamd", sentence, "Install clamav-daemon, and set HEARD_CLAMD to its socket.")
    yield from _in_clear("clamd-clear", "ClamAV", settings.CLAMD)
    if settings.CLAMD and not scanning.answers(settings.CLAMD):
        lost = (
            "no file is taken" if settings.CLAMD_AWAY == "refuse" else "no file that was attached is opened"
        )
        sentence = f"ClamAV does not answer at {settings.CLAMD}, so {lost}."
        yield _error(
            "clamd", sentence, "See what clamav-daemon.service says, and whether Heard may reach its socket."
        )
    if waiting := files_waiting(None):
        yield _warning(
            "clamd-waiting", f"{waiting} files wait for ClamAV.", "See that the worker runs: heard work"
        )


def _keys() -> Iterator[Finding]:
    from django.conf import settings

    from heard.agencies.envelopes import kept
    from heard.config import encrypted as stores

    try:
        ring = kept.ring()
        lacking = stores.not_there()
    except kept.NoKeys as error:
        sentence, remedy = str(error).split(". ", 1)
        yield _error("keys", f"{sentence}.", remedy)
        return
    for key in lacking:
        sentence = f"Something is encrypted with the key {key}, which is not in the file of keys, so nobody can open it."
        yield _error(
            "keys-lacking", sentence, "Bring it back from a copy or its escrow: heard keys add --from FILE"
        )
    if ring is None or settings.KEYS is None:
        sentence = "Attached files and packs are not encrypted by Heard: whoever reads the disk reads them."
        yield _warning(
            "keys",
            sentence,
            "Set HEARD_KEYS, and run: heard keys make, heard keys escrow, heard keys encrypt",
        )
        return
    yield from _where_keys_lie(settings.KEYS, Path(settings.DATA))
    if any(len(key.escrowed) < 2 for key in ring.keys):
        sentence = (
            "Keys have no copy with two people. With the file of keys, all that they encrypt would be lost."
        )
        yield _error(
            "keys-escrow", sentence, "heard keys escrow --to FOLDER --recipient age1… --recipient age1…"
        )
    counted = stores.counted()
    if clear := sum(counts[stores.CLEAR] for counts in counted.values()):
        sentence = f"{clear} files or second factors of before there were keys are not encrypted with them."
        yield _warning("keys-clear", sentence, "Run: heard keys encrypt")
    if sum(
        counts[key]
        for counts in counted.values()
        for key in counts
        if key in set(ring.by_id) - {ring.first.id}
    ):
        yield _warning(
            "keys-rotate", "Something is still encrypted with an older key.", "Run: heard keys rotate"
        )


def _where_keys_lie(path: Path, data: Path) -> Iterator[Finding]:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield _error("keys-mode", f"{path} is open to others of the machine.", f"chmod 600 {path}")
    if path.is_relative_to(data):
        sentence = "The keys lie in HEARD_DATA, beside what they encrypt: a copy of that folder holds both."
        yield _error(
            "keys-place",
            sentence,
            "Move the file elsewhere, such as /etc/heard/keys, and let HEARD_KEYS name it.",
        )


def _components() -> Iterator[Finding]:
    """Versions are raised every three months (docs/security.md), so there is a newer Heard by then, or nobody looks after it."""
    from django.utils import timezone

    from heard.config.version import components_of

    raised = components_of()
    if raised and timezone.localdate() - raised > _RAISED:
        yield _warning(
            "components",
            f"What this Heard is made of was last raised on {raised}, more than three months ago.",
            "Upgrade to a newer release. Is there none, ask what is known of its parts: Components in docs/security.md.",
        )


def _journal() -> Iterator[Finding]:
    """Where systemd keeps the journal: whether it goes to another machine, over TLS. In a container another one looks after it."""
    if not _SYSTEMD.is_dir():
        return
    files = [_JOURNAL_UPLOAD / "journal-upload.conf", *_JOURNAL_UPLOAD.glob("journal-upload.conf.d/*.conf")]
    lines = [line.strip() for file in files if file.is_file() for line in file.read_text().splitlines()]
    if not any(line.startswith("URL=https://") for line in lines):
        yield _warning(
            "journal-elsewhere",
            "The log is on this machine alone: whoever takes it over can change what it says of them.",
            "Send it to another machine: Send the logs to another machine in docs/guide/install.md.",
        )


def _people() -> Iterator[Finding]:
    from heard.agencies.doctoring import administrators

    if administrators() < 2:
        yield _warning(
            "administrators", "There are fewer than two administrators.", "Add a second one on the site."
        )


def _trail() -> Iterator[Finding]:
    from heard.agencies import doctoring
    from heard.agencies.trail import granting, guarding

    if guarding.missing():
        sentence = "The database does not guard the audit trail: somebody took triggers away."
        yield _error("audit-guards", sentence, "Find out who did. Put them back: heard migrate")
    if granting.could_alter():
        sentence = "The role of PostgreSQL with which Heard works could alter the audit trail: it owns the tables, or may change rows."
        yield _error(
            "audit-rights",
            sentence,
            "Let another role own them, and run: heard database grants (docs/guide/audit-trail.md)",
        )
    if "HEARD_DATABASE_OWNER" in os.environ:
        sentence = "The site's settings hold the address of the role that owns the tables, so that the site could use it."
        yield _error("owner", sentence, "Keep HEARD_DATABASE_OWNER apart, for heard migrate alone.")
    if doctoring.sealer_is_behind(timedelta(minutes=5)):
        yield _error("audit-sealer", "What was done is not sealed.", "Start the worker: heard work")
    yield from _last_check(doctoring.last_check())
    yield from _witnesses(doctoring.witnesses_that_fail())


def _last_check(last: tuple[int, datetime] | None) -> Iterator[Finding]:
    from django.utils import timezone

    if last is None or timezone.now() - last[1] > _OLD:
        sentence = "Nobody has verified the audit trail since yesterday."
        yield _warning("audit-check", sentence, "Start heard-audit.timer, or run: heard audit check")
    elif last[0]:
        sentence = "The audit trail was not sound when it was last verified."
        yield _error("audit-trail", sentence, "Change nothing, and see what is wrong: heard audit verify")


def _witnesses(failing: list[str]) -> Iterator[Finding]:
    from django.conf import settings

    there = [settings.WITNESS_FILE, settings.WITNESS_SYSLOG, settings.WITNESS_MAIL]
    if sum(map(bool, there)) < 2:
        yield _warning(
            "audit-witness",
            "Fewer than two witnesses keep heads of the audit trail.",
            "Set two of HEARD_WITNESS_FILE, HEARD_WITNESS_SYSLOG and HEARD_WITNESS_MAIL.",
        )
    yield from _in_clear("audit-witness-clear", "the syslog that keeps heads", settings.WITNESS_SYSLOG)
    for name in failing:
        yield _error(
            "audit-witness-fails", f"The witness {name} takes no heads.", "See what the log says of it."
        )


def _sign_on() -> Iterator[Finding]:
    from django.conf import settings

    from heard.agencies import doctoring

    for provider in settings.SIGN_ON.values():
        if not provider.is_safe:
            sentence = f"What {provider.server} says of who somebody is can be changed on its way."
            yield _error(
                "sign-on-https", sentence, "Give the provider an address with https in HEARD_SIGN_ON."
            )
        if not doctoring.is_an_agency(provider.agency):
            sentence = f"The provider {provider.id} is for an agency that is not in Heard, so nobody comes in with it."
            yield _error(
                "sign-on-agency", sentence, "Write the agency's name in HEARD_SIGN_ON as it is in Heard."
            )
        yield from (
            _certificates(provider.id, provider.signer.certificates)
            if provider.signer
            else _answers(provider.id, provider.server)
        )


def _certificates(name: str, certificates: Iterable[str]) -> Iterator[Finding]:
    """A provider signs with another key when its certificate ends, every year or three; Heard knows those of its metadata alone."""
    from cryptography import x509
    from django.utils import timezone

    ends = max(
        x509.load_der_x509_certificate(b64decode(certificate)).not_valid_after_utc
        for certificate in certificates
    )
    if ends - timezone.now() > _CERTIFICATE_DAYS:
        return
    ended = "ended" if ends <= timezone.now() else "ends"
    sentence = f"The certificate with which the provider {name} signs {ended} on {ends:%d %B %Y}. Nobody comes in by another."
    remedy = "Ask for its new metadata, put it where HEARD_SIGN_ON says, and start Heard anew."
    yield _warning("sign-on-certificate", sentence, remedy)


def _answers(name: str, server: str) -> Iterator[Finding]:
    import requests

    from heard.home.sign_on import names_itself

    said: dict[str, str] = {}
    try:
        said = requests.get(
            f"{server.rstrip('/')}/.well-known/openid-configuration", timeout=5, allow_redirects=False
        ).json()
        lacking = {"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"} - set(said)
    except (requests.RequestException, ValueError, TypeError):
        lacking = {"everything"}
    if lacking:
        sentence = f"The provider {name} does not say where people sign in."
        remedy = "See that this server reaches it, and that its address in HEARD_SIGN_ON is right."
        yield _warning("sign-on-answers", sentence, remedy)
    elif not names_itself(server, said):
        sentence = f"The provider {name} calls itself {str(said['issuer'])[:200]}, which is not the address in HEARD_SIGN_ON, so nobody comes in with it."
        yield _error(
            "sign-on-issuer",
            sentence,
            "Write the address there that it calls itself, if it is the right one.",
        )


CHECKS: Final = (
    _settings, _mail, _folder, _disk, _looks, _database, _migrations, _worker, _backup, _sandbox, _clamd, _components, _journal, _keys, _people, _sign_on, _trail,
)  # fmt: skip
