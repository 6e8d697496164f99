from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "heard.home"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from heard.home import factors, session

        factors.connect()
        session.connect()
