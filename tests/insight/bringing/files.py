"""Three small files of a caseload, and bringing them in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.conftest import World

from heard.insight.bringing import actions
from heard.insight.bringing.models import CaseloadImport
from heard.insight.bringing.reading import read_files
from heard.insight.bringing.rules import Table

WHY = "The children of the exploitation team, taken out of the old system on 26 November"
PEOPLE = """person_id,given_name,family_name,birth_date,sex,nhs_number,postcode,address,language,school,legal_status
K1,Ada,Reedmace,3/2/2010,F,,LE1 1AA,1 High Street,Polish,Northgate Academy,CIN
K2,Bo,Sedgewick,2011-05-04,M,,,,,,
K3,,,,,,,,,,
"""
CASES = """person_id,opened_on,stage,allocated_worker,allocated_on,trusted_worker,team,lead_agency,protection_plan_on,last_conference_on
K1,1/6/2026,plan,sol.wright,2/6/2026,tess.archer,Exploitation team,Wexmoor Children’s Services,1/7/2026,1/10/2026
K2,2/6/2026,,nobody.here,,sol.wright,,,,
K3,2/6/2026,,,,,,,,
K9,2/6/2026,,,,,,,,
"""
PLANS = """person_id,outcome,action,owner,due_on,review_on
K1,Ada is safe on her way to school,Meet her at the gate,tess.archer,{soon},{later}
K1,Ada is safe on her way to school,Ask about the bus,sol.wright,1/7/2026,
K1,Ada sleeps well,,,,
K2,,Something,,,
"""

type Written = Callable[..., dict[Table, Path]]


def bring(world: World, paths: dict[Table, Path]) -> CaseloadImport:
    return actions.bring_in(by=world.coordinator, read=read_files(paths), reason=WHY)
