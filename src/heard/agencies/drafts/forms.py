"""Forms that lose nothing.

`kept_form` makes a form whose typing is kept on the server for its writer alone: while they type, when they send it,
also where what they sent is wrong, and when their session has ended. They go on with it on any device. Where somebody
else changed the record meanwhile, nothing is written over: the form shows both and the user chooses.

    form = kept_form(request, OutcomeForm, kind="plan.outcome", subject_id=row.pk, initial={"text": row.text})
    if form.is_valid():
        with sending(request, form):
            actions.change_outcome(…)
            return redirect(…)

The page draws it with `ui.kept_form(form, csrf_input)`.

How it is done: each page that is drawn is a sheet of its own (`rules.Sheet`), signed into the page. So no two pages or
devices ever write over each other's typing, and nobody can make up what was on the page.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError
from django.forms import FileField as DjangoFileField
from django.http import HttpRequest, QueryDict
from django.utils.crypto import salted_hmac

from heard.agencies.drafts import actions, queries
from heard.agencies.drafts.rules import SENT, BeingSent, Sheet
from heard.agencies.reading import cannot_write
from heard.agencies.rules import Refused
from heard.govuk.forms import CHOOSE, Drawn, Elsewhere, Form, PasswordField, as_sent

if TYPE_CHECKING:
    from heard.agencies.models import Draft, User

_log = logging.getLogger(__name__)

TOKEN: Final = "kept"  # noqa: S105 - the name in a form of its sheet
_OURS = "kept-"  # before every other name that is ours
TITLE, TURN, RESUME = "kept-title", "kept-turn", "typed"
MOST_LETTERS: Final = 80  # of a kind: what the table holds
_SALT = "heard.kept"


@dataclass
class KeptSoFar:
    """What a page shows of how its form is kept. `typed_at`: when the user typed what it holds and did not send."""

    sheet: Sheet
    typed_at: datetime | None = None
    draft_id: uuid.UUID | None = None
    others: list[tuple[str, datetime]] = field(default_factory=list)
    changed: bool = False
    not_kept: str = ""

    def go_on_from(self, draft: Draft) -> None:
        """This page takes over what is kept there."""
        self.draft_id = draft.pk
        self.sheet = replace(self.sheet, follows=draft.pk, follows_as_of=draft.updated_at)

    @property
    def token(self) -> str:
        return signing.dumps(_to_json(self.sheet), salt=_SALT, compress=True)

    @property
    def page(self) -> str:
        return self.sheet.page


def kept_form[F: Form](
    request: HttpRequest,
    form_class: type[F],
    *,
    kind: str,
    subject_id: uuid.UUID | None = None,
    initial: Mapping[str, Any] | None = None,
    suggested: Mapping[str, Any] | None = None,
    changed_by: str | Callable[[], str] = "",
    **form_kwargs: Any,
) -> F:
    """The form, bound where it was sent, else with what this user typed earlier laid over what the record says.

    `kind` names the form and `subject_id` what it is about: a new thing is about what it will belong to.
    `initial` is what the record says now; a change of it while the form was open makes the form invalid, once, and is
    shown with `changed_by` (who and when, or a function that says so). `suggested` is what a field begins with that is
    in no record, such as today's date: it is never compared.
    """
    begin = dict(suggested or {}) | dict(initial or {})
    was_sent, sheet = _what_was_sent(request, kind)
    if was_sent:
        data = request.POST.copy()
        form = form_class(data=data, files=request.FILES, initial=begin, **form_kwargs)
        record = _record(form, initial or {})
        form.kept = KeptSoFar(_next_sheet(request, form, kind, subject_id))
        _take_what_was_sent(request, form, sheet, record, changed_by)
        request.sent_form = form  # type: ignore[attr-defined]  # the gate notes where it is drawn again
        return form
    form = form_class(initial=begin, **form_kwargs)
    record = _record(form, initial or {})
    form.kept = KeptSoFar(_next_sheet(request, form, kind, subject_id))
    _go_on(request, form, record, changed_by)
    return form


class sending:
    """What is done with a form that is right. Where the rules refuse it (`Refused`, or Django's `ValidationError` of a value
    that does not fit), their sentence becomes an error of the field that they ask for, else of `errors_on`, else of the form, what
    was typed stays, and the view goes on after the block, to draw the page again."""

    def __init__(self, request: HttpRequest, form: Form, *, errors_on: str | None = None) -> None:
        self._request, self._form, self._errors_on = request, form, errors_on

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, refused: BaseException | None, traceback: object) -> bool:
        if isinstance(refused, Refused):
            self._form.refused(str(refused), refused.field or self._errors_on)
            return True
        if isinstance(refused, ValidationError):
            self._form.add_error(None, refused.messages)
            return True
        if refused is None:
            sent(self._request, self._form)
        return False


def sent(request: HttpRequest, form: Form) -> None:
    """What was typed has become what it was for; `sending` says so by itself."""
    if form.kept and form.kept.draft_id:
        try:
            actions.forget_typed(by=_user(request), sheet_id=form.kept.draft_id)
        except DatabaseError as error:  # what was sent is saved, so nobody may be told that it is not
            if not cannot_write(error):
                raise
            _log.error("What was typed stays among the unfinished forms.", exc_info=True)


def keep(request: HttpRequest, *, by: User, sheet: Sheet) -> Draft:
    """Keeps what this request holds of a form. Raises `Refused` where it is too much."""
    title = request.POST.get(TITLE, "").replace("\x00", "").strip()[:200] or sheet.title
    turn = request.POST.get(TURN, "")
    count = int(turn) if turn.isascii() and turn.isdigit() and len(turn) < len(str(SENT)) else SENT
    return actions.keep_typed(
        by=by, sheet=replace(sheet, title=title), typed=_typed(request, sheet), turn=count
    )


def is_ours(name: str) -> bool:
    """Whether a form has this by `ui.kept_form`, not by its fields."""
    return name == TOKEN or name.startswith(_OURS)


def sheet_of(request: HttpRequest, *, max_age: int | None = None) -> Sheet | None:
    """The sheet that this form was sent from; None where there is none, or it is not one of ours."""
    try:
        told = signing.loads(request.POST.get(TOKEN, ""), salt=_SALT, max_age=max_age)
        return _from_json(told)
    except signing.BadSignature:
        return None


# ---- a form that was sent


def _what_was_sent(request: HttpRequest, kind: str) -> tuple[bool, Sheet | None]:
    """Whether this form was sent (a page may hold others), and from which sheet. A form that was opened by somebody
    else, who has left this browser since, is refused: nobody sends another's words under their own name."""
    if request.method != "POST":
        return False, None
    sheet = sheet_of(request)
    if sheet and sheet.user_id != _user(request).pk:
        raise PermissionDenied
    return sheet is None or sheet.kind == kind, sheet


def _take_what_was_sent(
    request: HttpRequest, form: Form, sheet: Sheet | None, record: dict[str, Any], changed_by: Any
) -> None:
    """Keeps it before anything else, then compares it with the record."""
    here, being_sent = sheet or _without_token(request, form), ""
    try:
        draft = keep(request, by=_user(request), sheet=here)
    except BeingSent as twice:
        form.kept.go_on_from(cast("Draft", twice.draft))
        being_sent = str(twice) if sheet else ""
    except Refused as refused:
        form.kept.not_kept = str(refused)
    else:
        form.kept.go_on_from(draft)
    if TOKEN in request.POST:
        _compare_sent(form, sheet.seen if sheet else {}, record, changed_by)
    if being_sent:
        form.refused(being_sent)


def _without_token(request: HttpRequest, form: Form) -> Sheet:
    """A form that was sent by something else than our page goes on from what is kept already."""
    base = form.kept.sheet
    drafts = queries.typed_in(_user(request), kind=base.kind, subject_id=base.subject_id)
    return replace(base, id=drafts[0].pk if drafts else base.id)


def _compare_sent(form: Form, seen: Mapping[str, str], record: dict[str, Any], changed_by: Any) -> None:
    data: Any = form.data
    elsewhere = {}
    for name, now in record.items():
        was = seen.get(name)
        if was == _digest(now):
            if data.get(CHOOSE + form.add_prefix(name)) == "record":
                _put(form, name, now)
            continue
        mine = form[name].answer
        if _plain(mine) == _plain(now) or form.beneath_another(name):
            continue
        taken = was == _digest(mine)
        if taken:
            _put(form, name, now)
        elsewhere[name] = _elsewhere(form, name, now, changed_by, taken=taken)
    form.elsewhere = elsewhere


def _put(form: Form, name: str, answer: Any) -> None:
    """The field holds this answer, as if it had been sent."""
    data: Any = form.data
    for key, texts in as_sent(form.add_prefix(name), form.fields[name], answer):
        data.setlist(key, texts)


# ---- a form that is opened


def _go_on(request: HttpRequest, form: Form, record: dict[str, Any], changed_by: Any) -> None:
    """Lays the latest of what was typed, or what was asked for, over what the record says."""
    sheet, asked = form.kept.sheet, request.GET.get(RESUME, "")
    drafts = queries.typed_in(_user(request), kind=sheet.kind, subject_id=sheet.subject_id, asked=asked)
    differing = [(draft, typed) for draft in drafts if (typed := _typed_by_hand(form, draft, record))]
    if not differing:
        return
    (draft, typed), *others = differing
    seen = draft.answers.get("seen", {})
    changed = [name for name in typed if name in record and seen.get(name) != _digest(record[name])]
    form.initial.update(typed)
    form.elsewhere = {name: _elsewhere(form, name, record[name], changed_by, taken=False) for name in changed}
    form.kept.go_on_from(draft)
    form.kept.typed_at, form.kept.changed = draft.updated_at, bool(changed)
    form.kept.others = [(resume_at(other), other.updated_at) for other, _typed in others]


def differs(form: Form, draft: Draft, initial: Mapping[str, Any]) -> bool:
    """Whether this draft of the form, which is not drawn, has something typed that the record does not say; `initial` as for
    `kept_form`. What is in a field that the form has no longer is not asked for."""
    return bool(_typed_by_hand(form, draft, _record(form, initial)))


def _typed_by_hand(form: Form, draft: Draft, record: dict[str, Any]) -> dict[str, Any]:
    """The answers of a draft that are neither what the record says nor what stood there when the page was drawn."""
    data, seen = _as_data(draft.answers.get("typed", {})), draft.answers.get("seen", {})
    typed = {}
    for name, form_field in form.fields.items():
        key, widget = form.add_prefix(name), form_field.widget
        if _is_secret(form_field) or widget.value_omitted_from_data(data, {}, key):
            continue
        mine = _answer(form_field, widget.value_from_datadict(data, {}, key))
        now = _begun(form, name)
        untouched = name in record and seen.get(name) == _digest(mine)
        if not untouched and _plain(mine) != _plain(now):
            typed[name] = mine
    return typed


def _as_data(typed: Mapping[str, list[str]]) -> QueryDict:
    data = QueryDict(mutable=True)
    for key, texts in typed.items():
        data.setlist(key, texts)
    return data


def resume_at(draft: Draft) -> str:
    """The address at which a draft is gone on with."""
    return f"{draft.page}{'&' if '?' in draft.page else '?'}{RESUME}={draft.pk}"


# ---- the sheet


def _next_sheet(request: HttpRequest, form: Form, kind: str, subject_id: Any) -> Sheet:
    if len(kind) > MOST_LETTERS:
        raise ValueError(f"The kind of a form has {MOST_LETTERS} letters at most")
    labels = [str(form_field.label) for form_field in form.fields.values() if form_field.label]
    return Sheet(
        id=uuid.uuid4(),
        user_id=_user(request).pk,
        kind=kind,
        subject_id=subject_id,
        page=_page(request),
        title=labels[0][:200] if labels else "",
        seen={name: _digest(_begun(form, name)) for name, one in form.fields.items() if not _is_secret(one)},
        never=tuple(form.add_prefix(name) for name, one in form.fields.items() if _is_secret(one)),
    )


def _page(request: HttpRequest) -> str:
    """The address without the draft that it was asked for with."""
    query = request.GET.copy()
    query.pop(RESUME, None)
    page = f"{request.path}?{query.urlencode()}" if query else request.path
    return page if len(page) <= 300 else request.path


def _typed(request: HttpRequest, sheet: Sheet) -> dict[str, list[str]]:
    left_out = {"csrfmiddlewaretoken", *sheet.never}
    names = [name for name in request.POST if name not in left_out and not is_ours(name)]
    return {name: [str(text) for text in request.POST.getlist(name)] for name in names}


def _to_json(sheet: Sheet) -> dict[str, Any]:
    return {
        name: value if isinstance(value, dict | int | tuple) else _text(value)
        for name, value in asdict(sheet).items()
    }


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _from_json(told: dict[str, Any]) -> Sheet:
    of = {name: uuid.UUID(told[name]) if told[name] else None for name in ("subject_id", "follows")}
    as_of = datetime.fromisoformat(told["follows_as_of"]) if told["follows_as_of"] else None
    made = {"id": uuid.UUID(told["id"]), "never": tuple(told["never"]), "follows_as_of": as_of}
    return Sheet(**told | of | made)


# ---- what the record says


def _record(form: Form, initial: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that stand in the record, by field: those that the view gave, and those that the form itself put
    into fields which it made for this record."""
    declared = type(form).base_fields
    said = {}
    for name, form_field in form.fields.items():
        begun = declared[name].initial if name in declared else None
        own = form_field.initial is not None and form_field.initial != begun
        if (name in initial or own) and not _is_secret(form_field) and not form_field.widget.is_hidden:
            said[name] = _begun(form, name)
    return said


def _begun(form: Form, name: str) -> Any:
    """The answer with which a field begins: of the record, suggested, or empty."""
    form_field = form.fields[name]
    return _answer(form_field, form.get_initial_for_field(form_field, name))


def _answer(form_field: Any, value: Any) -> Any:
    return form_field.answer(value) if isinstance(form_field, Drawn) else _text(value)


def _elsewhere(form: Form, name: str, now: Any, changed_by: Any, *, taken: bool) -> Elsewhere:
    form_field: Any = form.fields[name]
    says = form_field.shown(now) if isinstance(form_field, Drawn) else str(now)
    return Elsewhere(says, changed_by() if callable(changed_by) else changed_by, taken)


def _plain(answer: Any) -> Any:
    """An answer without what differs by way of sending: line ends, spaces around, the order of boxes."""
    if isinstance(answer, str):
        return "\n".join(answer.splitlines()).strip()
    if isinstance(answer, dict):
        return {key: _plain(value).lstrip("0") for key, value in answer.items()}
    return sorted(_plain(value) for value in answer) if isinstance(answer, list) else answer


def _digest(answer: Any) -> str:
    text = json.dumps(_plain(answer), sort_keys=True, default=str)
    return salted_hmac(_SALT, text, algorithm="sha256").hexdigest()[:20]


def _is_secret(form_field: Any) -> bool:
    """What is never kept: passwords, and files, which are chosen again."""
    kind = getattr(form_field.widget, "input_type", "")
    return isinstance(form_field, PasswordField | DjangoFileField) or kind == "password"


def _user(request: HttpRequest) -> User:
    user: Any = request.user
    return user
