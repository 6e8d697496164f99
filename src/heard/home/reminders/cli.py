"""`heard remind`, for a timer that runs it once a day."""

from __future__ import annotations

import click

from heard.agencies.cli import site

_DOES_NOT_ANSWER, _REFUSED = 3, 4  # exit codes; 2 is taken by a command that is typed wrongly


@click.command()
def remind() -> None:
    """Mail each colleague how much is overdue or due today. For a timer, once a day.

    Exit 0: done. 1: not set up. 3: the mail server does not answer. 4: it refused some mail. It is safe to run it
    again: nobody gets two mails in a day.
    """
    with site():
        from django.utils import timezone

        from heard.home.reminders.mail import remind_everybody

        _refuse_without_settings()
        sent = remind_everybody(timezone.localdate())
    click.echo(f"Reminded: {sent.went}.")
    if sent.unanswered:
        click.echo(
            "The mail server does not answer, or does not take mail from here. Check HEARD_MAIL_URL, then run this "
            "again: whoever has been reminded today is left out. An administrator sees on My work who was not reached.",
            err=True,
        )
        raise SystemExit(_DOES_NOT_ANSWER)
    if sent.refused:
        click.echo(
            f"The mail server refused the mail to {sent.refused} colleagues. An administrator sees on My work to whom; "
            "they change their address on the page My settings.",
            err=True,
        )
        raise SystemExit(_REFUSED)


def _refuse_without_settings() -> None:
    from heard.agencies.mail.sending import why_no_mail

    if why_not := why_no_mail():
        raise click.ClickException(why_not)
