from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "heard.cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Sharing knows neither of these two: they say here what they have that can be shared."""
        from heard.cases.missing.pieces import pieces as episodes
        from heard.cases.sharing.pieces import offer
        from heard.cases.timeline.pieces import pieces as chronology

        offer(episodes, chronology)
