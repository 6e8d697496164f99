"""Merging and taking it back, over every table of the site that leads to a person: also one that is made tomorrow."""

from __future__ import annotations

import uuid
from random import Random
from typing import Any
from unittest import mock

import pytest
from django.db import Error, models, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.cases.panel.conftest import make_panel
from tests.cases.panel.test_mapping import make_mapping
from tests.conftest import World, examples
from tests.network.test_merging import WHY, differences, everything, merge
from tests.walls.record import Record, make_record

from heard.agencies.rules import Refused
from heard.cases.assessment.models import ProtectivePerson
from heard.cases.attachment.models import Attachment
from heard.cases.concern import actions as telling
from heard.cases.concern.holder.models import HolderDecision
from heard.cases.context.actions import note_pattern
from heard.cases.context.models import Context
from heard.cases.death import actions as dying
from heard.cases.disruption import actions as disruption
from heard.cases.disruption.models import DisruptionStep
from heard.cases.panel import actions as meeting
from heard.cases.record.models import ChronologyEntry
from heard.cases.timeline.index import refresh
from heard.network import actions, merging
from heard.network.handles import known_handle
from heard.network.models import Group, Handle, Mention, Merge, Node, NodeMerge, Person, Place
from heard.network.search_index import renew_keys, renew_keys_of
from heard.network.strands import BEHIND

LINKS = list(merging.links())
EACH = settings(
    max_examples=examples(5),
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def record(world: World, settings: Any, tmp_path: Any) -> Record:
    settings.DATA = tmp_path
    made = make_record(world, restricted=False)
    _around(world, made)
    return made


def _around(world: World, record: Record) -> None:
    """What the record of the walls has none of: other names, an address, and who is around the child."""
    by, child_id = world.social_worker, record["person_id"]
    actions.rename_person(by=by, person_id=child_id, given_name="Ines", family_name="Okonjo")
    actions.move_house(by=by, person_id=child_id, postcode="WX1 2AB")
    adult = actions.add_person(by=by, given_name="Alan", family_name="Marsh", kind="adult")
    actions.note_tie(
        by=by,
        one_id=child_id,
        other_id=adult.pk,
        in_words="is driven by",
        knows=actions.Knows("Her aunt says so"),
    )
    actions.note_tie(
        by=by, one_id=adult.pk, other_id=child_id, kind="protects", knows=actions.Knows("Her aunt says so")
    )
    named = {"about": "concern", "about_id": record["concern_id"], "start": 0, "length": 4}
    Mention.objects.create(node_id=child_id, confirmed_by=by, **named)
    disruption.plan_step(
        by=by,
        case_id=record["case_id"],
        kind="contact",
        what="Ask for an order",
        agency_id=world.police.pk,
        due_on=timezone.localdate(),
        end="person",
        end_id=adult.pk,
    )
    HolderDecision.objects.create(
        person_id=child_id,
        concern_id=record["concern_id"],
        outcome="tell",
        agency=world.care,
        decided_by=world.coordinator,
        decided_at=timezone.now(),
    )
    aunt = actions.add_person(by=by, given_name="Ada", family_name="Okonjo", kind="adult")
    protects = ProtectivePerson(
        assessment_id=record["assessment_id"],
        person=aunt,
        who="Aunt",
        what_they_do="Rings her each evening",
        knows="yes",
        noted_by=by,
    )
    models.QuerySet(ProtectivePerson).bulk_create([protects])  # past the manager that guards what is signed
    dying.record_death(
        by=world.coordinator,
        person_id=child_id,
        died_on=None,
        who_said="The hospital",
        about_when="In the night",
    )


@pytest.fixture
def child(record: Record) -> Person:
    return Person.objects.get(pk=record["person_id"])


@pytest.fixture
def another(world: World, child: Person) -> Person:
    return actions.add_person(by=world.teacher, given_name="Inés", family_name=child.family_name)


def copy_to(person: Person, link: merging.Link) -> bool:
    """Gives the person a row of this table like that of somebody else; False where the table does not allow it."""
    row = link.model._base_manager.filter(**{f"{link.field.name}__isnull": False}).first()
    values = {field.attname: getattr(row, field.attname) for field in link.model._meta.concrete_fields}
    for field in link.model._meta.concrete_fields:
        if field.primary_key:
            values[field.attname] = uuid.uuid4() if isinstance(field, models.UUIDField) else None
        elif field.unique and isinstance(field, models.UUIDField):
            values[field.attname] = uuid.uuid4()
        elif field.unique and isinstance(field, models.CharField):
            values[field.attname] = uuid.uuid4().hex[: field.max_length]
    values[link.field.attname] = person.pk  # type: ignore[attr-defined]
    try:
        with transaction.atomic():
            link.model._base_manager.bulk_create([link.model(**values)])
    except Error:
        return False
    return True


def test_the_record_that_is_merged_here_has_a_row_in_every_table_that_leads_to_a_person(
    record: Record,
) -> None:
    empty = [
        link.name
        for link in LINKS
        if not link.model._base_manager.filter(**{f"{link.field.name}__isnull": False}).exists()
    ]
    assert empty == [], "Make one in tests/walls/record.py"


@EACH
@given(
    st.sets(st.sampled_from([link.name for link in LINKS])),
    st.booleans(),
    st.sets(st.sampled_from(merging.DETAILS)),
)
def test_whatever_both_have_a_merge_that_is_undone_has_changed_nothing(
    world: World, child: Person, another: Person, both_have: set[str], child_goes_on: bool, take: set[str]
) -> None:
    with transaction.atomic():
        for link in LINKS:
            if link.name in both_have:
                copy_to(another, link)
        renew_keys(another)  # as whoever adds a name or an address does
        before = everything()
        kept, merged = (child, another) if child_goes_on else (another, child)
        try:
            done = merge(world, kept, merged, take=take)
        except Refused:  # both have one of what there is once at a time: the next test says which
            assert differences(before) == {}
        else:
            merged.refresh_from_db()
            assert merged.merged_into == kept
            actions.unmerge_people(by=world.coordinator, merge_id=done.pk, reason="Two cousins")
            assert differences(before) == {}
        transaction.set_rollback(True)


def test_a_merge_leaves_nothing_with_the_record_that_is_gone_but_what_the_page_said_would_stay(
    world: World, child: Person, another: Person
) -> None:
    left = {}
    for link in LINKS:
        with transaction.atomic():
            copy_to(another, link)
            staying = set(link.staying(another, child).values_list("pk", flat=True))
            if link.clashes(another, child):
                with pytest.raises(Refused, match="only once at a time"):
                    merge(world, another, child)
            elif link.kept_apart(another, child):
                with pytest.raises(Refused, match="missing at the same time"):
                    merge(world, another, child)
            else:
                merge(world, another, child)
                left[link.name] = set(link.rows(child).values_list("pk", flat=True)) ^ staying
            transaction.set_rollback(True)
    assert {name: rows for name, rows in left.items() if rows} == {}
    assert len(left) > len(LINKS) / 2


def test_both_chronologies_are_as_they_were(world: World, child: Person, another: Person) -> None:
    def told() -> list[list[str]]:
        for person in (child, another):
            refresh(person.pk)
        rows = ChronologyEntry.objects.order_by("on", "at", "digest")
        return [[row.what for row in rows.filter(child_id=person.pk)] for person in (child, another)]

    before = told()
    done = merge(world, another, child)
    together = told()
    assert together[0] == []
    assert len(together[1]) > len(before[1])
    actions.unmerge_people(by=world.coordinator, merge_id=done.pk, reason="Two cousins")
    assert told() == before


PAIR = st.tuples(st.integers(0, 3), st.integers(0, 3)).filter(lambda pair: pair[0] != pair[1])


@EACH
@given(st.lists(PAIR, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_in_whatever_order_merges_are_undone_all_is_as_it_was(
    world: World, pairs: list[tuple[int, int]], rng: Any
) -> None:
    """Who was merged away cannot be merged again; a merge on which another one rests waits until that is undone."""
    with transaction.atomic():
        people = [
            actions.add_person(
                by=world.coordinator, given_name=name, family_name="Khan", postcode=f"LE{at} 1AA"
            )
            for at, name in enumerate(("Amira", "Ameera", "Mira", "Amy"), start=1)
        ]
        before, gone, waiting = everything(), set(), []
        for kept, merged in pairs:
            if not {kept, merged} & gone:
                waiting.append(merge(world, people[kept], people[merged]))
                gone.add(merged)
        for _round in range(len(waiting) ** 2):
            one = rng.choice(waiting) if waiting else None
            if one and undone(world, one):
                waiting.remove(one)
        for one in reversed(waiting):
            assert undone(world, one)
        assert differences(before) == {}
        transaction.set_rollback(True)


def undone(world: World, one: Merge) -> bool:
    """Whether it could be: not where something later rests on it."""
    both = {one.kept_id, one.merged_id}
    later = Merge.objects.filter(undone_at=None, merged_at__gt=one.merged_at)
    if any({row.kept_id, row.merged_id} & both for row in later):
        with pytest.raises(Refused, match="Undo the later one first"):
            actions.unmerge_people(by=world.coordinator, merge_id=one.pk, reason=WHY)
        return False
    actions.unmerge_people(by=world.coordinator, merge_id=one.pk, reason=WHY)
    return True


# ---- places, groups, and phones, cars or accounts


THINGS: list[type[models.Model]] = [Place, Group, Handle]


@pytest.fixture
def with_things(world: World, record: Record) -> Record:
    """Also a row that leads to a place, group and handle in every table where the record of the walls has none."""
    by = world.coordinator
    place, group = (Place.objects.get(pk=record["place_id"]), Group.objects.get(pk=record["group_id"]))
    for this in (place, group):
        key = {f"{this._meta.model_name}_id": this.pk}
        telling.tell(by=by, **key, seen_and_heard="Cars wait.", danger_now="no", why_no_words="Nobody asked")
        for name in ("One", "Two"):
            other = type(this).objects.create(name=name, kind="other")
            if name == "Two":
                actions.merge_nodes(by=by, kept_id=this.pk, merged_id=other.pk, reason=WHY)
    panel = make_panel(world)
    for end, key in (("place", place.pk), ("group", group.pk)):
        meeting.add_item(by=by, panel_id=panel.pk, end=end, end_id=key)
    mapping = make_mapping(world)
    meeting.add_item(by=by, panel_id=mapping.pk, end="handle", end_id=record["handle_id"])
    context = Context.objects.get(pk=record["context_id"])
    other = {"group": group, "place": None, "setting": "peer_group", "reference": "X-MERGED"}
    copy_of(context, pk=uuid.uuid4(), **other)
    for name, this in (("place", place), ("group", group)):
        ends = dict.fromkeys(
            ("person", "place", "group", "concern", "words", "evidence", "edition", "draft_id")
        )
        file = Attachment.objects.filter(message=None, withdrawn_at=None).order_by("pk").first()
        copy_of(file, pk=uuid.uuid4(), **ends | {name: this})
        step = DisruptionStep.objects.order_by("pk").first()
        about = {"person": None, "place": None, "group": None}
        copy_of(step, pk=uuid.uuid4(), **about | {name: this})
        note_pattern(by=by, end=name, about_id=this.pk, pattern="G2", reason="Cars wait")
    return record


def copy_of(row: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    models.QuerySet(type(row)).bulk_create([row])


def a_new(of: type[models.Model], name: str) -> Any:
    if of is Handle:
        return known_handle("phone", "", name)
    this = of._default_manager.create(name=f"Called {name}", kind="other")
    renew_keys_of(this)
    return this


def two_new(of: type[models.Model]) -> tuple[Any, Any]:
    return a_new(of, "07700 900111"), a_new(of, "07700 900122")


@pytest.mark.parametrize("of", THINGS)
def test_the_record_has_a_row_in_every_table_that_leads_to_one_of_these(
    with_things: Record, of: type[models.Model]
) -> None:
    rows = {
        link.name: link.model._base_manager.filter(**{f"{link.field.name}__isnull": False})
        for link in merging.links(of)
    }
    assert [name for name, some in rows.items() if not some.exists()] == []


@pytest.mark.parametrize("of", THINGS)
def test_whatever_both_of_these_have_a_merge_that_is_undone_has_changed_nothing(
    world: World, with_things: Record, of: type[models.Model]
) -> None:
    links, random = list(merging.links(of)), Random(7)
    refused = 0
    for _ in range(12):
        with transaction.atomic():
            things = two_new(of)
            for this in things:
                for link in random.sample(links, k=random.randint(1, len(links))):
                    copy_to(this, link)
                if of is not Handle:
                    renew_keys_of(this)
            before = everything()
            kept, merged = random.sample(things, k=2)
            with mock.patch.multiple(DOING, mergeable=seen_anyway, node_merge_visible_to=seen):
                asked = {"kept_id": kept.pk, "merged_id": merged.pk, "reason": WHY}
                try:
                    done = actions.merge_nodes(by=world.coordinator, **asked)
                except Refused:  # both have open work
                    refused += 1
                else:
                    for link in links:
                        assert set(link.rows(merged)) <= set(link.staying(kept, merged)), link.name
                    actions.unmerge_nodes(by=world.coordinator, merge_id=done.pk, reason="Two doors")
            assert differences(before) == {}
            transaction.set_rollback(True)
    assert refused < 12


DOING = "heard.network.actions.merging_nodes"


def seen(user: Any, merge_id: uuid.UUID) -> NodeMerge:
    return NodeMerge.objects.get(pk=merge_id)


def seen_anyway(user: Any, key: uuid.UUID) -> tuple[str, Any]:
    """A number that nobody named is seen by nobody."""
    kind = Node.objects.get(pk=key).kind
    return kind, BEHIND[kind]._default_manager.get(pk=key)
