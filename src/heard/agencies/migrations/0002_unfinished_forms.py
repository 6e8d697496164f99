"""Every form has drafts now, so their table belongs to agencies. It stays where it is, with all that is in it."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agencies", "0001_initial"), ("cases", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Draft",
                    fields=[
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ("kind", models.CharField(help_text="Which form, such as 'worry' or 'assessment'.", max_length=40)),
                        ("subject_id", models.UUIDField(blank=True, help_text="What it is about, where that exists already.", null=True)),
                        ("answers", models.JSONField(default=dict)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
                    ],
                    options={"db_table": "cases_draft", "ordering": ["-updated_at"]},
                )
            ]
        )
    ]
