"""What is done with a pair that was compared: linked by a rule, linked by the model, for a person, or apart.

The model's probability alone never links: names and birth dates have to agree, or a number that only one child has.
Without that, brothers and sisters (one family name, one address, for twins one birth date) would be one child.
"""

from __future__ import annotations

import math
from typing import Any

import ibis

from heard.engine.link import model

LINKED, FOR_A_PERSON, APART = "linked", "for_a_person", "apart"
LINK_FROM = 0.95
ASK_FROM = 0.5

# Least and most of a tie's probability. The steps keep what is surer in kind before what is merely alike: when a
# cluster contradicts itself, the tie by names goes before the tie by number.
_BY_AGENCY, _BY_NHS, _BY_UPN, _BY_WRITTEN = (1.0, 1.0), (0.9999, 0.99999), (0.9998, 0.99989), (0.99, 0.9997)
_BY_MODEL = (0.0, 0.9995)
BY_NUMBER_FROM = _BY_UPN[0]
# Odds in bits, after what the model does not know (`_odds`), from which names and a birth date that agree are one child's.
# Where a family name is another one, more: it is another child's more often than the model believes.
_ODDS, _ODDS_RENAMED = -2.0, 3.0
# So many pairs of one child are needed to say from them how many there are.
_ENOUGH_PAIRS, _SURE = 200, 0.999
# Where nobody is of one household with another.
_STRANGERS_FROM, _ONE_TO_ONE_FROM = 0.8, 0.1
# What is one child's where neither record can be another's: least odds in bits after that, and why.
LEFT_OVER = (
    (4.0, "names agree, and the birth date as far as it is told"),
    (3.0, "given name and birth date agree"),
    (8.0, "names agree"),
    (5.0, "family name and birth date agree"),
    (5.0, "family name and home agree, and the birth date as far as it is told"),
    (5.0, "family name and home agree, and the initial fits one child only"),
)
NO_KIN, ONE, TWIN, ELDER = "", "one", "twin", "elder"
# At one home, where only the year of the birth date is right.
_MOST_AT_HOME = 12


def fewer(pairs: Any, *, usable: int, chance: float) -> float:
    """By how many bits fewer pairs are one child's than the model took for granted, as the pairs show of which it is sure.

    `usable`: records with names and birth date; `chance`: what the model took for the share of their pairs.
    """
    sure = int((pairs.match_probability > _SURE).sum().to_pyarrow().as_py() or 0)
    if sure < _ENOUGH_PAIRS or usable < 2:
        return 0.0
    return min(0.0, round(math.log2(sure / (usable * (usable - 1) / 2) / chance), 2))


def banded(pairs: Any, *, households: bool = True, learned: bool = True, fewer: float = 0.0) -> Any:
    """Pairs as `model.compared` gives them, with probability, band and why. `fewer`: as the function of that name says.

    Columns: left, right (keys, left < right), probability, weight (the model's, in bits), band, why, rule (its number).
    `households`: whether these records may hold several members of one, so that the model's word is not enough; `learned`:
    whether the weights are of these records.
    """
    odds = _odds(pairs, fewer)
    rules = _rules(pairs, households=households, learned=learned, odds=odds)
    rest = [(condition, index) for index, condition in enumerate(_left_over(pairs))]
    first = [(rule, index) for index, (rule, *_) in enumerate(rules)]
    chosen = pairs.mutate(
        rule=ibis.cases(*first, else_=len(rules)), odds=odds, rest=ibis.cases(*rest, else_=-1), **_kin(pairs)
    )
    why = ibis.cases(*[(chosen.rule == i, text) for i, (*_, text) in enumerate(rules)], else_="")
    band = ibis.cases(*[(chosen.rule == i, band) for i, (_, band, _, _) in enumerate(rules)], else_=APART)
    least = ibis.cases(*[(chosen.rule == i, low) for i, (_, _, (low, _), _) in enumerate(rules)], else_=0.0)
    most = ibis.cases(*[(chosen.rule == i, high) for i, (_, _, (_, high), _) in enumerate(rules)], else_=1.0)
    probability = ibis.least(ibis.greatest(chosen.match_probability, least), most).round(6)
    return chosen.select(
        left=ibis.least(chosen.key_l, chosen.key_r),
        right=ibis.greatest(chosen.key_l, chosen.key_r),
        probability=probability,
        weight=chosen.match_weight.round(2),
        band=band,
        why=why + _lent(chosen) + _compared(chosen),
        rule=chosen.rule.cast("int64"),
        left_source=ibis.ifelse(chosen.key_l < chosen.key_r, chosen.source_l, chosen.source_r),
        right_source=ibis.ifelse(chosen.key_l < chosen.key_r, chosen.source_r, chosen.source_l),
        one_each=chosen.keyed_l & chosen.keyed_r & (chosen.source_l != chosen.source_r),
        odds=chosen.odds.round(2),
        rest=chosen.rest.cast("int64"),
        kin=chosen.kin,
        unseen=chosen.unseen,
    )


def _odds(p: Any, fewer: float) -> Any:
    """Of a pair, in bits: the model's weight, less what it does not know, that given and family name go together and how many
    children the lists share."""
    return p.match_weight + fewer - ibis.greatest(p.in_company_l, p.in_company_r)


def _rules(
    p: Any, *, households: bool, learned: bool, odds: Any
) -> list[tuple[Any, str, tuple[float, float], str]]:
    """The first that holds decides: condition, band, bounds of the probability, words."""
    one_source = (p.source_l == p.source_r) & p.keyed_l & p.keyed_r
    given = p.gamma_given >= model.GIVEN_CROSSED
    birth, same_birth = p.gamma_birth >= model.BIRTH_NEAR, p.gamma_birth == model.BIRTH_SAME
    chance = _chance(p, odds) if learned else _chance(p, odds) | _far(p, same_birth)
    only = _one_fits(p, same_birth, odds)
    written = (p.gamma_nhs == model.NUMBER_WRITTEN) | (p.gamma_upn == model.NUMBER_WRITTEN)
    one_nhs, one_upn = p.gamma_nhs == model.NUMBER_VALID, p.gamma_upn == model.NUMBER_VALID
    agrees = given | (p.gamma_birth >= model.BIRTH_TO_MONTH)
    told = p.gamma_birth >= model.BIRTH_TO_YEAR
    sure, maybe = p.match_probability >= LINK_FROM, p.match_probability >= ASK_FROM
    strangers = (
        []
        if households
        else [(_enough(p), LINKED, _BY_MODEL, "much agrees, and nobody here is of one household")]
    )
    return [
        (one_source & sure & given, FOR_A_PERSON, _BY_MODEL, "one source has them as two children"),
        (one_source, APART, _BY_MODEL, "one source has them as two children"),
        (p.gamma_local == model.LOCAL_SAME, LINKED, _BY_AGENCY, "the agency's own number is the same"),
        (one_nhs & agrees, LINKED, _BY_NHS, "the NHS number is the same and valid"),
        (one_upn & agrees, LINKED, _BY_UPN, "the pupil number is the same and valid"),
        (one_nhs | one_upn, FOR_A_PERSON, _BY_MODEL, "a number is the same and valid, but nothing else agrees"),
        (
            written & same_birth & (given | (p.gamma_given == -1)),
            LINKED,
            _BY_WRITTEN,
            "a number is the same as written, though its check fails, and so is the birth date",
        ),
        *strangers,
        (sure & given & told & ~_family(p), FOR_A_PERSON, _BY_MODEL, "given name and birth date agree, but not the family name"),
        (given & birth & ~chance, LINKED, _BY_MODEL, "names and birth date agree"),
        (given & told & ~chance, LINKED, _BY_MODEL, "names agree, and the birth date as far as it is told"),
        (sure & given & told, FOR_A_PERSON, _BY_MODEL, "names and birth date agree, but that may be chance"),
        (maybe & only["in_year"], LINKED, _BY_MODEL, "names and home agree, and the year of birth"),
        (sure & only["only_one"], LINKED, _BY_MODEL, "names and home agree, and nobody of that name there has another birth date"),
        (sure & only["initial"], LINKED, _BY_MODEL, "family name and birth date agree, and the initial fits one child only"),
        (sure & only["no_given"], LINKED, _BY_MODEL, "family name, birth date and home agree, and they fit one child only"),
        (sure, FOR_A_PERSON, _BY_MODEL, "much agrees, but not enough to tell them from a brother or sister"),
        (maybe, FOR_A_PERSON, _BY_MODEL, "they may be one child"),
    ]  # fmt: skip


def _enough(p: Any) -> Any:
    """The model's word among strangers: less is enough where an assignment makes sure that each has one record."""
    return p.match_probability >= ibis.ifelse(p.keyed_l & p.keyed_r, _ONE_TO_ONE_FROM, _STRANGERS_FROM)


def _family(p: Any) -> Any:
    """Whether the family name agrees (also written into the other's field), or the home does where it changed."""
    crossed = p.gamma_given == model.GIVEN_CROSSED
    return (p.gamma_family >= model.FAMILY_SLIP) | crossed | (p.gamma_postcode >= model.POSTCODE_SLIP)


def _chance(p: Any, odds: Any) -> Any:
    """Where names and birth date agree, but two children might: by the odds, or where a number differs and no home agrees."""
    renamed = (
        (p.gamma_family == 0)
        & (p.gamma_given != model.GIVEN_CROSSED)
        & (p.gamma_postcode < model.POSTCODE_SAME)
    )
    return (odds < ibis.ifelse(renamed, _ODDS_RENAMED, _ODDS)) | (
        (p.gamma_postcode <= 0) & _numbers_differ(p)
    )


def _far(p: Any, same_birth: Any) -> Any:
    """Without a common home, a slip in the birth date or a family name that is the same in part only: too much where nothing could
    be learned of how usual that is."""
    in_part = (p.gamma_postcode == 0) & (p.gamma_family != model.FAMILY_SAME) & (p.gamma_family != -1)
    return (~same_birth & (p.gamma_postcode < model.POSTCODE_SLIP)) | in_part


def _one_fits(p: Any, same_birth: Any, odds: Any) -> dict[str, Any]:
    """What fits one child only, though a part of it is wrong or not known."""
    home = (p.gamma_family >= model.FAMILY_SLIP) & (p.gamma_postcode >= model.POSTCODE_HOME)
    known = (_namesakes(p) <= _MOST_AT_HOME) & ~_numbers_differ(p)
    one_birth, one_given = p.one_birth_l & p.one_birth_r, p.one_given_l & p.one_given_r
    alone = p.one_given_here_l & p.one_given_here_r & (p.gamma_birth >= model.BIRTH_TO_YEAR)
    return {
        "in_year": home & (p.gamma_given >= model.GIVEN_FORM) & (p.gamma_birth == 0) & (p.year_l == p.year_r) & (p.gamma_sex != 0) & known,
        "only_one": home & (p.gamma_given >= model.GIVEN_SLIP) & (p.gamma_birth == -1) & one_birth,
        "initial": (p.gamma_given == model.GIVEN_INITIAL) & (p.gamma_birth >= model.BIRTH_TO_YEAR) & (odds >= _ODDS)
        & (p.gamma_family >= model.FAMILY_SLIP)
        & ((p.one_initial_l & p.one_initial_r & same_birth) | (home & p.one_initial_here_l & p.one_initial_here_r)),
        "no_given": home & (p.gamma_given == -1) & ((same_birth & one_given) | alone) & (p.gamma_sex != 0),
    }  # fmt: skip


def _left_over(p: Any) -> list[Any]:
    """What is one child's where neither record can be another's (`left_over`): in the order of `LEFT_OVER`."""
    name, sex = p.gamma_given >= model.GIVEN_FORM, p.gamma_sex != 0
    family, same_birth = p.gamma_family >= model.FAMILY_SLIP, p.gamma_birth == model.BIRTH_SAME
    told = p.gamma_birth >= model.BIRTH_TO_YEAR
    alike = (p.gamma_given >= model.GIVEN_CROSSED) & told & _family(p)
    undated = name & family & (p.gamma_birth == -1) & p.one_birth_l & p.one_birth_r
    no_given = (p.gamma_given == -1) & family & same_birth & p.one_given_born_l & p.one_given_born_r
    home = family & (p.gamma_postcode >= model.POSTCODE_HOME)
    at_home = (
        (p.gamma_given == -1) & home & (p.gamma_birth >= model.BIRTH_TO_MONTH) & p.one_given_l & p.one_given_r
    )
    initial = (
        (p.gamma_given == model.GIVEN_INITIAL)
        & home
        & (p.gamma_birth == -1)
        & p.one_initial_here_l
        & p.one_initial_here_r
    )
    kinds = (alike, name & same_birth, undated, no_given, at_home, initial)
    return [kind & sex & ~_numbers_differ(p) for kind in kinds]


def _kin(p: Any) -> dict[str, Any]:
    """Who may be meant of a household: `kin` is a TWIN where a pair of one home and about one age has two usual given names, an ELDER where
    one name has two birth dates, ONE where both agree. `unseen`: whether a pair lacks the given name (TWIN) or the birth date (ELDER) that would tell."""
    home = (p.gamma_family >= model.FAMILY_SLIP) & (p.gamma_postcode >= model.POSTCODE_HOME)
    given, told = p.gamma_given >= model.GIVEN_SLIP, p.gamma_birth >= model.BIRTH_TO_YEAR
    other = (p.gamma_given == 0) & p.usual_l & p.usual_r
    kin = ibis.cases(
        (~home, NO_KIN),
        (told & other, TWIN),
        (given & (p.gamma_birth == 0), ELDER),
        (given & told, ONE),
        else_=NO_KIN,
    )
    unseen = ibis.cases(
        (p.gamma_given.isin([-1, model.GIVEN_INITIAL]), TWIN), (p.gamma_birth == -1, ELDER), else_=NO_KIN
    )
    return {"kin": kin, "unseen": unseen}


def _namesakes(p: Any) -> Any:
    return ibis.greatest(p.namesakes_l, p.namesakes_r)


def _numbers_differ(p: Any) -> Any:
    return (p.gamma_nhs == 0) | (p.gamma_upn == 0)


def _lent(p: Any) -> Any:
    """A record without names is compared by those of a record that shares its number (see `lending`)."""
    return ibis.ifelse(p.lent_l | p.lent_r, "; names as the record with the same number has them", "")


def _compared(p: Any) -> Any:
    """What agreed and what did not, in words: "; given name the same, birth date the same, postcode different"."""
    text: Any = ibis.literal("")
    for comparison in model.COMPARISONS:
        gamma, top = p[f"gamma_{comparison.name}"], len(comparison.levels) - 1
        words = [(gamma == top - i, f"; {level.means}") for i, level in enumerate(comparison.levels)]
        text = text + ibis.cases(*words, else_="")
    return text
