from typing import Any

from django.db import migrations


def fail(_apps: Any, _schema: Any) -> None:
    raise OSError("the disk is full")


class Migration(migrations.Migration):
    dependencies = [("agencies", "x1_lands")]
    operations = [
        migrations.RunSQL("DELETE FROM network_searchkey"),
        migrations.RunPython(fail),
    ]
