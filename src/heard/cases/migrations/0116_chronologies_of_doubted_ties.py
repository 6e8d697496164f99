"""Chronologies say of a tie that it is thought to be untrue, and nothing of what goes on under conditions alone: those of children with such
ties are made anew by a task."""

from django.db import migrations
from django.db.models import Q


def mark(apps, schema_editor):
    sources = apps.get_model("network", "TieSource").objects.filter(Q(known_grade="E") | Q(handling="C"))
    ties = apps.get_model("network", "Tie").objects.filter(pk__in=sources.values("tie"))
    children = apps.get_model("network", "Person").objects.filter(
        Q(pk__in=ties.values("first")) | Q(pk__in=ties.values("second")), kind="child"
    )
    changes = apps.get_model("cases", "ChronologyChange").objects
    changes.bulk_create(
        [changes.model(child_id=key) for key in children.values_list("pk", flat=True)], batch_size=500
    )


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0115_pdfs_of_procedures"),
        ("network", "0022_who_says_known_as"),
    ]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
