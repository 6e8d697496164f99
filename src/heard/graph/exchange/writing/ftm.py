"""FollowTheMoney: one entity on each line, first who and what, then ties."""

from __future__ import annotations

import json
from typing import Any, Final

from heard.graph.exchange.rules import CONDITIONS
from heard.graph.exchange.writing.chart import Chart, Dot, Link
from heard.graph.exchange.writing.graphml import about

_SCHEMAS: Final = {"child": "Person", "adult": "Person", "group": "Organization", "place": "Address"}
_OF_HANDLES: Final = {
    "vehicle": ("Vehicle", "registrationNumber"), "account": ("UserAccount", "username"), "phone": ("UserAccount", "number"),
    "email": ("UserAccount", "email"), "device": ("UserAccount", "username"), "web": ("UserAccount", "username"),
}  # fmt: skip
# Of each kind of tie that FollowTheMoney has a schema for: both ends, and what says in which way.
_TIES: Final = {
    "family_of": ("Family", "person", "relative", "relationship"),
    "friend_of": ("Associate", "person", "associate", "relationship"),
    "goes_about_with": ("Associate", "person", "associate", "relationship"),
    "lives_with": ("Associate", "person", "associate", "relationship"),
    "part_of": ("Membership", "member", "organization", "role"),
    "keeper_of": ("Ownership", "owner", "asset", "role"),
}
_OTHER: Final = ("UnknownLink", "subject", "object", "role")


def write(chart: Chart) -> bytes:
    head = {"id": "about", "schema": "Note", "properties": {"description": [about(chart)]}}
    rows = [head, *map(_dot, chart.dots), *map(_link, chart.links)]
    return "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows).encode()


def _dot(dot: Dot) -> dict[str, Any]:
    schema, name = _OF_HANDLES.get(dot.type, (_SCHEMAS.get(dot.kind, "UserAccount"), "name"))
    said = {"name": [dot.name], name: [dot.name]}
    if schema == "UserAccount" and (dot.service or dot.type in ("device", "web")):
        said["service"] = [dot.service or dot.type]
    if dot.what or dot.kind in ("child", "adult"):
        said["summary"] = [dot.what or dot.kind]
    return {"id": dot.key, "schema": schema, "properties": said}


def _link(link: Link) -> dict[str, Any]:
    schema, first, second, how = _TIES.get(link.kind, _OTHER)
    said = {first: [link.first], second: [link.second], how: [link.said]}
    if link.since:
        said["startDate"] = [link.since.isoformat()]
    if link.until:
        said["endDate"] = [link.until.isoformat()]
    said["summary"] = [_summary(source) for source in link.sources]
    if link.conditions:
        said["description"] = [f"{CONDITIONS}{condition}" for condition in link.conditions]
    return {"id": link.key, "schema": schema, "properties": said}


def _summary(one: Any) -> str:
    graded = f"{one.source_grade}{one.known_grade}{one.handling}"
    return one.words + (f" ({graded})" if graded else "")
