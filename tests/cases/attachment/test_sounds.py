"""What a recording is by its content, and what is taken out of it."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.attachment.recordings import (
    HEAD,
    HEADER,
    INFO,
    PACKET,
    SECRET,
    block,
    box,
    cluster,
    described,
    element,
    mp4,
    ogg,
    page,
    tags,
    track,
    webm,
)

from heard.cases.attachment import sounds
from heard.cases.attachment.contents import Unreadable, read_apart
from heard.cases.attachment.rules import ContentKind
from heard.cases.attachment.sounds import BROKEN, MORE_THAN_SOUND, NOT_TAKEN, NotSound, recognise
from heard.demo.life.tone import THREE_NOTES

TAGS = element(
    "1254c367", element("7373", element("67c8", element("45a3", b"WHERE"), element("4487", SECRET)))
)
TAKEN = {
    "webm": (webm(TAGS, seconds=2), ContentKind.WEBM, 2),
    "webm as it is recorded": (webm(TAGS, seconds=3, unknown=True), ContentKind.WEBM, 3),
    "webm with a name": (webm(tracks=track(2, b"A_OPUS", element("536e", SECRET))), ContentKind.WEBM, 1),
    "webm with a day": (webm(info=element("1549a966", element("2ad7b1", b"\x01"), element("4461", SECRET[:8]), element("7ba9", SECRET))), ContentKind.WEBM, 1),
    "webm with room": (webm(element("ec", SECRET)), ContentKind.WEBM, 1),
    "ogg": (ogg(seconds=2), ContentKind.OGG, 2),
    "mp4": (mp4(box(b"udta", box(b"\xa9xyz", SECRET))), ContentKind.MP4, 1),
    "mp4 with a box of its own": (mp4(end=box(b"uuid", bytes(16), SECRET)), ContentKind.MP4, 1),
    "mp4 with room": (mp4(end=box(b"free", SECRET)), ContentKind.MP4, 1),
    "mp4 with words for brands": (mp4(begin=b"isomM4A " + SECRET[:20]), ContentKind.MP4, 1),
    "mp4 with a name": (mp4(entry=described(b"mp4a", box(b"name", SECRET))), ContentKind.MP4, 1),
}  # fmt: skip
REFUSED = {
    "nothing": (b"", NOT_TAKEN),
    "a document": (b"%PDF-1.7\n%%EOF\n", NOT_TAKEN),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(40), NOT_TAKEN),
    "sound of another kind": (b"RIFF" + bytes(4) + b"WAVEfmt " + bytes(40), NOT_TAKEN),
    "a document after the beginning of one": (HEADER + b"%PDF-1.7\n%%EOF\n", BROKEN),
    "webm cut off": (webm()[:-5], BROKEN),
    "webm without sound": (webm(seconds=0), BROKEN),
    "webm with a tail": (webm() + element("4d80", SECRET), MORE_THAN_SOUND),
    "webm with a picture": (webm(tracks=track(1, b"V_VP8")), MORE_THAN_SOUND),
    "webm with a picture beside": (webm(tracks=track() + track(1, b"V_VP8", number=2)), MORE_THAN_SOUND),
    "webm with a picture in the sound's own track": (webm(tracks=track(2, b"A_OPUS", element("e0", b"\0"))), MORE_THAN_SOUND),
    "webm with a file": (webm(element("1941a469", element("61a7", SECRET))), MORE_THAN_SOUND),
    "webm with chapters": (webm(element("1043a770", SECRET)), MORE_THAN_SOUND),
    "webm of another track": (webm(cluster(block(number=2))), MORE_THAN_SOUND),
    "webm with something else": (webm(tracks=track(2, b"A_VORBIS")), NOT_TAKEN),
    "webm that is locked": (webm(tracks=track(2, b"A_OPUS", element("6d80", b"\0"))), MORE_THAN_SOUND),
    "webm laced": (webm(cluster(block(flags=0x86))), NOT_TAKEN),
    "webm with a long name": (webm(tracks=track(2, b"A_OPUS", element("23e383", bytes(65)))), MORE_THAN_SOUND),
    "webm with an empty packet": (webm(cluster(block(b""))), BROKEN),
    "webm with an endless packet": (webm(cluster(block(b"\xfb\x3f"))), BROKEN),
    "webm with a track after the sound": (HEADER + element("18538067", INFO, cluster(block()), element("1654ae6b", track())), BROKEN),
    "webm that says twice what kind of track it is": (webm(tracks=track(1, b"V_VP8", element("83", b"\x02"), element("86", b"A_OPUS"))), MORE_THAN_SOUND),
    "webm that says twice how it sounds": (webm(tracks=track(2, b"A_OPUS", element("e1", element("b5", SECRET[:8])))), MORE_THAN_SOUND),
    "webm with two numbers of a track": (webm(tracks=track(2, b"A_OPUS", element("d7", b"\x02"))), MORE_THAN_SOUND),
    "webm with much in a packet": (webm(cluster(block(b"\xf8\xff\xd8\xff\xe0JFIF" + SECRET * 100))), MORE_THAN_SOUND),
    "webm with words behind its setting": (webm(tracks=element("ae", element("d7", b"\x01"), element("83", b"\x02"), element("86", b"A_OPUS"), element("63a2", HEAD + SECRET))), MORE_THAN_SOUND),
    "webm with words in place of its setting": (webm(tracks=element("ae", element("d7", b"\x01"), element("83", b"\x02"), element("86", b"A_OPUS"), element("63a2", b"OpusHead" + SECRET))), MORE_THAN_SOUND),
    "webm with words for a number": (webm(cluster(block(), block()) + element("1f43b675", element("e7", SECRET))), MORE_THAN_SOUND),
    "webm with a time twice": (webm(element("1f43b675", element("e7", SECRET[:8]), element("e7", SECRET[:8]))), MORE_THAN_SOUND),
    "webm with two heads": (webm() + HEADER, MORE_THAN_SOUND),
    "webm with two lists of tracks": (webm(element("1654ae6b", element("ec", b""))), MORE_THAN_SOUND),
    "a document of another kind": (element("1a45dfa3", element("4282", SECRET)) + webm()[len(HEADER) :], NOT_TAKEN),
    "ogg with words behind its head": (page(HEAD + SECRET) + ogg()[len(page(HEAD)) :], MORE_THAN_SOUND),
    "mp4 with bytes that are no packet": (mp4(there=47 * 40 + 100), MORE_THAN_SOUND),
    "mp4 with words for a length": (mp4(box(b"mvex", box(b"mehd", SECRET * 100))), MORE_THAN_SOUND),
    "mp4 with words for times": (mp4(lines=bytes(8) + SECRET[:16]), BROKEN),
    "mp4 with more times than packets": (mp4(lines=struct.pack(">II", 0, 50) + SECRET[:8] * 50), MORE_THAN_SOUND),
    "mp4 that says twice how it is set": (mp4(entry=described(b"mp4a", box(b"esds", SECRET))), MORE_THAN_SOUND),
    "mp4 with a head twice": (mp4(box(b"mvhd", bytes(100))), MORE_THAN_SOUND),
    "mp4 coded otherwise": (mp4(entry=described(setting=b"\xf9\x46\x40\x00")), NOT_TAKEN),
    "mp4 of no speed": (mp4(entry=described(setting=b"\x16\x88")), BROKEN),
    "ogg cut off": (ogg()[:-5], BROKEN),
    "ogg changed": (ogg()[:-1] + b"x", BROKEN),
    "ogg without sound": (page(HEAD) + page(tags(), number=1), BROKEN),
    "ogg of two streams": (ogg(page(PACKET, serial=8, number=3)), MORE_THAN_SOUND),
    "ogg of something else": (page(b"\x01vorbis" + bytes(23)) + page(tags(), number=1) + page(PACKET, number=2), NOT_TAKEN),
    "ogg with sound beside its words": (page(HEAD) + page(tags(), PACKET, number=1), MORE_THAN_SOUND),
    "mp4 cut off": (mp4()[:-5], BROKEN),
    "mp4 without its sound": (mp4(there=10), BROKEN),
    "mp4 with empty packets": (mp4(packets=4_000_000_000, size=0, there=0), BROKEN),
    "mp4 with a picture": (mp4(handler=b"vide"), MORE_THAN_SOUND),
    "mp4 with two tracks": (mp4(box(b"trak", box(b"tkhd", bytes(84)))), BROKEN),
    "mp4 of something else": (mp4(entry=described(b"avc1")), NOT_TAKEN),
    "mp4 that is locked": (mp4(box(b"pssh", bytes(20))), MORE_THAN_SOUND),
    "a picture of a telephone": (box(b"ftyp", b"heic", bytes(4)) + box(b"meta", SECRET), BROKEN),
}  # fmt: skip


@pytest.mark.parametrize(("content", "kind", "seconds"), TAKEN.values(), ids=TAKEN.keys())
def test_sound_is_kept_as_long_as_it_is_and_without_what_tells_more(
    content: bytes, kind: ContentKind, seconds: int
) -> None:
    found = recognise(content)
    assert (found.kind, found.seconds, len(found.kept)) == (kind, seconds, len(content))
    assert b"WX1" not in found.kept
    assert b"Chrome" not in found.kept
    assert recognise(found.kept) == found  # and it is still one
    if kind is not ContentKind.MP4:
        assert found.kept.count(PACKET) == content.count(PACKET)


@pytest.mark.parametrize(("content", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_whatever_is_not_sound_alone_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(NotSound, match=sentence[:40]):
        recognise(content)


def test_no_day_stays_in_a_recording() -> None:
    day = struct.pack(">I", 0xE5A0B0C0)
    assert mp4().count(day) == 6
    assert day not in recognise(mp4()).kept


def test_how_long_it_lasts_is_counted_and_not_believed() -> None:
    """Ten seconds of which the file says one, and hours in a few bytes."""
    short = element(
        "1549a966", element("2ad7b1", b"\x0f\x42\x40"), element("4489", struct.pack(">d", 1000.0))
    )
    assert recognise(webm(seconds=10, info=short)).seconds == 10
    for rate in (0, 48000, 65535):  # which players do not take from there
        assert recognise(mp4(packets=47 * 100, entry=described(rate=rate))).seconds == 100
    assert recognise(mp4(packets=47 * 100, entry=described(setting=b"\x15\x88"))).seconds == 602  # 8 kHz
    longest = block(b"\x1b\x02")  # two packets of 60 ms, of silence, in two bytes
    assert recognise(webm(cluster(*[longest] * 100_000))).seconds == 12_001


@pytest.mark.parametrize("kind", ["webm", "webm as it is recorded", "ogg", "mp4"])
@given(data=st.data())
def test_whatever_is_changed_in_one_is_sound_or_refused(kind: str, data: st.DataObject) -> None:
    """Never a fault of ours, and never longer than its bytes."""
    content = bytearray(TAKEN[kind][0])
    for _change in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)) | st.just(len(content)))]
    sentence, kept = "", b""
    try:
        kept = recognise(bytes(content)).kept
    except NotSound as refused:
        sentence = str(refused)
    assert sentence in (BROKEN, MORE_THAN_SOUND, NOT_TAKEN) or len(kept) == len(content)


def test_it_is_opened_in_a_process_of_its_own() -> None:
    found = read_apart(THREE_NOTES, is_sound=True)
    assert (found.kind, found.seconds, found.kept) == (ContentKind.WEBM, 3, THREE_NOTES)
    for wrong in (b"", b"%PDF-1.7", THREE_NOTES[:900]):
        with pytest.raises(Unreadable):
            read_apart(wrong, is_sound=True)


def test_a_recording_is_no_file_that_somebody_attaches() -> None:
    with pytest.raises(Unreadable, match="Files of this kind are not taken"):
        read_apart(THREE_NOTES)
    assert sounds.recognise(THREE_NOTES).kind in (ContentKind.WEBM,)
