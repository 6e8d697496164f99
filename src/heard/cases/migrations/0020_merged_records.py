from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0012_clocks_of_closed_cases'),
        ('network', '0002_case_in_full'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='philomena',
            options={'ordering': ['-written_at', '-version'], 'verbose_name_plural': 'Philomena forms'},
        ),
        migrations.RemoveConstraint(
            model_name='panelitem',
            name='person_once_on_an_agenda',
        ),
        migrations.AddField(
            model_name='panelitem',
            name='nth',
            field=models.PositiveSmallIntegerField(default=0, help_text='Above 0 only where records of one child were merged and each stood on this agenda.'),
        ),
        migrations.AddConstraint(
            model_name='panelitem',
            constraint=models.UniqueConstraint(fields=('panel', 'person', 'nth'), name='person_once_on_an_agenda'),
        ),
    ]
