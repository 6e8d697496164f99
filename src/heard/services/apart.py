"""A file of services that somebody sent, or that an address gave, read in a process of its own: no keys, no network, limits of memory and
time, and no file at all.

The programme imports what checks the file once it has given all that up.
"""

from __future__ import annotations

import json
import sys
from base64 import b64decode, b64encode
from dataclasses import asdict
from typing import Any, Final

from heard.agencies import sandbox
from heard.services import profile

MEMORY: Final = 1_000_000_000  # bytes; 5 MB of JSON take a tenth of it
PATIENCE: Final = 20.0  # seconds
TOO_MUCH: Final = "Reading this file takes more time or memory than it may. Split it into several."


def read_apart(content: bytes) -> profile.File:
    """As `profile.read`; of a row with issues nothing is kept of what it says but its name. Raises `profile.NotRead`."""
    whole = content[: profile.MOST_BYTES + 1]  # of more the programme says that it is too large
    job = {"content": b64encode(whole).decode(), "memory": MEMORY, "seconds": int(PATIENCE)}
    try:
        said = sandbox.answer(__name__, job, patience=PATIENCE)
        if "problem" not in said:
            rows = [_row_of(one) for one in said["rows"]]
            return profile.File(rows, int(said["page"]), int(said["pages"]))
        problem = str(said["problem"])
    except (sandbox.Stopped, KeyError, TypeError, ValueError, AttributeError) as error:
        raise profile.NotRead(TOO_MUCH) from error
    raise profile.NotRead(problem)


def _row_of(said: dict[str, Any]) -> profile.ServiceRow:
    """What the programme says of a row, as far as it has the shape of one; a service that is to be kept is checked once more."""
    row = profile.ServiceRow(int(said["number"]), said["document"])
    for one in said["issues"]:
        row.say(str(one["code"]), str(one["where"]))
    if any(issue.code not in profile.FAULTS for issue in row.issues):
        raise ValueError
    if not row.issues and profile.issues_of(row.document):
        raise ValueError
    return row


# ---- the programme


def main() -> None:
    job = json.load(sys.stdin)  # ours
    sandbox.enter(
        memory=job["memory"], seconds=job["seconds"], largest=0, hides_files=True, reads=sandbox.OF_MACHINE
    )
    out, sys.stdout = sys.stdout, sys.stderr  # whatever a library prints is no answer
    try:
        file = profile.read(b64decode(job["content"]))
        rows = [_said_of(row) for row in file.rows]
        said: dict[str, Any] = {"rows": rows, "page": file.page, "pages": file.pages}
    except profile.NotRead as problem:
        said = {"problem": str(problem)}
    json.dump(said, out)


def _said_of(row: profile.ServiceRow) -> dict[str, Any]:
    """Of a row that is wrong its name alone: what else it holds may be too deep, or no text."""
    document = {"name": row.name} if row.issues else row.document
    issues = [asdict(issue) for issue in row.issues]
    return {"number": row.number, "document": document, "issues": issues}


if __name__ == "__main__":
    main()
