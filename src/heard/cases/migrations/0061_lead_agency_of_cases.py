"""Whoever leads the case changes names, date of birth and numbers: of the open case, or else of the one opened last."""

from django.db import migrations


def lead(apps, schema_editor):
    Case = apps.get_model("cases", "Case")
    Person = apps.get_model("network", "Person")
    leads = {}
    rows = Case.objects.order_by("opened_at").values_list("person_id", "state", "lead_team__agency_id")
    for person_id, state, agency_id in rows.iterator():
        if state == "open" or leads.get(person_id, ("",))[0] != "open":
            leads[person_id] = (state, agency_id)
    people = list(Person.objects.filter(pk__in=Case.objects.values("person_id")))
    for person in people:
        person.lead_agency_id = leads[person.pk][1]
    Person.objects.bulk_update(people, ["lead_agency"], batch_size=500)


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0060_fingerprint_of_kept_bytes'),
        ('network', '0012_lead_agency_and_proposals'),
    ]

    operations = [migrations.RunPython(lead, migrations.RunPython.noop, elidable=True)]
