"""Referrals to another team or agency: to answer, and those that wait there."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.onward import queries, rules
from heard.cases.onward.models import OnwardReferral

TO_ANSWER = WorkList(
    "onward-to-answer", _("Referrals to your team: accept or refuse"), May.PLAN, queries.to_answer, "onward", "person",
    _("Referral to your team: accept or refuse"), whose=_("your team"), by="from_team", due="due_on", shows=("person", "from_team"),
    only_if=queries.to_answer_near,
    child="person",
)  # fmt: skip
WAITING = WorkList(
    "onward-waiting", _("Referrals that wait for an answer"), May.SHARE, queries.waiting_for_answer, "onward", "person",
    _("Referral that waits for an answer"), note=lambda row: _("to %(who)s") % {"who": row.other_side}, due="due_on", shows=("person", "to_agency", "to_team"),
    only_if=queries.waiting_near,
    child="person",
)  # fmt: skip
OVERDUE = WorkList(
    "onward-overdue", _("Referrals of your team that nobody answered in time"), May.SIGN_OFF,
    lambda user: queries.overdue_in_team(user, today=timezone.localdate()), "onward", "person",
    _("Referral that nobody answered in time"), whose=_("supervisors"), note=lambda row: _("to %(who)s") % {"who": row.other_side}, due="due_on", shows=("person", "to_agency", "to_team"),
    only_if=lambda user: OnwardReferral.objects.filter(state=rules.OnwardState.WAITING, due_on__lt=timezone.localdate()),
    child="person",
)  # fmt: skip
