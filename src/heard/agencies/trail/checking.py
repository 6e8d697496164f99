"""Verifying each night: what came of it is kept, and where the trail is not sound, those who look after Heard are told."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from heard.agencies.mail.sending import why_no_mail
from heard.agencies.models import AuditCheck, User
from heard.agencies.rules import Role
from heard.agencies.seal import heads, keys
from heard.agencies.seal.heads import Head
from heard.agencies.trail import stored
from heard.agencies.trail.verifying import Outcome, Verdict, verify

_KEPT: Final = 20  # findings
_log = logging.getLogger(__name__)


def check() -> Verdict:
    """Verifies the trail against the key and against what the witness file has."""
    with stored.as_it_is() as trail:
        trail.witnessed, unreadable = _witnessed()
        verdict = verify(trail, _ring())
    if unreadable:
        verdict.not_known(unreadable)
    _keep(verdict)
    if verdict.outcome is not Outcome.SOUND:
        _log.error("The audit trail is not sound: %s. Run: heard audit verify", verdict.outcome.name)
        _tell()
    return verdict


def _ring() -> keys.Ring | None:
    try:
        return keys.read(settings.AUDIT_KEY)
    except keys.KeyMissing:
        return None  # each head is of a key that is not known then


def _witnessed() -> tuple[list[Head], str]:
    path = settings.WITNESS_FILE
    try:
        lines = Path(path).read_text().splitlines() if path else []
        return [heads.from_line(line) for line in lines], ""
    except (OSError, ValueError):
        return [], "The file of HEARD_WITNESS_FILE cannot be read."


@transaction.atomic
def _keep(verdict: Verdict) -> None:
    said = [str(fault) for fault in verdict.faults[:_KEPT]] + verdict.unknown
    AuditCheck.objects.create(outcome=int(verdict.outcome), size=verdict.size, said=said)


def _tell() -> None:
    """A mail without content to each administrator; what was found stands on My work."""
    if why_no_mail():
        return
    says = _(
        "Heard has verified its audit trail, and it is not as it was written, or that cannot be told. What was found stands on "
        "your work in Heard. Change nothing on the server before somebody has looked."
    )
    people = User.objects.filter(is_active=True, memberships__role=Role.ADMINISTRATOR).exclude(email="")
    for address in people.values_list("email", flat=True).distinct():
        try:
            EmailMessage(
                _("Heard: look at the audit trail"), f"{says}\n\n{settings.ADDRESS}\n", to=[address]
            ).send()
        except (OSError, ValueError):
            _log.exception("A mail about the audit trail did not go.")
