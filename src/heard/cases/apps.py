from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CasesConfig(AppConfig):
    name = "heard.cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from heard.cases.timeline.index import mark_where_nothing_is

        post_migrate.connect(mark_where_nothing_is, sender=self)
