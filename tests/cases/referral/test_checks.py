"""What a second pair of eyes would say about the answers, and the days that it reads in prose."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.cases.referral.checks import check, unanswered
from heard.cases.referral.days import days_in, says_when
from heard.cases.referral.questions import asked, form_version

FORM = form_version()
TODAY = date(2026, 5, 1)
STORY = (
    "In March 2026 somebody older waited for her after school, gave her a phone and asked her to come to a flat near the "
    "station. Her teacher saw it on 2 March 2026 and wrote down the number of the car. She was afraid to say who it was."
)
GOOD = {
    "reference": "C-K7M-3XD",
    "user-organisation": "Wexmoor Council",
    "fr-location": "england",
    "pv-under-age": "yes",
    "local-authority-contacted-about-child-local-authority-name": "Wexmoor Council",
    "local-authority-contacted-about-child-local-authority-phone": "01632 960 001",
    "local-authority-contacted-about-child-local-authority-email": "duty@wexmoor.example",
    "birthplace": "Wexmoor, England",
    "family": "Her mother and a younger brother, with whom she lives.",
    "education": "Northgate Academy since 2022.",
    "employment-history": "She has never worked; she is 14.",
    "potential-victim-exploitative-situation-multiple": "no",
    "when-did-the-exploitation-take-place": "From January 2026 to 2 March 2026.",
    "how-did-the-exploitation-start": STORY,
    "were-they-taken-somewhere-by-their-exploiter": "no",
    "what-were-they-required-to-do": STORY.replace("phone", "coat"),
    "living-conditions": "She lives at home and has not slept elsewhere as far as we know.",
    "how-they-were-treated": STORY.replace("phone", "ring"),
    "still-in-exploitative-situation": "no",
    "how-why-did-they-leave-the-situation": STORY.replace("phone", "bag"),
    "when-last-contact": "not-sure",
    "is-this-the-first-chance-to-report": "no",
    "why-report-now": "She was afraid for her brother until she spoke with her teacher.",
    "modern-slavery-indicators": "yes",
    "modern-slavery-indicators-details": STORY.replace("phone", "hat"),
    "where-how-interview-carried-out": STORY.replace("phone", "book"),
    "professional-insight": STORY.replace("phone", "toy"),
    "evidence-of-dishonesty": "no",
    "are-others-involved": "no",
    "where-exploitation-happened": "uk",
    "where-exploitation-happened-uk-city-1": "Wexmoor",
    "current-pv-location-uk-city": "Wexmoor",
    "current-pv-location-uk-region": "Wexshire",
    "who-exploited-pv": STORY.replace("phone", "pen"),
    "exploiters-location": "no",
    "types-of-exploitation-child-exploitation": "yes",
    "any-other-pvs": "no",
    "future-exploitation-concerns": "no",
    "reported-to-police": "no",
    "authorities-cooperation": "no",
    "pv-name-first-name": "Mina",
    "pv-name-last-name": "Okoro",
    "pv-dob": "2011-05-04",
    "pv-gender": "female",
    "does-pv-have-children": "no",
    "pv-nationality": "British",
    "pv-interpreter-requirements": "no",
    "pv-other-help-with-communication": "no",
    "pv-ho-reference": "no",
    "fr-details-first-name": "Sol",
    "fr-details-last-name": "Wright",
    "fr-details-role": "Social worker",
    "fr-details-phone": "+44 1632 960 002",
    "fr-alternative-contact": "team@wexmoor.example",
    "upload-file": ["1"],
    "what-evidence-you-will-submit": "The school’s note of 2 March 2026.",
}
WHEN = "when-did-the-exploitation-take-place"


def found(**answers):
    changed = {name.replace("_", "-"): value for name, value in answers.items()}
    return check(FORM, GOOD | changed, today=TODAY, own_email="sol@wexmoor.example")


def said(**answers):
    return [(one.field, one.what % one.params) for one in found(**answers)]


def test_nothing_is_said_about_a_good_referral():
    assert said() == []


def test_every_thought_says_what_why_and_who_says_so_and_blocks_nothing():
    answers = dict.fromkeys(GOOD, "see above") | {"pv-under-age": "yes"}
    for one in check(FORM, answers, today=TODAY):
        assert one.what
        assert one.why.endswith(".")
        assert "2026" in one.source
        assert not one.blocks


@pytest.mark.parametrize("name", [q.id for q in asked(FORM, GOOD) if q.needs_answer])
def test_only_an_empty_required_answer_is_in_the_way(name):
    blocking = [one.field for one in found(**{name: "  "}) if one.blocks]
    assert blocking[0] == name  # without an age the form also asks for consent
    assert name == "pv-under-age" or blocking == [name]
    assert unanswered(FORM, GOOD | {name: ""})[0].id == name


@pytest.mark.parametrize(
    ("answers", "field", "words"),
    [
        (
            {WHEN: "From 2 March 2026, first in January 2026."},
            WHEN,
            "January 2026 is earlier than 2 March 2026",
        ),
        ({WHEN: "Since 3 March 2009"}, WHEN, "3 March 2009 is before the person was born"),
        ({WHEN: "Until 2/6/2026"}, WHEN, "2/6/2026 is still to come"),
        ({WHEN: "Nobody could say anything"}, WHEN, "There is no time in it"),
        ({"modern-slavery-indicators": "no"}, "modern-slavery-indicators", "No indicator is named"),
        ({"fr-alternative-contact": "SOL@wexmoor.example"}, "fr-alternative-contact", "your own address"),
        ({"fr-alternative-contact": "team at wexmoor"}, "fr-alternative-contact", "not take this e-mail"),
        ({"family": "Not known."}, "family", "“Not known.” does not say why"),
        ({"who-exploited-pv": "Two men"}, "who-exploited-pv", "This is brief: 2 words"),
        ({"living-conditions": "See above"}, "living-conditions", "sends the reader somewhere else"),
        (
            {"how-they-were-treated": STORY},
            "how-they-were-treated",
            "The same words stand under “How did it begin?”",
        ),
        ({"details-last-contact": "On www.example.org in March"}, "details-last-contact", "web address"),
        ({"pv-dob": "2003-05-04"}, "pv-under-age", "By the date of birth the person is 22"),
        ({"upload-file": []}, "upload-file", "No document"),
        ({"types-of-exploitation-child-exploitation": ""}, "types-of-exploitation-forced-to-work", "No kind"),
        ({"fr-details-phone": "none"}, "fr-details-phone", "phone number"),
    ],
)
def test_each_thought_is_about_its_answer(answers, field, words):
    assert [text for name, text in said(**answers) if name == field and words in text]


def test_what_the_record_says_of_the_age_decides_what_is_asked_before_anybody_has_read_it():
    unread = {name: value for name, value in GOOD.items() if name != "pv-under-age"}
    assert "pv-want-to-submit-nrm" in [question.id for question in unanswered(FORM, unread)]
    assert [question.id for question in unanswered(FORM, unread, along=GOOD)] == ["pv-under-age"]
    assert [one.field for one in check(FORM, unread, today=TODAY, along=GOOD)] == ["pv-under-age"]


def test_a_blaming_word_gets_a_stronger_sentence_and_the_childs_own_words_none():
    blaming = STORY + " She is streetwise."
    (text,) = [
        text for name, text in said(**{"professional-insight": blaming}) if name == "professional-insight"
    ]
    assert text.startswith(
        "“streetwise” can sound as if it blamed the person who was harmed. Where it is about"
    )
    quoted = STORY + " She said: “They say I am streetwise.”"
    assert said(**{"professional-insight": quoted}) == []


def test_what_a_suspect_is_like_blames_nobody_who_was_harmed():
    assert said(**{"professional-insight": STORY + " The man is manipulative."}) == []


def test_an_adult_who_does_not_consent_stays_anonymous_and_that_is_said():
    adult = {"pv-dob": "2004-05-04", "pv-under-age": "no", "pv-want-to-submit-nrm": "no"}
    assert [text for name, text in said(**adult) if name == "refuse-nrm" and "stays anonymous" in text]
    for named in ({"authorities-cooperation": "yes"}, {"pv-want-to-submit-nrm": "yes"}):
        assert not [text for _name, text in said(**adult | named) if "stays anonymous" in text]


def test_a_gap_with_its_reason_is_no_gap():
    assert said(family="Not known: she did not want to speak about them, and we did not press her.") == []


def test_somebody_exploited_as_a_child_is_told_apart_from_an_adult():
    adult = {"pv-dob": "2006-05-04", "pv-under-age": "no", "pv-under-age-at-time-of-exploitation": "no"}
    fields = [name for name, _ in said(**adult, **{WHEN: "In June 2023"})]
    assert "pv-under-age-at-time-of-exploitation" in fields
    fields = [name for name, _ in said(**adult, **{WHEN: "In June 2025"})]
    assert "pv-under-age-at-time-of-exploitation" not in fields


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("on 2 March 2026", date(2026, 3, 2), date(2026, 3, 2)),
        ("the 3rd of February 2025", date(2025, 2, 3), date(2025, 2, 3)),
        ("in Sept 2024", date(2024, 9, 1), date(2024, 9, 30)),
        ("FEB. 2024", date(2024, 2, 1), date(2024, 2, 29)),
        ("05/04/2026", date(2026, 4, 5), date(2026, 4, 5)),
        ("2026-04-05", date(2026, 4, 5), date(2026, 4, 5)),
    ],
)
def test_a_day_is_read_as_people_write_it(text, first, last):
    (named,) = days_in(text)
    assert (named.first, named.last) == (first, last)


@pytest.mark.parametrize("text", ["31/02/2026", "13/13/2026", "may 12", "March", "1/2", "room 2026"])
def test_what_is_no_day_is_not_read_as_one(text):
    assert days_in(text) == []


@pytest.mark.parametrize(
    "text", ["when she was aged 12", "in summer", "two months ago", "in 2024", "last week"]
)
def test_a_loose_time_is_a_time(text):
    assert says_when(text)


@given(st.text(alphabet="0123456789 /.-amrychjnebpsuto’“”", max_size=60), st.sampled_from(sorted(GOOD)))
def test_no_text_makes_a_check_fail(text, name):
    days_in(text)
    check(FORM, GOOD | {name: text}, today=TODAY)
