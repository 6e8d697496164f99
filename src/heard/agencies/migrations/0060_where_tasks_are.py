"""A mail about an account that waits in the queue is found where its task is now."""

from django.db import migrations

_MOVED = {"heard.agencies.mail.account.send": "heard.agencies.mail.account.send"}


def move(apps, _schema_editor):
    results = apps.get_model("django_tasks_database", "DBTaskResult").objects
    for was, now in _MOVED.items():
        results.filter(task_path=was).update(task_path=now)


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0059_provisioning"),
        ("django_tasks_database", "0021_conditional_partial_index_ordering"),
    ]

    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
