from django.db import migrations, models


def bring_along(apps, schema_editor):
    """Merges until this release left with the record that is gone what the other had under the same number: versions of the
    form that helps to find a child, and items of one agenda. They go on with the child, and an undone merge gives them back."""
    for name, number in (("Philomena", "version"), ("PanelItem", "nth")):
        rows = apps.get_model("cases", name).objects
        for row in rows.filter(person__merged_into__isnull=False).order_by("pk"):
            _bring(apps, rows, row, number, f"cases.{name}.person")


def _bring(apps, rows, row, number, link):
    Person, Merge = apps.get_model("network", "Person"), apps.get_model("network", "Merge")
    steps, person = [], row.person
    while person.merged_into_id:
        steps.append((person.pk, person.merged_into_id))
        person = Person.objects.get(pk=person.merged_into_id)
    counted_with = rows.filter(person__in=[row.person_id, *(kept for _merged, kept in steps)])
    before = getattr(row, number)
    after = counted_with.aggregate(most=models.Max(number))["most"] + 1
    for merged, kept in steps:
        merge = Merge.objects.filter(merged_id=merged, kept_id=kept, undone_at=None).latest("merged_at")
        merge.before["moved"].setdefault(link, []).append(str(row.pk))
        if merged == row.person_id:
            merge.before.setdefault("numbers", {}).setdefault(link, {})[str(row.pk)] = [before, after]
        merge.save(update_fields=["before"])
    rows.filter(pk=row.pk).update(**{"person": person, number: after})


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0020_merged_records'),
        ('network', '0002_case_in_full'),
    ]

    operations = [
        migrations.RunPython(bring_along, migrations.RunPython.noop),
    ]
