"""Actions that a changed plan copied become one line, as far as that is sure; what was done is not to do again.

A copy is one that was written down with the plan itself and says the same as exactly one action of the plan before, under the
same outcome; or one that comes from the same decision of a panel.
"""

from collections import Counter
from datetime import timedelta

from django.db import migrations
from django.db.models import Q

WITH_THE_PLAN = timedelta(minutes=1)
DONE = ("done", "not_done")


def join_copies(apps, schema_editor):
    Plan = apps.get_model("cases", "Plan")
    changed = set()
    for plan in Plan.objects.exclude(replaces=None).order_by("started_at").iterator():
        for old, new in copies(apps, plan):
            new.first_id = old.first_id or old.pk
            new.save(update_fields=["first"])
            if settle(plan, old, new):
                changed.add(plan.case_id)
    Action = apps.get_model("cases", "Action")
    left = Action.objects.filter(state="open", outcome__plan__state="replaced")
    changed |= set(left.values_list("outcome__plan__case", flat=True))
    left.update(state="replaced")
    children = apps.get_model("cases", "Case").objects.filter(pk__in=changed).values_list("person", flat=True)
    ChronologyChange = apps.get_model("cases", "ChronologyChange")
    ChronologyChange.objects.bulk_create(ChronologyChange(child_id=child) for child in set(children))


def copies(apps, plan):
    """Pairs of an action of the plan before and the same one in this plan."""
    Outcome, Action = apps.get_model("cases", "Outcome"), apps.get_model("cases", "Action")
    before = {one.first_id or one.pk: one for one in Outcome.objects.filter(plan=plan.replaces_id)}
    for outcome in Outcome.objects.filter(plan=plan, first__in=list(before)):
        old = list(Action.objects.filter(outcome=before[outcome.first_id]))
        rows = Action.objects.filter(outcome=outcome)
        new = list(rows.filter(Q(added_at__lte=plan.started_at + WITH_THE_PLAN) | ~Q(panel_action=None)))
        olds, news = by_what(old), by_what(new)
        yield from ((olds[what], news[what]) for what in olds.keys() & news.keys())


def by_what(actions):
    """Those that nothing else under their outcome can be taken for."""
    said = Counter(key(one) for one in actions)
    return {key(one): one for one in actions if said[key(one)] == 1}


def key(action):
    return action.panel_action_id or action.what.strip()


def settle(plan, old, new):
    """What became of the one in the plan before holds for the one that goes on. Whether a row says something else now."""
    if plan.state == "draft":
        if old.state in DONE:
            new.delete()
        return False
    if old.state in DONE:
        notes = [note for note in (old.note, new.note) if note.strip()]
        new.note = "\n".join(dict.fromkeys(notes))
        if new.state == "open":
            new.state, new.done_on = old.state, old.done_on
        elif new.state == old.state:
            new.done_on = min(old.done_on, new.done_on)
        new.save()
    old.state, old.done_on, old.note = "replaced", None, ""
    old.save()
    return True


def refresh_where_we_are(apps, schema_editor):
    """A plan that is written or in force says how far an outcome is as it was said last, where it says what was said before
    that."""
    Outcome, WhereWeAre = apps.get_model("cases", "Outcome"), apps.get_model("cases", "WhereWeAre")
    for outcome in Outcome.objects.filter(plan__state__in=["draft", "agreed"]).iterator():
        line = outcome.first_id or outcome.pk
        notes = WhereWeAre.objects.filter(Q(outcome=line) | Q(outcome__first=line))
        said = list(notes.order_by("-on", "-written_at").values_list("text", flat=True))
        if said and outcome.where_we_are in said[1:] and outcome.where_we_are != said[0]:
            Outcome.objects.filter(pk=outcome.pk).update(where_we_are=said[0])


def date_finished(apps, schema_editor):
    """When it was written down that an action was finished, the audit row of it says."""
    Action, AuditRow = apps.get_model("cases", "Action"), apps.get_model("agencies", "AuditRow")
    rows = AuditRow.objects.filter(verb="finish action", subject="plan").order_by("at")
    for at, detail in rows.values_list("at", "detail").iterator():
        Action.objects.filter(pk=detail["action"], state__in=["done", "not_done"]).update(finished_at=at)


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0003_case_in_full'),
        ('cases', '0010_actions_go_on'),
    ]

    operations = [
        migrations.RunPython(date_finished, migrations.RunPython.noop),
        migrations.RunPython(join_copies, migrations.RunPython.noop),
        migrations.RunPython(refresh_where_we_are, migrations.RunPython.noop),
    ]
