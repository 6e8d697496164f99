from django.db import migrations, models

from heard.cases.concern.rules import compared


def compare(apps, schema_editor):
    """Worries about places and groups that were told before this release are found by their words, too."""
    Concern = apps.get_model("cases", "Concern")
    told = Concern.objects.filter(person=None).only("seen_and_heard", "when_seen", "who_comes")
    for concern in told.iterator():
        words = compared(concern.seen_and_heard, concern.when_seen, concern.who_comes)
        Concern.objects.filter(pk=concern.pk).update(compared=words)


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0003_case_in_full'),
    ]

    operations = [
        migrations.AddField(
            model_name='concern',
            name='compared',
            field=models.TextField(blank=True, default='', editable=False, help_text='Of a place or group: its words, each between two spaces.'),
            preserve_default=False,
        ),
        migrations.RunPython(compare, migrations.RunPython.noop),
    ]
