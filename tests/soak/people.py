"""Writes the fictional partnership, and fifty more of its workers who use it at once. Prints, as JSON, the
children whom each may see, by username."""

import json
import os
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heard.config.settings")


def main(how_many: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from heard.agencies import actions
    from heard.agencies.models import User
    from heard.agencies.rules import Role
    from heard.cases.case.actions import allocate_worker
    from heard.cases.case.models import Case
    from heard.demo import partnership
    from heard.demo.site import PASSWORD

    call_command("migrate", verbosity=0)
    partnership.load(password=PASSWORD)
    administrator = User.objects.get(username="ade.minton")
    colleague = User.objects.get(username="ruth.pemberton")
    names = [f"worker.{number:02}" for number in range(how_many)]
    for name in names:
        actions.add_user(
            by=administrator,
            username=name,
            first_name="Worker",
            last_name=name[-2:],
            password=PASSWORD,
            team=colleague.team,
            role=Role.PRACTITIONER,
        )
    co_ordinator = User.objects.get(username="maya.lindqvist")
    workers = list(User.objects.filter(username__in=names).order_by("username"))
    cases = Case.objects.filter(state="open", lead_team=colleague.team, allocated_worker__isnull=False)
    for number, case in enumerate(cases.order_by("reference")):
        worker = workers[number % len(workers)]
        allocate_worker(by=co_ordinator, case_id=case.pk, worker=worker, reason="Handed over")
    seen = {worker.username: [str(key) for key in _children(worker)] for worker in workers}
    print(json.dumps(seen))


def _children(user: Any) -> list[Any]:
    from heard.cases.case.models import Case
    from heard.network.queries import people_visible_to

    return list(
        people_visible_to(user)
        .filter(pk__in=Case.objects.filter(state="open").values("person_id"))
        .values_list("pk", flat=True)
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
