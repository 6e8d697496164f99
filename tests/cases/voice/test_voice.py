"""A link for a child: made, opened, written with, read, answered, ended."""

import contextlib
import re
from datetime import timedelta
from math import log2

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from tests.cases.voice.conftest import SECRET, WORD

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.cases.case.models import WarningNote, Words
from heard.cases.case.notices.actions import put_on_duty
from heard.cases.case.notices.models import Notice
from heard.cases.case.notices.queries import unread_of
from heard.cases.case.queries import words_of
from heard.cases.voice import actions, child, queries, rules
from heard.cases.voice.models import ChildLink, ChildMessage
from heard.cases.words.actions import correct_words
from heard.home.where_children_write import WhereChildrenWrite
from heard.network.actions import record_fact
from heard.network.rules import Said

SAYS = "I do not like the new placement at all."


def send(sitting, **said):
    return actions.send(
        by=None, sitting=sitting, **{"about": "change", "text": SAYS, "device": "phone"} | said
    )


def post(client, **said):
    return client.post("/n/", said)


def the_pass(page) -> str:
    return re.search(r'data-pass="([^"]*)"', page.text)[1]


def test_a_link_has_the_bits_that_it_says_and_keeps_neither_code_nor_word(made):
    link, code = made
    assert len(set(rules.ALPHABET)) == len(rules.ALPHABET)
    assert len(code) * log2(len(rules.ALPHABET)) >= rules.LEAST_BITS
    assert set(code) <= set(rules.ALPHABET)
    kept = " ".join(str(value) for value in ChildLink.objects.values_list().get(pk=link.pk))
    assert code not in kept
    assert WORD not in kept.lower()
    assert {len({rules.new_code() for _one in range(200)})} == {200}


def test_the_same_page_sent_twice_makes_one_link_and_shows_its_code_once(client, world, case):
    client.force_login(world.social_worker)
    at = reverse("child_link_make", kwargs={"person_id": case.person_id})
    page = client.get(at).text
    typed = {"word": WORD, "weeks": "4", "draft": re.search(r'name="draft" value="(\w+)"', page)[1]}
    assert "Give this to the child" in client.post(at, typed).text
    again = client.post(at, typed).text
    assert "its code was shown once" in again
    assert "Give this to the child" not in again
    assert ChildLink.objects.count() == 1


def test_who_may_not_write_or_see_makes_no_link_and_a_word_is_asked_for(world, case):
    new = {"person_id": case.person_id, "word": WORD, "weeks": 4}
    with pytest.raises(Hidden):
        actions.make_link(by=world.officer, **new)
    for wrong in ({"word": "ab"}, {"weeks": 52}):
        with pytest.raises(Refused):
            actions.make_link(by=world.social_worker, **new | wrong)


def test_what_was_typed_from_a_card_opens_it_however_it_was_typed(made):
    typed = f" {rules.in_groups(made[1]).lower().replace('-', ' ')} "
    assert actions.enter(by=None, code=typed, word=f"  {WORD.upper()} ") is not None


def test_five_wrong_words_in_all_end_a_link_from_a_thousand_addresses(client, made, monkeypatch):
    link, code = made
    monkeypatch.setattr(actions, "check_password", lambda word, _kept: word == WORD)
    monkeypatch.setattr(actions, "make_password", lambda _word: "")
    addresses = [f"198.51.{number // 250}.{number % 250 + 1}" for number in range(1000)]
    assert len(set(addresses)) == 1000
    said = {"step": "enter", "code": code}
    pages = [
        client.post("/n/", said | {"word": f"wrong{number}"}, REMOTE_ADDR=address)
        for number, address in enumerate(addresses)
    ]
    assert ["That is not the word" in page.text for page in pages] == [True] * 4 + [False] * 996
    link.refresh_from_db()
    assert link.ended_at
    assert link.ended_by is None
    assert link.wrong_words == rules.MOST_WRONG
    right = post(client, step="enter", code=code, word=WORD)
    assert "This does not open" in right.text


def test_a_right_word_in_between_takes_no_wrong_one_away(made):
    _link, code = made
    for _time in range(4):
        with pytest.raises(Refused):
            actions.enter(by=None, code=code, word="wrong")
        assert actions.enter(by=None, code=code, word=WORD)
    assert actions.enter(by=None, code=code, word="wrong") is None
    assert actions.enter(by=None, code=code, word=WORD) is None


def test_unknown_ended_and_past_links_show_the_same_page_help_first_and_hash_as_often(
    client, world, made, monkeypatch
):
    link, code = made
    other, second = actions.make_link(by=world.social_worker, person_id=link.person_id, word=WORD, weeks=1)
    actions.end_link(by=world.social_worker, child_link_id=link.pk)
    ChildLink.objects.filter(pk=other.pk).update(expires_at=other.made_at + timedelta(microseconds=1))
    hashed = []
    monkeypatch.setattr(actions, "make_password", lambda word: hashed.append("made") or "x")
    monkeypatch.setattr(actions, "check_password", lambda word, kept: hashed.append("checked") or True)
    pages = [
        post(client, step="enter", code=one, word=WORD)
        for one in (code, second, rules.new_code(), "", "x" * 500)
    ]
    assert len({page.text for page in pages}) == 1
    assert {page.status_code for page in pages} == {200}
    assert hashed == ["made"] * 5
    page = pages[0].text
    assert (
        page.index("999")
        < page.index("0800 1111")
        < page.index("01632 960 001")
        < page.index("This does not open")
    )


def test_nothing_of_a_sitting_stands_in_a_cookie_a_title_or_an_address(client, world, made):
    client.force_login(world.social_worker)  # on the same device
    page = post(client, step="enter", code=made[1], word=WORD)
    wrote = post(client, step="send", **{"pass": the_pass(page)}, about="good", hide="nobody", text="We won.")
    for one in (client.get("/n/"), page, wrote):
        assert not one.cookies
        assert "Set-Cookie" not in one.headers
        assert "<title>Notes</title>" in one.text
        for told in ("Heard", "Mina", "Sol Wright</", "csrf"):
            assert told not in one.text.replace("Sol Wright (", "")
        assert one["Referrer-Policy"] == "no-referrer"
        assert "no-store" in one["Cache-Control"]
    assert ChildMessage.objects.get().text == "We won."


def test_a_sitting_is_over_when_the_child_leaves_the_link_ends_or_time_has_passed(
    client, world, made, sitting
):
    now = timezone.now()
    assert child.sitting_of(sitting.token, now)
    assert child.sitting_of(sitting.token + "x", now) is None
    assert child.sitting_of(sitting.token, now + rules.SITTING_AT_MOST + timedelta(minutes=1)) is None
    left = post(client, step="leave", **{"pass": sitting.token})
    assert left.status_code == 204
    assert left["Clear-Site-Data"] == '"cache"'
    assert child.sitting_of(sitting.token, now) is None
    again = actions.enter(by=None, code=made[1], word=WORD)
    actions.end_link(by=world.social_worker, child_link_id=made[0].pk)
    assert child.sitting_of(again.token, timezone.now()) is None
    page = post(
        client, step="send", **{"pass": again.token}, about="good", hide="nobody", text="typed for long"
    )
    assert "This does not open" in page.text
    assert "It is a while ago" not in page.text
    assert "typed for long" in page.text
    assert not ChildMessage.objects.exists()


def test_what_a_child_sends_are_words_in_the_record_that_nobody_edits(client, world, case, sitting):
    text = "  I want  my nan.\nIt's <b>loud</b>.  "
    sent = send(sitting, about="meeting", meeting="review", text=text, draft="one page")
    words = words_of(world.social_worker, case.person_id).first()
    assert words.pk == sent.words_id
    assert words.text == text
    assert (words.how, words.said_on, words.written_by) == ("themselves", "review", None)
    with pytest.raises(Refused, match="wrote this themselves"):
        correct_words(
            by=world.social_worker,
            words_id=words.pk,
            text="x",
            heard_by="y",
            heard_on=timezone.localdate(),
            why_corrected="z",
        )
    client.force_login(world.social_worker)
    page = client.get(reverse("words", kwargs={"person_id": case.person_id})).text
    assert "Wrote themselves, through a link" in page
    assert "It&#39;s &lt;b&gt;loud" in page
    again = send(sitting, about="meeting", meeting="review", text=text, draft="one page")
    assert again.pk == sent.pk
    assert Words.objects.filter(how="themselves").count() == 1
    actions.take_back(by=None, sitting=sitting, child_message_id=sent.pk)  # and said once more
    assert send(sitting, about="meeting", meeting="review", text=text, draft="one page").pk != sent.pk
    assert (
        send(sitting, about="unsafe", text="help").notice_id
        != send(sitting, about="unsafe", text="help").notice_id
    )


def test_what_is_empty_endless_or_too_often_is_refused_with_what_was_typed(client, sitting):
    page = post(client, step="send", **{"pass": sitting.token}, about="feel", hide="nobody", text="   ")
    assert "Write something first" in page.text
    with pytest.raises(Refused):
        send(sitting, text="x" * (rules.LONGEST + 1))
    for number in range(rules.MOST_A_DAY):
        send(sitting, text=f"{number}")
    page = post(client, step="send", **{"pass": sitting.token}, about="feel", hide="nobody", text="once more")
    assert "very many today" in page.text
    assert "once more" in page.text


def test_at_night_it_reaches_who_is_on_duty_at_once_is_read_answered_and_seen_by_the_child(
    client, world, case, made, sitting, settings
):
    settings.ADDRESS = "https://heard.example.org"
    night = timezone.now().replace(hour=2, minute=11)
    put_on_duty(
        by=world.administrator,
        user=world.supervisor,
        begins=night - timedelta(hours=3),
        ends=night + timedelta(days=2),
        phone="01632 960 077",
    )
    page = post(client, step="write", **{"pass": sitting.token}, about="unsafe").text
    assert (
        page.index("999")
        < page.index("0800 1111")
        < page.index("told at once, day or night")
        < page.index('name="text"')
    )
    assert "they may have to tell other people who can help. They try to tell you first." in page
    assert "No photo can be sent here" in page
    assert "Report Remove of Childline can help" in page
    sent = send(sitting, about="unsafe", text="He is outside.", at=night)
    notice = Notice.objects.get(pk=sent.notice_id)
    row = notice.readers.get(user=world.supervisor)
    assert (notice.kind, notice.urgent, notice.told_at, row.added_at, row.role, row.answers) == (
        "child_unsafe", True, night, night, "on duty", True,
    )  # fmt: skip
    reading = actions.set_secret(by=None, sitting=sitting, secret=SECRET)
    assert child.read_back(reading)[0].read == []
    client.force_login(world.supervisor)
    assert "The child writes that they do not feel safe" in client.get("/").text
    at = reverse("child_message", kwargs={"child_message_id": sent.pk})
    assert "He is outside." in client.get(at).text
    assert Notice.objects.get(pk=notice.pk).taken_at is None  # looking is not enough
    client.post(f"{at}read/")
    assert Notice.objects.get(pk=notice.pk).taken_at is not None
    actions.answer_message(
        by=world.supervisor,
        child_message_id=sent.pk,
        text="We rang your nan. You sleep there.",
        is_safe=True,
        how_safe="Her own phone",
    )
    actions.answer_message(
        by=world.supervisor, child_message_id=sent.pk, text="Not for there.", is_safe=False, how_safe="Shared"
    )
    back = post(client, step="read", **{"pass": sitting.token}, secret=SECRET).text
    assert "Read by Sufi, here for emergencies" in back
    assert "We rang your nan." in back
    assert "Answer from Sufi, here for emergencies" in back
    assert "Not for there." not in back
    told = Words.objects.get(pk=sent.words_id).answers.filter(told_on__isnull=False).get()
    assert told.what_changed == "We rang your nan. You sleep there."
    assert sent.replies.get(is_safe=True).read_at
    assert sent.replies.get(is_safe=False).read_at is None


def test_who_reads_that_a_child_is_not_safe_has_their_number_and_whom_to_ring_beside_it(
    client, world, case, sitting
):
    said = Said("self", "", timezone.localdate())
    record_fact(
        by=world.social_worker, person_id=case.person_id, kind="phone", value="07700 900 123", said=said
    )
    WarningNote.objects.create(
        person=case.person, text="Ring her own phone, never the house", why="Her stepfather answers",
        person_told=True, review_on=timezone.localdate(), written_by=world.social_worker,
    )  # fmt: skip
    sent = send(sitting, about="unsafe", text="He is outside.")
    at = reverse("child_message", kwargs={"child_message_id": sent.pk})
    client.force_login(world.social_worker)
    page = client.get(at).text
    child_page = reverse("child", kwargs={"person_id": case.person_id})
    for text in ("ring 999", "07700 900 123", "Sol Wright", "never the house", child_page):
        assert text in page.split("Read by")[0], text
    assert queries.near(world.officer, sent) is None, "who may not open the record"
    send_other = send(sitting, about="good", text="I got a badge.")
    page = client.get(reverse("child_message", kwargs={"child_message_id": send_other.pk})).text
    assert "07700 900 123" not in page, "only where it is needed"


def test_the_link_only_writes_without_the_secret_which_opens_nothing_that_was_sent_before_it(
    client, made, sitting
):
    send(sitting, text="Sent by whoever knew the word")
    other = actions.enter(by=None, code=made[1], word=WORD)
    page = post(client, step="read", **{"pass": other.token}, secret="guess it").text
    assert "Sent by whoever" not in page
    with pytest.raises(Refused):
        actions.set_secret(by=None, sitting=other, secret=WORD)  # the worker knows that one
    mine = send(other, text="Mine")
    reading = actions.set_secret(by=None, sitting=other, secret=SECRET)
    assert [one.message.pk for one in child.read_back(reading)] == [mine.pk]
    later = actions.enter(by=None, code=made[1], word=WORD)  # somebody else, who did not set it
    for page in (
        post(client, step=step, **{"pass": later.token}, about="feel") for step in ("choose", "write")
    ):
        assert "If it was not you" in page.text
    after = post(client, step="send", **{"pass": later.token}, about="feel", hide="nobody", text="Of later")
    assert "They cannot read what you send now" in after.text
    assert [one.message.pk for one in child.read_back(reading)] == [mine.pk]
    assert "If it was not you" not in post(client, step="choose", **{"pass": reading.token}).text
    with pytest.raises(Refused, match="already"):
        actions.set_secret(by=None, sitting=other, secret="another secret")
    assert (
        "Mine"
        not in post(
            client, step="mine", **{"pass": actions.enter(by=None, code=made[1], word=WORD).token}
        ).text
    )


def test_five_wrong_secrets_end_reading_back_and_writing_goes_on(made, sitting):
    actions.set_secret(by=None, sitting=sitting, secret=SECRET)
    for _time in range(5):
        with pytest.raises(Refused):
            actions.give_secret(by=None, sitting=sitting, secret="wrong one")
    with pytest.raises(Refused, match="any longer"):
        actions.give_secret(by=None, sitting=sitting, secret=SECRET)
    assert send(sitting)


def test_what_is_taken_back_is_read_by_nobody_and_says_so_and_danger_is_looked_at_all_the_same(
    client, world, case, made, sitting
):
    sent = send(sitting, about="unsafe", text="He is outside.")
    with pytest.raises(Refused):
        actions.take_back(
            by=None, sitting=actions.enter(by=None, code=made[1], word=WORD), child_message_id=sent.pk
        )
    actions.take_back(by=None, sitting=sitting, child_message_id=sent.pk)
    client.force_login(world.social_worker)
    for name, keys in (
        ("child_message", {"child_message_id": sent.pk}),
        ("words", {"person_id": case.person_id}),
        ("child_chronology", {"person_id": case.person_id}),
        ("child", {"person_id": case.person_id}),
    ):
        page = client.get(reverse(name, kwargs=keys)).text
        assert "He is outside." not in page, name
    assert "took this back" in client.get(reverse("words", kwargs={"person_id": case.person_id})).text
    assert unread_of(world.coordinator).filter(notice=sent.notice_id).exists()
    assert ChildMessage.objects.get(pk=sent.pk).text == "He is outside."


def test_a_worker_sees_of_which_kind_of_device_it_came_and_not_when_a_link_was_used(
    client, world, case, made
):
    agent = (
        "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36"
    )
    page = post(client, step="enter", code=made[1], word=WORD)
    client.post(
        "/n/",
        {"step": "send", "pass": the_pass(page), "about": "good", "hide": "nobody", "text": "We won."},
        HTTP_USER_AGENT=agent,
    )
    assert ChildMessage.objects.get().device == "Android, Chrome"
    assert not AuditRow.objects.filter(subject="child link", verb="enter").exclude(person_id=None).exists()
    assert not queries.messages_visible_to(world.officer).exists()
    client.force_login(world.officer)
    at = reverse("child_message", kwargs={"child_message_id": ChildMessage.objects.get().pk})
    assert client.get(at).status_code == 404
    assert client.get(reverse("child_links", kwargs={"person_id": case.person_id})).status_code == 404


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("", "unknown device"),
        ("curl/8", "unknown device"),
        ("Mozilla/5.0 (iPad; CPU OS 17) Safari/604", "iPad, Safari"),
        ("Mozilla/5.0 (Windows NT 10.0) Firefox/131", "Windows, Firefox"),
    ],
)
def test_a_device_is_said_in_two_words_at_most(agent, said):
    assert rules.device_of(agent) == said


def test_only_the_word_is_asked_again_and_what_was_typed_is_kept(client, made, sitting, monkeypatch):
    """After twenty minutes, and beside a wrong word."""
    token = sitting.token
    assert post(client, step="renew", **{"pass": token}).text.count(":") >= 2
    monkeypatch.setattr(rules, "SITTING", timedelta(seconds=-1))
    asked = {"about": "feel", "hide": "nobody", "text": "typed for long"}
    page = post(client, step="send", **{"pass": token}, **asked).text
    assert "typed for long" in page
    assert 'name="code"' not in page
    monkeypatch.undo()
    wrong = post(client, step="enter", held=token, word="wrong", **asked).text
    assert "You can try 4 more times" in wrong
    assert 'name="code"' not in wrong
    assert "typed for long</textarea>" in post(client, step="enter", held=token, word=WORD, **asked).text
    assert made[1] in post(client, step="enter", code=made[1], word="wrong").text
    for field in re.findall(r'<input[^>]*name="word"[^>]*>', wrong):
        assert 'type="text"' in field  # what is no password is not offered to be kept
    left = post(client, step="leave", go="1", **{"pass": token})
    assert 'http-equiv="refresh"' in left.text
    assert 'name="code"' in post(client, step="send", **{"pass": token}, **asked).text


def test_nobody_is_said_to_know_who_does_not(client, world, made, sitting):
    User.objects.filter(pk__in=[world.supervisor.pk, world.coordinator.pk, world.social_worker.pk]).update(
        is_active=False
    )
    page = post(
        client, step="send", **{"pass": sitting.token}, about="unsafe", hide="nobody", text="Help."
    ).text
    assert page.index("999") < page.index("nobody could be told. Please ring")
    assert "has been told" not in page


def test_a_supervisor_who_did_not_make_a_link_learns_of_it_and_asks_the_child(client, world, case, made):
    link = made[0]
    of = Notice.objects.filter(subject="child link", subject_id=str(link.pk))
    told = of.get(kind="child_link").readers.first().user
    assert told != world.social_worker
    client.force_login(told)
    assert "Ask the child whether they write with the link" in client.get("/").text
    at = reverse("child_link_asked", kwargs={"child_link_id": link.pk})
    assert client.get(at).status_code == 200
    with pytest.raises(Refused, match="Somebody else"):
        actions.note_asked(by=world.social_worker, child_link_id=link.pk, who_writes="child", asked="Yes")
    client.post(at, {"who_writes": "child", "asked": "It is me, on my own phone."})
    assert ChildLink.objects.get(pk=link.pk).asked_by == told
    assert not queries.links_to_ask_about(told).exists()
    for _time in range(5):
        with contextlib.suppress(Refused):
            actions.enter(by=None, code=made[1], word="wrong")
    assert of.filter(kind="child_link_ended", readers__user=told).exists()
    other, _code = actions.make_link(by=world.social_worker, person_id=case.person_id, word=WORD, weeks=1)
    actions.end_link(by=world.social_worker, child_link_id=other.pk)
    assert Notice.objects.filter(
        subject_id=str(other.pk), kind="child_link_ended", readers__user=told
    ).exists()


def test_an_error_where_children_write_says_whom_to_ring_and_nothing_of_whose_it_is(client, world):
    large = client.post("/n/", {"text": "a" * 1_100_000})
    client.force_login(world.social_worker)
    for page in (large, client.get("/n/x")):
        assert page.status_code in (404, 413)
        assert "<title>Notes</title>" in page.text
        assert "0800 1111" in page.text
        assert "data-leave" in page.text
        assert "Heard" not in page.text


@pytest.mark.parametrize("status", [400, 403, 405, 413, 429, 500, 503])
def test_whatever_refuses_or_fails_there_says_whom_to_ring_and_keeps_the_words(status):
    """Each error of the site, at the address of children and at another."""
    middleware = WhereChildrenWrite(lambda _request: HttpResponse("Heard", status=status))
    page = middleware(RequestFactory().post("/n/", {"text": "he is outside again"}))
    assert (page.status_code, "0800 1111" in page.text, "Heard" in page.text) == (status, True, False)
    assert ("he is outside again" in page.text) == (status not in (400, 413, 500))
    assert middleware(RequestFactory().get("/nothing/")).text == "Heard"


def test_a_name_is_found_however_it_was_typed():
    names = [("Sol", "Wright"), ("Zoë", "O’Hara"), ("Al", "Li")]
    assert rules.names_in("SOL’s boss and zoe", names) == [0, 1]
    assert rules.names_in("my uncle", names) == []
