"""What `heard doctor` asks about people: numbers alone."""

from heard.agencies.models import User
from heard.agencies.rules import Role


def administrators() -> int:
    """How many can sign in and add people."""
    return User.objects.filter(is_active=True, memberships__role=Role.ADMINISTRATOR).distinct().count()
