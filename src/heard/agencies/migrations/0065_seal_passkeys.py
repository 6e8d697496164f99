import json

from django.conf import settings
from django.db import migrations
from django.utils.crypto import salted_hmac


def seal(apps, schema_editor):
    """Passkeys of before: the database says once, at the upgrade, whose they are. As `heard.home.authenticators` does from then on."""
    rows = apps.get_model("mfa", "Authenticator").objects.using(schema_editor.connection.alias)
    for row in rows.filter(type="webauthn"):
        what = json.dumps([row.user_id, row.data.get("credential")], sort_keys=True)
        said = salted_hmac("heard passkey", what, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()
        row.data = row.data | {"seal": said}
        row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0064_done_on_the_server"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
