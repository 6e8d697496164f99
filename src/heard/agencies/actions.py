"""Every write about agencies and their people, and the audit row that every other action writes."""

import json
import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from heard.agencies import queries, rules
from heard.agencies.indexing import written
from heard.agencies.models import Agency, Approval, AuditRow, Draft, Membership, Team, User
from heard.agencies.rules import Hidden, May, Role, Sheet, refuse


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
    row = AuditRow.objects.create(
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
    written(row)
    return row


def record_looks(*, by: User, subject: str, subject_id: object, person_ids: Iterable[uuid.UUID]) -> None:
    """One 'view' row for each of these people, whom one page shows together. One query, however many they are."""
    agency = by.team.agency.name if by.team else ""
    AuditRow.objects.bulk_create(
        AuditRow(
            actor_id=by.pk,
            actor=by.username,
            agency=agency,
            verb="view",
            subject=subject,
            subject_id=str(subject_id),
            person_id=person_id,
        )
        for person_id in person_ids
    )


@transaction.atomic
def begin_partnership(
    *, username: str, first_name: str, last_name: str, password: str | None, agency: str, kind: str, team: str
) -> User:
    """The first agency, team and administrator of an empty database, who is their own actor.

    Raises `Refused` once anybody is there: from then on an administrator adds people; Django's `ValidationError`
    for a name that is empty, too long or of wrong characters.
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
    record_audit(by=user, verb="begin", subject="partnership", subject_id=home.pk)
    return user


# ---- agencies and teams


@transaction.atomic
def add_agency(*, by: User, name: str, kind: str) -> Agency:
    _only_administrators(by)
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
    agreed_by: User | None = None,
) -> User:
    """Adds someone who signs in, with their first role. Without a password they cannot sign in yet.

    To a role that sees more a second person agrees: `agreed_by`, or whoever is asked; until then they have none. Capitals
    make no difference in a username, as they make none at sign-in.
    """
    _only_administrators(by)
    taken = User.objects.filter(username__iexact=username.strip()).exists()
    refuse(rules.why_not_add_user(username=username, taken=taken))
    user = _new_user(username, first_name, last_name, password)
    detail: dict[str, Any] = {"role": role, "team": str(team.pk)}
    if agreed_by is None and rules.needs_two(role) and queries.has_a_second(by, user):
        detail["approval"] = str(_ask(by, user, team, role, "Their first role").pk)
    else:
        refuse(_why_not_give(by, user, team, role, agreed_by))
        Membership.objects.create(user=user, team=team, role=role)
        detail |= {"agreed_by": agreed_by.pk} if agreed_by else {}
    record_audit(by=by, verb="add", subject="user", subject_id=user.pk, detail=detail)
    return user


def _new_user(username: str, first_name: str, last_name: str, password: str | None) -> User:
    user = User(username=username.strip(), first_name=first_name.strip(), last_name=last_name.strip())
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    return user


@transaction.atomic
def set_password(*, by: User, user: User, password: str) -> User:
    """For somebody who has none yet or has forgotten it. Whoever is signed in with the old one no longer is."""
    _only_administrators(by)
    user = User.objects.select_for_update().get(pk=user.pk)
    user.set_password(password)
    user.save(update_fields=["password"])
    record_audit(by=by, verb="set password", subject="user", subject_id=user.pk)
    return user


@transaction.atomic
def give_role(*, by: User, user: User, team: Team, role: Role, agreed_by: User | None = None) -> Membership:
    """To a role that sees more, `agreed_by` agrees as the second person: see `ask_for_role`. Nobody gives one to themselves."""
    _only_administrators(by)
    refuse(_why_not_give(by, user, team, role, agreed_by))
    membership = Membership.objects.create(user=user, team=team, role=role)
    record_audit(
        by=by,
        verb="give role",
        subject="user",
        subject_id=user.pk,
        detail={"role": role, "team": str(team.pk)} | ({"agreed_by": agreed_by.pk} if agreed_by else {}),
    )
    return membership


def _why_not_give(by: User, user: User, team: Team, role: Role, agreed_by: User | None) -> str | None:
    agrees = agreed_by is not None and agreed_by.may(May.APPROVE) and agreed_by.pk not in (by.pk, user.pk)
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
        role = Role(approval.role)
        give_role(by=approval.asked_by, user=approval.user, team=approval.team, role=role, agreed_by=by)
    return approval


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
def change_own_details(*, by: User, email: str, reminders: bool) -> User:
    """What somebody says about themself: where mail reaches them, and whether they are reminded by it. Raises Django's
    `ValidationError` for what is no address."""
    user = User.objects.select_for_update().get(pk=by.pk)
    if email.strip() != user.email:
        user.mail_failed_on = None
    user.email, user.reminders = email.strip(), reminders
    user.clean_fields(exclude={field.name for field in User._meta.fields} - {"email"})
    user.save(update_fields=["email", "reminders", "mail_failed_on"])
    record_audit(
        by=by, verb="change", subject="own details", subject_id=user.pk, detail={"reminders": reminders}
    )
    return user


def _end_sessions(user: User) -> None:
    """Deleted, not only refused: else they would come back to life when the person is switched on again."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()


def _lock_administrators() -> None:
    """Two administrators who take each other's role away at once wait for one another."""
    rows = Membership.objects.select_for_update().filter(role=Role.ADMINISTRATOR).order_by("pk")
    list(rows.values_list("pk", flat=True))


def _only_administrators(by: User) -> None:
    refuse(rules.why_not_manage(may_manage=by.may(May.MANAGE)))


# ---- unfinished forms


@transaction.atomic
def begin_draft(*, by: User, kind: str, subject_id: uuid.UUID | None = None) -> Draft:
    draft = Draft.objects.create(user=by, kind=kind, subject_id=subject_id)
    record_audit(by=by, verb="begin", subject="draft", subject_id=draft.pk)
    return draft


@transaction.atomic
def save_draft(*, by: User, draft_id: uuid.UUID, kind: str, step: str, answers: dict[str, Any]) -> Draft:
    """Keeps what was typed in one step, beside the answers of the other steps; `Hidden` for another's draft.

    It runs every few seconds and leaves no audit row: beginning, discarding and sending a draft do. Nobody but its
    writer ever sees a draft.
    """
    queries.draft_of(by, draft_id, kind=kind)
    draft = Draft.objects.select_for_update().get(pk=draft_id)
    draft.answers = {**draft.answers, step: _storable(answers)}
    draft.save(update_fields=["answers", "updated_at"])
    return draft


@transaction.atomic
def discard_draft(*, by: User, draft_id: uuid.UUID, kind: str, verb: str = "discard") -> None:
    """Ends a draft: thrown away, or (`verb="send"`) because it has become what it was for. `Hidden` where it has ended
    already, so that of two that send it at once only one does."""
    queries.draft_of(by, draft_id, kind=kind)
    gone, _rows = queries.drafts_of(by).filter(pk=draft_id).delete()
    if not gone:
        raise Hidden
    record_audit(by=by, verb=verb, subject="draft", subject_id=draft_id)


@transaction.atomic
def keep_typed(*, by: User, sheet: Sheet, typed: dict[str, list[str]], turn: int) -> Draft:
    """Keeps what is typed in one page, whatever it is like, for its writer alone, until it is sent or thrown away.

    `turn` counts the savings of the page: one that was overtaken on its way changes nothing. Raises `Refused` where it
    is too much. What the page went on from ends, unless it was typed on elsewhere meanwhile.
    """
    row = Draft.objects.select_for_update().filter(pk=sheet.id).first()
    if row and row.user_id != by.pk:
        raise Hidden
    if row and row.answers.get("turn", 0) > turn:
        return row
    answers = {"typed": _storable(typed), "seen": sheet.seen, "turn": turn}
    others = 0 if row else queries.drafts_of(by).count()
    refuse(rules.why_not_keep(characters=len(json.dumps(answers)), others=others))
    draft = row or Draft(pk=sheet.id, user=by, kind=sheet.kind, subject_id=sheet.subject_id)
    draft.page, draft.title, draft.answers = sheet.page, sheet.title, answers
    draft.save()
    if sheet.follows and sheet.follows_as_of and row is None:
        followed = queries.drafts_of(by).filter(pk=sheet.follows)
        followed.filter(updated_at=sheet.follows_as_of).delete()
    return draft


@transaction.atomic
def forget_typed(*, by: User, sheet_id: uuid.UUID) -> None:
    """What was typed in this page has become what it was for. That action leaves the audit row."""
    queries.drafts_of(by).filter(pk=sheet_id).delete()


def _storable(typed: Any) -> Any:
    """What was typed, without the one character that PostgreSQL cannot hold."""
    if isinstance(typed, str):
        return typed.replace("\x00", "")
    if isinstance(typed, dict):
        return {_storable(key): _storable(value) for key, value in typed.items()}
    return [_storable(value) for value in typed] if isinstance(typed, list) else typed
