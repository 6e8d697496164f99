"""SCIM 2.0 (RFC 7643, RFC 7644), users alone: the directory of an organisation says who works there.

It adds people without role or way in, changes their name and address, and switches them off. It never switches anybody on,
gives no role, and sees nobody but those whom it looks after. What it shows is the secret of its organisation; no cookie counts.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError as Amiss
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError
from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    Context,
    Email,
    Error,
    ETag,
    Filter,
    ListResponse,
    Meta,
    Name,
    Patch,
    PatchOp,
    ResourceType,
    SCIMException,
    ScimPolicy,
    ServiceProviderConfig,
    Sort,
    User,
)

from heard.agencies import actions, provisioning
from heard.agencies.rules import Refused

if TYPE_CHECKING:
    from heard.agencies.models import Provisioned
    from heard.agencies.providers import Provider

_AT_MOST: Final = 100  # people in one answer
# What a directory says beside what is kept here is left aside, as the standard wants it.
_LENIENT: Final = ScimPolicy(unknown=ScimPolicy.Unknown.ignore)
_ASKED: Final = {
    "username": "user_name",
    "externalid": "external_id",
    "id": "pk",
}  # what people are looked for by


class _No(Exception):
    def __init__(self, status: int, detail: str, scim_type: str | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.scim_type = status, detail, scim_type


def _for_directories(*methods: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Asks for the secret, and says in the standard's form what is wrong."""

    def mark(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @login_not_required
        @require_http_methods(methods)
        @wraps(view)
        def answer(request: HttpRequest, *keys: Any, **more: Any) -> HttpResponse:
            kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
            provider = provisioning.whose(secret.strip()) if kind.lower() == "bearer" else None
            try:
                if provider is None:
                    raise _No(HTTPStatus.UNAUTHORIZED, "The secret is not right.")
                return view(request, provider, *keys, **more)
            except _No as no:
                return _error(no.status, no.detail, no.scim_type)
            except Refused as refused:
                return _error(HTTPStatus.FORBIDDEN, str(refused))
            except Amiss as amiss:
                return _error(HTTPStatus.BAD_REQUEST, " ".join(amiss.messages), "invalidValue")
            except (
                ValidationError,
                SCIMException,
                json.JSONDecodeError,
                UnicodeDecodeError,
                ValueError,
                RecursionError,
            ):
                return _error(HTTPStatus.BAD_REQUEST, "This cannot be read as SCIM 2.0.", "invalidSyntax")

        return answer

    return mark


@_for_directories("GET", "POST")
def users(request: HttpRequest, provider: Provider) -> HttpResponse:
    if request.method == "POST":
        return _say(
            _as_user(_add(provider, _read(request, Context.RESOURCE_CREATION_REQUEST))), HTTPStatus.CREATED
        )
    rows = provisioning.looked_after_by(provider)
    if asked := request.GET.get("filter"):
        rows = rows.filter(**_asked_for(asked))
    start = max(1, _number(request, "startIndex", 1))
    count = min(_AT_MOST, max(0, _number(request, "count", _AT_MOST)))
    page = [_as_user(row) for row in rows[start - 1 : start - 1 + count]]
    listed = ListResponse[User](
        total_results=rows.count(), start_index=start, items_per_page=len(page), resources=page
    )
    return _say(listed, context=Context.RESOURCE_QUERY_RESPONSE)


@_for_directories("GET", "PUT", "PATCH", "DELETE")
def user(request: HttpRequest, provider: Provider, key: str) -> HttpResponse:
    row = provisioning.one_of(provider, key)
    if row is None:
        raise _No(HTTPStatus.NOT_FOUND, "There is nobody of this id.")
    if request.method == "DELETE":
        actions.switch_off_provisioned(by=None, provisioned=row)
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    if request.method == "PUT":
        _change(row, _read(request, Context.RESOURCE_REPLACEMENT_REQUEST))
    elif request.method == "PATCH":
        asked = PatchOp[User].model_validate(
            _body(request), scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=_LENIENT
        )
        now = _as_user(row)
        asked.patch(now, scim_policy=_LENIENT)
        _change(row, now)
    again = provisioning.one_of(provider, key)
    assert again is not None
    return _say(_as_user(again))


@_for_directories("GET")
def config(request: HttpRequest, provider: Provider) -> HttpResponse:
    """What this server of SCIM can and cannot."""
    bearer = AuthenticationScheme(
        type=AuthenticationScheme.Type.oauthbearertoken,
        name="Bearer",
        description="A secret of the organisation",
    )
    return _say(
        ServiceProviderConfig(
            patch=Patch(supported=True),
            bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
            filter=Filter(supported=True, max_results=_AT_MOST),
            change_password=ChangePassword(supported=False),
            sort=Sort(supported=False),
            etag=ETag(supported=False),
            authentication_schemes=[bearer],
        )
    )


@_for_directories("GET")
def kinds(request: HttpRequest, provider: Provider) -> HttpResponse:
    """Users, and nothing else."""
    kind = ResourceType.from_resource(User)
    return _say(
        ListResponse[ResourceType](total_results=1, start_index=1, items_per_page=1, resources=[kind]),
        context=Context.RESOURCE_QUERY_RESPONSE,
    )


# ---- what is read


def _body(request: HttpRequest) -> Any:
    return json.loads(request.body)


def _read(request: HttpRequest, context: Context) -> User:
    read: User = User.model_validate(_body(request), scim_ctx=context, scim_policy=_LENIENT)
    return read


def _number(request: HttpRequest, name: str, usual: int) -> int:
    said = request.GET.get(name, "")
    return int(said) if said.isdigit() and len(said) < 9 else usual


def _asked_for(said: str) -> dict[str, Any]:
    """People are looked for by one of three things, and by nothing else."""
    words = said.split(maxsplit=2)
    field = _ASKED.get(words[0].lower()) if len(words) == 3 and words[1].lower() == "eq" else None
    if field is None:
        raise _No(
            HTTPStatus.BAD_REQUEST,
            "userName, externalId or id eq a value, and nothing else.",
            "invalidFilter",
        )
    value = json.loads(words[2])
    if not isinstance(value, str):
        raise _No(HTTPStatus.BAD_REQUEST, "A value stands in quotation marks.", "invalidFilter")
    if field == "pk":
        return {"pk": value} if _is_key(value) else {"pk": None}
    return {f"{field}__iexact" if field == "user_name" else field: value}


def _is_key(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False


def _add(provider: Provider, said: User) -> Provisioned:
    given, family = _names(said)
    try:
        made = actions.provision(
            by=None,
            provider=provider,
            user_name=said.user_name or "",
            external_id=said.external_id or "",
            first_name=given,
            last_name=family,
            email=_address(said),
        )
    except Refused as refused:
        raise _No(HTTPStatus.CONFLICT, str(refused), "uniqueness") from refused
    if said.active is False:
        actions.switch_off_provisioned(by=None, provisioned=made)
    found = provisioning.one_of(provider, str(made.pk))
    assert found is not None
    return found


def _change(row: Provisioned, said: User) -> None:
    given, family = _names(said)
    actions.change_provisioned(
        by=None, provisioned=row, first_name=given, last_name=family, email=_address(said)
    )
    if said.active is False:
        actions.switch_off_provisioned(by=None, provisioned=row)


def _names(said: User) -> tuple[str, str]:
    name = said.name or Name()
    return (name.given_name or "").strip(), (name.family_name or "").strip()


def _address(said: User) -> str:
    """The one that is marked as the first, else the one at work, else any."""
    listed = [email for email in said.emails or [] if email.value]
    listed.sort(key=lambda one: (not one.primary, one.type != "work"))
    return str(listed[0].value) if listed else ""


# ---- what is said


def _as_user(row: Provisioned) -> User:
    person = row.user
    where = settings.ADDRESS + reverse("scim_user", args=[str(row.pk)])
    return User(
        id=str(row.pk),
        external_id=row.external_id or None,
        user_name=row.user_name,
        name=Name(given_name=person.first_name or None, family_name=person.last_name or None),
        emails=[Email(value=person.email, type=Email.Type.work, primary=True)] if person.email else None,
        active=person.is_active,
        meta=Meta(resource_type="User", created=row.made_at, location=where),
    )


def _say(what: Any, status: int = HTTPStatus.OK, *, context: Context | None = None) -> HttpResponse:
    said = what.model_dump(scim_ctx=context or Context.RESOURCE_QUERY_RESPONSE)
    answer = HttpResponse(json.dumps(said), status=status, content_type="application/scim+json")
    if status == HTTPStatus.CREATED:
        answer["Location"] = said["meta"]["location"]
    return answer


def _error(status: int, detail: str, scim_type: str | None = None) -> HttpResponse:
    said = Error(status=int(status), detail=detail, scim_type=scim_type).model_dump()
    answer = HttpResponse(json.dumps(said), status=status, content_type="application/scim+json")
    if status == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = "Bearer"
    return answer
