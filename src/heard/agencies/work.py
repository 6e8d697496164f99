"""What waits for somebody of their own account, and for administrators."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from heard.agencies.kept import resume_at
from heard.agencies.models import Draft
from heard.agencies.queries import drafts_of, people_without_mail
from heard.agencies.rules import May
from heard.agencies.waiting import Waiting, WorkList, at
from heard.govuk.environment import day, time


def _begun(draft: Any) -> Waiting:
    note = gettext("last changed %(time)s") % {"time": time(draft.updated_at)}
    if draft.page:
        return Waiting(draft.title or gettext("A form"), resume_at(draft), note)
    if draft.kind != "worry":  # kept by the first release, whose forms are gone
        return Waiting(
            gettext("Words that you typed in a form that has changed since"), at("unfinished"), note
        )
    return Waiting(gettext("A worry, not sent yet"), at("worry_check", draft_id=draft.pk), note)


def _not_reached(person: Any) -> Waiting:
    note = gettext("on %(date)s: the address is wrong, or the mail server does not take mail")
    return Waiting(str(person), at("user", user_id=person.pk), note % {"date": day(person.mail_failed_on)})


DRAFTS = WorkList(
    "drafts",
    _("What you began and have not sent"),
    May.SIGNED_IN,
    drafts_of,
    _begun,
    only_if=lambda user: Draft.objects.filter(user=user),
)
WITHOUT_MAIL = WorkList(
    "without-mail",
    _("Colleagues whom a reminder did not reach"),
    May.MANAGE,
    people_without_mail,
    _not_reached,
)
