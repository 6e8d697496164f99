"""Heads of another installation, kept here: its partner is a witness that it cannot reach.

They come by file or mail and lie in rows of our own trail, so that nobody takes one away here unseen either. Who may have signed them was
said by hand, from paper or the phone. They hold numbers alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise
from typing import Any, Final

from heard.agencies.models import AuditRow
from heard.agencies.seal.heads import Head, from_said
from heard.agencies.seal.keys import id_of
from heard.agencies.trail.verifying import time_of

SUBJECT: Final = "partner"
_OF_TWO: Final = "Heads of two installations have this name. Give each its own with --of."
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_BACK: Final = timedelta(minutes=1)


def kept(name: str) -> list[Head]:
    """The heads of this partner, by size."""
    said = (one for detail in _details(name) for one in detail.get("heads", ()))
    return sorted(set(map(from_said, said)), key=lambda one: (one.size, one.at))


def compared(name: str) -> list[Head]:
    """Those with which new ones are compared: from when somebody last took one by hand, saying why their trail went back."""
    since: list[Any] = []
    for detail in _details(name):
        since = [*([] if detail.get("anew") else since), *detail.get("heads", ())]
    return list(map(from_said, since))


def publics(name: str) -> list[bytes]:
    """Who may have signed them, as was said by hand."""
    return [bytes.fromhex(detail["public"]) for detail in _details(name) if "public" in detail]


def _details(name: str) -> list[dict[str, Any]]:
    rows = AuditRow.objects.filter(subject=SUBJECT, subject_id=name, verb="take head").order_by("pk")
    return list(rows.values_list("detail", flat=True))


def why_not_take(
    name: str,
    found: list[Head],
    *,
    there: list[Head],
    signers: Iterable[bytes],
    own_site: str,
    site: str | None = None,
) -> str | None:
    """Whether these heads may be kept beside those that are `there`: each signed by one of `signers`, none that contradicts another,
    and none that goes back. `site`: of those that were kept under this name before, where there are any."""
    if not _NAME.fullmatch(name):
        return "Name the partner with small letters, digits and hyphens, at most 40, such as northbridge."
    if not found:
        return "There is no head in this file. The partner makes one with: heard audit heads"
    by_id = {id_of(signer): signer for signer in signers}
    if not by_id:
        return (
            "Nobody has said who signs the heads of this partner. Have them read you their public key (heard audit key) on the phone, and give "
            "it with --public-key."
        )
    for head in found:
        if why_not := _why_not_trust(head, by_id.get(head.key_id), own_site):
            return why_not
    if site is not None and any(head.site != site for head in found):
        return _OF_TWO
    every = sorted({*found, *there}, key=lambda one: (one.size, one.at))
    return next(filter(None, (_contradict(*two) for two in pairwise(every))), None)


def _why_not_trust(head: Head, public: bytes | None, own_site: str) -> str | None:
    if head.site == own_site:
        return "These are heads of this installation. A witness keeps those of another."
    if public is None:
        return (
            f"The head of {head.size} rows is signed with another key, {head.key_id}. Where the partner made a new one, have them read "
            "it to you on the phone and give it with --public-key."
        )
    if not head.is_signed_by(public):
        return (
            f"The head of {head.size} rows of {head.at} is forged: its signature is not right. None was kept."
        )
    return None


def _contradict(before: Head, after: Head) -> str | None:
    """Two heads, the smaller one first."""
    if after.site != before.site:
        return _OF_TWO
    if after.size == before.size and after.root != before.root:
        return (
            f"Two heads of {after.size} rows contradict each other, of {before.at} and {after.at}, and both are signed: the partner’s "
            "trail was changed. Keep this file, and speak with somebody there who does not look after their server. Where they brought a "
            "backup back that they told you of, take it with --after-restore and who told you."
        )
    if time_of(after.at) < time_of(before.at) - _BACK:
        return (
            f"The partner’s trail went back: {after.size} rows at {after.at}, and {before.size} later, at {before.at}. An older copy was "
            "put back, or rows were taken out. Keep this file, and ask them which. Where they brought a backup back that they told you of, take "
            "it with --after-restore and who told you."
        )
    return None
