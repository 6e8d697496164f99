"""What a child says beyond the first words, in whichever form, what changed because of it, and that they were told so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from heard.cases.case.actions import record_words
from heard.cases.review.queries import reviews_of
from heard.cases.voice import actions as voice
from heard.cases.words.actions import answer_words
from heard.demo.life.tone import THREE_NOTES

if TYPE_CHECKING:
    from heard.cases.models import ChildMessage, Words
    from heard.demo.life.child import Child

_TOLD_AFTER = 9  # days


def answer_first_words(child: Child) -> None:
    """What changed because of what the child said first; the child was told of it."""
    words = child.words(child.day(0))
    if words is not None and "words_changed" in child.story:
        with child.on(_TOLD_AFTER):
            answer_words(
                by=child.worker,
                words_id=words.pk,
                what_changed=child.say(child.story["words_changed"]),
                told_on=child.day(_TOLD_AFTER),
                told_by=child.world.name_and_job(child.worker.username),
            )


def go_on_speaking(child: Child) -> None:
    for said in child.part("words") or ():
        with child.on(said["day"]):
            words = _hear(child, said)
        if "told" in said:
            with child.on(said["told"]):
                answer_words(
                    by=child.user(said["heard"]),
                    words_id=words.pk,
                    what_changed=child.say(said["changed"]),
                    told_on=child.day(said["told"]),
                    told_by=child.world.name_and_job(said["heard"]),
                )


def write_themselves(child: Child) -> None:
    """With a link: what the worker answers at once, and what is hidden from somebody and checked by the designated officer."""
    for sent in child.part("links") or ():
        with child.on(sent["day"]):
            link: dict[str, Any] = {"person_id": child.person_id, "word": "marmalade", "weeks": 13}
            made, code = voice.make_link(by=child.worker, **link)
            sitting = voice.enter(by=None, code=code, word=link["word"])
            assert sitting is not None  # it was made just now
            hides = child.worker if sent.get("hides") == "worker" else None
            said: dict[str, Any] = {
                "about": sent["about"],
                "text": child.say(sent["text"]),
                "drawn": json.dumps(sent.get("drawn", [])),
                "pointed": sent.get("pointed", ()),
                "device": "Android, Chrome",
            }
            if "spoken" in sent:
                said["spoken"] = voice.listen_to(by=None, sitting=sitting, content=THREE_NOTES)
            message = voice.send(by=None, sitting=sitting, hide_from=hides, **said)
        with child.on(sent["day"] + 1):
            if "answer" not in sent and "found" not in sent:
                _is_read(message)
            if "asked" in sent:
                whom: dict[str, Any] = {"child_link_id": made.pk, "who_writes": "child"}
                voice.note_asked(by=child.world.coordinator, asked=sent["asked"], **whom)
            if sent.get("spoken"):
                heard = child.say(sent["spoken"])
                voice.open_sound(by=child.worker, child_message_id=message.pk)
                voice.write_down(by=child.worker, child_message_id=message.pk, text=heard)
            if "described" in sent:
                seen = child.say(sent["described"])
                voice.describe_drawing(by=child.worker, child_message_id=message.pk, text=seen)
            if "answer" in sent:
                answer: dict[str, Any] = {
                    "text": child.say(sent["answer"]),
                    "is_safe": True,
                    "how_safe": "It is the child’s own phone.",
                }
                voice.answer_message(by=child.worker, child_message_id=message.pk, **answer)
            if "found" in sent:
                found = child.say(sent["found"])
                voice.check_message(by=child.user("edith.clough"), child_message_id=message.pk, found=found)


def _is_read(message: ChildMessage) -> None:
    for reader in message.notice.readers.select_related("user") if message.notice else ():
        if message.seconds:
            voice.open_sound(by=reader.user, child_message_id=message.pk)
        voice.note_read(by=reader.user, child_message_id=message.pk)


def tell_what_was_decided(child: Child) -> None:
    """After the first review, for a child who has a link."""
    told = child.part("for_child")
    if told:
        review = reviews_of(child.worker, child.case.pk).last()
        assert review is not None  # the step before held it
        with child.on(told["day"]):
            said: dict[str, Any] = {"text": child.say(told["text"]), "how": child.say(told["how"])}
            voice.tell_decision(by=child.worker, review_id=review.pk, is_safe=True, **said)


def _hear(child: Child, said: dict[str, Any]) -> Words:
    return record_words(
        by=child.user(said["heard"]),
        person_id=child.person_id,
        text=child.say(said["text"]),
        how=said["how"],
        heard_on=child.day(said["day"]),
        heard_by=child.world.name_and_job(said["heard"]),
        wants=child.say(said.get("wants", "")),
        language=said.get("language", ""),
        original=said.get("original", ""),
        translated_by=said.get("translated", ""),
    )
