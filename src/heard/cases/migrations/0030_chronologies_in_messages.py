"""An entry of a chronology is a message and its values, said in the reader's language, instead of a rendered text.

What was rendered is thrown away: it is made from the rows of every stage, which all stay. A task makes it anew after this.
"""

from django.db import migrations, models


def throw_away(apps, schema_editor):
    for name in ("ChronologyEntry", "ChronologyOf", "ChronologyChange"):
        apps.get_model("cases", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("cases", "0022_earlier_versions")]

    operations = [
        migrations.RunPython(throw_away, throw_away),
        migrations.RemoveField("chronologyentry", "what"),
        migrations.RemoveField("chronologyentry", "text"),
        migrations.RemoveField("chronologyentry", "href"),
        migrations.AddField(
            "chronologyentry",
            "said",
            models.JSONField(default=str, help_text="What it says in a line, as `govuk.said` has it."),
            preserve_default=False,
        ),
        migrations.AddField(
            "chronologyentry",
            "told",
            models.JSONField(blank=True, default=list, help_text="What stands below that line."),
        ),
        migrations.AddField(
            "chronologyentry",
            "page",
            models.CharField(
                blank=True, max_length=40, help_text="The name of the address that shows more."
            ),
        ),
        migrations.AddField(
            "chronologyentry",
            "key",
            models.CharField(blank=True, max_length=36, help_text="The key in that address."),
        ),
    ]
