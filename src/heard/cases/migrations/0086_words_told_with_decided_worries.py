"""Worries that were decided beside what was told with them say so from now on."""

from django.db import migrations
from django.db.models import F


def stand_beside(apps, schema_editor):
    worries = apps.get_model("cases", "Concern")._base_manager
    rows = worries.filter(state="decided", words__isnull=False, why_without_words="", decision_words=None)
    rows.update(decision_words=F("words"))


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0085_words_beside_each_decision"),
    ]

    operations = [
        migrations.RunPython(stand_beside, migrations.RunPython.noop),
    ]
