"""What a log may say of a failure: where it happened and of what kind, and never the values that it happened with."""

from __future__ import annotations

import errno
import json
import logging
import re
import traceback
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from types import TracebackType

    from django.http import HttpRequest, HttpResponse

_SQLITE_CONSTRAINT: Final = re.compile(
    r"(?:UNIQUE|CHECK|NOT NULL|FOREIGN KEY) constraint failed: ([\w., ]+)\Z"
)
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9-]{8,64}\Z")
_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


class RequestMiddleware:
    """Gives each request an id, the one that the server in front has given it where it has, and tells it to the log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = request.headers.get("X-Request-Id", "")
        request.id = said if _REQUEST_ID.match(said) else uuid.uuid4().hex  # type: ignore[attr-defined]
        token = _request.set(request)
        try:
            response = self.get_response(request)
        finally:
            _request.reset(token)
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        return response


class WithoutValues(logging.Formatter):
    """Draws a traceback without the messages of its exceptions.

    A database names the whole row that it refuses, and a parser the text that it stumbled over: a child's name would
    stand in a log that is kept, copied and read by people who may see no record.
    """

    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return "\n".join(_drawn(error) for error in _chain(ei[1]))


class JsonLines(WithoutValues):
    """One line of JSON for each record: when, how bad, who by number, and what kind of failure."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_about_request(),
        }
        if record.exc_info and record.exc_info[1]:
            said |= _codes(record.exc_info[1])
            said["trace"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


def _about_request() -> dict[str, Any]:
    request = _request.get()
    if request is None:
        return {}
    user = getattr(request, "_cached_user", None)  # asked for already: a log asks the database nothing
    return {"request": request.id, "user": getattr(user, "pk", None)}  # type: ignore[attr-defined]


def _codes(error: BaseException) -> dict[str, Any]:
    """Of the first failure in the chain that has any: errno, SQLSTATE or SQLite's code, and the constraint."""
    found: dict[str, Any] = {}
    for one in _chain(error):
        found = _own_codes(one) | found
    return found


def _own_codes(error: BaseException) -> dict[str, Any]:
    diagnosis = getattr(error, "diag", None)
    said = {
        "errno": errno.errorcode.get(error.errno or 0) if isinstance(error, OSError) else None,
        "sqlstate": getattr(error, "sqlstate", None),
        "sqlite": getattr(error, "sqlite_errorname", None),
        "constraint": getattr(diagnosis, "constraint_name", None) or _of_sqlite(error),
    }
    return {name: value for name, value in said.items() if value}


def _of_sqlite(error: BaseException) -> str | None:
    """SQLite names a constraint in its message, and names of tables and columns alone."""
    named = _SQLITE_CONSTRAINT.match(str(error)) if hasattr(error, "sqlite_errorname") else None
    return named[1] if named else None


def _chain(error: BaseException | None) -> list[BaseException]:
    """The error and what led to it, the first cause first."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.insert(0, error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


def _drawn(error: BaseException) -> str:
    frames: Any = traceback.format_tb(error.__traceback__)
    kind = type(error)
    codes = " ".join(f"{name}={value}" for name, value in _own_codes(error).items())
    name = f"{kind.__module__}.{kind.__qualname__}"
    return f"Traceback (most recent call last):\n{''.join(frames)}{f'{name} {codes}' if codes else name}"
