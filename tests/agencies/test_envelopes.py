"""Keys, files in their envelopes and encrypted words, without a database: what opens, what does not, and what breaks off."""

import io
import json
import os
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from heard.agencies.envelopes import files, ring, words
from heard.agencies.envelopes.files import HEADER, PART, Damaged
from heard.agencies.envelopes.ring import Key, KeyMissing, NoKeys, Ring, WhyNot

OLD, NEW, OTHER = (Key(bytes([number]) * 32, "2026-11-26T00:00:00+00:00") for number in (1, 2, 3))
MINE, THEIRS = b"attachment 0a", b"attachment 0b"
TAG = 16


def sealed(content: bytes, key: Key = OLD, about: bytes = MINE) -> io.BytesIO:
    out = io.BytesIO()
    files.seal(out, [content], key, about)
    out.seek(0)
    return out


def opened(file: io.BytesIO, *keys: Key, about: bytes = MINE) -> bytes:
    return b"".join(files.parts(file, Ring(keys or (OLD,)), about))


@given(
    st.sampled_from([0, 1, PART - 1, PART, PART + 1, 2 * PART, 3 * PART + 7]),
    st.sampled_from([1000, PART - 1, PART, 4 * PART]),
)
@tries(max_examples=28)
def test_what_goes_in_comes_out_in_whatever_pieces_it_came(size: int, piece: int) -> None:
    content = os.urandom(size)
    out = io.BytesIO()
    files.seal(out, [content[start : start + piece] for start in range(0, size, piece)], OLD, MINE)
    assert opened(out) == content
    assert max(map(len, files.parts(out, Ring((OLD,)), MINE))) <= PART
    assert size < PART or content[:200] not in out.getvalue()


def test_two_envelopes_of_one_content_have_nothing_in_common() -> None:
    one, two = (sealed(b"She was afraid" * 9000).getvalue() for _ in range(2))
    assert len(one) == len(two)
    assert one[HEADER : HEADER + 64] != two[HEADER : HEADER + 64]


@given(st.data())
def test_one_changed_bit_anywhere_and_it_does_not_open(data: st.DataObject) -> None:
    whole = sealed(bytes(PART + 9)).getvalue()
    empty = range(HEADER - 68, HEADER)  # the slot that is not in use
    place = data.draw(st.integers(0, len(whole) - 1).filter(lambda one: one not in empty))
    changed = bytearray(whole)
    changed[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((Damaged, KeyMissing)):
        opened(io.BytesIO(changed))


@pytest.mark.parametrize(
    "what", ["cut in a part", "cut between parts", "last part twice", "parts changed over", "more behind it"]
)
def test_parts_are_all_there_and_in_their_order(what: str) -> None:
    content = b"a" * PART + b"b" * PART + b"c" * PART
    whole = sealed(content).getvalue()
    head, rest, size = whole[:HEADER], whole[HEADER:], PART + TAG
    first, second, third = rest[:size], rest[size : 2 * size], rest[2 * size :]
    made = {
        "cut in a part": head + first + second[:100],
        "cut between parts": head + first + second,
        "last part twice": whole + third,
        "parts changed over": head + second + first + third,
        "more behind it": whole + b"x",
    }[what]
    with pytest.raises(Damaged):
        opened(io.BytesIO(made))
    assert opened(io.BytesIO(head + first + second + third)) == content


def test_a_file_in_the_place_of_another_does_not_open() -> None:
    with pytest.raises(Damaged):
        opened(sealed(b"words", about=THEIRS))
    front = sealed(b"words", about=MINE).getvalue()[:HEADER]
    with pytest.raises(Damaged):  # nor behind the front of its own
        opened(io.BytesIO(front + sealed(b"words", about=THEIRS).getvalue()[HEADER:]))


def test_a_key_that_is_not_there_is_named_and_another_of_its_name_opens_nothing() -> None:
    with pytest.raises(KeyMissing, match=f"The key {OLD.id} is not in the file of keys"):
        opened(sealed(b"words"), NEW)
    liar = Key(NEW.secret, NEW.made)
    liar.__dict__["id"] = OLD.id
    with pytest.raises(Damaged):
        opened(sealed(b"words"), liar)


def test_rewrapping_writes_the_front_alone_and_ends_the_older_key() -> None:
    file = sealed(b"x" * 200_000)
    before = file.getvalue()
    assert files.rewrap(_real(file), Ring((OLD,)), MINE) is False
    assert file.getvalue() == before
    assert files.rewrap(_real(file), Ring((NEW, OLD)), MINE) is True
    assert file.getvalue()[HEADER:] == before[HEADER:]
    assert files.key_ids(file) == [NEW.id]
    assert opened(file, NEW) == b"x" * 200_000
    with pytest.raises(KeyMissing):
        opened(file, OLD)
    assert files.rewrap(_real(file), Ring((NEW, OLD)), MINE) is False
    assert files.rewrap(_real(file), Ring((OTHER, NEW)), MINE) is True, (
        "and again, into the slot that is free now"
    )
    assert opened(file, OTHER) == b"x" * 200_000
    with pytest.raises(Damaged):
        files.rewrap(_real(file), Ring((NEW, OTHER)), THEIRS)


class _Real(io.BytesIO):
    """In memory, with a handle for fsync, and a power that fails after so many bytes."""

    def __init__(self, like: io.BytesIO, left: int) -> None:
        self.like, self.left = like, left

    def seek(self, place: int, whence: int = 0) -> int:
        return self.like.seek(place, whence)

    def read(self, count: int | None = -1) -> bytes:
        return self.like.read(count)

    def write(self, content: bytes) -> int:  # type: ignore[override]
        self.like.write(content[: self.left])
        if len(content) > self.left:
            raise OSError("the power failed")
        self.left -= len(content)
        return len(content)

    def flush(self) -> None:
        pass

    def fileno(self) -> int:
        return NOWHERE


def _real(like: io.BytesIO, left: int = 10_000) -> _Real:
    return _Real(like, left)


NOWHERE = os.open(os.devnull, os.O_WRONLY)


@pytest.fixture(autouse=True)
def no_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: None if handle == NOWHERE else real(handle))


def test_wherever_the_power_fails_one_of_the_two_keys_opens_it() -> None:
    for left in range(137):
        file = sealed(b"words")
        with pytest.raises(OSError, match="power") if left < 136 else nullcontext():
            files.rewrap(_real(file, left), Ring((NEW, OLD)), MINE)
        assert opened(file, NEW, OLD) == b"words", left
        files.rewrap(_real(file), Ring((NEW, OLD)), MINE)
        assert files.key_ids(file) == [NEW.id], left
        assert opened(file, NEW) == b"words", left


# ---- words


@given(st.text(), st.sampled_from(["a.b", "a.c"]))
def test_words_open_in_their_own_column_alone(text: str, about: str) -> None:
    kept = words.seal(text, OLD, about)
    assert (words.key_id(kept), words.opened(kept, Ring((NEW, OLD)), about)) == (OLD.id, text)
    with pytest.raises(Damaged):
        words.opened(kept, Ring((OLD,)), about + ".other")
    with pytest.raises(KeyMissing):
        words.opened(kept, Ring((NEW,)), about)
    with pytest.raises(Damaged):
        words.opened(kept[:-5], Ring((OLD,)), about)


def test_what_another_cipher_wrote_is_none_of_ours() -> None:
    assert [words.key_id(text) for text in ("", "gAAAAABm", "heard1.", "heard1.a")] == ["", "", "", ""]


# ---- the file of keys


def test_the_first_key_is_made_once_and_for_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "etc" / "keys"
    made = ring.make(path)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert ring.read(path) == made
    assert made.first.secret.hex() not in repr(made), "a key is in no log"
    with pytest.raises(WhyNot, match="is there already"):
        ring.make(path)
    assert ring.read(path) == made
    assert [one.name for one in path.parent.iterdir()] == ["keys"]


def test_a_new_key_comes_first_and_one_that_encrypts_is_never_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    first = ring.make(path).first
    second = ring.add(path).first
    assert [key.id for key in ring.read(path).keys] == [second.id, first.id]
    with pytest.raises(WhyNot, match="encrypts what comes"):
        ring.retire(path, second.id)
    ring.retire(path, first.id)
    assert [key.id for key in ring.read(path).keys] == [second.id]
    with pytest.raises(KeyMissing):
        ring.retire(path, first.id)
    assert [key.id for key in ring.add_from(path, [first, second]).keys] == [second.id, first.id]


def test_each_purpose_has_a_key_of_its_own() -> None:
    derived = {OLD.of(purpose) for purpose in (b"a", b"b")} | {OLD.secret}
    assert len(derived) == 3
    assert OLD.id not in OLD.secret.hex()


@pytest.mark.parametrize(
    "text", ["", "{}", '{"keys": []}', '{"keys": [{"key": "c2hvcnQ=", "made": ""}]}', "[1]", "\x00"]
)
def test_what_is_no_file_of_keys_is_said_in_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys"
    with pytest.raises(NoKeys, match="no file is there"):
        ring.read(path)
    path.write_text(text)
    with pytest.raises(NoKeys, match="cannot be read"):
        ring.read(path)


def test_a_file_that_somebody_changed_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    ring.make(path)
    other = tmp_path / "other"
    wanted = ring.make(other)
    other.replace(path)
    assert ring.read(path) == wanted
    assert json.loads(path.read_text())["keys"][0]["id"] == wanted.first.id
