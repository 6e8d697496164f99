import hashlib

from django.db import migrations, models


def of_files_that_are_there(apps, schema_editor):
    """Files of before are taken as they are found now: nothing is claimed of what was earlier."""
    from pathlib import Path

    from django.conf import settings

    folder = Path(settings.DATA) / "attachments"
    attachments = apps.get_model("cases", "Attachment").objects.using(schema_editor.connection.alias)
    for row in attachments.filter(withdrawn_at=None).only("pk").iterator():
        path = folder / row.pk.hex
        if path.is_file():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            attachments.filter(pk=row.pk).update(kept_sha256=digest)


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0031_notes_in_packs'),
    ]

    operations = [
        migrations.AddField(
            model_name='attachment',
            name='kept_sha256',
            field=models.CharField(blank=True, default='', help_text='Of the bytes that are kept. None where they were not there.', max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(of_files_that_are_there, migrations.RunPython.noop),
    ]
