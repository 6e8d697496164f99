"""What Heard keeps of recovery codes and passkeys, otherwise than allauth: of a code its hash once it was shown, and with the public key of a
passkey a seal, without which it lets nobody in (ASVS 6.5.2 and 6.7.1)."""

from __future__ import annotations

import json
import logging
import secrets
import time
from types import SimpleNamespace
from typing import Any, Final

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import auth as of_codes
from allauth.mfa.webauthn.internal import auth as of_passkeys
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

_ROUNDS: Final = 600_000  # of PBKDF2 with SHA-256, for each of ten codes: as many as OWASP asks for at least
_HASHES, _SALT, _SEED, _SEEN = "hashes", "salt", "seed", "viewed_at"
_SEAL: Final = "seal"

_log = logging.getLogger(__name__)


class Codes(of_codes.RecoveryCodes):
    """Ten codes, which derive from a seed until they are shown. Then their hashes stay, and nothing that gives them again."""

    instance: Authenticator

    def __init__(self, instance: Authenticator) -> None:
        super().__init__(instance)
        self._shown: list[str] | None = None

    def generate_codes(self) -> list[str]:
        """Once they were shown and forgotten, as many empty ones: allauth counts them."""
        if self._shown is None and _HASHES in self.instance.data:
            return [""] * app_settings.RECOVERY_CODE_COUNT
        codes: list[str] = self._shown or super().generate_codes()
        return codes

    def mark_as_viewed(self) -> None:
        if not self.did_view:
            self._shown = self._keep_hashes()

    @transaction.atomic
    def validate_code(self, code: str) -> bool:
        self.instance = Authenticator.objects.select_for_update().get(pk=self.instance.pk)
        if self.did_view and _HASHES not in self.instance.data:  # made before there were hashes
            self._keep_hashes()
        hashes = self.instance.data.get(_HASHES)
        if hashes is None:
            return bool(super().validate_code(code))
        tried = _hashed(normalize_user_code(code), self.instance.data[_SALT])
        for place, kept in enumerate(hashes):
            if not self._is_code_used(place) and constant_time_compare(tried, kept):
                self._mark_code_used(place)
                return True
        return False

    def _keep_hashes(self) -> list[str]:
        """The codes, which nobody can say from now on."""
        codes, salt = self.generate_codes(), secrets.token_hex(16)
        data = {name: value for name, value in self.instance.data.items() if name != _SEED}
        kept = {_HASHES: [_hashed(one, salt) for one in codes], _SALT: salt}
        self.instance.data = {_SEEN: time.time()} | data | kept
        self.instance.save(update_fields=["data"])
        return codes


def _hashed(code: str, salt: str) -> str:
    """As passwords are. One salt for the ten of somebody, so that a try costs one hash."""
    hasher = get_hasher()
    if isinstance(hasher, PBKDF2PasswordHasher):
        return str(hasher.encode(code, salt, _ROUNDS))
    return str(hasher.encode(code, salt))


class Passkey(of_passkeys.WebAuthn):
    """A public key that counts as long as it is the one that was added here, for whom it was added."""

    @classmethod
    def add(cls, user: Any, name: str, credential: dict[str, Any]) -> Passkey:
        made: Passkey = super().add(user, name, credential)
        seal(made.instance)
        return made

    @property
    def authenticator_data(self) -> Any:
        if not is_sealed(self.instance):
            _log.error(
                "The passkey %s was not added by Heard, or was changed. It lets nobody in.", self.instance.pk
            )
            return SimpleNamespace(credential_data=_NoKey())
        return super().authenticator_data


class _NoKey:
    """Is false, so that allauth leaves it out, and is nobody's."""

    credential_id = b""

    def __bool__(self) -> bool:
        return False


def seal(row: Authenticator) -> None:
    """With the secret key of the site, which is not in the database."""
    row.data = row.data | {_SEAL: _seal_of(row, settings.SECRET_KEY)}
    row.save(update_fields=["data"])


def is_sealed(row: Authenticator, *, anew: bool = False) -> bool:
    """`anew`: with the key of now, and not with the one before."""
    keys = [settings.SECRET_KEY, *([] if anew else settings.SECRET_KEY_FALLBACKS)]
    said = str(row.data.get(_SEAL, ""))
    return any(constant_time_compare(said, _seal_of(row, key)) for key in keys)


def _seal_of(row: Authenticator, key: str) -> str:
    what = json.dumps([row.user_id, row.data.get("credential")], sort_keys=True)
    return salted_hmac("heard passkey", what, secret=key, algorithm="sha256").hexdigest()


def connect() -> None:
    """allauth looks for both in these modules each time that it opens a row."""
    of_codes.RecoveryCodes = Codes
    of_passkeys.WebAuthn = Passkey
