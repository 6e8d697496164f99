"""What a plain Splink script does with the same records and the same blocking: train, predict, cluster at 0.9.

Usage: python -m tests.bench.plain_splink RUN OUT. Writes identities.parquet; reads records and sources of RUN.
"""

import logging
import sys
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI  # noqa: TID251  (the script that a newcomer would write)

from heard.engine.link import model, prepare


def main(run: Path, out: Path) -> None:
    logging.getLogger("splink").setLevel(logging.ERROR)
    rows = prepare.prepared(pq.read_table(run / "records.parquet"), pq.read_table(run / "sources.parquet"))
    connection = duckdb.connect()
    connection.register("arrow_rows", rows)
    connection.execute("create table prepared as select * from arrow_rows")
    linker = Linker(DuckDBAPI(connection).register("prepared"), _settings(), log_level=None)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("given", "family", "birth")], recall=0.7)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    training.estimate_parameters_using_expectation_maximisation(block_on("birth", "postcode"))
    training.estimate_parameters_using_expectation_maximisation(block_on("given", "family"))
    pairs = linker.inference.predict(threshold_match_probability=0.5, warning_mode="never")
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        pairs, threshold_match_probability=0.9
    )
    sql = f"select source, record_id, cluster_id::varchar as person from {clusters.physical_name}"
    pq.write_table(connection.execute(sql).to_arrow_table(), out / "identities.parquet")


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="key",
        comparisons=[
            cl.ForenameSurnameComparison("given", "family"),
            cl.DamerauLevenshteinAtThresholds("birth", [1, 2]),
            cl.ExactMatch("sex"),
            cl.ExactMatch("postcode"),
            cl.ExactMatch("nhs"),
            cl.ExactMatch("upn"),
            cl.ExactMatch("local"),
        ],
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in model._BLOCKS],
        additional_columns_to_retain=["source", "record_id"],
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
