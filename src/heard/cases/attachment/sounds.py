"""A recording of somebody who speaks, as browsers make it: what it is by its content, without anything that tells more than the sound.

Three kinds are taken: WebM (RFC 9559) and Ogg (RFC 3533, RFC 7845) with Opus, MP4 (ISO/IEC 14496-12) with AAC. Each part of the file has to be one that
stands in these lists. What is named there is kept; what tells of the device, the place or the day, and what is not known, is written over with zeros
where it stands, so that nothing else moves; a picture, a second track, a file inside, something locked or a broken end refuse the whole. Nothing is
decoded: how long it lasts is counted from its packets, and never taken from what the file says of itself. Knows nothing of Django.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from heard.cases.attachment.rules import ContentKind

MORE_THAN_SOUND: Final = (
    "This recording holds more than sound, so it is not taken. Say it again here, or write it."
)
BROKEN: Final = "This recording is broken, or is none. Say it again, or write it."
NOT_TAKEN: Final = "Recordings of this kind are not taken. Write it instead."


class NotSound(Exception):
    """It is not taken. Its text is the sentence that whoever sent it reads."""


@dataclass(frozen=True)
class Sound:
    """`kept`: the bytes without what tells more than the sound; `seconds`: how long it lasts, at least one."""

    kind: ContentKind
    kept: bytes
    seconds: int


def recognise(content: bytes) -> Sound:
    """`NotSound` for whatever is not a recording of one of the three kinds, whole and with nothing else in it."""
    kept = bytearray(content)
    for begins, at, kind, read in (
        (b"\x1a\x45\xdf\xa3", 0, ContentKind.WEBM, _webm),
        (b"OggS", 0, ContentKind.OGG, _ogg),
        (b"ftyp", 4, ContentKind.MP4, _mp4),
    ):
        if content[at : at + 4] == begins:
            try:
                milliseconds = read(kept)
            except (
                IndexError,
                ZeroDivisionError,
            ) as short:  # it ends where a length or a number should stand
                raise NotSound(BROKEN) from short
            if milliseconds <= 0:
                raise NotSound(BROKEN)
            return Sound(kind, bytes(kept), max(1, round(milliseconds / 1000)))
    raise NotSound(NOT_TAKEN)


def _number(data: bytearray, at: int, size: int) -> int:
    """Of `size` bytes that are there, the first the largest."""
    if at + size > len(data):
        raise NotSound(BROKEN)
    return int.from_bytes(data[at : at + size])


def _blank(data: bytearray, start: int, end: int) -> None:
    data[start:end] = bytes(end - start)


# ---- Opus: how long one packet lasts (RFC 6716, 3.1)

_SILK: Final = (10, 20, 40, 60)
_HYBRID: Final = (10, 20)
_CELT: Final = (2.5, 5, 10, 20)
_LONGEST_PACKET: Final = 120
_LARGEST_FRAME: Final = 1275  # bytes (RFC 6716, 3.4)
_BESIDE: Final = 100  # bytes of lengths and of padding in one packet
_HEAD: Final = 19  # bytes of what says how it is set, before that of more than two channels (RFC 7845, 5.1)


def _opus(packet: bytes | bytearray) -> float:
    """Milliseconds."""
    if not packet:
        raise NotSound(BROKEN)
    config, code = packet[0] >> 3, packet[0] & 3
    frame = _SILK[config % 4] if config < 12 else _HYBRID[config % 2] if config < 16 else _CELT[config % 4]
    frames = (1, 2, 2)[code] if code < 3 else packet[1] & 0x3F
    if not 0 < frames * frame <= _LONGEST_PACKET:
        raise NotSound(BROKEN)
    if len(packet) > frames * _LARGEST_FRAME + _BESIDE:
        raise NotSound(MORE_THAN_SOUND)
    return float(frames * frame)


def _opus_head(packet: bytes | bytearray) -> None:
    if packet[:8] != b"OpusHead":
        raise NotSound(NOT_TAKEN)
    channels, family = packet[9], packet[18]
    if family > 1 or channels > 8 or len(packet) != _HEAD + family * (2 + channels):
        raise NotSound(MORE_THAN_SOUND)


# ---- WebM

_HEADER, _SEGMENT, _CLUSTER, _TRACK = 0x1A45DFA3, 0x18538067, 0x1F43B675, 0xAE
_KIND, _CODEC, _PRIVATE, _TRACK_NUMBER = 0x83, 0x86, 0x63A2, 0xD7
_SIMPLE_BLOCK, _BLOCK, _GROUP, _VOID = 0xA3, 0xA1, 0xA0, 0xEC
_INFO, _TRACKS, _AUDIO = 0x1549A966, 0x1654AE6B, 0xE1
# What may stand in which element. Where parts stand, sums and room are not kept: nothing needs them, and what is written over would not fit them.
_NUMBERS: Final = {
    _HEADER: {0x4286, 0x42F7, 0x42F2, 0x42F3, 0x4282, 0x4287, 0x4285},
    _INFO: {0x2AD7B1, 0x4489},
    _TRACKS: {_TRACK},
    _TRACK: {_TRACK_NUMBER, 0x73C5, _KIND, _CODEC, _PRIVATE, 0x56AA, 0x56BB, 0xB9, 0x88, 0x55AA, 0x9C, 0x23E383, _AUDIO},
    _AUDIO: {0xB5, 0x78B5, 0x9F, 0x6264},
    _CLUSTER: {0xE7, _SIMPLE_BLOCK, _GROUP},
    _GROUP: {_BLOCK, 0x9B, 0xFB, 0x75A2},
}  # fmt: skip
_NAMES: Final = (0x4D80, 0x5741)  # of the programme that wrote it: they have to be there, and are emptied
_LONGEST: Final = 8  # bytes of a number
_DOCUMENT, _NAME_OF_DOCUMENT = 0x4282, (b"webm", b"matroska")
_LONGER: Final = {_DOCUMENT, _CODEC, _PRIVATE}  # looked at by themselves
_LONGEST_NAME: Final = 64
_OFTEN: Final = {
    _SIMPLE_BLOCK,
    _GROUP,
}  # the rest stands once in what it stands in: players would choose, and none is looked at for another
_REFUSED: Final = {0x1941A469, 0x1043A770, 0x6D80, 0xE0}  # files inside, chapters, what is locked, a picture


@dataclass
class _Heard:
    """What was seen so far of a WebM file."""

    track: int | None = None
    milliseconds: float = 0


def _webm(data: bytearray) -> float:
    heard, parts = _Heard(), []
    for key, _at, start, end in _elements(data, 0, len(data), within=None):
        parts.append(key)
        if key == _HEADER and len(parts) == 1:
            _look_into(data, key, start, end, heard)
        elif key == _SEGMENT:
            _segment(data, start, end, heard)
        else:
            raise NotSound(MORE_THAN_SOUND)
    if parts[:2] != [_HEADER, _SEGMENT] or parts.count(_SEGMENT) != 1 or heard.track is None:
        raise NotSound(BROKEN)
    return heard.milliseconds


def _segment(data: bytearray, start: int, end: int, heard: _Heard) -> None:
    seen: set[int] = set()
    for key, at, begins, ends in _elements(data, start, end, within=_SEGMENT):
        if key in _REFUSED or (key in (_INFO, _TRACKS) and key in seen):
            raise NotSound(MORE_THAN_SOUND)
        seen.add(key)
        if key in (_INFO, _TRACKS, _CLUSTER):
            _look_into(data, key, begins, ends, heard)
        else:
            _void(data, at, ends)


def _look_into(data: bytearray, of: int, start: int, end: int, heard: _Heard) -> None:
    seen: set[int] = set()
    for key, at, begins, ends in _elements(data, start, end, within=of):
        if key in _REFUSED or (key in seen and key in _NUMBERS[of] - _OFTEN):
            raise NotSound(MORE_THAN_SOUND)
        seen.add(key)
        if of == _INFO and key in _NAMES:
            _blank(data, begins, ends)
        elif key not in _NUMBERS[of]:
            _void(data, at, ends)
        elif key == _TRACK:
            _track(data, begins, ends, heard)
        elif key in (_SIMPLE_BLOCK, _BLOCK):
            heard.milliseconds += _block(data, begins, ends, heard)
        elif key in _NUMBERS:
            _look_into(data, key, begins, ends, heard)
        elif ends - begins > (_LONGEST_NAME if key in _LONGER else _LONGEST):
            raise NotSound(MORE_THAN_SOUND)
        elif key == _DOCUMENT and data[begins:ends].rstrip(b"\0") not in _NAME_OF_DOCUMENT:
            raise NotSound(NOT_TAKEN)


def _track(data: bytearray, start: int, end: int, heard: _Heard) -> None:
    said = {key: data[begins:ends] for key, _at, begins, ends in _elements(data, start, end, within=_TRACK)}
    if heard.track is not None or int.from_bytes(said.get(_KIND, b"")) != 2:
        raise NotSound(MORE_THAN_SOUND)
    if said.get(_CODEC, b"").rstrip(b"\0") != b"A_OPUS":
        raise NotSound(NOT_TAKEN)
    if _PRIVATE in said:
        _opus_head(said[_PRIVATE])
    heard.track = int.from_bytes(said.get(_TRACK_NUMBER, b""))
    _look_into(data, _TRACK, start, end, heard)


def _block(data: bytearray, start: int, end: int, heard: _Heard) -> float:
    number, size = _variable(data, start)
    after = start + size + 3
    if number != heard.track or after > end:
        raise NotSound(MORE_THAN_SOUND if heard.track is not None else BROKEN)
    if data[after - 1] & 0x06:  # several packets in one: no browser does that
        raise NotSound(NOT_TAKEN)
    return _opus(data[after:end])


def _elements(
    data: bytearray, start: int, end: int, within: int | None
) -> Iterator[tuple[int, int, int, int]]:
    """Of each element its key, where it begins, and where what is in it begins and ends. What a browser began to write without knowing its length
    (a segment, a cluster) goes on to the next of its kind."""
    at = start
    while at < end:
        key_size = _length_of(data[at], 4)
        key = _number(data, at, key_size)
        size, size_size = _variable(data, at + key_size)
        begins = at + key_size + size_size
        if size == (1 << 7 * size_size) - 1:
            if key not in (_SEGMENT, _CLUSTER) or within not in (None, _SEGMENT):
                raise NotSound(BROKEN)
            ends = end if key == _SEGMENT else _end_of_cluster(data, begins, end)
        else:
            ends = begins + size
        if ends > end:
            raise NotSound(BROKEN)
        yield key, at, begins, ends
        at = ends


def _end_of_cluster(data: bytearray, start: int, end: int) -> int:
    at = start
    while at < end:
        key_size = _length_of(data[at], 4)
        if key_size == 4:  # what stands in a cluster has a shorter key
            return at
        size, size_size = _variable(data, at + key_size)
        at += key_size + size_size + size
    return at


def _length_of(first: int, most: int) -> int:
    size = 9 - first.bit_length()
    if size > most:
        raise NotSound(BROKEN)
    return size


def _variable(data: bytearray, at: int) -> tuple[int, int]:
    """A number as EBML writes it, and of how many bytes."""
    size = _length_of(data[at], 8)
    return _number(data, at, size) & ((1 << 7 * size) - 1), size


def _void(data: bytearray, start: int, end: int) -> None:
    """In place of an element, one of the same size that says nothing (RFC 8794, 11.3.2)."""
    whole = end - start
    if whole < 2:
        raise NotSound(BROKEN)
    wide = 1 if whole - 2 < 127 else min(8, whole - 1)
    data[start:end] = (
        bytes([_VOID]) + (whole - 1 - wide | 1 << 7 * wide).to_bytes(wide) + bytes(whole - 1 - wide)
    )


# ---- Ogg


def _ogg(data: bytearray) -> float:
    """The first packet says that it is Opus, the second is for words about the recording and is emptied; the rest is sound."""
    packet, packets, milliseconds = bytearray(), 0, 0.0
    for at, begins, lengths in _pages(data):
        place = begins
        for length in lengths:
            packet += data[place : place + length]
            place += length
            if length == 255:
                continue
            if packets == 0:
                _opus_head(packet)
            elif packets == 1:
                _empty_words(data, at, begins, place, begins + sum(lengths), packet)
            else:
                milliseconds += _opus(packet)
            packets += 1
            packet = bytearray()
    if packet or packets < 3:
        raise NotSound(BROKEN)
    return milliseconds


def _pages(data: bytearray) -> Iterator[tuple[int, int, bytearray]]:
    """Of each page of the one stream where it begins, where what is in it begins, and the lengths of its pieces."""
    serial, at = data[14:18], 0
    while at < len(data):
        if data[at : at + 5] != b"OggS\0" or at + 27 > len(data):
            raise NotSound(BROKEN)
        begins = at + 27 + data[at + 26]
        lengths = data[at + 27 : begins]
        ends = begins + sum(lengths)
        if ends > len(data) or _sum_of_page(data, at, ends) != data[at + 22 : at + 26]:
            raise NotSound(BROKEN)
        if data[at + 14 : at + 18] != serial:
            raise NotSound(MORE_THAN_SOUND)
        yield at, begins, lengths
        at = ends


def _empty_words(data: bytearray, at: int, begins: int, place: int, ends: int, packet: bytearray) -> None:
    """The packet ends at `place` of the page, which has to be its own: over several pages there is a picture in it."""
    if place != ends or len(packet) != ends - begins:
        raise NotSound(MORE_THAN_SOUND)
    if packet[:8] != b"OpusTags" or len(packet) < 16:
        raise NotSound(BROKEN)
    _blank(data, begins + 8, ends)
    data[at + 22 : at + 26] = _sum_of_page(data, at, ends)


def _sum_of_page(data: bytearray, at: int, ends: int) -> bytes:
    """Its checksum (RFC 3533, 6), worked out as if it were not there."""
    found = 0
    for place in range(at, ends):
        byte = 0 if at + 22 <= place < at + 26 else data[place]
        found = ((found << 8) & 0xFFFFFFFF) ^ _SUMS[(found >> 24) ^ byte]
    return found.to_bytes(4, "little")


def _sum_of_byte(byte: int) -> int:
    found = byte << 24
    for _bit in range(8):
        found = (found << 1) ^ 0x04C11DB7 if found & 0x80000000 else found << 1
    return found & 0xFFFFFFFF


_SUMS: Final = tuple(map(_sum_of_byte, range(256)))


# ---- MP4

_BOXES: Final[dict[bytes, frozenset[bytes]]] = {
    b"": frozenset({b"ftyp", b"styp", b"moov", b"moof", b"mdat"}),
    b"moov": frozenset({b"mvhd", b"trak", b"mvex"}),
    b"mvex": frozenset({b"mehd", b"trex"}),
    b"trak": frozenset({b"tkhd", b"edts", b"mdia"}),
    b"edts": frozenset({b"elst"}),
    b"mdia": frozenset({b"mdhd", b"hdlr", b"minf"}),
    b"minf": frozenset({b"smhd", b"dinf", b"stbl"}),
    b"dinf": frozenset({b"dref"}),
    b"stbl": frozenset({b"stsd", b"stts", b"stsc", b"stsz", b"stco", b"co64"}),
    b"moof": frozenset({b"mfhd", b"traf"}),
    b"traf": frozenset({b"tfhd", b"tfdt", b"trun"}),
}
_NO_SOUND: Final = frozenset({b"vmhd", b"pssh", b"sinf", b"hint", b"nmhd", b"sthd"})
_DATED: Final = frozenset({b"mvhd", b"tkhd", b"mdhd"})
_OFTEN_THERE: Final = frozenset(
    {b"styp", b"moof", b"mdat", b"trun"}
)  # the rest stands once in what it stands in
# Bytes at most of what has no list in it. What has one is as long as its list says.
_MOST: Final = {
    b"mvhd": 112, b"tkhd": 96, b"mdhd": 36, b"mehd": 12, b"trex": 24, b"elst": 88, b"smhd": 8, b"mfhd": 8, b"tfhd": 32, b"tfdt": 12,
}  # fmt: skip
_LISTS: Final = {b"stts": 8, b"stsc": 12, b"stco": 4, b"co64": 8}  # bytes of each line
_BRANDS: Final = (
    b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41", b"mp42", b"M4A ", b"M4V ", b"mp4a", b"dash", b"hlsf", b"cmfc", b"cmfa",
    b"msdh", b"msix", b"qt  ",
)  # fmt: skip
_SAMPLES: Final = 1024  # in one packet of AAC
# Of AAC: how it is coded where one packet is so long, and samples in a second (ISO/IEC 14496-3, 1.5.1 and 1.6.3.4).
_CODED: Final = (2, 5, 29)
_RATES: Final = (
    96_000,
    88_200,
    64_000,
    48_000,
    44_100,
    32_000,
    24_000,
    22_050,
    16_000,
    12_000,
    11_025,
    8_000,
    7_350,
)


@dataclass
class _Track:
    """What was seen so far of an MP4 file. `rate`: samples in a second; `usual`: bytes of a packet where nothing else says so; `there`: bytes of sound; `lines`: of the longest list."""

    tracks: int = 0
    rate: int = 0
    packets: int = 0
    bytes: int = 0
    usual: int = 0
    usual_here: int = 0
    there: int = 0
    lines: int = 0


def _mp4(data: bytearray) -> float:
    found = _Track()
    _boxes(data, 0, len(data), b"", found)
    if found.tracks != 1 or found.bytes > found.there or found.bytes < found.packets:
        raise NotSound(BROKEN)
    if found.bytes < found.there or found.lines > found.packets:
        raise NotSound(MORE_THAN_SOUND)
    return found.packets * _SAMPLES * 1000 / found.rate


def _boxes(data: bytearray, start: int, end: int, of: bytes, found: _Track) -> None:
    at = start
    seen: set[bytes] = set()
    while at < end:
        size, name, begins = _number(data, at, 4), bytes(data[at + 4 : at + 8]), at + 8
        if size == 1:
            size, begins = _number(data, at + 8, 8), at + 16
        ends = at + size
        if begins > ends or ends > end:
            raise NotSound(BROKEN)
        if name in _NO_SOUND or (name in seen and name in _BOXES[of] - _OFTEN_THERE):
            raise NotSound(BROKEN if name == b"trak" else MORE_THAN_SOUND)
        seen.add(name)
        if name not in _BOXES[of]:
            data[at + 4 : at + 8] = b"free"
            _blank(data, begins, ends)
        elif name in _BOXES:
            found.tracks += name == b"trak"
            _boxes(data, begins, ends, name, found)
        else:
            _box(data, name, begins, ends, found)
        at = ends


def _box(data: bytearray, name: bytes, start: int, end: int, found: _Track) -> None:
    """One that holds no other."""
    if end - start > _MOST.get(name, end):
        raise NotSound(MORE_THAN_SOUND)
    if name in (b"ftyp", b"styp"):
        _brands(data, start + 8, end)
    elif name in _LISTS:
        _list(data, start, end, _LISTS[name], found)
    elif name in _DATED:
        _blank(data, start + 4, min(end, start + (20 if data[start] else 12)))
    elif name == b"hdlr":
        if data[start + 8 : start + 12] != b"soun":
            raise NotSound(MORE_THAN_SOUND)
        _blank(data, start + 24, end)
    elif name == b"dref":
        if _number(data, start + 4, 4) != 1 or end - start != 20 or data[start + 19] != 1:
            raise NotSound(MORE_THAN_SOUND)  # sound that lies elsewhere
    elif name in _COUNTED:
        _COUNTED[name](data, start, end, found)


def _brands(data: bytearray, start: int, end: int) -> None:
    for at in range(start, end, 4):
        if bytes(data[at : at + 4]) not in _BRANDS:
            _blank(data, at, min(at + 4, end))


def _list(data: bytearray, start: int, end: int, step: int, found: _Track) -> None:
    lines = _number(data, start + 4, 4)
    found.lines = max(found.lines, lines)
    if end - start != 8 + lines * step:
        raise NotSound(BROKEN)


def _sizes(data: bytearray, start: int, end: int, found: _Track) -> None:
    size, count = _number(data, start + 4, 4), _number(data, start + 8, 4)
    found.packets += count
    if end - start != 12 + (0 if size else 4 * count):
        raise NotSound(BROKEN)
    found.bytes += size * count if size else _sum(data, start + 12, end, count, 4, 0)


def _usual(data: bytearray, start: int, _end: int, found: _Track) -> None:
    found.usual = _number(data, start + 16, 4)


def _sound_of(_data: bytearray, start: int, end: int, found: _Track) -> None:
    found.there += end - start


def _described(data: bytearray, start: int, end: int, found: _Track) -> None:
    """One kind of packet, which is AAC, with nothing beside it but how it is set."""
    at = start + 8
    size = _number(data, at, 4)
    if _number(data, start + 4, 4) != 1 or at + size != end or size < 44:
        raise NotSound(BROKEN)
    if data[at + 4 : at + 8] != b"mp4a" or any(data[at + 16 : at + 18]):
        raise NotSound(NOT_TAKEN)
    set_up = at + 36
    seen: set[bytes] = set()
    while set_up < end:
        long, name = _number(data, set_up, 4), bytes(data[set_up + 4 : set_up + 8])
        if long < 8 or set_up + long > end or long > 200:
            raise NotSound(BROKEN)
        if name in _NO_SOUND or name in seen:
            raise NotSound(MORE_THAN_SOUND)
        if name == b"esds":
            found.rate = _rate(data, set_up + 12, set_up + long)
        if name in (b"esds", b"btrt"):
            seen.add(name)
        else:
            data[set_up + 4 : set_up + 8] = b"free"
            _blank(data, set_up + 8, set_up + long)
        set_up += long


def _rate(data: bytearray, start: int, end: int) -> int:
    """Samples in a second as a player takes them: from how the packets are coded, and not from what is said beside it (ISO/IEC 14496-1, 7.2.6)."""
    at, ends = _descriptor(data, start, end, 0x03)
    at, ends = _descriptor(data, at + 3, ends, 0x04)
    if data[at] != 0x40:  # AAC
        raise NotSound(NOT_TAKEN)
    at, ends = _descriptor(data, at + 13, ends, 0x05)
    if ends - at > 16 or end - start > 64:
        raise NotSound(MORE_THAN_SOUND)
    said = int.from_bytes(bytes(data[at:ends]).ljust(5, b"\0")[:5])
    coded, rate = said >> 35, said >> 31 & 0xF
    if coded not in _CODED:
        raise NotSound(NOT_TAKEN)
    found = said >> 7 & 0xFFFFFF if rate == 15 else _RATES[rate]
    if not 0 < found <= _RATES[0]:
        raise NotSound(BROKEN)
    return found


def _descriptor(data: bytearray, at: int, end: int, tag: int) -> tuple[int, int]:
    """Where what is in it begins and ends. Its length is written in pieces of seven bits."""
    size, place, more = 0, at + 1, True
    while more:
        if place >= end:
            raise NotSound(BROKEN)
        size, more, place = size << 7 | data[place] & 0x7F, bool(data[place] & 0x80), place + 1
    if data[at] != tag or place + size > end:
        raise NotSound(BROKEN)
    return place, place + size


def _usual_here(data: bytearray, start: int, _end: int, found: _Track) -> None:
    flags, at = _number(data, start + 1, 3), start + 8
    for flag, size in ((0x1, 8), (0x2, 4), (0x8, 4)):
        at += size if flags & flag else 0
    found.usual_here = _number(data, at, 4) if flags & 0x10 else found.usual


def _run(data: bytearray, start: int, end: int, found: _Track) -> None:
    flags, count, at = _number(data, start + 1, 3), _number(data, start + 4, 4), start + 8
    at += 4 * bool(flags & 0x1) + 4 * bool(flags & 0x4)
    each = [flag for flag in (0x100, 0x200, 0x400, 0x800) if flags & flag]
    found.packets += count
    if end != at + 4 * count * len(each):
        raise NotSound(BROKEN)
    if 0x200 in each:
        found.bytes += _sum(data, at, end, count, 4 * len(each), 4 * each.index(0x200))
    else:
        found.bytes += count * found.usual_here


def _sum(data: bytearray, start: int, end: int, count: int, step: int, inside: int) -> int:
    """Of `count` numbers that stand `step` bytes apart."""
    if start + count * step > end:
        raise NotSound(BROKEN)
    return sum(_number(data, start + place * step + inside, 4) for place in range(count))


# What is read for how long it lasts, and whether all of it is there.
_COUNTED: Final[dict[bytes, Callable[[bytearray, int, int, _Track], None]]] = {
    b"stsd": _described,
    b"mdat": _sound_of,
    b"stsz": _sizes,
    b"trex": _usual,
    b"tfhd": _usual_here,
    b"trun": _run,
}
