"""What others may read about agencies, their people, and what was done. `user` is always the first argument."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.sessions.models import Session
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum
from django.utils import timezone

from heard.agencies.dormant import unused_for
from heard.agencies.models import (
    Agency,
    Approval,
    AuditCheck,
    AuditHead,
    AuditRow,
    AuditWitness,
    GroupRole,
    Membership,
    ProposedRole,
    ProvisioningSecret,
    Recovery,
    Team,
    User,
)
from heard.agencies.providers import Provider
from heard.agencies.rules import (
    APPROVED_WITHIN,
    BY_SLIP,
    MAY,
    ON_SERVER,
    Hidden,
    May,
    Role,
    TwoFor,
    name_as_counted,
    needs_two,
    server_act,
    usable_until,
)
from heard.agencies.rules import why_not_use as why_not_use_approval
from heard.agencies.seal import keys
from heard.agencies.seal.slips import Slip
from heard.agencies.wide_lock import names_locked_widely
from heard.govuk.environment import time

# Verbs of the audit trail that change nothing in a record.
LOOKS = (
    "view",
    "print",
    "read",
    "download",
    "listen",
    "search",
    "see",
    "export",
    "take out",
    "find missing",
    "find changed",
    "find without key",
    "find set aside",
)
ABOUT_STAFF = (
    "partnership",
    "agency",
    "team",
    "user",
    "approval",
    "directory group",
)  # subjects of what administrators do
# In older rows a group of the directory is called as a group of people is of whom a worry tells.
_ONCE_CALLED_GROUP = Q(subject="group", detail__has_key="provider") | Q(
    subject="group", verb__in=("agree to", "turn down")
)


@dataclass(frozen=True)
class Colleague:
    """Who somebody is: the name to show, and the agency of their first membership ('' where they have none now). Their phone at
    work, or that of the team where they have said none."""

    name: str
    agency: str
    phone: str = ""


@dataclass(frozen=True)
class Post:
    """One role in one team."""

    membership_id: int
    agency: str
    team: str
    role: Role


@dataclass(frozen=True)
class Staff:
    """Somebody who signs in, as an administrator sees them. `posts` are in the order in which they were given."""

    user_id: int
    name: str
    username: str
    is_active: bool
    has_password: bool
    is_locked: bool
    posts: tuple[Post, ...]


def agencies_visible_to(user: User | None) -> QuerySet[Agency]:
    """Every agency of the partnership, for anyone who is signed in and has a role. `user`: None for a timer."""
    return Agency.objects.all() if user is None or user.may(May.SIGNED_IN) else Agency.objects.none()


def teams_visible_to(user: User) -> QuerySet[Team]:
    rows = Team.objects.select_related("agency")
    return rows if user.may(May.SIGNED_IN) else rows.none()


def colleagues_visible_to(user: User) -> QuerySet[User]:
    """Active people of every agency: an action in a plan may belong to any of them."""
    rows = User.objects.filter(is_active=True).order_by("last_name", "first_name")
    return rows if user.may(May.SIGNED_IN) else rows.none()


def who_is_called(user: User | None, username: str) -> User | None:
    """Whose username this is, in any capitals, also of somebody who cannot sign in any longer. `user`: None, for who looks after the
    server."""
    return User.objects.filter(username__iexact=username.strip()).first()


def memberships_with(user: User | None, permission: May) -> QuerySet[Membership]:
    """Roles of active people that give a permission: for conditions on who may do something now. `user`: None for an index that is
    shown to nobody as it is."""
    roles = [role for role, allowed in MAY.items() if permission in allowed]
    rows = Membership.objects.filter(user__is_active=True, role__in=roles).order_by()
    return rows if user is None or user.may(May.SIGNED_IN) else rows.none()


def people_without_mail(user: User) -> QuerySet[User]:
    """Active people to whom the last reminder did not go or from whom mail comes back, the longest first. For administrators."""
    failed = Q(reminders=True, mail_failed_on__isnull=False) | Q(mail_back_at__isnull=False)
    rows = User.objects.filter(failed, is_active=True)
    return rows.order_by("mail_failed_on", "pk") if user.may(May.MANAGE) else rows.none()


def own_mail_that_comes_back(user: User) -> QuerySet[User]:
    """The user's own row where mail to their address comes back."""
    rows = User.objects.filter(pk=user.pk, mail_back_at__isnull=False)
    return rows if user.may(May.SIGNED_IN) else rows.none()


def who_are(user: User, ids: Iterable[int]) -> dict[int, Colleague]:
    """The people with these keys, those who have left included, by key. Two queries, however many are asked for."""
    if not user.may(May.SIGNED_IN):
        return {}
    people = _with_posts(User.objects.filter(pk__in=set(ids)))
    return {person.pk: Colleague(str(person), _first_agency(person), _phone(person)) for person in people}


def _with_posts(people: QuerySet[User]) -> QuerySet[User]:
    """Each with their roles, and of each role the team and its agency. One query more."""
    return people.prefetch_related(Prefetch("memberships", Membership.objects.select_related("team__agency")))


def roles_of(user: User, ids: Iterable[int]) -> dict[int, set[str]]:
    """The roles that these people have now, by key. One query."""
    if not user.may(May.SIGNED_IN):
        return {}
    found: dict[int, set[str]] = {}
    for key, role in Membership.objects.filter(user__in=set(ids)).values_list("user", "role"):
        found.setdefault(key, set()).add(role)
    return found


def _first_agency(person: User) -> str:
    memberships = list(person.memberships.all())
    return memberships[0].team.agency.name if memberships else ""


def _phone(person: User) -> str:
    memberships = list(person.memberships.all())
    return person.phone or (memberships[0].team.duty_phone if memberships else "")


def duty_team(user: User) -> Team | None:
    """The team that new worries come to, or None where the partnership has not said."""
    return teams_visible_to(user).filter(takes_worries=True).first()


def looks_at(user: User, *, person_ids: Collection[uuid.UUID]) -> QuerySet[AuditRow]:
    """Who has looked at or changed this child's record, newest first; under every key that it has or had.

    The caller has already shown, through `network.queries`, that the user may see this child.
    """
    rows = AuditRow.objects.filter(person_id__in=person_ids)
    return rows if user.may(May.SEE_CHILD) else rows.none()


def has_done(
    user: User, *, verb: str, subject: str, subject_id: object, since: datetime | None = None
) -> bool:
    """Whether this user did this with it, by the audit trail; ever, or since then."""
    rows = AuditRow.objects.filter(
        subject=subject, subject_id=str(subject_id), verb=verb, actor_id=user.pk
    ).order_by()
    return (rows.filter(at__gte=since) if since else rows).exists()


def acted_on(user: User, who: User, *, person_ids: Collection[uuid.UUID]) -> QuerySet[AuditRow, Any]:
    """Keys of those of these people with whose record somebody did anything but look, by the audit trail: for saying who does not audit it.
    For those who hold audits, and for them."""
    if not user.may(May.HOLD_AUDIT) and user.pk != who.pk:
        return AuditRow.objects.none()
    rows = AuditRow.objects.filter(person_id__in=person_ids, actor_id=who.pk).exclude(verb__in=LOOKS)
    return rows.order_by().values_list("person_id", flat=True).distinct()


def worked_on_since(user: User, *, people: Any, after: int) -> QuerySet[AuditRow, Any]:
    """Keys of those of these people about whose record something was done, and not only looked at, after one row of the audit
    trail. `people`: keys, or a question for them. The caller has shown that the user may ask it."""
    rows = AuditRow.objects.filter(person_id__in=people, pk__gt=after).exclude(verb__in=LOOKS).order_by()
    return (
        rows.values_list("person_id", flat=True).distinct()
        if user.may(May.SIGNED_IN)
        else AuditRow.objects.none()
    )


def workers(user: User, permission: May) -> list[User]:
    """Active people to whom a role gives this permission, by name, each with what they are in: two queries for all."""
    giving = [role for role, allowed in MAY.items() if permission in allowed]
    rows = colleagues_visible_to(user).filter(memberships__role__in=giving).distinct()
    found = list(_with_posts(rows))
    for one in found:
        one.held = list(one.memberships.all())  # as it reads them, once for all of them
    return found


def staff_by_agency(user: User) -> dict[uuid.UUID, int]:
    """Of each agency, how many active people work with children in it, by its key. One question."""
    return _staff_by(user, "team__agency")


def staff_by_team(user: User) -> dict[uuid.UUID, int]:
    """Of each team, how many active people work with children in it, by its key. One question."""
    return _staff_by(user, "team")


def _staff_by(user: User, path: str) -> dict[uuid.UUID, int]:
    working = [role for role, allowed in MAY.items() if May.PLAN in allowed]
    rows = Membership.objects.filter(user__in=colleagues_visible_to(user).order_by(), role__in=working)
    return dict(rows.order_by().values_list(path).annotate(people=Count("user", distinct=True)))


def posts_of(user: User) -> tuple[Post, ...]:
    """This user's own roles, each with its team and agency."""
    rows = Membership.objects.filter(user_id=user.pk).select_related("team__agency")
    return tuple(Post(row.pk, row.team.agency.name, row.team.name, Role(row.role)) for row in rows)


def agencies_led_by(user: User) -> set[uuid.UUID]:
    """Agencies for which this user answers towards others: where they decide, or where they work with children and nobody
    decides. One query at most."""
    led = user.agencies_where(May.DECIDE)
    rest = user.agencies_where(May.PLAN) - led
    if not rest:
        return led
    deciding = memberships_with(user, May.DECIDE).filter(team__agency__in=rest)
    return led | (rest - set(deciding.values_list("team__agency", flat=True)))


def led_by(user: Any) -> QuerySet[Membership, Any]:
    """Keys of the same agencies, of a user or of people by their keys: for conditions."""
    deciding = memberships_with(None, May.DECIDE).filter(team__agency=OuterRef("team__agency"))
    decides = Q(role__in=[role for role, allowed in MAY.items() if May.DECIDE in allowed])
    theirs = {"user__in" if isinstance(user, QuerySet) else "user": user}
    return (
        memberships_with(None, May.PLAN).filter(decides | ~Exists(deciding), **theirs).values("team__agency")
    )


def uses_heard(user: User, agency_id: uuid.UUID) -> bool:
    """Whether anybody of this agency works with children here, and so finds what is sent to it."""
    return memberships_with(user, May.PLAN).filter(team__agency=agency_id).exists()


# ---- what takes two people, and what administrators did


def approvals_visible_to(user: User) -> QuerySet[Approval]:
    """What takes two people, for those who may be the second: what waits first, then the latest."""
    rows = Approval.objects.select_related("user", "team__agency", "asked_by", "decided_by")
    rows = rows.order_by(F("decided_at").desc(nulls_first=True), "-asked_at", "pk")
    return rows if user.may(May.APPROVE) else rows.none()


def approval_visible_to(user: User, approval_id: uuid.UUID) -> Approval:
    """One of them, or `Hidden`."""
    row = approvals_visible_to(user).filter(pk=approval_id).first()
    if row is None:
        raise Hidden
    return row


def roles_asked_for(user: User, person: User) -> QuerySet[Approval]:
    """Roles of one person to which a second has neither agreed nor not, and still can."""
    since = timezone.now() - APPROVED_WITHIN
    rows = Approval.objects.filter(user=person, what=TwoFor.ROLE, decided_at=None, asked_at__gte=since)
    return rows.select_related("team__agency") if user.may(May.MANAGE) else rows.none()


def changes_asked_for(user: User, person: User) -> QuerySet[Approval]:
    """Changes of one person's account to which a second has neither agreed nor not, and still can."""
    rows = Approval.objects.filter(
        user=person, decided_at=None, asked_at__gte=timezone.now() - APPROVED_WITHIN
    )
    rows = rows.exclude(what=TwoFor.ROLE).order_by("asked_at", "pk")
    return rows if user.may(May.MANAGE) else rows.none()


def takes_two(user: User, person: User) -> bool:
    """Whether one administrator alone may not decide with what this person gets in: others, who have a role that sees more
    than a practitioner's or for whom one is asked, once there is somebody who could agree."""
    since = timezone.now() - APPROVED_WITHIN
    asked = Approval.objects.filter(user=person, what=TwoFor.ROLE, decided_at=None, asked_at__gte=since)
    roles = {
        *Membership.objects.filter(user=person).values_list("role", flat=True),
        *asked.values_list("role", flat=True),
    }
    return user.pk != person.pk and any(map(needs_two, roles)) and has_a_second(user, person)


def invite_takes_two(user: User, person: User, email: str) -> bool:
    """As `takes_two`, of a link to this address. Whoever was added and has never got in is sent their first one to the address
    with which they were added."""
    is_first = person.last_login is None and not has_way_in(person) and email.strip() == person.email
    return not is_first and takes_two(user, person)


def server_acts_asked_for(user: User, what: str, about: str) -> QuerySet[Approval]:
    """What was asked for the server, of this kind and about this, to which a second has neither agreed nor not, and still can."""
    since = timezone.now() - APPROVED_WITHIN
    rows = Approval.objects.filter(what=what, about=about, decided_at=None, asked_at__gte=since)
    return rows if user.may(May.MANAGE) else rows.none()


def why_not_use(user: User | None, approval_id: str, *, what: TwoFor, about: str) -> str | None:
    """Whether this approval lets whoever looks after the server do this now. `user`: None for them."""
    try:
        found = Approval.objects.filter(pk=uuid.UUID(approval_id.strip()), what__in=ON_SERVER).first()
    except ValueError:
        found = None
    if found is None:
        return why_not_use_approval(
            found=False, agreed=None, used=False, same=False, until=None, now=timezone.now()
        )
    has_begun = AuditRow.objects.filter(
        subject="approval", verb="begin with", subject_id=str(found.pk)
    ).exists()
    return why_not_use_approval(
        found=True,
        agreed=found.agreed,
        used=found.used_at is not None,
        same=(found.what, found.about) == (what.value, about.strip()),
        until=usable_until(found.decided_at),
        now=timezone.now(),
        has_begun=has_begun,
        is_for=server_act(found.what, found.about),
    )


def shown_on_server(user: User, asked: Approval) -> str:
    """What is shown on the server for what two people agreed to: its number, or where the database will not know it a line signed with
    the key of the audit trail. "" without one, or for whom it is not."""
    if not user.may(May.APPROVE) or not asked.agreed or asked.decided_at is None:
        return ""
    if asked.what not in BY_SLIP:
        return str(asked.pk)
    try:
        ring = keys.read(settings.AUDIT_KEY)
    except keys.KeyMissing:
        return ""
    until = asked.decided_at + APPROVED_WITHIN
    slip = Slip(
        ring.site,
        str(asked.pk),
        asked.what,
        asked.about,
        asked.asked_by_id,
        asked.decided_by_id or 0,
        until.isoformat(),
    )
    return slip.signed(ring.newest).line()


def was_used(user: User | None, approval_id: str) -> bool:
    """Whether a row says that what was agreed to was done. `user`: None for whoever looks after the server."""
    return AuditRow.objects.filter(subject="approval", verb="use", subject_id=approval_id).exists()


def done_alone(user: User) -> QuerySet[AuditRow]:
    """What one person alone did on the server though it takes two, the latest first."""
    rows = AuditRow.objects.filter(subject="approval", verb="do alone").order_by("-at", "-pk")
    return rows if user.may(May.SEE_TRAIL) else rows.none()


def has_a_second(user: User, person: User) -> bool:
    """Whether a second person can be asked: somebody else agrees to such things, or once did. While the first
    administrator of a partnership sets it up, nobody does."""
    approving = [role for role, allowed in MAY.items() if May.APPROVE in allowed]
    others = Membership.objects.filter(role__in=approving).exclude(user__in=(user.pk, person.pk))
    return others.exists() or Approval.objects.filter(decided_by__isnull=False).exists()


def who_could_agree(user: User) -> QuerySet[User]:
    """Those to whom a role gives that they agree to what one alone may not do, this user and those who are switched off
    included. For whoever looks after the server."""
    approving = [role for role, allowed in MAY.items() if May.APPROVE in allowed]
    return User.objects.filter(memberships__role__in=approving).distinct()


def acts_visible_to(user: User) -> QuerySet[AuditRow]:
    """What was done about people, roles, teams and agencies, the latest first. For co-ordinators and the board."""
    rows = AuditRow.objects.filter(Q(subject__in=ABOUT_STAFF) | _ONCE_CALLED_GROUP).exclude(verb__in=LOOKS)
    return rows if user.may(May.SEE_ACTS) else rows.none()


def names_in_acts(user: User, rows: Collection[AuditRow]) -> dict[tuple[str, str], str]:
    """What who did it, and each person, team or agency that it was about, is called now, by subject and key."""

    def keys(subject: str) -> set[str]:
        return {row.subject_id for row in rows if row.subject == subject}

    people = who_are(user, {*map(int, keys("user")), *(row.actor_id for row in rows)})
    teams = teams_visible_to(user).filter(pk__in=keys("team"))
    agencies = agencies_visible_to(user).filter(pk__in=keys("agency"))
    return (
        {("user", str(key)): person.name for key, person in people.items()}
        | {("team", str(team.pk)): team.name for team in teams}
        | {("agency", str(agency.pk)): agency.name for agency in agencies}
    )


def checks_of_trail(user: User) -> QuerySet[AuditCheck]:
    """What came of verifying the audit trail, the latest first."""
    rows = AuditCheck.objects.order_by("-at", "-pk")
    return rows if user.may(May.SEE_TRAIL) else rows.none()


def trail_not_sound(user: User) -> QuerySet[AuditCheck]:
    """The latest of these, where the trail was not as it was written, or that could not be told. For administrators."""
    latest = AuditCheck.objects.order_by("-at", "-pk").values("pk")[:1]
    rows = AuditCheck.objects.filter(pk=latest).exclude(outcome=0)
    return rows if user.may(May.MANAGE) else rows.none()


def last_head(user: User) -> AuditHead | None:
    """How many rows are sealed, and since when."""
    return AuditHead.objects.order_by("-size").first() if user.may(May.SEE_TRAIL) else None


def witnesses_of_trail(user: User) -> QuerySet[AuditWitness]:
    rows = AuditWitness.objects.order_by("name")
    return rows if user.may(May.SEE_TRAIL) else rows.none()


# ---- for administrators alone


def users_visible_to(user: User) -> QuerySet[User]:
    """Everybody who signs in or once did, by name."""
    rows = User.objects.order_by("last_name", "first_name", "pk")
    return rows if user.may(May.MANAGE) else rows.none()


def user_visible_to(user: User, user_id: int) -> User:
    """Raises `Hidden` where there is nobody, or for somebody who does not manage people."""
    found = users_visible_to(user).filter(pk=user_id).first()
    if found is None:
        raise Hidden
    return found


def staff_visible_to(user: User, people: Iterable[User]) -> list[Staff]:
    """These people with their roles, in their order. Three queries, however many they are."""
    order = [person.pk for person in people]
    rows = _with_posts(users_visible_to(user).filter(pk__in=order))
    locked = locked_names(user)
    by_key = {person.pk: _staff(person, locked) for person in rows}
    return [by_key[key] for key in order if key in by_key]


def _staff(person: User, locked: set[str]) -> Staff:
    posts = (
        Post(held.pk, held.team.agency.name, held.team.name, Role(held.role))
        for held in person.memberships.all()
    )
    return Staff(
        person.pk,
        str(person),
        person.username,
        person.is_active,
        person.has_usable_password(),
        name_as_counted(person.username) in locked,
        tuple(posts),
    )


def locked_names(user: User) -> set[str]:
    """Usernames, as counted, with which nobody can sign in now from at least one address."""
    if not user.may(May.MANAGE):
        return set()
    return _locked(AccessAttempt.objects.all())


def is_locked(user: User, person: User) -> bool:
    """Whether this person's username is locked from somewhere. For administrators, and for themself."""
    if user != person and not user.may(May.MANAGE):
        return False
    return bool(_locked(AccessAttempt.objects.filter(username=name_as_counted(person.username))))


def _locked(attempts: QuerySet[AccessAttempt]) -> set[str]:
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    counted = attempts.filter(attempt_time__gt=since).values("username", "ip_address")
    full = counted.annotate(wrong=Sum("failures_since_start")).filter(wrong__gte=settings.AXES_FAILURE_LIMIT)
    return set(full.values_list("username", flat=True)) | names_locked_widely(attempts)


def factors_of(user: User, person: User) -> list[str]:
    """What this person confirms with that it is them, for administrators: "webauthn", "totp", "recovery_codes"."""
    rows = Authenticator.objects.filter(user=person) if user.may(May.MANAGE) else Authenticator.objects.none()
    return sorted(set(rows.values_list("type", flat=True)))


def sessions_of(user: User, person: User) -> list[UserSession]:
    """Where this person is signed in, the latest first: for themself, and for administrators."""
    if user != person and not user.may(May.MANAGE):
        return []
    there = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return list(UserSession.objects.filter(user=person, session_key__in=there).order_by("-created_at"))


def session_visible_to(user: User, session_id: int) -> UserSession:
    """One of their own, or for an administrator anybody's; else `Hidden`."""
    found = UserSession.objects.filter(pk=session_id).select_related("user").first()
    if found is None or not (found.user_id == user.pk or user.may(May.MANAGE)):
        raise Hidden
    return found


def recoveries_visible_to(user: User) -> QuerySet[Recovery]:
    """Colleagues who are to begin again, for those who may be the second person."""
    rows = Recovery.objects.select_related("user", "asked_by")
    return rows if user.may(May.APPROVE) else rows.none()


def recovery_visible_to(user: User, recovery_id: uuid.UUID) -> Recovery:
    """One of them, or `Hidden`."""
    found = recoveries_visible_to(user).filter(pk=recovery_id).first()
    if found is None:
        raise Hidden
    return found


def recoveries_to_decide(user: User) -> QuerySet[Recovery]:
    """Those on which this user can decide now, the longest first."""
    since = timezone.now() - APPROVED_WITHIN
    rows = recoveries_visible_to(user).filter(decided_at=None, asked_at__gte=since)
    return rows.exclude(asked_by=user.pk).exclude(user=user.pk).order_by("asked_at", "pk")


def recoveries_asked_for(user: User, person: User) -> QuerySet[Recovery]:
    """Of one person, on which nobody has decided and somebody still can."""
    since = timezone.now() - APPROVED_WITHIN
    return recoveries_visible_to(user).filter(user=person, decided_at=None, asked_at__gte=since)


def people_unused(user: User) -> QuerySet[User]:
    """Active people who have not signed in for as long as the settings say, the longest first. For administrators."""
    if settings.UNUSED_DAYS is None or not user.may(May.MANAGE):
        return User.objects.none()
    return unused_for(settings.UNUSED_DAYS[0])


# ---- signing in with one's organisation


@dataclass(frozen=True)
class Link:
    """That an organisation's server says who somebody is, by this number. `last_used`: None where it never did."""

    id: int
    provider: str
    name: str
    number: str
    last_used: datetime | None


def links_of(user: User, person: User) -> list[Link]:
    """By which organisations this person is signed in: for themself, and for administrators."""
    if user != person and not user.may(May.MANAGE):
        return []
    rows = SocialAccount.objects.filter(user=person).order_by("pk")
    return [
        Link(
            row.pk, row.provider, _name_of(row.provider), row.uid, row.last_login if row.extra_data else None
        )
        for row in rows
    ]


def link_visible_to(user: User, link_id: int) -> SocialAccount:
    """One of their own, or for an administrator anybody's; else `Hidden`."""
    found = SocialAccount.objects.filter(pk=link_id).select_related("user").first()
    if found is None or not (found.user_id == user.pk or user.may(May.MANAGE)):
        raise Hidden
    return found


def _name_of(provider: str) -> str:
    known = settings.SIGN_ON.get(provider)
    return known.name if known else provider


def belongs(user: User, person: User, provider: Provider) -> tuple[bool, bool]:
    """Whether this person has a role in the agency whose organisation it is, and whether in another: for themself, and for
    administrators."""
    if user != person and not user.may(May.MANAGE):
        return False, False
    agencies = set(Membership.objects.filter(user=person).values_list("team__agency__name", flat=True))
    return provider.agency in agencies, bool(agencies - {provider.agency})


def providers_for(user: User, person: User) -> list[Provider]:
    """The organisations with which this person could sign in and does not yet."""
    linked = {link.provider for link in links_of(user, person)}
    return [
        provider
        for provider in settings.SIGN_ON.values()
        if provider.id not in linked and belongs(user, person, provider) == (True, False)
    ]


def stale_links(user: User, providers: Collection[str], since: datetime) -> list[str]:
    """The organisations, of `providers`, that sign this person in and have said who they are at no time since then; none where
    one of them has. A new link counts as said, and so does a recovery to which two people agreed."""
    links = list(SocialAccount.objects.filter(user=user, provider__in=providers))
    return [] if any(link.last_login >= since for link in links) else [link.provider for link in links]


def has_way_in(user: User) -> bool:
    """Whether they could sign in without any organisation: with a password or a passkey."""
    keys = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return user.has_usable_password() or keys.exists()


def has_to_confirm_with(user: User) -> bool:
    """Whether they have anything of their own here with which to show again that it is them."""
    return user.has_usable_password() or Authenticator.objects.filter(user=user).exists()


def group_roles_visible_to(user: User) -> QuerySet[GroupRole]:
    """Which group stands for which role, for those who say so and those who agree."""
    rows = GroupRole.objects.select_related("team__agency", "asked_by", "agreed_by")
    return rows if user.may(May.APPROVE) else rows.none()


def group_role_visible_to(user: User, mapping_id: uuid.UUID) -> GroupRole:
    """One of them, or `Hidden`."""
    found = group_roles_visible_to(user).filter(pk=mapping_id).first()
    if found is None:
        raise Hidden
    return found


def group_roles_to_agree_to(user: User) -> QuerySet[GroupRole]:
    """Those that wait for a second person who is not this user's own asking, the longest first."""
    since = timezone.now() - APPROVED_WITHIN
    rows = group_roles_visible_to(user).filter(counts_since=None, asked_at__gte=since)
    return rows.exclude(asked_by=user.pk).order_by("asked_at", "pk")


def members_to_see(user: User) -> QuerySet[Membership]:
    """Who was put into a team by one administrator alone, and of whom nobody who answers for it has said that they know them; the
    longest first. For its supervisors; where it has none but themselves and whoever did it, for co-ordinators."""
    rows = Membership.objects.filter(given_at__isnull=False, seen_at=None, user__is_active=True)
    rows = rows.exclude(user=user).exclude(given_by=user).select_related("user", "team__agency", "given_by")
    others = memberships_with(user, May.SIGN_OFF).filter(team=OuterRef("team"))
    others = others.exclude(user=OuterRef("user")).exclude(user=OuterRef("given_by"))
    theirs = Q(team__in=user.teams_where(May.SIGN_OFF))
    if user.may(May.SEE_PARTNERSHIP):
        theirs |= Q(~Exists(others))
    return rows.filter(theirs).order_by("given_at", "pk") if user.may(May.SEE_TEAM) else rows.none()


def member_to_see(user: User, membership_id: int) -> Membership:
    """One of them, or `Hidden`."""
    found = members_to_see(user).filter(pk=membership_id).first()
    if found is None:
        raise Hidden
    return found


def roles_proposed(user: User) -> QuerySet[ProposedRole]:
    """Roles that a group stands for, of people who do not have them, the longest first; without those for which a second
    person has been asked. For administrators."""
    same = {"user": OuterRef("user"), "team": OuterRef("team"), "role": OuterRef("role")}
    since = timezone.now() - APPROVED_WITHIN
    asked = Approval.objects.filter(**same, decided_at=None, asked_at__gte=since)
    rows = ProposedRole.objects.filter(decided_at=None, user__is_active=True)
    rows = rows.exclude(Exists(asked)).exclude(Exists(Membership.objects.filter(**same)))
    rows = rows.select_related("user", "team__agency").order_by("proposed_at", "pk")
    return rows if user.may(May.MANAGE) else rows.none()


def role_proposed(user: User, role_id: int) -> ProposedRole:
    """One of them, or `Hidden`."""
    found = roles_proposed(user).filter(pk=role_id).first()
    if found is None:
        raise Hidden
    return found


def secrets_visible_to(user: User) -> QuerySet[ProvisioningSecret]:
    """Which directories have a secret, since when and from whom. For administrators."""
    rows = ProvisioningSecret.objects.select_related("made_by").order_by("provider")
    return rows if user.may(May.MANAGE) else rows.none()


def people_without_groups(user: User) -> QuerySet[User]:
    """Active people of whom their organisation did not say the groups when it signed them in last, the longest first. For
    administrators."""
    rows = User.objects.filter(is_active=True, groups_missing_at__isnull=False)
    return rows.order_by("groups_missing_at", "pk") if user.may(May.MANAGE) else rows.none()


def is_last_administrator(user: User, person: User) -> bool:
    """Whether nobody but this person is an administrator who is active and has a password."""
    is_one = users_visible_to(user).filter(pk=person.pk, memberships__role=Role.ADMINISTRATOR).exists()
    another = another_administrator(person)
    return is_one and not another


def another_administrator(user: User) -> bool:
    """Whether there is an administrator besides this user who is active and has a password."""
    return other_administrators(user) > 0


def other_administrators(user: User) -> int:
    """How many administrators besides this user are active and have a password."""
    others = User.objects.filter(memberships__role=Role.ADMINISTRATOR, is_active=True).exclude(pk=user.pk)
    return others.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).distinct().count()


def teams_with_people(user: User) -> QuerySet[Team]:
    """Each team with `people`: how many active people have a role in it."""
    active = Count("memberships__user", filter=Q(memberships__user__is_active=True), distinct=True)
    rows = teams_visible_to(user).annotate(people=active).order_by("agency__name", "name")
    return rows if user.may(May.MANAGE) else rows.none()


def agencies_without_teams(user: User) -> QuerySet[Agency]:
    rows = agencies_visible_to(user).filter(teams=None)
    return rows if user.may(May.MANAGE) else rows.none()


def team_visible_to(user: User, team_id: uuid.UUID) -> Team:
    """Raises `Hidden` where there is none."""
    found = teams_visible_to(user).filter(pk=team_id).first()
    if found is None:
        raise Hidden
    return found


def last_change(user: User, *, subject: str, subject_id: object) -> str:
    """Who changed this last, and when, as a page says it; "" where nobody did. The caller has shown that the user may
    see it."""
    rows = AuditRow.objects.filter(subject=subject, subject_id=str(subject_id)).exclude(verb__in=LOOKS)
    row = rows.first() if user.may(May.SIGNED_IN) else None
    if row is None:
        return ""
    who = who_are(user, [row.actor_id]).get(row.actor_id)
    return f"{who.name if who else row.actor}, {time(row.at)}"


def last_looked(
    user: User, *, subject: str, subject_id: object, what: str, before: datetime
) -> datetime | None:
    """When this user last looked at one part (`what`, as the look was recorded) of a subject before a moment; None where they never did."""
    rows = AuditRow.objects.filter(subject=subject, subject_id=str(subject_id), actor_id=user.pk, verb="view")
    return rows.filter(detail__shown=what, at__lt=before).values_list("at", flat=True).first()
