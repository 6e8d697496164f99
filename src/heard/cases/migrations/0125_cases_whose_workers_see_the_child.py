from django.db import migrations, models


def mark_open_cases(apps, schema_editor):
    """A chronology is made anew of each child with an open case, and with it is found whether the workers see the child."""
    keys = apps.get_model("cases", "Case").objects.filter(state="open").values_list("person_id", flat=True)
    change = apps.get_model("cases", "ChronologyChange")
    change.objects.bulk_create((change(child_id=key) for key in keys), batch_size=500)


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0124_team_that_takes_it_on'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='seen_by_workers',
            field=models.BooleanField(default=False, editable=False, help_text='Found by `sight`: each worker whom it names sees the child, by nothing that is to end.'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('seen_by_workers', False)), fields=['state'], name='case_to_ask'),
        ),
        migrations.RunPython(mark_open_cases, migrations.RunPython.noop),
    ]
