"""Mails about accounts, mostly somebody's own: what happened to it and, where they are to set a password, the link for that.

They name nobody else and nothing of any record. The task worker sends them, so that no page waits for a mail server and
nobody learns from a page's speed whether a name is known; the link is made when it is sent and lies in no queue.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.tasks import task
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from heard.agencies.mail.invitation import link_for
from heard.agencies.mail.returned import is_refused_for_good, message_to, was_refused
from heard.agencies.mail.sending import why_no_mail
from heard.agencies.models import User

_NOT_YOU: Final = gettext_noop(
    "If this was not you, tell the person who looks after Heard in your partnership now."
)
_SAYS: Final = {
    "invited": (
        gettext_noop("Heard: set your password"),
        gettext_noop(
            "Somebody who looks after Heard in your partnership asks you to set a password. Your username is "
            "%(username)s. Open this link within three days; it works once:\n\n%(link)s"
        ),
    ),
    "password set": (
        gettext_noop("Heard: your password was set"),
        gettext_noop("The password of your account was set just now. Wherever you were signed in, you are signed out."),
    ),
    "password changed": (
        gettext_noop("Heard: your password was changed"),
        gettext_noop("Somebody who knew the password of your account changed it just now."),
    ),
    "address changed": (
        gettext_noop("Heard: mail about your account goes elsewhere now"),
        gettext_noop("Another address was entered for your account. Mail about it no longer comes to this one."),
    ),
    "locked": (
        gettext_noop("Heard: wrong passwords for your username"),
        gettext_noop(
            "Wrong passwords were typed for your username several times. Nobody can sign in with it for an hour from "
            "where that was done; from elsewhere you can. An administrator can unlock it sooner."
        ),
    ),
    "locked widely": (
        gettext_noop("Heard: wrong passwords for your username from many places"),
        gettext_noop(
            "Wrong passwords were typed for your username from many places. For up to an hour your password opens it only where you have "
            "signed in before; a passkey opens it anywhere. Tell the person who looks after Heard in your partnership now."
        ),
    ),
    "signed in elsewhere": (
        gettext_noop("Heard: a sign-in in a browser that is new"),
        gettext_noop(
            "Somebody began to sign in to your account, with the right password, passkey or sign-in of your organisation, in a browser in "
            "which you had not signed in during the last 90 days. Sign in and look under your name at Where you are signed in."
        ),
    ),
    "signed in after wrong passwords": (
        gettext_noop("Heard: a sign-in after wrong passwords"),
        gettext_noop(
            "Somebody began to sign in to your account with the right password, after wrong ones had been typed for it. Sign in and look "
            "under your name at Where you are signed in."
        ),
    ),
    "wrong codes": (
        gettext_noop("Heard: wrong codes after the right password"),
        gettext_noop(
            "Somebody typed the right password for your account and then several codes that were not right. Without a code they are not "
            "signed in. If this was not you, change your password too."
        ),
    ),
    "factor added": (
        gettext_noop("Heard: a new way to confirm that it is you"),
        gettext_noop("A passkey, an authenticator app or new recovery codes were added to your account."),
    ),
    "factor removed": (
        gettext_noop("Heard: a passkey or app was removed"),
        gettext_noop("A passkey, an authenticator app or recovery codes were removed from your account."),
    ),
    "recovery code used": (
        gettext_noop("Heard: a recovery code was used"),
        gettext_noop("Somebody signed in to your account with one of its recovery codes. That code is used up."),
    ),
    "linked": (
        gettext_noop("Heard: you can sign in with your organisation"),
        gettext_noop("From now on your organisation's own sign-in opens your account in Heard."),
    ),
    "change asked": (
        gettext_noop("Heard: an administrator asks to change how you get in"),
        gettext_noop(
            "An administrator asks to send a link for your account, to have your organisation sign you in, or to unlock your username. A "
            "second person agrees or not, within a day. If you did not ask for it, phone your co-ordinator."
        ),
    ),
    "joined": (
        gettext_noop("Heard: somebody was added to a team"),
        gettext_noop(
            "Somebody was added to a team for which you answer. Sign in to see who it is, under My work. If you do not know them, phone "
            "the person who added them, and a co-ordinator."
        ),
    ),
    "unlinked": (
        gettext_noop("Heard: you no longer sign in with your organisation"),
        gettext_noop("Your organisation's own sign-in no longer opens your account in Heard."),
    ),
    "recovery asked": (
        gettext_noop("Heard: somebody says that you lost your passkeys and codes"),
        gettext_noop(
            "An administrator asks that you begin again, because you have nothing left with which to confirm that it is you. A second "
            "person speaks with you before they agree."
        ),
    ),
    "begun again": (
        gettext_noop("Heard: you begin again"),
        gettext_noop(
            "Your password, passkeys, apps and codes were removed. You are given a link on the telephone, with which you set a new "
            "password within a day."
        ),
    ),
    "recovered": (
        gettext_noop("Heard: your account was recovered on the server"),
        gettext_noop(
            "Somebody who looks after the server asked for a link with which the password of your account can be set. "
            "Its passkeys and apps were removed."
        ),
    ),
}  # fmt: skip

_OF_OTHERS: Final = frozenset({"joined"})  # not about what happened to the reader's own account


def tell(user: User, what: str, *, to: str = "") -> None:
    """Has a mail sent, put into the queue with what the transaction writes or not at all, to their address or to this one. Nothing happens where there is none,
    or no mail is set up."""
    if what not in _SAYS:
        raise ValueError(f"There is no mail about {what!r}")
    if (to or user.email) and not why_no_mail():
        send.enqueue(user.pk, what, *([to] if to else []))


@task()
def send(user_id: int, what: str, to: str = "") -> None:
    """Where it does not go, administrators see on My work that mail does not reach this person."""
    user = User.objects.get(pk=user_id)
    if what == "invited" and user.invited_at is None:
        return  # they have set it meanwhile
    subject, says = _SAYS[what]
    filled = {"username": user.username, "link": link_for(user) if what == "invited" else ""}
    not_you = [] if what in _OF_OTHERS else [_(_NOT_YOU), ""]
    lines = [_(says) % filled, "", *not_you, settings.ADDRESS]
    try:
        message_to(user, _(subject), lines, to=to).send()
    except (OSError, ValueError) as error:
        User.objects.filter(pk=user_id).update(mail_failed_on=timezone.localdate())
        if is_refused_for_good(error) and to in ("", user.email):
            was_refused(user)
