"""What is asked of a tie and of how it is known. Shape and wording only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import CheckboxesField, DateField, Form, RadiosField, SelectField, TextField
from heard.network.rules import (
    BACK,
    OTHER,
    Basis,
    Found,
    HandleType,
    Handling,
    How,
    KnownGrade,
    NodeKind,
    Reach,
    SourceGrade,
    kinds_between,
    normal_handle,
)

NEW: Final = "new"

_WHO: Final = {
    "person": _("Who is it?"),
    "place": _("Which place is it?"),
    "group": _("Which group is it?"),
    "handle": _("What is the number, plate, name or address?"),
}
_NAMED: Final = {
    "person": _("the person you name"),
    "place": _("the place you name"),
    "group": _("the group you name"),
    "handle": _("what you enter"),
}
_HINTS: Final = {
    "person": _("First name and family name, or what they are called. Spelling need not be right."),
    "place": _("What people call it, such as Harbour Street arcade. A postcode helps."),
    "group": _("What people call it. Never a name that blames a child."),
    "handle": _("As it was written or seen. Part of a plate with ? for what was not seen, such as AB1? CDE."),
}
_NEW: Final = {
    "person": (
        _("None of these: an adult who is not in Heard yet"),
        _("For a child who is not in Heard yet, tell a worry about them first."),
    ),
    "place": (_("None of these: a place that is not in Heard yet"), ""),
    "group": (_("None of these: a group that is not in Heard yet"), ""),
}
_HOW: Final = (
    (How.SAID_BY_CHILD, _("The child said so")),
    (How.SAID, _("Somebody else said so")),
    (How.SEEN, _("It was seen")),
    (How.RECORD, _("It stands in a record")),
    (How.WORK, _("From our work with them")),
)
_SOURCE: Final = (
    (SourceGrade.RELIABLE, _("They have been right before")),
    (SourceGrade.UNTESTED, _("We cannot tell yet")),
    (SourceGrade.DOUBTED, _("There is reason to doubt it")),
)
_KNOWN: Final = (
    (KnownGrade.DIRECT, _("Saw or heard it themselves")),
    (KnownGrade.BORNE_OUT, _("Was told it, and something else bears it out")),
    (KnownGrade.INDIRECT, _("Was told it")),
    (KnownGrade.NOT_KNOWN, _("Does not say")),
    (KnownGrade.THOUGHT_UNTRUE, _("It is thought to be untrue")),
)
BASIS: Final = (
    (Basis.TOLD, _("Somebody told it")),
    (Basis.ARRESTED, _("Arrested")),
    (Basis.CHARGED, _("Charged")),
    (Basis.CONVICTED, _("Convicted")),
    (Basis.ENDED, _("Ended without charge")),
)
TYPES: Final = (
    (HandleType.PHONE, _("Phone number")),
    (HandleType.VEHICLE, _("Vehicle: its number plate")),
    (HandleType.ACCOUNT, _("Account or user name")),
    (HandleType.EMAIL, _("Email address")),
    (HandleType.DEVICE, _("Device: its IMEI number")),
    (HandleType.WEB, _("Web address")),
)
KNOWS: Final = (
    "how", "who", "words", "valid_from", "valid_to", "source_grade", "known_grade", "reach", "who_reach", "handling", "conditions",
)  # fmt: skip


MORE: Final = ("valid_from", "valid_to", "source_grade", "known_grade", "reach", "who_reach", "handling")


class KnowsForm(Form):
    """How somebody knows of a tie."""

    folds = MappingProxyType(
        {
            _(
                "Since when, how sure it is, and who may read it: whoever may see both, unless you say otherwise"
            ): MORE
        }
    )

    how = RadiosField(
        _("How is this known?"),
        choices=_HOW,
        reveals={How.SAID: "who"},
        missing=_("Say how this is known"),
    )
    who = TextField(
        _("Who says so?"),
        hint=_("Name or role. It is not passed on outside."),
        max_length=120,
        required=False,
    )
    words = TextField(
        _("What was said or seen, and where?"),
        hint=_("A tie without a source is a rumour."),
        missing=_("Say what was said or seen"),
        max_length=300,
    )
    valid_from = DateField(_("Since when?"), called=_("The date since when"), past=True, required=False)
    valid_to = DateField(
        _("Until when?"),
        hint=_("Only where it has ended. It is kept all the same."),
        called=_("The date until when"),
        past=True,
        required=False,
    )
    source_grade = RadiosField(
        _("What do we know of who says it?"),
        hint=_("Leave it where you cannot say, and always for what a child said."),
        choices=_SOURCE,
        required=False,
    )
    known_grade = RadiosField(
        _("How do they know?"),
        hint=_("Leave it where you cannot say, and always for what a child said."),
        choices=_KNOWN,
        required=False,
    )
    reach = RadiosField(
        _("Who may read how this is known?"),
        choices=(
            (Reach.ENDS, _("Whoever may see both")),
            (Reach.HOLDER, _("My agency only"), _("Without another source, only your agency sees the tie.")),
        ),
        initial=Reach.ENDS,
        missing=_("Say who may read this"),
    )
    who_reach = RadiosField(
        _("Who may read who says so?"),
        choices=(
            (Reach.ENDS, _("Whoever may read how this is known")),
            (
                Reach.HOLDER,
                _("Only we"),
                _("For somebody in danger if it were known. Write the words so that they do not tell who."),
            ),
        ),
        initial=Reach.ENDS,
        missing=_("Say who may read who says so"),
    )
    handling = RadiosField(
        _("May it go on to others outside?"),
        choices=(
            (Handling.LAWFUL, _("Where the law allows it")),
            (Handling.CONDITIONS, _("Only as we say")),
        ),
        reveals={Handling.CONDITIONS: "conditions"},
        required=False,
    )
    conditions = TextField(_("On which conditions?"), max_length=200, required=False)

    @property
    def knows(self) -> dict[str, Any]:
        """For `actions.Knows`."""
        asked = [name for name in KNOWS if name in self.cleaned_data and not name.startswith("valid_")]
        said = {name: self.cleaned_data[name] or "" for name in asked}
        dates = {name: self.cleaned_data[name] for name in ("valid_from", "valid_to")}
        return said | dates | {"basis": self.cleaned_data.get("basis") or ""}


class SourceForm(KnowsForm):
    """A further source of a tie. `harm`: the tie says that somebody harms."""

    basis = SelectField(
        _("On what does it rest that they are said to harm?"),
        choices=BASIS,
        missing=_("Say on what it rests"),
    )

    def __init__(self, *args: Any, harm: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not harm:
            del self.fields["basis"]


def as_a_sentence(field: Any, one: Any, other: Any) -> None:
    """The question what ties two begins with whom it is read from."""
    ends = {"one": one, "other": other}
    field.label, field.help_text = (
        _("%(one)s …") % ends,
        _("Read it as one sentence: %(one)s … %(other)s.") % ends,
    )


def ask_own_words(form: Form, typed: Mapping[str, Any]) -> None:
    """Where nothing of the vocabulary fits."""
    if typed.get("kind") == OTHER and not typed.get("in_words"):
        form.add_error("in_words", _("Say in your own words what ties them"))


class SaysForm(Form):
    """What ties two, of the kinds `start` and `end`: of the vocabulary, or in words alone. `without`: kinds that are not offered."""

    kind = SelectField(_("What ties them?"), missing=_("Say what ties them"))
    in_words = TextField(
        _("In your own words"),
        hint=_("Where nothing in the list fits, or to say more, such as sister."),
        max_length=60,
        required=False,
    )

    def __init__(
        self, *args: Any, start: str, end: str, without: Collection[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(value, label) for value, label, _help in kinds_between(start, end) if value not in without]
        self.fields["kind"].choices = [*kinds, (OTHER, _("Something else, in my own words"))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        ask_own_words(self, typed)
        return typed

    @property
    def tie(self) -> dict[str, Any]:
        """What the tie is, for `actions.note_tie`."""
        kind = self.cleaned_data["kind"]
        return {
            "kind": kind.removeprefix(BACK),
            "back": kind.startswith(BACK),
            "in_words": self.cleaned_data["in_words"] or "",
        }


class TieForm(SaysForm, KnowsForm):
    """`this`: whom or what the tie is read from. `start`, `end`: the kinds of the two ends. `find`: what may be meant by a text, as (key,
    name, why)."""

    text = TextField(max_length=160, spellcheck=False, autocomplete="off")
    choice = RadiosField(_("Is it one of these?"), missing=_("Choose one, or “None of these”"))
    new_kind = TextField(
        _("What kind is it?"),
        hint=_("For example shop, park, hotel, school; or friends, family, people who drive"),
        max_length=60,
        required=False,
    )
    type = RadiosField(_("What is it?"), choices=TYPES, missing=_("Say what it is"))
    service = TextField(_("Where is the account?"), hint=_("Such as Snapchat"), max_length=40, required=False)
    basis = SelectField(
        _("On what does it rest that they are said to harm?"),
        hint=_("Only for “is said to harm”."),
        choices=(("", _("This is another tie")), *BASIS),
        required=False,
    )
    field_order = ["type", "text", "choice", "new_kind", "service", "kind", "in_words", "basis"]

    def __init__(
        self,
        *args: Any,
        this: Any,
        start: str,
        end: str,
        find: Callable[[str], Iterable[tuple[str, str, str]]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, start=start, end=end, **kwargs)
        self.end = end
        self.fields["text"].label, self.fields["text"].help_text = _WHO[end], _HINTS[end]
        text = str(self["text"].value() or "").replace("\x00", "").strip()
        self.looked = bool(text) or end == NodeKind.HANDLE
        as_a_sentence(self.fields["kind"], this, _NAMED[end])
        self._without_what_is_not_asked(start, end)
        if "choice" in self.fields:
            new, hint = _NEW[end]
            self.fields["choice"].choices = [*(find(text) if text else ()), (NEW, new, hint)]  # type: ignore[attr-defined]

    def _without_what_is_not_asked(self, start: str, end: str) -> None:
        gone = ["type", "service"] if end != NodeKind.HANDLE else ["choice", "new_kind"]
        if start != NodeKind.PERSON or end != NodeKind.PERSON:
            gone.append("basis")
        if end == NodeKind.PERSON:
            gone.append("new_kind")
        for name in gone:
            del self.fields[name]
        if "new_kind" in self.fields:
            self.fields["choice"].reveals = {NEW: "new_kind"}  # type: ignore[attr-defined]
            self.fields["new_kind"].required = True
        if "type" in self.fields:
            self.fields["type"].reveals = {HandleType.ACCOUNT: "service"}  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        not_one = no_handle(typed.get("type"), typed.get("text"))
        if not_one:
            self.add_error("text", not_one)
        if not self.looked:  # nothing but the name was asked
            for name in self.errors.keys() - {"text"}:
                del self.errors[name]
        return typed


def no_handle(type_: str | None, text: str | None) -> Any:
    """What is to be entered instead, where a text is not one of what it is said to be."""
    return _NOT_ONE[HandleType(type_)] if type_ and text and normal_handle(type_, text) is None else None


_NOT_ONE: Final = {
    HandleType.PHONE: _("Enter a phone number with its area or country code, like 07700 900123"),
    HandleType.VEHICLE: _("Enter a number plate, like AB12 CDE, with ? for what was not seen"),
    HandleType.ACCOUNT: _("Enter the user name, like @name, without spaces"),
    HandleType.EMAIL: _("Enter an email address, like name@example.org"),
    HandleType.DEVICE: _(
        "Enter the 15 digits of the IMEI number. Its last digit does not fit, or some are missing"
    ),
    HandleType.WEB: _("Enter a web address, like www.example.org"),
}


class KindForm(Form):
    """Gives a kind to a tie that has words alone. `one`, `other`: who or what is at its ends."""

    kind = SelectField(_("What ties them?"), missing=_("Choose what ties them"))

    def __init__(self, *args: Any, start: str, end: str, one: Any, other: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        as_a_sentence(self.fields["kind"], one, other)
        self.fields["kind"].choices = [(value, label) for value, label, _help in kinds_between(start, end)]  # type: ignore[attr-defined]


class WithdrawForm(Form):
    why = TextField(
        _("Why is it withdrawn?"),
        hint=_("Whoever relied on it reads this. It stays with your name, and counts for nothing."),
        missing=_("Say why it is withdrawn"),
        max_length=200,
    )


class KeepForm(Form):
    """`found`: phones, cars and accounts that stand in what somebody wrote, to tick those that are kept apart from it."""

    keep = CheckboxesField(
        _("Keep these, so that they can be compared?"),
        hint=_("Tick what belongs to this record. Nothing is kept apart from the words unless you tick it."),
        required=False,
        says_optional=False,
        size="s",
    )

    def __init__(self, *args: Any, found: Iterable[Found], hint: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = tuple(found)
        if hint:
            self.fields["keep"].help_text = hint
        self.fields["keep"].choices = [(one.tick, _called(one)) for one in self.found]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> list[Found]:
        """Those that are ticked; whatever else was sent is passed over."""
        ticked = set(self["keep"].answer)
        return [one for one in self.found if one.tick in ticked]


def _called(one: Found) -> str:
    text = _("%(what)s %(written)s") % {"what": _WHAT[one.type], "written": one.as_written}
    return f"{text} ({one.service})" if one.service else text


_WHAT: Final = {
    HandleType.PHONE: _("phone number"),
    HandleType.VEHICLE: _("number plate"),
    HandleType.ACCOUNT: _("account"),
    HandleType.EMAIL: _("email address"),
    HandleType.DEVICE: _("device"),
    HandleType.WEB: _("web address"),
}


class LookAgainForm(Form):
    why = TextField(
        _("Why does it stay as it is?"),
        hint=_("What you looked at, and whom you asked. It comes back in 12 months."),
        missing=_("Say why it stays as it is, and what you looked at"),
        max_length=300,
    )


class OnForm(Form):
    """As it was known at the end of which day."""

    on = DateField(
        _("As we knew it at the end of which day?"),
        hint=_("Leave it for what is known now."),
        called=_("The day"),
        past=True,
        required=False,
    )
