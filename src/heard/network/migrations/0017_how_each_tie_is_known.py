"""Each person, place and group gets its node, and each tie of before its two ends and one source: nothing is guessed."""

import uuid

from django.db import migrations
from django.db.models import F

_AT_ONCE = 2000
_ENDS = {"network.Tie.person": "network.Tie.first", "network.Tie.to_person": "network.Tie.second"}


def nodes(apps, _editor):
    node = apps.get_model("network", "Node")
    for kind in ("person", "place", "group"):
        keys = apps.get_model("network", kind.capitalize()).objects.values_list("pk", flat=True)
        rows = (node(pk=key, kind=kind) for key in keys.iterator())
        node.objects.bulk_create(list(rows), batch_size=_AT_ONCE)


def ties(apps, _editor):
    """A tie keeps its words, with the kind "other". Who noted it is asked for the agency that knows of it, and that of a group."""
    tie, source = apps.get_model("network", "Tie"), apps.get_model("network", "TieSource")
    tie.objects.filter(to_person=F("person")).delete()  # of somebody to themselves: it says nothing
    agency_of = agencies(apps)
    before, changed, sources = tie.objects.count(), [], []
    groups = {}
    for row in tie.objects.order_by("noted_at", "pk"):
        row.first_id = row.person_id
        row.second_id = row.to_person_id or row.to_place_id or row.to_group_id
        row.key, row.in_words, row.kind = uuid.uuid4(), row.kind[:60].strip() or "is tied to", "other"
        changed.append(row)
        holder = agency_of.get(row.noted_by_id)
        if row.to_group_id and holder:
            groups.setdefault(row.to_group_id, holder)
        sources.append(
            source(
                tie=row,
                words=row.how_known.strip() or "Nobody has said",
                valid_from=row.since,
                valid_to=row.until,
                noted_by_id=row.noted_by_id,
                recorded_at=row.noted_at,
                holder_id=holder,
            )
        )
    fields = ["first", "second", "key", "in_words", "kind"]
    tie.objects.bulk_update(changed, fields, batch_size=200)
    source.objects.bulk_create(sources, batch_size=_AT_ONCE)
    if source.objects.count() != before:
        raise RuntimeError("Not every tie got its source. Nothing was changed.")
    for key, agency in groups.items():
        apps.get_model("network", "Group").objects.filter(pk=key).update(agency=agency)


def merges(apps, _editor):
    """So that a merge of before can still be undone: what moved is now named by the two ends of a tie."""
    for merge in apps.get_model("network", "Merge").objects.all():
        for part in ("own", "moved", "numbers"):
            held = merge.before.get(part, {})
            merge.before[part] = {_ENDS.get(name, name): value for name, value in held.items()}
        merge.save(update_fields=["before"])


def agencies(apps):
    rows = apps.get_model("agencies", "Membership").objects.order_by("-pk")
    return dict(rows.values_list("user_id", "team__agency_id"))


class Migration(migrations.Migration):

    dependencies = [
        ("network", "0016_nodes_and_sources"),
        ("agencies", "0054_roles_and_choices"),
    ]

    operations = [migrations.RunPython(step, migrations.RunPython.noop) for step in (nodes, ties, merges)]
