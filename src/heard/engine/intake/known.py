"""Which ids were met, and numbers kept with each, in a fraction of the memory that a dict takes.

A table of flat arrays with open addressing: 8 bytes a place and 8 for each number, at most three in four places taken. An id is
kept as 64 bits of its hash, so that with ten million ids the chance that any two are taken for one is one in 370,000. The hash is
another in every run, so nobody can write ids that are taken for one.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

type Numbers = npt.NDArray[np.uint64]
type Places = npt.NDArray[np.intp]

_BITS = (1 << 64) - 1
_AT_ONCE = 100_000


class Known:
    """Ids, each with `numbers` numbers from 0 to 2**64 - 1."""

    def __init__(self, numbers: int = 1) -> None:
        self._count = 0
        self._empty(1 << 8, numbers)

    def _empty(self, places: int, numbers: int) -> None:
        self._mask = places - 1
        self._keys = array("Q", bytes(8 * places))
        self._values = [array("Q", bytes(8 * places)) for _ in range(numbers)]

    def get(self, name: str, which: int = 0) -> int | None:
        place = self._place(_key(name))
        return self._values[which][place] if self._keys[place] else None

    def put(self, name: str, *values: int) -> int | None:
        """Keeps the numbers with an id that is new, and answers null; else the first number that came with it first."""
        key = _key(name)
        place = self._place(key)
        if self._keys[place]:
            return self._values[0][place]
        self._keys[place] = key
        for held, value in zip(self._values, values, strict=False):
            held[place] = value
        self._count += 1
        if 4 * self._count > 3 * self._mask:
            self._have_room(1)
        return None

    def set(self, name: str, value: int) -> None:
        """Another first number for an id that is known."""
        place = self._place(_key(name))
        if not self._keys[place]:
            raise KeyError("only an id that is known can get another number")
        self._values[0][place] = value

    # ---- many at once

    def put_all(self, keys: Numbers, *values: Numbers) -> npt.NDArray[np.bool_]:
        """Keeps with each id that is new the numbers of the row where it stands first. Which rows these are. `keys`: of each
        row its id, as `keys_of` tells it."""
        new, first, _ = np.unique(keys, return_index=True, return_inverse=True)
        self._have_room(len(new))
        places, was_new = self._settle(new)
        for held, numbers in zip(self._values, values, strict=False):
            self._view(held)[places[was_new]] = numbers[first[was_new]]
        self._count += int(was_new.sum())
        here = np.zeros(len(keys), bool)
        here[first[was_new]] = True
        return here

    def get_all(self, keys: Numbers, which: int = 0) -> Numbers:
        """The number of each id, 0 where it is not known."""
        return self._view(self._values[which])[self._places(keys)]

    def has_all(self, keys: Numbers) -> npt.NDArray[np.bool_]:
        """Which ids are known."""
        return self._view(self._keys)[self._places(keys)] != 0

    def add_bits(self, keys: Numbers, bits: int) -> None:
        """Puts ids, and these bits to the first number of each."""
        self.put_all(keys)
        held = self._view(self._values[0])
        held[self._places(keys)] |= np.uint64(bits)

    def _view(self, held: array[int]) -> Numbers:
        return np.frombuffer(held, np.uint64)

    def _places(self, keys: Numbers) -> Places:
        """Where each key stands, or an empty place."""
        held, mask = self._view(self._keys), self._mask
        places = (keys & np.uint64(mask)).astype(np.intp)
        left = np.arange(len(keys))
        while len(left):
            met = held[places[left]]
            left = left[(met != 0) & (met != keys[left])]
            places[left] = (places[left] + 1) & mask
        return places

    def _settle(self, keys: Numbers) -> tuple[Places, npt.NDArray[np.bool_]]:
        """Writes keys, of which no two are alike, where they are not there yet. Where each stands, and whether it is new."""
        held, mask = self._view(self._keys), self._mask
        places = (keys & np.uint64(mask)).astype(np.intp)
        new = np.zeros(len(keys), bool)
        left = np.arange(len(keys))
        while len(left):
            met = held[places[left]]
            free = left[met == 0]
            held[places[free]] = keys[free]  # of several that want one place, one has it now
            won = free[held[places[free]] == keys[free]]
            new[won] = True
            left = left[(held[places[left]] != keys[left])]
            places[left] = (places[left] + 1) & mask
        return places, new

    def _place(self, key: int) -> int:
        """Where the key stands, or where it would."""
        keys, mask = self._keys, self._mask
        place = key & mask
        while keys[place] and keys[place] != key:
            place = (place + 1) & mask
        return place

    def _have_room(self, more: int) -> None:
        """Room for so many more, with one place in four left free."""
        places = self._mask + 1
        while 4 * (self._count + more) > 3 * places:
            places *= 2
        if places > self._mask + 1:
            self._grow(places)

    def _grow(self, places: int) -> None:
        keys, values = self._keys, self._values
        self._empty(places, len(values))
        before = self._view(keys)
        for start in range(0, len(before), _AT_ONCE):
            some = np.flatnonzero(before[start : start + _AT_ONCE]) + start
            now, _ = self._settle(before[some])
            for held, old in zip(self._values, values, strict=True):
                self._view(held)[now] = self._view(old)[some]


def hashes(texts: Iterable[str]) -> Numbers:
    """64 bits of each text, others in every run."""
    return np.fromiter(map(hash, texts), np.int64).view(np.uint64)


def keys_of(names: Iterable[str]) -> Numbers:
    keys = hashes(names)
    keys[keys == 0] = 1
    return keys


def _key(name: str) -> int:
    return hash(name) & _BITS or 1
