from django.db import migrations
from django.utils import timezone


def end_with_case(apps, schema_editor):
    """Clocks end on the day on which their case was closed. One belongs to the period in which its moment was noted; a
    correction counts as what it corrects."""
    CasePeriod, Moment = apps.get_model("cases", "CasePeriod"), apps.get_model("cases", "Moment")
    ClockRun = apps.get_model("cases", "ClockRun")
    for case in CasePeriod.objects.order_by().values_list("case", flat=True).distinct():
        closed = sorted(CasePeriod.objects.filter(case=case).values_list("closed_at", flat=True))
        noted = {}
        for moment in Moment.objects.filter(case=case).order_by("noted_at"):
            noted[moment.pk] = noted.get(moment.corrects_id, moment.noted_at)
        for run in ClockRun.objects.filter(case=case):
            end = next((timezone.localdate(at) for at in closed if at > noted[run.started_by_id]), None)
            stopped = run.met_on or run.ended_on
            if end is None or (stopped and stopped <= end):
                continue
            run.met_on, run.ended_on, run.stopped_by = None, max(end, run.started_on), None
            run.save()


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0011_copies_of_actions'),
    ]

    operations = [
        migrations.RunPython(end_with_case, migrations.RunPython.noop),
    ]
