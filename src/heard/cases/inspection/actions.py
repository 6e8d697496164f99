"""Asking for lists for an inspection, agreeing as the second person, and taking them out. Each leaves its audit rows in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit, record_looks
from heard.agencies.rules import May, refuse
from heard.agencies.tables import Sheet
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.inspection import queries, rules
from heard.cases.inspection.models import InspectionList
from heard.cases.timeline.index import catch_up

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def ask_for_list(
    *,
    by: User,
    for_whom: str,
    why: str,
    basis: str,
    since: date | None,
    until: date | None,
    references: Sequence[str] = (),
) -> InspectionList:
    """Of children whose case was open on these days; with an index of the files of the cases that are named."""
    now = timezone.now()
    refuse(
        rules.why_not_ask(
            may=by.may(May.DISCLOSE),
            for_whom=for_whom,
            why=why,
            basis=basis,
            since=since,
            until=until,
            today=timezone.localdate(now),
        )
    )
    assert since is not None
    assert until is not None
    this = InspectionList(
        for_whom=for_whom.strip(),
        why=why.strip(),
        basis=basis,
        since=since,
        until=until,
        asked_by=by,
        asked_at=now,
    )
    cases = queries.cases_of(by, this, references)
    refuse(rules.why_not_list_files(references, [case.reference for case in cases]))
    this.save(force_insert=True)
    this.cases.set(cases)
    record_audit(
        by=by, verb="ask", subject="inspection list", subject_id=this.pk, detail={"files": len(cases)}
    )
    return this


@transaction.atomic
def decide_list(*, by: User, list_id: uuid.UUID, agrees: bool, why: str = "") -> InspectionList:
    """The second person agrees that it is taken out, or does not, with the reason."""
    this = _locked(by, list_id)
    is_own = this.asked_by_id == by.pk
    refuse(
        rules.why_not_decide(may=by.may(May.DISCLOSE), is_own=is_own, state=this.state)
        or (None if agrees else rules.REFUSE_ASKS.missing(why=why))
    )
    this.state = rules.InspectionState.AGREED if agrees else rules.InspectionState.REFUSED
    this.decided_by, this.decided_at, this.why_refused = by, timezone.now(), "" if agrees else why.strip()
    this.save()
    record_audit(by=by, verb="agree" if agrees else "refuse", subject="inspection list", subject_id=this.pk)
    return this


@transaction.atomic
def withdraw_list(*, by: User, list_id: uuid.UUID) -> InspectionList:
    """Whoever asked takes it back, before or after a second person agreed: nobody can take it out any longer."""
    this = _locked(by, list_id)
    refuse(rules.why_not_withdraw(is_own=this.asked_by_id == by.pk, state=this.state))
    this.state, this.withdrawn_at = rules.InspectionState.WITHDRAWN, timezone.now()
    this.save(update_fields=["state", "withdrawn_at"])
    record_audit(by=by, verb="withdraw", subject="inspection list", subject_id=this.pk)
    return this


@transaction.atomic
def read_refusal(*, by: User, list_id: uuid.UUID) -> InspectionList:
    """Whoever asked has read why it was not agreed: it is on their My work no longer."""
    this = _locked(by, list_id)
    refuse(rules.why_not_read(is_own=this.asked_by_id == by.pk, state=this.state))
    this.read_at = this.read_at or timezone.now()
    this.save(update_fields=["read_at"])
    record_audit(by=by, verb="see", subject="inspection list", subject_id=this.pk)
    return this


@transaction.atomic
def take_list_out(*, by: User, list_id: uuid.UUID) -> list[Sheet]:
    """What is handed to those who inspect, of what `by`, whoever asked and whoever agreed may all see. Each child’s record says that it was taken out,
    for whom and why; whoever works with a child whose files are listed learns of it."""
    this, now = _locked(by, list_id), timezone.now()
    refuse(rules.why_not_take(state=this.state, until_when=this.until_when, today=timezone.localdate(now)))
    children = set(queries.listed(by, this).order_by().values_list("person", flat=True))
    catch_up(children)
    named = queries.named(by, this)
    for files, people in ((True, children & named.keys()), (False, children - named.keys())):
        record_looks(
            by=by, verb="take out", subject="inspection list", subject_id=this.pk, person_ids=sorted(people),
            reason=f"{this.for_whom}: {this.why}" + (f" ({this.on_basis})" if this.basis else ""), detail={"files": files},
        )  # fmt: skip
    for child, key in named.items():
        announce(
            by=by,
            kind=Notified.TAKEN_OUT,
            subject="inspection taken",
            subject_id=key,
            person_id=child,
            at=now,
        )
    this.taken_by, this.taken_at = by, now
    this.save(update_fields=["taken_by", "taken_at"])
    return list(queries.sheets(by, this))


def _locked(by: User, list_id: uuid.UUID) -> InspectionList:
    InspectionList.objects.select_for_update().filter(pk=list_id).first()
    return queries.list_visible_to(by, list_id)
