"""The table of the cache, so that whoever migrates in whatever way has it."""

from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE IF EXISTS heard_cache")


class Migration(migrations.Migration):
    dependencies = [("agencies", "0003_case_in_full")]

    operations = [migrations.RunPython(create, drop)]
