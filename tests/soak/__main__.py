"""`make soak`: many people at once on the real server, as they work: how long pages take, what fails, and whether memory grows.

Starts `heard web` and `heard work` on 127.0.0.1 with the database of DATABASE_URL, writes the fictional partnership into it, signs
people in, and lets each go from page to page with three to eight seconds between; then a few ask for one page after another as fast as
they can. Prints two tables and ends with 1 where a page failed or came late. It says what the machine did besides, for figures of a
machine that is shared are no promise.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.cookies import SimpleCookie
from pathlib import Path
from statistics import linear_regression, quantiles
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from heard.demo.site import PASSWORD

TARGET: Final = 250  # milliseconds: 95 of 100 pages are there by then (issue 12, part 6)
_BETWEEN: Final = (3.0, 8.0)  # seconds that somebody looks at a page
_AT_ONCE: Final = 4  # people who ask as fast as they can
_FASTEST: Final = 80  # pages of a child a second, from two processes
_BETWEEN_SAVES: Final = (2.0, 4.0)  # seconds after which what is typed is kept
_SAMPLE: Final = 5.0  # seconds between two looks at memory
_WORDS: Final = (
    "She came in late with a new phone and would not say who gave it to her. Her friend waited outside. "
)
_HIDDEN: Final = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_NAMES: Final = ("Amira", "Jade", "Kyle", "Leo", "Chloe", "Tyler", "Mia", "Noah", "Ella", "Ryan")


@dataclass
class Seen:
    """Milliseconds of each page, and what went wrong."""

    counting: bool = False
    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, page: str, milliseconds: float, fault: str) -> None:
        with self.lock:
            if self.counting:
                self.took[page].append(milliseconds)
            if fault:
                self.wrong[f"{page}: {fault}"] += 1


class Person:
    """Somebody with a browser, which keeps one connection and its cookies."""

    def __init__(self, port: int, name: str, children: list[str], seen: Seen, over: threading.Event) -> None:
        self.children = children
        self.port, self.name, self.seen, self.over = port, name, seen, over
        self.luck = random.Random(name)
        self.cookies: SimpleCookie = SimpleCookie()
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(
        self, page: str, path: str, form: dict[str, str] | None = None, expects: tuple[int, ...] = (200,)
    ) -> tuple[str, str]:
        """The text, and where a redirection leads; both '' where it failed."""
        headers = {"Cookie": "; ".join(f"{one.key}={one.value}" for one in self.cookies.values())}
        body = None
        if form is not None:
            body = urlencode(form)
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"http://127.0.0.1:{self.port}",
            }
        begun = time.perf_counter()
        try:
            self.line.request("POST" if form is not None else "GET", path, body, headers)
            answer = self.line.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            self.line.close()
            self.seen.add(page, 1000 * (time.perf_counter() - begun), type(error).__name__)
            return "", ""
        for value in answer.headers.get_all("Set-Cookie") or []:
            self.cookies.load(value)
        fault = "" if answer.status in expects else str(answer.status)
        self.seen.add(page, 1000 * (time.perf_counter() - begun), fault)
        return ("", "") if fault else (text, urlsplit(answer.headers.get("Location") or "").path)

    def look(self, seconds: tuple[float, float] = _BETWEEN) -> None:
        self.over.wait(self.luck.uniform(*seconds))

    def sign_in(self) -> None:
        text, _to = self.ask("sign in", "/account/sign-in/")
        said = dict(_HIDDEN.findall(text)) | {"login": self.name, "password": PASSWORD}
        self.ask("sign in", "/account/sign-in/", said, (302,))

    # ---- what people do

    def my_work(self) -> None:
        self.ask("My work", "/")

    def caseload(self) -> None:
        self.ask("caseload", "/caseload/")

    def child(self) -> None:
        self.ask("child", f"/children/{self.luck.choice(self.children)}/")

    def chronology(self) -> None:
        self.ask("chronology", f"/children/{self.luck.choice(self.children)}/chronology/")

    def search(self) -> None:
        text, _to = self.ask("search: the box", "/search/")
        said = dict(_HIDDEN.findall(text)) | {"text": self.luck.choice(_NAMES)}
        _text, found = self.ask("search: send", "/search/", said, (302,))
        if found:
            self.ask("search: what is found", found)

    def note(self) -> None:
        """Written over a while, kept as it is typed, and sent."""
        path = f"/children/{self.luck.choice(self.children)}/notes/write/"
        text, _to = self.ask("note", path)
        if not text:
            return
        said = dict(_HIDDEN.findall(text)) | {"kind": "visit", "when": "now", "seen": "alone"}
        for part in range(1, 4):
            self.look(_BETWEEN_SAVES)
            said["text"] = _WORDS * part
            self.ask("save while typing", "/typed/", said | {"kept-turn": str(part)}, (204,))
        self.look(_BETWEEN_SAVES)
        self.ask("note: send", path, said, (302,))

    def worry(self) -> None:
        """Begun about a child, its words kept as they are typed, and thrown away before it is sent."""
        text, _to = self.ask("worry", "/worries/tell/")
        token = dict(_HIDDEN.findall(text)).get("csrfmiddlewaretoken", "")
        self.look()
        begun = {"csrfmiddlewaretoken": token, "person_id": self.luck.choice(self.children)}
        _text, step = self.ask("worry: begin", "/worries/tell/", begun, (302,))
        if not step:
            return
        text, _to = self.ask("worry: a step", step)
        said = dict(_HIDDEN.findall(text)) | {"danger_now": "no"}
        for part in range(1, 3):
            self.look(_BETWEEN_SAVES)
            said["seen_and_heard"] = _WORDS * part
            self.ask("save while typing", "/typed/", said | {"kept-turn": str(part)}, (204,))
        self.look(_BETWEEN_SAVES)
        _text, following = self.ask("worry: send a step", step, said, (302,))
        if following:
            self.ask("worry: a step", following)
        self.look()
        draft = "/".join(step.split("/")[:4])
        self.ask("worry: throw away", f"{draft}/discard/", said, (302,))

    def work(self) -> None:
        try:
            self._work()
        except Exception as error:  # noqa: BLE001 - a fault of this script counts as one of a page
            self.seen.add("this script", 0.0, repr(error))

    def _work(self) -> None:
        self.look((0.0, _BETWEEN[1]))
        self.sign_in()
        self.look()
        self.caseload()
        # In a hundred things that somebody does. A search is limited to 60 in an hour for each person.
        mix: list[tuple[Callable[[], None], int]] = [
            (self.my_work, 28), (self.child, 32), (self.chronology, 8), (self.caseload, 8), (self.search, 6), (self.note, 12),
            (self.worry, 6),
        ]  # fmt: skip
        while not self.over.is_set():
            self.look()
            if not self.over.is_set():
                self.luck.choices([one for one, _often in mix], [often for _one, often in mix])[0]()


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="make soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=30, help="how long is measured (at most 240)")
    parser.add_argument("--warm", type=float, default=1, help="minutes before, which do not count")
    parser.add_argument("--people", type=int, default=50, help="at once (at most 200)")
    parser.add_argument(
        "--fast", type=float, default=20, help="seconds for each page asked for as fast as can be"
    )
    parser.add_argument("--workers", type=int, default=2, help="web processes")
    asked = parser.parse_args()
    minutes, people = min(asked.minutes, 240), min(asked.people, 200)
    with tempfile.TemporaryDirectory(prefix="heard-soak-") as name:
        env = os.environ | {"HEARD_DEMO": "1", "HEARD_DATA": name, "HEARD_FACTOR": "off"}
        print(f"Writing the fictional partnership and {people} workers …", flush=True)
        made = subprocess.run(
            [sys.executable, "-m", "tests.soak.people", str(people)], env=env, check=True, stdout=subprocess.PIPE
        )  # fmt: skip
        everybody = json.loads(made.stdout.splitlines()[-1])
        with _serving(env, asked.workers, Path(name)) as (port, web):
            seen, memory, busy = _soak(port, web, everybody, asked.warm, minutes)
            met = _report(seen, memory, busy, minutes)
            met &= _as_fast_as_they_can(port, dict(list(everybody.items())[:_AT_ONCE]), asked.fast)
    raise SystemExit(0 if met else 1)


@contextmanager
def _serving(env: dict[str, str], workers: int, folder: Path) -> Iterator[tuple[int, int]]:
    """The port, and the key of the process that started the web processes."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    heard = [sys.executable, "-m", "heard.cli"]
    with (folder / "server.log").open("w") as log:
        kept: dict[str, Any] = {"env": env, "stdout": log, "stderr": log}
        web = subprocess.Popen([*heard, "web", "--port", str(port), "--workers", str(workers)], **kept)
        work = subprocess.Popen([*heard, "work"], **kept)
        try:
            _wait(port)
            yield port, web.pid
        finally:
            for process in (web, work):
                process.terminate()
            for process in (web, work):
                process.wait(timeout=30)
    said = (folder / "server.log").read_text().strip().splitlines()[1:]
    if said:
        print("The server said:", *said[-15:], sep="\n  ")


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/health/live")
            line.getresponse().read()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("The server did not start.")


def _soak(
    port: int, web: int, people: dict[str, list[str]], warm: float, minutes: float
) -> tuple[Seen, list[tuple[float, dict[int, float]]], float]:
    """What was seen; memory of each web process by time in seconds; share of the processors that was busy."""
    seen, over = Seen(), threading.Event()
    everybody = [
        threading.Thread(target=Person(port, name, children, seen, over).work, daemon=True)
        for name, children in people.items()
    ]
    print(f"{len(people)} people, {warm:g} min to warm up, {minutes:g} min measured …", flush=True)
    for thread in everybody:
        thread.start()
    time.sleep(60 * warm)
    seen.counting = True
    begun, before, memory = time.monotonic(), _ticks(), []
    while (passed := time.monotonic() - begun) < 60 * minutes:
        memory.append((passed, {pid: _megabytes(pid) for pid in _beneath(web)}))
        time.sleep(min(_SAMPLE, max(0.1, 60 * minutes - passed)))
    seen.counting = False
    busy = _busy(before, _ticks())
    over.set()
    for thread in everybody:
        thread.join(timeout=60)
    return seen, memory, busy


def _beneath(parent: int) -> list[int]:
    """Every process that comes from this one."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = [parent]
    for number in found:
        found += [pid for pid, above in parents.items() if above == number]
    return found


def _megabytes(pid: int) -> float:
    try:
        said = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return float(re.search(r"^Pss:\s+(\d+)", said, re.MULTILINE)[1]) / 1000  # type: ignore[index]


def _ticks() -> list[int]:
    return [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]


def _busy(before: list[int], after: list[int]) -> float:
    spent = [late - early for early, late in zip(before, after, strict=True)]
    return 1 - (spent[3] + spent[4]) / sum(spent)


def _report(seen: Seen, memory: list[tuple[float, dict[int, float]]], busy: float, minutes: float) -> bool:
    """Prints it all. Whether the target was met."""
    print(f"\n{'page':<22}{'times':>7}{'p50 ms':>9}{'p95 ms':>9}{'most':>9}")
    rows = sorted(seen.took.items(), key=lambda row: -len(row[1]))
    whole = [one for page, took in rows if page != "sign in" for one in took]
    for page, took in [*rows, ("all but sign in", whole)]:
        middle, late = _parts(took)
        print(f"{page:<22}{len(took):>7}{middle:>9.0f}{late:>9.0f}{max(took, default=0):>9.0f}")
    late = _parts(whole)[1]
    met = bool(whole) and late <= TARGET and not seen.wrong
    print(
        f"\nTarget: p95 of at most {TARGET} ms and no error: {'met' if met else 'missed'} ({late:.0f} ms, {sum(seen.wrong.values())} errors)"
    )
    for fault, times in seen.wrong.items():
        print(f"  {fault}: {times}")
    print(
        f"{len(whole) / (60 * minutes):.1f} pages a second; processors busy {busy:.0%}, with whatever else ran here"
    )
    times = [at for at, _by in memory]
    totals = [sum(by.values()) for _at, by in memory]
    if len(totals) > 2:
        slope = linear_regression(times, totals).slope * 3600
        print(
            f"Memory of the web processes: {totals[0]:.0f} MB, at the end {totals[-1]:.0f} MB; slope {slope:+.1f} MB an hour"
            f" over {minutes:g} min{' (too short to say much)' if minutes < 20 else ''}"
        )
    return met


def _as_fast_as_they_can(port: int, people: dict[str, list[str]], seconds: float) -> bool:
    """Prints how many of each page come in a second where nobody looks at them. Whether the target was met."""
    seen, over = Seen(), threading.Event()
    everybody = [Person(port, name, children, seen, over) for name, children in people.items()]
    strangers = [Person(port, "", [], seen, over) for _one in everybody]
    for person in everybody:
        person.sign_in()
    print(
        f"\n{len(everybody)} ask for one page after another, {seconds:g} s each\n{'page':<22}{'a second':>9}"
    )
    counts: dict[str, float] = {}
    for page, asked in {
        "child": [person.child for person in everybody],
        "My work": [person.my_work for person in everybody],
        "worry": [partial(person.ask, "worry", "/worries/tell/") for person in everybody],
        "sign in": [partial(stranger.ask, "sign in", "/account/sign-in/") for stranger in strangers],
    }.items():
        seen.took.clear()
        seen.counting, until = True, time.monotonic() + seconds
        with ThreadPoolExecutor(len(asked)) as pool:
            list(pool.map(partial(_again, until=until), asked))
        counts[page] = len(seen.took[page]) / seconds
        print(f"{page:<22}{counts[page]:>9.0f}")
    met = counts["child"] >= _FASTEST and not seen.wrong
    print(f"Target: {_FASTEST} pages of a child a second and no error: {'met' if met else 'missed'}")
    for fault, times in seen.wrong.items():
        print(f"  {fault}: {times}")
    return met


def _again(ask: Callable[[], object], until: float) -> None:
    while time.monotonic() < until:
        ask()


def _parts(took: list[float]) -> tuple[float, float]:
    if len(took) < 2:
        return (took or [0.0])[0], (took or [0.0])[0]
    cut = quantiles(took, n=100, method="inclusive")
    return cut[49], cut[94]


if __name__ == "__main__":
    main()
