"""Fields, their errors, and what was typed."""

import json
import re
from datetime import date, timedelta
from html.parser import HTMLParser
from types import MappingProxyType

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.timezone import localdate
from hypothesis import given
from hypothesis import strategies as st

from heard.govuk.forms import (
    CheckboxesField,
    DateField,
    FileField,
    Form,
    PasswordField,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
)


class Worry(Form):
    name = TextField("Name", autocomplete="off", hint="As you know it", width=20, max_length=20)
    seen_on = DateField("When did you see it?", past=True)
    told = RadiosField(
        "Does the child know?",
        choices=[("yes", "Yes"), ("no", "No", "Not yet, or not asked")],
        reveals={"no": "why_not"},
    )
    why_not = TextareaField("Why not?", max_length=200, count=True)
    heard = CheckboxesField(
        "Who has heard?", choices=[("school", "School"), ("home", "Home")], required=False
    )
    area = SelectField("Area", choices=[("n", "North"), ("s", "South")], required=False)


FULL = {
    "name": "Sam",
    "seen_on-day": "3",
    "seen_on-month": "March",
    "seen_on-year": "2024",
    "told": "yes",
    "heard": ["school", "home"],
    "area": "n",
}


def sent(form: type[Form] = Worry, **changes: object) -> Form:
    data = QueryDict(mutable=True)
    for key, value in (FULL | changes).items():
        data.setlist(key, value if isinstance(value, list) else [value])
    return form(data)


def test_a_full_form_is_cleaned() -> None:
    form = sent()
    assert form.is_valid(), form.errors
    assert form.cleaned_data["seen_on"] == date(2024, 3, 3)
    assert form.cleaned_data["heard"] == ["school", "home"]


def test_a_label_belongs_to_its_input_and_its_hint() -> None:
    page = Worry()["name"].component()
    assert '<label class="govuk-label" for="id_name">' in page
    assert 'aria-describedby="id_name-hint"' in page
    assert 'autocomplete="off"' in page
    assert "govuk-input--width-20" in page


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("Family name", "Enter family name"),
        ("NHS number", "Enter NHS number"),
        ("What have you seen?", "Answer the question “What have you seen?”"),
    ],
)
def test_a_missing_answer_is_named(label: str, sentence: str) -> None:
    class One(Form):
        answer = TextField(label)

    assert One({}).errors["answer"] == [sentence]


def test_a_missing_answer_may_have_its_own_sentence() -> None:
    class One(Form):
        answer = TextField("Name", missing="Say who it is, or “not known”")

    assert One({}).errors["answer"] == ["Say who it is, or “not known”"]


def test_what_is_too_long_is_named_with_how_long_it_may_be() -> None:
    errors = sent(name="S" * 25, told="no", why_not="x" * 1200).errors
    assert errors["name"] == ["Shorten “Name” to 20 characters: it has 25"]
    assert errors["why_not"] == ["Shorten “Why not?” to 200 characters: it has 1,200"]
    assert not sent(name="S" * 20).errors


def test_the_error_summary_leads_to_each_input() -> None:
    form = sent(**{"name": "", "seen_on-year": "", "told": ""})
    summary = form.error_summary()
    assert '<a href="#id_name">Enter name</a>' in summary
    assert '<a href="#id_seen_on-year">The date must include a year</a>' in summary
    assert '<a href="#id_told">Answer the question “Does the child know?”</a>' in summary
    drawn = form.components()
    for wanted in ("id_name", "id_seen_on-year", "id_told"):
        assert f'id="{wanted}"' in drawn


def test_an_error_of_the_whole_form_is_in_the_summary_without_a_link() -> None:
    form = sent()
    form.is_valid()
    form.add_error(None, "The draft was changed elsewhere.")
    assert "<li>" in form.error_summary()
    assert "#" not in form.error_summary()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Say why it is corrected.", "Say why it is corrected"),
        ("Say why it is corrected", "Say why it is corrected"),
        (
            "Choose one. Nothing is withheld without a reason",
            "Choose one. Nothing is withheld without a reason.",
        ),
        ("Is it closed? Open it again.", "Is it closed? Open it again."),
        ("Say so. “Not known” is an answer", "Say so. “Not known” is an answer."),
        ("Enter a year, such as 2026", "Enter a year, such as 2026"),
    ],
)
def test_an_error_of_one_sentence_has_no_full_stop_and_each_of_several_has_one(said: str, shown: str) -> None:
    class One(Form):
        answer = TextField("Name")

    form = One({"answer": "x"})
    form.add_error("answer", said)
    form.add_error(None, said)
    drawn = [" ".join(part.split()) for part in re.split(r"<[^>]*>", form.error_summary())]
    assert drawn.count(shown) == 2
    assert shown in [" ".join(part.split()) for part in re.split(r"<[^>]*>", form["answer"].component())]


def test_a_form_without_errors_has_no_summary() -> None:
    assert Worry().error_summary() == ""
    assert sent().error_summary() == ""


def test_only_the_wrong_box_of_a_date_is_marked() -> None:
    page = sent(**{"seen_on-month": "13"})["seen_on"].component()
    assert page.count("govuk-input--error") == 1
    assert "<fieldset" in page
    assert 'value="13"' in page


def test_a_day_to_come_is_refused_where_only_the_past_makes_sense() -> None:
    later = localdate() + timedelta(days=1)
    form = sent(**{"seen_on-day": later.day, "seen_on-month": later.month, "seen_on-year": later.year})
    assert form.errors["seen_on"] == ["The date must be today or before"]


@pytest.mark.parametrize(
    "initial", [date(2024, 3, 9), "2024-03-09", {"day": "9", "month": "3", "year": "2024"}]
)
def test_a_date_to_begin_with_fills_the_three_boxes(initial: object) -> None:
    page = Worry(initial={"seen_on": initial})["seen_on"].component()
    assert all(f'value="{part}"' in page for part in ("9", "3", "2024"))


def test_a_revealed_question_is_drawn_beneath_its_choice_and_only_there() -> None:
    page = Worry().components()
    assert page.count('name="why_not"') == 1
    assert page.index('value="no"') < page.index('name="why_not"') < page.index('name="heard"')


def test_lines_beneath_a_choice_are_drawn_as_they_were_typed() -> None:
    class Found(HTMLParser):
        inside, text = False, ""

        def handle_starttag(self, tag: str, attrs: object) -> None:
            self.inside = tag == "textarea"

        def handle_data(self, data: str) -> None:
            self.text += data if self.inside else ""

        def handle_endtag(self, tag: str) -> None:
            self.inside = False

    typed = "First\n  second, indented by hand\n\n& <last>"
    page = Found()
    page.feed(Worry(initial={"told": "no", "why_not": typed})["told"].component())
    assert page.text == typed


def test_a_revealed_question_is_required_only_where_it_was_chosen() -> None:
    assert sent(told="yes").is_valid()
    assert sent(told="no").errors["why_not"] == ["Answer the question “Why not?”"]
    assert sent(told="no", why_not="Not safe to ask").is_valid()


def test_a_choice_has_its_hint_and_stays_chosen() -> None:
    page = sent(told="no")["told"].component()
    assert "Not yet, or not asked" in page
    assert 'value="no" checked' in page
    assert 'value="yes" checked' not in page
    assert sent()["heard"].component().count(" checked") == 2
    assert 'value="n" selected' in sent()["area"].component()


def test_a_choice_that_was_not_offered_is_refused() -> None:
    assert not sent(told="perhaps").is_valid()
    assert not sent(heard=["moon"]).is_valid()


def test_choices_can_be_set_later() -> None:
    form = Worry()
    form.fields["told"].choices = [("later", "Later", "A hint")]
    page = form["told"].component()
    assert "Later" in page
    assert "A hint" in page


def test_what_was_typed_is_escaped() -> None:
    bad = '"><script>alert(1)</script>'
    form = sent(**{"name": bad, "why_not": bad, "seen_on-day": bad, "area": bad, "told": bad})
    assert "<script>" not in form.components()
    assert "<script>" not in form.error_summary()


def test_answers_keep_what_was_typed_also_where_it_is_wrong() -> None:
    form = sent(**{"seen_on-day": "31", "seen_on-month": "Feb", "told": ""})
    kept = json.loads(json.dumps(form.answers()))
    assert kept["seen_on"] == {"day": "31", "month": "Feb", "year": "2024"}
    assert kept["heard"] == ["school", "home"]
    page = Worry(initial=kept).components()
    assert 'value="31"' in page
    assert 'value="Feb"' in page
    assert Worry.filled(kept).errors == form.errors


@given(name=st.text(), day=st.text(max_size=5), words=st.text())
def test_answers_come_back_as_they_were_typed(name: str, day: str, words: str) -> None:
    form = sent(**{"name": name, "seen_on-day": day, "why_not": words})
    kept = json.loads(json.dumps(form.answers()))
    again = Worry.filled(kept)
    assert again.answers() == kept
    assert again.errors == form.errors


def test_answers_never_hold_a_password_or_a_file() -> None:
    class Secret(Form):
        password = PasswordField("Password")
        paper = FileField("Paper")

    form = Secret({"password": "very secret"}, {"paper": SimpleUploadedFile("a.csv", b"x")})
    assert form.is_valid()
    assert form.answers() == {"password": ""}
    assert "very secret" not in form.components()
    assert 'type="file"' in form.components()


def test_an_optional_question_says_so() -> None:
    assert "Area (optional)" in Worry()["area"].component()


def test_what_need_not_be_answered_says_so_once_where_the_page_says_it() -> None:
    class Marks(Form):
        seen = RadiosField("Seen?", choices=[("y", "Yes")], required=False, says_optional=False)

    assert "optional" not in Marks()["seen"].component()


def test_a_choice_reveals_several_questions_that_are_asked_only_where_it_was_made() -> None:
    class Told(Form):
        told = RadiosField("Told?", choices=[("yes", "Yes"), ("no", "No")], reveals={"yes": ("who", "when")})
        who = TextField("By whom?")
        when = DateField("When?")

    page = Told().components()
    assert page.count("govuk-radios__conditional--hidden") == 1
    assert page.count('name="who"') == page.count('name="when-day"') == 1
    assert sent(Told, told="no").is_valid()
    form = sent(Told, told="yes")
    assert not form.is_valid()
    assert set(form.errors) == {"who", "when"}


def test_a_box_ends_after_some_ten_pages_unless_it_has_no_end() -> None:
    class Boxes(Form):
        one = TextareaField("One", required=False)
        endless = TextareaField("Endless", max_length=None, required=False)

    long = "a" * 20_001
    assert set(sent(Boxes, one=long, endless=long).errors) == {"one"}


def test_a_label_can_be_the_heading_of_the_page() -> None:
    class One(Form):
        told = RadiosField("Does the child know?", choices=[("y", "Yes")], heading=True)

    page = One()["told"].component()
    assert '<h1 class="govuk-fieldset__heading">' in page
    assert "govuk-fieldset__legend--l" in page


def test_characters_left_are_counted_where_asked() -> None:
    assert 'data-maxlength="200"' in Worry()["why_not"].component()


class Told(Worry):
    asks = {"name": "Say who it is.", "told": "Say whether the child knows."}


class ToldOnce(Told):
    asks = {"told": "Say whether anybody asked the child."}


def test_what_a_rule_asks_for_is_the_error_of_the_field_of_that_name() -> None:
    errors = {name: list(problems) for name, problems in sent(Told, name="", told="").errors.items()}
    assert errors == {"name": ["Say who it is."], "told": ["Say whether the child knows."]}
    assert "Say who it is<" in str(sent(Told, name="").error_summary())
    errors = {name: list(problems) for name, problems in sent(ToldOnce, name="", told="").errors.items()}
    assert errors == {"name": ["Say who it is."], "told": ["Say whether anybody asked the child."]}


class LaterForm(Form):
    folds = MappingProxyType({"Once it is over": ("ended_on", "how", "pace", "asked_of_some_only")})

    name = TextField("What is it called?")
    ended_on = DateField("When did it end?", required=False)
    how = TextField("How did it end?", required=False)
    pace = RadiosField(
        "How fast?", choices=[("usual", "As usual"), ("fast", "Fast")], initial="usual", required=False
    )


@pytest.mark.parametrize(
    ("typed", "stands_open"),
    [
        ({}, False),
        ({"name": "A walk"}, False),
        ({"how": "In the rain"}, True),
        ({"pace": "usual"}, False),  # as it began
        ({"pace": "fast"}, True),
        ({"ended_on-day": "31"}, True),  # and wrong
    ],
)
def test_what_is_asked_later_is_folded_away_until_it_holds_something(
    typed: dict[str, str], stands_open: bool
) -> None:
    drawn = LaterForm(typed).components()
    assert drawn.count("Once it is over") == 1
    assert drawn.index("What is it called?") < drawn.index("<details") < drawn.index("How did it end?")
    assert ('<details class="govuk-details" open>' in drawn) is stands_open
