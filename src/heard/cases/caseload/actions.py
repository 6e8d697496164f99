"""Handing several children over at once, taking a caseload out, and views that one comes back to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, May, refuse
from heard.cases.case.actions import allocate_worker, assign_trusted_worker
from heard.cases.caseload import queries, rules
from heard.cases.caseload.models import SavedView
from heard.cases.caseload.queries import CaseloadLine

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def hand_over(
    *, by: User, worker: User, what: Collection[str], reason: str, notes: Mapping[str, tuple[str, str]]
) -> list[Any]:
    """`worker` is allocated to these children, becomes their trusted worker, or both, as `what` says: all of them, or none where
    one is refused. Who has it already keeps it. `notes`: of each case, by its
    reference, whether the child was asked, and what they said or why they were not. A child who had nobody needs neither."""
    found = queries.to_hand_over(by, list(notes))
    may = by.may(May.DECIDE)
    refuse(rules.why_not_hand_over(may=may, what=list(what), chosen=list(notes), found=len(found)))
    for case in found:
        asked, about = notes[case.reference]
        if rules.Given.ALLOCATED in what and case.allocated_worker_id != worker.pk:
            allocate_worker(by=by, case_id=case.pk, worker=worker, reason=reason)
        if rules.Given.TRUSTED in what and case.trusted_worker_id != worker.pk:
            said = {"reason": reason, "child_asked": asked, "about_asking": about}
            assign_trusted_worker(by=by, case_id=case.pk, worker=worker, since=None, **said)
    return found


@transaction.atomic
def save_view(*, by: User, page: str, name: str, asked: str) -> SavedView:
    """What a page was asked for (`asked`, as its address says it), for its owner alone. One of the same name is replaced."""
    name = name.strip()
    there = {view.name: view for view in queries.views_of(by).filter(page=page).select_for_update()}
    refuse(rules.why_not_save_view(name=name, others=len(there.keys() - {name})))
    view = there.get(name) or SavedView(user=by, page=page, name=name)
    view.asked = asked
    view.full_clean()
    view.save()
    return view


@transaction.atomic
def remove_view(*, by: User, view_id: int) -> SavedView:
    """The view, as it was; `Hidden` where it is somebody else's."""
    view = queries.views_of(by).filter(pk=view_id).first()
    if view is None:
        raise Hidden
    queries.views_of(by).filter(pk=view_id).delete()
    return view


@transaction.atomic
def take_out_caseload(*, by: User, asked: rules.CaseloadFilter, page: str) -> Iterator[CaseloadLine]:
    """Every line of a caseload that was asked for, with a row that says so. `page`: whose it is, 'team', or 'caseload' of the user alone."""
    rows = queries.team_caseload(by, asked) if page == "team" else queries.my_caseload(by, asked)
    detail = {"page": page, "children": rows.count()}
    record_audit(by=by, verb="take out", subject="caseload", subject_id=by.pk, detail=detail)
    return queries.lines(by, rows.iterator(), timezone.localdate())
