"""What Splink's settings say in DuckDB's SQL, as Spark writes it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import sqlglot
from sqlglot import exp


def settings_for_spark(settings: dict[str, Any]) -> dict[str, Any]:
    """The same settings, with each condition and blocking rule as Spark writes it. `settings` stays as it is."""
    told = deepcopy(settings)
    told["sql_dialect"] = "spark"
    for comparison in told["comparisons"]:
        comparison.pop("sql_dialect", None)
        for level in comparison["comparison_levels"]:
            level["sql_condition"] = for_spark(level["sql_condition"])
            level.pop("sql_dialect", None)
    for rule in told["blocking_rules_to_generate_predictions"]:
        rule["blocking_rule"] = for_spark(rule["blocking_rule"])
        rule["sql_dialect"] = "spark"
    return told


def for_spark(condition: str) -> str:
    """One condition of DuckDB's as Spark writes it."""
    if condition == "ELSE":
        return condition
    tree = sqlglot.parse_one(condition, read="duckdb")
    return tree.transform(_as_spark_has_it).sql(dialect="spark")


def _as_spark_has_it(node: exp.Expression) -> exp.Expression:
    """What sqlglot 30.17 leaves as it is, but Spark knows by another name, or counts otherwise: DuckDB counts the bytes
    of a slip, Spark its letters."""
    if isinstance(node, exp.ArrayOverlaps):
        return _call("arrays_overlap", node.this, node.expression)
    if isinstance(node, exp.Levenshtein):
        return _call("levenshtein", _bytes(node.this), _bytes(node.expression))
    if isinstance(node, exp.Anonymous) and node.name.lower() == "damerau_levenshtein":
        return _call("damerau_levenshtein", *map(_bytes, node.expressions))
    return node


def _bytes(text: exp.Expression) -> exp.Expression:
    """A text with a letter for each byte."""
    return _call("decode", _call("encode", text, "utf-8"), "iso-8859-1")


def _call(name: str, *arguments: exp.Expression | str) -> exp.Expression:
    return exp.Anonymous(this=name, expressions=[exp.convert(argument) for argument in arguments])
