"""What people are called, when two may be one, and who may write what. Pure: no Django, no clock, no database."""

from heard.network.rules.access import (
    MOST_WHY,
    Level,
    why_not_deny,
    why_not_end_access,
    why_not_give_access,
    why_not_involve,
    why_not_lift_denial,
)
from heard.network.rules.alike import EXACT, SAME_NUMBER, is_hit, reasons_same_person
from heard.network.rules.deciding import (
    CORE,
    least_who_decide,
    why_not_add,
    why_not_change_core,
    why_not_decide_proposal,
    why_not_lift,
    why_not_merge,
    why_not_propose,
    why_not_read_answer,
    why_not_rename,
    why_not_restrict,
    why_not_unmerge,
    why_not_write_place,
)
from heard.network.rules.facts import (
    DID_NOT_SAY,
    EVERYWHERE,
    MOST_LETTERS,
    NUMBERS,
    OF_A_RELATIVE,
    ONE_AT_A_TIME,
    SPECIAL,
    WITH_CONTACT,
    FactKind,
    Said,
    SaidAs,
    Scheme,
    kinds_of,
    why_not_add_identifier,
    why_not_change_fact,
    why_not_end,
    why_not_note_person,
    why_not_record_fact,
)
from heard.network.rules.joining import MOVES, Joined
from heard.network.rules.keys import (
    Near,
    days_near,
    joined_in,
    name_keys,
    named_by,
    nearness,
    person_keys,
    postcodes_near,
    spelling_keys,
    words_in,
)
from heard.network.rules.names import (
    Description,
    Name,
    is_called,
    kept_postcode,
    normal,
    normal_postcode,
    outward,
    parts,
    read_box,
    swapped,
    words_of_box,
)
from heard.network.rules.numbers import doubt_of_nhs_number, doubt_of_upn, kept_number
from heard.network.rules.pieces import Bond, Piece
from heard.network.rules.places import Likeness, likeness, place_keys
from heard.network.rules.recognise import SERVICES, Found, find, normal_handle
from heard.network.rules.tying import (
    BACK,
    OTHER,
    PROTECTS,
    SAID_TO_HARM,
    Basis,
    HandleType,
    Handling,
    How,
    KnownGrade,
    NodeKind,
    Reach,
    SourceGrade,
    Step,
    in_order,
    is_directed,
    kinds_between,
    passes,
    said,
    shown_handle,
    vocabulary,
    why_not_give_kind,
    why_not_know_handle,
    why_not_note_source,
    why_not_note_tie,
    why_not_withdraw,
)
