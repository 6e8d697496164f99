"""The two clocks of a referral that was submitted, as its own rows say it, for the clocks of a case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from heard.cases.clocks.rules import Run, begin
from heard.cases.referral.queries import decision_due, reasonable_on, referrals_of_child
from heard.cases.referral.rules import Stage
from heard.knowledge import load

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.models import Case


def clocks(user: User, case: Case) -> Iterator[Run]:
    """The Home Office’s answer, and the time that a child has to recover after a positive one. Two queries."""
    release = load.current()
    for referral in referrals_of_child(user, case.person_id).filter(case=case):
        due_on = decision_due(referral)
        if due_on:
            decided_on = reasonable_on(referral)
            yield Run("nrm_reasonable_grounds", release.id, referral.submitted_on, due_on, met_on=decided_on)
        for decision in referral.decisions.all():
            if decision.stage == Stage.REASONABLE and decision.result == "positive":
                given = begin(release, ("nrm_recovery", "nrm_recovery_to_2022"), decision.decided_on)
                if given:
                    yield given
