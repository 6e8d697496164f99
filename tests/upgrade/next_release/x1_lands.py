"""Takes a column away, so that the release before cannot work with what is left."""

from pathlib import Path

from django.db import migrations

from heard.agencies import migrations as ours

_LAST = max(path.stem for path in Path(ours.__path__[0]).glob("0*.py"))


class Migration(migrations.Migration):
    dependencies = [("agencies", _LAST)]
    operations = [migrations.RemoveField("user", "reminders")]
