"""What a chronology says of a child who was missing, or whose case was handed over, is made anew: it says who was asked what, and that a
handover was sent, where it was not accepted yet."""

from django.db import migrations


def make_anew(apps, schema_editor):
    change, made = (apps.get_model("cases", name) for name in ("ChronologyChange", "ChronologyOf"))
    missing = apps.get_model("cases", "Episode").objects.order_by().values("person")
    moved = apps.get_model("cases", "Handover").objects.order_by().values("case__person")
    for people in (missing, moved):
        keys = made.objects.filter(child_id__in=people).values_list("child_id", flat=True)
        change.objects.bulk_create((change(child_id=key) for key in keys.iterator()), batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("cases", "0129_what_a_panel_did_not_come_to")]

    operations = [migrations.RunPython(make_anew, migrations.RunPython.noop)]
