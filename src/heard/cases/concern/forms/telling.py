"""What each step of telling a worry asks. Shape and wording only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import Asks
from heard.cases.attachment.forms import TAKEN, abuse_field, taken_hint
from heard.cases.case.rules import WORDS_ASKS, age_on
from heard.cases.concern import rules
from heard.cases.concern.rules import DANGER_ASKS, OLDEST, SEEN_ASKS, STAFF_ASKS
from heard.govuk.dates import read_date
from heard.govuk.environment import day
from heard.govuk.forms import (
    CheckboxesField,
    DateField,
    FileField,
    Form,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
)
from heard.govuk.forms.bound import BoundField
from heard.knowledge.model import Item, Release, Sign, Vulnerability
from heard.network.forms.around import HomeField
from heard.network.rules import Description, Name, read_box

NEW: Final = "new"
NOBODY: Final = "none"
ANOTHER_DAY: Final = "day"
STATES: Final = [("seen", _("Seen")), ("not_seen", _("Not seen")), ("not_known", _("Not known"))]


class SearchForm(Form):
    """One box that forgives, and more where it is known."""

    name = TextField(
        _("Name of the child"),
        hint=_("First name and family name, or whatever you know. Spelling need not be right."),
        missing=_("Enter a name, or what the child is called"),
        max_length=160,
        spellcheck=False,
    )
    birth_date = DateField(
        _("Date of birth"),
        hint=_("For example, 27 3 2012"),
        called=_("Date of birth"),
        past=True,
        required=False,
    )
    postcode = TextField(_("Postcode"), max_length=10, width=10, spellcheck=False, required=False)

    def described(self) -> Description:
        """What was typed, read as a description. A date or postcode typed in the first box counts too."""
        read = read_box(self.cleaned_data["name"])
        return Description(
            read.names or (Name(),),
            self.cleaned_data["birth_date"] or read.birth_date,
            (self.cleaned_data["postcode"] or "".join(read.postcodes),),
        )


class SameChildForm(Form):
    """Is it one of these, or a child whom the teller does not see?"""

    choice = RadiosField(
        _("Is it one of these children?"), missing=_("Choose the child, or “None of these”"), size="m"
    )

    def __init__(self, *args: Any, choices: Iterable[tuple[str, str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        none = (
            NEW,
            _("None of these"),
            _("You write down who the child is next. Whoever decides finds out whether others know them."),
        )
        self.fields["choice"].choices = [*choices, none]  # type: ignore[attr-defined]


class NewChildForm(Form):
    """Whether the date of birth is right is asked where it makes them older than whom Heard is for, and then alone: a slip in the year
    is more likely, and nothing is refused that has to be told."""

    given_name = TextField(_("First name"), max_length=80, spellcheck=False, required=False)
    family_name = TextField(_("Family name"), max_length=80, spellcheck=False, required=False)
    known_as = TextField(
        _("Known as"), hint=_("A nickname or another name"), max_length=80, spellcheck=False, required=False
    )
    birth_date = DateField(
        _("Date of birth"),
        hint=_("For example, 27 3 2012"),
        called=_("Date of birth"),
        past=True,
        required=False,
    )
    is_right = CheckboxesField(
        "",
        choices=[
            (
                "yes",
                _("The date of birth is right"),
                _("An adult who is with a child is written down later, among the people around the child."),
            )
        ],
        required=False,
    )
    sex = RadiosField(
        _("Sex"),
        choices=[("F", _("Female")), ("M", _("Male")), ("U", _("Not known"))],
        initial="U",
        inline=True,
    )
    postcode = TextField(_("Postcode of home"), max_length=10, width=10, spellcheck=False, required=False)

    def __iter__(self) -> Iterator[BoundField]:
        return (field for field in super().__iter__() if field.name != "is_right" or self._years)

    @property
    def _years(self) -> int | None:
        """How old the date of birth makes them, where that is older than whom Heard is for."""
        born = read_date(**self["birth_date"].answer, called="")
        years = age_on(born, localdate()) if isinstance(born, date) else None
        return years if years and years > OLDEST else None

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if not answers.pop("is_right", None) and self._years:
            self.add_error(
                "birth_date",
                _("This date of birth makes them %(years)s. Check the year, or tick that it is right")
                % {"years": self._years},
            )
        if not answers.get("given_name") and not answers.get("family_name") and not self.errors:
            self.add_error("given_name", _("Enter a name. One is enough, or what the child is called"))
        return answers


class NameForm(Form):
    """A place or a group, as somebody calls it: it is looked for before it is written down."""

    name = TextField(
        _("What is it called?"),
        hint=_("A name, or what people call it. Spelling need not be right."),
        missing=_("Enter a name, or what people call it"),
        max_length=120,
        spellcheck=False,
    )
    postcode = TextField(
        _("Postcode"), hint=_("Where you know it"), max_length=10, width=10, spellcheck=False, required=False
    )

    def __init__(self, *args: Any, place: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not place:
            del self.fields["postcode"]


class SameForm(Form):
    """Is it one of these places or groups, or one that is not in Heard yet?"""

    choice = RadiosField(_("Is it one of these?"), missing=_("Choose one, or “None of these”"), size="m")

    def __init__(self, *args: Any, choices: Iterable[tuple[str, str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        none = (NEW, _("None of these"), _("It is not in Heard yet. You write down what it is next."))
        self.fields["choice"].choices = [*choices, none]  # type: ignore[attr-defined]


class NewPlaceForm(Form):
    name = TextField(
        _("Name"), missing=_("Enter a name, or what people call it"), max_length=120, spellcheck=False
    )
    kind = TextField(
        _("What kind of place is it?"),
        hint=_("For example: takeaway, park, hotel, station, flat, website"),
        missing=_("Say what kind of place it is"),
        max_length=60,
    )
    postcode = TextField(_("Postcode"), max_length=10, width=10, spellcheck=False, required=False)
    is_home = HomeField()


class NewGroupForm(Form):
    name = TextField(
        _("Name"), missing=_("Enter a name, or what people call it"), max_length=120, spellcheck=False
    )
    kind = TextField(
        _("What kind of group is it?"),
        hint=_("For example: friends, people who meet at a place, a chat, a gang"),
        missing=_("Say what kind of group it is"),
        max_length=60,
    )


class StaffForm(Form):
    """What every worry is asked before anybody hears of it. `people`: users of Heard whom it may be about, by key."""

    asks = STAFF_ASKS

    staff = RadiosField(
        _("Is the worry about somebody who works with children, paid or not?"),
        hint=_("For example a teacher, a carer, a coach, a volunteer, a social worker or an officer."),
        choices=[("yes", _("Yes")), ("no", _("No, or I do not know"))],
        reveals={"yes": ("who", "user")},
        missing=_("Say whether it is about somebody who works with children"),
        size="m",
    )
    who = TextField(
        _("Who is it?"),
        hint=_("Name, and what they do"),
        max_length=300,
        spellcheck=False,
    )
    user = SelectField(
        _("Do they use Heard?"),
        hint=_(
            "Then they are kept out of the child’s record from the moment that you send this, and are not told."
        ),
        missing=_("Say whether they use Heard"),
    )

    def __init__(self, *args: Any, people: Mapping[str, tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        none = (NOBODY, _("None of these, or I do not know"))
        self.fields["user"].choices = [("", _("Choose one")), none] + [  # type: ignore[attr-defined]
            (key, called) for key, (_user, called) in people.items()
        ]

    @property
    def chosen(self) -> Any:
        """The user whom it is about, or None."""
        found = self.people.get(self.cleaned_data.get("user") or "")
        return found[0] if found else None


class SceneForm(StaffForm):
    """Of a place or a group."""

    field_order = ("when_seen", "who_comes")

    when_seen = TextField(
        _("When was it seen?"),
        hint=_("Days and times. For example: Friday evenings since February, after ten."),
        missing=_("Say when it was seen. “Not known” is an answer"),
        max_length=300,
    )
    who_comes = TextareaField(
        _("Who comes there, or belongs to it?"),
        hint=_(
            "Children and adults, by name where you know it. How they looked and what they drove, where you do not."
        ),
        rows=4,
        max_length=5000,
        required=False,
    )


class FilesForm(Form):
    """Files that go with the worry. None is needed."""

    upload = FileField(
        _("Choose a file"), attributes={"accept": TAKEN}, allow_empty_file=True, required=False
    )
    what = TextField(_("What is it?"), max_length=200, required=False)
    may_show_abuse = abuse_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["upload"].help_text = taken_hint()


class SeenForm(Form):
    """The first page: danger first, then what happened."""

    asks = Asks(**DANGER_ASKS, **SEEN_ASKS)

    danger_now = RadiosField(
        _("Is somebody in danger now?"),
        hint=_("Danger to life, serious harm, or somebody is about to take a child away."),
        choices=[("yes", _("Yes")), ("no", _("No")), ("not_known", _("Not known"))],
        reveals={"yes": "danger_done"},
        size="m",
    )
    danger_done = TextareaField(
        _("What has been done about it?"),
        hint=_("If nothing yet: call 999 now, then come back. What you typed stays here."),
        rows=3,
        max_length=5000,
    )
    seen_and_heard = TextareaField(
        _("What was seen and heard?"),
        hint=_("Who, what, where and when. Say what you saw yourself, and who told you the rest."),
        size="m",
        rows=7,
    )


class LikelyForm(Form):
    """The few signs that what was told may speak of, those that are marked already, and those that were searched for.

    `offered`: each with the sentence that speaks of it, or "". `dated`: those that have a day of their own. What is not ticked
    is not known.
    """

    signs = CheckboxesField(_("Signs"), required=False, says_optional=False, size="m")
    vulnerabilities = CheckboxesField(_("Vulnerabilities"), required=False, says_optional=False, size="m")
    when = RadiosField(
        _("When was it seen?"),
        hint=_("The last time. If you are not sure, the closest day."),
        reveals={ANOTHER_DAY: "day"},
        required=False,
        says_optional=False,
        size="m",
        small=True,
    )
    day = DateField(_("Which day?"), called=_("The day"), missing=_("Enter the day"), past=True)
    find = TextField(
        _("Search the signs"),
        hint=_("For example: phone, school, sleep"),
        max_length=80,
        required=False,
        says_optional=False,
    )

    def __init__(
        self,
        *args: Any,
        offered: Mapping[Item, str],
        dated: Collection[str],
        today: date,
        chosen: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.dated = dated
        fields: dict[str, Any] = self.fields
        for name, kind in (("signs", Sign), ("vulnerabilities", Vulnerability)):
            fields[name].choices = [
                (item.id, item.label, _("You wrote: “%(words)s”") % {"words": said} if said else item.help)
                for item, said in offered.items()
                if isinstance(item, kind)
            ]
            if not fields[name].choices:
                del fields[name]
        fields["when"].choices = days(today, chosen, week=True)
        if not offered:
            del fields["when"], fields["day"]

    @property
    def ticked(self) -> list[str]:
        return [item for name in ("signs", "vulnerabilities") for item in self.cleaned_data.get(name) or ()]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        has_day = bool(answers.get("when"))
        if why_not := rules.why_not_seen(ticked=self.ticked, dated=self.dated, has_day=has_day):
            self.add_error("when", _(why_not))
        return answers


class SignsForm(Form):
    """One question for each sign and vulnerability. What is left alone is not known."""

    def __init__(self, *args: Any, release: Release, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in (*release.signs, *release.vulnerabilities):
            self.fields[item.id] = RadiosField(
                item.label,
                choices=STATES,
                inline=True,
                small=True,
                required=False,
                says_optional=False,
                size="s",
            )


class Begun(NamedTuple):
    """What the evidence of a sign begins with: the day that was given for all, and what was told."""

    seen_on: date | None = None
    words: str = ""


class EvidenceForm(Form):
    """When, from whom and in which words: for each sign that was seen. `begun`: what each begins with, by its id."""

    def __init__(
        self, *args: Any, items: Iterable[Item], source: str, begun: Mapping[str, Begun], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for item in items:
            seen_on, words = begun.get(item.id, Begun())
            self.fields[f"{item.id}_on"] = DateField(
                _("When was it seen?"),
                hint=_("The last time. If you are not sure, the closest day."),
                called=_("%(sign)s: the day") % {"sign": item.label},
                missing=_("%(sign)s: enter when it was seen") % {"sign": item.label},
                initial=seen_on,
                past=True,
            )
            self.fields[f"{item.id}_source"] = TextField(
                _("Who saw it or says so?"),
                missing=_("%(sign)s: enter who saw it") % {"sign": item.label},
                initial=source,
                max_length=200,
            )
            self.fields[f"{item.id}_words"] = TextareaField(
                _("What was seen, in their words?"),
                missing=_("%(sign)s: enter what was seen") % {"sign": item.label},
                initial=words,
                rows=2,
                max_length=5000,
            )


class WordsForm(StaffForm):
    """The child's own words with how, when and to whom; then who hears of the worry."""

    asks = WORDS_ASKS
    field_order = ("heard", "text", "heard_when", "heard_on", "how", "heard_by", "why_no_words")

    heard = RadiosField(
        _("What did the child say, in their own words?"),
        hint=_("Exactly as they said it, also where it is rude or unclear. Do not put it better."),
        choices=[("yes", _("I have the child’s words")), ("no", _("I do not have the child’s words"))],
        reveals={"yes": ("text", "heard_when", "how", "heard_by"), "no": "why_no_words"},
        missing=_("Say whether you have the child’s own words"),
        size="m",
    )
    text = TextareaField(
        _("The child’s words"),
        rows=4,
    )
    how = RadiosField(
        _("How did the child tell it?"), initial="said", missing=_("Say how the child told it"), small=True
    )
    heard_when = RadiosField(
        _("When?"), missing=_("Say when the child told it"), reveals={ANOTHER_DAY: "heard_on"}, small=True
    )
    heard_on = DateField(_("Which day?"), called=_("The day"), missing=_("Enter the day"), past=True)
    heard_by = TextField(
        _("Who heard the child?"),
        hint=_("Name and role"),
        max_length=120,
    )
    why_no_words = TextareaField(
        _("Why not?"),
        hint=_("For example: I have not been able to speak with the child alone yet."),
        missing=_("Say why there are none"),
        rows=3,
        max_length=5000,
    )

    def __init__(
        self,
        *args: Any,
        ways: Iterable[tuple[str, str]],
        today: date,
        chosen: str = "",
        heard_by: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["how"].choices = ways
        fields["heard_when"].choices = days(today, chosen)
        fields["heard_by"].initial = heard_by

    @property
    def words(self) -> dict[str, Any] | None:
        """As `record_words` takes them; None where there are none."""
        said = self.cleaned_data
        if said["heard"] != "yes":
            return None
        span = rules.span_of(said["heard_when"])
        return {name: said[name] for name in ("text", "how", "heard_by")} | {
            "heard_on": span[1] if span else said["heard_on"]
        }


class PassToOfficerForm(StaffForm):
    """About whom a worry is that was told as an ordinary one."""

    field_order = ("who", "user")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["staff"]


def days(today: date, chosen: str = "", *, week: bool = False) -> list[tuple[str, Any]]:
    """Today, yesterday and another day, kept as dates: what is “today” when it is chosen is no other day tomorrow. `chosen`: what
    was chosen before, which stays among them."""
    yesterday = today - timedelta(days=1)
    found: dict[str, Any] = {today.isoformat(): _("Today"), yesterday.isoformat(): _("Yesterday")}
    if week:
        found[rules.in_week_to(today)] = _("In the last seven days, I do not know which")
    if chosen not in found and (span := rules.span_of(chosen)):
        first, last = span
        said = {"first": day(first), "last": day(last)}
        found[chosen] = said["last"] if first == last else _("Between %(first)s and %(last)s") % said
    return [*found.items(), (ANOTHER_DAY, _("Another day"))]


def answers_of(answers: Mapping[str, Any], step: str) -> dict[str, Any]:
    """What was typed in one step of a draft; {} where it was not reached."""
    kept = answers.get(step)
    return kept if isinstance(kept, dict) else {}
