"""When a digest may be written, sent and asked for by mail. Pure functions."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from heard.agencies.rules import Asks, Filled
from heard.insight.release.rules import ReleaseState

INVITE_ASKS: Final = Asks(email="Enter the email address to which digests go.")

CONFIRM_WITHIN: Final = timedelta(days=14)  # a link in a mail that somebody else may read one day
ASK_AGAIN_AFTER: Final = timedelta(days=1)  # so that nobody's letter box is filled with invitations

WITHDRAWN: Final = "The profile that this digest speaks of was withdrawn, and so was the digest."


MOST_PROCEDURES: Final = 10  # that one digest names


def fingerprint(
    *, title: str, words: str, further: str, contact: str, procedures: Sequence[Mapping[str, str]] = ()
) -> str:
    """The same for the same words, and for no others: so nothing is sent that was not read. `procedures`: as `Digest.procedures`."""
    named = [sorted(procedure.items()) for procedure in procedures]
    text = json.dumps([title, words, further, contact, named], ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def why_not_write(*, profile_state: str) -> str | None:
    """A digest speaks of what was released, and of nothing else."""
    if profile_state == ReleaseState.WITHDRAWN:
        return "This profile was withdrawn, so there is no digest of it."
    if profile_state != ReleaseState.RELEASED:
        return "A digest is written of a profile that two people have released. This one is not released."
    return None


def why_not_name(*, wanted: int, found: int) -> str | None:
    """How many local procedures were chosen, and how many of these are there."""
    if wanted > MOST_PROCEDURES:
        return Filled("Choose at most %(most)s procedures: a digest is a few pages.", most=MOST_PROCEDURES)
    if found < wanted:
        return "A procedure that you chose was withdrawn meanwhile. Choose again."
    return None


def why_not_change(*, profile_state: str, sent: bool, is_author: bool) -> str | None:
    if refusal := why_not_write(profile_state=profile_state):
        return refusal
    if sent:
        return "This digest was sent, so it does not change any more. Write another."
    if not is_author:
        return "Whoever wrote this digest changes it. Tell them what should be different."
    return None


def why_not_send(
    *, profile_state: str, sent: bool, is_author: bool, changed: bool = False, outdated: bool = False
) -> str | None:
    """Its words are free text, so somebody else reads them before anybody outside does. `changed`: since they read it; `outdated`: it names
    a local procedure that was withdrawn, or of which there is another edition."""
    if refusal := why_not_write(profile_state=profile_state):
        return refusal
    if sent:
        return "This digest was sent already."
    if is_author:
        return "You wrote this digest. Somebody else reads it and sends it."
    if changed:
        return "This digest was changed after you opened it. Read it again, then send it."
    if outdated:
        return "A local procedure that it names was withdrawn or has another edition. Whoever wrote it chooses again, then send it."
    return None


def why_not_send_again(*, profile_state: str, sent: bool) -> str | None:
    if refusal := why_not_write(profile_state=profile_state):
        return refusal
    if not sent:
        return "This digest was not sent yet."
    return None


def why_not_subscribe(*, email: str, subscribed: bool) -> str | None:
    """`email`: where mail reaches them."""
    if subscribed:
        return "You have digests by mail already."
    if not email:
        return "Heard does not know your email address. Say it on the page My settings, then come back."
    return None


def why_not_invite(
    *, email: str, is_staff: bool, confirmed: bool, asked_at: datetime | None, now: datetime
) -> str | None:
    """`asked_at`: when this address was last sent an invitation that nobody has confirmed."""
    if not email.strip():
        return INVITE_ASKS["email"]
    if is_staff:
        return "This is the address of a colleague. They ask for digests themselves, on this page."
    if confirmed:
        return "Digests go to this address already."
    if asked_at and now - asked_at < ASK_AGAIN_AFTER:
        return "This address was sent a link within the last day. Wait for them to confirm it."
    return None
