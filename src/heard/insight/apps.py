from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "heard.insight"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from heard.agencies.indexing import tell_of_writes
        from heard.insight.digest.withdrawn import note_withdrawal

        tell_of_writes(note_withdrawal)
