"""Whether records are restricted, for packages below this one that show nothing of them."""

import uuid

from heard.network.models import Person


def any_restricted(person_ids: set[uuid.UUID]) -> bool:
    return Person.objects.filter(pk__in=person_ids, restricted=True).exists()
