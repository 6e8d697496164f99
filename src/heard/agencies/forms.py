"""Shape and wording of what an administrator enters about agencies, teams and people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.validators import EmailValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.agencies.models import Agency, Approval, Team, User
from heard.agencies.providers import Provider
from heard.agencies.queries import Link, Post
from heard.agencies.rules import ON_SERVER, REASON_ASKS, SERVER_ASKS, Role, can_be_mapped
from heard.govuk.forms import Form, PasswordField, RadiosField, SelectField, TextareaField, TextField

ROLE_NAMES = {
    Role.PRACTITIONER: gettext_lazy("Practitioner"),
    Role.DUTY: gettext_lazy("Duty worker"),
    Role.COORDINATOR: gettext_lazy("Co-ordinator"),
    Role.SUPERVISOR: gettext_lazy("Supervisor"),
    Role.OFFICER: gettext_lazy("Designated officer (LADO)"),
    Role.ANALYST: gettext_lazy("Analyst"),
    Role.BOARD: gettext_lazy("Board member"),
    Role.ADMINISTRATOR: gettext_lazy("Administrator"),
}
_ROLES = (
    (
        Role.PRACTITIONER,
        gettext_lazy("Tells worries, and works with children whose records they may see."),
    ),
    (
        Role.DUTY,
        gettext_lazy(
            "Like a practitioner; also opens in an emergency, for some hours, a record that they may not see otherwise. Somebody "
            "else reviews it."
        ),
    ),
    (
        Role.COORDINATOR,
        gettext_lazy(
            "Like a practitioner; also decides on worries, and sees every child who is not restricted."
        ),
    ),
    (
        Role.SUPERVISOR,
        gettext_lazy(
            "Like a practitioner; also decides on worries that come to their agency, and signs assessments of cases "
            "that it leads."
        ),
    ),
    (
        Role.OFFICER,
        gettext_lazy(
            "Alone hears of worries about people who work with children, unless they share a team with that person."
        ),
    ),
    (
        Role.ANALYST,
        gettext_lazy("Brings in agencies’ records and reads them together. Sees no child’s record."),
    ),
    (Role.BOARD, gettext_lazy("Sees the partnership’s figures. Sees no child’s record.")),
    (Role.ADMINISTRATOR, gettext_lazy("Adds people and teams. Sees no child’s record.")),
)
ROLE_CHOICES = [(role.value, ROLE_NAMES[role], hint) for role, hint in _ROLES]


class _WithTeam(Form):
    """Asks for a team of any agency; the cleaned value is the team itself."""

    team = SelectField(gettext_lazy("Team"), missing=gettext_lazy("Choose the team."))

    def __init__(self, *args: Any, teams: Iterable[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._teams = {str(team.pk): team for team in teams}
        field: Any = self.fields["team"]
        field.choices = [(key, f"{team.agency.name}: {team.name}") for key, team in self._teams.items()]

    def clean_team(self) -> Team:
        return self._teams[self.cleaned_data["team"]]


class NewPasswordForm(Form):
    """A password that whoever has it types twice, and that is never shown."""

    password = PasswordField(gettext_lazy("Password"), autocomplete="new-password", width=20)
    again = PasswordField(gettext_lazy("Password again"), autocomplete="new-password", width=20)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self._user)
        return password

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if "password" in answers and answers["password"] != answers.get("again", ""):
            self.add_error("again", _("The two passwords differ. Type both again."))
        return answers


class _WithAddress(Form):
    email = TextField(
        gettext_lazy("Email address at work"),
        hint=gettext_lazy(
            "A link goes there, with which they set their own password. It ends after three days."
        ),
        autocomplete="off",
        inputmode="email",
        spellcheck=False,
        width=20,
        max_length=254,
        validators=[EmailValidator(gettext_lazy("Enter an email address, such as name@example.org"))],
    )


class WithSecond(Form):
    """`two`: a second person has to agree, and reads why; else nobody is asked why."""

    reason = TextareaField(
        gettext_lazy("Why?"),
        hint=gettext_lazy(
            "They see more than a practitioner does. A second person agrees first, who reads this."
        ),
        rows=3,
        required=False,
    )

    def __init__(self, *args: Any, two: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not two:
            del self.fields["reason"]


class InviteForm(WithSecond, _WithAddress):
    field_order = ("email", "reason")


class AddUserForm(_WithTeam, _WithAddress):
    username = TextField(
        gettext_lazy("Username"),
        hint=gettext_lazy("What they sign in with. Capitals make no difference."),
        autocomplete="off",
        spellcheck=False,
        width=20,
        max_length=150,
        validators=[UnicodeUsernameValidator()],
    )
    first_name = TextField(gettext_lazy("Given name"), autocomplete="off", width=20, max_length=150)
    last_name = TextField(gettext_lazy("Family name"), autocomplete="off", width=20, max_length=150)
    role = RadiosField(gettext_lazy("Role"), choices=ROLE_CHOICES, missing=gettext_lazy("Choose the role."))
    field_order = ("username", "first_name", "last_name", "email", "team", "role")

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class GiveRoleForm(_WithTeam):
    role = RadiosField(gettext_lazy("Role"), choices=ROLE_CHOICES, missing=gettext_lazy("Choose the role."))
    reason = TextareaField(
        gettext_lazy("Why do they need it?"),
        hint=gettext_lazy("To every role but practitioner a second person agrees, who reads this."),
        rows=3,
        required=False,
    )
    field_order = ("team", "role", "reason")

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class ApprovalForm(Form):
    agrees = RadiosField(
        gettext_lazy("Do you agree?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        missing=gettext_lazy("Say whether you agree."),
    )

    def clean_agrees(self) -> bool:
        return bool(self.cleaned_data["agrees"] == "yes")


class ServerForm(Form):
    asks = SERVER_ASKS

    what = RadiosField(
        gettext_lazy("What is to be done?"),
        choices=[(one.value, Approval.What(one.value).label) for one in ON_SERVER],
    )
    about = TextField(
        gettext_lazy("To what?"),
        hint=gettext_lazy(
            "For a backup the name of its file as it was made, such as heard-2026-11-26T030000Z.tar.age; for an earlier time that time, such "
            "as 2026-11-26 10:00:00+00; for a key that is taken out its name. Else leave it empty."
        ),
        max_length=200,
        autocomplete="off",
        required=False,
    )
    reason = TextareaField(gettext_lazy("Why?"), hint=gettext_lazy("The second person reads it."), rows=3)


class RecoveryForm(Form):
    agrees = RadiosField(
        gettext_lazy("Have you spoken with them, on a number that is held?"),
        choices=[
            ("yes", gettext_lazy("Yes, it is them, and they have lost all of it")),
            ("no", gettext_lazy("No, nothing is to change")),
        ],
        missing=gettext_lazy("Say whether you have spoken with them."),
    )

    def clean_agrees(self) -> bool:
        return bool(self.cleaned_data["agrees"] == "yes")


class TakeRoleForm(Form):
    membership = RadiosField(
        gettext_lazy("Which role do you take away?"), missing=gettext_lazy("Choose the role.")
    )

    def __init__(self, *args: Any, posts: Iterable[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["membership"]
        field.choices = [
            (str(post.membership_id), f"{ROLE_NAMES[post.role]}, {post.team}, {post.agency}")
            for post in posts
        ]
        field.error_messages["invalid_choice"] = _(
            "They do not have this role any more. Choose one of these."
        )

    def clean_membership(self) -> int:
        return int(self.cleaned_data["membership"])


class LinkForm(WithSecond):
    provider = RadiosField(
        gettext_lazy("Which organisation?"), missing=gettext_lazy("Choose the organisation.")
    )
    number = TextField(
        gettext_lazy("Its number of them"),
        hint=gettext_lazy(
            "As the organisation’s directory has it, or as the person reads it on the page that turns them away. Never a mail "
            "address or a name: these change hands."
        ),
        autocomplete="off",
        spellcheck=False,
        max_length=191,
    )

    def __init__(self, *args: Any, providers: Iterable[Provider], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._providers = {provider.id: provider for provider in providers}
        field: Any = self.fields["provider"]
        field.choices = [
            (key, f"{provider.name}, {provider.agency}") for key, provider in self._providers.items()
        ]
        if len(self._providers) == 1:
            field.initial = next(iter(self._providers))

    def clean_provider(self) -> Provider:
        return self._providers[self.cleaned_data["provider"]]


class UnlinkForm(Form):
    link = RadiosField(
        gettext_lazy("Which organisation no longer signs them in?"),
        missing=gettext_lazy("Choose the organisation."),
    )

    def __init__(self, *args: Any, links: Iterable[Link], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["link"]
        field.choices = [(str(link.id), f"{link.name}, {link.number}") for link in links]

    def clean_link(self) -> int:
        return int(self.cleaned_data["link"])


_MAPPED = [(role.value, ROLE_NAMES[role], hint) for role, hint in _ROLES if can_be_mapped(role)]


class GroupForm(_WithTeam):
    """Which group of which directory stands for which role."""

    provider = RadiosField(
        gettext_lazy("Whose directory?"), missing=gettext_lazy("Choose whose directory it is.")
    )
    group = TextField(
        gettext_lazy("Number of the group"),
        hint=gettext_lazy(
            "The one that never changes, such as 8f1c2a…, not its name: a name can be given to another group."
        ),
        autocomplete="off",
        spellcheck=False,
        max_length=200,
    )
    role = RadiosField(gettext_lazy("Role"), choices=_MAPPED, missing=gettext_lazy("Choose the role."))
    reason = TextareaField(
        gettext_lazy("Why?"),
        hint=gettext_lazy("To every role but practitioner a second person agrees, who reads this."),
        rows=3,
        required=False,
    )
    field_order = ("provider", "group", "team", "role", "reason")

    def __init__(self, *args: Any, providers: Iterable[Provider], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._providers = {provider.id: provider for provider in providers}
        field: Any = self.fields["provider"]
        field.choices = [
            (key, f"{provider.name}, {provider.agency}") for key, provider in self._providers.items()
        ]

    def clean_provider(self) -> Provider:
        return self._providers[self.cleaned_data["provider"]]

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class GroupDecisionForm(Form):
    agrees = RadiosField(
        gettext_lazy("Do you agree?"),
        choices=[("yes", gettext_lazy("Yes, this group stands for this role")), ("no", gettext_lazy("No"))],
        missing=gettext_lazy("Say whether you agree."),
    )

    def clean_agrees(self) -> bool:
        return bool(self.cleaned_data["agrees"] == "yes")


class ProposedRoleForm(Form):
    gives = RadiosField(
        gettext_lazy("Do they get this role?"),
        choices=[("yes", gettext_lazy("Yes, give this role")), ("no", gettext_lazy("No"))],
        missing=gettext_lazy("Say whether they get this role."),
    )
    reason = TextareaField(
        gettext_lazy("Why?"),
        hint=gettext_lazy(
            "Your sentence is kept with what you did. Where it takes a second person, they read it."
        ),
        rows=3,
        missing=gettext_lazy("Say why. It is kept in the record."),
    )

    def clean_gives(self) -> bool:
        return bool(self.cleaned_data["gives"] == "yes")


class ReasonForm(Form):
    asks = REASON_ASKS

    reason = TextareaField(
        gettext_lazy("Why?"),
        hint=gettext_lazy("Your sentence is kept with what you did."),
        rows=3,
    )


class AgencyForm(Form):
    name = TextField(gettext_lazy("Name of the agency"), max_length=120, autocomplete="off")
    kind = RadiosField(
        gettext_lazy("What kind of agency is it?"),
        choices=Agency.Kind.choices,
        missing=gettext_lazy("Choose what kind of agency it is."),
    )


class TeamForm(Form):
    """The duty phone of a team, and whether worries come to it."""

    duty_phone = TextField(
        gettext_lazy("Duty phone"),
        hint=gettext_lazy(
            "Shown to whoever tells that a child is in danger now, if worries come to this team."
        ),
        inputmode="tel",
        autocomplete="off",
        width=20,
        max_length=40,
        required=False,
    )
    takes_worries = RadiosField(
        gettext_lazy("Do new worries come to this team?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        inline=True,
    )

    def __init__(self, *args: Any, taker: Team | None, team: Team | None = None, **kwargs: Any) -> None:
        """`taker`: the team that worries come to now. `team`: the one that is being changed."""
        super().__init__(*args, **kwargs)
        self.fields["takes_worries"].help_text = _where_worries_come_to(taker, team)

    def clean_takes_worries(self) -> bool:
        return bool(self.cleaned_data["takes_worries"] == "yes")


def _where_worries_come_to(taker: Team | None, team: Team | None) -> str:
    if taker is None:
        return _("They come to one team of the partnership. None takes them yet.")
    if taker == team:
        return _("They come to one team of the partnership: this one, until another takes them over.")
    return _("They come to one team of the partnership. Now: %(team)s, %(agency)s. Yes moves them here.") % {
        "team": taker.name,
        "agency": taker.agency.name,
    }


class AddTeamForm(TeamForm):
    agency = SelectField(gettext_lazy("Agency"), missing=gettext_lazy("Choose the agency."))
    name = TextField(gettext_lazy("Name of the team"), max_length=120, autocomplete="off")
    field_order = ("agency", "name", "duty_phone", "takes_worries")

    def __init__(self, *args: Any, agencies: Iterable[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._agencies = {str(agency.pk): agency for agency in agencies}
        field: Any = self.fields["agency"]
        field.choices = [(key, agency.name) for key, agency in self._agencies.items()]

    def clean_agency(self) -> Agency:
        return self._agencies[self.cleaned_data["agency"]]
