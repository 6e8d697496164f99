"""allauth's forms of the second factor, with our fields."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ReauthenticateForm as AllauthPasswordAgainForm
from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm as AllauthGenerateRecoveryCodesForm
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTPForm
from allauth.mfa.totp.forms import DeactivateTOTPForm as AllauthDeactivateTOTPForm
from allauth.mfa.webauthn.forms import EditWebAuthnForm as AllauthEditWebAuthnForm
from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import Form, PasswordField, TextField


def _code(hint: Any) -> TextField:
    return TextField(
        _("Code"), hint=hint, autocomplete="one-time-code", inputmode="numeric", spellcheck=False, width=10, max_length=20
    )  # fmt: skip


class AuthenticateForm(Form, AllauthAuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code(
            _("Six numbers from your authenticator app, or one of your recovery codes.")
        )


class ReauthenticateForm(Form, AllauthReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code(
            _("Six numbers from your authenticator app, or one of your recovery codes.")
        )


class ActivateTOTPForm(Form, AllauthActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code(_("The six numbers that the app shows now."))


class DeactivateTOTPForm(Form, AllauthDeactivateTOTPForm):
    """A button, and what stands in its way."""


class GenerateRecoveryCodesForm(Form, AllauthGenerateRecoveryCodesForm):
    """A button, and what stands in its way."""


class PasswordAgainForm(Form, AllauthPasswordAgainForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = PasswordField(_("Password"), width=20)


class EditWebAuthnForm(Form, AllauthEditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = TextField(
            _("Name of this passkey"), hint=_("Such as the machine or telephone that it is on."), width=20, max_length=100
        )  # fmt: skip
