"""What pages may read of digests and of who has them by mail. `user` is always the first argument."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.queries import colleagues_visible_to, duty_team
from heard.agencies.rules import Hidden, May
from heard.insight.digest import rules
from heard.insight.digest.models import Digest, Subscriber
from heard.insight.release.queries import Content, content_of, profile_visible_to
from heard.insight.release.rules import DocumentKind, ReleaseState
from heard.knowledge import load
from heard.services.queries import as_of_now, procedures_found

if TYPE_CHECKING:
    import uuid

    from heard.agencies.models import User
    from heard.insight.release.models import Profile
    from heard.knowledge.model import Heading, Pattern, Release
    from heard.services.models import Procedure


_MOST_PROCEDURES = 50  # that a form offers, as the page of procedures shows


@dataclass(frozen=True)
class Composed:
    """A digest with the profile that it speaks of and the knowledge that it was written with."""

    digest: Digest
    content: Content
    release: Release
    patterns: list[tuple[Heading, list[Pattern]]]
    further: list[str]
    sources: list[str]


def profile_to_write_of(user: User, profile_id: uuid.UUID) -> Profile:
    """A profile of a run; `Hidden` where it is another report, of which there are no key findings to hand on."""
    profile = profile_visible_to(user, profile_id)
    if profile.kind != DocumentKind.PROFILE:
        raise Hidden
    return profile


def digests_visible_to(user: User) -> QuerySet[Digest]:
    """Newest first. One that was not sent is for whoever writes or releases."""
    rows = Digest.objects.select_related("profile__withdrawn_by", "author", "sent_by")
    if user.may(May.DRAW_PROFILE) or user.may(May.RELEASE):
        return rows
    return rows.filter(sent_at__isnull=False) if user.may(May.SEE_PROFILES) else rows.none()


def digest_visible_to(user: User, digest_id: uuid.UUID) -> Digest:
    try:
        return digests_visible_to(user).get(pk=digest_id)
    except Digest.DoesNotExist:
        raise Hidden from None


def waiting_for(user: User) -> QuerySet[Digest]:
    """Digests that this user may send now, the oldest first."""
    rows = digests_visible_to(user) if user.may(May.RELEASE) else Digest.objects.none()
    ready = rows.filter(sent_at=None, profile__state=ReleaseState.RELEASED).exclude(author=user)
    return ready.order_by("written_at")


def composed(user: User, digest: Digest) -> Composed:
    """All that a digest says. `Hidden` where its profile was withdrawn."""
    release = load.release(digest.knowledge)
    return Composed(
        digest=digest,
        content=content_of(user, digest.profile_id),
        release=release,
        patterns=[
            (heading, [p for p in release.patterns if p.heading == heading.id])
            for heading in release.headings
        ],
        further=[line.strip() for line in digest.further.splitlines() if line.strip()],
        sources=_sources(release),
    )


def suggested(user: User) -> dict[str, Any]:
    """What a new digest begins with: the duty team as contact."""
    team = duty_team(user)
    if team is None:
        return {}
    phone = _("Telephone: %(phone)s") % {"phone": team.duty_phone} if team.duty_phone else ""
    return {"contact": "\n".join(line for line in (f"{team.name}, {team.agency.name}", phone) if line)}


def why_not_change(user: User, digest: Digest) -> str | None:
    return rules.why_not_change(
        profile_state=digest.profile.state,
        sent=digest.sent_at is not None,
        is_author=digest.author_id == user.pk,
    )


def why_not_send(user: User, digest: Digest, *, seen: str | None = None) -> str | None:
    """`seen`: the `fingerprint_of` what they read; left out before they send it."""
    return rules.why_not_send(
        profile_state=digest.profile.state,
        sent=digest.sent_at is not None,
        is_author=digest.author_id == user.pk,
        changed=seen is not None and seen != fingerprint_of(digest),
        outdated=_is_outdated(user, digest),
    )


def _is_outdated(user: User, digest: Digest) -> bool:
    keys = [procedure["procedure"] for procedure in digest.procedures]
    now = _named(user, procedures_found(user).filter(pk__in=keys)) if keys else []
    return any(procedure not in now for procedure in digest.procedures)


def fingerprint_of(digest: Digest) -> str:
    return rules.fingerprint(
        title=digest.title,
        words=digest.words,
        further=digest.further,
        contact=digest.contact,
        procedures=digest.procedures,
    )


def procedures_to_name(user: User) -> list[dict[str, str]]:
    """Local procedures that are in force, as a digest names them, with the edition of now: by title."""
    return _named(user, procedures_found(user))


def _named(user: User, procedures: QuerySet[Procedure]) -> list[dict[str, str]]:
    rows = as_of_now(user, procedures, most=_MOST_PROCEDURES)
    return [
        {
            "procedure": str(row.procedure.pk),
            "title": row.procedure.title,
            "edition": row.edition.edition,
            "link": row.edition.link,
        }
        for row in rows
    ]


def has_them_by_mail(user: User) -> bool:
    return Subscriber.objects.filter(user=user, ended_at=None).exists()


def addresses_outside(user: User) -> QuerySet[Subscriber]:
    """Addresses outside that were asked or have confirmed, the newest first, for whoever releases."""
    rows = (
        Subscriber.objects.filter(user=None, ended_at=None)
        .select_related("invited_by")
        .order_by("-asked_at", "pk")
    )
    return rows if user.may(May.RELEASE) else rows.none()


def why_not_invite(user: User, email: str) -> str | None:
    """Whether a link can be sent to this address now."""
    there = Subscriber.objects.filter(email=email).first()
    return rules.why_not_invite(
        email=email,
        is_staff=bool(email) and colleagues_visible_to(user).filter(email__iexact=email).exists(),
        confirmed=there is not None and there.confirmed_at is not None and there.ended_at is None,
        asked_at=there.asked_at if there else None,
        now=timezone.now(),
    )


def still_to_post(user: User, digest: Digest) -> list[Subscriber]:
    """Who has not had this digest: addresses that were confirmed, and colleagues who still see profiles."""
    if not user.may(May.RELEASE):
        raise Hidden
    confirmed = Subscriber.objects.filter(confirmed_at__isnull=False, ended_at=None)
    confirmed = confirmed.exclude(posts__digest=digest)
    reached = confirmed.filter(Q(user=None) | Q(user__is_active=True)).select_related("user")
    return [
        subscriber
        for subscriber in reached
        if subscriber.user is None or (subscriber.user.email and subscriber.user.may(May.SEE_PROFILES))
    ]


def _sources(release: Release) -> list[str]:
    """What the lists of a digest were read in, each once, without the place in it."""
    sections = (release.definitions, release.patterns, release.vulnerabilities, release.signs)
    return list(dict.fromkeys(sign.source.partition(", ")[0] for section in sections for sign in section))
