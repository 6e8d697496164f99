"""A list of services, read from an address on a host that whoever looks after Heard allowed (`HEARD_SERVICE_HOSTS`; none by default).

The name is looked up once, and what was found is where the connection goes, so that a second answer leads nowhere else. Nothing of this
machine's own network is asked, no answer leads on to another address, and what is too large or too slow is let go.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

from heard.agencies.rules import Refused, refuse
from heard.services import profile, rules

CONNECTS_WITHIN: Final = 5.0  # seconds
SAYS_WITHIN: Final = 10.0  # seconds without a byte
DONE_WITHIN: Final = 20.0  # seconds in all, once it is connected
_CHUNK: Final = 65_536
_PORT: Final = 443
_VERIFY: Final[str | bool] = True  # by the authorities that come with the library
_log = logging.getLogger(__name__)


class _Limited(HTTPSConnection):
    """Ended once its time is over, whatever it still waits for: a host that says one letter at a time keeps no page waiting."""

    def connect(self) -> None:
        super().connect()
        end = threading.Timer(DONE_WITHIN, _shut, [self.sock])
        end.daemon = True
        end.start()


def _shut(connected: Any) -> None:
    with contextlib.suppress(OSError):  # it has ended already
        socket.socket.shutdown(connected, socket.SHUT_RDWR)


class _Pool(HTTPSConnectionPool):
    ConnectionCls = _Limited


class _Pinned(HTTPAdapter):
    """Connects to the address that was looked up, as the host whose certificate is asked for."""

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, server_hostname=self.host, assert_hostname=self.host)
        self.poolmanager.pool_classes_by_scheme = {"https": _Pool}


def fetch(address: str) -> bytes:
    """What stands at an address of Open Referral UK. `Refused` with what is wrong and what to do; who asks is not said to the host."""
    refuse(rules.why_not_fetch(address=address, hosts=settings.SERVICE_HOSTS))
    parts, begun = urlsplit(address.strip()), time.monotonic()
    host = (parts.hostname or "").lower()
    where = _looked_up(host)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    there = f"[{where}]" if ":" in where else where
    headers = {
        "Host": host,
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "Heard",
    }
    with requests.Session() as session:
        session.trust_env = False  # no proxy, no password of this machine
        session.mount("https://", _Pinned(host))
        try:
            with session.get(
                f"https://{there}:{_PORT}{path}",
                headers=headers,
                timeout=(CONNECTS_WITHIN, SAYS_WITHIN),
                allow_redirects=False,
                stream=True,
                verify=_VERIFY,
            ) as answer:
                refuse(
                    rules.why_not_take(
                        status=answer.status_code, packed=answer.headers.get("Content-Encoding", "")
                    )
                )
                content = b"".join(_parts(answer))
        except (requests.RequestException, OSError) as problem:
            if time.monotonic() - begun > DONE_WITHIN:
                raise Refused(rules.TOO_SLOW) from None
            _log.warning("Services could not be read from %s: %s", host, type(problem).__name__)
            raise Refused(rules.NOT_REACHED) from None
    if time.monotonic() - begun > DONE_WITHIN:  # what was cut off may look like an end
        raise Refused(rules.TOO_SLOW)
    return content


def _parts(answer: requests.Response) -> Iterator[bytes]:
    """As it comes, as long as it is not too large."""
    size = 0
    for part in answer.iter_content(_CHUNK):
        size += len(part)
        if size > profile.MOST_BYTES:
            raise Refused(rules.TOO_LARGE)
        yield part


def _looked_up(host: str) -> str:
    """The first of its addresses; `Refused` where the name has none, or one of them is no public one."""
    try:
        found = socket.getaddrinfo(host, _PORT, type=socket.SOCK_STREAM)
    except OSError:
        raise Refused(rules.NOT_REACHED) from None
    addresses = [str(row[4][0]).partition("%")[0] for row in found]
    if not addresses:
        raise Refused(rules.NOT_REACHED)
    if not all(rules.is_public(address) for address in addresses):
        _log.warning("Services were not read from %s: an address of it is not public", host)
        raise Refused(rules.NOT_PUBLIC)
    return addresses[0]
