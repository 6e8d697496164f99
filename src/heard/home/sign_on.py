"""Single sign-on: what Heard asks of allauth, and what it believes of what an organisation says, by OpenID Connect (SAML: `saml.py`).

allauth speaks the protocol. Nobody is added by signing in elsewhere, nobody is found by a mail address, and of all that an
organisation says of somebody three things are kept: its number of them, how they confirmed, and when.
"""

from __future__ import annotations

import time
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, cast

import jwt
import requests
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from heard.agencies import actions, queries, rules
from heard.agencies.providers import OPENID, SAML, Provider
from heard.agencies.rules import May, Refused
from heard.home.factors import ELSEWHERE, SHOWN_ELSEWHERE, is_fresh, lacks_factor
from heard.home.saml import MOST_GROUPS, MOST_WORDS, SamlOrganisation

if TYPE_CHECKING:
    from allauth.socialaccount.models import SocialLogin

    from heard.agencies.models import User

_SIGNED_BY: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_KEPT: Final = 600  # seconds for which what a server says of itself is kept
_CLOCKS_DIFFER: Final = 30  # seconds between a server's clock and ours


class _Asking(OAuth2Client):
    """What is sent out holds a number that the ID token has to bring back: one that was made for another sign-in opens nothing."""

    def get_redirect_url(self, authorization_url: str, scope: list[str], extra_params: dict[str, str]) -> str:
        asked: str = super().get_redirect_url(
            authorization_url, scope, extra_params | {"nonce": _nonce(self.state)}
        )
        return asked


def _nonce(state: str) -> str:
    """Made from the state, which is of one sign-in and is kept in its session."""
    return salted_hmac("heard sign-on nonce", state, algorithm="sha256").hexdigest()


class Server(OpenIDConnectOAuth2Adapter):
    """What a server says of itself is fetched once in ten minutes, so that a stranger who presses its button often asks
    nothing of it, and a server that is slow holds up fewer."""

    client_class = _Asking

    @property
    def openid_config(self) -> dict[str, Any]:
        server = settings.SIGN_ON[self.provider_id].server
        key = f"sign-on-{sha256(server.encode()).hexdigest()}"
        said: dict[str, Any] | None = cache.get(key)
        if said is None:
            said = super().openid_config
            _refuse_what_can_be_changed(server, said)
            if not names_itself(server, said):
                raise OAuth2Error("the server names another issuer than the address in HEARD_SIGN_ON")
            cache.set(key, said, _KEPT)
        return said

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """With its signature, by a key that the server publishes, though it came straight from the server: what stands between may
        not be the server. allauth leaves the signature aside then."""
        if jwt.get_unverified_header(id_token).get("alg") not in _SIGNED_BY:
            raise OAuth2Error("the ID token is not signed with a key of the server's own")
        said = self.openid_config
        alg, key = jwtkit.fetch_key(id_token, said["jwks_uri"], jwtkit.lookup_kid_jwk)
        claims: dict[str, Any] = jwt.decode(
            id_token,
            key,
            algorithms=[alg],
            audience=app.client_id,
            issuer=said["issuer"],
            leeway=_CLOCKS_DIFFER,
            options={
                "enforce_minimum_key_length": True,  # RSA of 2,048 bits
                "require": ["exp", "iat", "iss", "aud"],
                "verify_iat": False,
            },  # a clock that is ahead signs for later
        )
        if not constant_time_compare(str(claims.get("nonce", "")), _nonce(self.request.GET["state"])):
            raise OAuth2Error("the ID token was made for another sign-in")
        jwtkit.verify_jti(claims)
        return claims


def names_itself(server: str, said: dict[str, Any]) -> bool:
    """Whether the issuer that a server names is the one that the settings trust: else it could sign for another (OpenID Connect
    Discovery 1.0, section 4.3), letter by letter, also a slash at the end."""
    return said.get("issuer") == server


def _refuse_what_can_be_changed(server: str, said: dict[str, Any]) -> None:
    """A server with https that names another address of its own without."""
    named = ("issuer", "jwks_uri", "token_endpoint", "authorization_endpoint")
    if server.startswith("https:") and not all(str(said[name]).startswith("https:") for name in named):
        raise OAuth2Error("the server names an address of its own without https")


class Organisation(OpenIDConnectProvider):
    """One server, and what is believed of what it says. `claims` are those of the ID token of this sign-in, kept nowhere."""

    oauth2_adapter_class = Server
    claims: dict[str, Any]

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """What a request adds to what is asked of the server is left out, but that it asks them again who they are."""
        asked = super().get_redirect_from_request_kwargs(request)
        again = {"prompt": "login", "max_age": "0"} if request.POST.get("again") else {}
        return asked | {"scope": self.get_scope(), "auth_params": again}

    def extract_uid(self, data: dict[str, Any]) -> str:
        claims = data.get("id_token") or {}
        number = claims.get(self.app.settings["uid_field"])
        if not isinstance(number, str) or not 0 < len(number) <= 191:
            raise OAuth2Error("the ID token does not say who this is")
        return number

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        self.claims = data["id_token"]
        said = self.claims.get("amr")
        amr = [one for one in said if isinstance(one, str)][:MOST_WORDS] if isinstance(said, list) else []
        at = self.claims.get("auth_time")
        when = at if isinstance(at, int | float) and not isinstance(at, bool) else None
        return {"sub": str(self.claims.get("sub", "")), "amr": amr, "auth_time": when}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        return []

    def groups(self, claim: str) -> list[str] | None:
        """Which groups it says that they are in; None where it does not say, such as where they are too many to be listed."""
        said = self.claims.get(claim)
        if not isinstance(said, list) or len(said) > MOST_GROUPS:
            return None
        return [str(one) for one in said]


class Adapter(DefaultSocialAccountAdapter):
    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """From the settings alone: no row of the database adds a server."""
        return [
            _app(one)
            for one in settings.SIGN_ON.values()
            if provider in (None, one.protocol, one.id) and client_id in (None, one.client or one.id)
        ]

    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> SocialApp:
        """Two servers may know Heard by the same name: then allauth, which brings back by it somebody who is half signed
        in, gets either. Nothing more is asked of a server then."""
        found = self.list_apps(request, provider=provider, client_id=client_id)
        if not found:
            raise SocialApp.DoesNotExist
        return found[0]

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> OpenIDConnectProvider | SamlOrganisation:
        app = self.get_app(request, provider, client_id)
        return (SamlOrganisation if app.provider == SAML else Organisation)(request, app=app)

    def get_requests_session(self) -> requests.Session:
        """It goes where the settings say, and nowhere that an answer would send it."""
        session: requests.Session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def authenticate_by_email(self, sociallogin: SocialLogin) -> None:
        """Never: whoever looks after a directory would open anybody's account."""
        return

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Ours tells."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Somebody comes back, and their organisation has said who they are."""
        provider = settings.SIGN_ON[sociallogin.account.provider]
        process = sociallogin.state.get("process")
        if process == AuthProcess.CONNECT:
            raise ImmediateHttpResponse(_link(request, sociallogin, provider))
        if process != AuthProcess.LOGIN:
            raise PermissionDenied
        if not sociallogin.is_existing:
            raise ImmediateHttpResponse(_unknown(request, sociallogin, provider))
        if refusal := _why_not_enter(sociallogin, provider):
            raise ImmediateHttpResponse(_turned_away(request, provider, refusal))


def _app(provider: Provider) -> SocialApp:
    if provider.signer:
        return SocialApp(provider=SAML, provider_id=provider.id, name=provider.name, client_id=provider.id)
    return SocialApp(
        provider=OPENID,
        provider_id=provider.id,
        name=provider.name,
        client_id=provider.client,
        secret=provider.secret,
        settings={
            "server_url": provider.server.rstrip("/"),  # allauth adds where it says more of itself
            "fetch_userinfo": False,
            "uid_field": provider.person,
            "scope": ["openid", *provider.scopes],
        },
    )


def _why_not_enter(sociallogin: SocialLogin, provider: Provider) -> str | None:
    user = cast("User", sociallogin.user)
    of_the_agency, of_another = queries.belongs(user, user, provider)
    if user.is_active and not of_another:
        groups = sociallogin.provider.groups(provider.groups)
        actions.follow_groups(by=None, user=user, provider=provider, groups=groups)
        of_the_agency, of_another = queries.belongs(user, user, provider)
    return rules.why_not_enter(is_active=user.is_active, of_the_agency=of_the_agency, of_another=of_another)


def _link(request: HttpRequest, sociallogin: SocialLogin, provider: Provider) -> HttpResponse:
    """Only for whoever is signed in with all that it takes, and has just shown it."""
    user: Any = request.user
    if not user.is_authenticated or not user.may(May.SIGNED_IN):
        return redirect("account_login")
    if settings.FACTOR != "off" and (lacks_factor(request) or not is_fresh(request)):
        messages.warning(request, _("That took more than five minutes. Begin again."))
        return redirect("connections")
    try:
        actions.link(by=user, user=user, provider=provider, number=sociallogin.account.uid)
    except Refused as refused:
        messages.warning(request, _(str(refused)))
    else:
        messages.success(request, _("From now on you can sign in with %(name)s.") % {"name": provider.name})
    return redirect("connections")


def _unknown(request: HttpRequest, sociallogin: SocialLogin, provider: Provider) -> HttpResponse:
    words = {"name": provider.name, "number": sociallogin.account.uid}
    return render(request, "account/signup_closed.html", words, status=403)


def _turned_away(request: HttpRequest, provider: Provider, refusal: str) -> HttpResponse:
    words = {"name": provider.name, "refusal": _(refusal)}
    return render(request, "socialaccount/turned_away.html", words, status=403)


class ConfirmStage(AuthenticateStage):
    """The second step of signing in. It steps aside where the organisation is trusted to have asked for it, and says that it
    has, just now."""

    def _should_handle(self, request: HttpRequest) -> bool:
        account = self._came_by()
        if account is not None:
            request.session[SHOWN_ELSEWHERE] = account.extra_data.get("auth_time")
        if account is not None and self._confirmed(account):
            record_authentication(request, self.login.user, "mfa", type=ELSEWHERE, provider=account.provider)
            return False
        asked: bool = super()._should_handle(request)
        return asked

    def _came_by(self) -> Any:
        sociallogin = (self.login.signal_kwargs or {}).get("sociallogin")
        return sociallogin.account if sociallogin else None

    def _confirmed(self, account: Any) -> bool:
        provider = settings.SIGN_ON.get(account.provider)
        if provider is None:
            return False
        return rules.second_factor_counts(
            accepted=provider.second_factor,
            amr=account.extra_data.get("amr") or [],
            auth_time=account.extra_data.get("auth_time"),
            now=time.time(),
            longest=settings.SESSION_COOKIE_AGE,
        )


def first_elsewhere(request: HttpRequest, user: User) -> HttpResponse | None:
    """A page for somebody whose organisation signs them in, who comes in by what they have in Heard, and of whom the
    organisation has said for too long not who they are: whoever it has switched off is kept out here by that. Else None."""
    since = timezone.now() - timedelta(days=settings.SIGN_ON_DAYS)
    stale = queries.stale_links(user, settings.SIGN_ON, since)
    if not stale:
        return None
    words = {"by": [settings.SIGN_ON[text] for text in stale], "days": settings.SIGN_ON_DAYS}
    return render(request, "socialaccount/first_elsewhere.html", words, status=403)


def sign_on(request: HttpRequest) -> dict[str, Any]:
    """A context processor: the organisations with which people sign in, for the page on which they do."""
    return {"organisations": tuple(settings.SIGN_ON.values())}
