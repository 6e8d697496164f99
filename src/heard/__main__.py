"""`python -m heard`: the same as the `heard` command."""

from heard.cli import main

main()
