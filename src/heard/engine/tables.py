"""The typed tables in which the engine's steps meet. Each step reads and writes only these, as Parquet.

A run's folder holds `<table>.parquet` for each table. No step imports another: what one writes, the next reads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

# What every step tells while it works: what it is doing, and how far it is (0 to 1, None where it cannot say).
type Progress = Callable[[str, float | None], None]


ROW_KEY = "row:"
"""A record_id that begins so was made from a row without an id of its own: another record may be the same child, even
where the source gives each child one key."""


# A cell that begins with one of these is run as a formula by spreadsheets.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe(value: Any) -> Any:
    """A cell of a CSV file that a spreadsheet shows and does not run."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def spelt(day: date) -> str:
    """A day as sentences say it: 3 March 2026."""
    return f"{day.day} {day:%B} {day.year}"


class NotDone(Exception):
    """A step cannot do its work at all. The text is one plain sentence or two: what is wrong, what to do next."""


@dataclass(frozen=True)
class Column:
    """`added`: since a release before; a run that was made then has no such column, and is read all the same."""

    name: str
    type: pa.DataType
    meaning: str
    required: bool = False
    added: bool = False


@dataclass(frozen=True)
class Table:
    """One table: its name, who writes it, what a row is, and its columns."""

    name: str
    written_by: str
    row: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([pa.field(c.name, c.type, nullable=not c.required) for c in self.columns])


_TEXT, _DATE, _INT, _FLAG, _REAL = pa.string(), pa.date32(), pa.int64(), pa.bool_(), pa.float64()

_RECORD_KEY = (
    Column("source", _TEXT, "name of the source, unique in a run", required=True),
    Column(
        "record_id",
        _TEXT,
        "the child's key within the source; where a row has none, ROW_KEY and what the row tells",
        required=True,
    ),
)
_ORIGIN = (
    Column("file", _TEXT, "file name, without its folder", required=True),
    Column(
        "row", _INT, "1 for the first row below the header, or the first child of an XML file; 0 for the file"
    ),
)

SOURCES = Table(
    "sources",
    "intake",
    "one source: what was read of it",
    (
        Column("source", _TEXT, "name of the source, unique in a run", required=True),
        Column("agency", _TEXT, "who holds it, such as 'social care'", required=True),
        Column("kind", _TEXT, "format, such as cin_census, ssda903, csv", required=True),
        Column("read", _INT, "rows that the files hold", required=True),
        Column("kept", _INT, "rows of which everything that is needed could be used", required=True),
        Column("set_aside", _INT, "rows that could not be used; read = kept + set_aside", required=True),
        Column("issues", _INT, "rows of the issues table that speak of this source", required=True),
        Column(
            "first_date",
            _DATE,
            "the first day of which the source speaks: by its header or mapping, else its earliest date; "
            "stray dates aside",
        ),
        Column("last_date", _DATE, "the last such day, up to the day of reading"),
        Column(
            "keyed_by_child",
            _FLAG,
            "two record_ids are two children, except those of ROW_KEY; false where a child may come under several",
        ),
    ),
)

RECORDS = Table(
    "records",
    "intake",
    "one child as one source knows them",
    (
        *_RECORD_KEY,
        Column("agency", _TEXT, "who holds it", required=True),
        *_ORIGIN,
        Column("given_name", _TEXT, "as written"),
        Column("family_name", _TEXT, "as written"),
        Column("birth_date", _DATE, "date of birth"),
        Column(
            "birth_parts",
            _TEXT,
            "what is told of a birth date that is not whole or no day: YYYYMMDD as written, with ? for what is not known",
        ),
        Column("sex", _TEXT, "F, M or null where not known"),
        Column("postcode", _TEXT, "upper case with one space; null where it cannot be read as a postcode"),
        Column("address", _TEXT, "first line, as written"),
        Column("nhs_number", _TEXT, "ten digits, as written without spaces"),
        Column("nhs_number_valid", _FLAG, "its check digit holds"),
        Column("upn", _TEXT, "thirteen characters, upper case"),
        Column("upn_valid", _FLAG, "its check letter holds"),
        Column("local_id", _TEXT, "the agency's own number for the child, the same in all its extracts"),
        Column(
            "ethnicity",
            _TEXT,
            "as the child or family says, the code or words of the source; null where not given",
        ),
        Column(
            "authority",
            _TEXT,
            "the authority that the file speaks for, by the code that it gives; null where it does not say",
        ),
        Column("died_on", _DATE, "the day the child died, where the source says so"),
        Column(
            "worker",
            _TEXT,
            "who works with the child there, as the source names them; several with a semicolon between",
            added=True,
        ),
    ),
)

ASSESSMENTS = Table(
    "assessments",
    "intake",
    "one completed assessment of one child",
    (
        *_RECORD_KEY,
        Column("authority", _TEXT, "the authority that the file speaks for, by the code that it gives"),
        Column(
            "episode",
            _TEXT,
            "the child's episode of need in which it was made, unique within the record",
            required=True,
        ),
        Column("ended_on", _DATE, "the day it was completed", required=True),
        Column(
            "factors",
            pa.list_(_TEXT),
            "codes of the factors identified, such as 10A, in order; each once",
            required=True,
        ),
    ),
)

OBSERVATIONS = Table(
    "observations",
    "intake",
    "one sign or vulnerability that one record carries, or is silent about",
    (
        *_RECORD_KEY,
        Column(
            "item",
            _TEXT,
            "a sign or vulnerability of the knowledge release, such as S01 or V15",
            required=True,
        ),
        Column("state", _TEXT, "'seen', or 'not_known' where the field was there but empty", required=True),
        Column("seen_on", _DATE, "the day it was seen or began; null where not_known"),
        Column("until", _DATE, "the day it ended, where the source says so"),
        Column("ongoing", _FLAG, "the source says when such things end, and that this one had not"),
        Column("field", _TEXT, "the field that carries it, such as Factors=10A", required=True),
        Column("strength", _TEXT, "'direct', 'proxy' or 'weak', from the knowledge release", required=True),
        Column("counts", _FLAG, "whether the rule counts it; others are shown beside", required=True),
        Column(
            "own_day",
            _FLAG,
            "seen_on is the day on which it happened; false where it is that of an assessment, or a return's end",
        ),
        *_ORIGIN,
    ),
)

COVERAGE = Table(
    "coverage",
    "intake",
    "whether one source can carry one item at all, and of which days it can speak: a row for each stretch of time",
    (
        Column("source", _TEXT, "name of the source", required=True),
        Column("agency", _TEXT, "who holds it", required=True),
        Column("item", _TEXT, "a sign or vulnerability, such as S01 or V15", required=True),
        Column("state", _TEXT, "'collected', 'beside' (only by fields that the rule does not count), 'absent' (the format has a "
               "field, these files lack it) or 'not_collectable'", required=True),
        Column("fields", _TEXT, "the fields that would carry it, separated by commas"),
        Column("first_day", _DATE, "the first day of which the source can speak; null where that is not known"),
        Column("last_day", _DATE, "the last such day: nothing after it is known; null where that is not known"),
    ),
)  # fmt: skip

ISSUES = Table(
    "issues",
    "intake",
    "one thing that is wrong with the input",
    (
        Column("source", _TEXT, "name of the source", required=True),
        *_ORIGIN,
        Column("field", _TEXT, "the field, or empty for the row or file"),
        Column("code", _TEXT, "short stable name, such as date_impossible", required=True),
        Column(
            "severity",
            _TEXT,
            "'set_aside' (the row was; with row 0 the file, or what could not be read of it), 'flag' (used all the same) or 'file'",
            required=True,
        ),
        Column(
            "what", _TEXT, "what is wrong, without the value itself where that is personal", required=True
        ),
        Column("remedy", _TEXT, "what to do about it", required=True),
    ),
)

LINKS = Table(
    "links",
    "link",
    "one pair of records that were compared and may be the same child",
    (
        Column("left_source", _TEXT, "", required=True),
        Column("left_id", _TEXT, "", required=True),
        Column("right_source", _TEXT, "", required=True),
        Column("right_id", _TEXT, "", required=True),
        Column("probability", _REAL, "the model's, 0 to 1", required=True),
        Column("band", _TEXT, "'linked', 'for_a_person' or 'apart'", required=True),
        Column("why", _TEXT, "the rule or comparison that decided it, in words", required=True),
    ),
)

REASONS = Table(
    "reasons",
    "link",
    "one comparison of a pair that waits for a person; of one pair they add up to what the model makes of it",
    (
        Column("left_source", _TEXT, "", required=True),
        Column("left_id", _TEXT, "", required=True),
        Column("right_source", _TEXT, "", required=True),
        Column("right_id", _TEXT, "", required=True),
        Column("comparison", _TEXT, "what was compared, in words", required=True),
        Column("level", _TEXT, "what was found, in words", required=True),
        Column(
            "weight", _REAL, "how much that speaks for one child, in bits; below zero for two", required=True
        ),
    ),
)

QUALITY = Table(
    "quality",
    "link",
    "how good the links of one group of records are expected to be, as the model sees it: no labels are known",
    (
        Column("group", _TEXT, "'all', 'sex', 'ethnicity' (self-defined), 'name as written' or 'missing'", required=True),
        Column("value", _TEXT, "which records of the group", required=True),
        Column("pairs", _INT, "pairs linked of which a record is in the group", required=True),
        Column("precision", _REAL, "share of these that are one child; null where there are none"),
        Column("precision_low", _REAL, "lower limit of its range: chance, and what the model may get wrong"),
        Column("precision_high", _REAL, "upper limit"),
        Column("recall", _REAL, "share of compared pairs of one child that are linked; null where none is expected"),
        Column("recall_low", _REAL, "lower limit of its range, likewise"),
        Column("recall_high", _REAL, "upper limit"),
    ),
)  # fmt: skip

SAMPLE = Table(
    "sample",
    "link",
    "one pair that was compared, drawn at random, for people to judge without seeing what the model made of it",
    (
        Column("left_source", _TEXT, "", required=True),
        Column("left_id", _TEXT, "", required=True),
        Column("right_source", _TEXT, "", required=True),
        Column("right_id", _TEXT, "", required=True),
        Column("stratum", _INT, "what became of it and how sure the model was, as in strata", required=True),
        Column("place", _INT, "0 for the first that was drawn of its stratum", required=True),
        Column("left_sex", _TEXT, "as in records, or 'not recorded'", required=True),
        Column("right_sex", _TEXT, "likewise", required=True),
        Column("left_ethnicity", _TEXT, "likewise", required=True),
        Column("right_ethnicity", _TEXT, "likewise", required=True),
    ),
)

STRATA = Table(
    "strata",
    "link",
    "how many pairs a stratum has of which a record is in a group",
    (
        Column("stratum", _INT, "0 and 1: linked, the surer half last; 2 and 3: for a person; 4 and 5: apart", required=True),
        Column("group", _TEXT, "'all', 'sex' or 'ethnicity' (self-defined)", required=True),
        Column("value", _TEXT, "which records of the group", required=True),
        Column("pairs", _INT, "pairs of the stratum with such a record", required=True),
    ),
)  # fmt: skip

IDENTITIES = Table(
    "identities",
    "link",
    "which child one record belongs to",
    (
        *_RECORD_KEY,
        Column(
            "person",
            _TEXT,
            "key of the child within this run and those that stand on it, no name in it",
            required=True,
        ),
    ),
)

MOVED = Table(
    "moved",
    "link",
    "one record whose child is not whose it was in the run that this one stands on",
    (
        *_RECORD_KEY,
        Column("person", _TEXT, "key of its child; where it is gone, of whose it was", required=True),
        Column("was", _TEXT, "key of its child then; null where the record is new"),
        Column("change", _TEXT, "'new': of a child of whom none was there; 'joined': new, of a child who was there; 'moved': it was another "
               "child's; 'gone': it is not in this run", required=True),
        Column("why", _TEXT, "what its surest link to its child rests on; null where it has none"),
    ),
)  # fmt: skip

COMPARED = Table(
    "compared",
    "link",
    "one pair of records that was compared, for a run that stands on this one and compares only what is new",
    (
        Column("left", _INT, "key of one record, as in prints", required=True),
        Column("right", _INT, "key of the other, which is higher", required=True),
        *(
            Column(f"gamma_{name}", _INT, f"how they compare by {words}: the level of model.json; -1 where one does not say", required=True)
            for name, words in (
                ("given", "given name"), ("family", "family name"), ("birth", "birth date"), ("sex", "sex"), ("postcode", "postcode and address"),
                ("nhs", "NHS number"), ("upn", "pupil number"), ("local", "the agency's own number"),
            )
        ),
        Column("match_weight", _REAL, "the model's, in bits", required=True),
        Column("match_probability", _REAL, "the model's", required=True),
    ),
)  # fmt: skip

PRINTS = Table(
    "prints",
    "link",
    "one record, by a number, with a hash of all by which it was compared",
    (
        Column("key", _INT, "its number in this run", required=True),
        *_RECORD_KEY,
        Column("print", _TEXT, "another where anything is that records are compared by", required=True),
    ),
)

NAME_SHARES = Table(
    "name_shares",
    "link",
    "how usual one name is among the records from which the weights were learned",
    (
        Column("field", _TEXT, "'given' or 'family'", required=True),
        Column("value", _TEXT, "the name, as it is compared", required=True),
        Column("share", _REAL, "share of the records with a name that have this one", required=True),
    ),
)

CHILDREN = Table(
    "children",
    "screen",
    "one child with enough distinct signs in the window",
    (
        Column("person", _TEXT, "key of the child within this run", required=True),
        Column(
            "signs",
            pa.list_(_TEXT),
            "the distinct signs that count, in the order of the release",
            required=True,
        ),
        Column("agencies", pa.list_(_TEXT), "agencies that hold at least one of these signs", required=True),
        Column("scattered", _FLAG, "no single agency holds enough of them alone", required=True),
        Column("first_seen", _DATE, "earliest of these signs in the window", required=True),
        Column("last_seen", _DATE, "latest of these signs in the window", required=True),
        Column("window_first", _DATE, "the first day of the window: of the as-of date's, or of the first that held enough",
               required=True),
        Column("window_last", _DATE, "its last day, which is in", required=True),
        Column(
            "not_known",
            pa.list_(_TEXT),
            "signs that sources with this child could carry but are silent about",
        ),
        Column(
            "vulnerabilities", pa.list_(_TEXT), "vulnerabilities on record at any time up to the as-of date"
        ),
    ),
)  # fmt: skip

EVIDENCE = Table(
    "evidence",
    "screen",
    "one record behind one sign or vulnerability of a listed child",
    (
        Column("person", _TEXT, "key of the child within this run", required=True),
        Column("item", _TEXT, "a sign or vulnerability, such as S01 or V15", required=True),
        Column("agency", _TEXT, "who holds it", required=True),
        *_RECORD_KEY,
        Column("seen_on", _DATE, "the day it was seen or began"),
        Column("field", _TEXT, "the field that carries it", required=True),
        Column("strength", _TEXT, "'direct', 'proxy' or 'weak'", required=True),
        Column("counts", _FLAG, "whether the rule counted it", required=True),
        *_ORIGIN,
    ),
)

KNOWN = Table(
    "known",
    "screen",
    "how much is known of one item over all children: no figure without its coverage",
    (
        Column("item", _TEXT, "a sign or vulnerability, such as S01 or V15", required=True),
        Column(
            "seen",
            _INT,
            "children with it in the window; a vulnerability: on record at any time up to the as-of date",
            required=True,
        ),
        Column(
            "not_seen",
            _INT,
            "children of whom sources that collect it for all of the window say nothing else",
            required=True,
        ),
        Column(
            "not_known",
            _INT,
            "children whom no source that collects it for all of the window holds, or whose field is empty",
            required=True,
        ),
        Column(
            "beside",
            _INT,
            "children with it only by fields that the rule does not count, whatever else is known",
            required=True,
        ),
        Column(
            "in_part",
            _INT,
            "of those not known: children of whom a part of the window is covered",
            required=True,
        ),
        Column(
            "known_to",
            _DATE,
            "the last day of the window that any source that collects it covers, where that is not the last day "
            "of the window",
        ),
        Column("collectable", _FLAG, "some source of this run can carry it", required=True),
    ),
)

SET_APART = Table(
    "set_apart",
    "screen",
    "one person with enough distinct signs who is no child to be listed: they died, or were of age before the window began",
    (
        Column("person", _TEXT, "key of the person within this run", required=True),
        Column("why", _TEXT, "'died' or 'of_age'", required=True),
        Column("since", _DATE, "the day they died, or their eighteenth birthday", required=True),
        Column("signs", pa.list_(_TEXT), "the distinct signs that count, in the order of the release", required=True),
    ),
)  # fmt: skip

TURNING = Table(
    "turning",
    "screen",
    "one pair of records for a person that would change the list, were they one child",
    (
        Column("left_source", _TEXT, "", required=True),
        Column("left_id", _TEXT, "", required=True),
        Column("right_source", _TEXT, "", required=True),
        Column("right_id", _TEXT, "", required=True),
        Column("change", _TEXT, "'listed': a child would be listed whom neither record lists; 'one_child': two who are listed would be "
               "one; 'scattered': whether one agency could see the child would change", required=True),
    ),
)  # fmt: skip

MONTHS = Table(
    "months",
    "screen",
    "one sign in one month, of one source: what it could have seen, and what it saw",
    (
        Column("source", _TEXT, "name of the source", required=True),
        Column("agency", _TEXT, "who holds it", required=True),
        Column("item", _TEXT, "a sign, such as S01", required=True),
        Column("month", _DATE, "its first day; the months of two windows up to the as-of date", required=True),
        Column("covered", _TEXT, "'all' of the month up to the as-of date, 'part' of it, or 'none'", required=True),
        Column("seen", _INT, "records in which it was seen, and counts", required=True),
    ),
)  # fmt: skip

CHANGES = Table(
    "changes",
    "screen",
    "one reason why one child is new on a list, or left it; where two lists are compared",
    (
        Column("person", _TEXT, "key of the child: within the later run where new, within the earlier where left",
               required=True),
        Column("change", _TEXT, "'new' or 'left'", required=True),
        Column("why", _TEXT, "in words", required=True),
        Column("item", _TEXT, "the sign that it is about; null where it is about the child's records"),
    ),
)  # fmt: skip

JUDGEMENTS = Table(
    "judgements",
    "people, before link",
    "what one person said of two records; the last word on a pair counts",
    (
        Column("left_source", _TEXT, "", required=True),
        Column("left_id", _TEXT, "", required=True),
        Column("right_source", _TEXT, "", required=True),
        Column("right_id", _TEXT, "", required=True),
        Column("judgement", _TEXT, "'same', 'not_same', 'cannot_tell' or 'ask_others'", required=True),
        Column("by", _TEXT, "key of whoever said it, no name", required=True),
        Column("at", pa.timestamp("us", "UTC"), "when", required=True),
        Column("why", _TEXT, "in their words"),
    ),
)

ALL = (
    SOURCES,
    RECORDS,
    ASSESSMENTS,
    OBSERVATIONS,
    COVERAGE,
    ISSUES,
    LINKS,
    REASONS,
    QUALITY,
    SAMPLE,
    STRATA,
    IDENTITIES,
    MOVED,
    COMPARED,
    PRINTS,
    NAME_SHARES,
    CHILDREN,
    EVIDENCE,
    KNOWN,
    SET_APART,
    TURNING,
    MONTHS,
    CHANGES,
)

# ---- Tables that no step hands to another: what a profile takes besides its run, from cases.

MISSING_EPISODES = Table(
    "missing_episodes",
    "people, before profile",
    "the missing episodes that began in one month",
    (
        Column("month", _TEXT, "YYYY-MM; months that are left out had none", required=True),
        Column("count", _INT, "episodes", required=True),
        Column("children", _INT, "children who had them", required=True),
    ),
)

PATTERNS_RECORDED = Table(
    "patterns_recorded",
    "people, before profile",
    "one pattern that somebody recorded in the assessments of children",
    (
        Column("pattern", _TEXT, "of the knowledge release, such as P01", required=True),
        Column("count", _INT, "children with it", required=True),
    ),
)

PATTERNS_AROUND = Table(
    "patterns_around",
    "people, before profile",
    "one pattern that somebody noted of groups, places or contexts (work on one of them)",
    (
        Column("pattern", _TEXT, "of the knowledge release, such as G2", required=True),
        Column("about", _TEXT, "group, place or context", required=True),
        Column("count", _INT, "groups, places or contexts with it", required=True),
    ),
)

HARM_RECORDED = Table(
    "harm_recorded",
    "people, before profile",
    "one count of what is recorded of who harms, with what, where, what was done and what came of it",
    (
        Column(
            "part",
            _TEXT,
            "'who': adults said to harm; 'with': phones, cars and accounts that they use; 'where': places; 'done': steps; 'came': work that ended",
            required=True,
        ),
        Column(
            "what",
            _TEXT,
            "on what it rests; of which kind; in which postcode district; of which kind; what was found",
            required=True,
        ),
        Column("state", _TEXT, "of a step: open, done or not_done"),
        Column("count", _INT, "adults, things, places, steps, places or groups", required=True),
    ),
)

# ---- Tables that no step hands to another: what `heard estimate` takes and gives.

OVERLAPS = Table(
    "overlaps",
    "whoever asks for an estimate, as CSV",
    "one combination of lists",
    (
        Column("a list's name", _INT, "1 where the children are on this list, 0 where not; one column for each list",
               required=True),
        Column("count", _INT, "how many children are on exactly these lists; combinations that are left out hold nobody",
               required=True),
    ),
)  # fmt: skip

ESTIMATE = Table(
    "estimate",
    "estimate, as JSON",
    "the one answer",
    (
        Column("observed", _INT, "children on at least one list", required=True),
        Column("estimate", _REAL, "children in all, those on no list among them", required=True),
        Column("model", _TEXT, "the chosen model by its largest interactions, such as [LA*NG, PF]", required=True),
        Column("interval_80", pa.list_(_REAL), "its lower and upper limit; null where none was asked for"),
        Column("interval_95", pa.list_(_REAL), "its lower and upper limit; null where none was asked for"),
        Column("method", _TEXT, "'bic' or 'stepwise'", required=True),
        Column("warnings", pa.list_(_TEXT), "what is weak about this answer, in sentences", required=True),
        Column("set_aside", pa.list_(_TEXT), "what of the table was not used, and why", required=True),
        Column("lists", pa.list_(_TEXT), "the lists that were used", required=True),
        Column("without", pa.list_(pa.struct([("list", _TEXT), ("estimate", _REAL), ("reason", _TEXT)])),
               "for each list the estimate without it, or why there is none", required=True),
        Column("otherwise", pa.struct([("method", _TEXT), ("model", _TEXT), ("estimate", _REAL)]),
               "what the other way of choosing a model gives; null where it cannot be used"),
        Column("max_order", _INT, "the largest number of lists in one interaction", required=True),
        Column("models", _INT, "models among which each replicate chose; 0 where step by step", required=True),
        Column("refused", _INT, "models that have no estimate for this table; 0 where step by step", required=True),
        Column("replicates", _INT, "bootstrap replicates that gave an estimate", required=True),
        Column("seed", _INT, "of the bootstrap", required=True),
        Column("assumptions", pa.list_(_TEXT), "what has to be true for the answer to mean anything", required=True),
        Column("dispute", _TEXT, "what is said against the method, and by whom", required=True),
    ),
)  # fmt: skip
