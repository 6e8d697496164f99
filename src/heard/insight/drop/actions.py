"""Looking into the drop folder: files are taken or refused, and a run is made of what came; and what an analyst says such runs are for."""

from __future__ import annotations

import errno
import hashlib
import logging
import shutil
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.queries import agencies_visible_to
from heard.agencies.rules import Hidden, May
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.insight.drop import folder, queries, rules
from heard.insight.drop.models import Delivery, StandingRun
from heard.insight.drop.rules import DropState, Problem, Refusal
from heard.insight.run.actions import NotRight, note_missing, start_run
from heard.insight.run.rules import why_not_start

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from heard.agencies.models import Agency, User
    from heard.insight.run.models import EngineRun

_log = logging.getLogger(__name__)
_SUBJECT = "drop folder"
_WHOLE_FOLDER = "–"


@dataclass
class Looked:
    """What came of one look into the folder. `arriving`: names of agencies of which something is not whole yet."""

    taken: int = 0
    refused: int = 0
    run: EngineRun | None = None
    arriving: set[str] = field(default_factory=set)


def look_into_folder(*, by: User | None) -> Looked:
    """Takes what has come whole, refuses what cannot be taken, and makes a run where one is due. It is safe to do it again, or twice at
    once. `by`: None, since a timer does it."""
    looked = Looked()
    if settings.DROP is None:
        return looked
    with folder.held(settings.DROP) as mine:
        if not mine:
            return looked
        known = folder.names_for(queries.senders_known(by))
        for name in folder.senders(settings.DROP):
            _look_at(name, known.get(name), looked)
        looked.run = _run_if_due(by, looked.arriving)
    return looked


def _look_at(name: str, agency: Agency | None, looked: Looked) -> None:
    try:
        with folder.Sender(_root(), name) as sender:
            _settle(sender, name, agency)
            entries = sender.entries()
            for entry in entries:
                _look_at_entry(sender, name, agency, entry, entries, looked)
    except OSError as problem:
        _log.exception("A folder in the drop folder cannot be looked into.")
        looked.refused += _refuse_once(name, _WHOLE_FOLDER, _why_closed(problem), None)


def _look_at_entry(
    sender: folder.Sender,
    name: str,
    agency: Agency | None,
    entry: folder.Entry,
    entries: Sequence[folder.Entry],
    looked: Looked,
) -> None:
    """What is wrong with one file keeps no other from being taken."""
    try:
        ready = _is_ready(entry, entries)
        if agency and not ready and entry.quiet < rules.STALE and not entry.name.endswith(rules.CHECKSUM):
            looked.arriving.add(agency.name)
        if ready:
            state = _take(sender, name, agency, entry, entries)
            looked.taken += state is DropState.TAKEN
            looked.refused += state is DropState.REFUSED
    except FileNotFoundError:
        return  # its sender took it back
    except OSError as problem:
        _log.exception("A file in the drop folder cannot be taken.")
        looked.refused += _refuse_once(name, folder.shown(entry.name), _why_closed(problem), agency)


def _why_closed(problem: OSError) -> Refusal:
    return Refusal.LINK if problem.errno in (errno.ELOOP, errno.ENOTDIR) else Refusal.CLOSED


def _root() -> Path:
    assert settings.DROP is not None
    return settings.DROP


def _is_ready(entry: folder.Entry, entries: Sequence[folder.Entry]) -> bool:
    """It has stopped arriving, and its checksum too where there is one, which comes with it; by itself it waits for its file."""
    if rules.is_arriving(entry.name):
        return False
    if entry.name.endswith(rules.CHECKSUM):
        has_file = any(one.name == entry.name.removesuffix(rules.CHECKSUM) for one in entries)
        return not has_file and entry.quiet > rules.ALONE_AFTER
    beside = [one.quiet for one in entries if one.name == entry.name + rules.CHECKSUM]
    return rules.is_stable(
        quiet_seconds=min([entry.quiet, *beside]), wanted_minutes=settings.DROP_QUIET_MINUTES
    )


def _take(
    sender: folder.Sender,
    name: str,
    agency: Agency | None,
    entry: folder.Entry,
    entries: Sequence[folder.Entry],
) -> DropState:
    """The row first, then the file is moved, then the row says so: whatever stops it, `_settle` finds what lies where."""
    sha256, why = "", None if agency else Refusal.UNKNOWN
    why = why or rules.why_not_take(is_link=entry.is_link, is_file=entry.is_file, size=entry.size)
    if entry.name.endswith(rules.CHECKSUM):
        why = why or Refusal.ALONE
    has_checksum = any(one.name == entry.name + rules.CHECKSUM for one in entries)
    if why is None:
        sha256 = sender.hash_of(entry.name)
        if has_checksum and not rules.agrees(sender.text_of(entry.name + rules.CHECKSUM), sha256):
            why = Refusal.CHECKSUM
    place = DropState.REFUSED if why else DropState.TAKEN
    row = Delivery.objects.create(
        state=DropState.TAKING,
        agency=agency,
        folder=folder.shown(name),
        file=folder.shown(entry.name),
        kept_as=_free_name(sender, name, place, entry.name),
        size=entry.size,
        sha256=sha256,
        why=str(why or ""),
    )
    try:
        sender.move(entry.name, place.value, row.kept_as)
    except OSError:
        row.delete()
        raise
    _settled(row, place)
    _say_beside(sender, row)
    if has_checksum:
        _move_checksum(sender, entry.name, row)
    return place


def _free_name(
    sender: folder.Sender, name: str, place: DropState, wanted: str, *, row: Delivery | None = None
) -> str:
    """A name that nothing has there, and nothing had but the `row` itself: a row is known by it."""
    rows = Delivery.objects.filter(folder=folder.shown(name))
    rows = rows.exclude(pk=row.pk) if row else rows
    lying = {entry.name for entry in sender.lying(place.value)}
    return rules.kept_as(wanted, lying | set(rows.values_list("kept_as", flat=True)))


def _settled(row: Delivery, state: DropState) -> None:
    with transaction.atomic():
        row.state = state
        row.save(update_fields=["state", "why", "kept_as"])
        _note(row)


def _say_beside(sender: folder.Sender, row: Delivery) -> None:
    """The sentence for the sender. Without room for it the file is taken all the same."""
    on = timezone.localtime().strftime("%-d %B %Y, %H:%M")
    why = f"Refused on {on}. {row.why}"
    sentence = why if row.state == DropState.REFUSED else f"Taken on {on}. It waits for the next run."
    if row.run_id:
        sentence = f"Read in the run of {on}. The file is kept with that run, and goes with it."
    try:
        sender.say("refused" if row.state == DropState.REFUSED else "taken", row.kept_as, sentence)
    except OSError:
        _log.exception("The sentence beside a file in the drop folder cannot be written.")


def _move_checksum(sender: folder.Sender, name: str, row: Delivery) -> None:
    try:
        sender.move(name + rules.CHECKSUM, row.state, row.kept_as + rules.CHECKSUM)
    except OSError:
        _log.exception("A checksum in the drop folder cannot be moved.")


def _settle(sender: folder.Sender, name: str, agency: Agency | None) -> None:
    """Puts right what an earlier look did not end: files that were moved and of which nothing says so, and those that are in a run."""
    rows = {row.kept_as: row for row in Delivery.objects.filter(folder=folder.shown(name))}
    lying = {place: sender.lying(place) for place in ("taken", "refused")}
    there = {place: {entry.name for entry in found} for place, found in lying.items()}
    for row in rows.values():
        place = DropState.REFUSED if row.why else DropState.TAKEN
        if row.state == DropState.TAKING and row.kept_as in there[place]:
            _settled(row, place)
            _say_beside(sender, row)
        elif row.state == DropState.TAKING:
            row.delete()
        elif row.state == DropState.TAKEN and row.run_id and row.kept_as in there["taken"]:
            _forget([row])
    for entry in lying["taken"] if agency else []:
        name_of_file = entry.name.removesuffix(".txt")
        is_beside = entry.name != name_of_file and name_of_file in {*rows, *there["taken"]}
        if (
            entry.is_file
            and entry.name not in rows
            and not is_beside
            and not entry.name.endswith(rules.CHECKSUM)
        ):
            _adopt(sender, name, agency, entry)


def _adopt(sender: folder.Sender, name: str, agency: Agency | None, entry: folder.Entry) -> None:
    """What lies in `taken` and of which nothing is known, as after the database was put back to an earlier day."""
    if not rules.is_stable(quiet_seconds=entry.quiet, wanted_minutes=settings.DROP_QUIET_MINUTES):
        return
    shown = folder.shown(entry.name)
    if shown != entry.name or not entry.size:
        return
    with transaction.atomic():
        row = Delivery.objects.create(
            state=DropState.TAKEN,
            agency=agency,
            folder=folder.shown(name),
            file=shown,
            kept_as=entry.name,
            size=entry.size,
            sha256=sender.hash_of(entry.name, "taken"),
        )
        _note(row)
    _say_beside(sender, row)


def _refuse_once(name: str, file: str, why: Refusal, agency: Agency | None) -> int:
    """What stays where it is, since it cannot be moved: said once."""
    with transaction.atomic():
        row, new = Delivery.objects.get_or_create(
            folder=folder.shown(name),
            file=file,
            state=DropState.REFUSED,
            why=why,
            kept_as="",
            defaults={"agency": agency},
        )
        if new:
            _note(row)
    return int(new)


def _note(row: Delivery) -> None:
    refused = row.state == DropState.REFUSED
    record_audit(
        by=None,
        verb="refuse" if refused else "take",
        subject="delivery",
        subject_id=row.pk,
        detail={"agency": row.agency.name if row.agency else "not known"},
    )
    if refused:
        announce(by=None, kind=Notified.DROP_REFUSED, subject=_SUBJECT, subject_id="refused")


def _run_if_due(by: User | None, arriving: set[str]) -> EngineRun | None:
    standing = queries.standing_run(by)
    if standing is None:
        return None
    expected = {agency.name for agency in standing.agencies.all()}
    waiting = queries.waiting_for_run(by, standing)
    when: dict[str, Any] = {
        "day": standing.day,
        "wait": standing.wait,
        "said_on": timezone.localdate(standing.at),
        "covered": queries.last_covered(by),
        "today": timezone.localdate(),
    }
    if not waiting and rules.is_over(**when):
        _say_why_not(standing, Problem.NOTHING)
    sends = bool(arriving & expected) or any(_is_new(row) for row in waiting)
    if not rules.is_due(expected=expected, delivered=_senders(waiting), arriving=sends, **when):
        return None
    if _has_just_failed(standing):
        return None
    try:
        with TemporaryDirectory(prefix="drop-", dir=settings.DATA) as place:
            whole = [row for row in waiting if _copied(row, Path(place))]
            if not rules.is_due(expected=expected, delivered=_senders(whole), **when):
                return None
            missing = rules.missing(expected, _senders(whole))
            day = rules.covers(standing.day, when["today"], when["covered"], waited=bool(missing))
            return _make_run(standing, whole, Path(place), missing, day)
    except OSError:
        _log.exception("What was taken from the drop folder cannot be copied for a run.")
        _say_why_not(standing, Problem.NO_ROOM)
        return None


def _has_just_failed(standing: StandingRun) -> bool:
    at = standing.problem_at if standing.problem == Problem.NO_ROOM.name else None
    return at is not None and timezone.now() < at + rules.AGAIN_AFTER


def _is_new(row: Delivery) -> bool:
    """More may come with it."""
    return timezone.now() < row.at + timedelta(minutes=settings.DROP_QUIET_MINUTES)


def _senders(rows: Iterable[Delivery]) -> set[str]:
    return {row.agency.name for row in rows if row.agency}


def _make_run(
    standing: StandingRun, rows: Sequence[Delivery], place: Path, missing: list[str], day: date
) -> EngineRun | None:
    """The run and whose files it read are kept in one: no crash makes a second run of them."""
    with ExitStack() as opened:
        files: list[Any] = [
            File(opened.enter_context((place / str(row.pk)).open("rb")), name=row.file) for row in rows
        ]
        try:
            run = start_run(
                by=standing.by,
                purpose=standing.purpose,
                basis=standing.basis,
                basis_words=standing.basis_words,
                keep_until=timezone.localdate() + timedelta(days=standing.days_kept),
                any_window=standing.any_window,
                uploads=files,
                when_kept=lambda run, names: _claim(run, dict(zip(rows, names, strict=True)), missing, day),
            )
        except (Hidden, NotRight):
            _log.warning("Whoever said what runs of the drop folder are for may not run the engine.")
            _say_why_not(standing, Problem.NOBODY)
            return None
    StandingRun.objects.filter(pk=standing.pk).update(problem="", problem_at=None, told_at=None)
    _forget(Delivery.objects.filter(run=run))
    return run


def _claim(run: EngineRun, rows: dict[Delivery, str], missing: list[str], day: date) -> None:
    for row, name in rows.items():
        row.run, row.covers, row.read_as = run, day, name
        row.save(update_fields=["run", "covers", "read_as"])
    note_missing(by=None, run=run, agencies=missing)
    announce(
        by=None,
        kind=Notified.RUN_MADE,
        subject="engine run",
        subject_id=run.pk,
    )


@transaction.atomic
def _say_why_not(standing: StandingRun, problem: Problem) -> None:
    """On the page, and to analysts and administrators, once for each due day."""
    now, told = timezone.now(), standing.told_at
    again = rules.is_told_again(
        told=timezone.localdate(told) if told else None,
        same=standing.problem == problem.name,
        day=standing.day,
        today=timezone.localdate(),
    )
    standing.problem, standing.problem_at = problem.name, now
    standing.told_at = now if again else told
    standing.save(update_fields=["problem", "problem_at", "told_at"])
    if again:
        announce(by=None, kind=Notified.RUN_NOT_MADE, subject=_SUBJECT, subject_id=problem.name.lower())


def _copied(row: Delivery, place: Path) -> bool:
    """A copy of what was taken, where it is still the same; else it is refused now. Raises OSError where it cannot be copied."""
    target = place / str(row.pk)
    with folder.Sender(_root(), row.folder) as sender:
        try:
            source = sender.taken(row.kept_as)
            with source as stream, target.open("wb") as copy:
                shutil.copyfileobj(stream, copy)
        except FileNotFoundError:
            why = Refusal.GONE
        except folder.NoFile:
            why = Refusal.CHANGED
        else:
            with target.open("rb") as copy:
                digest = hashlib.file_digest(copy, "sha256").hexdigest()
            if digest == row.sha256:
                return True
            why = Refusal.CHANGED
        _refuse_taken(sender, row, why)
    return False


def _refuse_taken(sender: folder.Sender, row: Delivery, why: Refusal) -> None:
    old, row.why = row.kept_as, str(why)
    row.kept_as = _free_name(sender, row.folder, DropState.REFUSED, row.file, row=row)
    if why is not Refusal.GONE:
        sender.move(old, DropState.REFUSED.value, row.kept_as, out_of="taken")
    _settled(row, DropState.REFUSED)
    _say_beside(sender, row)
    try:
        sender.unsay("taken", old)
    except OSError:
        _log.exception("The sentence beside a file in the drop folder cannot be removed.")


def _forget(rows: Iterable[Delivery]) -> None:
    """They are in the run now, and go with it. What cannot be removed is tried again at the next look."""
    for row in rows:
        try:
            with folder.Sender(_root(), row.folder) as sender:
                sender.forget(row.kept_as)
                _say_beside(sender, row)
        except OSError:
            _log.exception("A file that is in a run cannot be removed from the drop folder.")


@transaction.atomic
def say_standing_run(
    *,
    by: User,
    purpose: str,
    basis: str,
    basis_words: str,
    agencies: Iterable[str],
    day: int,
    wait: int,
    days_kept: int,
    any_window: bool = False,
) -> StandingRun:
    """What runs of the drop folder are for, from now on, in the name of `by`. Raises `Hidden`, and `NotRight` with the answer."""
    if not by.may(May.RUN_ENGINE) or settings.DROP is None:
        raise Hidden
    chosen = list(agencies_visible_to(by).filter(pk__in=list(agencies)))
    refusal = rules.why_not_stand(day=day, wait=wait, days_kept=days_kept, agencies=len(chosen))
    today = timezone.localdate()
    refusal = refusal or why_not_start(
        purpose=purpose, basis=basis, basis_words=basis_words, keep_until=today, today=today, extracts=1
    )
    if refusal:
        raise NotRight(*refusal)
    StandingRun.objects.filter(holds=True).update(holds=False, ended_at=timezone.now())
    try:
        with transaction.atomic():
            row = StandingRun.objects.create(
                purpose=purpose,
                basis=basis,
                basis_words=basis_words,
                day=day,
                wait=wait,
                days_kept=days_kept,
                any_window=any_window,
                by=by,
            )
    except IntegrityError:  # two at once
        raise NotRight("purpose", "Somebody else said it meanwhile. Look again.") from None
    row.agencies.set(chosen)
    record_audit(by=by, verb="say", subject="standing run", subject_id=row.pk, reason=purpose)
    return row


@transaction.atomic
def end_standing_run(*, by: User) -> None:
    """No run is made of what comes, until somebody says again what for. Raises `Hidden`."""
    if not by.may(May.RUN_ENGINE):
        raise Hidden
    row = queries.standing_visible_to(by)
    if row is not None:
        StandingRun.objects.filter(pk=row.pk).update(holds=False, ended_at=timezone.now())
        record_audit(by=by, verb="end", subject="standing run", subject_id=row.pk)
