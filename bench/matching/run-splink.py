"""Deduplicates the contacts file that is named on the command line with Splink 5 on DuckDB, and prints wall and processor seconds."""
import logging
import resource
import sys
import time

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

logging.disable(logging.WARNING)
start = time.time()
connection = duckdb.connect()
connection.execute("set memory_limit='5GB'")
connection.execute(
    "create table people as select row_number() over () as unique_id, * exclude (contact_id) "
    f"from read_csv('{sys.argv[1]}', all_varchar=true, header=true)"
)


def near(column):
    return cl.JaroWinklerAtThresholds(column, [0.92, 0.82]).configure(term_frequency_adjustments=True)


settings = SettingsCreator(
    link_type="dedupe_only",
    comparisons=[
        near("first_name"),
        near("last_name"),
        cl.LevenshteinAtThresholds("email", 2),
        cl.LevenshteinAtThresholds("phone", 1),
        cl.JaroWinklerAtThresholds("address", [0.92]),
        cl.ExactMatch("postal_code"),
        cl.LevenshteinAtThresholds("birth_date", [1, 2]),
    ],
    blocking_rules_to_generate_predictions=[
        block_on("email"),
        block_on("phone"),
        block_on("first_name", "birth_date"),
        block_on("last_name", "birth_date"),
        block_on("first_name", "last_name", "city"),
        block_on("address", "postal_code"),
        block_on("last_name", "postal_code", "first_name"),
        block_on("substr(last_name,1,3)", "birth_date"),
    ],
)
api = DuckDBAPI(connection=connection)
linker = Linker(api.register("people"), settings)
linker.training.estimate_probability_two_random_records_match([block_on("email", "last_name")], recall=0.6)
linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
linker.training.estimate_parameters_using_expectation_maximisation(block_on("first_name", "last_name"))
linker.training.estimate_parameters_using_expectation_maximisation(block_on("birth_date"))
pairs = linker.inference.predict(threshold_match_probability=0.5)
linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.5)
wall = time.time() - start
usage = resource.getrusage(resource.RUSAGE_SELF)
print(f"seconds {wall:.2f} cpu {usage.ru_utime + usage.ru_stime:.2f}")
