"""The second factor: who has to have one, what counts as one, and who has just shown that it is them.

allauth keeps passkeys, authenticator apps and recovery codes, and checks them. Here is what Heard asks of it.
"""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import clear_authentication_records, record_authentication
from allauth.account.signals import password_changed
from allauth.mfa import app_settings, signals
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.agencies.actions import note_factor, note_password
from heard.agencies.browsers import note_wrong_code
from heard.agencies.envelopes import kept
from heard.agencies.envelopes.words import key_id
from heard.agencies.queries import has_to_confirm_with, links_of
from heard.agencies.rules import needs_factor
from heard.home.typed import asked_to_confirm

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from heard.agencies.models import User

_KEYS: Final = (
    Authenticator.Type.WEBAUTHN,
    Authenticator.Type.TOTP,
)  # recovery codes are for the day these are lost
_SEALED: Final = ("secret", "seed", "migrated_codes")  # of what allauth keeps in that column
SEEDS: Final = "mfa_authenticator.data"  # what apps and codes derive from
SHOWN_ELSEWHERE: Final = "shown_elsewhere"  # in the session: when the organisation last asked who it is
ELSEWHERE: Final = "elsewhere"  # what the organisation asked for that signed them in
_ENROLMENT: Final = (
    "mfa_add_webauthn",
    "mfa_activate_totp",
    "mfa_generate_recovery_codes",
    "account_reauthenticate",
)


class ConfirmFirst:
    """After the gate: leads whoever needs a second factor and has shown none to where they add one, and asks once more
    before a view that is marked `fresh`. Whoever has just shown who they are goes on in a session with a new key."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not request.user.is_authenticated:
            return self.get_response(request)
        held, shown = request.session.session_key, deepcopy(get_authentication_records(request, request.user))
        response = self.get_response(request)
        if held and _has_shown_more(request, held, shown):
            _renew(request, held)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if not hasattr(view, "gate"):
            return _sign_in_again(
                request
            )  # signing in, enrolment and what anybody may read guard themselves else
        if lacks_factor(request):
            return redirect("mfa_index")
        if view.fresh and settings.FACTOR != "off" and not is_fresh(request):
            return _confirm(request)
        return None


def _has_shown_more(request: HttpRequest, held: str, shown: list[dict[str, Any]]) -> bool:
    """Whether somebody who was signed in showed in this request that it is them. Signing in gives a new key by itself."""
    if not request.user.is_authenticated or request.session.session_key != held:
        return False
    return any(record not in shown for record in get_authentication_records(request, request.user))


@transaction.atomic
def _renew(request: HttpRequest, held: str) -> None:
    """Whoever copied the key of before is signed out. The list of where somebody is signed in knows the new one."""
    request.session.cycle_key()
    UserSession.objects.filter(session_key=held).update(session_key=request.session.session_key)


def lacks_factor(request: HttpRequest) -> bool:
    """Whether this user needs a second factor, and has not shown one since they signed in."""
    user: Any = request.user
    if not user.is_authenticated or not needs_factor(set(user.roles), which=settings.FACTOR):
        return False
    shown = get_authentication_records(request, user)
    return not any(one.get("method") == "mfa" and _counts(one) for one in shown)


def _counts(shown: dict[str, Any]) -> bool:
    """A passkey or app of theirs, or what their organisation asked for, while it is trusted in this."""
    if shown.get("type") == ELSEWHERE:
        provider = settings.SIGN_ON.get(str(shown.get("provider")))
        return bool(provider and provider.second_factor)
    return shown.get("type") in _KEYS


def is_fresh(request: HttpRequest) -> bool:
    """Whether they signed in, or showed again that it is them, in the last minutes; whoever has a passkey or app, with a second
    factor. What their organisation showed counts from when it did: it signs in again without asking whoever finds their machine
    unlocked."""
    shown = get_authentication_records(request, request.user)
    if has_key(request.user):
        shown = [one for one in shown if one.get("method") == "mfa" and (_counts(one) or _is_code(one))]
    last = max((_shown_at(request, one) for one in shown), default=0.0)
    return time.time() - last < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def has_key(user: Any) -> bool:
    """Whether they have a passkey or an authenticator app: then their password alone shows nothing."""
    return Authenticator.objects.filter(user=user.pk, type__in=_KEYS).exists()


def _is_code(shown: dict[str, Any]) -> bool:
    return shown.get("type") == Authenticator.Type.RECOVERY_CODES


def _shown_at(request: HttpRequest, shown: dict[str, Any]) -> float:
    """In seconds of the epoch."""
    at = float(shown["at"])
    by_organisation = shown.get("method") == "socialaccount" or shown.get("type") == ELSEWHERE
    return min(at, float(request.session.get(SHOWN_ELSEWHERE) or 0)) if by_organisation else at


def factor(request: HttpRequest) -> dict[str, Any]:
    """A context processor: whether the page has to say that something is lacking."""
    return {
        "lacks_factor": hasattr(request, "user") and hasattr(request, "session") and lacks_factor(request),
        "codes_left": _codes_left,
    }


def _codes_left(codes: RecoveryCodes) -> int:
    """How many recovery codes are not used. It needs no key, so that whoever has a passkey looks after it also where keys are lost."""
    used: int = codes.instance.data["used_mask"].bit_count()
    return app_settings.RECOVERY_CODE_COUNT - used


def _confirm(request: HttpRequest) -> HttpResponseBase:
    """Never allauth's own exception: on a POST it would call the view later, past the gate."""
    if request.method == "POST":
        return asked_to_confirm(request)
    if not has_to_confirm_with(cast("User", request.user)):
        return _again(request)
    return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': request.get_full_path()})}")


def _sign_in_again(request: HttpRequest) -> HttpResponseBase | None:
    """Whoever has nothing here with which to confirm, since their organisation signs them in, adds it straight after signing
    in: allauth would take them for confirmed at any time."""
    view = request.resolver_match.view_name if request.resolver_match else ""
    if view not in _ENROLMENT or not request.user.is_authenticated or is_fresh(request):
        return None
    return None if has_to_confirm_with(request.user) else _again(request)


def _again(request: HttpRequest) -> HttpResponseBase:
    names = {link.provider for link in links_of(request.user, request.user)}  # type: ignore[arg-type]
    words = {
        "by": [provider for provider in settings.SIGN_ON.values() if provider.id in names],
        "next": request.path,
    }
    return render(request, "home/sign_in_again.html", words, status=403)


class Adapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy(
            "This code is not right, or it was used already. Wait for the next one."
        ),
    }

    def encrypt(self, text: str) -> str:
        """With a key of HEARD_KEYS; where the site has none, with one derived from its secret key."""
        return kept.sealed_words(text, SEEDS) or _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        found = kept.opened_words(encrypted_text, SEEDS)
        return found if found is not None else _cipher().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)s") % {"number": count + 1}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """What a passkey is made for: the site's own name, whatever a request says that it is."""
        return {"id": urlsplit(settings.ADDRESS).hostname or "", "name": "Heard"}

    def _get_user_identifier(self, user: User) -> str:
        return user.username

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Ours tells: see `connect`."""


def _cipher() -> MultiFernet:
    """With the key of this site, and the one before it where there is one."""
    return MultiFernet([_fernet(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _fernet(key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"heard second factor").derive(key.encode())
    return Fernet(urlsafe_b64encode(derived))


def seeds_by_key() -> Counter[str]:
    """How many seeds of apps and codes are encrypted with which key of HEARD_KEYS, by its id; '' for the secret key of the site."""
    found: Counter[str] = Counter()
    for row in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).only("data"):
        found.update(key_id(text) for text in _sealed_in(row.data))
    return found


def encrypt_seeds() -> tuple[int, dict[str, str]]:
    """Encrypts with the first key of HEARD_KEYS what is not. How many rows it changed; and those that it could not, by a name that says
    nothing, with why."""
    changed, left, keys = 0, {}, kept.ring()
    if keys is None:
        return 0, {}
    rows = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        try:
            changed += _encrypt_anew(pk, keys.first.id)
        except kept.KeyMissing as error:
            left[f"second factor {pk}"] = str(error)
        except (kept.Changed, InvalidToken):
            left[f"second factor {pk}"] = "the secret key of the site is another one, or it was changed"
    return changed, left


@transaction.atomic
def _encrypt_anew(pk: int, first: str) -> bool:
    row = Authenticator.objects.select_for_update().filter(pk=pk).first()
    if row is None or all(key_id(text) == first for text in _sealed_in(row.data)):
        return False
    row.data = row.data | {name: _anew(row.data[name]) for name in _SEALED if name in row.data}
    row.save(update_fields=["data"])
    return True


def _anew(value: Any) -> Any:
    this = Adapter()
    return [_anew(one) for one in value] if isinstance(value, list) else this.encrypt(this.decrypt(value))


def _sealed_in(data: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for name in _SEALED:
        value = data.get(name, [])
        found += value if isinstance(value, list) else [value]
    return found


# ---- what allauth says has happened


def connect() -> None:
    signals.authenticator_added.connect(_added, dispatch_uid="factor added")
    signals.authenticator_reset.connect(_reset, dispatch_uid="factor reset")
    signals.authenticator_removed.connect(_removed, dispatch_uid="factor removed")
    signals.authenticator_used.connect(_used, dispatch_uid="factor used")
    signals.authentication_failed.connect(_failed, dispatch_uid="factor failed")
    password_changed.connect(_password_changed, dispatch_uid="password changed")


def _added(request: HttpRequest, user: User, authenticator: Authenticator, **_signal: Any) -> None:
    """Whoever adds a passkey or app has just shown it."""
    if authenticator.type in _KEYS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
        note_factor(by=user, verb="add", kind=authenticator.type)


def _reset(user: User, authenticator: Authenticator, **_signal: Any) -> None:
    note_factor(by=user, verb="add", kind=authenticator.type)


def _removed(request: HttpRequest, user: User, authenticator: Authenticator, **_signal: Any) -> None:
    """Whoever removes the last one begins again: what they showed with it no longer counts."""
    if not Authenticator.objects.filter(user=user, type__in=_KEYS).exists():
        clear_authentication_records(request)
    note_factor(by=user, verb="remove", kind=authenticator.type)


def _failed(user: User, reauthentication: bool, **_signal: Any) -> None:
    if not reauthentication:
        note_wrong_code(user)


def _password_changed(user: User, **_signal: Any) -> None:
    note_password(by=user)


def _used(user: User, authenticator: Authenticator, reauthenticated: bool, **_signal: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES and not reauthenticated:
        note_factor(by=user, verb="use", kind=authenticator.type)
