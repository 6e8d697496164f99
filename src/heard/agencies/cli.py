"""`heard migrate` and `heard begin`: the two commands between an installed Heard and the first sign-in. `heard unlock` and
`heard recover`: for the day on which an administrator cannot sign in.

Django is set up only inside the commands, so that `heard --help` needs no settings.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO
from urllib.parse import unquote, urlsplit

import click

if TYPE_CHECKING:
    from heard.agencies.models import User

# Those of `Agency.Kind`, which cannot be read before Django is set up; a test holds the two together.
KINDS = ("social_care", "police", "health", "education", "youth_justice", "voluntary")


@click.command()
def migrate() -> None:
    """Make the database, or bring it up to date after an upgrade: as its owner, where HEARD_DATABASE_OWNER names one, and the
    role of DATABASE_URL then gets what it needs of it."""
    with as_owner() as role, site():
        from django.core.management import call_command

        call_command("migrate", interactive=False)
        grant_to(role)
        _say_key()


@click.group()
def database() -> None:
    """What the site may do in PostgreSQL."""


@database.command()
def grants() -> None:
    """Let the role of DATABASE_URL work with the tables that the role of HEARD_DATABASE_OWNER owns, and never alter the audit
    trail. `heard migrate` and `heard restore` do it too."""
    with as_owner() as role, site():
        if not role:
            raise click.ClickException(
                "HEARD_DATABASE_OWNER is not set. It is the address of PostgreSQL for the role that owns the tables."
            )
        grant_to(role)
        click.echo(f"{role} works with the tables, and cannot alter the audit trail.")


@contextmanager
def as_owner() -> Iterator[str]:
    """Where HEARD_DATABASE_OWNER names the owner of the tables, what is inside works as that. Gives the name of the role with which
    the site works, and '' where the two are one."""
    owner, site_url = os.environ.get("HEARD_DATABASE_OWNER", ""), os.environ.get("DATABASE_URL", "")
    if not owner:
        yield ""
        return
    role = unquote(urlsplit(site_url).username or "")
    if not role:
        raise click.ClickException("DATABASE_URL names no role. It is that of the site: postgres://heard@…")
    os.environ["DATABASE_URL"] = owner
    try:
        yield role
    finally:
        os.environ["DATABASE_URL"] = site_url


def grant_to(role: str) -> None:
    """Nothing where the site's role is the owner."""
    if not role:
        return
    from heard.agencies.trail import granting

    try:
        granting.grant(role)
    except ValueError as error:
        raise click.ClickException(str(error)) from error


@click.command()
@click.option("--agency", help="Name of the first agency.")
@click.option("--kind", type=click.Choice(KINDS), help="What kind of agency it is.")
@click.option("--team", help="Name of the administrator's team.")
@click.option("--username", help="What the administrator signs in with.")
@click.option("--given-name", help="Of the administrator.")
@click.option("--family-name", help="Of the administrator.")
@click.option(
    "--password-file",
    type=click.File("r"),
    help="File whose first line is the password; - reads standard input. Without it you are asked, unseen.",
)
@click.option(
    "--link",
    is_flag=True,
    help="Take no password: print a link, which works once within three days, with which they set it themselves.",
)
def begin(
    agency: str | None,
    kind: str | None,
    team: str | None,
    username: str | None,
    given_name: str | None,
    family_name: str | None,
    password_file: TextIO | None,
    link: bool,
) -> None:
    """Add the first agency, team and administrator to an empty Heard. What no option gives is asked.

    A password is never an argument: other users of the machine could read it there.
    """
    if link and password_file:
        raise click.UsageError(
            "Give either --link or --password-file: with a link they set the password themselves."
        )
    with site():
        from heard.agencies.actions import begin_partnership
        from heard.agencies.mail.invitation import link_for

        _refuse_what_is_not_empty()
        if link:
            _refuse_without_an_address()
        user = begin_partnership(
            agency=agency or click.prompt("Name of your agency"),
            kind=kind or click.prompt("What kind of agency", type=click.Choice(KINDS)),
            team=team or click.prompt("Name of your team"),
            username=username or click.prompt("Your username"),
            first_name=given_name or click.prompt("Your given name"),
            last_name=family_name or click.prompt("Your family name"),
            password=None
            if link
            else _read_password(password_file)
            if password_file
            else _ask_for_password(),
        )
        if link:
            click.echo(
                f"Done. {user.username} opens this within three days; it works once:\n{link_for(user)}"
            )
            return
        click.echo(
            f"Done. Start Heard with `heard serve`, sign in as {user.username}, and go to People and teams: "
            "add your agencies, teams and people there, and say which team takes new worries."
        )


@click.command()
@click.argument("username")
def unlock(username: str) -> None:
    """Let somebody sign in again whose username wrong passwords have locked."""
    with site():
        from heard.agencies import actions

        actions.unlock(by=None, user=_user_called(username))
    click.echo("Unlocked. They can sign in again.")


@click.command()
@click.argument("username")
@click.option("--reason", help="Why. It is kept in the record. Without it you are asked.")
def recover(username: str, reason: str | None) -> None:
    """Let somebody in again whom nobody on the site can help: the last administrator, or one of the last two people who agree
    to such things. It prints a link to set a password.

    Their passkeys, apps and recovery codes go, and whatever is signed in as them ends. It refuses where an administrator and
    a second person can do it on the site.
    """
    with site():
        from heard.agencies import actions
        from heard.agencies.mail.invitation import link_for

        user = _user_called(username)
        user = actions.recover(by=user, reason=reason or click.prompt("Why"))
        click.echo(f"Open this within three days; it works once:\n{link_for(user)}")


def _say_key() -> None:
    from django.conf import settings

    from heard.agencies.seal import keys

    public = keys.read(settings.AUDIT_KEY).newest.public.hex()
    click.echo(f"The public key of the audit trail, to be kept on paper: {public}")


def _user_called(username: str) -> User:
    from heard.agencies.queries import who_is_called

    user = who_is_called(None, username)
    if user is None:
        raise click.ClickException("Nobody has this username.")
    return user


@contextmanager
def new_file(path: Path, why_not_over: str = "", encoding: str = "utf-8") -> Iterator[TextIO]:
    """A file that was not there before, for writing; lines end as they are written. One that is there is never written over:
    `why_not_over` says why, after "is there already"."""
    try:
        with path.open("x", encoding=encoding, newline="") as stream:
            yield stream
    except FileExistsError as error:
        raise click.ClickException(
            f"{path} is there already{why_not_over or '. Give another name.'}"
        ) from error
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written. Check the folder.") from error


@contextmanager
def site() -> Iterator[None]:
    """Django, set up; what it has to say against the installation or the answers, in a plain sentence."""
    import django
    from dj_database_url import ParseError, UnknownSchemeError
    from django.core.exceptions import ImproperlyConfigured, ValidationError
    from django.db import DatabaseError

    from heard.agencies.rules import Refused
    from heard.agencies.seal.keys import KeyMissing

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heard.config.settings")
    try:
        django.setup()
        yield
    except (ImproperlyConfigured, KeyMissing, Refused) as error:
        raise click.ClickException(str(error)) from error
    except ValidationError as error:
        raise click.ClickException(_in_lines(error)) from error
    except DatabaseError as error:
        raise click.ClickException(_said_by_database(error)) from error
    except (ParseError, UnknownSchemeError) as error:
        raise click.ClickException(f"DATABASE_URL names no database. {error}") from error
    except PermissionError as error:
        raise click.ClickException(
            f"{error.filename} is not open to this user of the machine. Set HEARD_DATA to a folder that is, "
            "or run this as the user that the folder belongs to."
        ) from error


def _said_by_database(error: Exception) -> str:
    """What is wrong with it, as far as can be told; of a row that it refused no value."""
    from django.db import InterfaceError, OperationalError, ProgrammingError

    said = str(error)
    if isinstance(error, ProgrammingError) or said.startswith("no such"):
        return "The tables are not those of this version of Heard. Run heard migrate, then this again; heard doctor says more."
    if isinstance(error, OperationalError | InterfaceError):
        return f"The database does not answer. Check HEARD_DATA and DATABASE_URL. It says: {said}"
    return f"The database refused this ({type(error).__name__}). See what heard doctor says."


def _refuse_what_is_not_empty() -> None:
    """Before the questions, so that nobody answers them in vain."""
    from django.core.management import call_command

    from heard.agencies.models import User
    from heard.agencies.rules import why_not_begin

    try:
        call_command("migrate", check_unapplied=True, verbosity=0)
    except SystemExit:
        raise click.ClickException("The database is not up to date. Run first: heard migrate") from None
    if refusal := why_not_begin(people=User.objects.count()):
        raise click.ClickException(refusal)


def _refuse_without_an_address() -> None:
    from django.conf import settings

    if not settings.ADDRESS:
        raise click.ClickException(
            "HEARD_ADDRESS is not set, so there is nowhere for a link to lead. Set it to the address at which people open "
            "Heard, such as https://heard.example.org, and run this again."
        )


def _read_password(file: TextIO) -> str:
    from django.contrib.auth.password_validation import validate_password

    password = file.readline().rstrip("\r\n")
    validate_password(password)
    return password


def _ask_for_password() -> str:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    while True:
        password: str = click.prompt("A password", hide_input=True, confirmation_prompt="The password again")
        try:
            validate_password(password)
        except ValidationError as error:
            click.echo(_in_lines(error), err=True)
        else:
            return password


def _in_lines(error: object) -> str:
    """Each fault on a line of its own, with the name of the answer that it is about."""
    by_field = getattr(error, "error_dict", None)
    if not by_field:
        return "\n".join(getattr(error, "messages", []))
    return "\n".join(
        f"{field.replace('first_name', 'given name').replace('last_name', 'family name')}: {message}"
        for field, faults in by_field.items()
        for fault in faults
        for message in fault.messages
    )
