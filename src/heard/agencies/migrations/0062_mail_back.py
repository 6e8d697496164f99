from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0061_what_takes_two'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='mail_back_at',
            field=models.DateTimeField(blank=True, help_text='Since when mail to their address comes back; none once the address changed or they said it arrives.', null=True),
        ),
    ]
