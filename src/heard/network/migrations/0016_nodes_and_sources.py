import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0054_roles_and_choices'),
        ('network', '0015_denials_on_no_list'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Handle',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('type', models.CharField(choices=[('phone', 'Phone number'), ('vehicle', 'Vehicle'), ('account', 'Account'), ('email', 'Email address'), ('device', 'Device'), ('web', 'Web address')], max_length=7)),
                ('service', models.CharField(blank=True, default='', help_text='Of an account, where it is.', max_length=40)),
                ('key', models.CharField(max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='Mention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('about', models.CharField(max_length=12)),
                ('about_id', models.UUIDField(db_index=True)),
                ('start', models.PositiveIntegerField()),
                ('length', models.PositiveIntegerField()),
                ('occurred_on', models.DateField(blank=True, null=True)),
                ('confirmed_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['confirmed_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Node',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('person', 'Person'), ('group', 'Group'), ('handle', 'Phone, car or account'), ('place', 'Place')], max_length=6)),
            ],
        ),
        migrations.CreateModel(
            name='NodeKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name='TieSource',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('words', models.CharField(max_length=300)),
                ('who', models.CharField(blank=True, max_length=120)),
                ('how', models.CharField(blank=True, choices=[('said_by_child', 'The child said so'), ('said', 'Somebody else said so'), ('seen', 'It was seen'), ('record', 'It stands in a record'), ('work', 'From our work with them'), ('', 'Nobody has said')], max_length=13)),
                ('basis', models.CharField(blank=True, choices=[('told', 'Somebody told it'), ('arrested', 'Arrested'), ('charged', 'Charged'), ('convicted', 'Convicted'), ('ended', 'Ended without charge')], max_length=9)),
                ('reach', models.CharField(choices=[('ends', 'Whoever may see both'), ('holder', 'My agency only'), ('record', 'Whoever may read the record')], default='ends', max_length=6)),
                ('about', models.CharField(blank=True, help_text='The kind of record that it comes from.', max_length=12)),
                ('about_id', models.UUIDField(blank=True, db_index=True, null=True)),
                ('source_grade', models.CharField(blank=True, choices=[('1', 'They have been right before'), ('2', 'We cannot tell yet'), ('3', 'There is reason to doubt it'), ('', 'Nobody has said')], max_length=1)),
                ('known_grade', models.CharField(blank=True, choices=[('A', 'Saw or heard it themselves'), ('B', 'Was told it, and something else bears it out'), ('C', 'Was told it'), ('D', 'Does not say'), ('E', 'It is thought to be untrue'), ('', 'Nobody has said')], max_length=1)),
                ('handling', models.CharField(blank=True, choices=[('P', 'Where the law allows it'), ('C', 'Only as we say'), ('', 'Nobody has said')], max_length=1)),
                ('conditions', models.CharField(blank=True, max_length=200)),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('recorded_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('why_withdrawn', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'ordering': ['recorded_at', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='group',
            name='agency',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency'),
        ),
        migrations.AddField(
            model_name='tie',
            name='in_words',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='tie',
            name='key',
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='tie',
            name='release',
            field=models.CharField(default='2026.2', help_text='The knowledge release that has the vocabulary.', max_length=20),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name='handle',
            constraint=models.UniqueConstraint(fields=('type', 'service', 'key'), name='handle_once'),
        ),
        migrations.AddField(
            model_name='mention',
            name='confirmed_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='mention',
            name='node',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to='network.node'),
        ),
        migrations.AddField(
            model_name='tie',
            name='first',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='network.node'),
        ),
        migrations.AddField(
            model_name='tie',
            name='second',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='network.node'),
        ),
        migrations.AddField(
            model_name='nodekey',
            name='node',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='search_keys', to='network.node'),
        ),
        migrations.AddField(
            model_name='tiesource',
            name='holder',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency'),
        ),
        migrations.AddField(
            model_name='tiesource',
            name='noted_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='tiesource',
            name='tie',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sources', to='network.tie'),
        ),
        migrations.AddField(
            model_name='tiesource',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='mention',
            constraint=models.UniqueConstraint(fields=('node', 'about', 'about_id'), name='named_once_in_a_record'),
        ),
        migrations.AddConstraint(
            model_name='nodekey',
            constraint=models.UniqueConstraint(fields=('key', 'node'), name='node_key_once'),
        ),
        migrations.AddConstraint(
            model_name='tiesource',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='source_says_how_known'),
        ),
        migrations.AddConstraint(
            model_name='tiesource',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at', None), models.Q(('why_withdrawn', ''), _negated=True), _connector='OR'), name='source_withdrawn_with_why'),
        ),
        migrations.AddConstraint(
            model_name='tiesource',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reach', 'record'), _negated=True), ('about_id__isnull', False), _connector='OR'), name='source_of_a_record'),
        ),
    ]
