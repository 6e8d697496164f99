"""The link of a banner that says what was done: to the step that is likely to come next."""

from __future__ import annotations

import re

from django.test import Client


def next_step(client: Client, page: str) -> str:
    """The page to which it leads whoever did that."""
    found = re.search(r'class="govuk-notification-banner__link" href="([^"]+)"', page)
    assert found, "no next step"
    answer = client.get(found[1])
    assert answer.status_code == 200, found[1]
    return answer.text if answer["Content-Type"].startswith("text/html") else ""
