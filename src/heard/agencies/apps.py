from typing import Any

from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    name = "heard.agencies"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from heard.agencies import locking

        locking.connect()
        post_migrate.connect(_keep_the_trail, sender=self, dispatch_uid="the audit trail is guarded")


def _keep_the_trail(using: str, **_signal: Any) -> None:
    from django.conf import settings

    from heard.agencies.seal import keys
    from heard.agencies.trail import guarding

    guarding.guard(using)
    keys.make(settings.AUDIT_KEY, guarding.installation(using))
