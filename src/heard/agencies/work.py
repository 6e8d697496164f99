"""What waits for somebody of their own account, and for administrators."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from heard.agencies.forms import ROLE_NAMES
from heard.agencies.models import AuditCheck, GroupRole, Membership, ProposedRole, Recovery, User
from heard.agencies.queries import (
    group_roles_to_agree_to,
    members_to_see,
    own_mail_that_comes_back,
    people_unused,
    people_without_groups,
    people_without_mail,
    recoveries_to_decide,
    roles_proposed,
    trail_not_sound,
)
from heard.agencies.rules import May, Role
from heard.agencies.waiting import WorkList
from heard.govuk.environment import day, time

WITHOUT_MAIL = WorkList(
    "without-mail", _("Colleagues whom a reminder did not reach"), May.MANAGE, people_without_mail, "user", str,
    lambda row: _("Mail to them comes back: phone them, and put the address right") if row.mail_back_at else _("A reminder did not reach them"),
    whose=_("administrators"),
    note=lambda row: _("since %(date)s: until that is done, what is urgent goes to others at once") % {"date": day(row.mail_back_at)}
    if row.mail_back_at
    else _("on %(date)s: the address is wrong, or the mail server does not take mail") % {"date": day(row.mail_failed_on)},
)  # fmt: skip
OWN_MAIL = WorkList(
    "own-mail", _("Mail from Heard does not reach you"), May.SIGNED_IN, own_mail_that_comes_back, lambda row: reverse("about_me"),
    _("Your address"), _("Check it, so that you learn of what is urgent"),
    note=lambda row: _("mail has come back since %(date)s") % {"date": day(row.mail_back_at)},
    only_if=own_mail_that_comes_back,
)  # fmt: skip
RECOVERIES = WorkList(
    "recoveries", _("Colleagues who lost every passkey and code"), May.APPROVE, recoveries_to_decide, "recovery", "user",
    _("Phone them, and say whether they begin again"), whose=_("a second person"), shows=("user", "asked_by"),
    note=lambda row: _("within 24 hours from %(time)s") % {"time": time(row.asked_at)}, by="asked_by",
    only_if=lambda user: Recovery.objects.filter(decided_at=None),
)  # fmt: skip
UNUSED = WorkList(
    "unused", _("Accounts that nobody uses"), May.MANAGE, people_unused, "user", str, _("Ask whether they still work here, or switch them off"),
    whose=_("administrators"),
    note=lambda row: _("last signed in on %(date)s") % {"date": day(row.last_login)} if row.last_login else _("has never signed in"),
)  # fmt: skip
JOINED = WorkList(
    "joined", _("People who were added to a team"), May.SEE_TEAM, members_to_see, "joined", "user", _("Say whether you know them"),
    whose=_("supervisors"), shows=("user", "team__agency", "given_by"),
    note=lambda row: _("%(role)s in %(team)s, since %(date)s")
    % {"role": ROLE_NAMES[Role(row.role)], "team": row.team, "date": day(row.given_at)}, by="given_by",
    only_if=lambda user: Membership.objects.filter(given_at__isnull=False, seen_at=None),
)  # fmt: skip
ROLES_PROPOSED = WorkList(
    "roles-proposed", _("Roles that an organisation proposes"), May.MANAGE, roles_proposed, "role_proposed", "user", _("Say whether they get the role"),
    whose=_("administrators"), shows=("user", "team__agency"),
    note=lambda row: _("%(role)s in %(team)s, since %(date)s")
    % {"role": ROLE_NAMES[Role(row.role)], "team": row.team, "date": day(row.proposed_at)},
    only_if=lambda user: ProposedRole.objects.filter(decided_at=None),
)  # fmt: skip
GROUPS_TO_AGREE = WorkList(
    "groups-to-agree", _("Groups that are to stand for a role"), May.APPROVE, group_roles_to_agree_to, "directory_group", "group",
    _("Say whether you agree"), whose=_("a second person"), shows=("team__agency", "asked_by"),
    note=lambda row: _("%(role)s in %(team)s") % {"role": ROLE_NAMES[Role(row.role)], "team": row.team}, by="asked_by",
    only_if=lambda user: GroupRole.objects.filter(counts_since=None),
)  # fmt: skip
WITHOUT_GROUPS = WorkList(
    "without-groups", _("Colleagues whose organisation did not say their groups"), May.MANAGE, people_without_groups, "user_groups", str,
    _("Their roles were left as they are"), whose=_("administrators"),
    note=lambda row: _("since %(date)s") % {"date": day(row.groups_missing_at)},
    only_if=lambda user: User.objects.filter(groups_missing_at__isnull=False),
)  # fmt: skip
TRAIL = WorkList(
    "trail", _("The audit trail is not as it was written"), May.MANAGE, trail_not_sound, lambda row: reverse("audit_trail"),
    _("The audit trail"), _("Look now, and change nothing on the server before"), whose=_("administrators"),
    note=lambda row: _("found %(time)s") % {"time": time(row.at)},
    only_if=lambda user: AuditCheck.objects.exclude(outcome=0),
)  # fmt: skip
