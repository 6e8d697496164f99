"""Ties as FollowTheMoney: JSON lines, or one array. Each entity that is a tie is a row; rows are counted as entities of the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from heard.engine.intake.delimited import encoding_of
from heard.engine.tables import NotDone
from heard.graph.exchange.reading.gathering import Gathering, plain, with_days
from heard.graph.exchange.rules import CONDITIONS, Format, Named, Read, Told, kind_of, stricter
from heard.network.rules import HandleType, NodeKind

# Of each schema that is a tie: its two ends, what says in which way.
TIES: Final = {
    "Family": ("person", "relative", "relationship"),
    "Associate": ("person", "associate", "relationship"),
    "Membership": ("member", "organization", "role"),
    "Employment": ("employee", "employer", "role"),
    "Ownership": ("owner", "asset", "role"),
    "Directorship": ("director", "organization", "role"),
    "Representation": ("agent", "client", "role"),
    "UnknownLink": ("subject", "object", "role"),
}
_USUAL: Final = {
    "Family": "family_of", "Associate": "goes_about_with", "Membership": "part_of", "Ownership": "keeper_of", "Directorship": "runs",
    "Employment": "works for",
}  # fmt: skip
_KINDS: Final = {
    "Person": (NodeKind.PERSON, ""), "Organization": (NodeKind.GROUP, ""), "Company": (NodeKind.GROUP, ""),
    "LegalEntity": (NodeKind.GROUP, ""), "PublicBody": (NodeKind.GROUP, ""), "Address": (NodeKind.PLACE, ""),
    "Vehicle": (NodeKind.HANDLE, HandleType.VEHICLE), "UserAccount": (NodeKind.HANDLE, HandleType.ACCOUNT),
}  # fmt: skip
_NAMES: Final = {
    "Vehicle": ("registrationNumber", "name"),
    "UserAccount": ("username", "number", "email", "name"),
    "Address": ("name", "full", "street"),
}
_HANDLES: Final = {"phone": HandleType.PHONE, "email": HandleType.EMAIL}
_MOST_ENTITIES: Final = 50_000


def read(path: Path, most: int) -> Read:
    found = Gathering(Format.FTM, most)
    nodes: dict[str, Named] = {}
    ties: list[tuple[int, dict[str, Any]]] = []
    holders: list[tuple[int, str, Named]] = []
    numbers: dict[str, int] = {}
    for number, entity in _entities(path):
        if number > _MOST_ENTITIES:
            raise NotDone("The file holds more entities than Heard reads. Bring in a part of it.")
        schema = entity.get("schema") if entity else None
        if entity is None or not isinstance(schema, str):
            found.set_aside(number, "unreadable")
        elif schema in TIES:
            ties.append((number, entity))
        elif schema in _KINDS:
            one = _node(entity, schema)
            if one.key in nodes:
                found.set_aside(number, "key_again")
                continue
            nodes[one.key], numbers[one.key] = one, number
            holders += [(number, one.key, handle) for handle in _handles(entity)]
        elif schema == "Note":  # what the file says of itself
            found.say(*_values(entity, "description"))
        else:
            found.set_aside(number, "not_read", schema[:80])
    tied = _take(found, nodes, ties, holders)
    for key, one in nodes.items():
        if key not in tied:
            found.set_aside(numbers[key], "no_tie", one.text[:80])
    return found.read


def _take(
    found: Gathering,
    nodes: dict[str, Named],
    ties: list[tuple[int, dict[str, Any]]],
    holders: list[tuple[int, str, Named]],
) -> set[str]:
    tied = set()
    for number, entity in ties:
        begin, finish, how = TIES[entity["schema"]]
        first, second = _value(entity, begin), _value(entity, finish)
        words, since, until = with_days(
            _words(entity), _value(entity, "startDate"), _value(entity, "endDate")
        )
        tie = _value(entity, how) or _USUAL.get(entity["schema"], "")
        tied |= {first, second}
        terms = stricter(*(("", condition.removeprefix(CONDITIONS)) for condition in _conditions(entity)))
        told = Told(
            number, first, second, tie, words, since, until, str(entity.get("id") or "")[:100], *terms
        )
        found.take(told, [nodes.get(first), nodes.get(second)])
    for number, key, handle in holders:
        tied.add(key)
        found.take(Told(number, key, handle.key, "uses", ""), [nodes[key], handle])
    return tied


def _entities(path: Path) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Each entity with its number, None for what is none."""
    try:
        with path.open(encoding=encoding_of(path), errors="replace") as stream:
            start = stream.read(1).strip("\ufeff ")
            stream.seek(0)
            lines: Iterator[Any]
            if start == "[":
                try:
                    lines = iter(json.load(stream))
                except (ValueError, RecursionError) as error:
                    raise NotDone("The JSON breaks off or cannot be read. Export the chart again.") from error
            else:
                lines = (_json(line) for line in stream if line.strip())
            for number, line in enumerate(lines, start=1):
                yield number, line if isinstance(line, dict) else None
    except OSError as error:
        raise NotDone("The file cannot be opened. Check that it is there and may be read.") from error


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _values(entity: dict[str, Any], name: str) -> list[str]:
    """Of a property: each value, or the id of an entity that is written in its place."""
    properties = entity.get("properties")
    told = properties.get(name) if isinstance(properties, dict) else None
    rows = told if isinstance(told, list) else [told]
    texts = [row.get("id") if isinstance(row, dict) else row for row in rows]
    return [str(text).strip() for text in texts if isinstance(text, str | int) and str(text).strip()]


def _value(entity: dict[str, Any], name: str) -> str:
    return next(iter(_values(entity, name)), "")


def _words(entity: dict[str, Any]) -> str:
    said = [value for name in ("summary", "description") for value in _values(entity, name)]
    return "; ".join(dict.fromkeys(text for text in said if not text.startswith(CONDITIONS)))


def _conditions(entity: dict[str, Any]) -> list[str]:
    return [value for value in _values(entity, "description") if value.startswith(CONDITIONS)]


def _node(entity: dict[str, Any], schema: str) -> Named:
    kind, type_ = _KINDS[schema]
    texts = [_value(entity, name) for name in _NAMES.get(schema, ("name", "alias", "firstName"))]
    text = plain(
        next(filter(None, texts), "") or _value(entity, "caption") or str(entity.get("caption") or "")
    )
    service = _value(entity, "service")[:40]
    if schema == "UserAccount":
        type_ = _type_of_account(entity, service)
        service = service if type_ == HandleType.ACCOUNT else ""
    what = _value(entity, "summary")[:60] if kind != NodeKind.HANDLE else ""
    if kind == NodeKind.PERSON and kind_of(what, "")[::2] != (NodeKind.PERSON, True):
        what = ""  # of people their kind alone is read, such as child
    return Named(str(entity.get("id") or ""), kind, text, True, type_, service, what)


def _type_of_account(entity: dict[str, Any], service: str) -> HandleType:
    if not _value(entity, "username"):
        for name, type_ in (("number", HandleType.PHONE), ("email", HandleType.EMAIL)):
            if _value(entity, name):
                return type_
    return HandleType(service) if service in (HandleType.DEVICE, HandleType.WEB) else HandleType.ACCOUNT


def _handles(entity: dict[str, Any]) -> Iterator[Named]:
    for name, type_ in _HANDLES.items():
        for text in _values(entity, name):
            yield Named(f"{type_} {text.casefold()}", NodeKind.HANDLE, plain(text), True, type_)
