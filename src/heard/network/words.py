"""What the rules of the network found, in the reader's language."""

from collections.abc import Iterable

from django.utils.translation import gettext as _


def why_alike(reasons: Iterable[str]) -> str:
    """The reasons of a hit or a likeness in one line."""
    return "; ".join(_(reason) for reason in reasons)
