"""Changing what says who somebody is: the agency that leads does it, others propose it."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import refuse
from heard.network.actions.letting_in import hold_person
from heard.network.identity import set_core
from heard.network.models import Person, Proposal
from heard.network.queries import leads, proposal_visible_to
from heard.network.rules import (
    CORE,
    why_not_call,
    why_not_change_core,
    why_not_decide_proposal,
    why_not_propose,
    why_not_read_answer,
    why_not_rename,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heard.agencies.models import User


@transaction.atomic
def rename_person(
    *,
    by: User,
    person_id: uuid.UUID,
    given_name: str,
    family_name: str,
    known_as: str = "",
    known_as_said_by: str = "",
) -> Person:
    """Gives a person another name. The old one is kept, so that they are still found under it. `known_as_said_by`: who says that they
    like to be called so; left out where that is as it was."""
    person = hold_person(by=by, person_id=person_id)
    refuse(why_not_change_core(leads=leads(by, person)))
    refuse(why_not_rename(given_name=given_name, family_name=family_name))
    changes = known_as.strip() != person.known_as
    refuse(why_not_call(known_as=known_as, changes=changes, said_by=known_as_said_by))
    said_by = known_as_said_by.strip() or ("" if changes else person.known_as_said_by)
    called = {"known_as": known_as, "known_as_said_by": said_by if known_as.strip() else ""}
    set_core(person, {"given_name": given_name, "family_name": family_name, **called}, by=by)
    record_audit(by=by, verb="rename", subject="person", subject_id=person.pk, person_id=person.pk)
    return person


@transaction.atomic
def propose_core(*, by: User, person_id: uuid.UUID, values: Mapping[str, Any], why: str) -> Proposal:
    """Says to the agency that leads what is wrong. `values`: those of `rules.CORE` as they should be."""
    person = hold_person(by=by, person_id=person_id)
    new = {name: _told(values[name]) for name in CORE if name in values}
    changed = {name: value for name, value in new.items() if value != _told(getattr(person, name))}
    refuse(why_not_propose(leads=leads(by, person), changes=bool(changed), why=why))
    row = Proposal.objects.create(person=person, values=changed, why=why.strip(), proposed_by=by)
    _audit(by, "propose", row)
    return row


@transaction.atomic
def decide_proposal(*, by: User, proposal_id: int, accepts: bool | None, answer: str = "") -> Proposal:
    """The agency that leads changes it, or says why it stays as it is."""
    row = proposal_visible_to(by, proposal_id)
    person = hold_person(by=by, person_id=row.person_id)
    row = Proposal.objects.get(pk=row.pk)
    refuse(
        why_not_decide_proposal(
            leads=leads(by, person), decided=row.decided_at is not None, accepts=accepts, answer=answer
        )
    )
    if accepts:
        names = {name: row.values.get(name, getattr(person, name)) for name in ("given_name", "family_name")}
        refuse(why_not_rename(**names))
        said = {"known_as_said_by": str(row.proposed_by)[:120]} if row.values.get("known_as") else {}
        set_core(person, row.values | said, by=by)
    row.accepted, row.answer = accepts, answer.strip()
    row.decided_by, row.decided_at = by, timezone.now()
    row.save()
    _audit(by, "accept" if accepts else "turn down", row)
    return row


@transaction.atomic
def read_answer(*, by: User, proposal_id: int) -> Proposal:
    """Whoever proposed it says that they have read what became of it."""
    row = proposal_visible_to(by, proposal_id)
    mine, decided = row.proposed_by_id == by.pk, row.decided_at is not None
    refuse(why_not_read_answer(proposed=mine, decided=decided))
    row.read_at = row.read_at or timezone.now()
    row.save(update_fields=["read_at"])
    _audit(by, "read", row)
    return row


def _told(value: Any) -> str:
    """A value, fit for JSON."""
    return value.isoformat() if isinstance(value, date) else (value or "").strip()


def _audit(by: User, verb: str, row: Proposal) -> None:
    record_audit(by=by, verb=verb, subject="proposal", subject_id=row.pk, person_id=row.person_id)
