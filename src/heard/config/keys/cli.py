"""`heard keys`: make, add, take out, turn over and give into keeping the keys of HEARD_KEYS; and what is encrypted with which."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from heard.agencies.cli import site
from heard.agencies.envelopes import ring as rings
from heard.agencies.whole_file import written_whole
from heard.config import second

if TYPE_CHECKING:
    from heard.config.encrypted import Done

_A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def keys() -> None:
    """The keys that encrypt attached files, packs and what authenticator apps derive from. They lie in the file of HEARD_KEYS, apart
    from the database, and in no backup: without them nobody opens what they encrypt."""


@keys.command()
def make() -> None:
    """Make the file of HEARD_KEYS, with a first key. From now on, what comes is encrypted."""
    with _at_work() as path:
        ring = rings.make(path)
        _note("make", ring.first.id)
    click.echo(
        f"{path}: key {ring.first.id}. Write copies for two people now (heard keys escrow): without this file nobody opens "
        "what comes from now on. What is there already: heard keys encrypt"
    )


@keys.command()
@click.option(
    "--from",
    "other",
    type=_A_FILE,
    help="Keys of this file, or of an escrow with --identity, behind those that are there.",
)
@click.option("--identity", type=_A_FILE, help="File with the private key of age that opens the escrow.")
@second.takes_second
def add(other: Path | None, identity: Path | None, approval: str, emergency: str) -> None:
    """Put a new key in front: it encrypts what comes from now on, and those behind it open what is older: it takes two people. Or,
    with --from, bring back keys that are lacking, behind those that are there."""
    with _at_work() as path:
        if other is None:
            rings.read(path)  # what is lacking is said before an approval is used
            with _by_two("KEY_ADD", approval, emergency):
                new = rings.add(path).first
                _note("add", new.id)
            click.echo(
                f"Key {new.id} encrypts what comes from now on. Then: heard keys escrow, and heard keys rotate"
            )
            return
        had = set(rings.read(path).by_id) if path.exists() else set()
        ring = rings.add_from(path, _keys_in(other, identity))
        brought = [key.id for key in ring.keys if key.id not in had]
        for one in brought:
            _note("bring back", one)
    click.echo(f"Keys brought back: {', '.join(brought) or 'none that were not there'}.")


@keys.command()
def encrypt() -> None:
    """Encrypt what was kept in clear before there were keys. It can be broken off at any moment; the next one goes on. Exit 1:
    something could not be encrypted."""
    with _at_work() as path:
        from heard.config import encrypted as stores

        rings.read(path)
        done = stores.encrypt(click.echo)
        if not done.left:
            rings.note_sealed(path)
        _end(done)


@keys.command()
@second.takes_second
def rotate(approval: str, emergency: str) -> None:
    """Let the first key alone open everything: of each file its front is written anew, and nothing of its content. It takes two
    people. It can be broken off at any moment; the next one goes on, with the same approval. Exit 1: something could not be turned over."""
    with _at_work() as path, _by_two("KEY_ROTATE", approval, emergency):
        from heard.config import encrypted as stores

        first = rings.read(path).first
        done = stores.rotate(click.echo)
        _note("rotate", first.id, done=done.done, left=len(done.left))
        _end(done)


@keys.command()
@click.argument("key_id", metavar="KEY")
@second.takes_second
def retire(key_id: str, approval: str, emergency: str) -> None:
    """Take a key out of the file, once nothing is encrypted with it. It takes two people. Backups of before still need it: keep its
    escrow as long as them."""
    with _at_work() as path:
        from heard.config import encrypted as stores

        with stores.alone():
            ring = rings.read(path)
            key = ring.named(key_id)
            if why_not := rings.why_not_retire(ring, key_id) or stores.why_not_retire(key_id):
                raise click.ClickException(why_not)
            if not key.escrowed:
                raise click.ClickException(
                    "Nobody has a copy of this key, and backups of before cannot be opened without it. Run first: heard keys escrow"
                )
            with _by_two("KEY_RETIRE", approval, emergency, key_id):
                rings.retire(path, key_id)
                _note("retire", key_id)
    click.echo(f"{key_id} is out of the file. Keep its escrow until the last backup of before is gone.")


@keys.command()
@click.option(
    "--to", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for the copy."
)
@click.option(
    "--recipient",
    "recipients",
    multiple=True,
    help="Public key of age (age1…) of one of them. Give it twice.",
)
def escrow(to: Path, recipients: tuple[str, ...]) -> None:
    """Write a copy of the keys that either of two people can open, with their keys of age. Keep it apart from the server, from
    the backups and from those keys."""
    if len({recipient.strip() for recipient in recipients}) < 2:
        raise click.UsageError(
            "Name two people, each with --recipient age1…: one alone may be away, or leave."
        )
    with _at_work() as path:
        from heard.config.backup import archive

        ring = rings.escrowed(rings.read(path), recipients)
        text = rings.as_text(ring)
        out = to / f"heard-keys-{ring.first.id}-{hashlib.sha256(text).hexdigest()[:8]}.age"
        content = archive.encrypted(text, list(recipients))
        with written_whole(out) as file:
            file.write(content)
        if out.read_bytes() != content:
            raise click.ClickException(f"{out} does not read as it was written. Try another disk or stick.")
        rings.note_escrow(path, ring)
        _note("escrow", ring.first.id, keys=len(ring.keys))
    click.echo(
        f"{out}: {len(ring.keys)} keys. To open it: age --decrypt, or heard keys add --from FILE --identity KEYFILE"
    )


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def list_(as_json: bool) -> None:
    """Say which keys there are, and what is encrypted with which. Exit 1: something is encrypted with a key that is not there."""
    with site():
        from heard.agencies.envelopes import kept
        from heard.config import encrypted as stores

        ring, problem = None, ""
        try:
            ring = kept.ring()
        except kept.NoKeys as error:
            problem = str(error)
        found = stores.counted()
    there = {key.id: key for key in ring.keys} if ring else {}
    ids = {count for counts in found.values() for count in counts} - {stores.CLEAR, stores.MISSING}
    lacking = sorted(ids - there.keys())
    if as_json:
        about = [{"id": key.id, "made": key.made, "escrowed": len(key.escrowed)} for key in there.values()]
        click.echo(json.dumps({"keys": about, "under": found, "not there": lacking}, indent=1))
    else:
        _print(list(there.values()), found)
    if problem:
        click.echo(problem, err=True)
    for text in lacking:
        click.echo(
            f"The key {text} is not there. Bring it back from its escrow or a copy: heard keys add --from FILE",
            err=True,
        )
    if lacking or problem:
        raise SystemExit(1)


@keys.command("open")
@click.argument("name")
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="A new file, for this user alone.",
)
@click.option("--reason", help="Why. It is kept in the audit trail. Without it you are asked.")
def open_(name: str, to: Path, reason: str | None) -> None:
    """Take one file out of its envelope: for the police who ask for what was set aside, or for what ClamAV found. NAME is its folder and
    key, such as attachments/0a1b…; do not look at it yourself."""
    with site():
        from heard.agencies.envelopes import kept
        from heard.cases.attachment.storing import Locked, Missing
        from heard.config import encrypted as stores

        try:
            stores.copy_out(name, to, reason or click.prompt("Why"))
        except LookupError as error:
            raise click.ClickException(f"No file is called {name}.") from error
        except FileExistsError as error:
            raise click.ClickException(f"{to} is there already. Give another name.") from error
        except (FileNotFoundError, Missing) as error:
            raise click.ClickException(f"{name} is missing, or the folder of {to} is.") from error
        except kept.Changed as error:
            raise click.ClickException(f"{name} is not as it was kept. Run: heard check-files") from error
        except (kept.KeyMissing, kept.NoKeys, Locked) as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"{to}. Remove it once it is handed over.")


# ---- inside


@contextmanager
def _at_work() -> Iterator[Path]:
    """The path of HEARD_KEYS; what is wrong with it, in a plain sentence."""
    with site():
        from django.conf import settings

        if not settings.KEYS:
            raise click.ClickException(
                "HEARD_KEYS is not set. Let it name a file apart from HEARD_DATA and the database, such as /etc/heard/keys"
            )
        try:
            yield settings.KEYS
        except (rings.NoKeys, rings.KeyMissing, rings.WhyNot) as error:
            raise click.ClickException(str(error)) from error


def _by_two(what: str, approval: str, emergency: str, about: str = "") -> AbstractContextManager[None]:
    from heard.agencies.rules import TwoFor

    return second.agreed(second.said(approval, emergency), TwoFor[what], about)


def _keys_in(path: Path, identity: Path | None) -> Iterable[rings.Key]:
    from heard.config.backup import archive

    try:
        return rings.parsed(archive.decrypted(path, identity)).keys
    except archive.Broken as error:
        raise click.ClickException(str(error)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise click.ClickException(f"{path} is no file of keys, nor an escrow of one.") from error


def _note(verb: str, key_id: str, **detail: Any) -> None:
    from django.db import transaction

    from heard.agencies.actions import record_audit

    with transaction.atomic():
        record_audit(by=None, verb=verb, subject="key", subject_id=key_id, detail=detail)


def _print(there: list[rings.Key], found: dict[str, Any]) -> None:
    from heard.config import encrypted as stores

    for number, key in enumerate(there):
        does = "encrypts what comes" if not number else "opens what is older"
        held = f"copies for {len(key.escrowed)} people" if key.escrowed else "nobody has a copy"
        click.echo(f"key {key.id}, made {key.made}: {does}; {held}")
    if not there:
        click.echo("There are no keys.")
    names = {stores.CLEAR: "in clear", stores.MISSING: "missing"}
    for store, counts in found.items():
        clear = "by the secret key" if store == stores.SEEDS else names[stores.CLEAR]
        said = [
            f"{count} {clear if one == stores.CLEAR else names.get(one) or f'under {one}'}"
            for one, count in sorted(counts.items())
        ]
        click.echo(f"{store}: {', '.join(said) or 'none'}")


def _end(done: Done) -> None:
    for name, why in done.left.items():
        click.echo(f"Left: {name}: {why}", err=True)
    if done.left:
        raise SystemExit(1)
