"""Which agencies answer for a record, for whoever has to tell somebody and is nobody who may see it. It shows nothing of it."""

import uuid

from heard.network.models import Involvement, Person
from heard.network.rules import Level


def agencies_answering(person_id: uuid.UUID) -> list[uuid.UUID]:
    """The agency that leads, and those that work with the person."""
    lead = Person.objects.filter(pk=person_id, lead_agency__isnull=False)
    rows = Involvement.objects.running().lasting().filter(person=person_id, level__gte=Level.RECORD)
    return list(
        dict.fromkeys([*lead.values_list("lead_agency", flat=True), *rows.values_list("agency", flat=True)])
    )
