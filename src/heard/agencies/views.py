"""Pages of the administrator: people with their roles, teams and agencies. No page here shows a child."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heard.agencies import actions, queries, rules
from heard.agencies.acts import done_on_server, in_words
from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.forms import (
    ROLE_NAMES,
    AddTeamForm,
    AddUserForm,
    AgencyForm,
    ApprovalForm,
    GiveRoleForm,
    GroupDecisionForm,
    GroupForm,
    InviteForm,
    LinkForm,
    ProposedRoleForm,
    ReasonForm,
    RecoveryForm,
    ServerForm,
    TakeRoleForm,
    TeamForm,
    UnlinkForm,
    WithSecond,
)
from heard.agencies.gate import Request, gate, saying_why_not
from heard.agencies.mail.invitation import link_of
from heard.agencies.rules import May
from heard.agencies.tables import as_csv
from heard.govuk.forms import Form

if TYPE_CHECKING:
    import uuid


_PER_PAGE = 50
_ACTS_PER_PAGE = 15
_INVITED = gettext_noop("Added. A link to set a password is on its way to them, with their username.")
_FACTORS = {
    "webauthn": gettext_lazy("Passkey"),
    "totp": gettext_lazy("Authenticator app"),
    "recovery_codes": gettext_lazy("Recovery codes"),
}
_NOT_INVITED = gettext_noop("Added. They can sign in once they have set a password; no link was sent.")


@gate(May.MANAGE)
@require_safe
def people(request: Request) -> HttpResponse:
    page = Paginator(queries.users_visible_to(request.user), _PER_PAGE).get_page(request.GET.get("page"))
    staff = queries.staff_visible_to(request.user, page.object_list)
    return render(request, "agencies/people.html", {"page": page, "staff": staff, "role_names": ROLE_NAMES})


@gate(May.MANAGE, fresh=True)
def user_add(request: Request) -> HttpResponse:
    form = kept_form(request, AddUserForm, kind="user.add", teams=queries.teams_visible_to(request.user))
    if form.is_valid():
        with sending(request, form, errors_on="username"):
            made = actions.add_user(by=request.user, password=None, **form.cleaned_data)
            with saying_why_not(request):
                made = actions.invite(by=request.user, user=made, email=made.email)
            messages.success(request, _(_INVITED if made.invited_at else _NOT_INVITED))
            return redirect("user", user_id=made.pk)
    return _ask(
        request,
        form,
        heading=_("Add a person"),
        what_for=_("Somebody who works in the partnership gets a name to sign in with, and a first role."),
        button=_("Add this person"),
        back=reverse("people"),
    )


@gate(May.MANAGE)
@require_safe
def user(request: Request, user_id: int) -> HttpResponse:
    person = queries.user_visible_to(request.user, user_id)
    (staff,) = queries.staff_visible_to(request.user, [person])
    context = {
        "staff": staff,
        "last_sign_in": person.last_login,
        "added": person.date_joined,
        "role_names": ROLE_NAMES,
        "factors": [_FACTORS[kind] for kind in queries.factors_of(request.user, person)],
        "links": queries.links_of(request.user, person),
        "to_link": queries.providers_for(request.user, person),
        "signed_in": len(queries.sessions_of(request.user, person)),
        "begins_again": queries.recoveries_asked_for(request.user, person).exists(),
        "asked_for": list(queries.roles_asked_for(request.user, person)),
        "changes_asked_for": list(queries.changes_asked_for(request.user, person)),
        "why_not_switch_off": _why_not_switch_off(request, person),
    }
    return render(request, "agencies/user.html", context)


@gate(May.MANAGE, fresh=True)
def user_invite(request: Request, user_id: int) -> HttpResponse:
    person = queries.user_visible_to(request.user, user_id)
    two = queries.takes_two(request.user, person)
    form = InviteForm(request.POST or None, initial={"email": person.email}, two=two)
    if form.is_valid():
        email = form.cleaned_data["email"]
        with sending(request, form, errors_on="email"):
            if queries.invite_takes_two(request.user, person, email):
                return _ask_second(request, person, rules.TwoFor.ADDRESS, form, email=email)
            actions.invite(by=request.user, user=person, email=email)
            messages.success(request, _("A link is on its way to them. It ends after three days."))
            return redirect("user", user_id=user_id)
    return _ask(
        request,
        form,
        heading=_("Send a link to set a password"),
        about=str(person),
        what_for=_(
            "For somebody who has no password yet, or forgot it. Once they have set it, whoever is signed in with the "
            "old one is signed out. It also unlocks their username."
        ),
        button=_("Send the link"),
        back=reverse("user", args=[user_id]),
    )


def _ask_second(request: Request, person: Any, what: rules.TwoFor, form: Form, **said: Any) -> HttpResponse:
    """A second person is asked, since whoever it is about sees more than a practitioner does."""
    reason = form.cleaned_data["reason"]
    actions.ask_for_change(by=request.user, user=person, what=what, reason=reason, **said)
    messages.success(request, _("A second person has been asked. They agree or not within 24 hours."))
    return redirect("user", user_id=person.pk)


@gate(May.MANAGE, fresh=True)
def user_remove_factors(request: Request, user_id: int) -> HttpResponse:
    person = queries.user_visible_to(request.user, user_id)
    form = kept_form(request, ReasonForm, kind=f"user.factors.{user_id}")
    if form.is_valid():
        with sending(request, form, errors_on="reason"):
            asked = actions.ask_recovery(by=request.user, user=person, reason=form.cleaned_data["reason"])
            if asked.agreed:
                return _link_on_the_phone(request, asked.user_id)
            messages.success(request, _("A second person has been asked. They speak with them first."))
            return redirect("user", user_id=user_id)
    return _ask(
        request,
        form,
        heading=_("Let them begin again"),
        about=str(person),
        what_for=_(
            "For somebody who has lost every passkey, app and recovery code. A second person phones them on a number that is held, "
            "not on one that was given now, and agrees within 24 hours. They are told by mail."
        ),
        button=_("Ask a second person"),
        back=reverse("user", args=[user_id]),
        why_not=rules.why_not_ask_recovery(
            is_self=person == request.user,
            is_active=person.is_active,
            asked_already=queries.recoveries_asked_for(request.user, person).exists(),
            has_second=queries.has_a_second(request.user, person),
            may_approve=person.may(May.APPROVE),
            reason=_REASON_TO_COME,
        ),
        kind="warning",
    )


@gate(May.APPROVE, fresh=True)
def recovery(request: Request, recovery_id: uuid.UUID) -> HttpResponse:
    """The second person has spoken with whoever lost all, and agrees or not. The link is shown to them, once."""
    asked = queries.recovery_visible_to(request.user, recovery_id)
    form = RecoveryForm(request.POST or None)
    if form.is_valid():
        with sending(request, form, errors_on="agrees"):
            decided = actions.decide_recovery(
                by=request.user, recovery_id=recovery_id, agrees=form.cleaned_data["agrees"]
            )
            if decided.agreed:
                return _link_on_the_phone(request, decided.user_id)
            messages.success(request, _("Saved, with your name. Nothing changes for them."))
            return redirect("home")
    who = queries.who_are(request.user, [asked.user_id])[asked.user_id]
    words = {"who": asked.user, "agency": who.agency, "by": asked.asked_by, "reason": asked.reason}
    return _ask(
        request,
        form,
        heading=_("Does this colleague begin again?"),
        about=_("%(who)s, %(agency)s") % words,
        what_for=_(
            "%(by)s says: “%(reason)s” Phone them on the number that your partnership holds, not on one that you were given now. If "
            "you agree, their password, passkeys and codes go, and you read them a link that lasts a day."
        )
        % words,
        button=_("Save"),
        back=reverse("home"),
        why_not=rules.why_not_decide_approval(
            may_approve=True,
            decided=asked.decided_at is not None,
            asked_it=asked.asked_by == request.user,
            concerned=asked.user == request.user,
            asked_at=asked.asked_at,
            now=timezone.now(),
        ),
        kind="warning",
    )


def _link_on_the_phone(request: Request, user_id: int) -> HttpResponse:
    """Shown once, to whoever speaks with them: it stands in no mail and is kept nowhere."""
    return render(request, "agencies/begun_again.html", {"link": link_of(user_id)})


@gate(May.MANAGE, fresh=True)
def user_link(request: Request, user_id: int) -> HttpResponse:
    person = queries.user_visible_to(request.user, user_id)
    providers = queries.providers_for(request.user, person)
    two = queries.takes_two(request.user, person)
    form = LinkForm(request.POST or None, providers=providers, two=two)
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("provider", "number")}
        with sending(request, form, errors_on="number"):
            if two:
                return _ask_second(request, person, rules.TwoFor.LINK, form, **said)
            actions.link(by=request.user, user=person, **said)
            messages.success(request, _("From now on they can sign in with their organisation."))
            return redirect("user", user_id=user_id)
    return _ask(
        request,
        form,
        heading=_("Let them sign in with their organisation"),
        about=str(person),
        what_for=_(
            "Say by which number their organisation knows them. Whoever signs in there with this number is in Heard as them, "
            "so have the number from the directory itself or from them. They are told by mail."
        ),
        button=_("Save"),
        back=reverse("user", args=[user_id]),
        why_not=None
        if providers
        else _("No organisation is set up for people who work for their agency alone."),
    )


@gate(May.MANAGE, fresh=True)
def user_unlink(request: Request, user_id: int) -> HttpResponse:
    person = queries.user_visible_to(request.user, user_id)
    links = queries.links_of(request.user, person)
    form = UnlinkForm(request.POST or None, links=links)
    if form.is_valid():
        with sending(request, form, errors_on="link"):
            actions.unlink(by=request.user, link_id=form.cleaned_data["link"])
            messages.success(request, _("Taken away. They are signed out everywhere."))
            return redirect("user", user_id=user_id)
    return _ask(
        request,
        form,
        heading=_("Their organisation no longer signs them in"),
        about=str(person),
        what_for=_("They keep their roles. Where they have no password, send them a link to set one."),
        button=_("Take it away"),
        back=reverse("user", args=[user_id]),
        why_not=None if links else _("No organisation signs them in."),
    )


@gate(May.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def user_groups(request: Request, user_id: int) -> HttpResponse:
    """Their organisation did not say which groups they are in: what that means, and that somebody has seen to it."""
    person = queries.user_visible_to(request.user, user_id)
    if request.method == "POST":
        actions.note_groups_seen_to(by=request.user, user=person)
        messages.success(
            request, _("Noted. It comes again where their next sign-in does not say the groups either.")
        )
        return redirect("user", user_id=user_id)
    return _ask(
        request,
        Form(),
        heading=_("Their organisation did not say their groups"),
        about=str(person),
        what_for=_(
            "Groups stand for roles, and when they signed in their organisation listed none: it is not set up to, or they are in "
            "too many. Their roles were left as they are. Ask whoever looks after the directory to send the groups of Heard "
            "alone, and look at the roles of this person meanwhile."
        ),
        button=_("I have seen to it"),
        back=reverse("user", args=[user_id]),
    )


@gate(May.APPROVE)
@require_safe
def groups_of_directories(request: Request) -> HttpResponse:
    """Which group of which organisation's directory stands for which role."""
    page = Paginator(queries.group_roles_visible_to(request.user), _PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "role_names": ROLE_NAMES,
        "past": timezone.now() - rules.APPROVED_WITHIN,
        "providers": settings.SIGN_ON,
        "may_manage": request.user.may(May.MANAGE),
    }
    return render(request, "agencies/groups.html", context)


@gate(May.MANAGE, fresh=True)
def group_map(request: Request) -> HttpResponse:
    form = kept_form(
        request,
        GroupForm,
        kind="group.map",
        teams=queries.teams_visible_to(request.user),
        providers=settings.SIGN_ON.values(),
    )
    if form.is_valid():
        with sending(request, form, errors_on="group"):
            made = actions.map_group(by=request.user, **form.cleaned_data)
            asked = _("A second person has been asked. It counts when they agree.")
            messages.success(
                request, _("Saved. It counts from the next sign-in.") if made.counts_since else asked
            )
            return redirect("directory_groups")
    return _ask(
        request,
        form,
        heading=_("Let a group stand for a role"),
        what_for=_(
            "Whoever has this role in this team and is not in a group that stands for it loses it when they sign in. Whoever is "
            "in the group and does not have the role is put before an administrator, and gets nothing by itself."
        ),
        button=_("Save"),
        back=reverse("directory_groups"),
        why_not=None if settings.SIGN_ON else _("No organisation is set up. The guide says how."),
    )


@gate(May.APPROVE, fresh=True)
def group_decide(request: Request, mapping_id: uuid.UUID) -> HttpResponse:
    asked = queries.group_role_visible_to(request.user, mapping_id)
    form = GroupDecisionForm(request.POST or None)
    if form.is_valid():
        with sending(request, form, errors_on="agrees"):
            actions.decide_mapping(by=request.user, mapping_id=mapping_id, agrees=form.cleaned_data["agrees"])
            messages.success(request, _("Saved, with your name."))
            return redirect("directory_groups")
    words = {
        "role": ROLE_NAMES[rules.Role(asked.role)], "team": asked.team, "agency": asked.team.agency,
        "group": asked.group, "by": asked.asked_by, "reason": asked.reason,
    }  # fmt: skip
    return _ask(
        request,
        form,
        heading=_("Does this group stand for this role?"),
        about=_("Group %(group)s: %(role)s in %(team)s, %(agency)s") % words,
        what_for=_("%(by)s says so: “%(reason)s” Whoever has the role and is not in the group loses it.")
        % words,
        button=_("Save"),
        back=reverse("directory_groups"),
        why_not=rules.why_not_agree_to_mapping(
            may_approve=True,
            counts=asked.counts_since is not None,
            asked_it=asked.asked_by == request.user,
            asked_at=asked.asked_at,
            now=timezone.now(),
        ),
    )


@gate(May.MANAGE, fresh=True)
@require_POST
def group_unmap(request: Request, mapping_id: uuid.UUID) -> HttpResponse:
    actions.unmap_group(by=request.user, mapping_id=mapping_id)
    messages.success(request, _("The group no longer stands for this role. Whoever has the role keeps it."))
    return redirect("directory_groups")


@gate(May.MANAGE)
@require_safe
def directories(request: Request) -> HttpResponse:
    """Which organisations' directories say who works there, and with a secret of when."""
    made = {row.provider: row for row in queries.secrets_visible_to(request.user)}
    rows = [(provider, made.get(provider.id)) for provider in settings.SIGN_ON.values()]
    gone = [row for key, row in made.items() if key not in settings.SIGN_ON]
    context = {"rows": rows, "gone": gone, "address": settings.ADDRESS + reverse("scim_users")}
    return render(request, "agencies/directories.html", context)


@gate(May.MANAGE, fresh=True)
@require_POST
def directory_secret(request: Request, provider_id: str) -> HttpResponse:
    """Makes a secret, and shows it once."""
    if provider_id not in settings.SIGN_ON:
        raise Http404
    provider = settings.SIGN_ON[provider_id]
    secret = actions.make_provisioning_secret(by=request.user, provider=provider)
    address = settings.ADDRESS + reverse("scim_users").removesuffix("/Users")
    words = {"secret": secret, "provider": provider, "address": address}
    return render(request, "agencies/directory_secret.html", words)


@gate(May.MANAGE, fresh=True)
@require_POST
def directory_secret_end(request: Request, provider_id: str) -> HttpResponse:
    actions.end_provisioning_secret(by=request.user, provider_id=provider_id)
    messages.success(request, _("Ended. This directory changes nobody here any more."))
    return redirect("directories")


@gate(May.MANAGE, fresh=True)
def role_proposed(request: Request, role_id: int) -> HttpResponse:
    asked = queries.role_proposed(request.user, role_id)
    form = kept_form(request, ProposedRoleForm, kind=f"role.proposed.{role_id}")
    if form.is_valid():
        with sending(request, form, errors_on="gives"):
            actions.decide_proposed_role(by=request.user, role_id=role_id, **form.cleaned_data)
            messages.success(request, _("Saved, with your name."))
            return redirect("user", user_id=asked.user_id)
    words = {
        "role": ROLE_NAMES[rules.Role(asked.role)], "who": asked.user, "team": asked.team, "agency": asked.team.agency,
    }  # fmt: skip
    return _ask(
        request,
        form,
        heading=_("Give a role that their organisation proposes?"),
        about=_("%(role)s for %(who)s in %(team)s, %(agency)s") % words,
        what_for=_(
            "They are in a group of their organisation that stands for this role. Where the role sees more than a "
            "practitioner’s, a second person is asked to agree."
        ),
        button=_("Save"),
        back=reverse("user", args=[asked.user_id]),
    )


@gate(May.SEE_TEAM)
def joined(request: Request, membership_id: int) -> HttpResponse:
    """Whoever answers for a team says that they know who was put into it."""
    row = queries.member_to_see(request.user, membership_id)
    if request.method == "POST":
        actions.see_member(by=request.user, membership_id=membership_id)
        messages.success(request, _("Saved, with your name."))
        return redirect("home")
    words = {
        "role": ROLE_NAMES[rules.Role(row.role)], "who": row.user, "team": row.team, "agency": row.team.agency, "by": row.given_by,
    }  # fmt: skip
    return _ask(
        request,
        Form(),
        heading=_("Do you know who was added?"),
        about=_("%(role)s: %(who)s in %(team)s, %(agency)s. Added by %(by)s") % words,
        what_for=_(
            "They see the children with whom this team works. If you do not know them, or they do not work here, leave this as it is: "
            "phone the person who added them, and a co-ordinator."
        ),
        button=_("I know them, and they work in this team"),
        back=reverse("home"),
    )


@gate(May.MANAGE, fresh=True)
@require_POST
def user_end_sessions(request: Request, user_id: int) -> HttpResponse:
    person = queries.user_visible_to(request.user, user_id)
    actions.end_sessions(by=request.user, user=person)
    messages.success(request, _("They are signed out everywhere."))
    return redirect("user", user_id=user_id)


@gate(May.MANAGE, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def user_unlock(request: Request, user_id: int) -> HttpResponse:
    person = queries.user_visible_to(request.user, user_id)
    two = queries.takes_two(request.user, person)
    form = WithSecond(request.POST if request.method == "POST" else None, two=two)
    if form.is_valid():
        with saying_why_not(request):
            if two:
                return _ask_second(request, person, rules.TwoFor.UNLOCK, form)
            actions.unlock(by=request.user, user=person)
            messages.success(request, _("Unlocked. They can sign in again."))
        return redirect("user", user_id=user_id)
    return _ask(
        request,
        form,
        heading=_("Unlock their username"),
        about=str(person),
        what_for=_(
            "Wrong passwords were typed for this username. Ask them first whether it was them: if not, somebody is "
            "guessing. After an hour the lock ends by itself."
        ),
        button=_("Unlock"),
        back=reverse("user", args=[user_id]),
        why_not=rules.why_not_unlock(is_locked=queries.is_locked(request.user, person)),
    )


@gate(May.MANAGE, fresh=True)
def user_give_role(request: Request, user_id: int) -> HttpResponse:
    person = queries.user_visible_to(request.user, user_id)
    form = kept_form(
        request, GiveRoleForm, kind=f"user.role.{user_id}", teams=queries.teams_visible_to(request.user)
    )
    if form.is_valid():
        asked = form.cleaned_data
        with sending(request, form, errors_on="role"):
            if rules.needs_two(asked["role"]) and queries.has_a_second(request.user, person):
                actions.ask_for_role(by=request.user, user=person, **asked)
                messages.success(
                    request, _("A second person has been asked. The role is given when they agree.")
                )
            else:
                actions.give_role(by=request.user, user=person, team=asked["team"], role=asked["role"])
                messages.success(request, _("The role is given."))
            return redirect("user", user_id=user_id)
    return _ask(
        request,
        form,
        heading=_("Give a role"),
        about=str(person),
        what_for=_("Roles add up: a further one takes nothing away."),
        button=_("Give this role"),
        back=reverse("user", args=[user_id]),
    )


@gate(May.MANAGE, fresh=True)
def user_take_role(request: Request, user_id: int) -> HttpResponse:
    person = queries.user_visible_to(request.user, user_id)
    (staff,) = queries.staff_visible_to(request.user, [person])
    form = TakeRoleForm(request.POST or None, posts=staff.posts)
    if form.is_valid():
        chosen = form.cleaned_data["membership"]
        with sending(request, form, errors_on="membership"):
            actions.take_role(by=request.user, user=person, membership_id=chosen)
            messages.success(request, _("The role is taken away."))
            return redirect("home") if person == request.user else redirect("user", user_id=user_id)
    return _ask(
        request,
        form,
        heading=_("Take a role away"),
        about=str(person),
        what_for=_(
            "From now on they can no longer do what this role alone allowed. What they wrote stays. Children of that team they see no longer, "
            "also those whose worker they are: whoever decides there lets them in again or names somebody else."
        ),
        button=_("Take it away"),
        back=reverse("user", args=[user_id]),
    )


@gate(May.MANAGE, fresh=True)
def user_switch_off(request: Request, user_id: int) -> HttpResponse:
    person = queries.user_visible_to(request.user, user_id)
    form = kept_form(request, ReasonForm, kind=f"user.off.{user_id}")
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        with sending(request, form, errors_on="reason"):
            actions.switch_off(by=request.user, user=person, reason=reason)
            messages.success(
                request, _("Switched off. They can no longer sign in, and are signed out everywhere.")
            )
            return redirect("user", user_id=user_id)
    return _ask(
        request,
        form,
        heading=_("Switch this person off"),
        about=str(person),
        what_for=_("For somebody who has left or is away for long. What they wrote stays, under their name."),
        button=_("Switch off"),
        back=reverse("user", args=[user_id]),
        why_not=_why_not_switch_off(request, person),
        kind="warning",
    )


@gate(May.MANAGE, fresh=True)
def user_switch_on(request: Request, user_id: int) -> HttpResponse:
    person = queries.user_visible_to(request.user, user_id)
    form = kept_form(request, ReasonForm, kind=f"user.on.{user_id}")
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        with sending(request, form, errors_on="reason"):
            actions.switch_on(by=request.user, user=person, reason=reason)
            messages.success(request, _("Switched on. They can sign in again."))
            return redirect("user", user_id=user_id)
    return _ask(
        request,
        form,
        heading=_("Switch this person on"),
        about=str(person),
        what_for=_(
            "They sign in again with the roles and the password that they had. Look at the roles first."
        ),
        button=_("Switch on"),
        back=reverse("user", args=[user_id]),
        why_not=rules.why_not_switch_on(is_active=person.is_active, reason=_REASON_TO_COME),
    )


@gate(May.MANAGE)
@require_safe
def teams(request: Request) -> HttpResponse:
    page = Paginator(queries.teams_with_people(request.user), _PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "duty_team": queries.duty_team(request.user),
        "without_teams": queries.agencies_without_teams(request.user),
    }
    return render(request, "agencies/teams.html", context)


@gate(May.MANAGE, fresh=True)
def team_add(request: Request) -> HttpResponse:
    form = kept_form(
        request,
        AddTeamForm,
        kind="team.add",
        suggested={"takes_worries": "no"},
        agencies=queries.agencies_visible_to(request.user),
        taker=queries.duty_team(request.user),
    )
    if form.is_valid():
        with sending(request, form, errors_on="name"):
            actions.add_team(by=request.user, **form.cleaned_data)
            messages.success(request, _("The team is added."))
            return redirect("teams")
    return _ask(
        request,
        form,
        heading=_("Add a team"),
        what_for=_("People work in teams of one agency; what an agency knows is open to its own teams."),
        button=_("Add this team"),
        back=reverse("teams"),
    )


@gate(May.MANAGE, fresh=True)
def team(request: Request, team_id: uuid.UUID) -> HttpResponse:
    found = queries.team_visible_to(request.user, team_id)
    now = {"duty_phone": found.duty_phone, "takes_worries": "yes" if found.takes_worries else "no"}
    form = kept_form(
        request,
        TeamForm,
        kind="team",
        subject_id=team_id,
        initial=now,
        changed_by=lambda: queries.last_change(request.user, subject="team", subject_id=team_id),
        taker=queries.duty_team(request.user),
        team=found,
    )
    if form.is_valid():
        with sending(request, form, errors_on="takes_worries"):
            actions.change_team(by=request.user, team=found, **form.cleaned_data)
            messages.success(request, _("The team is changed."))
            return redirect("teams")
    return _ask(
        request,
        form,
        heading=found.name,
        about=found.agency.name,
        what_for=_("Whom people phone when a child is in danger now, and where new worries come to."),
        button=_("Save"),
        back=reverse("teams"),
    )


@gate(May.MANAGE)
def agency_add(request: Request) -> HttpResponse:
    form = kept_form(request, AgencyForm, kind="agency.add")
    if form.is_valid():
        with sending(request, form, errors_on="name"):
            actions.add_agency(by=request.user, **form.cleaned_data)
            messages.success(request, _("The agency is added. Add its first team next."))
            return redirect("team_add")
    return _ask(
        request,
        form,
        heading=_("Add an agency"),
        what_for=_("An organisation of the partnership, such as a school or the police."),
        button=_("Add this agency"),
        back=reverse("teams"),
    )


@gate(May.APPROVE)
@require_safe
def approvals(request: Request) -> HttpResponse:
    """What takes two people: what waits, and what was decided."""
    page = Paginator(queries.approvals_visible_to(request.user), _PER_PAGE).get_page(request.GET.get("page"))
    past = timezone.now() - rules.APPROVED_WITHIN
    may_ask = request.user.may(May.MANAGE)
    context = {"page": page, "role_names": ROLE_NAMES, "past": past, "may_ask": may_ask}
    return render(request, "agencies/approvals.html", context)


_ASKS = gettext_lazy(
    "%(by)s asks for it: “%(reason)s” Agree only if you know that they need it, from themselves and not by mail."
)
_ASKS_FOR_SERVER = gettext_lazy(
    "%(by)s asks to do it on the server: “%(reason)s” Agree only once you have spoken with them."
)


@gate(May.APPROVE, fresh=True)
def approval(request: Request, approval_id: uuid.UUID) -> HttpResponse:
    asked = queries.approval_visible_to(request.user, approval_id)
    form = ApprovalForm(request.POST or None)
    if form.is_valid():
        with sending(request, form, errors_on="agrees"):
            actions.decide_approval(
                by=request.user, approval_id=approval_id, agrees=form.cleaned_data["agrees"]
            )
            messages.success(request, _("Saved, with your name."))
            return redirect("approvals")
    why_not = rules.why_not_decide_approval(
        may_approve=True,
        decided=asked.decided_at is not None,
        asked_it=asked.asked_by == request.user,
        concerned=asked.user == request.user,
        asked_at=asked.asked_at,
        now=timezone.now(),
    )
    if asked.agreed and asked.what in rules.ON_SERVER:
        return _to_be_done(request, asked)
    words = {"by": asked.asked_by, "reason": asked.reason}
    heading, about = _asked(asked)
    return _ask(
        request,
        form,
        heading=heading,
        about=about,
        what_for=(_ASKS_FOR_SERVER if asked.what in rules.ON_SERVER else _ASKS) % words,
        button=_("Save"),
        back=reverse("approvals"),
        why_not=why_not,
    )


def _to_be_done(request: Request, asked: Any) -> HttpResponse:
    """What whoever looks after the server types there, for as long as it counts."""
    what = rules.TwoFor(asked.what)
    until = rules.usable_until(asked.decided_at)
    shows = queries.shown_on_server(request.user, asked)
    words = {
        "asked": asked,
        "heading": _asked(asked)[0],
        "until": until,
        "counts": asked.used_at is None and until is not None and timezone.now() <= until,
        "by_slip": what in rules.BY_SLIP,
        "typed": f"{_command(what, asked.about)} … --approval {shows}" if shows else "",
    }
    return render(request, "agencies/to_be_done.html", words)


def _command(what: rules.TwoFor, about: str) -> str:
    """What is typed, with what it is done to."""
    named = shlex.quote(about) if about else ""
    return rules.server_act(what, f"--as-of {named}" if what == rules.TwoFor.SETTLE else named)


@gate(May.MANAGE, fresh=True)
def approval_ask(request: Request) -> HttpResponse:
    """Asks for what is done on the server by two: a backup brought back, or keys changed."""
    form = kept_form(request, ServerForm, kind="server.ask")
    if form.is_valid():
        with sending(request, form, errors_on="reason"):
            asked = actions.ask_for_server(by=request.user, **form.cleaned_data)
            messages.success(
                request, _("A second person is asked. Tell them: they agree within 24 hours, or not.")
            )
            return redirect("approval", approval_id=asked.pk)
    return _ask(
        request,
        form,
        heading=_("Ask for something on the server"),
        what_for=_(
            "Bringing a backup back and changing keys take two people. Once somebody else agrees, this page shows what whoever looks after "
            "the server types."
        ),
        button=_("Ask a second person"),
        back=reverse("approvals"),
    )


def _asked(asked: Any) -> tuple[str, str]:
    """What a second person is asked, and about whom."""
    if asked.what in rules.ON_SERVER:
        return asked.get_what_display(), asked.about
    words = {"who": asked.user, "email": asked.email, "provider": asked.provider, "number": asked.number}
    if asked.what == rules.TwoFor.ADDRESS:
        return _("Send them a link to set a password?"), _("%(who)s. The link goes to %(email)s") % words
    if asked.what == rules.TwoFor.LINK:
        named = settings.SIGN_ON.get(asked.provider)
        words["provider"] = named.name if named else asked.provider
        return (
            _("Let their organisation sign them in?"),
            _("%(who)s. %(provider)s knows them by the number %(number)s") % words,
        )
    if asked.what == rules.TwoFor.UNLOCK:
        return _("Unlock their username?"), str(asked.user)
    words |= {"role": ROLE_NAMES[rules.Role(asked.role)], "team": asked.team, "agency": asked.team.agency}
    return _("Agree to a role?"), _("%(role)s for %(who)s in %(team)s, %(agency)s") % words


@gate(May.SEE_ACTS)
@require_safe
def acts(request: Request) -> HttpResponse:
    """What administrators did, the latest first."""
    page = Paginator(queries.acts_visible_to(request.user), _ACTS_PER_PAGE).get_page(request.GET.get("page"))
    names = queries.names_in_acts(request.user, list(page))
    rows = [
        (
            row,
            names.get(("user", str(row.actor_id)), row.actor),
            in_words(row),
            names.get((row.subject, row.subject_id), ""),
            _role(row),
        )
        for row in page
    ]
    return render(request, "agencies/acts.html", {"page": page, "rows": rows})


def _role(row: Any) -> Any:
    return ROLE_NAMES.get(row.detail.get("role", ""), "")


@gate(May.SEE_ACTS, fresh=True, takes_out=True)
@require_safe
def acts_file(request: Request) -> HttpResponse:
    """All of it, for the board’s auditor."""
    head = ("at", "who", "agency", "what", "about", "about_key", "reason", "detail")
    rows = actions.take_out_acts(by=request.user)
    return as_csv("acts.csv", head, (_act(row) for row in rows))


def _act(row: Any) -> tuple[str, ...]:
    told = (row.actor, row.agency, in_words(row), row.subject, row.subject_id, row.reason)
    return (row.at.isoformat(), *told, json.dumps(row.detail))


_OUTCOMES = {
    0: gettext_lazy("As it was written"),
    1: gettext_lazy("Not as it was written"),
    2: gettext_lazy("That could not be told"),
}
_CHECKS_SHOWN = 14


@gate(May.SEE_TRAIL)
@require_safe
def audit_trail(request: Request) -> HttpResponse:
    """Whether who did what is as it was written, how much of it is sealed, and who keeps heads elsewhere."""
    checks = [
        (check, str(_OUTCOMES[check.outcome]))
        for check in queries.checks_of_trail(request.user)[:_CHECKS_SHOWN]
    ]
    words = {
        "checks": checks,
        "head": queries.last_head(request.user),
        "witnesses": queries.witnesses_of_trail(request.user),
        "alone": [(row, done_on_server(row)) for row in queries.done_alone(request.user)[:_CHECKS_SHOWN]],
    }
    return render(request, "agencies/trail.html", words)


_REASON_TO_COME = "to be typed"  # the rule is asked before the form is, so that nobody types in vain


def _why_not_switch_off(request: Request, person: Any) -> str | None:
    return rules.why_not_switch_off(
        is_active=person.is_active,
        is_self=person == request.user,
        is_last_administrator=queries.is_last_administrator(request.user, person),
        reason=_REASON_TO_COME,
    )


def _ask(request: Request, form: Form, **words: Any) -> HttpResponse:
    """One form with its heading: `heading`, `what_for`, `button`, `back`, and optionally `about`, `why_not`, `kind`."""
    return render(
        request, "agencies/ask.html", {"form": form, "about": "", "why_not": None, "kind": "primary"} | words
    )
