"""`heard backup`, `heard backup verify` and `heard restore`."""

from __future__ import annotations

from pathlib import Path

import click

from heard.agencies.cli import as_owner, grant_to, site
from heard.config import second

_A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_identity = click.option(
    "--identity", type=_A_FILE, help="File with the private key of age that opens the backup."
)


@click.group(invoke_without_command=True)
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="Folder for the backup's file.")
@click.option("--recipient", "recipients", multiple=True, help="Public key of age (age1…) that can open it.")
@click.option("--recipients-file", type=_A_FILE, help="File with such keys, one on a line.")
@click.option("--plain", is_flag=True, help="Do not encrypt it: only onto a disk that is encrypted itself.")
@click.option(
    "--keep", help="Which older backups of that folder stay, such as 7d,5w,12m; the others are removed."
)
@click.pass_context
def backup(
    context: click.Context,
    to: Path | None,
    recipients: tuple[str, ...],
    recipients_file: Path | None,
    plain: bool,
    keep: str | None,
) -> None:
    """Write one encrypted file with everything that Heard keeps, while people work.

    In it: the database, attached files, packs, runs, profiles and questions. Not in it: the settings and keys (audit.key, HEARD_KEYS), and the
    agencies' own extracts. Exit 0: done. 1: not done, or files that the database knows are missing or changed.
    """
    if context.invoked_subcommand:
        return
    if to is None:
        raise click.UsageError("Say where to: heard backup --to FOLDER")
    to_whom = [*recipients, *_lines(recipients_file)]
    if plain == bool(to_whom):
        raise click.UsageError("Name who can open it with --recipient, or say --plain; one of the two.")
    with site():
        from heard.config.backup import erasures, making

        erasures.write(to, to_whom)
        out, manifest = making.make(to, to_whom)
        click.echo(f"{out}: {sum(manifest.rows.values())} rows and {len(manifest.files) - 1} files.")
        for name, why in manifest.left_out.items():
            click.echo(f"Left out: {name}: {why}")
        if keep and not manifest.wrong:
            click.echo(f"Older backups removed: {len(making.remove_old(to, keep))}.")
    if manifest.wrong:
        for name, what in manifest.wrong.items():
            click.echo(f"Wrong: {name}: {what}", err=True)
        raise click.ClickException(
            "The backup is made, but files are not as the database says. No old one is removed."
        )


@backup.command()
@click.argument("file", type=_A_FILE)
@_identity
def verify(file: Path, identity: Path | None) -> None:
    """Read all of a backup and say whether it is whole. Exit 0: it is. 1: it is not."""
    with site():
        from heard.config.backup import archive, restoring

        try:
            manifest = restoring.verify(file, identity)
        except archive.Broken as broken:
            raise click.ClickException(f"{file.name} is not whole. {broken}") from broken
    click.echo(f"{file.name} is whole: made {manifest.made_at} by Heard {manifest.version}, ", nl=False)
    click.echo(f"{sum(manifest.rows.values())} rows and {len(manifest.files) - 1} files.")


@backup.command("erasures")
@click.option(
    "--to", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder of the backups."
)
@click.option("--recipient", "recipients", multiple=True, help="Public key of age (age1…) that can open it.")
@click.option("--recipients-file", type=_A_FILE, help="File with such keys, one on a line.")
@click.option("--plain", is_flag=True, help="Do not encrypt it: only onto a disk that is encrypted itself.")
def erasures_(to: Path, recipients: tuple[str, ...], recipients_file: Path | None, plain: bool) -> None:
    """Write the list of what was destroyed until now, by keys alone, beside the backups: before an older one is brought back, while
    the database still answers. Every backup writes it too."""
    to_whom = [*recipients, *_lines(recipients_file)]
    if plain == bool(to_whom):
        raise click.UsageError("Name who can open it with --recipient, or say --plain; one of the two.")
    with site():
        from heard.config.backup import erasures

        path = erasures.write(to, to_whom)
    click.echo(f"{path}" if path else "Nothing was ever destroyed.")


@backup.command("settle")
@click.option(
    "--as-of", required=True, help="The time to which the database was brought back, as you told pgBackRest."
)
@click.option(
    "--erasures",
    "lists",
    type=_A_FILE,
    multiple=True,
    help="A list of what was destroyed (heard-erasures-…).",
)
@click.option("--none-destroyed", is_flag=True, help="Nothing was destroyed after that time.")
@_identity
@second.takes_second
def settle_(
    as_of: str,
    lists: tuple[Path, ...],
    none_destroyed: bool,
    identity: Path | None,
    approval: str,
    emergency: str,
) -> None:
    """After pgBackRest or the like brought the database back to an earlier time, before people use it: sign everybody out, let no
    mail that waited go, destroy again what was destroyed since, and write all that down. Stop Heard before; run heard migrate
    after. `heard restore` does the same by itself. It takes two people."""
    two = second.said(approval, emergency)
    if none_destroyed == bool(lists):
        raise click.UsageError(
            "Name the newest list with --erasures, or say --none-destroyed; one of the two."
        )
    with site():
        from heard.agencies.rules import TwoFor, moment_of
        from heard.config.backup import archive, erasures, restoring

        moment = moment_of(as_of)
        if moment is None:
            raise click.ClickException("Give --as-of as a time, such as 2026-11-26 10:00:00+00")
        slip = second.slip_of(two, TwoFor.SETTLE, moment, empty=False)
        try:
            destroyed = erasures.read(lists, identity)
        except archive.Broken as broken:
            raise click.ClickException(str(broken)) from broken
        restoring.settle(
            "point in time",
            {"as of": as_of[:40]},
            note=lambda: second.note_slip(slip, two, TwoFor.SETTLE, as_of),
        )
        again, left = erasures.carry_out(destroyed)
    click.echo(f"Everybody is signed out. Destroyed again: {again} records.")
    for certificate in left:
        click.echo(f"Not destroyed again, since something leans on it: certificate {certificate}", err=True)
    if left:
        raise click.ClickException(
            "Something that was destroyed is back. Destroy it on the site before people use it."
        )


@click.command()
@click.argument("file", type=_A_FILE)
@_identity
@click.option(
    "--erasures", "lists", type=_A_FILE, multiple=True, help="Another list of what was destroyed, besides those beside FILE."
)  # fmt: skip
@second.takes_second
def restore(
    file: Path, identity: Path | None, lists: tuple[Path, ...], approval: str, emergency: str
) -> None:
    """Bring a backup back: into the folder of HEARD_DATA and the database of DATABASE_URL, which must be empty.

    Everybody is signed out, and mails that waited do not go by themselves. What was destroyed since the backup, as the lists
    heard-erasures-… beside it say, is destroyed again. It takes two people, and the copy of audit.key beside what they agreed to.
    """
    two = second.said(approval, emergency)
    with as_owner() as role, site():
        from django.conf import settings

        from heard.agencies.rules import TwoFor
        from heard.config.backup import archive, erasures, restoring

        had_key = settings.AUDIT_KEY.is_file()
        slip = second.slip_of(two, TwoFor.RESTORE, None, empty=True)
        try:
            destroyed = erasures.read([*erasures.beside(file), *lists], identity)
            manifest = restoring.restore(
                file,
                identity,
                agrees=lambda manifest: second.refuse_another(slip, manifest.made_at),
                note=lambda: second.note_slip(slip, two, TwoFor.RESTORE, file.name),
            )
        except archive.Broken as broken:
            raise click.ClickException(f"{file.name} cannot be restored. {broken}") from broken
        again, left = erasures.carry_out(destroyed)
        grant_to(role)
        lacking = _keys_that_are_lacking()
    click.echo(
        f"Restored from {manifest.made_at}: {sum(manifest.rows.values())} rows, {len(manifest.files) - 1} files."
    )
    if destroyed:
        click.echo(
            f"Destroyed since then, and now again: {again} records. Their certificates stand under Holds and destruction."
        )
    else:
        click.echo(
            "No list of what was destroyed (heard-erasures-…) was beside it. Whatever was destroyed after that day is back: "
            "destroy it again, or restore once more with --erasures FILE."
        )
    for certificate in left:
        click.echo(f"Not destroyed again, since something leans on it: certificate {certificate}", err=True)
    for key in lacking:
        click.echo(
            f"Files or second factors are encrypted with the key {key}, which is not there: they cannot be opened. Bring it back from "
            "a copy of HEARD_KEYS or its escrow: heard keys add --from FILE",
            err=True,
        )
    if not had_key:
        click.echo(
            "The key of the audit trail was not there, so a new one was made. Put the old one beside it, since without it "
            "nobody can verify what is older: heard audit key --add FILE"
        )
    if left:
        raise click.ClickException(
            "Something that was destroyed is back. Destroy it on the site before people use it."
        )
    click.echo("Look at a child and a file that you know, then start Heard: heard serve")


def _lines(path: Path | None) -> list[str]:
    lines = path.read_text().splitlines() if path else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _keys_that_are_lacking() -> list[str]:
    from heard.agencies.envelopes import kept
    from heard.config import encrypted as stores

    try:
        return stores.not_there()
    except kept.NoKeys:
        return sorted(stores.needed())
