"""The clock, moved for a test."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from django.utils import timezone


@contextmanager
def later(days: float) -> Iterator[None]:
    """Meanwhile it is so many days later; below nought, earlier."""
    now = timezone.now
    with patch.object(timezone, "now", lambda: now() + timedelta(days=days)):
        yield
