"""Every write about packs, and about the answers to those who ask for their record."""

from heard.cases.pack.actions.disclosing import (
    decide_file,
    find_more,
    mark_read,
    open_disclosure,
    open_passage,
    show_passage,
    start_disclosure,
    treat_names,
    withhold_passage,
    withhold_stretch,
)
from heard.cases.pack.actions.finishing import (
    check_disclosure,
    give_disclosure,
    send_disclosure,
    stop_disclosure,
)
from heard.cases.pack.actions.making import (
    ask_pack,
    encrypt_pack,
    fetch_pack,
    make_again,
    make_pack,
    open_pack,
    remove_old_packs,
    remove_pack,
    restart_pack,
    watch_pack,
)
