from django.apps import AppConfig
from django.db.models.signals import post_migrate


class NetworkConfig(AppConfig):
    name = "heard.network"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from heard.agencies.reading import ask_about_restricted
        from heard.network import registry
        from heard.network.restricted import any_restricted
        from heard.network.search_index import renew_missing_keys

        ask_about_restricted(any_restricted)
        registry.connect()
        post_migrate.connect(registry.enter_missing, sender=self)
        post_migrate.connect(renew_missing_keys, sender=self)
