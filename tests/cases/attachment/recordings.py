"""Recordings as browsers make them, built piece by piece, so that each piece can be wrong."""

from __future__ import annotations

import struct
from typing import Final

from heard.cases.attachment.sounds import _sum_of_byte

PACKET: Final = b"\xf8\xff\xfe"  # Opus: 20 ms of silence
HEAD: Final = b"OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00"
SECRET: Final = b"WX1 1AA, by the pier"  # what a file may say beside the sound


# ---- WebM


def element(key: str, *inside: bytes, unknown: bool = False) -> bytes:
    content = b"".join(inside)
    size = b"\x01" + b"\xff" * 7 if unknown else b"\x08" + len(content).to_bytes(4)
    return bytes.fromhex(key) + size + content


HEADER: Final = element("1a45dfa3", element("4282", b"webm"), element("4287", b"\x04"))
INFO: Final = element(
    "1549a966", element("2ad7b1", b"\x0f\x42\x40"), element("4d80", b"Chrome"), element("5741", b"Chrome")
)


def track(kind: int = 2, codec: bytes = b"A_OPUS", *more: bytes, number: int = 1) -> bytes:
    audio = element("e1", element("b5", struct.pack(">d", 48000.0)), element("9f", b"\x01"))
    said = (
        element("d7", bytes([number])),
        element("83", bytes([kind])),
        element("86", codec),
        element("63a2", HEAD),
    )
    return element("ae", *said, audio, *more)


def block(packet: bytes = PACKET, number: int = 1, flags: int = 0x80) -> bytes:
    return element("a3", bytes([0x80 | number, 0, 0, flags]) + packet)


def cluster(*blocks: bytes, unknown: bool = False) -> bytes:
    return element("1f43b675", element("e7", b"\x00"), *blocks, unknown=unknown)


def webm(
    *more: bytes, seconds: int = 1, tracks: bytes = b"", unknown: bool = False, info: bytes = INFO
) -> bytes:
    """`more`: further parts of the segment, after the sound."""
    sound = [cluster(*[block()] * 50, unknown=unknown) for _second in range(seconds)]
    return HEADER + element(
        "18538067", info, element("1654ae6b", tracks or track()), *sound, *more, unknown=unknown
    )


# ---- Ogg


def page(*packets: bytes, serial: int = 7, number: int = 0) -> bytes:
    """Packets that are shorter than 255 bytes each."""
    said = b"OggS\0\0" + bytes(8) + struct.pack("<III", serial, number, 0)
    whole = said + bytes([len(packets)]) + bytes(map(len, packets)) + b"".join(packets)
    found = 0
    for byte in whole:
        found = ((found << 8) & 0xFFFFFFFF) ^ _sum_of_byte((found >> 24) ^ byte)
    return whole[:22] + found.to_bytes(4, "little") + whole[26:]


def tags(words: bytes = SECRET) -> bytes:
    return b"OpusTags" + struct.pack("<I", 5) + b"Lavf1" + struct.pack("<II", 1, len(words)) + words


def ogg(*more: bytes, seconds: int = 1) -> bytes:
    sound = [page(*[PACKET] * 50, number=2 + second) for second in range(seconds)]
    return page(HEAD) + page(tags(), number=1) + b"".join(sound) + b"".join(more)


# ---- MP4


def box(name: bytes, *inside: bytes) -> bytes:
    content = b"".join(inside)
    return struct.pack(">I", 8 + len(content)) + name + content


def described(name: bytes = b"mp4a", *more: bytes, rate: int = 48000, setting: bytes = b"\x11\x88") -> bytes:
    """`rate`: as it is said beside the sound; `setting`: of AAC, from which a player takes it (here 48 kHz, one channel)."""
    inner = b"\x05" + bytes([len(setting)]) + setting
    middle = b"\x04" + bytes([13 + len(inner)]) + b"\x40\x15" + bytes(11) + inner
    esds = box(b"esds", bytes(4), b"\x03", bytes([3 + len(middle) + 3]), bytes(3), middle, b"\x06\x01\x02")
    entry = bytes(6) + b"\0\1" + bytes(8) + struct.pack(">HHHHHH", 1, 16, 0, 0, rate, 0)
    return box(b"stsd", bytes(4), struct.pack(">I", 1), box(name, entry, esds, *more))


def mp4(
    *more: bytes,
    packets: int = 47,
    size: int = 40,
    there: int | None = None,
    handler: bytes = b"soun",
    entry: bytes = b"",
    end: bytes = b"",
    begin: bytes = b"",
    lines: bytes = bytes(8),
) -> bytes:
    """`more`: further boxes beside the track; `begin`: what stands after the brand; `lines`: of its list of times. Dates are of the year 2026."""
    dated = bytes(4) + struct.pack(">II", 0xE5A0B0C0, 0xE5A0B0C0)
    sizes = box(b"stsz", bytes(4), struct.pack(">II", size, packets))
    table = box(b"stbl", entry or described(), box(b"stts", lines), sizes, box(b"stco", bytes(8)))
    there_itself = box(b"dinf", box(b"dref", bytes(4), struct.pack(">I", 1), box(b"url ", b"\0\0\0\1")))
    media = box(
        b"mdia", box(b"mdhd", dated, bytes(12)), box(b"hdlr", bytes(8), handler, bytes(12), SECRET),
        box(b"minf", box(b"smhd", bytes(8)), there_itself, table),
    )  # fmt: skip
    moov = box(
        b"moov", box(b"mvhd", dated, bytes(88)), box(b"trak", box(b"tkhd", dated, bytes(72)), media), *more
    )
    sound = bytes(packets * size if there is None else there)
    return box(b"ftyp", b"isom", bytes(4), begin) + moov + box(b"mdat", sound) + end
