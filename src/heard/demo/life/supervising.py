"""Supervision: a worker and a supervisor think over the work together. The record belongs to the two. And the views of a caseload
that each of them comes back to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from heard.cases.caseload.actions import save_view
from heard.cases.supervision import actions as supervising
from heard.cases.supervision.queries import supervisions_visible_to

if TYPE_CHECKING:
    from heard.cases.models import Supervision
    from heard.demo.life.panels import Children
    from heard.demo.life.world import World


_BEGUN = timedelta(days=7)  # before the first supervision


def save_views(world: World) -> None:
    worker, by = world.users["ruth.pemberton"], world.supervisor
    save_view(by=worker, page="caseload", name="Not seen in two weeks", asked="not_seen=14&order=seen")
    save_view(by=by, page="team", name="Nobody is allocated", asked="worker=not-allocated")
    save_view(by=by, page="team", name="Waiting for sign-off", asked="stage=to_sign_off")


def supervise(world: World, children: Children, told: list[dict[str, Any]]) -> None:
    for one in told:
        held_on, worker = world.ago(one["ago"]), world.users[one["worker"]]
        with world.on(held_on - _BEGUN):
            row = supervising.begin_supervision(
                by=world.supervisor, worker=worker, supervisor=world.supervisor, planned_on=held_on
            )
            supervising.prepare(
                by=worker,
                supervision_id=row.pk,
                stays_with=one["stays"],
                otherwise=one["otherwise"],
                needs=one["needs"],
            )
        with world.on(held_on):
            row = supervising.hold_supervision(
                by=world.supervisor,
                supervision_id=row.pk,
                held_on=held_on,
                talked=one["talked"],
                wellbeing=one["wellbeing"],
                next_on=world.today + timedelta(days=one["next"]),
            )
            _agree(world, children, row, one)


def _agree(world: World, children: Children, row: Supervision, one: dict[str, Any]) -> None:
    """Decisions, actions, and who has read the record since."""
    by, worker = world.supervisor, row.worker
    for child, text, reason in one["decisions"]:
        case_id = children[child].case.pk
        say = children[child].say
        supervising.add_decision(
            by=by, supervision_id=row.pk, case_id=case_id, text=say(text), reason=say(reason)
        )
    for what, for_worker, days in one["actions"]:
        due_on = world.today + timedelta(days=days)
        supervising.add_action(by=by, supervision_id=row.pk, what=what, for_worker=for_worker, due_on=due_on)
    for reader in (by, worker) if one["read"] == "both" else (by,):
        supervising.confirm_read(by=reader, supervision_id=row.pk)
    following = supervisions_visible_to(worker).filter(worker=worker, state="planned").first()
    if following and "prepared" in one:
        supervising.prepare(by=worker, supervision_id=following.pk, stays_with=one["prepared"])
