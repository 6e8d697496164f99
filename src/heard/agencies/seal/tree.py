"""The hash tree of RFC 6962 (0x00 before a leaf, 0x01 before a node), grown leaf by leaf from its right edge."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

EMPTY = sha256().digest()


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """`edge`: the roots of the whole subtrees, the largest first; with `size` it is all that is needed to go on."""

    def __init__(self, size: int = 0, edge: Iterable[bytes] = ()) -> None:
        self.size, self.edge = size, list(edge)
        if len(self.edge) != size.bit_count():
            raise ValueError("This is not the edge of a tree of this size.")

    def append(self, leaf: bytes) -> None:
        """`leaf` is hashed already."""
        size, edge = self.size, self.edge
        while size & 1:
            leaf = node_hash(edge.pop(), leaf)
            size >>= 1
        edge.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self.edge:
            return EMPTY
        found = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            found = node_hash(left, found)
        return found
