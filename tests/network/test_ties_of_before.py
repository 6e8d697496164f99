"""An installation of before is brought along: each tie keeps its words and gets one source, and what was merged can be undone."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("network", "0015_denials_on_no_list"), ("cases", "0078_choices_of_notices")]


@pytest.fixture
def back_again() -> Any:
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def migrate(targets: Any = None) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(targets or executor.loader.graph.leaf_nodes())
    return (
        MigrationExecutor(connection).loader.project_state(targets or executor.loader.graph.leaf_nodes()).apps
    )


def test_each_tie_of_before_has_its_words_two_ends_and_one_source(back_again: None) -> None:
    old = migrate(BEFORE)
    agency = old.get_model("agencies", "Agency").objects.create(name="Northgate Academy", kind="school")
    team = old.get_model("agencies", "Team").objects.create(agency=agency, name="Pastoral")
    user = old.get_model("agencies", "User").objects.create(username="tess.archer")
    old.get_model("agencies", "Membership").objects.create(user=user, team=team, role="practitioner")
    people = old.get_model("network", "Person").objects
    amira, sana = people.create(given_name="Amira"), people.create(given_name="Sana")
    place = old.get_model("network", "Place").objects.create(name="Bus station", kind="transport")
    group = old.get_model("network", "Group").objects.create(name="Friday group", kind="friends")
    ties = old.get_model("network", "Tie").objects
    noted = {"noted_by": user, "how_known": "She said so", "since": timezone.localdate()}
    for end, to in (("to_person", sana), ("to_place", place), ("to_group", group)):
        ties.create(person=amira, kind=f"words of {end}", **{end: to}, **noted)
    keys = list(ties.order_by("pk").values_list("pk", flat=True))
    before = {
        "moved": {"network.Tie.person": [str(keys[0])], "network.Tie.to_person": []},
        "own": {},
        "values": {},
    }
    merge = old.get_model("network", "Merge").objects.create(
        kept=amira, merged=sana, reason="One", merged_by=user, before=before
    )
    new = migrate()
    rows = list(new.get_model("network", "Tie").objects.order_by("pk"))
    assert [row.pk for row in rows] == keys
    assert {row.kind for row in rows} == {"other"}
    assert [row.in_words for row in rows] == ["words of to_person", "words of to_place", "words of to_group"]
    assert [(row.first_id, row.second_id) for row in rows] == [
        (amira.pk, one.pk) for one in (sana, place, group)
    ]
    assert len({row.key for row in rows}) == 3
    sources = new.get_model("network", "TieSource").objects
    assert sources.count() == len(keys)
    for source in sources.all():
        assert (source.words, source.holder_id, source.valid_from) == (
            "She said so",
            agency.pk,
            noted["since"],
        )
        assert source.how == ""  # nobody said: nothing guesses
    nodes = dict(new.get_model("network", "Node").objects.values_list("pk", "kind"))
    assert nodes == {amira.pk: "person", sana.pk: "person", place.pk: "place", group.pk: "group"}
    assert new.get_model("network", "Group").objects.get().agency_id == agency.pk
    moved = new.get_model("network", "Merge").objects.get(pk=merge.pk).before["moved"]
    assert moved == {"network.Tie.first": [str(keys[0])], "network.Tie.second": []}
    assert isinstance(rows[0].key, uuid.UUID)
