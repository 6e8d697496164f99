"""The mails about digests. They hold the digest, which is a released aggregate, and links; never anything about a person."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import gettext as _

from heard.govuk.pdf import draw_pdf
from heard.insight.digest.rules import CONFIRM_WITHIN

if TYPE_CHECKING:
    from heard.insight.digest.models import Digest, Subscriber
    from heard.insight.digest.queries import Composed

CONFIRM, STOP = "heard.digest.confirm", "heard.digest.stop"
_MAX_AGE: Final = {CONFIRM: CONFIRM_WITHIN}  # whoever wants no more mail may say so at any time


def subscriber_of(token: str, purpose: str) -> uuid.UUID | None:
    """Whom a link of ours was made for; None where it is none of ours, or too old."""
    try:
        told = signing.loads(token, salt=purpose, max_age=_MAX_AGE.get(purpose))
        return uuid.UUID(told)
    except (signing.BadSignature, ValueError, TypeError):
        return None


def paper(made: Composed) -> bytes:
    """The digest as PDF. The same digest is the same bytes."""
    return draw_pdf("insight/digest/paper.html", {"made": made, "digest": made.digest})


def file_name(digest: Digest) -> str:
    return f"digest-{digest.written_at:%Y-%m-%d}-{digest.pk.hex[:8]}.pdf"


def digest_mail(digest: Digest, to: Subscriber, pdf: bytes) -> EmailMessage:
    """With the PDF, the page for who signs in, and the link that ends it without signing in."""
    stop = link(STOP, "digest_stop", to)
    page = settings.ADDRESS + reverse("digest", kwargs={"digest_id": digest.pk})
    lines = [
        _("A new digest: %(title)s") % {"title": digest.title},
        "",
        _("It is attached. Its figures are counts that give nobody away, and two people have released them."),
        *([_("Read it in Heard: %(page)s") % {"page": page}] if to.user_id else []),
        "",
        *_procedures(digest),
        _("If a child is in danger now, call 999. Do not answer this mail with anything about a child."),
        "",
        _("To have no more digests, without signing in: %(stop)s") % {"stop": stop},
    ]
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    mail = _mail(_("Heard: a new digest"), lines, to, headers)
    mail.attach(file_name(digest), pdf, "application/pdf")
    return mail


def _procedures(digest: Digest) -> list[str]:
    if not digest.procedures:
        return []
    said = _("%(title)s, edition %(edition)s")
    lines = [
        ": ".join(filter(None, (said % procedure, procedure["link"]))) for procedure in digest.procedures
    ]
    return [_("Local procedures that it names:"), *lines, ""]


def withdrawal(digest: Digest, to: Subscriber) -> EmailMessage:
    """That it should not be used any more. Why is on its page in Heard: free text goes into no mail."""
    lines = [
        _("A digest that you had from us was withdrawn: %(title)s") % {"title": digest.title},
        "",
        _("Please do not use its figures any more, and delete it. Tell others to whom you gave it."),
        "",
        _("To have no more digests, without signing in: %(stop)s") % {"stop": link(STOP, "digest_stop", to)},
    ]
    return _mail(_("Heard: a digest was withdrawn"), lines, to)


def invitation(to: Subscriber) -> EmailMessage:
    """Asks an address outside whether digests may come to it."""
    lines = [
        _(
            "Somebody who works to protect children thinks that you want to have the partnership’s digests by mail:"
        ),
        _("a few pages from time to time on what to look out for, with counts that give nobody away."),
        "",
        _("Yes, send them here: %(link)s") % {"link": link(CONFIRM, "digest_confirm", to)},
        "",
        _("If you do nothing, nothing comes, and your address is forgotten within two weeks."),
    ]
    return _mail(_("Heard: do you want to have digests by mail?"), lines, to)


def link(purpose: str, view: str, to: Subscriber) -> str:
    """Its token says nothing about who it is for."""
    token = signing.dumps(str(to.pk), salt=purpose)
    return settings.ADDRESS + reverse(view, kwargs={"token": token})


def _mail(subject: str, lines: list[str], to: Subscriber, headers: Any = None) -> EmailMessage:
    address = to.user.email if to.user else to.email
    return EmailMessage(subject, "\n".join(lines) + "\n", to=[address], headers=headers)
