"""Every write about shares and requests. Each asks the rule and leaves its audit row in one transaction."""

from heard.cases.sharing.actions.delivering import open_delivery, read_delivery, withdraw_share
from heard.cases.sharing.actions.requests import (
    answer_request,
    attach_answer,
    chase_request,
    note_request,
    open_request,
    read_asked,
)
from heard.cases.sharing.actions.shares import (
    change_share,
    decide_share,
    drop_share,
    open_share,
    prepare_share,
    review_share,
    take_copy,
)
