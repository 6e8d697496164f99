"""Which agencies answer for a record, for whoever has to tell somebody and is nobody who may see it. It shows nothing of it."""

import uuid
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from heard.network.models import Involvement, Person
from heard.network.rules import Level


def agencies_answering(person_id: uuid.UUID) -> list[uuid.UUID]:
    """The agency that leads, and those that work with the person."""
    lead = Person.objects.filter(pk=person_id, lead_agency__isnull=False)
    rows = _working_with().filter(person=person_id)
    return list(
        dict.fromkeys([*lead.values_list("lead_agency", flat=True), *rows.values_list("agency", flat=True)])
    )


def answered_for_by(agencies: QuerySet[Any, Any]) -> Q:
    """The same of many: people for whom one of these agencies answers. `agencies`: their keys."""
    works = _working_with().filter(person=OuterRef("pk"), agency__in=agencies)
    return Q(lead_agency__in=agencies) | Q(Exists(works))


def _working_with() -> QuerySet[Involvement]:
    return Involvement.objects.running().lasting().filter(level__gte=Level.RECORD)
