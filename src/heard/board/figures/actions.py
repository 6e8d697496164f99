"""Writing notes beside figures, and taking figures away. Each leaves its audit row in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import May, refuse
from heard.board.figures import queries, rules
from heard.board.figures.models import FigureNote

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def write_note(
    *, by: User, promise: str, quarter: date | None, text: str, at: datetime | None = None
) -> FigureNote:
    """What happened in a quarter that explains a figure. Not about a child."""
    now = at or timezone.now()
    refuse(
        rules.why_not_note(
            may_note=by.may(May.HOLD_FIGURES),
            promise=promise,
            known={promise.name for promise in queries.promised(by)},
            quarter=quarter,
            today=timezone.localdate(now),
            text=text,
        )
    )
    assert quarter is not None
    note = FigureNote.objects.create(
        promise=promise, quarter=quarter, text=text.strip(), written_by=by, written_at=now
    )
    _row(by, "write", note)
    return note


@transaction.atomic
def correct_note(
    *, by: User, figure_note_id: uuid.UUID, text: str, why: str, at: datetime | None = None
) -> FigureNote:
    """A new version, with the reason. The one before stays."""
    before = queries.note_visible_to(by, figure_note_id)
    before = FigureNote.objects.select_for_update().get(pk=before.pk)
    refuse(
        rules.why_not_correct(
            may_note=by.may(May.HOLD_FIGURES),
            is_corrected=queries.is_corrected(by, before),
            text=text,
            why=why,
        )
    )
    note = FigureNote.objects.create(
        promise=before.promise,
        quarter=before.quarter,
        text=text.strip(),
        corrects=before,
        why_corrected=why.strip(),
        written_by=by,
        written_at=at or timezone.now(),
    )
    _row(by, "correct", note)
    return note


def take_away(*, by: User, form: str, draw: Callable[[list[queries.Figure]], bytes]) -> bytes:
    """The figures of today as a file that `draw` makes, with the audit row."""
    content = draw(queries.figures(by, today=timezone.localdate()))
    with transaction.atomic():
        record_audit(
            by=by,
            verb="download",
            subject="figures",
            subject_id=timezone.localdate().isoformat(),
            detail={"form": form},
        )
    return content


def _row(by: User, verb: str, note: FigureNote) -> None:
    detail = {"promise": note.promise, "quarter": note.quarter.isoformat()}
    record_audit(by=by, verb=verb, subject="figure note", subject_id=note.pk, detail=detail)
