"""Which ids were met, and a number kept with each, in a fraction of the memory that a dict takes.

A table of two flat arrays with open addressing: 16 bytes a place, at most three in four of them taken. An id is kept as
64 bits of its hash, so that with ten million ids the chance that any two are taken for one is one in 370,000.
"""

from __future__ import annotations

from array import array
from hashlib import blake2b


class Known:
    """Ids, each with a number from 0 to 2**64 - 1."""

    def __init__(self) -> None:
        self._count = 0
        self._empty(1 << 8)

    def _empty(self, places: int) -> None:
        self._mask = places - 1
        self._keys, self._values = (array("Q", bytes(8 * places)) for _ in range(2))

    def get(self, name: str) -> int | None:
        place = self._place(_key(name))
        return self._values[place] if self._keys[place] else None

    def put(self, name: str, value: int = 0) -> int | None:
        """Keeps the number with an id that is new, and answers null; else the number that came with it first."""
        key = _key(name)
        place = self._place(key)
        if self._keys[place]:
            return self._values[place]
        self._keys[place], self._values[place] = key, value
        self._count += 1
        if 4 * self._count > 3 * self._mask:
            self._grow()
        return None

    def set(self, name: str, value: int) -> None:
        """Another number for an id that is known."""
        place = self._place(_key(name))
        if not self._keys[place]:
            raise KeyError("only an id that is known can get another number")
        self._values[place] = value

    def _place(self, key: int) -> int:
        """Where the key stands, or where it would."""
        keys, mask = self._keys, self._mask
        place = key & mask
        while keys[place] and keys[place] != key:
            place = (place + 1) & mask
        return place

    def _grow(self) -> None:
        keys, values = self._keys, self._values
        self._empty(2 * len(keys))
        for key, value in zip(keys, values, strict=True):
            if key:
                place = self._place(key)
                self._keys[place], self._values[place] = key, value


def _key(name: str) -> int:
    digest = blake2b(name.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") or 1
