"""Looking changes nothing: while a page is drawn for a GET, the database is only read.

A statement that writes fails before it is carried out, on either database, and so does the page. It is asked here and not
of a read-only transaction, since whoever looks at a child's record leaves a row in the transaction in which it is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_SAFE: Final = ("GET", "HEAD", "OPTIONS", "TRACE")
_READS: Final = re.compile(
    r"[\s(]*(SELECT|WITH RECURSIVE|BEGIN|SAVEPOINT|RELEASE|ROLLBACK|EXPLAIN|PRAGMA)\b", re.IGNORECASE
)
_WRITES: Final = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
# Tables that a look may write to, each with its reason. Signing in is a POST, and so is all that counts its failures.
MAY_WRITE: Final = {
    "agencies_auditrow": "who looked at what",
    "agencies_auditseal": "the place in the trail of who took something out, sealed as soon as that is committed",
    "agencies_audithead": "how the trail stands then",
    "agencies_tally": "how often somebody took out a file that holds much",
    "axes_accesslog": "when a session that has ended signs its holder out",
    "heard_cache": "a count that has run out is taken away when it is read",
    "mfa_authenticator": "the recovery codes that the page shows once",
    "django_session": "what a browser was shown last; a session that ended is taken away",
    "agencies_workerbeat": "that the database can be written, for a machine that watches",
    "django_tasks_database_dbtaskresult": "that those who see a record are told who tried and is kept out of it",
    "cases_pack": "that whoever asked for a pack has fetched it",
}

# Where OpenID Connect brings somebody back with a GET who signed in elsewhere: only with what their own browser was given
# before they left, and once. It signs them in, and so it writes.
COMES_BACK: Final = ("openid_connect_callback",)


class WroteWhileLooking(Exception):
    """A page that is only looked at wrote something. It says the table, and nothing of what was written."""


class OnlyReadMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in _SAFE:
            return self.get_response(request)
        with connection.execute_wrapper(partial(_only_read, request)):
            return self.get_response(request)


def _only_read(
    request: HttpRequest, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
) -> Any:
    if not _READS.match(sql) and not _comes_back(request):
        written = _WRITES.match(sql)
        if written is None or written[1] not in MAY_WRITE:
            raise WroteWhileLooking(written[1] if written else sql.split(maxsplit=1)[0])
    return execute(sql, params, many, context)


def _comes_back(request: HttpRequest) -> bool:
    return request.resolver_match is not None and request.resolver_match.view_name in COMES_BACK
