"""What takes two people on the server: two agreed to it on the site, or it is an emergency, of which others learn.

`heard restore`, `heard backup settle`, `heard keys add`, `rotate` and `retire`, and `heard audit key --new` ask for one of both
([ADR 0023](../../../docs/adr/0023-two-people-on-the-server.md)).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from heard.agencies.rules import TwoFor
    from heard.agencies.seal.slips import Slip


@dataclass(frozen=True)
class Second:
    """What was said on the command line, one of both, when, and by whom as the operating system knows them."""

    approval: str
    emergency: str
    at: datetime
    who: str


def takes_second[**P, T](command: Callable[P, T]) -> Callable[P, T]:
    """The two options. The command gets them as `approval` and `emergency`."""
    command = click.option(
        "--emergency",
        default="",
        metavar="REASON",
        help="Do it alone, since nobody can agree: why. Administrators, co-ordinators and the board are told.",
    )(command)
    return click.option(
        "--approval",
        default="",
        help="What the site shows once two people agreed (People and teams, What takes two people).",
    )(command)


def said(approval: str, emergency: str) -> Second:
    """Before anything is done, so that nothing of it can fail once it is: a reason as a database keeps it, and who gives it."""
    from heard.agencies.on_server import storable, whoami

    if bool(approval.strip()) == bool(emergency.strip()):
        raise click.UsageError(
            "This takes two people. Give --approval with what the site shows once a second person has agreed (What takes two people), "
            "or where nobody can agree --emergency with the reason; one of the two."
        )
    return Second(storable(approval).strip(), storable(emergency).strip(), datetime.now(UTC), whoami())


@contextmanager
def agreed(second: Second, what: TwoFor, about: str = "") -> Iterator[None]:
    """Inside it is done, in a site whose database knows what was agreed to. An approval is used, and an emergency written down, before,
    so that it leaves its row whatever becomes of it. What may break off and goes on (`GOES_ON`) begins with its approval, and has used it
    once all is done, however late."""
    from heard.agencies.actions import begin_with_approval, use_approval
    from heard.agencies.rules import GOES_ON

    if second.emergency:
        _tell_alone(second, what, about, second.emergency)
        yield
        return
    if what not in GOES_ON:
        use_approval(by=None, approval_id=second.approval, what=what, about=about)
        yield
        return
    begin_with_approval(by=None, approval_id=second.approval, what=what, about=about)
    yield
    use_approval(by=None, approval_id=second.approval, what=what, about=about)


def slip_of(second: Second, what: TwoFor, moment: datetime | None, *, empty: bool) -> Slip | None:
    """What two people agreed to where the database does not know it, verified with the key of the audit trail that is there; None in
    an emergency. Before anything is changed. `moment`: to which time the database was brought back; None where `refuse_another` is
    asked once it is known. `empty`: the database has no tables yet. Raises `Refused`."""
    from django.conf import settings

    from heard.agencies.queries import was_used
    from heard.agencies.rules import Refused, moment_of, refuse, server_act, why_not_use
    from heard.agencies.seal import keys, slips

    if not second.approval:
        return None
    try:
        slip = slips.from_line(_line(second.approval))
        until = datetime.fromisoformat(slip.until).astimezone(UTC)
        ring = keys.read(settings.AUDIT_KEY)
    except (ValueError, OverflowError) as error:
        raise Refused(
            "This is no approval as the site shows it. Copy the whole line that begins with heard-approval: from the page of the approval."
        ) from error
    except keys.KeyMissing as error:
        raise Refused(
            f"Whether two people agreed is seen with the key of the audit trail: put your copy of it at {settings.AUDIT_KEY} first. Where "
            "there is none, say why with --emergency."
        ) from error
    key = ring.by_id.get(slip.key_id)
    if key is None or not slip.is_signed_by(key.public):
        raise Refused(
            f"This approval was not signed with a key of {settings.AUDIT_KEY}. Put that of the site there on which it was agreed."
        )
    agreed_on = moment_of(slip.about)
    same = slip.what == what.value and agreed_on is not None and moment in (None, agreed_on)
    used = not empty and was_used(None, slip.approval)
    is_for = server_act(slip.what, slip.about)
    refuse(
        why_not_use(found=True, agreed=True, used=used, same=same, until=until, now=second.at, is_for=is_for)
    )
    return slip


def refuse_another(slip: Slip | None, made_at: str) -> None:
    """Raises `Refused` where two people agreed to a backup that was made at another time than this one, whatever its file is called."""
    from heard.agencies.rules import moment_of, refuse, server_act, why_not_for_this

    if slip is not None:
        same = moment_of(made_at) == moment_of(slip.about)
        refuse(why_not_for_this(same=same, is_for=server_act(slip.what, slip.about)))


def note_slip(slip: Slip | None, second: Second, what: TwoFor, about: str) -> None:
    """Writes into the database that came back that two people agreed, or who did it alone and why; in the transaction that settles it.
    Where the key of the slip had signed no head of this trail before, anybody may have made it: that is told as what one did alone."""
    from django.db import transaction

    from heard.agencies.actions import record_audit
    from heard.agencies.on_server import storable

    about = storable(about)
    if slip is None:
        _tell_alone(second, what, about, second.emergency)
        return
    if not _signed_this_trail(slip, second.at):
        never = "The key that signed the approval never signed a head of this audit trail."
        _tell_alone(second, what, about, never)
        return
    detail = {
        "what": what.value,
        "about": about,
        "as": second.who,
        "asked_by": slip.asked_by,
        "agreed_by": slip.agreed_by,
    }
    with transaction.atomic():
        record_audit(by=None, verb="use", subject="approval", subject_id=slip.approval, detail=detail)


def _tell_alone(second: Second, what: TwoFor, about: str, reason: str) -> None:
    """A row that says so, and a notice to those who see what administrators did and to administrators; their mail, without
    content, goes once Heard runs."""
    from django.db import transaction

    from heard.agencies.actions import record_audit
    from heard.cases.case.notices.announcing import announce
    from heard.cases.case.notices.rules import NoticeKind

    detail = {"what": what.value, "about": about, "as": second.who}
    with transaction.atomic():
        row = record_audit(
            by=None, verb="do alone", subject="approval", subject_id=what.value, reason=reason, detail=detail
        )
        announce(by=None, kind=NoticeKind.DONE_ALONE, subject="done alone", subject_id=row.pk)


def _line(said: str) -> str:
    """What was typed, or the file that it names."""
    try:
        return Path(said).read_text() if len(said) < 200 and Path(said).is_file() else said
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError("This file cannot be read.") from error


def _signed_this_trail(slip: Slip, before: datetime) -> bool:
    from django.conf import settings

    from heard.agencies.seal import keys
    from heard.agencies.trail.witnesses import has_signed

    return has_signed(keys.read(settings.AUDIT_KEY).by_id[slip.key_id], before)
