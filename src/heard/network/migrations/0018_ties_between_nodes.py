import uuid

import django.db.models.deletion

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('network', '0017_how_each_tie_is_known'),
        ('cases', '0079_answers_are_sources'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='tie',
            name='tie_has_one_end',
        ),
        migrations.AlterField(
            model_name='tie',
            name='key',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.AlterField(
            model_name='tie',
            name='first',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='network.node'),
        ),
        migrations.AlterField(
            model_name='tie',
            name='second',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='network.node'),
        ),
        migrations.AlterField(
            model_name='tie',
            name='kind',
            field=models.CharField(help_text='The id in the vocabulary, or “other”.', max_length=40),
        ),
        migrations.RemoveField(
            model_name='tie',
            name='how_known',
        ),
        migrations.RemoveField(
            model_name='tie',
            name='noted_at',
        ),
        migrations.RemoveField(
            model_name='tie',
            name='noted_by',
        ),
        migrations.RemoveField(
            model_name='tie',
            name='person',
        ),
        migrations.RemoveField(
            model_name='tie',
            name='since',
        ),
        migrations.RemoveField(
            model_name='tie',
            name='to_group',
        ),
        migrations.RemoveField(
            model_name='tie',
            name='to_person',
        ),
        migrations.RemoveField(
            model_name='tie',
            name='to_place',
        ),
        migrations.RemoveField(
            model_name='tie',
            name='until',
        ),
        migrations.AddIndex(
            model_name='tie',
            index=models.Index(fields=['first', 'second'], name='tie_from_first'),
        ),
        migrations.AddIndex(
            model_name='tie',
            index=models.Index(fields=['second', 'first'], name='tie_from_second'),
        ),
        migrations.AddConstraint(
            model_name='tie',
            constraint=models.CheckConstraint(condition=models.Q(('first', models.F('second')), _negated=True), name='tie_between_two'),
        ),
        migrations.AddConstraint(
            model_name='tie',
            constraint=models.CheckConstraint(condition=models.Q(('in_words', ''), ('kind', 'other'), _negated=True), name='other_tie_in_words'),
        ),
        migrations.DeleteModel(
            name='GroupKey',
        ),
        migrations.DeleteModel(
            name='PlaceKey',
        ),
    ]
