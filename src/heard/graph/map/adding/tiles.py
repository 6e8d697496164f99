"""Pictures of a map as MBTiles 1.3, which is SQLite. They are copied one by one into a file of ours, so that the site opens no database
that somebody else made."""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import closing
from typing import Any, Final

from heard.graph.map.adding import CannotAdd, Given, Report, Why, keep_about, writing
from heard.graph.map.store import TILES

_BEGINS: Final = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff", "webp": b"RIFF"}
_DEEPEST: Final = 20
_LARGEST: Final = 1_000_000  # bytes of one tile
_LONGEST: Final = 10_000_000  # bytes of anything in the file
_MOST: Final = 10_000_000  # tiles
_WHOLE: Final = 20_000_000_000  # bytes of all of them
_SAID: Final = 5_000  # letters that a file says of itself, each
_EVERY: Final = 20_000
_SILENT: Final = 60  # seconds in which no row comes
_NO_TILE = Why("it has no zoom, column and row of a map", "Make the MBTiles file anew.")
_NO_PICTURE = Why(
    "it is no picture of the kind that the file says, or larger than 1 MB", "Make the MBTiles file anew."
)
_AGAIN = Why("the tile stood in the file before", "Nothing is to be done: the first one counts.")


def add(given: Given, report: Report) -> None:
    with closing(sqlite3.connect(f"{given.path.resolve().as_uri()}?mode=ro", uri=True)) as source:
        since = [time.monotonic()]
        source.set_progress_handler(lambda: time.monotonic() - since[0] > _SILENT, 100_000)
        about = _begin(source, given)
        kind = about["format"]
        with writing(given.folder / TILES, anew=True) as database:
            database.execute(
                "CREATE TABLE tile (z INTEGER, x INTEGER, y INTEGER, data BLOB, PRIMARY KEY (z, x, y)) WITHOUT ROWID"
            )
            database.execute("CREATE TABLE about (format TEXT, least INTEGER, most INTEGER)")
            rows = source.execute("SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles")
            size = 0
            for number, row in enumerate(rows, start=1):
                since[0] = time.monotonic()
                report.read += 1
                size += len(row[3]) if isinstance(row[3], bytes) else 0
                if number > _MOST or size > _WHOLE:
                    raise CannotAdd(
                        f"{given.path.name} has more than {_MOST:,} tiles, or more than {_WHOLE // 10**9} GB of them. Make one of your area alone."
                    )
                found = _tile(row, kind)
                if isinstance(found, Why):
                    report.set_aside(number, "/".join(str(one) for one in row[:3]), found)
                elif database.execute("INSERT OR IGNORE INTO tile VALUES (?, ?, ?, ?)", found).rowcount:
                    report.kept += 1
                else:
                    report.set_aside(number, "/".join(str(one) for one in row[:3]), _AGAIN)
                if not report.read % _EVERY:
                    report.say(f"{report.read:,} tiles read")
            if not report.kept:
                raise CannotAdd(f"{given.path.name} has no tile that can be shown.")
            [(least, most)] = database.execute("SELECT min(z), max(z) FROM tile")
            database.execute("INSERT INTO about VALUES (?, ?, ?)", (kind, least, most))
            licence = given.licence or " ".join(re.sub(r"<[^>]*>", " ", about.get("attribution", "")).split())
            keep_about(database, (given.name or given.path.stem)[:80], given, licence[:500], report.kept)


def _begin(source: sqlite3.Connection, given: Given) -> dict[str, str]:
    """What the file says of itself."""
    source.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    source.execute("PRAGMA trusted_schema = OFF")
    source.execute("PRAGMA query_only = ON")
    source.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        rows = source.execute("SELECT name, value FROM metadata LIMIT 1000").fetchall()
        source.execute("SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles LIMIT 1").fetchone()
    except sqlite3.Error as error:
        raise CannotAdd(f"{given.path.name} is a database, but no MBTiles: {error}.") from error
    about = {str(name): str(value)[:_SAID] for name, value in rows}
    kind = about.get("format", "").casefold()
    if kind in ("pbf", "mvt"):
        raise CannotAdd(
            f"{given.path.name} holds vector tiles, which Heard does not draw. Make pictures of them (png, jpg or webp), for example with "
            "tileserver-gl or QGIS, and add those."
        )
    about["format"] = "jpg" if kind == "jpeg" else kind
    if about["format"] not in _BEGINS:
        raise CannotAdd(
            f"{given.path.name} says that its tiles are {kind[:20] or 'of no format'}. Heard shows png, jpg and webp."
        )
    return about


def _tile(row: Any, kind: str) -> Why | tuple[int, int, int, bytes]:
    """With its row counted from the north, which MBTiles counts from the south."""
    z, x, y, data = row
    if (
        not all(type(one) is int for one in (z, x, y))
        or not 0 <= z <= _DEEPEST
        or not (0 <= x < 2**z and 0 <= y < 2**z)
    ):
        return _NO_TILE
    if not isinstance(data, bytes) or not data.startswith(_BEGINS[kind]) or len(data) > _LARGEST:
        return _NO_PICTURE
    if kind == "webp" and data[8:12] != b"WEBP":
        return _NO_PICTURE
    return z, x, 2**z - 1 - y, data
