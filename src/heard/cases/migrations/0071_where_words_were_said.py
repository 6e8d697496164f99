"""Words of before say on what they were said where that is sure: whoever wrote them down wrote, in the same action, the plan,
the review and so on that refers to them. Of all others nobody knows any more."""

from datetime import timedelta

from django.db import migrations

SAME_ACTION = timedelta(seconds=5)
LOOKS = ("view", "print")

REFERRING = (  # occasion, model, subject of its audit rows, and whose key they hold
    ("concern", "Concern", "concern", "pk"),
    ("assessment", "Assessment", "assessment", "pk"),
    ("plan", "Plan", "plan", "pk"),
    ("review", "Review", "review", "pk"),
    ("panel", "PanelItem", "panel item", "pk"),
    ("share", "Share", "share", "pk"),
    ("referral", "Referral", "referral", "pk"),
    ("interview", "Interview", "episode", "episode_id"),
    ("supervision", "RecordedDecision", "decision", "pk"),
    ("closing", "CasePeriod", "case", "case_id"),
    ("note", "ContactNote", "note", "pk"),
)


def say_where(apps, schema_editor):
    AuditRow = apps.get_model("agencies", "AuditRow")
    found = {}
    for occasion, model, subject, key in REFERRING:
        rows = apps.get_model("cases", model).objects.exclude(words=None).select_related("words")
        for row in rows.order_by("pk").iterator():
            words = row.words
            written = AuditRow.objects.filter(subject=subject, subject_id=str(getattr(row, key)))
            written = written.filter(actor_id=words.written_by_id).exclude(verb__in=LOOKS)
            span = (words.written_at - SAME_ACTION, words.written_at + SAME_ACTION)
            if written.filter(at__range=span).exists():
                found.setdefault(words.pk, []).append((occasion, row.pk))
    Words = apps.get_model("cases", "Words")
    for words_id, said in found.items():
        if len(said) == 1:
            Words.objects.filter(pk=words_id, said_on="").update(said_on=said[0][0], said_on_id=said[0][1])


class Migration(migrations.Migration):
    dependencies = [("agencies", "0001_initial"), ("cases", "0070_words_are_said_on_something")]
    operations = [migrations.RunPython(say_where, migrations.RunPython.noop)]
