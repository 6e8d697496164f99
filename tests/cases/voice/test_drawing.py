"""What a child draws, and the pictures at which they point."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.voice.conftest import WORD
from tests.cases.voice.test_decided import held
from tests.cases.voice.test_hidden import hide
from tests.cases.voice.test_voice import post, send

from heard.agencies.rules import Hidden, Refused
from heard.cases.case.models import Words
from heard.cases.case.record import WORDS
from heard.cases.pack.passages import passages_of
from heard.cases.record.queries import entries_of
from heard.cases.review.queries import held_beside_words
from heard.cases.timeline.index import catch_up
from heard.cases.voice import actions, rules, sketch
from heard.cases.voice.models import ChildMessage
from heard.cases.words.actions import correct_words
from heard.cases.words.rules import ChildsView

STROKES = [[1, 0, [10, 20, 30, 40, 800, 600]], [0, 1, [0, 0]]]
HOUSE = json.dumps(STROKES)
STROKE = st.tuples(
    st.integers(0, len(sketch.COLOURS) - 1),
    st.integers(0, 1),
    st.lists(st.tuples(st.integers(0, 800), st.integers(0, 600)), min_size=1, max_size=9),
)


@given(st.lists(STROKE, max_size=6))
def test_a_drawing_is_paths_of_integers_in_the_box_and_nothing_else(strokes):
    sent = [
        [colour, pen, [number for point in points for number in point]] for colour, pen, points in strokes
    ]
    kept = sketch.strokes_of(json.dumps(sent))
    assert kept == sent
    for path, (colour, pen, points) in zip(sketch.paths(kept), sent, strict=True):
        assert re.fullmatch(r"M\d+ \d+(L\d+ \d+)+", path.d)
        assert [int(one) for one in re.findall(r"\d+", path.d)][: len(points)] == points
        assert (path.colour, path.width) == (sketch.COLOURS[colour], sketch.PENS[pen])


@given(
    st.text()
    | st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists).map(
        json.dumps
    )
)
def test_whatever_is_sent_is_a_drawing_or_refused(sent):
    found = sketch.strokes_of(sent)
    assert found is None or all(re.fullmatch(r"M\d+ \d+(L\d+ \d+)+", path.d) for path in sketch.paths(found))


@pytest.mark.parametrize(
    "sent",
    [
        "<svg onload=alert(1)>", '{"d": "M0 0"}', '[["#fff", 0, [1, 2]]]', "[[0, 0, [1]]]", "[[0, 0, []]]", "[[9, 0, [1, 2]]]", "[[0, 2, [1, 2]]]",
        "[[0, 0, [1.5, 2]]]", "[[0, 0, [true, 2]]]", "[[0, 0, [801, 2]]]", "[[0, 0, [1, 601]]]", "[[0, 0, [-1, 2]]]", '[[0, 0, ["1", 2]]]', "[[0, 0]]", "[" * 50_000,
        json.dumps([[0, 0, [1, 2]]] * (sketch.MOST_STROKES + 1)), json.dumps([[0, 0, [1, 2] * (sketch.MOST_POINTS + 1)]]), "1" * 6000, " " * 9 + "[[0, 0, [1, 2]]]" + " " * sketch.LONGEST,
    ],
)  # fmt: skip
def test_what_is_no_drawing_or_too_long_is_refused_with_what_was_typed(client, sitting, sent):
    assert sketch.strokes_of(sent) is None
    page = post(
        client,
        step="send",
        **{"pass": sitting.token},
        about="good",
        hide="nobody",
        text="my door",
        drawn=sent,
    ).text
    assert "The drawing cannot be sent" in page
    assert "my door</textarea>" in page
    assert "<svg onload" not in page
    assert not ChildMessage.objects.exists()


def test_a_drawing_is_shown_as_paths_and_stands_in_the_record_as_a_drawing(client, world, case, sitting):
    page = post(
        client,
        step="send",
        **{"pass": sitting.token},
        about="good",
        hide="nobody",
        text="my <b>door",
        drawn=HOUSE,
    )
    assert "Sent. Thank you" in page.text
    sent = ChildMessage.objects.get()
    assert (sent.drawing, sent.text) == (STROKES, "my <b>door")
    words = Words.objects.get(how="drew_self")
    assert (words.text, words.shown) == ("my <b>door", "A drawing, which stands in Heard.")
    assert words.heard.startswith("The child sent a drawing on")
    client.force_login(world.social_worker)
    at = reverse("child_message", args=[sent.pk])
    shown = client.get(at)
    assert (
        '<path d="M10 20L30 40L800 600L800 600" fill="none" stroke="#d4351c" stroke-width="5"' in shown.text
    )
    assert "Nobody has described it yet." in shown.text
    assert "style=" not in re.search(r"<svg class=\"heard-drawing-by-hand.*?</svg>", shown.text, re.DOTALL)[0]
    assert "unsafe-inline" not in shown.headers["Content-Security-Policy"]
    listed = client.get(reverse("words", args=[case.person_id])).text
    assert "A drawing, which stands in Heard." in listed
    assert "my &lt;b&gt;door" in listed
    to_it = reverse("words_drawing", args=[words.pk])
    assert to_it in listed
    assert client.get(to_it).url == at
    assert reverse("words_correct", args=[words.pk]) not in listed
    with pytest.raises(Refused):
        correct_words(
            by=world.social_worker,
            words_id=words.pk,
            text="x",
            heard_by="y",
            heard_on=words.heard_on,
            why_corrected="z",
        )
    catch_up()
    entry = next(
        entry
        for entry in entries_of(world.social_worker, case.person_id)
        if "A drawing, which" in str(entry.text)
    )
    assert str(entry.what) == "Drawn by the child themselves"
    client.force_login(world.officer)
    assert client.get(to_it).status_code == 404


def test_the_same_page_sent_twice_is_one_drawing_and_another_drawing_is_another(sitting):
    first = send(sitting, text="", drawn=HOUSE, draft="page")
    assert send(sitting, text="", drawn=HOUSE, draft="page").pk == first.pk
    assert send(sitting, text="", drawn="[[0, 0, [1, 2]]]", draft="page").pk != first.pk


def test_who_reads_it_describes_it_in_words_marked_as_theirs(client, world, made, sitting):
    sent = send(sitting, text="", drawn=HOUSE)
    with pytest.raises(Refused, match="Say what you see"):
        actions.describe_drawing(by=world.social_worker, child_message_id=sent.pk, text=" ")
    with pytest.raises(Hidden):
        actions.describe_drawing(by=world.officer, child_message_id=sent.pk, text="A house")
    client.force_login(world.social_worker)
    client.post(reverse("child_message_describe", args=[sent.pk]), {"text": "A house with a thick door"})
    page = client.get(reverse("child_message", args=[sent.pk])).text
    assert 'aria-label="A house with a thick door"' in page
    assert f"What {world.social_worker} sees in it, in their words and not the child’s:" in page
    assert Words.objects.get(how="drew_self").text == ""
    with pytest.raises(Refused, match="Somebody else has described it"):
        actions.describe_drawing(by=world.coordinator, child_message_id=sent.pk, text="A cave")
    plain = send(sitting, text="Only words")
    with pytest.raises(Refused, match="no drawing"):
        actions.describe_drawing(by=world.social_worker, child_message_id=plain.pk, text="A house")


def test_a_drawing_is_taken_back_as_words_are(client, world, case, made, sitting):
    sent = send(sitting, text="", drawn=HOUSE)
    reading = actions.set_secret(by=None, sitting=sitting, secret="tangerine")
    assert "<path" in post(client, step="mine", **{"pass": sitting.token}).text
    assert "M10 20L30 40" in post(client, step="read", **{"pass": reading.token}).text
    actions.take_back(by=None, sitting=sitting, child_message_id=sent.pk)
    back = post(client, step="read", **{"pass": reading.token}).text
    assert "M10 20L30 40" not in back
    client.force_login(world.social_worker)
    for name, key in (
        ("child_message", sent.pk),
        ("child_message_describe", sent.pk),
        ("words", case.person_id),
        ("child_chronology", case.person_id),
    ):
        page = client.get(reverse(name, args=[key])).text
        assert "M10 20L30 40" not in page, name
        assert "A drawing, which" not in page, name
    with pytest.raises(Refused, match="took this back"):
        actions.describe_drawing(by=world.social_worker, child_message_id=sent.pk, text="A house")


def test_a_drawing_that_is_hidden_from_somebody_is_nowhere_in_the_record(client, world, case, lado, link):
    told = hide(link, world.social_worker, text="", drawn=HOUSE)
    assert not Words.objects.filter(how="drew_self").exists()
    for name, keys in (("child_message", [told.pk]), ("child_message_describe", [told.pk])):
        client.force_login(world.social_worker)
        assert client.get(reverse(name, args=keys)).status_code == 404
    with pytest.raises(Hidden):
        actions.describe_drawing(by=world.social_worker, child_message_id=told.pk, text="A house")
    client.force_login(lado)
    assert "M10 20L30 40" in client.get(reverse("child_message", args=[told.pk])).text


def test_a_drawing_is_offered_by_a_script_alone_and_nothing_of_it_is_kept_on_the_device(client, sitting):
    page = post(client, step="write", **{"pass": sitting.token}, about="feel").text
    assert re.search(r"data-draw hidden>", page)
    assert "toDataURL" not in page
    again = post(client, step="write", **{"pass": sitting.token}, about="feel", drawn=HOUSE).text
    assert f'name="drawn" value="{HOUSE.replace(chr(34), "&#34;")}"' in again


def test_pointing_at_a_picture_is_a_message_and_is_said_as_pointed_at(client, world, case, sitting):
    page = post(client, step="write", **{"pass": sitting.token}, about="feel").text
    assert len(re.findall(r'name="pointed"', page)) == len(rules.Feeling)
    assert 'name="pointed"' not in post(client, step="write", **{"pass": sitting.token}, about="good").text
    said = {"step": "send", "pass": sitting.token, "about": "feel", "hide": "nobody", "text": ""}
    client.post("/n/", said | {"pointed": ["worried", "tired"]})
    words = Words.objects.get(how="pointed")
    assert (words.text, words.shown) == ("", "Pointed at: worried, tired.")
    assert words.heard.startswith("The child pointed at pictures on")
    client.force_login(world.social_worker)
    shown = client.get(reverse("child_message", args=[ChildMessage.objects.get().pk])).text
    assert re.search(r"Pointed at:</strong> Worried, Tired", shown)
    catch_up()
    assert "Pointed at in pictures by the child themselves" in {
        str(entry.what) for entry in entries_of(world.social_worker, case.person_id)
    }
    client.logout()
    wrong = client.post("/n/", said | {"pointed": ["<b>"]}).text
    assert "Choose again how you feel" in wrong
    assert (
        "Choose again how you feel" in client.post("/n/", said | {"about": "good", "pointed": ["sad"]}).text
    )
    assert ChildMessage.objects.count() == 1


def test_what_was_drawn_or_pointed_at_waits_when_the_word_is_asked_again(client, made, sitting):
    token = sitting.token
    asked = {"about": "feel", "hide": "nobody", "text": "", "drawn": HOUSE, "pointed": "sad,tired"}
    door = post(client, step="enter", held=token, word="wrong", **asked).text
    assert "&#34;" not in re.search(r'name="pointed" value="([^"]*)"', door)[1]
    page = post(client, step="enter", held=token, word=WORD, **asked).text
    assert re.findall(r'value="(\w+)" checked', page)[:2] == ["sad", "tired"]
    assert "[[1, 0, [10, 20" in page


def test_what_was_drawn_or_pointed_at_stands_outside_the_quotation_and_a_face_alone_is_not_what_a_child_said(
    client, world, case, sitting, agreed
):
    send(sitting, about="feel", text="(A drawing.)")
    send(sitting, about="feel", text="", pointed=["calm"])
    pointed = Words.objects.get(how="pointed")
    held(world, agreed, ChildsView(words_id=pointed.pk))
    client.force_login(world.social_worker)
    catch_up()
    for name, key in (
        ("words", {"person_id": case.person_id}),
        ("child", {"person_id": case.person_id}),
    ):
        page = client.get(reverse(name, kwargs=key)).text
        assert "Pointed at: calm." in page, name
        assert not re.search(r"“[^”]*Pointed at", page), name
        assert "“”" not in page, name
    told = [str(entry.text) for entry in entries_of(world.social_worker, case.person_id)]
    assert any("Pointed at: calm." in text for text in told), told
    assert "“(A drawing.)”" in client.get(reverse("words", args=[case.person_id])).text
    counted = held_beside_words(world.coordinator, since=date.min).whole()
    assert (counted.kept, counted.of) == (0, 1)


def test_a_picture_is_pointed_at_once_however_it_is_sent(client, sitting):
    said = {"step": "send", "pass": sitting.token, "about": "feel", "hide": "nobody", "text": ""}
    client.post("/n/", said | {"pointed": "sad," * 100})
    assert ChildMessage.objects.get().pointed == "sad"
    with pytest.raises(Refused, match="Choose again how you feel"):
        send(sitting, about="feel", text="", pointed=["sad"] * 9)


def test_on_paper_and_in_a_share_a_drawing_says_that_it_is_one_and_what_a_reader_sees_in_it(
    world, case, sitting
):
    sent = send(sitting, text="", drawn=HOUSE)
    actions.describe_drawing(by=world.social_worker, child_message_id=sent.pk, text="A house with a red door")
    told = [passage.text for passage in passages_of(world.coordinator, case.person_id, parts=["words"])]
    told += [piece.text for piece in WORDS.pieces(world.social_worker, case.person_id)]
    told = [text for text in told if "drawing" in text]
    assert len(told) == 2
    for text in told:
        assert text.startswith("A drawing, which stands in Heard.")
        assert f"What {world.social_worker} sees in the drawing, in their words: A house" in text
    actions.take_back(by=None, sitting=sitting, child_message_id=sent.pk)
    later = [passage.text for passage in passages_of(world.coordinator, case.person_id, parts=["words"])]
    assert "house" not in "".join(later)
