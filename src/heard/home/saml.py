"""Single sign-on by SAML 2.0: what is asked of an organisation, and what is believed of what it answers.

python3-saml checks signature, audience, times and addresses, strictly. Beyond that: the assertion itself is signed, is an answer to
a question that this browser was sent with, and is for Heard alone. Heard has no key: nothing is encrypted for it, and TLS hides it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from allauth.socialaccount.providers.base import Provider, ProviderAccount
from django.conf import settings
from django.http import HttpResponseRedirect
from django.urls import reverse
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Saml
from onelogin.saml2.errors import OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from heard.agencies.providers import SAML

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from heard.agencies.providers import Signer

MOST_WORDS: Final = 20  # with which an organisation says how somebody confirmed, each short
MOST_GROUPS: Final = 2_000  # of one person
LONGEST: Final = (
    512_000  # characters of an answer, which is some ten kilobytes, or a hundred with many groups
)
# Where Microsoft Entra ID says how they confirmed; its context of the authentication stays that of a password.
_METHODS: Final = "http://schemas.microsoft.com/claims/authnmethodsreferences"
_ASSERTION: Final = "/samlp:Response/saml:Assertion"
# All that a signature of SAML may ask to be done before it is compared (SAML 2.0 core, 5.4.3 and 5.4.4). xmlsec would do more: a
# stylesheet that whoever sends it wrote, and that never ends.
_ALONE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
_CANONICAL: Final = {_ALONE, f"{_ALONE}WithComments"}
_TRANSFORMS: Final = _CANONICAL | {f"{Saml.NS_DS}enveloped-signature"}
_PARTS: Final = ("Reference", "Transform", "CanonicalizationMethod")
_LEFT_OUT: Final = ("Object", "RetrievalMethod", "XPath")


class Answer:
    """What an organisation answers, as its browser brought it. `asked`: the question that it says it answers, which nobody has
    signed before `check`. Raises `OneLogin_Saml2_ValidationError` where it is no answer."""

    def __init__(self, provider_id: str, text: str) -> None:
        self._settings = OneLogin_Saml2_Settings(_config(provider_id))
        with _as_one_error():
            self._read = OneLogin_Saml2_Response(self._settings, text)
        self._provider_id = provider_id
        self.asked: str = self._read.get_in_response_to() or ""

    def check(self) -> None:
        """Raises `OneLogin_Saml2_ValidationError` unless the assertion is signed, in time, for Heard, and answers `asked`."""
        self._refuse_work()
        with _as_one_error():
            self._read.is_valid(_heard_at(self._provider_id), self.asked, raise_exceptions=True)
            self.at = self._instant()
        confirmed = self._of_assertion(
            "/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData/@InResponseTo"
        )
        if not self.asked or confirmed != [self.asked]:
            # The library believes an answer's own word for it, which only its assertion has signed.
            raise OneLogin_Saml2_ValidationError("The assertion does not say what it answers")
        if set(self._read.get_audiences()) != {self._settings.get_sp_data()["entityId"]}:
            raise OneLogin_Saml2_ValidationError("The assertion is not for Heard alone")

    def _refuse_work(self) -> None:
        """What a signature asks to be done is done before it is compared: nothing but what SAML needs."""
        for signature in self._read.document.iter(f"{{{Saml.NS_DS}}}Signature"):
            asked = {name: list(signature.iter(f"{{{Saml.NS_DS}}}{name}")) for name in (*_PARTS, *_LEFT_OUT)}
            transforms = [one.get("Algorithm") for one in asked["Transform"]]
            is_plain = (
                len(asked["Reference"]) == 1
                and len(transforms) <= 2
                and set(transforms) <= _TRANSFORMS
                and {one.get("Algorithm") for one in asked["CanonicalizationMethod"]} <= _CANONICAL
                and not any(asked[name] for name in _LEFT_OUT)
            )
            if not is_plain:
                raise OneLogin_Saml2_ValidationError("The signature asks for more than SAML allows")

    @property
    def is_called_off(self) -> bool:
        """Whether they did not sign in there, as the answer says, which nobody has signed: it decides on the page alone."""
        said = OneLogin_Saml2_XML.query(self._read.document, "//samlp:StatusCode")
        return any(str(one.get("Value")).endswith((":AuthnFailed", ":RequestDenied")) for one in said)

    def who(self, attribute: str) -> str:
        """By which number the organisation knows them: the one value of this attribute, else its persistent NameID."""
        if attribute:
            values = self.attributes.get(attribute, [])
        else:
            is_lasting = self._read.get_nameid_format() == Saml.NAMEID_PERSISTENT
            values = [self._read.get_nameid()] if is_lasting else []
        if len(values) != 1 or not isinstance(values[0], str) or not 0 < len(values[0]) <= 191:
            raise OneLogin_Saml2_ValidationError("The assertion does not say who this is")
        return values[0]

    @property
    def attributes(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = self._read.get_attributes()
        return found

    @property
    def methods(self) -> list[str]:
        said = [*self._read.get_authn_contexts(), *self.attributes.get(_METHODS, [])]
        return [one for one in said if isinstance(one, str)][:MOST_WORDS]

    def _instant(self) -> float | None:
        """When they showed who they are, in seconds since 1970."""
        said = self._of_assertion("/saml:AuthnStatement/@AuthnInstant")
        return OneLogin_Saml2_Utils.parse_SAML_to_time(said[0]) if said else None

    def _of_assertion(self, path: str) -> list[str]:
        """Of the one assertion that an answer has, which `check` asks."""
        return [str(one) for one in OneLogin_Saml2_XML.query(self._read.document, _ASSERTION + path)]


@contextmanager
def _as_one_error() -> Iterator[None]:
    """python3-saml raises what its parts raise, and a plain `Exception` for a time in another form."""
    try:
        yield
    except OneLogin_Saml2_ValidationError:
        raise
    except Exception as error:
        raise OneLogin_Saml2_ValidationError(str(error)) from error


def why(error: OneLogin_Saml2_ValidationError) -> str:
    """The library's name of what is wrong, such as WRONG_AUDIENCE, for the log: the sentence has what the sender wrote."""
    names = {
        code: name for name, code in vars(OneLogin_Saml2_ValidationError).items() if isinstance(code, int)
    }
    return names[error.code] if error.code in names and error.code else "NO_ANSWER_TO_HEARD"


class SamlOrganisation(Provider):
    """One organisation, for allauth. `answer`: what it said in this sign-in, kept nowhere."""

    id = SAML
    name = "SAML"
    supports_redirect = True
    account_class = ProviderAccount
    answer: Answer

    def __init__(self, request: HttpRequest, app: Any) -> None:
        super().__init__(request, app=app)
        self.name = app.name

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        asked: dict[str, Any] = super().get_redirect_from_request_kwargs(request)
        return asked | {"again": bool(request.POST.get("again"))}

    def redirect(
        self,
        request: HttpRequest,
        process: str,
        next_url: str | None = None,
        data: Any = None,
        *,
        again: bool = False,
        **more: Any,
    ) -> HttpResponse:
        """Out to it, with a question that only this browser can bring the answer to. `again`: they show there anew who they are."""
        asking = OneLogin_Saml2_Auth(_heard_at(self.sub_id), _config(self.sub_id))
        address = asking.login(return_to="", force_authn=again)
        self.stash_redirect_state(
            request, process, next_url, data, state_id=asking.get_last_request_id(), **more
        )
        return HttpResponseRedirect(address)

    def extract_uid(self, data: Answer) -> str:
        return data.who(settings.SIGN_ON[self.sub_id].person)

    def extract_extra_data(self, data: Answer) -> dict[str, Any]:
        self.answer = data
        return {"sub": self.extract_uid(data), "amr": data.methods, "auth_time": data.at}

    def groups(self, attribute: str) -> list[str] | None:
        """Which groups it says that they are in; None where it does not say."""
        said = self.answer.attributes.get(attribute)
        return None if said is None or len(said) > MOST_GROUPS else [str(one) for one in said]


def metadata(provider_id: str) -> bytes:
    """What an organisation is given to know Heard by: SAML metadata, as XML."""
    made = OneLogin_Saml2_Settings(_config(provider_id), sp_validation_only=True).get_sp_metadata()
    return made if isinstance(made, bytes) else str(made).encode()


def _config(provider_id: str) -> dict[str, Any]:
    provider = settings.SIGN_ON[provider_id]
    signer = cast("Signer", provider.signer)
    here = {
        name: settings.ADDRESS + reverse(f"saml_{name}", args=[provider_id])
        for name in ("metadata", "answer")
    }
    return {
        "strict": True,
        "sp": {
            "entityId": here["metadata"],
            "assertionConsumerService": {"url": here["answer"], "binding": Saml.BINDING_HTTP_POST},
            "NameIDFormat": Saml.NAMEID_UNSPECIFIED if provider.person else Saml.NAMEID_PERSISTENT,
        },
        "idp": {
            "entityId": signer.entity,
            "singleSignOnService": {"url": provider.server, "binding": Saml.BINDING_HTTP_REDIRECT},
            "x509certMulti": {"signing": list(signer.certificates)},
        },
        "security": {
            "wantAssertionsSigned": True,
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": False,
            "wantAttributeStatement": False,
            "wantNameId": False,
            "allowRepeatAttributeName": True,  # one for each role, as Keycloak says it
            "metadataValidUntil": "",  # what is given once stays so
            "metadataCacheDuration": "",
            "allowSingleLabelDomains": True,  # a provider within a county's own network
        },
    }  # fmt: skip


def _heard_at(provider_id: str) -> dict[str, Any]:
    """Where answers come in, as the settings say and no header of a request."""
    parts = urlsplit(settings.ADDRESS)
    return {
        "https": "on" if parts.scheme == "https" else "off",
        "http_host": parts.netloc,
        "script_name": "",
        "path_info": reverse("saml_answer", args=[provider_id]),
        "get_data": {},
        "post_data": {},
    }
