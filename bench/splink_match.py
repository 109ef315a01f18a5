"""Splink on the same documents, run by bench.match in an environment of Splink's own.

`python splink_match.py PORTAL BOOKS OUT THREADS` reads two parquet files, writes the pairs (portal, books) that it
links to OUT, and prints the seconds, those of the processors and the megabytes that it took. Three blocking rules,
five comparisons, its own training; of the pairs more likely than not, those that are the best of both their documents,
as for an assignment.
"""

from __future__ import annotations

import json
import resource
import sys
import time

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

# Below zero says nothing to Splink, so amounts are given without their sign.
READ = """
create table {name} as
select id, rtin, stin, document_date, abs(taxable) as taxable, abs(igst + cgst + sgst + cess) as tax,
       regexp_replace(regexp_replace(upper(number), '(^|[^0-9])0+([0-9])', '\\1\\2', 'g'), '[^A-Z0-9]+', '', 'g')
           as number
  from '{path}'
"""
BEST = """
copy (
    select id_l as portal, id_r as books from {pairs}
    qualify row_number() over (partition by id_l order by match_weight desc, id_r) = 1
        and row_number() over (partition by id_r order by match_weight desc, id_l) = 1
) to '{out}' (format parquet)
"""


def amount(column: str) -> object:
    """Same, within a rupee, within a hundredth part, other."""
    near, part = f"abs({column}_l - {column}_r)", f"greatest({column}_l, {column}_r) / 100"
    return cl.CustomComparison(
        output_column_name=column,
        comparison_levels=[
            cll.NullLevel(column),
            cll.ExactMatchLevel(column),
            cll.CustomLevel(f"{near} <= 100"),
            cll.CustomLevel(f"{near} <= {part}"),
            cll.ElseLevel(),
        ],
    )


def main(portal: str, books: str, out: str, threads: str) -> None:
    db = duckdb.connect()
    db.execute("set enable_progress_bar = false")
    db.execute(f"set threads = {int(threads)}")
    began, before = time.perf_counter(), time.process_time()
    db.execute(READ.format(name="portal", path=portal))
    db.execute(READ.format(name="books", path=books))
    api = DuckDBAPI(connection=db)
    # Splink tells sides apart in the order of their names.
    sides = [api.register("portal", table_name="a_portal"), api.register("books", table_name="b_books")]
    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="id",
        blocking_rules_to_generate_predictions=[
            block_on("rtin", "stin", "number"),
            block_on("rtin", "stin", "taxable"),
            block_on("rtin", "number", "taxable"),
        ],
        comparisons=[
            cl.DamerauLevenshteinAtThresholds("stin", [1, 2]),
            cl.DamerauLevenshteinAtThresholds("number", [1, 2]),
            cl.AbsoluteTimeDifferenceAtThresholds(
                "document_date", input_is_string=False, metrics=["day", "day"], thresholds=[5, 31]
            ),
            amount("taxable"),
            amount("tax"),
        ],
    )
    linker = Linker(sides, settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("rtin", "stin", "number", "taxable")], recall=0.9
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(
        block_on("rtin", "stin", "number"), max_pairs=1e6
    )
    linker.training.estimate_parameters_using_expectation_maximisation(
        block_on("rtin", "taxable", "tax"), max_pairs=1e6
    )
    found = linker.inference.predict(threshold_match_probability=0.5)
    db.execute(BEST.format(pairs=found.physical_name, out=out))
    took = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": took, "busy": time.process_time() - before, "megabytes": memory}))


if __name__ == "__main__":
    main(*sys.argv[1:5])
