"""The pages about missing children: who may open them, what they keep, what is printed and how much they ask the database."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from tests.cases.missing.conftest import BACK, ago, gone, not_reached

from heard.agencies.models import AuditRow
from heard.cases.case.models import Words
from heard.cases.death.actions import record_death
from heard.cases.missing import actions, queries
from heard.cases.missing.models import Episode, InterviewOffer, Philomena
from heard.cases.pack.passages import passages_of
from heard.cases.pack.rules import PackPart
from heard.cases.words.actions import add_words
from heard.govuk.environment import clock, time
from heard.home.queries import my_work
from heard.network.actions import Knows, add_group, add_person, add_place, note_tie
from heard.network.models import Place


def moment(name: str, at) -> dict[str, str]:
    there = timezone.localtime(at)
    on = {f"{name}_on-{part}": str(getattr(there, part)) for part in ("day", "month", "year")}
    return on | {f"{name}_time": f"{there:%H:%M}"}


def of_episode(name: str, episode: Episode) -> str:
    return reverse(name, kwargs={"episode_id": episode.pk})


def of_child(name: str, person_id) -> str:
    return reverse(name, kwargs={"person_id": person_id})


EPISODE_PAGES = (
    "episode", "episode_change", "episode_found", "episode_take_back", "interview_offer", "interview",
    "interview_person", "interview_place", "interview_group", "interview_handle",
)  # fmt: skip
CHILD_PAGES = ("missing_of", "missing_note", "philomena", "philomena_write", "philomena_paper")
NOTED = {
    "from_where": "home",
    "last_seen_where": "The bus stop in Kiln Lane",
    "last_seen_by": "Ola, her carer",
    "danger": "yes",
    "danger_why": "A man who hurt her before",
    "reported": "yes",
    "police_reference": "WX-204",
    "is_back": "no",
}


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member", "administrator"])
def test_hidden_and_absent_look_the_same(client, world, heard, who):
    client.force_login(getattr(world, who))
    addresses = [of_episode(name, heard.episode) for name in EPISODE_PAGES]
    addresses.append(of_episode("episode_named", heard.episode))
    for address in [*addresses, *(of_child(name, heard.episode.person_id) for name in CHILD_PAGES)]:
        assert client.get(address).status_code == 404, address
        assert client.post(address, {"reason": "x"}).status_code in (404, 405), address


def test_each_page_about_an_episode_leaves_a_row(client, world, heard):
    client.force_login(world.social_worker)
    rows = AuditRow.objects.filter(person_id=heard.episode.person_id)
    for name in EPISODE_PAGES:
        before = rows.count()
        assert client.get(of_episode(name, heard.episode)).status_code == 200, name
        assert rows.count() == before + 1, name


def test_a_child_is_noted_as_missing_and_back_on_the_pages(client, world, case):
    client.force_login(world.social_worker)
    at = of_child("missing_note", case.person_id)
    sent = NOTED | moment("missing", ago(30)) | moment("reported", ago(29))
    wrong = client.post(at, sent | {"missing_time": "later"})
    assert "Give the time as 14:30 or 2:30pm" in wrong.text
    assert "Ola, her carer" in wrong.text
    client.post(at, sent)
    episode = Episode.objects.get()
    assert (episode.danger_why, episode.police_reference) == ("A man who hurt her before", "WX-204")
    page = client.get(of_child("child", case.person_id)).text
    assert "This child is missing, since" in page
    assert "Mina Okoro" in client.get(reverse("missing")).text
    client.post(of_episode("episode_found", episode), BACK | moment("found", ago(20)))
    episode.refresh_from_db()
    assert episode.found_at is not None
    assert "This child is missing, since" not in client.get(of_child("child", case.person_id)).text
    text = client.get(of_episode("episode", episode)).text
    assert "hours left" in text
    assert "Interview within 72 hours" in text


def test_a_source_says_in_words_how_it_was_read(client, world, returned):
    client.force_login(world.social_worker)
    pages = [of_episode("episode", returned), of_episode("interview", returned)]
    for at in [*pages, of_child("philomena", returned.person_id), of_child("sharing_of", returned.person_id)]:
        page = client.get(at).text
        assert "(confidence" not in page, at
        assert re.search(r"</summary>.*?Read in (a source that quotes it|the original)", page, re.DOTALL), at


def test_an_episode_that_is_over_is_noted_in_one_go(client, world, case):
    client.force_login(world.teacher)
    sent = NOTED | moment("missing", ago(130)) | moment("reported", ago(129)) | {"is_back": "yes"}
    client.post(of_child("missing_note", case.person_id), sent | BACK | moment("found", ago(120)))
    assert Episode.objects.get().condition == BACK["condition"]


def test_what_overlaps_is_refused_with_its_sentence_and_kept_as_typed(client, world, episode):
    client.force_login(world.social_worker)
    sent = NOTED | moment("missing", ago(3)) | moment("reported", ago(2))
    answer = client.post(of_child("missing_note", episode.person_id), sent)
    assert "noted as missing now" in answer.text
    assert "A man who hurt her before" in answer.text
    assert Episode.objects.count() == 1


def test_a_child_is_late_to_be_heard_in_words(client, world, case):
    worker = world.social_worker
    late = gone(worker, case.person_id, 200, back=BACK | {"found_at": ago(80)})
    client.force_login(worker)
    assert "8 hours late" in client.get(of_episode("episode", late)).text
    (section,) = [section for section in my_work(worker) if "interviews due" in section.heading]
    assert "8 hours late" in section.waiting[0].note


def test_an_interview_to_which_the_child_said_no_is_late_nowhere(client, world, case):
    worker = world.social_worker
    back = gone(worker, case.person_id, 2000, back=BACK | {"found_at": ago(1900)})
    client.force_login(worker)
    pages = [reverse("missing"), of_child("missing_of", case.person_id), of_episode("episode", back)]
    assert all("days late" in client.get(at).text for at in pages)
    offer = {"by_whom": "Noor", "outcome": "declined", "why": "Not twice"}
    actions.offer_interview(by=worker, episode_id=back.pk, offered_at=ago(1890), **offer)
    for at in pages:
        page = client.get(at).text
        assert "Back, and said no to an interview" in page
        assert "offered in time" in page
        assert "days late" not in page
    assert "in time. The child said no." in client.get(of_episode("episode", back)).text
    assert not [section for section in my_work(worker) if "interviews due" in section.heading]


def test_the_interview_is_offered_and_held_on_the_pages(client, world, returned):
    client.force_login(world.social_worker)
    at = of_episode("interview_offer", returned)
    offered = moment("offered", ago(18))
    assert "Say who offered" in client.post(at, offered | {"outcome": "accepted"}).text
    client.post(at, offered | {"outcome": "accepted", "accepted_by": "Noor, advocate"})
    assert InterviewOffer.objects.get().by_whom == "Noor, advocate"
    said = {"which": "new", "said": "Nobody asked me.", "how": "said"}
    held = {"where": "The youth centre", "with_whom": "Noor", "independent": "Works for a charity"}
    client.post(of_episode("interview", returned), moment("held", ago(5)) | held | said)
    page = client.get(of_episode("episode", returned)).text
    assert "Nobody asked me." in page
    assert "is not always passed on" in page
    assert "Back, and heard" in page


def test_what_is_required_does_not_say_that_it_is_optional(client, world, returned):
    client.force_login(world.social_worker)
    at = of_episode("interview_offer", returned)
    assert "(optional)" not in client.get(at).text
    empty = moment("offered", ago(18)) | {"offered_on-day": "", "offered_on-month": "", "offered_on-year": ""}
    empty |= {"offered_time": ""}
    assert (
        "Give the day of the offer"
        in client.post(at, empty | {"outcome": "accepted", "accepted_by": "N"}).text
    )
    client.post(at, empty | {"outcome": "not_offered", "not_offered_why": "In hospital"})
    offer = InterviewOffer.objects.get()
    assert f", {time(offer.noted_at)}." in client.get(of_episode("episode", returned)).text
    found = of_episode("episode_found", returned)
    assert "or why not? (optional)" not in client.get(found).text
    unseen = moment("found", ago(20)) | BACK | {"check_by_police": "not_done", "check_note": ""}
    assert re.search(r'href="#[^"]*check_note">Say why the police', client.post(found, unseen).text)


def test_the_interview_asks_its_day_and_who_heard_the_child_once(client, world, returned):
    client.force_login(world.social_worker)
    at = of_episode("interview", returned)
    page = client.get(at).text
    days = set(re.findall(r'name="(\w+)-year"', page))
    assert days == {"held_on"}
    assert "Who heard the child?" not in page
    assert "When was the child heard?" not in page
    assert "When was the child asked?" not in page
    held = {"where": "The youth centre", "with_whom": "Noor, advocate", "independent": "Works for a charity"}
    said = {"which": "new", "said": "Nobody asked me.", "how": "said"}
    client.post(at, moment("held", ago(5)) | held | said)
    words = Words.objects.get(text="Nobody asked me.")
    assert (words.heard_by, words.heard_on) == ("Noor, advocate", timezone.localtime(ago(5)).date())


def test_the_day_since_which_a_child_is_missing_is_asked_once(client, world, case):
    """Where the police were told on that day."""
    client.force_login(world.social_worker)
    sent = NOTED | moment("missing", ago(3)) | moment("reported", ago(2))
    since = timezone.localtime(ago(3))
    sent |= {f"reported_on-{part}": "" for part in ("day", "month", "year")}
    sent |= {"reported_time": f"{since:%H:%M}"}
    client.post(of_child("missing_note", case.person_id), sent)
    assert timezone.localtime(Episode.objects.get().reported_at).date() == since.date()
    page = client.post(of_child("missing_note", case.person_id), sent | {"reported_on-day": "99"}).text
    assert "must include" in page
    Episode.objects.all().delete()
    sent |= {"missing_when": "yesterday", "missing_time": "10:00", "reported_time": "10:30"}
    client.post(of_child("missing_note", case.person_id), sent)
    episode = Episode.objects.get()
    assert episode.reported_at - episode.missing_from == timedelta(minutes=30)


def test_a_day_is_chosen_and_just_now_has_its_time_by_itself(client, world, case):
    client.force_login(world.social_worker)
    at = of_child("missing_note", case.person_id)
    assert "Give the day from which the child is missing" in client.post(at, NOTED).text
    evening = NOTED | {"missing_when": "yesterday", "missing_time": "23:10", "reported_when": "now"}
    client.post(at, evening)
    episode = Episode.objects.get()
    there, told = timezone.localtime(episode.missing_from), timezone.localtime(episode.reported_at)
    assert (there.date(), f"{there:%H:%M}") == (timezone.localdate() - timedelta(days=1), "23:10")
    assert timezone.now() - told < timedelta(minutes=1)
    change = client.get(of_episode("episode_change", episode)).text
    assert re.search(r'name="missing_when" type="radio" value="date" checked', change)
    back = of_episode("episode_found", episode)
    assert "Give the time of the return" in client.post(back, BACK | {"found_when": "today"}).text
    client.post(back, BACK | {"found_when": "now"})
    episode.refresh_from_db()
    assert timezone.now() - episode.found_at < timedelta(minutes=1)
    interview = of_episode("interview", episode)
    asks = client.get(interview).text
    assert 'name="with_whom" type="text"' in asks
    assert f'value="{world.social_worker}"' not in asks, (
        "who spoke with the child is said, not taken for granted"
    )
    held = {"held_when": "now", "where": "At school", "with_whom": "Noor", "independent": "A charity"}
    client.post(interview, held | {"which": "new", "said": "Nobody asked me.", "how": "said"})
    assert Words.objects.get(text="Nobody asked me.").heard_on == timezone.localdate()


def beside_it(page):
    """Where the banner says that it goes on."""
    return re.findall(r'class="govuk-notification-banner__link" href="([^"]+)"', page)[0]


def test_each_page_says_what_it_saved_and_what_comes_next(client, world, case):
    client.force_login(world.social_worker)
    sent = NOTED | moment("missing", ago(30)) | moment("reported", ago(29))
    page = client.post(of_child("missing_note", case.person_id), sent, follow=True).text
    assert "Saved: the child is missing. If the child may be in danger, ring 999." in page
    assert re.findall(r"Told on My work: ([^.<]*)", page) == ["Cora Ordway, Sufi Visram"]
    episode = Episode.objects.get()
    assert beside_it(page) == reverse("philomena", args=[case.person_id])
    assert f'<h1 class="govuk-heading-l">Missing since {time(episode.missing_from)}</h1>' in page
    found = moment("found", ago(20)) | BACK
    page = client.post(of_episode("episode_found", episode), found, follow=True).text
    episode.refresh_from_db()
    assert f"Saved: the child is back. Offer an interview by {time(episode.interview_due_at)}." in page
    assert beside_it(page) == of_episode("interview_offer", episode)
    assert f"Missing from {time(episode.missing_from)} to {time(episode.found_at)}</h1>" in page
    page = client.post(of_episode("episode_found", episode), found, follow=True).text
    assert "Saved: what is written about the return." in page
    offer = moment("offered", ago(18)) | {"outcome": "accepted", "accepted_by": "Noor, advocate"}
    page = client.post(of_episode("interview_offer", episode), offer, follow=True).text
    assert "Saved: the offer of an interview." in page
    held = {"where": "At school", "with_whom": "Noor", "independent": "Works for a charity"}
    held |= moment("held", ago(5)) | {"which": "new", "said": "Nobody asked me.", "how": "said"}
    page = client.post(of_episode("interview", episode), held, follow=True).text
    assert "Saved: the interview." in page
    assert beside_it(page) == of_episode("interview_person", episode)
    place = {"name": "The pier", "kind": "goes_to", "choice": "new", "new_kind": "pier", "postcode": ""}
    page = client.post(of_episode("interview_place", episode), place, follow=True).text
    assert "Saved: what the child spoke of." in page


def test_who_noted_a_return_and_an_interview_stands_with_the_time_at_which_they_did(client, world, heard):
    client.force_login(world.social_worker)
    returned = heard.episode
    page = " ".join(client.get(of_episode("episode", returned)).text.split())
    said = re.findall(r"Noted by\s*</dt>\s*<dd[^>]*>\s*(?:<[^>]*>)?\s*([^<]*?)\s*<", page)
    assert said == [
        f"{who}, {time(at)}"
        for who, at in (
            (returned.noted_by, returned.noted_at),
            (returned.found_noted_by, returned.found_noted_at),
            (heard.noted_by, heard.noted_at),
        )
    ]


def test_a_child_who_was_back_long_ago_is_offered_an_interview_now(client, world, case):
    client.force_login(world.social_worker)
    sent = NOTED | moment("missing", ago(130)) | moment("reported", ago(129)) | {"is_back": "yes"}
    sent |= BACK | moment("found", ago(120))
    page = client.post(of_child("missing_note", case.person_id), sent, follow=True).text
    assert "Saved: the child is back. Offer an interview now." in page
    summary = " ".join(client.get(of_child("child", case.person_id)).text.split())
    dates = summary.partition('<ul class="heard-dates">')[2].partition("</ul>")[0]
    assert "Offer a return home interview" in dates
    assert "2 days overdue" in dates


def test_it_is_said_where_nothing_is_written_of_the_police_being_told(client, world, case):
    client.force_login(world.social_worker)
    sent = NOTED | moment("missing", ago(3)) | {"reported": "no", "why_not_reported": "I ring them now"}
    page = client.post(of_child("missing_note", case.person_id), sent, follow=True).text
    assert "Nothing is written yet of the police being told." in page
    assert beside_it(page) == of_episode("episode_change", Episode.objects.get())


def test_nobody_is_to_be_offered_an_interview_who_was_found_dead(client, world, episode):
    record_death(by=world.supervisor, person_id=episode.person_id, died_on=None, who_said="The police")
    client.force_login(world.social_worker)
    found = moment("found", ago(20)) | BACK
    page = client.post(of_episode("episode_found", episode), found, follow=True).text
    assert "Saved: the return." in page
    assert "Offer an interview" not in page


def test_words_heard_after_the_interview_have_a_day_and_somebody_of_their_own(client, world, returned):
    client.force_login(world.social_worker)
    at = of_episode("interview", returned)
    boxes = ('name="heard_by"', 'name="heard_on-day"')
    assert not any(box in client.get(at).text for box in boxes)
    held = {"where": "At school", "with_whom": "Sol Wright", "independent": "yes"}
    client.post(at, moment("held", ago(5)) | held | {"which": "none", "why_no_words": "Not today"})
    page = client.get(at).text
    assert all(box in page for box in boxes)
    assert "Back, interview held" in client.get(of_episode("episode", returned)).text
    record = client.get(of_child("child_chronology", returned.person_id) + "?kind=missing").text
    assert "Return home interview, by Sol Wright" in record


def test_a_child_who_could_not_be_reached_is_noted_as_an_offer(client, world, returned):
    client.force_login(world.social_worker)
    held = {"where": "By phone", "with_whom": "Sol Wright", "independent": "yes", "which": "not_reached"}
    page = client.post(of_episode("interview", returned), moment("held", ago(5)) | held).text
    assert "choose “Note an offer”" in page
    not_reached(world.social_worker, returned)
    page = client.get(of_episode("episode", returned)).text
    for says in (
        "Back, not heard yet",
        "Note an offer",
        "Write down the interview",
        "Rang twice",
        "Tried",
        "Due by",
    ):
        assert says in page, says
    record = client.get(of_child("child_chronology", returned.person_id) + "?kind=missing").text
    assert "Not reached for the return home interview, by Noor, advocate" in record


def test_only_what_the_child_said_after_coming_back_is_offered_for_the_interview(client, world, returned):
    said = {"heard_by": "Tess Archer", "heard_on": timezone.localdate(returned.found_at)}
    about = {"by": world.teacher, "person_id": returned.person_id}
    add_words(**about, text="I am back.", **said)
    add_words(**about, text="I hate Mondays.", **said | {"heard_on": timezone.localdate(ago(50))})
    client.force_login(world.social_worker)
    page = client.get(of_episode("interview", returned)).text
    assert "I am back." in page
    assert "I hate Mondays." not in page


def test_an_interview_that_cannot_be_held_yet_says_so(client, world, episode):
    client.force_login(world.social_worker)
    assert "not back yet" in client.get(of_episode("interview", episode)).text


def test_somebody_whom_the_child_named_is_looked_for_before_being_added(client, world, heard):
    worker = world.social_worker
    adult = add_person(by=worker, given_name="Desmond", family_name="Moran", kind="adult")
    client.force_login(worker)
    at = of_episode("interview_person", heard.episode)
    typed = {"name": "Desmond Moran", "kind": "back:drives"}
    asked = client.post(at, typed)
    assert str(adult.pk) in asked.text
    assert "There is a problem" not in asked.text
    assert "Nobody of these: add them" in asked.text
    client.post(at, typed | {"choice": str(adult.pk)})
    (tie,) = queries.answers_of(worker, heard)
    assert tie.person_id == adult.pk
    assert "There is a problem" in client.post(at, typed | {"choice": "new"}).text  # adult or child?
    client.post(at, typed | {"name": "Kit Vale", "choice": "new", "new_kind": "adult"})
    assert [answer.name for answer in queries.answers_of(worker, heard)] == ["Desmond Moran", "Kit Vale"]
    assert "Kit Vale" in client.get(of_episode("episode", heard.episode)).text


def test_a_place_that_is_added_from_an_interview_is_a_home_where_that_is_ticked(client, world, heard):
    client.force_login(world.social_worker)
    at = of_episode("interview_place", heard.episode)
    typed = {"name": "Number 3", "kind": "goes_to", "postcode": ""}
    assert "Does somebody live there?" in client.post(at, typed).text
    client.post(at, typed | {"choice": "new", "new_kind": "place", "is_home": "yes"})
    assert Place.objects.get(name="Number 3").is_home
    others = of_episode("interview_group", heard.episode)
    assert "Does somebody live there?" not in client.post(others, {"name": "x"}).text


def test_a_place_that_the_child_named_is_looked_for_too(client, world, heard):
    place = add_place(by=world.teacher, name="Harbour Street arcade", kind="arcade", postcode="WX1 2AB")
    client.force_login(world.social_worker)
    at = of_episode("interview_place", heard.episode)
    typed = {"name": "the arcade", "kind": "goes_to", "postcode": ""}
    assert str(place.pk) in client.post(at, typed).text
    client.post(at, typed | {"choice": str(place.pk)})
    client.post(at, typed | {"name": "Old laundry", "choice": "new", "new_kind": "empty building"})
    names = [tie.name for tie in queries.answers_of(world.social_worker, heard)]
    assert sorted(names) == ["Harbour Street arcade", "Old laundry"]


def test_a_group_that_the_child_named_is_looked_for_too(client, world, heard):
    group = add_group(by=world.social_worker, name="The Harbour boys", kind="gang")
    client.force_login(world.social_worker)
    at = of_episode("interview_group", heard.episode)
    typed = {"name": "Harbor boys", "kind": "afraid_of"}
    assert str(group.pk) in client.post(at, typed).text
    client.post(at, typed | {"choice": str(group.pk)})
    assert "Say what kind of group it is" in client.post(at, typed | {"name": "Them", "choice": "new"}).text
    client.post(at, typed | {"name": "Them", "choice": "new", "new_kind": "friends"})
    names = [tie.name for tie in queries.answers_of(world.social_worker, heard)]
    assert sorted(names) == ["The Harbour boys", "Them"]
    assert "Harbour boys" in client.get(of_episode("episode", heard.episode)).text


def test_what_is_known_is_changed_with_what_stands_there(client, world, episode):
    client.force_login(world.social_worker)
    at = of_episode("episode_change", episode)
    page = client.get(at).text
    assert "WX-204" in page
    sent = {name: value for name, value in NOTED.items() if name != "is_back"} | {
        "what_is_known": "Seen in town"
    }
    client.post(at, sent | moment("missing", episode.missing_from) | moment("reported", episode.reported_at))
    episode.refresh_from_db()
    assert episode.what_is_known == "Seen in town"


def test_an_episode_is_taken_back_with_a_reason(client, world, episode):
    client.force_login(world.social_worker)
    at = of_episode("episode_take_back", episode)
    assert "Say why this was no episode" in client.post(at, {"reason": ""}).text
    client.post(at, {"reason": "It was her cousin"})
    assert "It was her cousin" in client.get(of_episode("episode", episode)).text
    assert "taken back" in client.get(of_episode("episode_change", episode)).text


def words_of_pdf(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def test_the_form_is_written_read_in_versions_and_printed_with_both_parts(client, world, case):
    client.force_login(world.social_worker)
    person = case.person_id
    place = add_place(by=world.social_worker, name="The pier", kind="pier")
    note_tie(
        by=world.social_worker, one_id=person, in_words="goes to", other_id=place.pk, knows=Knows("She said")
    )
    write = of_child("philomena_write", person)
    assert "goes to The pier (She said)" in client.get(write).text
    client.post(write, {"places": "The pier", "medical": "An inhaler, twice a day"})
    client.force_login(world.teacher)
    client.post(write, {"places": "The pier", "medical": "An inhaler, three times a day"})
    page = client.get(of_child("philomena", person) + "?version=1").text
    assert "An inhaler, twice a day" in page
    assert "This is an earlier version" in page
    assert Philomena.objects.count() == 2
    gone(world.social_worker, person, 5, clothing="A green coat")
    answer = client.get(of_child("philomena_paper", person))
    assert answer["Content-Disposition"] == 'attachment; filename="philomena-form.pdf"'
    text = words_of_pdf(answer.content)
    for words in ("Mina Okoro", "three times a day", "A green coat", "The bus stop in Kiln Lane", "WX-204"):
        assert words in text, words


def test_paper_without_anything_to_print_is_not_there(client, world, case):
    client.force_login(world.social_worker)
    assert client.get(of_child("philomena_paper", case.person_id)).status_code == 404


def test_the_chronology_tells_of_each_time(client, world, heard):
    client.force_login(world.social_worker)
    text = client.get(of_child("child_chronology", heard.episode.person_id) + "?kind=missing").text
    assert "Heard after coming back, by Noor, advocate" in text
    assert "Back: At her aunt’s" in text
    episode = heard.episode
    for at in (episode.missing_from, episode.found_at, heard.held_at):
        assert f">{time(at)}<" in text
    paper = words_of_pdf(client.get(of_child("child_chronology_paper", episode.person_id)).content)
    assert clock(episode.found_at) in paper


def test_paper_and_chronology_say_what_the_police_saw_and_what_was_offered(client, world, episode):
    worker = world.social_worker
    unseen = BACK | {"check_by_police": "not_done", "check_note": "She was asleep."}
    actions.note_found(by=worker, episode_id=episode.pk, found_at=ago(20), **unseen)
    offer = {"by": worker, "episode_id": episode.pk}
    asked = {"offered_at": ago(10), "by_whom": "Noor", "why": "Not with her mother there."}
    actions.offer_interview(**offer, outcome="declined", **asked)
    actions.offer_interview(**offer, outcome="not_offered", why="She was at the hospital.")
    told = passages_of(worker, episode.person_id, parts=[PackPart.MISSING])[0]
    assert told.heading == f"Missing from {time(episode.missing_from)} to {time(unseen_until(episode))}"
    for says in (
        "Seen by the police since: No: She was asleep.",
        f"Return home interview offered on {time(asked['offered_at'])} by Noor: The child said no. Not with her mother there.",
        ": She was at the hospital.",
    ):
        assert says in told.text
    client.force_login(worker)
    text = client.get(of_child("child_chronology", episode.person_id) + "?kind=missing").text
    for says in (
        "Return home interview offered by Noor",
        "The child said no",
        "Return home interview not offered",
    ):
        assert says in text


def unseen_until(episode):
    return Episode.objects.get(pk=episode.pk).found_at


def count(client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_lists_ask_the_database_as_often_for_twenty_as_for_two(client, world, case):
    client.force_login(world.social_worker)
    worker = world.social_worker

    def fill(first: int, last: int) -> None:
        for number in range(first, last):
            begin = 5000 - number * 100
            back = BACK | {"found_at": ago(begin - 20)}
            gone(worker, case.person_id, begin, back=back)

    fill(0, 2)
    pages = [reverse("missing"), of_child("missing_of", case.person_id), reverse("home")]
    pages.append(of_child("child", case.person_id))
    client.get(pages[-1])  # whoever is first after a change brings the chronology up to date
    few = [count(client, page) for page in pages]
    fill(2, 20)
    client.get(pages[-1])
    assert [count(client, page) for page in pages] == few


def test_the_list_of_missing_children_has_pages(client, world, case):
    worker = world.social_worker
    for number in range(26):
        begin = 9000 - number * 100
        gone(worker, case.person_id, begin, back=BACK | {"found_at": ago(begin - 20)})
    client.force_login(worker)
    assert "page=2" in client.get(reverse("missing")).text
    assert actions.open_episode(by=worker, episode_id=Episode.objects.first().pk)
    assert queries.missing_since(worker, timezone.now() - timedelta(days=900)).count() == 26
