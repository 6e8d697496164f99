"""Every form has drafts now, so their table belongs to agencies. It stays where it is, with all that is in it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("agencies", "0002_unfinished_forms")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="Draft")])
    ]
