"""Every write about agencies and their people, and the audit row that every other action writes."""

import secrets
import uuid
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from itertools import batched
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from axes.utils import reset
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies import queries, rules
from heard.agencies.addressing import everybody_who, holders
from heard.agencies.envelopes import kept
from heard.agencies.indexing import written
from heard.agencies.mail import account
from heard.agencies.mail.sending import why_no_mail
from heard.agencies.models import (
    Agency,
    Approval,
    AuditRow,
    Draft,
    GroupRole,
    Membership,
    ProposedRole,
    Provisioned,
    ProvisioningSecret,
    Recovery,
    Team,
    User,
)
from heard.agencies.on_server import whoami
from heard.agencies.providers import Provider
from heard.agencies.provisioning import digest
from heard.agencies.reading import is_reading_only, keep_looks, note_saved
from heard.agencies.rules import Hidden, May, Refused, Role, refuse
from heard.agencies.seal.heads import Head
from heard.agencies.trail import partners, sealing
from heard.agencies.trail.verifying import ranges_of


def record_audit(
    *,
    by: User | None,
    verb: str,
    subject: str,
    subject_id: object,
    person_id: uuid.UUID | None = None,
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> AuditRow:
    """Adds one audit row. Call it inside the transaction of what it records.

    `detail` holds identifiers and states only, never a person's words or name. `by` is None where Heard does by itself
    what somebody set a day for.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("record_audit() belongs inside the transaction of the action that it records.")
    row = AuditRow(
        actor_id=by.pk if by else 0,
        actor=by.username if by else "heard",
        agency=by.team.agency.name if by and by.team else "",
        verb=verb,
        subject=subject,
        subject_id=str(subject_id),
        person_id=person_id,
        reason=reason,
        detail=detail or {},
    )
    if is_reading_only():
        keep_looks([row])
        return row
    row.save()
    written(row)
    note_saved(verb)
    sealing.seal_soon(verb)
    return row


def record_looks(
    *,
    by: User,
    subject: str,
    person_ids: Iterable[uuid.UUID],
    subject_id: object | None = None,
    verb: str = "view",
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """One row for each of these people, whom one page or file shows together: nothing of them is another than before, so nobody hears of a
    write. Without `subject_id` each row is about the person themselves. One query, however many they are."""
    agency = by.team.agency.name if by.team else ""
    rows = [
        AuditRow(
            actor_id=by.pk,
            actor=by.username,
            agency=agency,
            verb=verb,
            subject=subject,
            subject_id=str(subject_id or person_id),
            person_id=person_id,
            reason=reason,
            detail=detail or {},
        )
        for person_id in person_ids
    ]
    if is_reading_only():
        keep_looks(rows)
    else:
        AuditRow.objects.bulk_create(rows)
        sealing.seal_soon(verb)


@transaction.atomic
def begin_partnership(
    *, username: str, first_name: str, last_name: str, password: str | None, agency: str, kind: str, team: str
) -> User:
    """The first agency, team and administrator of an empty database, who is their own actor. Without a password they set it
    themselves, by the link that `invitation.link_for` has.

    Raises `Refused` once anybody is there: from then on an administrator adds people; Django's `ValidationError`
    for a name that is empty, too long or of wrong characters, and for a password that is easily guessed.
    """
    refuse(rules.why_not_begin(people=User.objects.count()))
    user = _new_user(username, first_name, last_name, password)
    home = Agency(name=agency.strip(), kind=kind)
    home.full_clean()
    home.save()
    first = Team(agency=home, name=team.strip())
    first.full_clean()
    first.save()
    Membership.objects.create(user=user, team=first, role=Role.ADMINISTRATOR)
    if password is None:
        user.invited_at = timezone.now()
        user.save(update_fields=["invited_at"])
    else:
        validate_password(password, user)
    record_audit(by=user, verb="begin", subject="partnership", subject_id=home.pk)
    return user


# ---- agencies and teams


@transaction.atomic
def add_agency(*, by: User, name: str, kind: str) -> Agency:
    _only_administrators(by)
    _lock_administrators()
    taken = Agency.objects.filter(name__iexact=name.strip()).exists()
    refuse(rules.why_not_add_agency(name=name, taken=taken))
    agency = Agency(name=name.strip(), kind=kind)
    agency.full_clean()
    agency.save()
    record_audit(by=by, verb="add", subject="agency", subject_id=agency.pk)
    return agency


@transaction.atomic
def add_team(
    *, by: User, agency: Agency, name: str, duty_phone: str = "", takes_worries: bool = False
) -> Team:
    """One team of the partnership takes worries: this one takes them over from any other."""
    _only_administrators(by)
    _lock_administrators()
    taken = Team.objects.filter(agency=agency, name__iexact=name.strip()).exists()
    refuse(rules.why_not_add_team(name=name, taken=taken))
    team = Team(agency=agency, name=name.strip(), duty_phone=duty_phone, takes_worries=takes_worries)
    if takes_worries:
        _take_worries_from_others(by, team)
    team.full_clean()
    team.save()
    record_audit(
        by=by, verb="add", subject="team", subject_id=team.pk, detail={"takes_worries": takes_worries}
    )
    return team


@transaction.atomic
def change_team(*, by: User, team: Team, duty_phone: str, takes_worries: bool) -> Team:
    """Sets the duty phone, and whether new worries come here: then they no longer come to any other team."""
    _only_administrators(by)
    team = Team.objects.select_for_update().get(pk=team.pk)
    refuse(rules.why_not_change_team(takes_worries=takes_worries, takes_them_now=team.takes_worries))
    if takes_worries and not team.takes_worries:
        _take_worries_from_others(by, team)
    team.duty_phone, team.takes_worries = duty_phone.strip(), takes_worries
    team.full_clean()
    team.save()
    record_audit(
        by=by, verb="change", subject="team", subject_id=team.pk, detail={"takes_worries": takes_worries}
    )
    return team


def _take_worries_from_others(by: User, team: Team) -> None:
    for other in Team.objects.select_for_update().filter(takes_worries=True).exclude(pk=team.pk):
        other.takes_worries = False
        other.save(update_fields=["takes_worries"])
        record_audit(
            by=by, verb="change", subject="team", subject_id=other.pk, detail={"takes_worries": False}
        )


# ---- people


@transaction.atomic
def add_user(
    *,
    by: User,
    username: str,
    first_name: str,
    last_name: str,
    password: str | None,
    team: Team,
    role: Role,
    email: str = "",
    agreed_by: User | None = None,
) -> User:
    """Adds someone who signs in, with their first role. Without a password they cannot sign in before they are invited.

    To a role that sees more a second person agrees: `agreed_by`, or whoever is asked; until then they have none. Capitals
    make no difference in a username, as they make none at sign-in.
    """
    _only_administrators(by)
    _lock_administrators()
    taken = User.objects.filter(username__iexact=username.strip()).exists()
    refuse(rules.why_not_add_user(username=username, taken=taken))
    user = _new_user(username, first_name, last_name, password, email)
    detail: dict[str, Any] = {"role": role, "team": str(team.pk)}
    if agreed_by is None and rules.needs_two(role) and queries.has_a_second(by, user):
        detail["approval"] = str(_ask(by, user, team, role, "Their first role").pk)
    else:
        refuse(_why_not_give(by, user, team, role, agreed_by))
        _put_into_team(by, user, team, role, agreed_by)
        detail |= {"agreed_by": agreed_by.pk} if agreed_by else {}
    record_audit(by=by, verb="add", subject="user", subject_id=user.pk, detail=detail)
    return user


def _new_user(username: str, first_name: str, last_name: str, password: str | None, email: str = "") -> User:
    user = User(
        username=username.strip(),
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        email=email.strip(),
    )
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    return user


@transaction.atomic
def invite(*, by: User, user: User, email: str, agreed_by: User | None = None) -> User:
    """Mails them a link with which they set their own password: the first, or one in place of what they forgot. It unlocks
    their username, and ends any link that they had. Raises Django's `ValidationError` for what is no address.

    Of somebody who sees more, `agreed_by` agrees as the second person: see `ask_for_change`."""
    _only_administrators(by)
    user = User.objects.select_for_update().get(pk=user.pk)
    refuse(_why_not_alone(by, user, queries.invite_takes_two(by, user, email), agreed_by))
    refuse(rules.why_not_invite(is_active=user.is_active, email=email, no_mail=why_no_mail()))
    _take_address(user, email)
    user.invited_at = timezone.now()
    user.save(update_fields=["email", "mail_failed_on", "mail_back_at", "invited_at"])
    _let_try_again(user)
    account.tell(user, "invited")
    record_audit(by=by, verb="invite", subject="user", subject_id=user.pk, detail=_agreed(agreed_by))
    return user


@transaction.atomic
def set_own_password(*, by: User, password: str) -> User:
    """By whom a link was sent to. The link ends, and so does whatever was signed in with the old password."""
    user = User.objects.select_for_update().get(pk=by.pk)
    validate_password(password, user)
    user.set_password(password)
    user.invited_at = None
    user.save(update_fields=["password", "invited_at"])
    _let_try_again(user)
    _end_sessions(user)
    account.tell(user, "password set")
    record_audit(by=user, verb="set password", subject="user", subject_id=user.pk)
    return user


@transaction.atomic
def end_session(*, by: User, session_id: int) -> None:
    """Signs out one browser of theirs; an administrator, one of anybody."""
    held = queries.session_visible_to(by, session_id)
    held.end()
    record_audit(by=by, verb="end session", subject="user", subject_id=held.user_id)


@transaction.atomic
def end_sessions(*, by: User, user: User, but: str | None = None) -> None:
    """Signs out every browser of this person, `but` the one with this session key."""
    refuse(rules.why_not_end_session(is_theirs=by.pk == user.pk, may_manage=by.may(May.MANAGE)))
    _end_sessions(user, but=but)
    record_audit(by=by, verb="end sessions", subject="user", subject_id=user.pk)


@transaction.atomic
def note_factor(*, by: User, verb: str, kind: str) -> None:
    """They added, removed or used a passkey, an app or recovery codes of their own, which allauth keeps. `verb` is "add",
    "remove" or "use". Whoever uses a recovery code may have lost something: whatever else is signed in as them ends."""
    if verb == "use":
        _end_sessions(by)
    account.tell(by, {"add": "factor added", "remove": "factor removed", "use": "recovery code used"}[verb])
    record_audit(by=by, verb=f"{verb} factor", subject="user", subject_id=by.pk, detail={"kind": kind})


@transaction.atomic
def note_password(*, by: User) -> None:
    """They changed their own password, which allauth keeps."""
    account.tell(by, "password changed")
    record_audit(by=by, verb="change password", subject="user", subject_id=by.pk)


@transaction.atomic
def ask_recovery(*, by: User, user: User, reason: str) -> Recovery:
    """For somebody who has lost every passkey, app and code: asks a second person, who speaks with them, to agree. Where
    nobody could be the second, it is done at once. They are told by mail."""
    _only_administrators(by)
    user = User.objects.select_for_update().get(pk=user.pk)
    refuse(
        rules.why_not_ask_recovery(
            is_self=user.pk == by.pk,
            is_active=user.is_active,
            asked_already=queries.recoveries_asked_for(by, user).exists(),
            has_second=queries.has_a_second(by, user),
            may_approve=user.may(May.APPROVE),
            reason=reason,
        )
    )
    asked = Recovery.objects.create(user=user, reason=reason.strip(), asked_by=by)
    record_audit(by=by, verb="ask to recover", subject="user", subject_id=user.pk, reason=reason)
    if queries.has_a_second(by, user):
        account.tell(user, "recovery asked")
    else:
        _begin_again(by, asked)
    return asked


@transaction.atomic
def decide_recovery(*, by: User, recovery_id: uuid.UUID, agrees: bool) -> Recovery:
    """The second person agrees: all with which they could sign in goes, whatever is signed in as them ends, and
    `invitation.link_for` has the link with which they begin again, for a day. Or does not, and nothing changes."""
    queries.recovery_visible_to(by, recovery_id)
    asked = Recovery.objects.select_for_update(of=("self",)).get(pk=recovery_id)
    refuse(
        rules.why_not_decide_approval(
            may_approve=by.may(May.APPROVE),
            decided=asked.decided_at is not None,
            asked_it=asked.asked_by_id == by.pk,
            concerned=asked.user_id == by.pk,
            asked_at=asked.asked_at,
            now=timezone.now(),
        )
    )
    if agrees:
        _begin_again(by, asked)
    else:
        asked.agreed, asked.decided_by, asked.decided_at = False, by, timezone.now()
        asked.save()
    verb = "agree to recover" if agrees else "turn down recovery"
    record_audit(by=by, verb=verb, subject="user", subject_id=asked.user_id)
    return asked


def _begin_again(by: User, asked: Recovery) -> None:
    user = User.objects.select_for_update().get(pk=asked.user_id)
    asked.agreed, asked.decided_by, asked.decided_at = True, by, timezone.now()
    asked.save()
    user.invited_at = asked.decided_at
    user.set_unusable_password()
    user.save(update_fields=["invited_at", "password"])
    Authenticator.objects.filter(user=user).delete()
    _vouched_for(user)
    _let_try_again(user)
    _end_sessions(user)
    account.tell(user, "begun again")


def _vouched_for(user: User) -> None:
    """People have said that they work here: with what they set now they come in, though their organisation's own sign-in may
    not answer for days."""
    SocialAccount.objects.filter(user=user).update(last_login=timezone.now())


@transaction.atomic
def unlock(*, by: User | None, user: User, agreed_by: User | None = None) -> User:
    """They can try again at once. `by` is None for whoever does it on the server. Of somebody who sees more, `agreed_by` agrees
    as the second person; the lock ends by itself after an hour."""
    if by is not None:
        _only_administrators(by)
        refuse(_why_not_alone(by, user, queries.takes_two(by, user), agreed_by))
    refuse(rules.why_not_unlock(is_locked=queries.is_locked(by or user, user)))
    _let_try_again(user)
    record_audit(by=by, verb="unlock", subject="user", subject_id=user.pk, detail=_agreed(agreed_by))
    return user


def _why_not_alone(by: User, user: User, takes_two: bool, agreed_by: User | None) -> str | None:
    return rules.why_not_alone(takes_two=takes_two, agreed=_agrees(by, user, agreed_by))


def _agrees(by: User, user: User, agreed_by: User | None) -> bool:
    return agreed_by is not None and agreed_by.may(May.APPROVE) and agreed_by.pk not in (by.pk, user.pk)


def _agreed(agreed_by: User | None) -> dict[str, Any]:
    return {"agreed_by": agreed_by.pk} if agreed_by else {}


@transaction.atomic
def recover(*, by: User, reason: str) -> User:
    """Lets somebody in again whom nobody on the site can help, such as the last administrator: for `heard recover`, on the
    server.

    They are their own actor, since nobody else is there. All that they could sign in with goes, and `invitation.link_for`
    has the link with which they begin again.
    """
    _lock_administrators()
    user = User.objects.select_for_update().get(pk=by.pk)
    refuse(
        rules.why_not_recover(
            may_approve=bool(queries.who_could_agree(user).filter(pk=user.pk)),
            administrators=queries.other_administrators(user) if _apps_open() else 0,
            seconds=queries.who_could_agree(user).filter(is_active=True).exclude(pk=user.pk).count(),
            reason=reason,
        )
    )
    user.is_active, user.invited_at = True, timezone.now()
    user.set_unusable_password()
    user.save(update_fields=["is_active", "invited_at", "password"])
    Authenticator.objects.filter(user=user).delete()
    _vouched_for(user)
    _let_try_again(user)
    _end_sessions(user)
    account.tell(user, "recovered")
    record_audit(by=user, verb="recover", subject="user", subject_id=user.pk, reason=reason)
    return user


def _apps_open() -> bool:
    """Whether the keys are there that authenticator apps need: without them nobody who uses one can sign in and help."""
    try:
        kept.ring()
    except kept.NoKeys:
        return False
    return True


def _let_try_again(user: User) -> None:
    reset(username=rules.name_as_counted(user.username))


def _take_address(user: User, email: str) -> None:
    """The address before is told: whoever reads mail there should know where it goes now."""
    if email.strip() != user.email:
        user.mail_failed_on = user.mail_back_at = None
        if user.email:
            account.tell(user, "address changed", to=user.email)
    user.email = email.strip()
    user.clean_fields(exclude={field.name for field in User._meta.fields} - {"email"})


@transaction.atomic
def give_role(*, by: User, user: User, team: Team, role: Role, agreed_by: User | None = None) -> Membership:
    """To a role that sees more, `agreed_by` agrees as the second person: see `ask_for_role`. Nobody gives one to themselves."""
    _only_administrators(by)
    refuse(_why_not_give(by, user, team, role, agreed_by))
    membership = _put_into_team(by, user, team, role, agreed_by)
    record_audit(
        by=by,
        verb="give role",
        subject="user",
        subject_id=user.pk,
        detail={"role": role, "team": str(team.pk)} | _agreed(agreed_by),
    )
    return membership


def _put_into_team(by: User, user: User, team: Team, role: Role, agreed_by: User | None) -> Membership:
    """Where nobody agreed to it, those who answer for the team learn of it: somebody in it sees every child of theirs. While a
    partnership is set up there is nobody yet."""
    learn = [] if agreed_by else _answering_for(team, by, user)
    given: dict[str, Any] = {"given_by": by, "given_at": timezone.now()} if learn else {}
    membership = Membership.objects.create(user=user, team=team, role=role, **given)
    for one in learn:
        account.tell(one, "joined")
    return membership


def _answering_for(team: Team, *not_to: User) -> list[User]:
    """Supervisors of the team; where it has none other than these, co-ordinators of the partnership."""
    theirs = [holder for holder in holders(May.SIGN_OFF, teams=[team.pk]) if holder not in not_to]
    return theirs or [user for user in everybody_who(May.SEE_PARTNERSHIP) if user not in not_to]


@transaction.atomic
def see_member(*, by: User, membership_id: int) -> Membership:
    """Somebody who answers for the team knows who was put into it, and that they work there. `Hidden` where it is not theirs to say."""
    queries.member_to_see(by, membership_id)
    row = Membership.objects.select_for_update().get(pk=membership_id)
    row.seen_by, row.seen_at = by, timezone.now()
    row.save(update_fields=["seen_by", "seen_at"])
    detail = {"role": row.role, "team": str(row.team_id)}
    record_audit(by=by, verb="see in team", subject="user", subject_id=row.user_id, detail=detail)
    return row


def _why_not_give(by: User, user: User, team: Team, role: Role, agreed_by: User | None) -> str | None:
    agrees = _agrees(by, user, agreed_by)
    return rules.why_not_give_role(
        has_it=Membership.objects.filter(user=user, team=team, role=role).exists(),
        is_self=user.pk == by.pk,
        needs_two=rules.needs_two(role),
        has_second=agrees or not queries.has_a_second(by, user),
    )


@transaction.atomic
def ask_for_role(*, by: User, user: User, team: Team, role: Role, reason: str) -> Approval:
    """Asks a second person to agree to a role that sees more."""
    _only_administrators(by)
    User.objects.select_for_update().get(pk=user.pk)
    asked = queries.roles_asked_for(by, user).filter(team=team, role=role)
    refuse(
        rules.why_not_ask(
            has_it=Membership.objects.filter(user=user, team=team, role=role).exists(),
            is_self=user.pk == by.pk,
            asked_already=asked.exists(),
            reason=reason,
        )
    )
    approval = _ask(by, user, team, role, reason)
    record_audit(by=by, verb="ask", subject="approval", subject_id=approval.pk, reason=reason)
    return approval


def _ask(by: User, user: User, team: Team, role: Role, reason: str) -> Approval:
    return Approval.objects.create(user=user, team=team, role=role, reason=reason.strip(), asked_by=by)


@transaction.atomic
def decide_approval(*, by: User, approval_id: uuid.UUID, agrees: bool) -> Approval:
    """The second person agrees, and what was asked for is done at once; or they do not, and it is not."""
    queries.approval_visible_to(by, approval_id)
    approval = Approval.objects.select_for_update(of=("self",)).get(pk=approval_id)
    refuse(
        rules.why_not_decide_approval(
            may_approve=by.may(May.APPROVE),
            decided=approval.decided_at is not None,
            asked_it=approval.asked_by_id == by.pk,
            concerned=approval.user_id == by.pk,
            asked_at=approval.asked_at,
            now=timezone.now(),
        )
    )
    approval.agreed, approval.decided_by, approval.decided_at = agrees, by, timezone.now()
    approval.save(update_fields=["agreed", "decided_by", "decided_at"])
    record_audit(
        by=by, verb="agree to" if agrees else "turn down", subject="approval", subject_id=approval.pk
    )
    if agrees:
        _do(approval, by)
    return approval


def _do(approval: Approval, agreed_by: User) -> None:
    """What was asked for, in the name of whoever asked for it and still may."""
    both: Any = {"by": approval.asked_by, "user": approval.user, "agreed_by": agreed_by}
    if approval.what == rules.TwoFor.ADDRESS:
        invite(**both, email=approval.email)
    elif approval.what == rules.TwoFor.LINK:
        link(**both, provider=_provider(approval.provider), number=approval.number)
    elif approval.what == rules.TwoFor.UNLOCK:
        unlock(**both)
    elif approval.what not in rules.ON_SERVER:
        assert approval.team is not None
        give_role(**both, team=approval.team, role=Role(approval.role))


@transaction.atomic
def ask_for_server(*, by: User, what: str, about: str, reason: str) -> Approval:
    """Asks a second person to agree to what is done on the server: a backup brought back, or keys changed. Whoever does it there shows
    the approval: see `heard.config.second`."""
    _only_administrators(by)
    about = about.strip() if what in rules.SAYS_TO_WHAT else ""
    asked = queries.server_acts_asked_for(by, what, about)
    refuse(rules.why_not_ask_for_server(what=what, about=about, asked_already=asked.exists(), reason=reason))
    approval = Approval.objects.create(what=what, about=about, reason=reason.strip(), asked_by=by)
    record_audit(
        by=by, verb="ask", subject="approval", subject_id=approval.pk, reason=reason, detail={"what": what}
    )
    return approval


@transaction.atomic
def use_approval(*, by: None, approval_id: str, what: rules.TwoFor, about: str) -> Approval:
    """What two people agreed to on the site is done on the server, which it lets nobody do again. `by` is None: nobody is signed in
    there; the row names whom the operating system knows."""
    refuse(queries.why_not_use(by, approval_id, what=what, about=about))
    approval = Approval.objects.select_for_update(of=("self",)).get(pk=approval_id.strip())
    refuse(queries.why_not_use(by, approval_id, what=what, about=about))
    approval.used_at = timezone.now()
    approval.save(update_fields=["used_at"])
    detail = {"what": what.value, "about": about, "as": whoami()}
    record_audit(by=by, verb="use", subject="approval", subject_id=approval.pk, detail=detail)
    return approval


@transaction.atomic
def begin_with_approval(*, by: None, approval_id: str, what: rules.TwoFor, about: str) -> None:
    """What two people agreed to on the site begins on the server; it may be broken off, and go on with the same approval after its day.
    `by` is None: nobody is signed in there; the row names whom the operating system knows."""
    refuse(queries.why_not_use(by, approval_id, what=what, about=about))
    detail = {"what": what.value, "about": about, "as": whoami()}
    record_audit(
        by=by, verb="begin with", subject="approval", subject_id=uuid.UUID(approval_id.strip()), detail=detail
    )


def _provider(key: str) -> Provider:
    found: Provider | None = settings.SIGN_ON.get(key)
    if found is None:
        raise Refused(_("This organisation is no longer set up for signing in."))
    return found


@transaction.atomic
def ask_for_change(
    *, by: User, user: User, what: rules.TwoFor, reason: str, email: str = "", provider: Provider | None = None, number: str = ""
) -> Approval:  # fmt: skip
    """Asks a second person to agree to what one administrator alone may not do with the account of somebody who sees more:
    where the link to set their password goes, by which number their organisation knows them, or unlocking their username.
    They are told by mail. Raises Django's `ValidationError` for what is no address."""
    _only_administrators(by)
    user = User.objects.select_for_update().get(pk=user.pk)
    asked = queries.changes_asked_for(by, user).filter(what=what)
    two = (
        queries.invite_takes_two(by, user, email)
        if what == rules.TwoFor.ADDRESS
        else queries.takes_two(by, user)
    )
    refuse(rules.why_not_ask_for_change(takes_two=two, asked_already=asked.exists(), reason=reason))
    if what == rules.TwoFor.ADDRESS:
        refuse(rules.why_not_invite(is_active=user.is_active, email=email, no_mail=why_no_mail()))
    elif what == rules.TwoFor.LINK and provider is not None:
        refuse(_why_not_link(by, user, provider, number))
    elif what == rules.TwoFor.UNLOCK:
        refuse(rules.why_not_unlock(is_locked=queries.is_locked(by, user)))
    approval = Approval(
        user=user, what=what, reason=reason.strip(), asked_by=by, email=email.strip(), number=number.strip(),
        provider=provider.id if provider else "",
    )  # fmt: skip
    approval.full_clean()
    approval.save()
    account.tell(user, "change asked")
    record_audit(
        by=by, verb="ask", subject="approval", subject_id=approval.pk, reason=reason, detail={"what": what}
    )
    return approval


# ---- signing in with one's organisation


@transaction.atomic
def link(
    *, by: User, user: User, provider: Provider, number: str, agreed_by: User | None = None
) -> SocialAccount:
    """From now on this organisation's server says who they are, by this number of its own: themself, who just signed in
    there, or an administrator. They are told by mail. Nobody is ever linked by a mail address.

    Where an administrator says it of somebody who sees more, `agreed_by` agrees as the second person: see `ask_for_change`."""
    user = User.objects.select_for_update().get(pk=user.pk)
    refuse(_why_not_link(by, user, provider, number))
    refuse(_why_not_alone(by, user, queries.takes_two(by, user), agreed_by))
    made = SocialAccount(user=user, provider=provider.id, uid=number.strip(), extra_data={})
    made.full_clean(exclude=["extra_data"])
    made.save()
    account.tell(user, "linked")
    record_audit(
        by=by,
        verb="link",
        subject="user",
        subject_id=user.pk,
        detail={"provider": provider.id, "link": made.pk} | _agreed(agreed_by),
    )
    return made


def _why_not_link(by: User, user: User, provider: Provider, number: str) -> str | None:
    of_the_agency, of_another = queries.belongs(by, user, provider)
    there = SocialAccount.objects.filter(provider=provider.id)
    return rules.why_not_link(
        may_manage=by.may(May.MANAGE),
        is_self=by.pk == user.pk,
        is_active=user.is_active,
        of_the_agency=of_the_agency,
        of_another=of_another,
        linked=there.filter(user=user).exists(),
        taken=there.filter(uid=number.strip()).exists(),
        number=number,
    )


@transaction.atomic
def unlink(*, by: User, link_id: int) -> User:
    """This organisation no longer signs them in, and whatever is signed in as them ends where an administrator says so."""
    held = queries.link_visible_to(by, link_id)
    user: User = held.user
    is_self = user.pk == by.pk
    refuse(
        rules.why_not_unlink(
            may_manage=by.may(May.MANAGE), is_self=is_self, has_other_way=queries.has_way_in(user)
        )
    )
    SocialAccount.objects.filter(pk=held.pk).delete()
    if not is_self:
        _end_sessions(user)
    account.tell(user, "unlinked")
    detail = {"provider": held.provider, "link": link_id}
    record_audit(by=by, verb="unlink", subject="user", subject_id=user.pk, detail=detail)
    return user


@transaction.atomic
def follow_groups(
    *, by: User | None, user: User, provider: Provider, groups: Collection[str] | None
) -> rules.Followed:
    """What comes of the groups in which an organisation says that somebody is who signs in there: see `rules.follow`. Where
    it does not say (`groups` is None), though groups stand for roles, nothing changes and administrators are told."""
    user = User.objects.select_for_update().get(pk=user.pk)
    rows = GroupRole.objects.filter(
        provider=provider.id, counts_since__isnull=False, team__agency__name=provider.agency
    )
    stands_for = {(row.group, (row.team_id, row.role)) for row in rows}
    nothing = rules.Followed(frozenset(), frozenset(), frozenset())
    if not stands_for and groups is None:
        return nothing
    if groups is None:
        _note_missing(by, user, provider)
        return nothing
    held = {
        (membership.team_id, membership.role): membership
        for membership in Membership.objects.select_for_update().filter(user=user)
    }
    proposed = {
        (role.team_id, role.role): role
        for role in ProposedRole.objects.filter(user=user, provider=provider.id)
    }
    followed = rules.follow(held=held, proposed=proposed, stands_for=stands_for, groups=groups)
    for key in sorted(followed.take):
        held[key].delete()
        _note_role(by, "take role", user, key, provider)
    for team, role in sorted(followed.propose):
        ProposedRole.objects.get_or_create(
            user=user, team_id=team, role=role, defaults={"provider": provider.id}
        )
        _note_role(by, "propose role", user, (team, role), provider)
    for key in followed.forget:
        proposed[key].delete()
    if user.groups_missing_at:
        user.groups_missing_at = None
        user.save(update_fields=["groups_missing_at"])
    return followed


def _note_missing(by: User | None, user: User, provider: Provider) -> None:
    user.groups_missing_at = user.groups_missing_at or timezone.now()
    user.save(update_fields=["groups_missing_at"])
    detail = {"provider": provider.id}
    record_audit(by=by, verb="groups not said", subject="user", subject_id=user.pk, detail=detail)


def _note_role(by: User | None, verb: str, user: User, key: rules.InTeam, provider: Provider) -> None:
    team, role = key
    detail = {"role": role, "team": str(team), "provider": provider.id}
    record_audit(by=by, verb=verb, subject="user", subject_id=user.pk, detail=detail)


@transaction.atomic
def map_group(
    *, by: User, provider: Provider, group: str, team: Team, role: Role, reason: str = ""
) -> GroupRole:
    """Says that a group of an organisation's directory stands for a role. Where the role takes two people, it counts once a
    second has agreed."""
    _only_administrators(by)
    _lock_administrators()
    same = GroupRole.objects.filter(provider=provider.id, group=group.strip(), team=team, role=role)
    late = timezone.now() - rules.APPROVED_WITHIN
    same.filter(counts_since=None, asked_at__lt=late).delete()  # nobody agreed in time: it is asked for again
    two = rules.needs_two(role) and queries.has_a_second(by, by)
    refuse(
        rules.why_not_map(
            can_be_mapped=rules.can_be_mapped(role),
            group=group,
            of_the_agency=team.agency.name == provider.agency,
            there=same.exists(),
            needs_two=two,
            reason=reason,
        )
    )
    mapping = GroupRole(
        provider=provider.id, group=group.strip(), team=team, role=role, reason=reason.strip(), asked_by=by,
        counts_since=None if two else timezone.now(),
    )  # fmt: skip
    mapping.full_clean()
    mapping.save()
    verb = "ask" if two else "add"
    detail = {"provider": provider.id, "role": role, "team": str(team.pk)}
    record_audit(
        by=by, verb=verb, subject="directory group", subject_id=mapping.pk, reason=reason, detail=detail
    )
    return mapping


@transaction.atomic
def decide_mapping(*, by: User, mapping_id: uuid.UUID, agrees: bool) -> None:
    """The second person agrees, and from the next sign-in on the group stands for the role; or they do not, and it is gone."""
    queries.group_role_visible_to(by, mapping_id)
    mapping = GroupRole.objects.select_for_update(of=("self",)).get(pk=mapping_id)
    refuse(
        rules.why_not_agree_to_mapping(
            may_approve=by.may(May.APPROVE),
            counts=mapping.counts_since is not None,
            asked_it=mapping.asked_by_id == by.pk,
            asked_at=mapping.asked_at,
            now=timezone.now(),
        )
    )
    if agrees:
        mapping.counts_since, mapping.agreed_by = timezone.now(), by
        mapping.save(update_fields=["counts_since", "agreed_by"])
    else:
        GroupRole.objects.filter(pk=mapping.pk).delete()
    record_audit(
        by=by, verb="agree to" if agrees else "turn down", subject="directory group", subject_id=mapping_id
    )


@transaction.atomic
def unmap_group(*, by: User, mapping_id: uuid.UUID) -> None:
    """The group no longer stands for the role. Whoever has the role keeps it: from now on an administrator alone takes it
    away. What it proposed is no longer proposed."""
    _only_administrators(by)
    mapping = queries.group_role_visible_to(by, mapping_id)
    GroupRole.objects.filter(pk=mapping.pk).delete()
    others = GroupRole.objects.filter(provider=mapping.provider, team=mapping.team, role=mapping.role)
    if not others.exists():
        ProposedRole.objects.filter(provider=mapping.provider, team=mapping.team, role=mapping.role).delete()
    detail = {"provider": mapping.provider, "role": mapping.role, "team": str(mapping.team_id)}
    record_audit(by=by, verb="remove", subject="directory group", subject_id=mapping_id, detail=detail)


@transaction.atomic
def decide_proposed_role(*, by: User, role_id: int, gives: bool, reason: str = "") -> ProposedRole:
    """An administrator gives a role for which a group stands, or asks a second person to agree where it takes two; or does
    not, and it is not proposed again while they are in the group."""
    _only_administrators(by)
    queries.role_proposed(by, role_id)
    asked = ProposedRole.objects.select_for_update(of=("self",)).get(pk=role_id)
    role = Role(asked.role)
    if gives and rules.needs_two(role) and queries.has_a_second(by, asked.user):
        ask_for_role(by=by, user=asked.user, team=asked.team, role=role, reason=reason)
        return asked
    asked.decided_by, asked.decided_at = by, timezone.now()
    asked.save(update_fields=["decided_by", "decided_at"])
    if gives:
        give_role(by=by, user=asked.user, team=asked.team, role=role)
    else:
        detail = {"role": role, "team": str(asked.team_id)}
        record_audit(
            by=by,
            verb="do not give role",
            subject="user",
            subject_id=asked.user_id,
            reason=reason,
            detail=detail,
        )
    return asked


@transaction.atomic
def note_groups_seen_to(*, by: User, user: User) -> None:
    """An administrator has looked why an organisation did not say somebody's groups. It comes again with their next sign-in
    where it still does not."""
    _only_administrators(by)
    User.objects.filter(pk=user.pk).update(groups_missing_at=None)
    record_audit(by=by, verb="see to groups", subject="user", subject_id=user.pk)


# ---- what the directory of an organisation says


@transaction.atomic
def make_provisioning_secret(*, by: User, provider: Provider) -> str:
    """A new secret for the directory of an organisation, which ends the one before. It is told once, and kept nowhere."""
    _only_administrators(by)
    secret = secrets.token_urlsafe(32)
    made = {"digest": digest(secret), "made_by": by, "made_at": timezone.now()}
    ProvisioningSecret.objects.update_or_create(provider=provider.id, defaults=made)
    record_audit(by=by, verb="make secret", subject="provider", subject_id=provider.id)
    return secret


@transaction.atomic
def end_provisioning_secret(*, by: User, provider_id: str) -> None:
    """From now on the directory changes nobody here."""
    _only_administrators(by)
    gone, _rows = ProvisioningSecret.objects.filter(provider=provider_id).delete()
    if not gone:
        raise Hidden
    record_audit(by=by, verb="end secret", subject="provider", subject_id=provider_id)


@transaction.atomic
def provision(
    *, by: User | None, provider: Provider, user_name: str, external_id: str, first_name: str, last_name: str, email: str
) -> Provisioned:  # fmt: skip
    """A directory says that somebody works there. They are in Heard from then on, with no role, no password and no way in.

    Where an administrator has linked somebody by this very number (`external_id`), it is them, and nothing of them changes.
    Raises Django's `ValidationError` for a name or address that cannot be.
    """
    _lock_administrators()
    looked_after = Provisioned.objects.filter(provider=provider.id)
    same = looked_after.filter(user_name=user_name.strip())
    if external_id:
        same |= looked_after.filter(external_id=external_id)
    held = SocialAccount.objects.filter(provider=provider.id, uid=external_id).exclude(uid="").first()
    taken = held is None and User.objects.filter(username__iexact=user_name.strip()).exists()
    refuse(rules.why_not_provision(user_name=user_name, there=same.exists(), taken=taken))
    user: User = held.user if held else _new_user(user_name, first_name, last_name, None, email)
    made = Provisioned(provider=provider.id, external_id=external_id, user_name=user_name.strip(), user=user)
    made.full_clean()
    made.save()
    detail = {"provider": provider.id, "linked": held is not None}
    record_audit(by=by, verb="provision", subject="user", subject_id=user.pk, detail=detail)
    return made


@transaction.atomic
def change_provisioned(
    *, by: User | None, provisioned: Provisioned, first_name: str, last_name: str, email: str
) -> User:
    """A directory says that somebody is called otherwise, or has another address: the address before is told. Their username
    stays. Raises Django's `ValidationError`."""
    user = User.objects.select_for_update().get(pk=provisioned.user_id)
    before = (user.first_name, user.last_name, user.email)
    user.first_name, user.last_name = first_name.strip(), last_name.strip()
    user.clean_fields(exclude={field.name for field in User._meta.fields} - {"first_name", "last_name"})
    _take_address(user, email)
    if before == (user.first_name, user.last_name, user.email):
        return user
    user.save(update_fields=["first_name", "last_name", "email", "mail_failed_on", "mail_back_at"])
    detail = {"provider": provisioned.provider}
    record_audit(by=by, verb="change", subject="user", subject_id=user.pk, detail=detail)
    return user


@transaction.atomic
def switch_off_provisioned(*, by: User | None, provisioned: Provisioned) -> User:
    """A directory says that somebody no longer works there: they are signed out at once, and cannot sign in. Only an
    administrator switches them on again. `Refused` for the last administrator."""
    _lock_administrators()
    user = User.objects.select_for_update().get(pk=provisioned.user_id)
    if not user.is_active:
        return user
    is_one = user.memberships.filter(role=Role.ADMINISTRATOR).exists()
    refuse(
        rules.why_not_switch_off(
            is_active=True,
            is_self=False,
            is_last_administrator=is_one and not queries.another_administrator(user),
            reason="provider",
        )
    )
    user.is_active = False
    user.save(update_fields=["is_active"])
    _end_sessions(user)
    detail = {"provider": provisioned.provider}
    record_audit(
        by=by, verb="switch off", subject="user", subject_id=user.pk, reason="provider", detail=detail
    )
    return user


@transaction.atomic
def take_out_acts(*, by: User) -> list[AuditRow]:
    """What administrators did, all of it, for a file; with the 'download' audit row."""
    rows = list(queries.acts_visible_to(by))
    record_audit(by=by, verb="download", subject="acts", subject_id=by.pk, detail={"rows": len(rows)})
    return rows


@transaction.atomic
def take_role(*, by: User, user: User, membership_id: int) -> User:
    """Takes one role in one team away. They keep at least one; somebody stays an administrator."""
    _only_administrators(by)
    _lock_administrators()
    held = list(Membership.objects.select_for_update().filter(user=user))
    membership = next((row for row in held if row.pk == membership_id), None)
    refuse(
        rules.why_not_take_role(
            has_it=membership is not None,
            is_only_role=len(held) == 1,
            is_last_administrator=_takes_last_administrator(by, user, membership, held),
        )
    )
    assert membership is not None
    detail = {"role": membership.role, "team": str(membership.team_id)}
    membership.delete()
    record_audit(by=by, verb="take role", subject="user", subject_id=user.pk, detail=detail)
    return user


def _takes_last_administrator(
    by: User, user: User, membership: Membership | None, held: list[Membership]
) -> bool:
    """An administrator in two teams stays one when one of the two goes."""
    as_administrator = [row for row in held if row.role == Role.ADMINISTRATOR]
    return as_administrator == [membership] and queries.is_last_administrator(by, user)


@transaction.atomic
def switch_off(*, by: User, user: User, reason: str) -> User:
    """From now on they cannot sign in, and whoever is signed in as them no longer is. Their work stays."""
    _only_administrators(by)
    _lock_administrators()
    user = User.objects.select_for_update().get(pk=user.pk)
    refuse(
        rules.why_not_switch_off(
            is_active=user.is_active,
            is_self=user.pk == by.pk,
            is_last_administrator=queries.is_last_administrator(by, user),
            reason=reason,
        )
    )
    user.is_active = False
    user.save(update_fields=["is_active"])
    _end_sessions(user)
    record_audit(by=by, verb="switch off", subject="user", subject_id=user.pk, reason=reason)
    return user


@transaction.atomic
def switch_off_unused(*, by: User | None, user: User, days: int) -> bool:
    """An account with which nobody has signed in for so many days: Heard does it by itself, but for the last two
    administrators. Whether it did."""
    _lock_administrators()
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active or rules.why_not_switch_off_unused(
        is_administrator=user.memberships.filter(role=Role.ADMINISTRATOR).exists(),
        other_administrators=queries.other_administrators(user),
    ):
        return False
    user.is_active = False
    user.save(update_fields=["is_active"])
    _end_sessions(user)
    detail = {"unused_days": days}
    record_audit(by=by, verb="switch off", subject="user", subject_id=user.pk, reason="unused", detail=detail)
    return True


@transaction.atomic
def switch_on(*, by: User, user: User, reason: str) -> User:
    """They can sign in again, with the roles and the password that they had."""
    _only_administrators(by)
    user = User.objects.select_for_update().get(pk=user.pk)
    refuse(rules.why_not_switch_on(is_active=user.is_active, reason=reason))
    user.is_active = True
    user.save(update_fields=["is_active"])
    record_audit(by=by, verb="switch on", subject="user", subject_id=user.pk, reason=reason)
    return user


@transaction.atomic
def change_own_details(
    *, by: User, email: str, reminders: bool, keys: bool = True, phone: str | None = None
) -> User:
    """What somebody says about themself: where mail and a call reach them, whether they are reminded by it, and whether single keys are
    short cuts for them. Where mail came back, their saying so of the same address means that it arrives again. Raises Django's
    `ValidationError` for what is no address."""
    user = User.objects.select_for_update().get(pk=by.pk)
    user.mail_back_at = None
    _take_address(user, email)
    user.reminders, user.keys = reminders, keys
    if phone is not None:
        user.phone = phone.strip()
    user.save(update_fields=["email", "phone", "reminders", "keys", "mail_failed_on", "mail_back_at"])
    record_audit(
        by=by,
        verb="change",
        subject="own details",
        subject_id=user.pk,
        detail={"reminders": reminders, "keys": keys},
    )
    return user


def _end_sessions(user: User, *, but: str | None = None) -> None:
    """Deleted, not only refused: else they would come back to life when the person is switched on again."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).exclude(pk=but or "").iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()
    UserSession.objects.filter(user=user).exclude(session_key=but or "").delete()


def _lock_administrators() -> None:
    """Two administrators who take each other's role away at once wait for one another, and so do two who add the same name:
    in another spelling it would be no double for the database."""
    rows = Membership.objects.select_for_update().filter(role=Role.ADMINISTRATOR).order_by("pk")
    list(rows.values_list("pk", flat=True))


def _only_administrators(by: User) -> None:
    refuse(rules.why_not_manage(may_manage=by.may(May.MANAGE)))


# ---- witness to another installation


def take_heads(
    *, by: None, partner: str, heads: list[Head], public: bytes | None, own_site: str, after_restore: str = ""
) -> int:
    """Keeps those heads of a partner's Heard that are not there yet, in a row of our own trail, and returns how many. `public`: a key
    with which they sign, besides those that were said before. Where one is forged, contradicts another or goes back, none is kept, a
    row says so, and it raises `Refused`. `after_restore`: who there says that they brought a backup back; then these are compared with each
    other alone, and what comes later with them. `by` is None: whoever looks after the server does it."""
    there, known = partners.kept(partner), partners.publics(partner)
    signers = [*known, *([public] if public else [])]
    why_not = partners.why_not_take(
        partner,
        heads,
        there=[] if after_restore else partners.compared(partner),
        signers=signers,
        own_site=own_site,
        site=there[0].site if there else None,
    )
    if why_not and heads and known:
        _note_refused(by, partner, heads)
    refuse(why_not)
    every = list(dict.fromkeys(heads))
    new = [one for one in every if one not in set(there)]
    detail: dict[str, Any] = {
        "heads": [asdict(one) for one in (every if after_restore else new)],
        "as": whoami(),
    }
    if public and public not in known:
        detail["public"] = public.hex()
    if after_restore:
        detail["anew"] = True
    if new or "public" in detail or after_restore:
        with transaction.atomic():
            record_audit(
                by=by,
                verb="take head",
                subject=partners.SUBJECT,
                subject_id=partner,
                reason=after_restore,
                detail=detail,
            )
    return len(new)


@transaction.atomic
def _note_refused(by: None, partner: str, heads: list[Head]) -> None:
    last = max(heads, key=lambda one: one.size)
    detail = {"size": last.size, "root": last.root[:64], "as": whoami()}
    record_audit(by=by, verb="refuse head", subject=partners.SUBJECT, subject_id=partner, detail=detail)


# ---- erasing


@dataclass(frozen=True)
class Erased:
    """How many audit rows have no personal part any more, and the row that says so."""

    rows: int
    said_in: int


@transaction.atomic
def erase_from_trail(
    *, by: User | None, person_ids: Collection[uuid.UUID], keys: Collection[str], certificate: object
) -> Erased:
    """What audit rows about these people, and about records with these keys, say of anybody goes, and a row says which they are.
    Unfinished forms about them go too. For whoever destroys the records, in the same transaction."""
    sealing.seal()
    found: set[int] = set()
    for some in batched(keys, 400):
        found |= set(AuditRow.objects.filter(subject_id__in=some).values_list("pk", flat=True))
        Draft.objects.filter(subject_id__in=some).delete()
    found |= set(AuditRow.objects.filter(person_id__in=person_ids).values_list("pk", flat=True))
    rows: set[int] = set()
    for ids in batched(sorted(found), 400):
        rows |= set(AuditRow.objects.filter(pk__in=ids, commitment="").values_list("pk", flat=True))
    sealing.erase_personal(sorted(rows))
    said = record_audit(
        by=by,
        verb="erase",
        subject="audit",
        subject_id=certificate,
        detail={"rows": ranges_of(rows)},
    )
    return Erased(len(rows), said.pk)
