"""What a child spoke of in an interview was a row beside its tie. It is the source of that tie."""

from django.db import migrations, models


def answers(apps, _editor):
    rows = apps.get_model("cases", "InterviewAnswer").objects.select_related("interview")
    source = apps.get_model("network", "TieSource")
    for row in rows:
        about = {"about": "interview", "about_id": row.interview.episode_id, "how": "said_by_child"}
        source.objects.filter(tie=row.tie_id).update(**about)


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0078_choices_of_notices"),
        ("network", "0017_how_each_tie_is_known"),
    ]

    operations = [
        migrations.RunPython(answers, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="chronologyentry",
            name="other",
            field=models.CharField(
                blank=True,
                choices=[
                    ("person", "Person"),
                    ("place", "Place"),
                    ("group", "Group"),
                    ("handle", "Phone, car or account"),
                ],
                max_length=6,
            ),
        ),
        migrations.DeleteModel(name="InterviewAnswer"),
    ]
