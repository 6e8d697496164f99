"""Every write about digests: writing and sending them, and who has them by mail."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.mail.sending import send_to_each, why_no_mail
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.insight.digest import letters, queries, rules
from heard.insight.digest.models import Digest, DigestPost, Subscriber
from heard.insight.release.rules import ReleaseState
from heard.knowledge import load

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def write_digest(
    *,
    by: User,
    profile_id: uuid.UUID,
    title: str,
    words: str,
    contact: str,
    further: str = "",
    procedures: Collection[str] = (),
) -> Digest:
    """A digest of a released profile, with what the field knows today. `procedures`: keys of local procedures, of which it keeps the edition of
    today. Raises `Hidden`, `Refused`."""
    _only(by, May.DRAW_PROFILE)
    profile = queries.profile_to_write_of(by, profile_id)
    refuse(rules.why_not_write(profile_state=profile.state))
    said: dict[str, Any] = {"title": title, "words": words, "further": further, "contact": contact}
    said["procedures"] = _named(by, procedures)
    digest = Digest.objects.create(
        profile=profile, knowledge=load.current().id, author=by, written_at=timezone.now(), **said
    )
    _audit(by, "write", "digest", digest, {"profile": str(profile.pk)})
    return digest


@transaction.atomic
def change_digest(*, by: User, digest_id: uuid.UUID, procedures: Collection[str] = (), **said: str) -> Digest:
    """Its author, until it is sent. `said` has the words of `write_digest`; `procedures` as there, with the editions of today."""
    _only(by, May.DRAW_PROFILE)
    digest = _held(by, digest_id)
    refuse(queries.why_not_change(by, digest))
    for name in ("title", "words", "further", "contact"):
        setattr(digest, name, said[name])
    digest.procedures = _named(by, procedures)
    digest.written_at = timezone.now()
    digest.save()
    _audit(by, "change", "digest", digest)
    return digest


@transaction.atomic
def fetch_digest(*, by: User, digest_id: uuid.UUID) -> tuple[bytes, str]:
    """The digest as PDF, and its name, with the audit row. `Refused` where its profile was withdrawn."""
    digest = queries.digest_visible_to(by, digest_id)
    refuse(rules.why_not_write(profile_state=digest.profile.state))
    _audit(by, "download", "digest", digest)
    return letters.paper(queries.composed(by, digest)), letters.file_name(digest)


@transaction.atomic
def send_digest(*, by: User, digest_id: uuid.UUID, seen: str) -> Digest:
    """Somebody who did not write it has read it: it goes to all who have digests by mail, in the background. `seen`: the
    `queries.fingerprint_of` what they read; `Refused` where it was changed since."""
    _only(by, May.RELEASE)
    _refuse_without_mail()
    digest = _held(by, digest_id)
    refuse(queries.why_not_send(by, digest, seen=seen))
    digest.sent_at, digest.sent_by = timezone.now(), by
    digest.save(update_fields=["sent_at", "sent_by"])
    _audit(by, "send", "digest", digest)
    post_digest.enqueue(str(digest.pk))
    return digest


@transaction.atomic
def send_again(*, by: User, digest_id: uuid.UUID) -> Digest:
    """To those who have not had it: whose mail no server took, or who have asked for digests since."""
    _only(by, May.RELEASE)
    _refuse_without_mail()
    digest = _held(by, digest_id)
    refuse(rules.why_not_send_again(profile_state=digest.profile.state, sent=digest.sent_at is not None))
    _audit(by, "send again", "digest", digest)
    post_digest.enqueue(str(digest.pk))
    return digest


@task()
def post_digest(digest_id: str) -> None:
    """One mail to each who has not had it. Nobody has it twice, and none goes once its profile is withdrawn."""
    digest = Digest.objects.select_related("profile", "sent_by").get(pk=digest_id)
    if digest.sent_by is None or rules.why_not_write(profile_state=digest.profile.state):
        return
    _forget_unconfirmed()
    pdf = letters.paper(queries.composed(digest.sent_by, digest))
    sent = send_to_each(
        queries.still_to_post(digest.sent_by, digest),
        claim=lambda subscriber: _claimed(digest, subscriber),
        message=lambda subscriber: letters.digest_mail(digest, subscriber, pdf),
        give_back=lambda subscriber: _not_posted(digest, subscriber),
    )
    Digest.objects.filter(pk=digest_id).update(
        posted_at=timezone.now(), not_taken=sent.refused + sent.unanswered
    )


@task()
def post_withdrawal(profile_id: str) -> None:
    """One mail for each digest that went out, to everybody who has had it."""
    posts = DigestPost.objects.filter(digest__profile_id=profile_id, withdrawn_at=None)
    told = posts.select_related("digest", "subscriber__user")
    send_to_each(
        list(told),
        claim=lambda post: posts.filter(pk=post.pk).update(withdrawn_at=timezone.now()) == 1,
        message=lambda post: letters.withdrawal(post.digest, post.subscriber),
        give_back=_not_told,
    )
    waiting = DigestPost.objects.filter(withdrawn_at=None).values("subscriber")
    Subscriber.objects.filter(ended_at__isnull=False).exclude(pk__in=waiting).delete()


@transaction.atomic
def subscribe(*, by: User) -> Subscriber:
    """They have digests by mail from now on."""
    _only(by, May.SEE_PROFILES)
    refuse(rules.why_not_subscribe(email=by.email, subscribed=queries.has_them_by_mail(by)))
    now = timezone.now()
    begun = {"asked_at": now, "confirmed_at": now, "ended_at": None}
    row, _made = Subscriber.objects.update_or_create(user=by, defaults=begun)
    _audit(by, "ask for", "digests by mail", row)
    return row


@transaction.atomic
def unsubscribe(*, by: User) -> None:
    """They have none any more. It is no error to say so twice."""
    for row in Subscriber.objects.filter(user=by, ended_at=None):
        _end(by, row)


@transaction.atomic
def invite(*, by: User, email: str) -> Subscriber:
    """Sends a link to an address outside. Nothing else comes there before somebody there confirms it."""
    _only(by, May.RELEASE)
    _refuse_without_mail()
    _forget_unconfirmed()
    address = email.strip().lower()
    refuse(queries.why_not_invite(by, address))
    begun = {"invited_by": by, "asked_at": timezone.now(), "confirmed_at": None, "ended_at": None}
    row, _made = Subscriber.objects.update_or_create(email=address, defaults=begun)
    _audit(by, "invite", "digests by mail", row)
    post_invitation.enqueue(str(row.pk))
    return row


@transaction.atomic
def take_off(*, by: User, subscriber_id: uuid.UUID) -> None:
    """An address outside has no digests any more."""
    _only(by, May.RELEASE)
    row = queries.addresses_outside(by).filter(pk=subscriber_id).first()
    if row is None:
        raise Hidden
    _end(by, row)


@task()
def post_invitation(subscriber_id: str) -> None:
    """An address that takes no mail is forgotten, so that it can be put right and tried again."""
    asked = list(Subscriber.objects.filter(pk=subscriber_id, confirmed_at=None))
    send_to_each(asked, claim=lambda one: True, message=letters.invitation, give_back=_forget)


@transaction.atomic
def confirm(*, by: None, subscriber_id: uuid.UUID) -> bool:
    """Somebody outside followed the link in their mail. False where their address is not there any more."""
    row = Subscriber.objects.select_for_update().filter(pk=subscriber_id).first()
    if row is None:
        return False
    if row.confirmed_at is None:
        row.confirmed_at = timezone.now()
        row.save(update_fields=["confirmed_at"])
        _audit(by, "confirm", "digests by mail", row)
    return True


@transaction.atomic
def stop(*, by: None, subscriber_id: uuid.UUID) -> None:
    """Somebody followed the link in a digest's mail, signed in or not. It is no error to say so twice."""
    for row in Subscriber.objects.filter(pk=subscriber_id, ended_at=None):
        _end(by, row)


def _end(by: User | None, row: Subscriber) -> None:
    """Whoever has had a digest hears once more of Heard if that is withdrawn; all others are forgotten now."""
    _audit(by, "end", "digests by mail", row)
    if not row.posts.filter(withdrawn_at=None).exists():
        row.delete()
        return
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])


def _claimed(digest: Digest, subscriber: Subscriber) -> bool:
    """Not where the profile was withdrawn, or they ended it, while others were written to."""
    released = Digest.objects.filter(pk=digest.pk, profile__state=ReleaseState.RELEASED).exists()
    if not released or not Subscriber.objects.filter(pk=subscriber.pk, ended_at=None).exists():
        return False
    return DigestPost.objects.get_or_create(digest=digest, subscriber=subscriber)[1]


def _not_posted(digest: Digest, subscriber: Subscriber) -> None:
    DigestPost.objects.filter(digest=digest, subscriber=subscriber).delete()


def _not_told(post: DigestPost) -> None:
    DigestPost.objects.filter(pk=post.pk).update(withdrawn_at=None)


def _forget(subscriber: Subscriber) -> None:
    subscriber.delete()


def _forget_unconfirmed() -> None:
    before = timezone.now() - rules.CONFIRM_WITHIN
    Subscriber.objects.filter(confirmed_at=None, asked_at__lt=before, posts=None).delete()


def _named(by: User, procedures: Collection[str]) -> list[dict[str, str]]:
    wanted = set(procedures)
    found = [procedure for procedure in queries.procedures_to_name(by) if procedure["procedure"] in wanted]
    refuse(rules.why_not_name(wanted=len(wanted), found=len(found)))
    return found


def _held(by: User, digest_id: uuid.UUID) -> Digest:
    list(Digest.objects.select_for_update().filter(pk=digest_id).values_list("pk", flat=True))
    return queries.digest_visible_to(by, digest_id)


def _only(by: User, permission: May) -> None:
    if not by.may(permission):
        raise Hidden


def _refuse_without_mail() -> None:
    if why_not := why_no_mail():
        raise Refused(f"Heard cannot send mail yet. Tell your administrator: {why_not}")


def _audit(by: User | None, verb: str, subject: str, row: Any, detail: dict[str, Any] | None = None) -> None:
    record_audit(by=by, verb=verb, subject=subject, subject_id=row.pk, detail=detail or {})
