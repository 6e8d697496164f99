"""Who involved each agency, from the audit trail: until now it stood only there."""

from django.db import migrations


def fill(apps, schema_editor):
    Involvement = apps.get_model("network", "Involvement")
    AuditRow = apps.get_model("agencies", "AuditRow")
    people = set(apps.get_model("agencies", "User").objects.values_list("pk", flat=True))
    rows = AuditRow.objects.filter(verb="involve", subject="person").order_by("pk")
    by = {}
    for person_id, actor_id, detail in rows.values_list("person_id", "actor_id", "detail").iterator():
        if actor_id in people:
            by.setdefault((str(person_id), detail.get("agency")), actor_id)
    changed = []
    for row in Involvement.objects.filter(given_by=None).iterator():
        row.given_by_id = by.get((str(row.person_id), str(row.agency_id)))
        if row.given_by_id:
            changed.append(row)
    Involvement.objects.bulk_update(changed, ["given_by"], batch_size=500)


class Migration(migrations.Migration):

    dependencies = [
        ('network', '0010_access_as_a_list'),
        ('agencies', '0003_case_in_full'),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
