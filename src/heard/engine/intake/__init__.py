"""Intake: agencies' extracts become records, observations, coverage and issues. The engine's first step.

`read` finds out by content what each file is, reads it in a stream, and writes five tables of `heard.engine.tables`.
Bad input is never an exception and never loses a row: for each source, rows read = rows kept + rows set aside, and
every fault is a row of the issues table with its file, row, field and remedy. Memory does not grow with the file,
except by the ids of the children in it.

How to add an agency's CSV: no code, a mapping
----------------------------------------------
A mapping is a dozen lines of YAML; `mappings/` has an example for each kind that we know::

    sources:
      police_missing:                 # name of the source
        agency: police                # who holds it
        files: "police_missing*.csv"  # which files are meant
        record:                       # which column tells which thing about the child; all are optional but one
          record_id: nominal_id       # also: local_id, given_name, family_name, birth_date, sex, postcode, address,
          family_name: surname        # nhs_number, upn
        dated_by: missing_from        # the day of what the row tells
        until: missing_to             # optional: the day it ended
        dates: [dd/mm/yyyy]           # optional: accept these only (yyyy-mm-dd, dd/mm/yyyy, mm/dd/yyyy, dd-mon-yyyy)
        keyed_by_child: no            # optional: one child may come under several record_ids
        items:                        # what a row shows: signs S01 to S14, vulnerabilities V01 to V15
          S01: {every_row: true}
          S06: {column: sessions, at_least: 5}
          S03: {column: reason, in: [alcohol, drugs], strength: proxy, counts: false}
          V06: {column: send_type, in: [MLD], blank: no}     # an empty cell means no; otherwise it means not known

How to add a format: an afternoon's work
----------------------------------------
1. Write a module like `cin_census.py` (a file of its own kind) or `ssda903.py` (several CSV files): `recognises(path)`
   by content, and `read(…, source, today, progress)`. Its names and codes are a YAML file beside it, not code.
2. For each row: `source.begin(at)`, then exactly one of `source.keep(at)` and `source.set_aside(at, code, column)`.
   Say `source.record(at, record_id, Details(…))` of the child and `source.observe(…)` of each item that is seen or
   not known; `source.flag(…)` what is odd. A new fault needs its sentence and remedy in `faults.py`.
3. Which field carries which item belongs in the knowledge release, as carriers; ask `carriers.by_field(format)`.
   End with `source.cover(carriers.coverage(…))`.
4. Name the format in `finding.py` (which files are its) and in `reading.py` (one function).
5. Tests: a good file, each bad one, and the property in `tests/engine/intake/test_any_bytes.py`.
"""

from heard.engine.intake.reading import EXAMPLES, IntakeSummary, SourceSummary, read

__all__ = ["EXAMPLES", "IntakeSummary", "SourceSummary", "read"]
