"""What missing episodes say where somebody shares them: plain rows, since sharing and missing do not know one another."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from heard.cases.missing.queries import episodes_of
from heard.govuk.environment import time

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.missing.models import Episode


def pieces(
    user: User, person_id: uuid.UUID, since: date | None, until: date | None
) -> Iterator[tuple[str, str, str, str]]:
    """(key, group, heading, text) of each episode; the two dates are the chronology's. One query."""
    for episode in episodes_of(user, person_id):
        heading = _("Missing since %(time)s") % {"time": time(episode.missing_from)}
        yield f"episode-{episode.pk}", "missing", heading, _text(episode)


def _text(episode: Episode) -> str:
    lines = [
        _("Last seen: %(where)s, by %(who)s")
        % {"where": episode.last_seen_where, "who": episode.last_seen_by},
        episode.what_is_known,
    ]
    if episode.found_at:
        back = {"time": time(episode.found_at), "where": episode.found_where, "who": episode.found_by}
        lines += [_("Back: %(time)s, %(where)s, %(who)s") % back, episode.condition]
    return "\n".join(line for line in lines if line)
