"""Every write about engine runs: asking for one, carrying it out, revealing a child and opening a concern."""

from __future__ import annotations

import logging
import shutil
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction
from django.tasks import task
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.actions import record_audit
from heard.agencies.jobs.beating import Superseded, again, beating, begin, mine, reporter, waiting_or_lost
from heard.agencies.jobs.working import ENGINE
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.cases.case.rules import Observed
from heard.cases.concern import actions as telling
from heard.cases.glass.actions import tell_of_try
from heard.cases.keeping.queries import is_everything_held
from heard.engine import tables
from heard.engine.tables import NotDone
from heard.govuk.environment import day
from heard.insight.judgement.queries import for_the_engine
from heard.insight.mapping.queries import texts_in_force
from heard.insight.run import apart, queries
from heard.insight.run.models import EngineRun, Opening, Reveal
from heard.insight.run.rules import (
    SILENT,
    RunPart,
    RunState,
    is_past,
    kept_until,
    safe_name,
    why_not_again,
    why_not_count_to,
    why_not_open,
    why_not_reveal,
    why_not_start,
    why_not_take_out,
)

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from django.core.files.uploadedfile import UploadedFile

    from heard.agencies.models import User
    from heard.cases.models import Concern

_log = logging.getLogger(__name__)
_FINDING = 60.0  # seconds for finding out which files no mapping explains: it looks at their first lines
_MAY_STILL_COME = timedelta(days=1)  # a row, after the uploads of its run


def start_run(
    *,
    by: User,
    purpose: str,
    basis: str,
    basis_words: str,
    keep_until: date | None,
    extracts: Iterable[str] = (),
    uploads: Iterable[UploadedFile] = (),
    mapping: UploadedFile | None = None,
    as_of: date | None = None,
    any_window: bool = False,
    weights_of: EngineRun | None = None,
    when_kept: Callable[[EngineRun, list[str]], None] | None = None,
) -> EngineRun:
    """Keeps the uploads, writes the run down and puts it into the queue. `extracts` are names of the extracts folder.
    `when_kept`: what is written in one with it, with the names that the uploads have in the run, in their order.

    `weights_of`: the run before whose weights it keeps, comparing only what is new. `keep_until`: the last day of its list; afterwards it is destroyed (`destroy_what_is_past`).
    Raises `NotRight` with the answer and the sentence for the user, `Hidden` for somebody who may not run the engine.
    """
    if not by.may(May.RUN_ENGINE):
        raise Hidden
    chosen, files = _waiting(by, extracts), list(uploads)
    said: dict[str, Any] = {
        "purpose": purpose,
        "basis": basis,
        "basis_words": basis_words,
        "keep_until": keep_until,
    }
    if refusal := why_not_start(**said, today=timezone.localdate(), extracts=len(chosen) + len(files)):
        raise NotRight(*refusal)
    if weights_of and (why := queries.why_not_keep_weights(by, weights_of)):
        raise NotRight("pairs", why)
    run = EngineRun(
        **said, as_of=as_of, any_window=any_window, weights_of=weights_of, started_by=by, extracts=chosen
    )
    with transaction.atomic():  # the row first: a folder without one would never be destroyed
        run.save()
        detail = {"basis": basis, "keep until": str(keep_until)}
        if weights_of:
            detail["weights of"] = str(weights_of.pk)
        record_audit(
            by=by, verb="start", subject="engine run", subject_id=run.pk, reason=purpose, detail=detail
        )
    try:
        names = _keep(files, run.uploads, taken=set(chosen))
        run.extracts = [*chosen, *sorted(names)]
        if mapping:
            _write(mapping, run.folder / queries.MAPPING)
        run.undescribed = _undescribed(run)
        run.state = RunState.ASKING if run.undescribed else RunState.WAITING
        with transaction.atomic():
            run.save(update_fields=["extracts", "undescribed", "state"])
            _queue_its_end(run)
            if when_kept:
                when_kept(run, names)
            if not run.undescribed:
                carry_out.enqueue(str(run.pk))
    except Exception:
        ended = {"state": RunState.FAILED, "problem": _NOT_KEPT, "ended_at": timezone.now()}
        EngineRun.objects.filter(pk=run.pk).update(**ended)
        _remove(run)
        raise
    return run


@transaction.atomic
def describe_file(*, by: User, run_id: uuid.UUID, file: str, leave_out: bool = False) -> EngineRun:
    """A file of a run is explained now, or it is left out of it as it is. With the last of them the run begins. Raises `Hidden`."""
    if not by.may(May.RUN_ENGINE):
        raise Hidden
    list(EngineRun.objects.select_for_update().filter(pk=run_id).values_list("pk", flat=True))
    run = queries.run_visible_to(by, run_id)
    if file not in run.undescribed or run.state != RunState.ASKING or run.destroyed_at is not None:
        raise Hidden
    run.undescribed = [name for name in run.undescribed if name != file]
    run.state = RunState.ASKING if run.undescribed else RunState.WAITING
    run.save(update_fields=["undescribed", "state"])
    verb = "leave out" if leave_out else "describe"
    record_audit(by=by, verb=verb, subject="engine run", subject_id=run.pk, detail={"file": file})
    if not run.undescribed:
        carry_out.enqueue(str(run.pk))
    return run


@transaction.atomic
def answer_run(
    *, by: User, run_id: uuid.UUID, as_of: date | None = None, councils: Mapping[str, str] | None = None
) -> EngineRun:
    """Up to which day a run counts whose sources end at different times, and whose returns are that do not say it (by name, a council's number each;
    without one each stays by itself). The run begins anew with that. Raises `Hidden`, and `NotRight` with the answer."""
    list(EngineRun.objects.select_for_update().filter(pk=run_id).values_list("pk", flat=True))
    run = queries.run_visible_to(by, run_id)
    asks = queries.asked_of(by, run)
    if asks is None:
        raise Hidden
    if asks["day"] and (why := why_not_count_to(as_of, today=timezone.localdate())):
        raise NotRight("as_of", why)
    said = {name: told.strip() for name, told in (councils or {}).items() if name in asks["councils"]}
    run.as_of, run.state = as_of if asks["day"] else run.as_of, RunState.WAITING
    run.summary = {apart.ASKS: None, "councils": {name: told for name, told in said.items() if told}}
    run.save(update_fields=["as_of", "state", "summary"])
    detail = {"up to": str(run.as_of), "councils": len(run.summary["councils"])}
    record_audit(by=by, verb="answer", subject="engine run", subject_id=run.pk, detail=detail)
    carry_out.enqueue(str(run.pk))
    return run


@transaction.atomic
def note_missing(*, by: User | None, run: EngineRun, agencies: list[str]) -> None:
    """Who was expected to send files for a run and had not. `by`: None for a timer, which made the run in the name of its `started_by`."""
    EngineRun.objects.filter(pk=run.pk).update(not_delivered=agencies)
    detail = {"from": "drop folder", "missing": len(agencies)}
    record_audit(by=by, verb="start", subject="engine run", subject_id=run.pk, detail=detail)


def _undescribed(run: EngineRun) -> list[str]:
    """Names of the files of a run that no mapping explains. Where that cannot be found out, the run itself says why."""
    try:
        found = apart.run({**_job(run), "do": "find"}, patience=_FINDING)["undescribed"]
    except (NotDone, apart.Stopped):
        return []
    places = [run.uploads.absolute(), settings.EXTRACTS]
    names = [
        str(Path(path).relative_to(place))
        for path in found
        for place in places
        if Path(path).is_relative_to(place)
    ]
    return list(dict.fromkeys(names))


def _queue_its_end(run: EngineRun) -> None:
    """That it is destroyed on the day after its last."""
    after = kept_until(run.keep_until, timezone.localdate()) + timedelta(days=1)
    destroy_past_runs.using(run_after=timezone.make_aware(datetime.combine(after, time.min))).enqueue()


@task()
def destroy_past_runs() -> None:
    destroy_what_is_past(by=None)


class NotRight(Refused):
    """An answer about a run that is not right: `answer` is its name."""

    def __init__(self, answer: str, sentence: str) -> None:
        super().__init__(_(sentence))
        self.answer = answer


@task(queue_name=ENGINE)
def carry_out(run_id: str) -> None:
    """Runs the engine for a run that waits. What goes wrong becomes a sentence on the run's page, never a lost run."""
    waiting = EngineRun.objects.filter(
        waiting_or_lost(RunState.WAITING, RunState.RUNNING, SILENT), pk=run_id, destroyed_at=None
    )
    run = begin(waiting, state=RunState.RUNNING)
    if run is None:
        return
    try:
        with beating(run):
            summary = _carry_out(run)
    except Superseded:
        return
    except NotDone as problem:
        _end(run, state=RunState.FAILED, problem=str(problem))
    except Exception:
        _end(run, state=RunState.FAILED, problem=_UNFORESEEN)
        raise
    else:
        if apart.ASKS in summary:
            mine(run).update(state=RunState.ASKING, summary=summary, step="", share=None)
            return
        _end(run, state=RunState.DONE, summary=_counts(summary))
    finally:
        # Its last day may have ended meanwhile, and whoever destroyed it then did not have what came after.
        if is_past(run.keep_until, timezone.localdate(run.asked_at), timezone.localdate()):
            _remove(run)


def _carry_out(run: EngineRun) -> dict[str, Any]:
    run.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    judgements = run.folder / "judgements.parquet"
    pq.write_table(_judgements(run), judgements)
    if run.weights_of and (why := queries.why_not_keep_weights(None, run.weights_of)):
        raise NotDone(f"{why} {_COMPARE_ALL}")
    earlier = run.weights_of or queries.run_before(None, run)
    job = {
        **_job(run),
        "as_of": run.as_of and run.as_of.isoformat(),
        "any_window": run.any_window,
        "judgements": str(judgements),
        "after": str(earlier.result) if earlier else "",
        "keep_model": run.weights_of is not None,
        "ask": apart.ASKS not in run.summary,
    }
    try:
        return apart.run(job, reporter(run))
    finally:
        judgements.unlink(missing_ok=True)


def _job(run: EngineRun) -> dict[str, Any]:
    """What is read, by which mappings, and where what comes of it goes."""
    return {
        "paths": [str(path) for path in _paths(run)],
        "out": str(run.result),
        "mapping": str(queries.mapping_of(None, run)),
        "also": texts_in_force(None),
        "councils": run.summary.get("councils", {}),
    }


@transaction.atomic
def begin_again(*, by: User, run_id: uuid.UUID) -> EngineRun:
    """A run whose worker was killed, from its beginning: what was uploaded for it is still there."""
    if not by.may(May.RUN_ENGINE):
        raise Hidden
    list(EngineRun.objects.select_for_update().filter(pk=run_id).values_list("pk", flat=True))
    run = queries.run_visible_to(by, run_id)
    refuse(why_not_again(state=run.state, silent=queries.is_silent(by, run)))
    again(run, waiting=RunState.WAITING)
    record_audit(by=by, verb="begin again", subject="engine run", subject_id=run.pk)
    carry_out.enqueue(str(run.pk))
    return run


def destroy_what_is_past(*, by: User | None) -> int:
    """Destroys the folder of each run whose last day is over: uploads, records, list. The row stays, with when it was
    done, and so does what people decided. How many it were.

    A hold on everything keeps them all.

    `by`: None, since a timer does it and nobody who looks. A folder that cannot be removed is tried again next time.
    """
    if is_everything_held(by):
        return 0
    _sweep()
    destroyed = 0
    for run in queries.runs_past_their_day(by, timezone.localdate()):
        if _remove(run):
            destroyed += _write_down_that_it_is_gone(by, run)
    return destroyed


def _sweep() -> None:
    """Uploads of a run that was never written down: the process ended, or the database refused it, after they were kept. Not
    those of today, whose row may still come."""
    folders = {
        path.name: path for path in settings.DATA.glob("runs/*") if _is_key(path.name) and _is_old(path)
    }
    known = {str(key) for key in EngineRun.objects.filter(pk__in=folders).values_list("pk", flat=True)}
    for name in folders.keys() - known:
        shutil.rmtree(folders[name], ignore_errors=True)


def _is_key(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def _is_old(path: Path) -> bool:
    return path.stat().st_mtime < (timezone.now() - _MAY_STILL_COME).timestamp()


def _remove(run: EngineRun) -> bool:
    """Whether its folder is gone."""
    try:
        shutil.rmtree(run.folder)
    except FileNotFoundError:
        pass  # it never kept anything, or was stopped after its folder had gone
    except OSError:
        _log.exception("A run past its day cannot be destroyed: %s", run.pk)
        return False
    return True


@transaction.atomic
def _write_down_that_it_is_gone(by: User | None, run: EngineRun) -> int:
    done = EngineRun.objects.filter(pk=run.pk, destroyed_at=None).update(destroyed_at=timezone.now())
    if done:  # not where somebody else came first
        detail = {"keep until": str(run.keep_until)}
        record_audit(by=by, verb="destroy", subject="engine run", subject_id=run.pk, detail=detail)
    return done


@transaction.atomic
def open_part(*, by: User, run: EngineRun, part: str, page: int = 1) -> None:
    """Somebody reads a part of what a run found: its list, what changed on it, or what could not be read. Raises `Hidden`
    for whoever may not."""
    queries.run_visible_to(by, run.pk)
    detail = {"part": part, "page": page}
    record_audit(by=by, verb="view", subject="engine run", subject_id=run.pk, detail=detail)


@transaction.atomic
def take_out(*, by: User, run: EngineRun, part: str, kind: str, reason: str) -> Any:
    """A part of what a run found, to leave Heard: its table, or the paths of its reports. Leaves an audit row with the reason. Raises
    `Refused`, and `Hidden` for whoever may not."""
    refuse(why_not_take_out(part=part, kind=kind, reason=reason, rows=0))
    if part == RunPart.REPORTS:
        found, rows = queries.reports_of(by, run), 0
    else:
        found = queries.part_of(by, run, RunPart(part))
        rows = found.num_rows
    refuse(why_not_take_out(part=part, kind=kind, reason=reason, rows=rows))
    detail = {"part": part, "kind": kind}
    record_audit(
        by=by, verb="download", subject="engine run", subject_id=run.pk, reason=reason.strip(), detail=detail
    )
    return found


@transaction.atomic
def open_child(*, by: User, run: EngineRun, key: str) -> queries.ListedChild:
    """Looks at one child of a list, still without a name, and leaves an audit row."""
    child = queries.child_of(by, run, key)
    record_audit(by=by, verb="view", subject="listed child", subject_id=key[:40], detail={"run": str(run.pk)})
    return child


@contextmanager
def telling_of_a_try(*, by: User, run: EngineRun, subject: str, key: str) -> Iterator[None]:
    """Where what is inside ends since `by` may not open the record that it is about, a row says that they tried, and those who
    may see a record from which they are kept out learn of it; then `Hidden` goes on as any other."""
    try:
        yield
    except queries.KeptFrom as refused:
        with transaction.atomic():
            record_audit(
                by=by, verb="try to open", subject=subject, subject_id=key[:40], detail={"run": str(run.pk)}
            )
            tell_of_try(by=by, kept_out=sorted(refused.kept_out))
        raise


def reveal(*, by: User, run: EngineRun, key: str, reason: str) -> Reveal:
    """Lets `by` see who a listed child is, with the reason kept; `Hidden` where they may not open that child's record."""
    with telling_of_a_try(by=by, run=run, subject="listed child", key=key), transaction.atomic():
        queries.records_behind(by, run, key)
        return _reveal(by, run, key, reason)


def _reveal(by: User, run: EngineRun, key: str, reason: str) -> Reveal:
    if refusal := why_not_reveal(reason=reason):
        raise Refused(_(refusal))
    row = Reveal.objects.create(run=run, child=key, by=by, reason=reason)
    record_audit(
        by=by,
        verb="reveal",
        subject="listed child",
        subject_id=key[:40],
        reason=reason,
        detail={"run": str(run.pk)},
    )
    return row


def open_identity(*, by: User, run: EngineRun, key: str) -> queries.Identity:
    """Who a listed child is, for showing it, with an audit row for each time that it is shown; or `Hidden`."""
    with telling_of_a_try(by=by, run=run, subject="listed child", key=key), transaction.atomic():
        identity = queries.identity_of(by, run, key)
        record_audit(
            by=by, verb="see who", subject="listed child", subject_id=key[:40], detail={"run": str(run.pk)}
        )
    return identity


@transaction.atomic
def open_concern(
    *,
    by: User,
    run: EngineRun,
    key: str,
    reason: str,
    person_id: uuid.UUID | None,
    new_person: dict[str, Any] | None,
) -> Concern:
    """Opens a concern about a listed child: about a person whom we know already, or about a new one.

    The signs go with it as evidence, each with its date and the record that holds it.
    """
    EngineRun.objects.select_for_update().get(pk=run.pk)  # two who open at once wait for one another
    already = key in queries.openings_of(by, run)
    refusal = why_not_open(
        state=run.state, revealed=queries.has_revealed(by, run, key), already_open=already, reason=reason
    )
    if not by.may(May.OPEN_FROM_LIST):
        raise Hidden
    if refusal:
        raise Refused(_(refusal))
    queries.records_behind(by, run, key)  # kept out, or restricted, since it was shown
    concern = telling.tell(
        by=by,
        person_id=person_id,
        new_person=new_person,
        seen_and_heard=_in_words(by, run, key, reason),
        observations=_observations(by, run, key),
        why_no_words=_("Nobody has spoken with the child yet: this worry comes from records."),
        origin="list",
    )
    Opening.objects.create(run=run, child=key, concern=concern, by=by, reason=reason)
    record_audit(
        by=by,
        verb="open from list",
        subject="concern",
        subject_id=concern.pk,
        person_id=concern.person_id,
        reason=reason,
        detail={"run": str(run.pk)},
    )
    return concern


_COMPARE_ALL = "Ask for the run anew, and have all records compared."

_NOT_KEPT = "The files could not be kept, so nothing was run. Send them again; if it stays so, ask your administrator."

_UNFORESEEN = (
    "Something went wrong that Heard did not foresee. Nothing of the extracts is lost. "
    "Ask your administrator to look at the log."
)


def _waiting(by: User, extracts: Iterable[str]) -> list[str]:
    """Only names that are in the extracts folder: a name never leads out of it."""
    there = set(queries.extracts_waiting(by))
    return [name for name in extracts if name in there]


def _keep(files: list[UploadedFile], folder: Path, *, taken: set[str]) -> list[str]:
    """Under names that no other upload has and no chosen extract, since each is read by its name."""
    kept: list[str] = []
    for file in files:
        name = safe_name(file.name or "", taken.union(kept))
        _write(file, folder / name)
        kept.append(name)
    return kept


def _write(file: UploadedFile, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("wb") as target:
        shutil.copyfileobj(file, target)


def _paths(run: EngineRun) -> list[Path]:
    """What the run reads: uploads as one folder, and each chosen entry of the extracts folder."""
    uploaded = {path.name for path in run.uploads.iterdir()} if run.uploads.is_dir() else set()
    chosen = [settings.EXTRACTS / name for name in run.extracts if name not in uploaded]
    return [*chosen, *([run.uploads] if uploaded else [])]


def _judgements(run: EngineRun) -> pa.Table:
    """What people said of pairs of records so far: this run goes by it."""
    rows = for_the_engine(run.started_by)
    return pa.Table.from_pylist(rows, schema=tables.JUDGEMENTS.schema)


def _counts(summary: dict[str, Any]) -> dict[str, Any]:
    """What the site keeps of a run beside its folder: no child, not even by key, since the folder is destroyed."""
    return {name: value for name, value in summary.items() if name not in ("listed", "changes")}


def _end(run: EngineRun, **values: Any) -> None:
    mine(run).update(ended_at=timezone.now(), **values)


def _in_words(by: User, run: EngineRun, key: str, reason: str) -> str:
    """What the concern says was seen and heard: what the records hold, and why a person opened it."""
    child, release = queries.child_of(by, run, key), queries.release_of(run)
    signs = "; ".join(release.item(sign).label for sign in child.signs)
    lines = [
        _("Records of these agencies, read together, show signs: %(agencies)s.")
        % {"agencies": ", ".join(child.agencies)},
        _("Signs: %(signs)s.") % {"signs": signs},
        _("No single agency held enough of them to see this alone.") if child.scattered else "",
        _("Why a person opened this: %(reason)s") % {"reason": reason.strip()},
    ]
    return "\n".join(line for line in lines if line)


def _observations(by: User, run: EngineRun, key: str) -> list[Observed]:
    """Each sign and vulnerability once, dated by its latest record, with every record that holds it in its words."""
    behind: dict[str, list[dict[str, Any]]] = {}
    for row in queries.evidence_of(by, run, key):
        if row["counts"] and row["seen_on"]:
            behind.setdefault(row["item"], []).append(row)
    seen = [
        Observed(
            item=item,
            state="seen",
            seen_on=rows[-1]["seen_on"],
            source=", ".join(dict.fromkeys(f"{row['agency']} ({row['source']})" for row in rows))[:200],
            words="\n".join(_record(row) for row in rows),
        )
        for item, rows in behind.items()
    ]
    silent = queries.child_of(by, run, key).not_known
    return seen + [Observed(item=item, state="not_known") for item in silent if item not in behind]


def _record(row: dict[str, Any]) -> str:
    return _("%(date)s: %(source)s, field %(field)s, file %(file)s, row %(row)s") % {
        **row,
        "date": day(row["seen_on"]),
    }
