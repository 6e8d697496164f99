"""What was done about people, roles, teams and agencies, in words: each act that `queries.acts_visible_to` gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from heard.agencies.models import Approval

if TYPE_CHECKING:
    from heard.agencies.models import AuditRow

# What a row is about (its subject) and what was done (its verb).
ACTS: Final[dict[tuple[str, str], Any]] = {
    ("partnership", "begin"): _("Set Heard up"),
    ("agency", "add"): _("Added an agency"),
    ("team", "add"): _("Added a team"),
    ("team", "change"): _("Changed a team"),
    ("user", "add"): _("Added a person"),
    ("user", "invite"): _("Sent an invitation"),
    ("user", "provision"): _("The directory added a person"),
    ("user", "change"): _("The directory changed a name or an address"),
    ("user", "switch on"): _("Switched an account on"),
    ("user", "switch off"): _("Switched an account off"),
    ("user", "give role"): _("Gave a role"),
    ("user", "do not give role"): _("Did not give a role that the directory proposed"),
    ("user", "propose role"): _("The directory proposed a role"),
    ("user", "take role"): _("Took a role away"),
    ("user", "groups not said"): _("The directory did not say which groups somebody is in"),
    ("user", "see to groups"): _("Saw to a person whose groups were not said"),
    ("user", "see in team"): _("Said that they know somebody who was added to their team"),
    ("user", "link"): _("Let an organisation sign a person in"),
    ("user", "unlink"): _("An organisation signs a person in no longer"),
    ("user", "set password"): _("Chose a password by an invitation"),
    ("user", "change password"): _("Changed a password of their own"),
    ("user", "lock"): _("Locked after wrong passwords"),
    ("user", "unlock"): _("Unlocked a username"),
    ("user", "ask to recover"): _("Asked for a way back into an account"),
    ("user", "agree to recover"): _("Agreed to a way back into an account"),
    ("user", "turn down recovery"): _("Turned down a way back into an account"),
    ("user", "recover"): _("Gave the last administrator a way back, on the server"),
    ("user", "add factor"): _("Added a passkey, an app or recovery codes"),
    ("user", "remove factor"): _("Removed a passkey, an app or recovery codes"),
    ("user", "use factor"): _("Signed in with a recovery code"),
    ("user", "end session"): _("Ended a session of their own"),
    ("user", "end sessions"): _("Ended all sessions of their own"),
    ("approval", "ask"): _("Asked a second person"),
    ("approval", "agree to"): _("Agreed, as the second person"),
    ("approval", "turn down"): _("Turned down, as the second person"),
    ("approval", "begin with"): _("Began on the server what two people agreed to"),
    ("approval", "use"): _("Did on the server what two people agreed to"),
    ("approval", "do alone"): _("Did on the server, alone, what takes two people"),
    ("directory group", "ask"): _("Asked for a group of the directory to stand for a role"),
    ("directory group", "add"): _("Let a group of the directory stand for a role"),
    ("directory group", "agree to"): _("Agreed that a group of the directory stands for a role"),
    ("directory group", "turn down"): _("Turned down that a group of the directory stands for a role"),
    ("directory group", "remove"): _("A group of the directory stands for a role no longer"),
}


def done_on_server(row: AuditRow) -> str:
    """What was done there, and to what: “Bringing a backup back: heard-2026….tar.age”."""
    what = row.detail.get("what", "")
    said = Approval.What(what).label if what in Approval.What.values else what
    about = row.detail.get("about", "")
    return f"{said}: {about}" if about else str(said)


def in_words(row: AuditRow) -> str:
    """What was done: “Gave a role”. Older rows call a group of the directory a group."""
    subject = "directory group" if row.subject == "group" else row.subject
    return str(
        ACTS.get((subject, row.verb))
        or _("%(verb)s: %(subject)s") % {"verb": row.verb, "subject": row.subject}
    )
