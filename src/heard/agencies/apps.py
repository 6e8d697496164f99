from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    name = "heard.agencies"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from heard.agencies import locking

        locking.connect()
