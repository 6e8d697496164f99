"""Where files of others are opened there is nothing of ours, no network, and an end."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from heard.agencies import sandbox

ENTER = "from heard.agencies import sandbox; sandbox.enter(memory=600_000_000, seconds=2, largest=0)\n"


def apart(code: str, enter: str = ENTER) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", enter + code],
        env=sandbox.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_environment_has_no_key_and_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARD_SECRET_KEY", "a secret")
    monkeypatch.setenv("DATABASE_URL", "postgres://heard:secret@db/heard")
    said = apart("import os; print(dict(os.environ))").stdout
    assert "secret" not in said
    assert set(sandbox.environment()) <= {"LANG", "PATH", "TMPDIR"}


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone can take the network away")
@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX"])
def test_it_has_no_network(family: str) -> None:
    done = apart(
        f"import socket\ntry: socket.socket(socket.{family})\nexcept PermissionError: print('refused')"
    )
    assert done.stdout == "refused\n", done.stderr


def test_it_has_no_more_memory_than_was_given() -> None:
    done = apart("try: bytearray(900_000_000)\nexcept MemoryError: print('refused')")
    assert done.stdout == "refused\n", done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells them apart")
def test_what_is_reserved_and_not_used_does_not_count_where_libraries_reserve() -> None:
    enter = ENTER.replace("largest=0", "largest=0, reserves=True")
    reserve = "import mmap; held = mmap.mmap(-1, 5_000_000_000, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ)\n"
    use = "try: bytearray(900_000_000)\nexcept MemoryError: print('refused')"
    done = apart(reserve + use, enter)
    assert done.stdout == "refused\n", done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone says which one ends")
def test_where_memory_is_short_it_ends_before_the_site() -> None:
    assert apart("print(open('/proc/self/oom_score_adj').read())").stdout.strip() == "1000"


def test_it_ends_when_its_time_is_over() -> None:
    assert apart("while True: pass").returncode < 0


def test_it_writes_no_file(tmp_path: os.PathLike[str]) -> None:
    path = f"{tmp_path}/file"
    apart(f"file = open({path!r}, 'w'); file.write('words'); file.flush()")
    assert os.stat(path).st_size == 0


HIDDEN = ENTER.replace("largest=0", "largest=0, hides_files=True")
needs_landlock = pytest.mark.skipif(not sandbox.knows_landlock(), reason="this kernel has no Landlock")


@needs_landlock
@pytest.mark.parametrize(
    "path", ["{folder}/audit.key", "/proc/{parent}/environ", "/etc/passwd", "/proc/self/maps"]
)
def test_it_opens_nothing_of_ours_and_no_other_process(tmp_path: Path, path: str) -> None:
    (tmp_path / "audit.key").write_text("a secret")
    path = path.format(folder=tmp_path, parent=os.getpid())
    code = f"try: print(open({path!r}).read()[:20])\nexcept PermissionError: print('refused')"
    assert apart(code, ENTER).stdout not in ("", "refused\n")  # without it, it can
    assert apart(code, HIDDEN).stdout == "refused\n"


@needs_landlock
@pytest.mark.parametrize(
    "code",
    [
        "open({new!r}, 'w')", "os.truncate({old!r}, 0)", "os.remove({old!r})", "os.rename({old!r}, {new!r})", "os.mkdir({new!r})",
        "os.listdir({folder!r})", "os.execv('/bin/../usr/bin/env', ['env', 'cat', {old!r}])",
    ],
)  # fmt: skip
def test_it_changes_and_lists_nothing(tmp_path: Path, code: str) -> None:
    old = tmp_path / "old"
    old.write_text("words")
    words = code.format(old=str(old), new=str(tmp_path / "new"), folder=str(tmp_path))
    done = apart(f"import os\n{words}\nprint('done')", HIDDEN)
    assert (done.returncode == 0, "done" in done.stdout, "words" in done.stdout) == (False, False, False)
    assert old.read_text() == "words"
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


@needs_landlock
def test_it_still_opens_packages() -> None:
    code = "import PIL.Image, pypdf, docx, lxml.etree, puremagic, zoneinfo; print(zoneinfo.ZoneInfo('Europe/London'))"
    assert apart(code, HIDDEN.replace("600_000_000", "2_000_000_000")).stdout == "Europe/London\n"


THREADS = "import threading, time; threading.Thread(target=time.sleep, args=[9], daemon=True).start()\n"


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone counts them")
def test_it_is_not_entered_with_threads_which_would_keep_everything() -> None:
    """A filter of the system holds for the thread that sets it and those that it starts."""
    done = apart("", THREADS + ENTER)
    assert done.returncode != 0
    assert "has started threads already" in done.stderr


@pytest.mark.parametrize("command", [["true"], ["sleep", "60"], ["yes"], ["echo", "[]"]])
def test_a_programme_without_an_answer_is_ended_and_said_so(
    monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setattr(sandbox, "_LONGEST", 100_000)
    Popen = subprocess.Popen
    monkeypatch.setattr(sandbox.subprocess, "Popen", lambda _words, **more: Popen(command, **more))
    begun = time.monotonic()
    with pytest.raises(sandbox.Stopped):
        sandbox.answer("nobody", {}, patience=1.0)
    assert time.monotonic() - begun < 20
