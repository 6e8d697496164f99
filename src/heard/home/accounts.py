"""Signing in: what Heard asks of allauth, in Heard's look and words."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import LoginForm
from allauth.core.internal.httpkit import get_client_ip
from allauth.core.internal.ratelimit import truncate_ip
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from heard.agencies.browsers import remember, tell_of_sign_in
from heard.agencies.rules import name_as_counted
from heard.govuk.forms import Form, PasswordField, TextField
from heard.home.factors import has_key, is_fresh
from heard.home.session import has_ended, note_use
from heard.home.sign_on import first_elsewhere
from heard.home.typed import signed_out_meanwhile


class Adapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("The username or the password is not right. Try again."),
        "incorrect_password": _("The password is not right. Try again."),
        "too_many_login_attempts": _(
            "There were too many wrong codes. Wait a quarter of an hour, then try again."
        ),
        "rate_limited": _("There were too many wrong codes. Wait a quarter of an hour, then try again."),
        "enter_current_password": _("This is not your current password. Try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs themselves up: an administrator adds people."""
        return False

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Whoever has a passkey or an app confirms with that, a passkey first, and never with a password alone: whoever took a
        session may know it."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if not user.is_authenticated or not has_key(user):
            return methods
        return sorted(
            (method for method in methods if method["id"] != "reauthenticate"),
            key=lambda row: not row["id"].endswith("webauthn"),
        )

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Axes counts wrong passwords, for a name from one address; allauth would count them for the name alone, and lock
        out its owner wherever they sit."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Somebody who is switched off is told nothing else than whoever types a wrong password."""
        user = super().authenticate(request, **credentials)
        return user if user and user.is_active else None

    def pre_login(self, request: HttpRequest, user: Any, **about: Any) -> HttpResponse | None:
        """By a password or passkey of Heard: where an organisation signs them in, it has to have said lately that it is them. Where it is
        not as usual, the owner of the account is told."""
        tell_of_sign_in(request, user)
        answer: HttpResponse | None = super().pre_login(request, user, **about)
        came_by_it = "sociallogin" in (about.get("signal_kwargs") or {})
        return answer or (None if came_by_it else first_elsewhere(request, user))

    def post_login(self, request: HttpRequest, user: Any, **about: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **about)
        remember(request, response, user)
        return response

    def get_login_stages(self) -> list[str]:
        """Ours stands in for allauth's own second step: an organisation may have asked for it already."""
        ours = {"allauth.mfa.stages.AuthenticateStage": "heard.home.sign_on.ConfirmStage"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sessions that have run out go with it: they hold what was searched for."""
        super().login(request, user)
        request.session.clear_expired()

    def add_message(
        self, request: HttpRequest, level: int, *args: Any, message: str | None = None, **kwargs: Any
    ) -> None:
        """The page after signing in or out says enough, unless something is wrong that stands in no form."""
        if level == messages.ERROR and message:
            messages.error(request, message)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Signing in a moment ago is as good as showing again that it is them."""
        return not is_fresh(self.request)


def name_that_is_counted(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    typed = (credentials or {}).get("username") or request.POST.get("login", "")
    return name_as_counted(str(typed))


def address_that_is_counted(request: HttpRequest) -> str | None:
    """Whoever has one IPv6 address has the whole network that it is of, so they count as one."""
    address = get_client_ip(request)
    return truncate_ip(address) if address else None


def leaves_nothing_behind(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Whoever has signed out with it leaves nothing in the browser: it is told to forget pages that it keeps and whatever a
    script has stored. The session itself is ended here, whether or not the browser does."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        was_in = request.user.is_authenticated
        response = view(request, *args, **kwargs)
        if was_in and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return answer


class SignInForm(Form, LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = TextField(
            _("Username"), autocomplete="username", spellcheck=False, width=20, max_length=150
        )
        self.fields["password"] = PasswordField(_("Password"), width=20)


class ChangePasswordForm(Form, AllauthChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = " ".join(password_validators_help_texts())
        self.fields["oldpassword"] = PasswordField(_("Current password"), width=20)
        self.fields["password1"] = PasswordField(
            _("New password"), hint=hint, autocomplete="new-password", width=20
        )
        self.fields["password2"] = PasswordField(
            _("New password again"), autocomplete="new-password", width=20
        )

    def clean_password1(self) -> str:
        """The field is ours, so allauth's own no longer asks the validators of the settings."""
        return get_adapter().clean_password(self.cleaned_data["password1"], user=self.user)


class SignInFirst(LoginRequiredMiddleware):
    """Sends whoever is not signed in to do so. A form sent after the session ended gets its words back, not a bare
    redirect that drops them."""

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if request.user.is_authenticated:
            if has_ended(request):
                logout(request)
            else:
                note_use(request, view_func)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:  # type: ignore[override]
        if request.method == "POST":
            return signed_out_meanwhile(request)
        return super().handle_no_permission(request, view_func)
