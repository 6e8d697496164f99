from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CasesConfig(AppConfig):
    name = "heard.cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Sharing and clocks stand below these stages: each says here what it has that can be shared, or is timed. The
        index of chronologies, and copies of a record for those who asked for it, hear of every write."""
        from heard.agencies.indexing import tell_of_writes
        from heard.cases.assessment.clocks import clocks as assessments
        from heard.cases.clocks.drawn import draw_from
        from heard.cases.concern.clocks import clocks as worries
        from heard.cases.missing.clocks import clocks as interviews
        from heard.cases.missing.pieces import pieces as episodes
        from heard.cases.pack.withdrawn import note_withdrawal
        from heard.cases.referral.clocks import clocks as referrals
        from heard.cases.sharing.pieces import offer
        from heard.cases.timeline.index import mark_where_nothing_is, note_change
        from heard.cases.timeline.pieces import pieces as chronology

        offer(episodes, chronology)
        draw_from(worries, assessments, interviews, referrals)
        tell_of_writes(note_change, note_withdrawal)
        post_migrate.connect(mark_where_nothing_is, sender=self)
