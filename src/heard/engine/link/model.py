"""The probabilistic part: Splink's model of how records of one child differ, trained without labels."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from splink import SettingsCreator, block_on
from splink.blocking_rule_library import CustomRule
from splink.internals.exceptions import SplinkException

if TYPE_CHECKING:
    from heard.engine.backend import Engine
    from heard.engine.link.broad import Narrowed

SEED = 20140715
_ENOUGH_TO_TRAIN = 1_000  # records with names and birth date; below it the weights that we bring are safer
_TRAINING_PAIRS = 1.5e5
_WORTH_KEEPING = 0.02  # pairs below this probability are not even written down
_BITS = 4  # significant digits of a learned weight: what is beyond them depends on the order of additions

# Splink numbers a comparison's levels from the surest (highest) down to "else" (0); -1 is null, no evidence.
GIVEN_SAME, GIVEN_FORM, GIVEN_SLIP, GIVEN_CROSSED, GIVEN_INITIAL = 5, 4, 3, 2, 1
FAMILY_SAME, FAMILY_SLIP = 3, 1
POSTCODE_SAME, POSTCODE_HOME, POSTCODE_SLIP = 4, 3, 2  # that or more
BIRTH_SAME, BIRTH_NEAR, BIRTH_IN_PART, BIRTH_TO_MONTH, BIRTH_TO_YEAR = 5, 4, 3, 2, 1
NUMBER_VALID, NUMBER_WRITTEN = 3, 2
LOCAL_SAME = 1


@dataclass(frozen=True)
class Level:
    """One way in which two values compare. `m`, `u`: how usual it is within one child, and between two children."""

    means: str
    sql: str
    m: float
    u: float
    by_rarity: str | None = None


@dataclass(frozen=True)
class Comparison:
    """One field's levels, surest first. `learned`: its weights are trained where there is enough to learn from."""

    name: str
    null: str
    levels: tuple[Level, ...]
    learned: bool = True

    def settings(self) -> dict[str, Any]:
        null = {"sql_condition": self.null, "label_for_charts": "not known", "is_null_level": True}
        levels = [self._level(level) for level in self.levels]
        return {"output_column_name": self.name, "comparison_levels": [null, *levels]}

    def _level(self, level: Level) -> dict[str, Any]:
        row: dict[str, Any] = {"sql_condition": level.sql, "label_for_charts": level.means}
        row |= {"m_probability": level.m, "u_probability": level.u}
        if level.by_rarity:
            row |= {"tf_adjustment_column": level.by_rarity, "tf_minimum_u_value": 0.0005}
        if not self.learned:
            row |= {"fix_m_probability": True, "fix_u_probability": True}
        return row


def _missing(*columns: str) -> str:
    return " OR ".join(f"{column}_{side} IS NULL" for column in columns for side in "lr")


def _either(*conditions: str) -> str:
    """True where one of them holds, else false. The first that holds spares the rest, and Splink, which looks for equality
    in every condition, need not multiply out what is no plain OR."""
    return f"(CASE {' '.join(f'WHEN {condition} THEN TRUE' for condition in conditions)} ELSE FALSE END)"


def _within(most: int, one: str, other: str) -> str:
    """At most so many wrong, missing, doubled or swapped letters. A swap is two of the wrong letters that are quickly
    counted, so that slow counting is spared for what is nearly the same."""
    lengths = f"abs(length({one}) - length({other})) <= {most}"
    quickly = f"levenshtein({one}, {other}) <= {2 * most}"
    slowly = f"damerau_levenshtein({one}, {other}) <= {most}"
    return f"(CASE WHEN {lengths} AND {quickly} THEN {slowly} ELSE FALSE END)"


def _slip(one: str, other: str) -> str:
    shortest = f"least(length({one}), length({other}))"
    longest = f"greatest(length({one}), length({other}))"
    short = f"{longest} >= 3 AND {shortest} >= 2 AND {_within(1, one, other)}"
    return _either(short, f"{shortest} >= 8 AND {_within(2, one, other)}")


# Also in the long form of a short one: Jeessica and Jess. The guards take no slip in the first letter but two letters
# that changed places.
_GIVEN_SLIP = _either(
    *(
        f"left({one}, 1) IN (left({other}, 1), substr({other}, 2, 1)) AND {_slip(one, other)}"
        for one, other in (
            ("given_l", "given_r"),
            ("given_l", "head_r"),
            ("head_l", "given_r"),
            ("first_l", "first_r"),
        )
    ),
    "length(given_l) > 3 AND substr(given_l, 2) = substr(given_r, 2)",
    "length(given_l) > 2 AND given_l = substr(given_r, 2)",
    "length(given_r) > 2 AND given_r = substr(given_l, 2)",
)


def _crossed(one: str, other: str) -> str:
    """One record's names in the other's fields, with a slip in one; or whole, where the other has more of them: a second given name,
    or a double family name."""
    family = f"(given_{one} = family_{other} OR list_contains(parts_{other}, given_{one}))"
    given = f"(family_{one} = first_{other} OR list_contains(forms_{other}, family_{one}))"
    return _either(
        f"given_{one} = family_{other} AND {_within(1, f'family_{one}', f'given_{other}')}",
        f"{family} AND {given}",
    )


_CROSSED = _either(_crossed("l", "r"), _crossed("r", "l"))

# As guards.births_alike says it of two dates.
_NEAR = _either(
    f"left(birth_l, 2) = left(birth_r, 2) AND {_within(1, 'birth_l', 'birth_r')}",
    "abs(date_diff('day', born_l, born_r)) = 1",
    "substr(birth_l, 5) = substr(birth_r, 5) AND abs(year(born_l) - year(born_r)) = 1",
    "year(born_l) = year(born_r) AND month(born_l) = day(born_r) AND day(born_l) = month(born_r)",
)

# As guards.one_part_wrong says it.
_IN_PART = _either(
    "substr(birth_l, 1, 6) = substr(birth_r, 1, 6)",
    "substr(birth_l, 1, 4) = substr(birth_r, 1, 4) AND substr(birth_l, 7, 2) = substr(birth_r, 7, 2)",
)

_GIVEN = Comparison(
    "given",
    _missing("given"),
    (
        Level("given name the same", "given_l = given_r", 0.80, 0.004, by_rarity="given"),
        Level("given name in another form", "list_has_any(forms_l, forms_r)", 0.06, 0.004),
        Level("given name with a slip", _GIVEN_SLIP, 0.06, 0.004),
        Level("given and family name crossed", _CROSSED, 0.01, 0.00001),
        Level(
            "given name an initial, or the first of several",
            _either(
                "least(length(given_l), length(given_r)) = 1 AND left(given_l, 1) = left(given_r, 1)",
                "starts_with(given_l, given_r || ' ')",
                "starts_with(given_r, given_l || ' ')",
            ),
            0.02,
            0.01,
        ),
        Level("given name different", "ELSE", 0.05, 0.978),
    ),
)
_FAMILY = Comparison(
    "family",
    f"{_missing('family')} OR ({_CROSSED} AND given_l <> given_r)",
    (
        Level("family name the same", "family_l = family_r", 0.86, 0.003, by_rarity="family"),
        Level(
            "family name in part",
            _either(
                "list_has_any(parts_l, parts_r)",
                "starts_with(family_l, family_r || ' ')",
                "starts_with(family_r, family_l || ' ')",
            ),
            0.03,
            0.002,
        ),
        Level("family name with a slip", _slip("family_l", "family_r"), 0.06, 0.003),
        Level("family name different", "ELSE", 0.05, 0.992),
    ),
)
# Where one of the two is not whole, or is no day.
_NOT_WHOLE = "(born_l IS NULL OR born_r IS NULL) AND year_l = year_r"
_BIRTH = Comparison(
    "birth",
    _missing("year"),
    (
        Level("birth date the same", "birth_l = birth_r", 0.92, 0.0002),
        Level("birth date with a slip", _NEAR, 0.06, 0.006),
        Level("birth date with one wrong part", _IN_PART, 0.005, 0.006),
        Level(
            "birth month the same, the day not known", f"{_NOT_WHOLE} AND month_l = month_r", 0.015, 0.0001
        ),
        Level(
            "birth year the same, the rest not known",
            f"{_NOT_WHOLE} AND coalesce(month_l = month_r, TRUE)",
            0.025,
            0.002,
        ),
        Level("birth date different", "ELSE", 0.015, 0.9857),
    ),
)
_SEX = Comparison(
    "sex",
    _missing("sex"),
    (Level("sex the same", "sex_l = sex_r", 0.985, 0.5), Level("sex different", "ELSE", 0.015, 0.5)),
)
# One slip leaves one of its halves whole; another country's postcode, or half of one, has no halves.
_POSTCODE_SLIP = (
    f"{_either('district_l = district_r', 'right(postcode_l, 3) = right(postcode_r, 3)', 'district_l = postcode_l')}"
    f" AND {_within(1, 'postcode_l', 'postcode_r')}"
)
_STREET = _either(
    "street_l = street_r",
    "levenshtein(street_l, street_r) * 4 <= least(length(street_l), length(street_r))",
)
# One comparison for both, since who shares one shares the other: as two, they would count twice.
_POSTCODE = Comparison(
    "postcode",
    f"({_missing('postcode')}) AND ({_missing('street')})",
    (
        Level("postcode and address the same", f"postcode_l = postcode_r AND {_STREET}", 0.50, 0.0004),
        Level("postcode the same", "postcode_l = postcode_r", 0.22, 0.0004),
        Level("address the same", _STREET, 0.02, 0.0002),
        Level("postcode with a slip", _POSTCODE_SLIP, 0.02, 0.0003),
        Level("postcode in the same district", "district_l = district_r", 0.11, 0.0795),
        Level("postcode different", "ELSE", 0.15, 0.9192),
    ),
)


def _number(name: str, words: str) -> Comparison:
    """Two children never share a number by chance, so random pairs cannot teach its weights: they are set."""
    both_valid = f"{name}_valid_l AND {name}_valid_r"
    return Comparison(
        name,
        _missing(name),
        (
            Level(f"{words} the same and valid", f"{name}_l = {name}_r AND {both_valid}", 0.93, 0.00001),
            Level(f"{words} the same as written", f"{name}_l = {name}_r", 0.03, 0.00001),
            Level(f"{words} with a slip", _within(1, f"{name}_l", f"{name}_r"), 0.03, 0.0001),
            Level(f"{words} different", "ELSE", 0.01, 0.99988),
        ),
        learned=False,
    )


# The agency's own number decides by rule, not by weight: here it only says whether it is the same.
_LOCAL = Comparison(
    "local",
    f"{_missing('local')} OR agency_l <> agency_r",
    (
        Level("the agency's own number the same", "local_l = local_r", 0.5, 0.5),
        Level("the agency's own number different", "ELSE", 0.5, 0.5),
    ),
    learned=False,
)

COMPARISONS = (
    _GIVEN,
    _FAMILY,
    _BIRTH,
    _SEX,
    _POSTCODE,
    _number("nhs", "NHS number"),
    _number("upn", "pupil number"),
    _LOCAL,
)

# Only pairs that share one of these are compared.
BY_NUMBER = (("local",), ("nhs",), ("upn",))
_BLOCKS = (
    *BY_NUMBER,
    ("birth", "family"),
    ("birth", "head"),
    ("birth", "postcode"),
    ("head", "postcode"),
    ("family", "postcode"),
    ("head", "family", "year"),
    ("head", "family", "substr(birth, 5, 4)"),
    ("head", "district", "month"),
    ("birth", "substr(given, 1, 1)", "substr(family, 1, 1)"),
    ("birth", "street"),
    ("head", "street"),
    ("family", "street"),
    ("birth", "least(given, family)", "greatest(given, family)"),
    ("postcode", "least(given, family)", "greatest(given, family)"),
    ("month", "head", "substr(family, 1, 1)"),
    ("month", "family", "substr(given, 1, 1)"),
)
# Also these where nobody is of one household with another. Of a million people that is many pairs.
# Whose birth date is not whole is in no block by date: compared with all of the same name, of whom no year says another thing.
_WITHOUT_DATE = tuple(
    CustomRule(f"l.{one} = r.{other} AND coalesce(l.year = r.year, TRUE)", sql_dialect="duckdb")
    for name in ("whole_name", "by_given", "by_family")
    for one, other in ((f"undated_{name}", name), (name, f"undated_{name}"))
)
_BLOCKS_AMONG_STRANGERS = (
    ("birth",),
    ("least(given, family)", "greatest(given, family)"),
    ("postcode",),
    ("street",),
)
_RULES = "blocking_rules_to_generate_predictions"
RETAINED = ("source", "keyed", "lent", "one_birth", "one_initial", "one_initial_here", "one_given", "one_given_here", "one_given_born", "year",
            "namesakes", "in_company", "usual")  # fmt: skip
"""Columns of prepared records that pairs are decided by, whatever the model says."""
BY_RARITY = ("given", "family")
"""Columns of which a rare value says more than a usual one."""
_LESSONS = (("birth", "postcode"), ("given", "family"))


@dataclass
class Model:
    """Settings with weights, as Splink reads them, and how they came about."""

    settings: dict[str, Any]
    trained: bool
    notes: list[str] = field(default_factory=list)


def blocks(*, households: bool) -> tuple[tuple[str, ...], ...]:
    """Columns or SQL of them that two records have to share to be compared, in the order of the rules of a model."""
    return _BLOCKS if households else (*_BLOCKS, *_BLOCKS_AMONG_STRANGERS)


def trained(engine: Engine, table: str, *, usable: int, records: int, households: bool = True) -> Model:
    """A model for the prepared table. `usable`: records with names and birth date. Never fails: where records
    are too few or teach nonsense, the weights that we bring are used, and the notes say so."""
    settings = _settings(records, blocks(households=households))
    if usable < _ENOUGH_TO_TRAIN:
        note = (
            f"Too few records with names and birth dates to learn from ({usable:,}): set weights were used."
        )
        return Model(settings, trained=False, notes=[note])
    try:
        learned = _learn(engine, table, settings)
    except (SplinkException, ValueError) as problem:
        note = f"The records taught the model nothing ({type(problem).__name__}): set weights were used."
        return Model(settings, trained=False, notes=[note])
    kept = [c.name for c in COMPARISONS if c.learned and _take(settings, learned, c.name)]
    left = [c.name for c in COMPARISONS if c.learned and c.name not in kept]
    notes = [f"Set weights were used for {', '.join(left)}: what was learned made no sense."] if left else []
    return Model(settings, trained=bool(kept), notes=notes)


def compared(
    engine: Engine, records: Narrowed, model: Model, shares: Any, *, table: str = "", only_fresh: bool = False
) -> Any:
    """All pairs that may be one child: key_l, key_r, match_weight, match_probability, gamma_<comparison>, and of both what `RETAINED` names.

    Pairs that share a number are kept whatever the model makes of them: `bands` decides those by rule. `shares`: rows of
    `tables.NAME_SHARES`; `only_fresh`: only pairs with a record that is `fresh` in `table`, which has the same records.
    """
    rules = [records.rule(place, setting) for place, setting in enumerate(model.settings[_RULES])]
    if only_fresh:
        rules = [
            rule | {"blocking_rule": f"({rule['blocking_rule']}) AND (l.fresh OR r.fresh)"} for rule in rules
        ]
    predicted = partial(_predicted, engine, table or records.name, records.parts, model.settings, shares)
    by_number, others = (
        predicted(rules[: len(BY_NUMBER)], None),
        predicted(rules[len(BY_NUMBER) :], _WORTH_KEEPING),
    )
    one_number = (
        (others.gamma_local == LOCAL_SAME)
        | (others.gamma_nhs >= NUMBER_WRITTEN)
        | (others.gamma_upn >= NUMBER_WRITTEN)
    )
    gammas = (f"gamma_{comparison.name}" for comparison in COMPARISONS)
    both = (f"{name}_{side}" for name in ("key", *RETAINED) for side in "lr")
    columns = ["match_weight", "match_probability", *gammas, *both]
    return by_number.select(columns).union(others.filter(~one_number).select(columns))


def _predicted(
    engine: Engine,
    table: str,
    parts: int,
    settings: dict[str, Any],
    shares: Any,
    rules: list[Any],
    worth: float | None,
) -> Any:
    linker = engine.linker(
        table, settings | {_RULES: rules}, {name: shares.filter(shares.field == name) for name in BY_RARITY}
    )
    try:
        frame = linker.inference.predict(
            threshold_match_probability=worth, num_chunks_left=parts, num_chunks_right=1, warning_mode="never"
        )
    except SplinkException as problem:  # it wraps what the machine refuses, which has a sentence of its own
        raise problem.__cause__ or problem from problem
    return engine.from_splink(frame)


def _settings(records: int, blocks: tuple[tuple[str, ...], ...]) -> dict[str, Any]:
    # A handful of records about most children: about as many true pairs as records, times two.
    chance = min(0.05, 4 / max(records, 1))
    creator = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="key",
        comparisons=[c.settings() for c in COMPARISONS],
        **{_RULES: [*(block_on(*columns) for columns in blocks), *_WITHOUT_DATE]},
        probability_two_random_records_match=chance,
        retain_matching_columns=True,  # else Splink drops the comparisons, too, which `bands` needs
        additional_columns_to_retain=list(RETAINED),
        linker_uid="heard",
    )
    return creator.create_settings_dict("duckdb")


def _learn(engine: Engine, table: str, settings: dict[str, Any]) -> dict[str, Any]:
    logging.getLogger("splink").setLevel(logging.ERROR)
    linker = engine.learner(table, settings)
    training = linker.training
    training.estimate_u_using_random_sampling(max_pairs=_TRAINING_PAIRS, seed=SEED, num_chunks=1)
    for lesson in _LESSONS:
        training.estimate_parameters_using_expectation_maximisation(
            block_on(*lesson), estimate_without_term_frequencies=True, max_pairs=_TRAINING_PAIRS
        )
    learned: dict[str, Any] = linker.misc.save_model_to_json()
    return learned


def _take(settings: dict[str, Any], learned: dict[str, Any], name: str) -> bool:
    """Takes over a comparison's learned weights where they make sense: agreement speaks for, difference against."""
    ours, theirs = levels(settings, name), levels(learned, name)
    pairs = [
        (
            _rounded(new.get("m_probability"), old["m_probability"]),
            _rounded(new.get("u_probability"), old["u_probability"]),
        )
        for old, new in zip(ours, theirs, strict=True)
    ]
    (surest_m, surest_u), (else_m, else_u) = pairs[0], pairs[-1]
    if 1 - else_m < 0.3 or surest_m <= surest_u or else_m >= else_u:
        return False
    for level, (m, u) in zip(ours, pairs, strict=True):
        level["m_probability"], level["u_probability"] = m, u
    return True


def levels(settings: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The levels of one comparison with their weights, surest first, as `Comparison.levels` has them."""
    comparison = next(c for c in settings["comparisons"] if c["output_column_name"] == name)
    return [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]


def _rounded(value: Any, otherwise: float) -> float:
    """A learned probability, kept away from 0 and 1, or the one that we bring where none was learned."""
    return float(f"{min(max(value, 1e-6), 0.9999):.{_BITS}g}") if isinstance(value, float) else otherwise
