"""Writes the fictional partnership, and fifty more of its workers who use it at once. Prints their usernames as JSON."""

import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heard.config.settings")


def main(how_many: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from heard.agencies import actions
    from heard.agencies.models import User
    from heard.agencies.rules import Role
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
    print(json.dumps(names))


if __name__ == "__main__":
    main(int(sys.argv[1]))
