"""Many who guess the word of one link at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from tests.cases.voice.conftest import WORD

from heard.agencies.rules import Refused
from heard.cases.voice import actions, rules
from heard.cases.voice.models import ChildLink

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time"),
]


def test_of_many_at_once_five_wrong_words_at_most_are_compared(world, case, monkeypatch):
    link, code = actions.make_link(by=world.social_worker, person_id=case.person_id, word=WORD, weeks=1)
    compared, start = [], Barrier(12)
    monkeypatch.setattr(actions, "check_password", lambda word, kept: compared.append(word) or False)

    def guess(number: int) -> None:
        try:
            start.wait(timeout=20)
            actions.enter(by=None, code=code, word=f"guess {number}")
        except Refused:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(guess, range(12)))
    assert len(compared) == rules.MOST_WRONG
    assert ChildLink.objects.get(pk=link.pk).ended_at is not None
    assert actions.enter(by=None, code=code, word=WORD) is None
