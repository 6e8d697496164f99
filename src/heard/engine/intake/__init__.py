"""Intake: agencies' extracts become records, observations, coverage and issues. The engine's first step.

`read` finds out by content what each file is, reads it in a stream, and writes six tables of `heard.engine.tables`.
Bad input is never an exception and never loses a row: for each source, rows read = rows kept + rows set aside, and
every fault is a row of the issues table with its file, row, field and remedy. Mapped tables are read in columns, many rows
at once, and each rule is asked once for each distinct value. Memory does not grow with the file, except by some fifty bytes
for each child in it.

How to add an agency's table (CSV, Excel, Parquet): no code, a mapping
----------------------------------------------------------------------
A mapping is a dozen lines of YAML; `mappings/` has an example for each kind that we know::

    sources:
      police_missing:                 # name of the source
        agency: police                # who holds it
        authority: E10000001          # optional: which authority the file speaks for
        files: "police_missing*.csv"  # which files are meant
        sheet: Data                   # optional: which sheet of a workbook; else the first
        record:                       # which column tells which thing about the child; all are optional but one
          record_id: nominal_id       # also: local_id, given_name, family_name, birth_date, sex, postcode, address,
          family_name: surname        # nhs_number, upn, ethnicity, died_on, worker
          given_name: [first, middle] # over several columns, partly empty: names are joined, else the first filled counts
          birth_date: {year: Y, month: M, day: D}
        dated_by: missing_from        # the day of what the row tells
        until: missing_to             # optional: the day it ended
        dates: [dd/mm/yyyy]           # optional: accept these only (yyyy-mm-dd, dd/mm/yyyy, mm/dd/yyyy, dd-mon-yyyy)
        covers: [2025-04-01, 2026-03-31] # optional: of which days the files speak; else the months of their own dates
        strict: yes                   # optional: only files with every column named here, and none that is of a return
        born: [2005, 2026]            # optional: in which years its people were born; else 1900 or later
        keyed_by_child: no            # optional: one child may come under several record_ids
        items:                        # what a row shows: signs and vulnerabilities of the knowledge
          S01: {every_row: true}
          S06: {column: sessions, at_least: 5}
          S03: {column: reason, in: [alcohol, drugs], strength: proxy, counts: false}
          V06: {column: send_type, in: [MLD], blank: no}     # an empty cell means no; otherwise it means not known
        expect:                       # optional: what fails is an issue, and the row is used all the same
          - {column: nominal_id, unique: yes}
          - {column: sessions, between: [0, 10]}             # numbers or days; also at_least, at_most
          - {column: surname, filled: 90%}
          - {rows_at_least: 100}
    labels:                           # optional: what words mean that Annex A leaves to a person
      annex_a:
        placement: {"R5 - Independent living": R5}
    councils: {"north*": 201}         # optional: whose a return is that does not say so, by the name of its file or folder
    renamed: {police_2025: police}    # optional: sources that had another name, so that what people judged holds on

A plain list of people needs neither `dated_by` nor `items`.

How to add a format: `docs/guide/new-format.md`. Each is a folder of `formats/`, data and a little code.
"""

from heard.engine.intake.reading import EXAMPLES, IntakeSummary, SourceSummary, read

__all__ = ["EXAMPLES", "IntakeSummary", "SourceSummary", "read"]
