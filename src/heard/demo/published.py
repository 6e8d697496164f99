"""A profile that two people have released, and a digest of it, by the path that everybody goes.

Drawing a profile up takes longer than anybody waits for a site to open, so it is done in the background, as always; a minute
after the site has opened it is there.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.contrib.auth import get_user_model
from django.tasks import task
from django.utils import timezone

from heard.insight.digest.actions import write_digest
from heard.insight.release.actions import ask_profile, release_profile
from heard.insight.release.queries import profile_visible_to
from heard.insight.release.rules import TO_DECIDE, UNDER_WAY

if TYPE_CHECKING:
    from heard.agencies.models import User

TITLE: Final = "Wexmoor, the year to March 2026"
# Who releases it, each with what they looked at. Neither drew it up.
RELEASED_BY: Final = {
    "maya.lindqvist": "I read every table with the team. Small places are put together, and nobody can tell who is meant.",
    "dele.okafor": "It says what each figure does not know and blames no child and no place.",
}
_DIGEST: Final = {
    "title": "What Wexmoor’s agencies know together: spring 2026",
    "words": (
        "Agencies’ records were read together for the first time. Most children on the list had signs that no agency could "
        "have seen alone. That somebody is on no list says nothing: ask, and tell us what you notice."
    ),
    "further": "The partnership’s pathway for worries about a child: ask the exploitation team",
    "contact": "Exploitation team, Wexmoor Children’s Services\nTelephone: 01632 960 001",
}
_LOOK_AGAIN: Final = timedelta(seconds=5)


def ask(*, by: User, run_id: uuid.UUID) -> None:
    """Puts the profile into the queue, and after it what people do with it."""
    profile = ask_profile(by=by, run_id=run_id, title=TITLE, policy="department")
    let_out.enqueue(str(profile.pk))


@task()
def let_out(profile_id: str) -> None:
    """Released by two, and a digest written; it waits to be sent by whoever opens the site. Nothing where it was not drawn up."""
    key, people = uuid.UUID(profile_id), get_user_model().objects
    releasing = [(people.get(username=name), why) for name, why in RELEASED_BY.items()]
    profile = profile_visible_to(releasing[0][0], key)
    if profile.state in UNDER_WAY:
        let_out.using(run_after=timezone.now() + _LOOK_AGAIN).enqueue(profile_id)
    elif profile.state in TO_DECIDE:
        for user, why in releasing:
            release_profile(by=user, profile_id=key, reason=why)
        write_digest(by=profile.author, profile_id=key, **_DIGEST)
