"""`make faults`: what people see, what is lost, and how soon it goes on, where a part of Heard breaks while they work.

Starts `heard web` and `heard work` on 127.0.0.1 with a throwaway database, has two people read and write one record all the while, makes
one fault after another, and prints a table. Whatever somebody was told is saved is looked for afterwards. Ends with 1 where some of it is
lost, where somebody was told that something is not saved and it is, or where it does not go on. A full disk takes root, who may mount one.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, cast

import requests
from tests.config.own_database import Database, own_database

HEARD: Final = [sys.executable, "-m", "heard.cli"]
PASSWORD: Final = "for tests, and long enough"
SAYS: Final = b"He waits at the bridge"
PAUSE: Final = 0.3  # seconds between two things that one person does
PATIENCE: Final = 20.0  # seconds that somebody waits for a page
GIVES_UP: Final = 120.0  # seconds after which it does not go on
_HEADING: Final = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
_FAULT: Final = re.compile(r'govuk-error-summary__list">(.*?)</ul>', re.DOTALL)
_NOT_SAVED: Final = "What you just sent is not saved."
_READS_ONLY: Final = "nothing can be saved"


@dataclass(frozen=True)
class Act:
    """What somebody did: begun and answered, in seconds; what they saw, and whether that was as ever. `text`: what they wrote;
    `denied`: they were told that it is not saved."""

    begun: float
    answered: float
    seen: str
    well: bool
    text: str = ""
    denied: bool = False


class Person(threading.Thread):
    """Somebody who does the same again and again: `does` gives an act, of what stands on the page."""

    def __init__(self, name: str, site: Site, does: Callable[[Person], tuple[str, bool, str, bool]]) -> None:
        super().__init__(daemon=True)
        self.called, self.site, self.does = name, site, does
        self.browser = requests.Session()
        self.acts: list[Act] = []
        self.over = threading.Event()
        self.number = 0

    def sign_in(self) -> None:
        said = {"login": "sol.wright", "password": PASSWORD}
        assert self.post("/account/sign-in/", said).status_code == 302

    def run(self) -> None:
        while not self.over.wait(PAUSE):
            begun = time.monotonic()
            try:
                told = self.does(self)
            except requests.Timeout:
                told = ("no answer for so long", False, self.text, False)
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                told = ("nobody answers", False, self.text, False)
            except ValueError:  # no form stands there
                told = ("a page without the form", False, "", False)
            self.acts.append(Act(begun, time.monotonic(), *told))

    @property
    def text(self) -> str:
        return f"{self.called} {self.number}"

    def get(self, path: str) -> requests.Response:
        return self.browser.get(self.site.at(path), timeout=PATIENCE, allow_redirects=False)

    def post(self, path: str, said: dict[str, str], **more: Any) -> requests.Response:
        page = self.get(path)
        if page.status_code != 200:
            return page
        [token, *_rest] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        kept = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        where, sent = self.site.at(path), kept | said | {"csrfmiddlewaretoken": token}
        self.number += 1
        return self.browser.post(where, data=sent, timeout=PATIENCE, allow_redirects=False, **more)


def _seen(answer: requests.Response) -> str:
    """The status, and the fault that the page names, or else its heading."""
    html = answer.text if "html" in answer.headers.get("Content-Type", "") else ""
    found = _FAULT.search(html) or _HEADING.search(html)
    said = " ".join(re.sub("<[^>]*>", "", found[1]).split()) if found else ""
    return f"{answer.status_code}{f' “{said}”' if said else ''}"


def reads(somebody: Person) -> tuple[str, bool, str, bool]:
    answer = somebody.get(f"/children/{somebody.site.child}/")
    if answer.status_code == 200 and "Amira" in answer.text:
        only = _READS_ONLY in answer.text
        return ("the record, and that nothing can be saved" if only else "", not only, "", False)
    return _seen(answer), False, "", False


def writes(somebody: Person) -> tuple[str, bool, str, bool]:
    said = {
        "kind": "visit",
        "when": "now",
        "seen": "alone",
        "text": f"{somebody.called} {somebody.number + 1}",
    }
    answer = somebody.post(f"/children/{somebody.site.child}/notes/write/", said)
    return _sent(somebody, answer)


def attaches(somebody: Person) -> tuple[str, bool, str, bool]:
    file = {"upload": ("note.txt", f"{somebody.called} {somebody.number + 1}".encode(), "text/plain")}
    answer = somebody.post(f"/children/{somebody.site.child}/files/attach/", {"what": ""}, files=file)
    return _sent(somebody, answer)


def _sent(somebody: Person, answer: requests.Response) -> tuple[str, bool, str, bool]:
    saved = answer.status_code == 302 and "/account/" not in answer.headers["Location"]
    sent = somebody.text if answer.request.method == "POST" else ""
    return "" if saved else _seen(answer), saved, sent, _NOT_SAVED in answer.text


def fetches(somebody: Person) -> tuple[str, bool, str, bool]:
    answer = somebody.get(f"/files/{somebody.site.file}/")
    well = answer.status_code == 200 and answer.content == SAYS
    return "" if well else _seen(answer), well, "", False


@dataclass
class Site:
    """A site at work. `disk`: where its database and folder lie, where that is a disk of its own."""

    port: int
    environment: dict[str, str]
    database: Database | None
    data: Path
    disk: Path | None
    log: Any
    child: str = ""
    file: str = ""
    web: Any = None
    work: Any = None

    def start(self) -> None:
        kept: dict[str, Any] = {"env": self.environment, "stdout": self.log, "stderr": self.log}
        self.web = subprocess.Popen(
            [*HEARD, "web", "--port", str(self.port), "--workers", "2"], start_new_session=True, **kept
        )
        self.work = subprocess.Popen([*HEARD, "work"], start_new_session=True, **kept)

    def stop(self) -> None:
        for one in (self.web, self.work):
            one.terminate()
        for one in (self.web, self.work):
            one.wait(timeout=60)

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def web_server(self) -> int:
        return child(self.web.pid, "granian")

    def is_ready(self) -> bool:
        try:
            return requests.get(self.at("/health/ready"), timeout=PATIENCE).ok
        except requests.RequestException:
            return False


def children_of(pid: int) -> list[int]:
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def child(pid: int, words: str) -> int:
    """The process beneath this one that was started with these words."""
    return next(number for number in children_of(pid) if words in Path(f"/proc/{number}/cmdline").read_text().replace("\0", " "))  # fmt: skip


# ---- faults


def _kill(*keys: int) -> None:
    for key in keys:
        os.kill(key, signal.SIGKILL)


def one_web_process(site: Site) -> None:
    _kill(children_of(site.web_server)[0])


def all_web_processes(site: Site) -> None:
    _kill(*children_of(site.web_server))


def web_server(site: Site) -> None:
    _kill(site.web_server)


def worker(site: Site) -> None:
    _kill(child(site.work.pid, "--queue default"))


def power_fails(site: Site) -> None:
    if site.database:
        site.database.stop()  # as a crash does: without a checkpoint
    for one in (site.web, site.work):
        _kill(*children_of(one.pid), one.pid)
        one.wait()


def power_is_back(site: Site) -> None:
    if site.database:
        site.database.start()
    site.start()


def database_goes(site: Site) -> None:
    assert site.database
    site.database.stop()


def database_is_back(site: Site) -> None:
    assert site.database
    site.database.start()


def others_hold_the_database(site: Site) -> None:
    """Whoever writes waits, as while a large import is brought in."""
    _held.append(sqlite3.connect(site.data / "heard.sqlite3", isolation_level=None, check_same_thread=False))
    _held[-1].execute("BEGIN IMMEDIATE")


def others_let_it_go(_site: Site) -> None:
    _held.pop().close()


_held: list[sqlite3.Connection] = []


def disk_fills(site: Site) -> None:
    assert site.disk
    filler = os.open(site.disk / "filler", os.O_WRONLY | os.O_CREAT)
    try:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    os.write(filler, b"\1" * size)
            except OSError:
                continue
    finally:
        os.close(filler)


def disk_is_freed(site: Site) -> None:
    assert site.disk
    (site.disk / "filler").unlink()


def files_go(site: Site) -> None:
    """As where a shared disk is not mounted: an empty folder stands in its place."""
    (site.data / "attachments").rename(site.data / "attachments-away")
    (site.data / "attachments").mkdir()


def files_are_back(site: Site) -> None:
    """What lies beneath is hidden by what is mounted."""
    shutil.rmtree(site.data / "attachments")
    (site.data / "attachments-away").rename(site.data / "attachments")


def _nothing(_site: Site) -> None:
    pass


@dataclass(frozen=True)
class Fault:
    """`lasts`: seconds from when it breaks to when somebody mends it. `on`: of which databases. `files`: people fetch and attach files too.
    `task`: something for the background work is asked for at once, and has to be done."""

    name: str
    breaks: Callable[[Site], None]
    mends: Callable[[Site], None] = _nothing
    lasts: float = 0.0
    on: tuple[str, ...] = ("sqlite", "postgresql")
    files: bool = False
    task: bool = False
    needs_disk: bool = False


FAULTS: Final = (
    Fault("one of two web processes is killed", one_web_process),
    Fault("all web processes are killed", all_web_processes),
    Fault("the web server is killed", web_server),
    Fault("the background worker is killed", worker, task=True),
    Fault("the database is away for 35 s", database_goes, database_is_back, 35, on=("postgresql",), task=True),
    Fault("another program holds the database for 35 s", others_hold_the_database, others_let_it_go, 35, on=("sqlite",)),
    Fault("the disk is full for 20 s", disk_fills, disk_is_freed, 20, files=True, needs_disk=True),
    Fault("the disk of the files is not mounted for 15 s", files_go, files_are_back, 15, files=True),
    Fault("everything is killed at once, and started after 5 s", power_fails, power_is_back, 5, files=True, task=True),
)  # fmt: skip


# ---- one fault


@dataclass
class Row:
    """What came of a fault. `saved`: what somebody was told is saved; `lost`: of it, what is not there; `denied`: what somebody was told is
    not saved, and is there. `back`: seconds after it was mended, None where it did not go on."""

    fault: str
    seen: dict[str, str] = field(default_factory=dict)
    saved: int = 0
    lost: list[str] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    back: float | None = None

    @property
    def well(self) -> bool:
        return not self.lost and not self.denied and self.back is not None


def tried(site: Site, fault: Fault, turn: int) -> Row:
    does: dict[str, Any] = {"read": reads, "write": writes}
    if fault.files:
        does |= {"fetch a file": fetches, "attach a file": attaches}
    people = [Person(f"{name} {turn}", site, one) for name, one in does.items()]
    for person in people:
        person.sign_in()
    for person in people:
        person.start()
    row = Row(fault.name)
    try:
        _wait(lambda: all(any(act.well for act in person.acts) for person in people), GIVES_UP)
        begun = time.monotonic()
        fault.breaks(site)
        if not fault.lasts:
            mended = begun
        else:
            time.sleep(fault.lasts)
            fault.mends(site)
            mended = time.monotonic()
        done = _task_done() if fault.task else None
        if _wait(lambda: _goes_on(people, mended) and (done is None or done()), GIVES_UP):
            row.back = max(_first_well(person, mended) for person in people) - mended
            if done:
                row.back = max(row.back, time.monotonic() - mended)
        time.sleep(2)
    finally:
        for person in people:
            person.over.set()
        for person in people:
            person.join(PATIENCE + 1)
    for name, person in zip(does, people, strict=True):
        row.seen[name] = _said(person.acts, begun)
    _compare(row, people)
    return row


def _goes_on(people: list[Person], since: float) -> bool:
    return all(any(act.well and act.begun >= since for act in person.acts) for person in people)


def _first_well(person: Person, since: float) -> float:
    return min(act.answered for act in person.acts if act.well and act.begun >= since)


def _said(acts: list[Act], since: float) -> str:
    """What somebody saw from then on: how often what, and the longest wait."""
    after = [act for act in acts if act.answered >= since]
    other = Counter(act.seen for act in after if not act.well)
    longest = max((act.answered - act.begun for act in after), default=0.0)
    said = [
        f"{sum(act.well for act in after)} as ever",
        *(f"{count} × {seen}" for seen, count in other.items()),
    ]
    return f"{', '.join(said)}; longest wait {longest:.1f} s"


def _compare(row: Row, people: list[Person]) -> None:
    there = _kept()
    for person in people:
        for act in person.acts:
            if act.text and act.well:
                row.saved += 1
                row.lost += [] if act.text in there else [act.text]
            elif act.text and act.denied and act.text in there:
                row.denied.append(act.text)


def _kept() -> set[str]:
    """Every text that is kept: of notes in the database, and of files that can be opened."""
    from django.db import connections

    from heard.cases.attachment.models import Attachment
    from heard.cases.attachment.storing import Missing, take
    from heard.cases.note.models import ContactNote

    connections.close_all()
    notes = set(ContactNote.objects.values_list("text", flat=True))
    files = set()
    for attachment in Attachment.objects.all():
        with suppress(Missing):
            files.add(b"".join(take(attachment)).decode())
    connections.close_all()
    return notes | files


def _task_done() -> Callable[[], bool]:
    """Asks the background work for something; what says whether it is done."""
    from django.db import DatabaseError, connections
    from django_tasks_db.models import DBTaskResult

    from heard.agencies.models import User
    from heard.cases.glass.actions import tell_who_may_see

    connections.close_all()
    asked = tell_who_may_see.enqueue(User.objects.get(username="sol.wright").pk, [])

    def done() -> bool:
        try:
            return DBTaskResult.objects.filter(pk=asked.id, status="SUCCESSFUL").exists()
        except DatabaseError:
            connections.close_all()
            return False

    return done


def _wait(true: Callable[[], bool], seconds: float) -> bool:
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        if true():
            return True
        time.sleep(0.1)
    return False


# ---- the site


@contextmanager
def at_work(kind: str) -> Iterator[Site]:
    """A site with one child, one file and somebody who works with them."""
    with ExitStack() as ends:
        folder = Path(tempfile.mkdtemp(prefix="heard-faults-"))
        ends.callback(shutil.rmtree, folder)
        folder.chmod(0o755)  # the database runs as a user of its own
        database = ends.enter_context(own_database()) if kind == "postgresql" else None
        (data := folder / "disk" / "data").mkdir(parents=True, mode=0o700)
        env = os.environ | {
            "HEARD_DATA": str(data), "HEARD_LOOKS": str(folder / "looks.jsonl"), "HEARD_DEMO": "1", "HEARD_FACTOR": "off",
            "DJANGO_SETTINGS_MODULE": "heard.config.settings",
        }  # fmt: skip
        env.pop("DATABASE_URL", None)
        if database:
            env["DATABASE_URL"] = database.url
        os.environ.update(env)
        subprocess.run([*HEARD, "migrate"], env=env, check=True, stdout=subprocess.DEVNULL)
        made = _write()
        disk = _disk(ends, folder, database) if _may_mount() else None
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        log = ends.enter_context((folder / "log").open("w"))
        site = Site(port, env, database, data, disk, log, **made)
        site.start()
        ends.callback(lambda: site.stop())
        if not _wait(site.is_ready, GIVES_UP):
            raise SystemExit((folder / "log").read_text()[-4000:] or "The site did not start.")
        yield site


def _write() -> dict[str, str]:
    import django

    django.setup()
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.db import connections

    from heard.agencies.actions import add_user, begin_partnership
    from heard.agencies.rules import Role
    from heard.cases.attachment.actions import attach
    from heard.network.actions import add_person

    ade = begin_partnership(
        username="ade.minton", first_name="Ade", last_name="Minton", password=PASSWORD,
        agency="Wexmoor Children’s Services", kind="social_care", team="Exploitation team",
    )  # fmt: skip
    sol = add_user(
        by=ade, username="sol.wright", first_name="Sol", last_name="Wright", password=PASSWORD,
        team=cast("Any", ade.team), role=Role.PRACTITIONER,
    )  # fmt: skip
    child = add_person(by=sol, given_name="Amira", family_name="Khan", birth_date=date(2010, 3, 2))
    kept = attach(by=sol, upload=SimpleUploadedFile("note.txt", SAYS), person_id=child.pk)
    connections.close_all()
    return {"child": str(child.pk), "file": str(kept.pk)}


def _may_mount() -> bool:
    return os.geteuid() == 0 and shutil.which("mount") is not None


def _disk(ends: ExitStack, folder: Path, database: Database | None) -> Path:
    """A small disk of its own, in memory, onto which the folder and the database move."""
    disk, before = folder / "disk", folder / "before"
    if database:
        database.stop()
    disk.rename(before)
    disk.mkdir(mode=0o755)
    if database:
        subprocess.run(["cp", "-a", database.home / "data", before / "postgresql"], check=True)
    size = int(subprocess.check_output(["du", "-sk", before]).split()[0]) + 100_000
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k,mode=755", "heard-faults", disk], check=True)
    ends.callback(subprocess.run, ["umount", "-l", disk], check=True)
    subprocess.run(["cp", "-a", f"{before}/.", disk], check=True)
    shutil.rmtree(before)
    if database:
        shutil.rmtree(database.home / "data")
        (database.home / "data").symlink_to(disk / "postgresql")
        database.start()
    return disk


# ---- the table


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="make faults", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--only", default="", help="faults in whose name this stands")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that no disk stays mounted
    if asked.database == "both":
        words = [sys.executable, "-m", "tests.faults", "--only", asked.only, "--database"]
        codes = [subprocess.run([*words, kind], check=False).returncode for kind in ("sqlite", "postgresql")]
        raise SystemExit(max(codes))
    with at_work(asked.database) as site:
        print(f"\n## {asked.database}\n", flush=True)
        rows = []
        for turn, fault in enumerate(FAULTS, start=1):
            if asked.only not in fault.name or asked.database not in fault.on:
                continue
            if fault.needs_disk and site.disk is None:
                print(f"{fault.name}: not tried. It takes root, who may mount a disk.\n")
                continue
            rows.append(tried(site, fault, turn))
            _print(rows[-1])
    raise SystemExit(0 if all(row.well for row in rows) else 1)


def _print(row: Row) -> None:
    print(row.fault)
    for who, seen in row.seen.items():
        print(f"  {who + ':':<16}{seen}")
    print(f"  lost:           {len(row.lost)} of {row.saved} that were confirmed{_some(row.lost)}")
    if row.denied:
        print(f"  said not to be saved, and saved: {len(row.denied)}{_some(row.denied)}")
    back = f"{row.back:.1f} s" if row.back is not None else f"not within {GIVES_UP:.0f} s"
    print(f"  back after:     {back}\n", flush=True)


def _some(texts: list[str]) -> str:
    return f" ({json.dumps(texts[:5])})" if texts else ""


if __name__ == "__main__":
    main()
