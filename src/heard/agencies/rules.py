"""Who may do what, as one table. Pure: no Django, no clock, no database."""

import re
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Self


class May(StrEnum):
    """Every permission in Heard. A page, query, export or file that names none of these is refused."""

    SIGNED_IN = "use Heard"
    TELL = "tell a worry"
    SEE_CHILD = "see the records of children on whose list they are"
    SEE_PARTNERSHIP = "see every child's record in the partnership that is not restricted"
    DECIDE = "decide on a worry"
    ASSESS = "write an assessment"
    SIGN_OFF = "sign off an assessment or send it back"
    PLAN = "agree and change a plan"
    REVIEW = "hold a review"
    CLOSE = "close a case, and open it again"
    MISSING = "note that a child is missing or back, and what the child said about it"
    SHARE = "share what is known with another agency, or refuse to, with the reason"
    REFER = "prepare a referral to the national referral mechanism"
    SEE_PANEL = "see the panel of which their agency is part, and disagree with it"
    HOLD_PANEL = "prepare and hold a panel"
    CHAIR_PANEL = (
        "chair a panel to which their agency is invited, where whoever holds panels hands it on or is away"
    )
    SUPERVISE = "hold supervision with the people of their agency"
    SEE_TEAM = "see the work of their agency's teams: who works with whom, and what is oldest"
    MERGE = "say that two records are of one person, and take that back"
    DISCLOSE = "prepare the record for the person whom it is about, and lists for those who inspect"
    HEAR_OF_STAFF = "hear of a worry about somebody who works with children, and decide on it"
    RUN_ENGINE = "bring in extracts and run the engine"
    SEE_LIST = "see the list of children with scattered signs"
    JUDGE = "see two records side by side, and judge whether they are of one child"
    OPEN_FROM_LIST = "open a concern from the list, and see who the child is"
    DRAW_PROFILE = "draw up a profile of a run, and write a digest"
    RELEASE = "release a profile or digest that others drew up, send it back, or withdraw it"
    SEE_PROFILES = "read the profiles and digests that were released, and have digests by mail"
    SEE_FIGURES = "see the partnership's figures"
    HOLD_FIGURES = (
        "see the partnership's figures by agency, write notes beside them, and draft its annual report"
    )
    AUDIT = (
        "say what their agency meets of what the partnership checks itself against, and read what others say"
    )
    HOLD_AUDIT = "open and close an audit of the partnership by itself"
    MANAGE = "add people and teams"
    APPROVE = "agree, as the second person, to what one alone may not do"
    SEE_ACTS = "see what administrators did"
    KEEP = "ask for records to be destroyed, agree to it, and place and lift holds"
    SEE_TRAIL = "see whether the audit trail is as it was written"
    BREAK_GLASS = "open in an emergency, for some hours, a record that they may not see otherwise"
    REVIEW_READING = "review records that were opened in an emergency, and unusual reading"
    KEEP_SERVICES = "keep the directory of services, the local procedures, the child protection team, and from when a duty of law holds here"
    MARK_COMMON = (
        "say that a number, plate or account is an organisation’s and joins nobody, and take that back"
    )
    BRING_IN = "bring today’s caseload in from files, and take that back as the second person"


class Role(StrEnum):
    PRACTITIONER = "practitioner"
    DUTY = "duty worker"
    COORDINATOR = "co-ordinator"
    SUPERVISOR = "supervisor"
    OFFICER = "designated officer"
    ANALYST = "analyst"
    BOARD = "board"
    ADMINISTRATOR = "administrator"


_CASEWORK = {
    May.SIGNED_IN, May.TELL, May.SEE_CHILD, May.ASSESS, May.PLAN, May.REVIEW, May.MISSING, May.SHARE, May.REFER,
    May.SEE_PANEL, May.SEE_PROFILES,
}  # fmt: skip

# Those who answer most closely for a child first: of several roles that somebody holds, the child reads the first.
MAY: Final[dict[Role, frozenset[May]]] = {
    Role.PRACTITIONER: frozenset(_CASEWORK),
    # Whoever is there for all children out of hours. Who decides is on the rota too, and may do the same.
    Role.DUTY: frozenset(_CASEWORK | {May.BREAK_GLASS}),
    Role.SUPERVISOR: frozenset(
        _CASEWORK
        | {May.DECIDE, May.SIGN_OFF, May.CLOSE, May.SEE_FIGURES, May.SUPERVISE, May.SEE_TEAM, May.DISCLOSE}
        | {May.RELEASE, May.KEEP, May.BREAK_GLASS, May.REVIEW_READING, May.AUDIT, May.CHAIR_PANEL}
    ),
    Role.COORDINATOR: frozenset(
        _CASEWORK
        | {May.SEE_PARTNERSHIP, May.DECIDE, May.CLOSE, May.SEE_LIST, May.OPEN_FROM_LIST, May.SEE_FIGURES}
        | {May.JUDGE, May.HOLD_PANEL, May.SEE_TEAM, May.MERGE, May.DISCLOSE, May.RELEASE}
        | {
            May.APPROVE,
            May.SEE_ACTS,
            May.SEE_TRAIL,
            May.KEEP,
            May.BREAK_GLASS,
            May.REVIEW_READING,
            May.AUDIT,
            May.HOLD_AUDIT,
            May.BRING_IN,
            May.KEEP_SERVICES,
            May.HOLD_FIGURES,
            May.MARK_COMMON,
            May.CHAIR_PANEL,
        }
    ),
    Role.OFFICER: frozenset({May.SIGNED_IN, May.TELL, May.SEE_CHILD, May.SEE_PROFILES, May.HEAR_OF_STAFF}),
    Role.ANALYST: frozenset(
        {May.SIGNED_IN, May.RUN_ENGINE, May.SEE_LIST, May.SEE_FIGURES, May.DRAW_PROFILE, May.SEE_PROFILES}
    ),
    Role.BOARD: frozenset(
        {
            May.SIGNED_IN,
            May.SEE_FIGURES,
            May.RELEASE,
            May.SEE_PROFILES,
            May.SEE_ACTS,
            May.SEE_TRAIL,
            May.AUDIT,
            May.HOLD_AUDIT,
            May.HOLD_FIGURES,
        }
    ),
    Role.ADMINISTRATOR: frozenset({May.SIGNED_IN, May.MANAGE, May.APPROVE, May.SEE_TRAIL, May.MARK_COMMON}),
}


def permissions_of(roles: Collection[str]) -> frozenset[May]:
    """The union of what these roles may do. An unknown role may do nothing."""
    known = [MAY[Role(role)] for role in roles if role in set(Role)]
    return frozenset().union(*known)


# Roles with which more is seen or changed than the work of one agency.
SENSITIVE: Final = frozenset(
    {Role.DUTY, Role.COORDINATOR, Role.SUPERVISOR, Role.OFFICER, Role.ANALYST, Role.ADMINISTRATOR}
)


def needs_factor(roles: set[str], *, which: str) -> bool:
    """Whether somebody with these roles confirms with a passkey or app that it is them. `which`: all, sensitive or off."""
    return which == "all" or (which == "sensitive" and bool(roles & SENSITIVE))


IDLE_OF_ADMINISTRATORS: Final = 15 * 60  # seconds


def idle_seconds(*, may_manage: bool, usual: int) -> int:
    """For how long somebody may do nothing before they are signed out."""
    return min(usual, IDLE_OF_ADMINISTRATORS) if may_manage else usual


class Hidden(Exception):
    """The record is not there, or not for this user. From outside the two look the same: a 404."""


class Missing(str):
    """The sentence of a rule that asks for something which is not there. `field`: what it is, by the name that forms have for it."""

    field: str

    def __new__(cls, sentence: str, field: str) -> Self:
        made = super().__new__(cls, sentence)
        made.field = field
        return made


class Filled(str):
    """The sentence of a rule that has values in it: `Filled("At most %(most)s files.", most=5)`. It is the English text, and knows its
    message, so that whoever shows it can put it into the reader's language (`heard.govuk.environment.in_words`)."""

    message: str
    values: dict[str, object]

    def __new__(cls, message: str, **values: object) -> Self:
        made = super().__new__(cls, message % values)
        made.message, made.values = message, values
        return made

    def __str__(self) -> str:
        return self  # the text of an exception is still one that knows its message


class Asks(dict[str, str]):
    """What a rule asks for: a sentence for each field, said where it is not there. The form shows the same sentence, beside the
    field of that name (`heard.govuk.forms.Form.asks`)."""

    def __getitem__(self, field: str) -> Missing:
        return Missing(super().__getitem__(field), field)

    def missing(self, **given: object) -> Missing | None:
        """The sentence for the first of these that is not there: None, False, nothing chosen, or nothing but blanks."""
        for name, answer in given.items():
            if not (answer.strip() if isinstance(answer, str) else answer):
                return self[name]
        return None


class Refused(Exception):
    """An action that the rules do not allow now. Its text is the sentence that the user reads. `field`: what it asks for; None
    where it is about the whole."""

    def __init__(self, why_not: str | None) -> None:
        super().__init__(str(why_not))
        self.field = why_not.field if isinstance(why_not, Missing) else None


def refuse(why_not: str | None) -> None:
    """Raises `Refused` with the sentence of a `why_not_…`, where it gives one."""
    if why_not:
        raise Refused(why_not)


REASON_ASKS: Final = Asks(reason="Say why. It is kept in the record.")


# ---- what an administrator may do now. Each returns the sentence that the user reads, or None where nothing is in the way.


def why_not_begin(*, people: int) -> str | None:
    if people:
        return "Heard has people already. Sign in as an administrator to add more."
    return None


def why_not_manage(*, may_manage: bool) -> str | None:
    if not may_manage:
        return "Only an administrator adds agencies, teams and people."
    return None


def why_not_add_agency(*, name: str, taken: bool) -> str | None:
    if not name.strip():
        return "Enter the name of the agency."
    if taken:
        return "There is an agency of this name already. Choose another name."
    return None


def why_not_add_team(*, name: str, taken: bool) -> str | None:
    if not name.strip():
        return "Enter the name of the team."
    if taken:
        return "This agency has a team of this name already. Choose another name."
    return None


def why_not_change_team(*, takes_worries: bool, takes_them_now: bool) -> str | None:
    """Worries never go to nobody: the team that takes them gives them up only by another taking them over."""
    if takes_them_now and not takes_worries:
        return (
            "Worries have to come to some team. Open the team that will take them instead, and say so there."
        )
    return None


def why_not_add_user(*, username: str, taken: bool) -> str | None:
    if not username.strip():
        return "Enter the username."
    if taken:
        return "Somebody has this username already. Choose another."
    return None


APPROVED_WITHIN: Final = timedelta(hours=24)


def needs_two(role: str) -> bool:
    """Whether a role sees more than a practitioner's does, so that it takes two people to give it."""
    return bool(permissions_of({role}) - MAY[Role.PRACTITIONER])


class TwoFor(StrEnum):
    """For what one administrator alone is not enough."""

    ROLE = "role"
    ADDRESS = "address"
    LINK = "link"
    UNLOCK = "unlock"
    RESTORE = "restore"
    SETTLE = "settle"
    KEY_ADD = "key add"
    KEY_ROTATE = "key rotate"
    KEY_RETIRE = "key retire"
    AUDIT_KEY = "audit key"


# What is done on the server, with the command that does it. Of some it is said beforehand to what.
ON_SERVER: Final[dict[TwoFor, str]] = {
    TwoFor.RESTORE: "heard restore",
    TwoFor.SETTLE: "heard backup settle",
    TwoFor.KEY_ADD: "heard keys add",
    TwoFor.KEY_ROTATE: "heard keys rotate",
    TwoFor.KEY_RETIRE: "heard keys retire",
    TwoFor.AUDIT_KEY: "heard audit key --new",
}
SAYS_TO_WHAT: Final = frozenset({TwoFor.RESTORE, TwoFor.SETTLE, TwoFor.KEY_RETIRE})
# Of these the database does not know that it was agreed: it is empty, or of before.
BY_SLIP: Final = frozenset({TwoFor.RESTORE, TwoFor.SETTLE})
# This takes hours and may be broken off. It goes on with the approval with which it began.
GOES_ON: Final = frozenset({TwoFor.KEY_ROTATE})
_BACKUP: Final = re.compile(r"heard-(\d{4}-\d\d-\d\dT\d{6}Z)\.tar(\.age)?")
_NO_MOMENT: Final = "Give the name of the backup’s file as it was made, such as heard-2026-11-26T030000Z.tar.age, or a time, such as 2026-11-26 10:00:00+00."
SERVER_ASKS: Final = Asks(
    what="Choose what is to be done on the server.",
    about="Say to what: the name of the backup’s file, the time to go back to, or the key.",
    reason="Say why. The second person reads it.",
)


def why_not_ask_for_server(*, what: str, about: str, asked_already: bool, reason: str) -> str | None:
    """Whether a second person may be asked now to agree to what is done on the server."""
    if what not in ON_SERVER:
        return SERVER_ASKS["what"]
    if what in SAYS_TO_WHAT and not about.strip():
        return SERVER_ASKS["about"]
    if what in BY_SLIP and moment_of(about) is None:
        return _NO_MOMENT
    if asked_already:
        return "A second person has been asked already."
    return SERVER_ASKS.missing(reason=reason)


def moment_of(about: str) -> datetime | None:
    """Which moment is meant: a time (of UTC, where it says no zone), or that at which a backup was made, which the name of its file
    says. None for anything else."""
    named = _BACKUP.fullmatch(about.strip())
    try:
        found = datetime.fromisoformat(named[1] if named else about.strip())
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def server_act(what: str, about: str) -> str:
    """What is done on the server, and to what, as whoever looks after it knows it."""
    command = next((typed for one, typed in ON_SERVER.items() if one == what), what)
    return f"{command} {about}".strip()


def usable_until(decided_at: datetime | None) -> datetime | None:
    """Until when what was agreed to may be done on the server."""
    return decided_at + APPROVED_WITHIN if decided_at else None


def why_not_use(
    *,
    found: bool,
    agreed: bool | None,
    used: bool,
    same: bool,
    until: datetime | None,
    now: datetime,
    has_begun: bool = False,
    is_for: str = "",
) -> str | None:
    """Whether what was asked for on the site may be done with it on the server. `same`: it is for this command and this thing;
    `has_begun`: it goes on, and then has no end; `is_for`: what it is for."""
    if not found:
        return "No approval has this number. It stands on the site under What takes two people."
    if agreed is None:
        return (
            "No second person has agreed to this yet. They do that on the site, under What takes two people."
        )
    if not agreed or until is None:
        return "A second person turned this down. Speak with them, and ask again on the site."
    if used:
        return "This approval was used already. Ask for another on the site, under What takes two people."
    if why_not := why_not_for_this(same=same, is_for=is_for):
        return why_not
    if now > until and not has_begun:
        return "This was agreed more than 24 hours ago. Ask again on the site, under What takes two people."
    return None


def why_not_for_this(*, same: bool, is_for: str) -> str | None:
    """Whether what two people agreed to is what is done now. `is_for`: what they agreed to."""
    if same:
        return None
    return Filled(
        "This approval is for something else: %(is_for)s. Do that, or ask on the site for this one.",
        is_for=is_for,
    )


def why_not_alone(*, takes_two: bool, agreed: bool) -> str | None:
    """Whoever decides where somebody's link goes, or by which number they are known, can be them. `agreed`: another person
    agrees, who is neither the one who does it nor whom it is about."""
    if takes_two and not agreed:
        return "They see more than a practitioner does. A second person has to agree to it."
    return None


def why_not_ask_for_change(*, takes_two: bool, asked_already: bool, reason: str) -> str | None:
    """Whether a second person may be asked now to agree to a change of somebody's account."""
    if not takes_two:
        return "You can do this alone."
    if asked_already:
        return "A second person has been asked already."
    if not reason.strip():
        return "Say why. The second person reads it."
    return None


def why_not_give_role(
    *, has_it: bool, is_self: bool = False, needs_two: bool = False, has_second: bool = True
) -> str | None:
    """`has_second`: another person agrees, who is neither the one who gives it nor the one who gets it."""
    if has_it:
        return "They have this role in this team already."
    if is_self:
        return "Nobody gives a role to themselves. Ask another administrator."
    if needs_two and not has_second:
        return "This role sees more than others. A second person has to agree to it."
    return None


def why_not_ask(*, has_it: bool, is_self: bool, asked_already: bool, reason: str) -> str | None:
    """Whether a second person may be asked to agree to a role now."""
    if why_not := why_not_give_role(has_it=has_it, is_self=is_self):
        return why_not
    if asked_already:
        return "A second person has been asked already."
    if not reason.strip():
        return "Say why they need this role. The second person reads it."
    return None


def why_not_decide_approval(
    *, may_approve: bool, decided: bool, asked_it: bool, concerned: bool, asked_at: datetime, now: datetime
) -> str | None:
    if not may_approve:
        return "An administrator or co-ordinator decides on this."
    if decided:
        return "This was decided already."
    if now - asked_at > APPROVED_WITHIN:
        return "This was asked for more than 24 hours ago. It has to be asked for again."
    if asked_it:
        return "You asked for this yourself. Somebody else decides on it."
    if concerned:
        return "This is about you. Somebody else decides on it."
    return None


def why_not_take_role(*, has_it: bool, is_only_role: bool, is_last_administrator: bool) -> str | None:
    """`is_last_administrator`: nobody else who is active and has a password is an administrator."""
    if not has_it:
        return "They do not have this role any more. Look at the page again."
    if is_last_administrator:
        return "Somebody has to be an administrator. Make somebody else one first."
    if is_only_role:
        return "This is their only role. Give them another one first, or switch them off."
    return None


def why_not_switch_off(
    *, is_active: bool, is_self: bool, is_last_administrator: bool, reason: str
) -> str | None:
    if not is_active:
        return "They are switched off already."
    if is_self:
        return "You cannot switch yourself off. Ask another administrator."
    if is_last_administrator:
        return "Somebody has to be an administrator. Make somebody else one first."
    if not reason.strip():
        return "Say why they are switched off. It is kept in the record."
    return None


def why_not_invite(*, is_active: bool, email: str, no_mail: str | None) -> str | None:
    """`no_mail`: why this installation sends no mail."""
    if not is_active:
        return "They are switched off. Switch them on first."
    if not email.strip():
        return "Enter the email address that the link goes to."
    return no_mail


MANY_WRONG: Final = (
    3  # passwords in an hour, or codes in a quarter of one: of so many the owner of the account is told
)
MOST_WRONG_FOR_A_NAME: Final = 40  # passwords in an hour, from wherever: eight addresses with five each


def name_as_counted(username: str) -> str:
    """Under which wrong passwords are counted. Sign-in takes a username with any capitals and with spaces around it, so one
    person has one count, not one for each way of writing."""
    return username.strip().casefold()


def why_not_unlock(*, is_locked: bool) -> str | None:
    if not is_locked:
        return "Their username is not locked."
    return None


RECOVERED_WITHIN: Final = timedelta(hours=24)  # in which whoever begins again uses their link


def why_not_ask_recovery(
    *, is_self: bool, is_active: bool, asked_already: bool, has_second: bool, may_approve: bool, reason: str
) -> str | None:
    """Whether it may be asked that somebody begins again who lost all with which they confirm. `has_second`: somebody could
    agree; `may_approve`: they could themselves, for others: then one alone would take over who is to look after it."""
    if is_self:
        return "You cannot do this for yourself. Ask another administrator."
    if not is_active:
        return "They are switched off. Switch them on first."
    if asked_already:
        return "A second person has been asked already."
    if may_approve and not has_second:
        return "Nobody could be the second person for them. Whoever looks after the server lets them in again: heard recover."
    return REASON_ASKS.missing(reason=reason)


def why_not_end_session(*, is_theirs: bool, may_manage: bool) -> str | None:
    if not is_theirs and not may_manage:
        return "Only an administrator ends what others are signed in with."
    return None


def why_not_recover(*, may_approve: bool, administrators: int, seconds: int, reason: str) -> str | None:
    """Whether somebody is let in again on the server. On the site it takes an administrator and a second person:
    `administrators` and `seconds` are how many others of each can sign in. `may_approve`: they could be the second themselves."""
    if not may_approve:
        return (
            "This is for administrators and co-ordinators whom nobody on the site can help. An administrator asks there that anybody "
            "else begins again."
        )
    if administrators and seconds > 1:
        return "Another administrator can sign in: they ask that they begin again, on the site, and a second person agrees."
    return REASON_ASKS.missing(reason=reason)


# ---- accounts that nobody uses


def unused_days(said: str) -> tuple[int, int] | None:
    """After how many days an account is listed, and after how many switched off: two numbers, such as 45,90. None where
    neither is wanted. Raises `ValueError` with a sentence."""
    if said.strip() in ("", "none"):
        return None
    parts = [part.strip() for part in said.split(",")]
    if (
        len(parts) != 2
        or not all(part.isdigit() and int(part) for part in parts)
        or int(parts[0]) > int(parts[1])
    ):
        raise ValueError("HEARD_UNUSED_DAYS is two numbers of days, such as 45,90, or none.")
    return int(parts[0]), int(parts[1])


def why_not_switch_off_unused(*, is_administrator: bool, other_administrators: int) -> str | None:
    """Whether an account that nobody uses is not switched off by itself. Two administrators stay, for the day on which
    something is wrong. `other_administrators`: who are active and have a password."""
    if is_administrator and other_administrators < 2:
        return "Two administrators stay, though they seldom sign in."
    return None


# ---- signing in with one's organisation


def why_not_enter(*, is_active: bool, of_the_agency: bool, of_another: bool) -> str | None:
    """Whether somebody whom an organisation's server knows gets in by it. `of_the_agency`: they have a role in the agency
    whose server it is; `of_another`: also, or only, in another."""
    if not is_active:
        return "Your account is switched off. Ask the person who looks after Heard in your partnership."
    if of_another:
        return "You work for another agency too, so this organisation alone cannot say who you are. Sign in with a passkey or a password."
    if not of_the_agency:
        return "You have no role in Heard now. Ask the person who looks after Heard in your partnership."
    return None


def why_not_link(
    *, may_manage: bool, is_self: bool, is_active: bool, of_the_agency: bool, of_another: bool, linked: bool, taken: bool, number: str
) -> str | None:  # fmt: skip
    """Whether somebody may be signed in by an organisation's server from now on. `linked`: they are already; `taken`: that
    number there is somebody else's."""
    if not (may_manage or is_self):
        return "Only an administrator says this of others."
    if not is_active:
        return "They are switched off. Switch them on first."
    if of_another or not of_the_agency:
        return "Only people who work for the agency of this organisation, and for no other, sign in with it."
    if linked:
        return "They sign in with this organisation already. Take that away first."
    if not number.strip():
        return "Enter the number that the organisation knows them by."
    if taken:
        return "Somebody else signs in with this number already. Check it."
    return None


def why_not_unlink(*, may_manage: bool, is_self: bool, has_other_way: bool) -> str | None:
    """`has_other_way`: they have a password or a passkey."""
    if not (may_manage or is_self):
        return "Only an administrator says this of others."
    if is_self and not has_other_way:
        return "You would have no way in. Add a passkey first, or ask an administrator for a link to set a password."
    return None


def why_not_provision(*, user_name: str, there: bool, taken: bool) -> str | None:
    """Whether a directory may add somebody. `there`: it looks after somebody of this name or number already; `taken`: somebody
    whom it does not look after has this username."""
    if not user_name.strip():
        return "userName is lacking."
    if there:
        return "This directory looks after somebody of this userName or externalId already."
    if taken:
        return (
            "Somebody else has this userName in Heard. Only an administrator says that it is the same person."
        )
    return None


def second_factor_counts(
    *, accepted: Collection[str], amr: Collection[str], auth_time: float | None, now: float, longest: float
) -> bool:
    """Whether what an organisation's server says counts as a second factor (RFC 8176): it is one of those that are accepted
    from it, and it was shown no longer ago than a sign-in lasts here. `auth_time`, `now` and `longest` in seconds."""
    if auth_time is None or not 0 <= now + _CLOCKS_DIFFER - auth_time <= longest + _CLOCKS_DIFFER:
        return False
    return bool(set(accepted) & set(amr))


_CLOCKS_DIFFER: Final = 60  # seconds, between two machines


def can_be_mapped(role: str) -> bool:
    """Whether a group can stand for a role. Never for one that adds people, brings in extracts, or reviews what others read:
    whoever keeps an organisation's directory would have a say in that."""
    return not permissions_of({role}) & {May.MANAGE, May.RUN_ENGINE, May.REVIEW_READING}


def why_not_map(*, can_be_mapped: bool, group: str, of_the_agency: bool, there: bool, needs_two: bool, reason: str) -> str | None:  # fmt: skip
    """`of_the_agency`: the team is of the agency whose people sign in there; `there`: it is said already."""
    if not can_be_mapped:
        return "No group stands for this role. An administrator gives it to each person."
    if not group.strip():
        return "Enter the number of the group."
    if not of_the_agency:
        return "This team is of another agency than the one whose people sign in there."
    if there:
        return "This group stands for this role already."
    if needs_two and not reason.strip():
        return "Say why. The second person reads it."
    return None


def why_not_agree_to_mapping(
    *, may_approve: bool, counts: bool, asked_it: bool, asked_at: datetime, now: datetime
) -> str | None:
    if not may_approve:
        return "An administrator or co-ordinator decides on this."
    if counts:
        return "This counts already."
    if asked_it:
        return "You asked for this yourself. Somebody else decides on it."
    if now - asked_at > APPROVED_WITHIN:
        return "This was asked for more than 24 hours ago. It has to be asked for again."
    return None


type InTeam = tuple[uuid.UUID, str]  # a team and a role in it


@dataclass(frozen=True)
class Followed:
    """What comes of the groups that somebody is in: roles that they lose at once, that are put before an administrator, and
    that are no longer proposed."""

    take: frozenset[InTeam]
    propose: frozenset[InTeam]
    forget: frozenset[InTeam]


def follow(
    *, held: Collection[InTeam], proposed: Collection[InTeam], stands_for: Collection[tuple[str, InTeam]], groups: Collection[str]
) -> Followed:  # fmt: skip
    """`stands_for`: group and role, for each group that counts. Nothing is ever given, and what no group stands for stays."""
    mapped = {role for _group, role in stands_for if can_be_mapped(role[1])}
    entitled = {role for group, role in stands_for if group in groups} & mapped
    return Followed(
        take=frozenset((set(held) & mapped) - entitled),
        propose=frozenset(entitled - set(held) - set(proposed)),
        forget=frozenset(set(proposed) - (entitled - set(held))),
    )


def why_not_switch_on(*, is_active: bool, reason: str) -> str | None:
    if is_active:
        return "They are switched on already."
    if not reason.strip():
        return "Say why they are switched on. It is kept in the record."
    return None


# ---- what is limited in an hour


def why_not_again(*, number: int, most: int, next_at: str, typed: bool = True) -> str | None:
    """Whether somebody may do once more in this hour what they have done `number` times. `next_at`: when the next begins, as
    a page says it. `typed`: there are words that stay in a form."""
    if number <= most:
        return None
    if typed:
        return Filled(
            "You have done this %(most)s times in this hour, and more is not possible until %(next_at)s. What you typed is still here. "
            "If a child is in danger now, ring 999.",
            most=most,
            next_at=next_at,
        )
    return Filled(
        "You have done this %(most)s times in this hour, and more is not possible until %(next_at)s. If a child is in danger now, ring 999.",
        most=most,
        next_at=next_at,
    )
