import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0064_done_on_the_server'),
        ('cases', '0123_patterns_around'),
    ]

    operations = [
        migrations.AddField(
            model_name='concern',
            name='other_team',
            field=models.ForeignKey(blank=True, help_text='The team alone that takes it on, where not all of the agency does.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.team'),
        ),
        migrations.AddField(
            model_name='earlierdecision',
            name='other_team',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.team'),
        ),
        migrations.AddConstraint(
            model_name='concern',
            constraint=models.CheckConstraint(condition=models.Q(('other_team', None), ('other_agency__isnull', False), _connector='OR'), name='concern_other_team_is_of_an_agency', violation_error_message='Choose the agency of the team that takes this on'),
        ),
    ]
