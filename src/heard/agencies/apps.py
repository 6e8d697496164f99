from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    name = "heard.agencies"
    default_auto_field = "django.db.models.BigAutoField"
