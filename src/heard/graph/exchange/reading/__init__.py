"""From a file to what it says: each row becomes a tie, or is set aside with a reason. No database, and no word is lost.

What the file is shows by how it begins; the CSV and XML are read as the engine reads extracts.
"""

from __future__ import annotations

from pathlib import Path

from heard.engine.tables import NotDone
from heard.graph.exchange.rules import MOST_ROWS, Format, Read, why_not_read

_BEGINS = 4096
TABLES = ("nodes.csv", "ties.csv", "sources.csv")  # in a ZIP file


def read(path: Path, *, most: int = MOST_ROWS) -> Read:
    """Raises `NotDone`, which says what is wrong with the whole file and what to do, also where it has more rows than `most`."""
    from heard.graph.exchange.reading import ftm, graphml, tables

    reads = {
        Format.ZIP: tables.read_zip,
        Format.CSV: tables.read_one,
        Format.GRAPHML: graphml.read,
        Format.FTM: ftm.read,
    }
    found = reads[format_of(path)](path, most)
    if why_not := why_not_read(rows=found.rows, told=len(found.told)):
        raise NotDone(why_not)
    return found


def format_of(path: Path) -> Format:
    try:
        with path.open("rb") as stream:
            begins = stream.read(_BEGINS)
    except OSError as error:
        raise NotDone("The file cannot be opened. Check that it is there and may be read.") from error
    if not begins.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise NotDone("The file is empty. Export it again.")
    if begins.startswith(b"PK\x03\x04"):
        return Format.ZIP
    if begins.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"SQLite format 3")):
        raise NotDone("This is no chart that Heard reads. Save it as CSV, GraphML or FollowTheMoney.")
    plain = begins.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if plain.startswith(b"<"):
        return Format.GRAPHML
    return Format.FTM if plain.startswith((b"{", b"[")) else Format.CSV
