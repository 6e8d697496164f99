"""Asking for a pack, making it in the background, fetching it, and taking it away when its day has come.

A worker that is killed loses nothing: a second task looks whether the first is still heard of, and puts the pack into the
queue again. Each attempt has a number, and writes only as long as it is the latest.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.tasks import task
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.envelopes import kept
from heard.agencies.envelopes.kept import Whole
from heard.agencies.jobs.beating import Superseded, begin, mine, reporter
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.cases.keeping.queries import is_held
from heard.cases.pack import queries, rules
from heard.cases.pack.actions._shared import _audit_pack, _locked
from heard.cases.pack.binding import NotMade
from heard.cases.pack.drawing import clear, make_pdf
from heard.cases.pack.models import Disclosure, Pack, about_pack
from heard.cases.pack.papers import paper_of
from heard.cases.pack.rules import PackState
from heard.cases.timeline.index import refresh
from heard.network.actions import hold_person
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.agencies.models import User

_UNFORESEEN: Final = (
    "Something went wrong that Heard did not foresee. The record is as it was. "
    "Try again; if it happens again, ask your administrator to look at the log."
)
_log = logging.getLogger(__name__)
_NOT_ANY_MORE: Final = "Whoever asked for this pack may not open the record any more."
_LOST_TOO_OFTEN: Final = "The work on this pack was broken off several times. Choose fewer parts or files, or a shorter time of the chronology."


@transaction.atomic
def ask_pack(
    *,
    by: User,
    person_id: uuid.UUID,
    purpose: str,
    for_whom: str,
    parts: Collection[str],
    keep_until: date | None,
    since: date | None = None,
    until: date | None = None,
    with_pages: bool = False,
) -> Pack:
    """Puts a pack into the queue. It will hold what `by` may see when it is made."""
    person = hold_person(by=by, person_id=person_id, level=Level.EVERYTHING)
    why_not = rules.why_not_ask(
        may_see=by.may(May.SEE_CHILD),
        purpose=purpose,
        for_whom=for_whom,
        parts=parts,
        since=since,
        until=until,
        keep_until=keep_until,
        today=timezone.localdate(),
    )
    if why_not or keep_until is None:
        raise Refused(why_not)
    pack = Pack.objects.create(
        person=person,
        parts=[part.value for part in rules.PackPart if part in parts],
        since=since,
        until=until,
        with_pages=with_pages and rules.PackPart.FILES in parts,
        purpose=purpose.strip(),
        for_whom=for_whom.strip(),
        keep_until=keep_until,
        asked_by=by,
        asked_at=timezone.now(),
    )
    _audit_pack(by, "ask", pack, reason=purpose)
    _queue(pack)
    return pack


@transaction.atomic
def make_answer(*, by: User, disclosure: Disclosure) -> Pack:
    """Puts the PDF of an answer into the queue. Only for one that a second person has checked."""
    pack = Pack.objects.create(
        person=disclosure.person,
        disclosure=disclosure,
        parts=disclosure.parts,
        since=disclosure.since,
        until=disclosure.until,
        purpose=_("To be given to whoever asked for the record"),
        for_whom=disclosure.requester_name,
        keep_until=timezone.localdate() + timedelta(days=rules.KEEP_DAYS),
        asked_by=by,
        asked_at=timezone.now(),
    )
    _audit_pack(by, "ask", pack)
    _queue(pack)
    return pack


@transaction.atomic
def make_again(*, by: User, disclosure_id: uuid.UUID) -> Pack:
    """The PDF of an answer that is final, anew: what was decided has not changed, so neither does what it shows, but
    for files that were withdrawn since."""
    disclosure = _locked(by, disclosure_id)
    latest = queries.latest_pack(by, disclosure_id)
    if disclosure.stage not in (rules.Stage.FINAL, rules.Stage.GIVEN):
        raise Refused("A second person has to check this before it becomes a PDF.")
    if latest and latest.state in (rules.PackState.WAITING, rules.PackState.RUNNING, rules.PackState.DONE):
        raise Refused("The PDF is there, or is being made.")
    return make_answer(by=by, disclosure=disclosure)


@transaction.atomic
def open_pack(*, by: User, pack_id: uuid.UUID) -> Pack:
    """The pack, for showing how far it is, with the 'view' audit row; or `Hidden`."""
    pack = queries.pack_visible_to(by, pack_id)
    _audit_pack(by, "view", pack)
    return pack


def fetch_pack(*, by: User, pack_id: uuid.UUID) -> tuple[Pack, Whole]:
    """A pack, and its file, checked, to be sent in parts; with its audit row. `Refused` where it is not there any more or not yet, is
    not what was made, or is encrypted with a key that is not there. It is read before anything is locked: do not call this inside a
    transaction."""
    pack = _to_be_fetched(by, pack_id)
    try:
        file = kept.whole(pack.path, about_pack(pack.path.name), pack.sha256)
    except FileNotFoundError as problem:
        raise Refused(rules.OF_ANOTHER_DAY) from problem
    except kept.Changed as problem:
        _log.error("The bytes of a pack are not as they were made: %s", pack.pk)
        raise Refused(rules.NOT_WHOLE) from problem
    except (kept.KeyMissing, kept.NoKeys) as problem:
        _log.error("A pack cannot be opened: %s. %s", pack.pk, problem)
        raise Refused(rules.WITHOUT_KEY) from problem
    return _note_fetched(by, pack_id), file


def _to_be_fetched(by: User, pack_id: uuid.UUID) -> Pack:
    pack = queries.pack_visible_to(by, pack_id)
    refuse(queries.why_not_fetch(by, pack, today=timezone.localdate()))
    return pack


@transaction.atomic
def _note_fetched(by: User, pack_id: uuid.UUID) -> Pack:
    pack = _to_be_fetched(by, pack_id)  # again: reading it may have taken a while
    if pack.fetched_at is None:
        pack.fetched_at = timezone.now()
        pack.save(update_fields=["fetched_at"])
    _audit_pack(by, "download", pack)
    return pack


def encrypt_pack(*, by: User | None, pack_id: uuid.UUID) -> bool:
    """Puts a pack of before there were keys into its envelope. Whether it did. Raises as `kept.whole` does. `by`: None for who looks after
    the server."""
    pack = Pack.objects.get(pk=pack_id)
    return kept.encrypt(pack.path, about_pack(pack.path.name), pack.sha256, lambda: _held(by, pack))


@contextmanager
def _held(by: User | None, pack: Pack) -> Iterator[bool]:
    """Whether it is still what it was; and then it stays so until this ends."""
    with transaction.atomic():
        rows = Pack.objects.select_for_update().filter(state=PackState.DONE, sha256=pack.sha256)
        held = rows.filter(pk=pack.pk).first()
        if held is not None:
            _audit_pack(by, "encrypt", held)
        yield held is not None


@transaction.atomic
def restart_pack(*, by: User, pack_id: uuid.UUID) -> Pack:
    """Tries again what failed or was broken off."""
    Pack.objects.select_for_update().filter(pk=pack_id).first()
    pack = queries.pack_visible_to(by, pack_id)
    silent = rules.is_silent(pack.state, pack.beat_at, timezone.now())
    refuse(rules.why_not_again(state=pack.state, silent=silent))
    pack.state, pack.attempts, pack.problem, pack.step, pack.share = PackState.WAITING, 0, "", "", None
    pack.save()
    _audit_pack(by, "ask again", pack)
    _queue(pack)
    return pack


@transaction.atomic
def remove_pack(*, by: User, pack_id: uuid.UUID) -> Pack:
    """Takes the file away before its day. That there was one stays."""
    Pack.objects.select_for_update().filter(pk=pack_id).first()
    pack = queries.pack_visible_to(by, pack_id)
    own = pack.asked_by_id == by.pk or pack.disclosure_id is not None
    refuse(rules.why_not_remove(state=pack.state, is_own=own, held=is_held(by, pack.person_id)))
    _take_away(by, pack)
    return pack


@transaction.atomic
def remove_answers(*, by: User, disclosure: Disclosure) -> None:
    """Takes away what was made of a request that ended, and what waits to be made. What is being made goes when it is, and what a
    hold keeps once that is lifted."""
    if is_held(by, disclosure.person_id):
        return
    rows = Pack.objects.select_for_update().filter(disclosure=disclosure)
    for pack in rows.filter(state__in=(PackState.DONE, PackState.WAITING)):
        _take_away(by, pack)


@task()
def remove_old_packs() -> None:
    """Takes away every file whose day has passed or whose request ended, and what workers that were killed have left. A hold on
    the record keeps them."""
    over = Q(keep_until__lt=timezone.localdate()) | Q(disclosure__stage=rules.Stage.STOPPED)
    for pack in Pack.objects.filter(over).exclude(state=PackState.REMOVED):
        if is_held(None, pack.person_id):
            continue
        with transaction.atomic():
            if pack.state != PackState.RUNNING or rules.is_silent(pack.state, pack.beat_at, timezone.now()):
                _take_away(pack.asked_by, pack)
    _sweep()


def _queue(pack: Pack) -> None:
    """With the pack or not at all: the making, somebody who looks after it, and the removal on its day."""
    later = timezone.now() + rules.SILENT + timedelta(seconds=5)
    gone = _midnight(pack.keep_until + timedelta(days=1))
    key = str(pack.pk)
    make_pack.enqueue(key)
    watch_pack.using(run_after=later).enqueue(key)
    remove_old_packs.using(run_after=gone).enqueue()


@task()
def make_pack(pack_id: str) -> None:
    """Makes a pack that waits. What goes wrong becomes a sentence on its page, never a lost pack."""
    waiting = Pack.objects.select_related("asked_by", "person", "disclosure")
    pack = begin(waiting.filter(pk=pack_id, state=PackState.WAITING), state=PackState.RUNNING)
    if pack is None:
        return
    try:
        _make(pack)
    except Superseded:
        return
    except Hidden:
        _end(pack, state=PackState.FAILED, problem=_NOT_ANY_MORE)
    except NotMade as problem:
        _end(pack, state=PackState.FAILED, problem=str(problem))
    except Exception:
        _end(pack, state=PackState.FAILED, problem=_UNFORESEEN)
        raise


@task()
def watch_pack(pack_id: str) -> None:
    """Puts a pack into the queue again whose worker was killed, and looks again later while it is not made."""
    pack = Pack.objects.filter(pk=pack_id, state__in=(PackState.WAITING, PackState.RUNNING)).first()
    if pack is None:
        return
    if rules.is_silent(pack.state, pack.beat_at, timezone.now()):
        if pack.attempts >= rules.MOST_ATTEMPTS:
            _end(pack, state=PackState.FAILED, problem=_LOST_TOO_OFTEN)
            return
        if mine(pack).update(state=PackState.WAITING):
            make_pack.enqueue(pack_id)
    later = timezone.now() + rules.SILENT + timedelta(seconds=5)
    watch_pack.using(run_after=later).enqueue(pack_id)


def _make(pack: Pack) -> None:
    heard = reporter(pack)
    if not pack.asked_by.is_active:
        raise Hidden
    refresh(pack.person_id)
    paper = paper_of(pack, heard)
    made = make_pdf(paper, pack.path, heard)
    done = {"pages": made.pages, "size": made.size, "left_out": made.left_out, "sha256": made.sha256}
    _end(pack, state=PackState.DONE, **done)
    remove_old_packs.enqueue()


def _end(pack: Pack, **values: Any) -> None:
    mine(pack).update(ended_at=timezone.now(), step="", share=None, **values)


def _take_away(by: User, pack: Pack) -> None:
    pack.state, pack.removed_at = PackState.REMOVED, timezone.now()
    pack.save(update_fields=["state", "removed_at"])
    path = pack.path
    _audit_pack(by, "remove", pack)

    def unlink() -> None:
        path.unlink(missing_ok=True)
        clear(path)

    transaction.on_commit(unlink, robust=True)


def _sweep() -> None:
    """Files and folders of no pack that is ready or being made: older than a day, so that none is new."""
    folder = Path(settings.DATA) / "packs"
    old = time.time() - 86_400
    kept = {
        key.hex
        for key in Pack.objects.filter(state__in=(PackState.RUNNING, PackState.DONE)).values_list(
            "pk", flat=True
        )
    }
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.name.split(".")[0] not in kept and entry.stat().st_mtime < old:
            entry.unlink() if entry.is_file() else clear(entry.with_suffix(""))


def _midnight(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, datetime.min.time()))
