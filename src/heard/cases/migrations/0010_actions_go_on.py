import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0003_case_in_full'),
        ('cases', '0006_notes_of_contact'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='action',
            name='finished_action_has_date',
        ),
        migrations.AddField(
            model_name='action',
            name='finished_at',
            field=models.DateTimeField(blank=True, help_text='When that was written down.', null=True),
        ),
        migrations.AddField(
            model_name='action',
            name='first',
            field=models.ForeignKey(blank=True, help_text='The first of its line, where a changed plan took it over.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.action'),
        ),
        migrations.AlterField(
            model_name='action',
            name='state',
            field=models.CharField(choices=[('open', 'To do'), ('done', 'Done'), ('not_done', 'Could not be done'), ('replaced', 'Replaced by the changed plan')], default='open', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='action',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_on__isnull', True), ('state__in', ['open', 'replaced'])), models.Q(('done_on__isnull', False), ('state__in', ['done', 'not_done'])), _connector='OR'), name='finished_action_has_date', violation_error_message='Say on which day it was finished.'),
        ),
    ]
