"""Where files of others are opened: a process with an empty environment, no network, and limits of memory and time.

Knows nothing of Django: the programme that opens the file imports it first. Linux alone can take the network away; where it
cannot, the programme ends before it opens anything.
"""

from __future__ import annotations

import ctypes
import json
import mimetypes
import os
import platform
import signal
import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from threading import TIMEOUT_MAX, Timer
from typing import IO, Any, Final

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_FILTER: Final = 2  # SECCOMP_MODE_FILTER
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 13  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO with EACCES
_LOAD, _EQUALS, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # of classic BPF
_X32: Final = 0x40000000  # calls of x86-64 in another numbering
# By machine: its name in AUDIT_ARCH_…, and the numbers of socket, io_uring_setup, ptrace and process_vm_readv.
_MACHINES: Final = {
    "x86_64": (0xC000003E, (41, 425, 101, 310)),
    "aarch64": (0xC00000B7, (198, 425, 117, 270)),
}


# Landlock, landlock(7): the same numbers on every machine. Rights: 13 of the first version, then to move and to cut off.
_CREATE_RULES, _ADD_RULE, _RESTRICT = 444, 445, 446
_RIGHTS: Final = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}
_READS_FILES: Final = 1 | 1 << 2 | 1 << 3  # start, read a file, list a folder
_READS_FOLDER: Final = 1 << 2 | 1 << 3
_READS_ONE: Final = 1 << 2
_OF_SYSTEM: Final = (
    "/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/urandom", "/sys/devices/system/cpu",
)  # fmt: skip


# For `reads` of what imports Arrow and openpyxl: how much memory there is, which DuckDB and Arrow read, and what openpyxl looks at;
# without the control groups DuckDB does not start.
OF_MACHINE: Final = (
    *map(str, mimetypes.knownfiles),
    "/proc/meminfo",
    "/proc/cpuinfo",
    "/proc/self/cgroup",
    "/sys/fs/cgroup",
)
_LONGEST: Final = 100_000_000  # bytes of an answer


class Stopped(Exception):
    """The programme ended without an answer: killed, or out of memory or time."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def environment(**more: str) -> dict[str, str]:
    """For `subprocess`: nothing of ours, so no key and no address of a database."""
    kept = {"TMPDIR": os.environ["TMPDIR"]} if "TMPDIR" in os.environ else {}
    return {"LANG": "C.UTF-8", "PATH": os.defpath, **kept, **more}


@contextmanager
def started(
    module: str, job: dict[str, Any], *words: str, patience: float | None = None, **more: str
) -> Iterator[IO[bytes]]:
    """What a programme of ours, which enters the sandbox, says to a job: one object of JSON on its standard input. It ends with the block, or
    after `patience` seconds by the clock. `words`: for its command line; `more`: for its environment. Whoever reads what it says believes
    nothing in it: hostile files were opened there."""
    child = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-P", "-m", module, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a parser prints the text that it stumbled over
        env=environment(**more),
    )
    too_late = Timer(patience or TIMEOUT_MAX, child.kill)
    too_late.daemon = True
    with child:
        try:
            too_late.start()
            assert child.stdin
            assert child.stdout
            child.stdin.write(json.dumps(job).encode())
            child.stdin.close()
            yield child.stdout
        finally:
            too_late.cancel()
            child.kill()


def answer(module: str, job: dict[str, Any], *, patience: float) -> dict[str, Any]:
    """What such a programme answers, where that is one object of JSON. Raises `Stopped`."""
    row = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # each thread reserves memory
    try:
        with started(module, job, patience=patience, **row) as out:
            said = out.read(_LONGEST + 1)
        found = json.loads(said) if len(said) <= _LONGEST else None
    except (OSError, ValueError, RecursionError) as nothing:
        raise Stopped from nothing
    if not isinstance(found, dict):
        raise Stopped
    return found


def enter(
    *,
    memory: int,
    seconds: int,
    largest: int,
    reserves: bool = False,
    hides_files: bool = False,
    reads: Iterable[str] = (),
    writes: Iterable[str] = (),
) -> None:
    """For the first lines of the programme, before it has threads. `memory` in bytes, `seconds` of work; `largest`: bytes of the
    largest file that it may write, 0 for none. `reserves`: its libraries reserve several times the memory that they use, as threads and
    what maps files do, so that only what can be written counts, and not what is reserved. `hides_files`: from then on it opens nothing but Python, its packages and what
    the system brings, where the kernel knows Landlock (since 5.13): so no key, database, other file or process. `reads`, `writes`:
    files and folders that it opens all the same; a folder with all that is in it. Raises `OSError` where the network cannot be taken away, and
    where there are threads already: they would keep everything."""
    import resource  # not on every system on which the site could be tried

    if sys.platform == "linux":
        if len(os.listdir("/proc/self/task")) > 1:
            raise OSError("A library has started threads already. Import it after this.")
        with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")  # where memory is short this one ends, and not the site

    resource.setrlimit(resource.RLIMIT_DATA if reserves else resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no copy of the file behind
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        _take_network_away()
        if hides_files:
            _hide_files(reads, writes)


def knows_landlock() -> bool:
    return sys.platform == "linux" and _version_of_landlock() > 0


def _version_of_landlock() -> int:
    """0 where the kernel has none, or was started without it."""
    return max(0, int(ctypes.CDLL(None).syscall(_CREATE_RULES, None, ctypes.c_size_t(0), 1)))


def _hide_files(reads: Iterable[str], writes: Iterable[str]) -> None:
    version = _version_of_landlock()
    if not version:
        return
    library = ctypes.CDLL(None, use_errno=True)
    handled = ctypes.c_uint64(_RIGHTS[min(version, 3)])
    rules = library.syscall(_CREATE_RULES, ctypes.byref(handled), ctypes.c_size_t(8), 0)
    python = {sys.prefix, sys.base_prefix, *(text for text in sys.path if text)}
    for place in {*_OF_SYSTEM, *python}:
        _allow(library, rules, place, _READS_FILES)
    for place in reads:
        _allow(library, rules, place, _READS_FOLDER)
    for place in writes:
        _allow(library, rules, place, handled.value & ~1)  # everything but starting a programme
    if rules < 0 or library.syscall(_RESTRICT, rules, 0):
        raise OSError(ctypes.get_errno(), "This system does not let a process give up its files.")
    os.close(rules)


def _allow(library: ctypes.CDLL, rules: int, place: str, of_folder: int) -> None:
    try:
        handle = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # it is not there
    rights = of_folder if os.path.isdir(place) else _READS_ONE
    library.syscall(_ADD_RULE, rules, 1, struct.pack("=Qi", rights, handle), 0)
    os.close(handle)


def _take_network_away() -> None:
    machine, numbers = _MACHINES[platform.machine()]
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    program = _program(machine, numbers)
    _prctl(_PR_SET_SECCOMP, _FILTER, ctypes.byref(_Program(len(program) // 8, program)))


def _program(machine: int, numbers: tuple[int, ...]) -> bytes:
    """Refuses these calls, and every call in another numbering than the machine's own."""
    left = len(numbers)
    lines = [
        (_LOAD, 0, 0, 4),
        (_EQUALS, 0, left + 3, machine),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, left + 1, 0, _X32),
    ]
    lines += [(_EQUALS, left - place, 0, number) for place, number in enumerate(numbers)]
    lines += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def _prctl(what: int, value: int, more: object = 0) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(what, ctypes.c_ulong(value), more, 0, 0):
        raise OSError(ctypes.get_errno(), "This system does not let a process give up its network.")
