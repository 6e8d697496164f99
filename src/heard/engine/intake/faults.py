"""Every fault that intake can report: its code, what is wrong, and what to do. Texts never repeat a child's data.

`{…}` is filled in by the reader that finds it: names of fields, files, codes and counts only.
"""

from typing import NamedTuple


class Fault(NamedTuple):
    what: str
    remedy: str


FAULTS: dict[str, Fault] = {
    # ---- the file
    "left_out": Fault("Nothing of this file could be used (rows: {count}): {why}.", "{remedy}"),
    "file_unreadable": Fault("The file cannot be opened.", "Check that you may read it, and that it is complete."),
    "file_empty": Fault("The file is empty.", "Export it again."),
    "no_rows": Fault("The file has no rows.", "Nothing, if there was nothing to report. Otherwise export it again."),
    "encoding": Fault("The file is not UTF-8; it was read as {encoding}.", "Export as UTF-8, so that accents in names are safe."),
    "encoding_declared": Fault("The file is not written in the encoding that it declares; it was read as {encoding}.",
                               "Export the file again, as UTF-8."),
    "header_endless": Fault("The first line is longer than a million characters, so the file has no header that can be read.",
                            "Check the line ends of the export."),
    "delimiter": Fault("Columns are separated by {delimiter}, not by a comma; read so.", "Nothing, if the columns look right."),
    "header_repeated": Fault("Two columns have this name; the first one was used.", "Give each column its own name."),
    "column_missing": Fault("The column {column} is not in the file.", "{near}"),
    "columns_missing": Fault("No column of the file tells which child a row is about, so none of its rows ({rows}) could be used.",
                             "Export with the column names that the mapping gives, or change the mapping. The first line must hold the names."),
    "dates_month_first": Fault("Dates in this column are written month first; read so for the whole column.",
                               "Export dates as yyyy-mm-dd."),
    "dates_either_way": Fault("No date in this column shows whether day or month comes first; read day first.",
                              "Export dates as yyyy-mm-dd, or name the format under 'dates' in the mapping."),
    "dates_mixed": Fault("Dates in this column are written in both orders; where both are possible, read {order} first.",
                         "Export dates as yyyy-mm-dd."),
    "dated_by_return": Fault("This file has no dates; its rows were dated {day}, the end of the year of the latest date "
                             "in the return.", "Check that this is the year that the return is for."),
    "year_differs": Fault("The header says year {said}, its reference date is in {used}; read as {used}.",
                          "Correct the header of the return."),
    "year_missing": Fault("The file does not say which year it is for; read by the rules of {used}.",
                          "Give the header a reference date."),
    "year_outside": Fault("There is no schema for {said}; read by the rules of {used}.", "Check the year in the header."),
    "xml_broken": Fault("The XML is broken near line {line}: {said}. What could be read was kept.",
                        "Export the file again; check that the transfer was complete."),
    "xml_entities": Fault("The file declares entities of its own; they were not followed.", "Export without a document type."),
    # ---- the row
    "id_missing": Fault("The row does not tell which child it is about.", "Fill in {field}."),
    "row_endless": Fault("The line is longer than a million characters.", "Check the line ends of the export."),
    "row_long": Fault("The row has more values than the header has columns, so no value is sure to be in its own column.",
                      "Put quotation marks around values that hold the separator."),
    "row_short": Fault("The row has fewer values than the header has columns; the missing ones count as empty.",
                       "Check whether the row was cut off."),
    "row_blank": Fault("The row holds separators and nothing else.", "Delete it."),
    "quote_open": Fault("A quotation mark is opened and never closed; the line was read by itself.",
                        "Close it, or double it where it is part of the text."),
    "nul_bytes": Fault("The row holds NUL bytes; they were taken out.", "Export the file again."),
    "id_repeated": Fault("This id was there before; the row was kept as further evidence for the same child.",
                         "Send each child once, or check that two children do not share an id."),
    "id_shared": Fault("The same id came before with another name or birth date; the first was kept.",
                       "Check that two children do not share an id."),
    "id_of_another": Fault("The same id came before with another given name and another birth date; the row was kept as a child "
                           "of its own.", "Check which of the two children the id belongs to."),
    "not_in_header": Fault("The child is not in the header file; only the id and birth date are known.",
                           "Send the header row of this child."),
    "birth_date_differs": Fault("The birth date differs from the one in the header file; the header's was kept.",
                                "Correct one of the two."),
    "cut_off": Fault("The child's record is cut off by the break in the file; what came before it was kept.",
                     "Export the file again."),
    "xml_lost": Fault("The child stands at or behind a break beyond which the XML could not be read.", "Export the file again."),
    # ---- the value
    "date_unreadable": Fault("This is not a date that can be read.", "Write it as yyyy-mm-dd."),
    "date_impossible": Fault("There is no such day.", "Correct the date."),
    "date_too_early": Fault("The date is before 1900.", "Correct the date."),
    "date_in_future": Fault("The date is in the future; used as written.", "Correct the date, or wait for the day."),
    "date_other_order": Fault("Day and month are the other way round than in the rest of the column; read so.",
                              "Write it as yyyy-mm-dd."),
    "date_short_year": Fault("The year has two digits; read as {year}.", "Write the year with four digits."),
    "date_other_format": Fault("The date is in a format that the mapping does not name; it was not used.",
                               "Add the format under 'dates' in the mapping, or export in a format that it names."),
    "date_missing": Fault("What was seen has no date, so it is shown as not known.", "Fill in {field}."),
    "born_after": Fault("The child was born after this date; both were used as written.", "Correct the birth date or this one."),
    "ends_before_start": Fault("It ends before it begins; the end was left out.", "Correct one of the two dates."),
    "after_reference_date": Fault("The date is after the reference date of the return; used as written.", "Correct the date."),
    "nhs_number_invalid": Fault("The check digit of this NHS number does not hold; used as written, marked not valid.",
                                "Check the number with the child's record."),
    "upn_invalid": Fault("The check letter of this UPN does not hold; used as written, marked not valid.",
                         "Check the number with the child's school."),
    "postcode_unreadable": Fault("This does not have the shape of a UK postcode; it was not used.", "Correct the postcode."),
    "sex_unreadable": Fault("This is no code or word for sex that is known; counts as not known.", "Use F, M or U."),
    "number_unreadable": Fault("This is not a number; counts as not known.", "Correct the value."),
    "code_unknown": Fault("{code} is not a code of this field in any year; it was not used.", "Use a code of the return's guide."),
    "code_other_year": Fault("{code} is not a code of this field in {year}; its meaning is clear, so it was used.",
                             "Use the codes of the return's year."),
    "yes_no_spelling": Fault("The field is written as true or false, not as 1 or 0; read so.", "Write 1 or 0."),
    "yes_no_unreadable": Fault("This is neither yes nor no.", "Write 1 or 0."),
    "element_unknown": Fault("The element {element} is not in any year's schema; it was not used.", "Leave it out of the return."),
    "element_other_year": Fault("The element {element} is not in the schema of {year}; it was read all the same.",
                                "Use the elements of the return's year."),
    "element_missing": Fault("The element {element} is missing.", "Fill it in."),
    "element_empty": Fault("The element {element} is there and empty.", "Fill it in, or leave it out."),
    "element_repeated": Fault("The element {element} is there more than once; the first one was used.", "Send it once."),
    "stray_text": Fault("There is text between elements, where none belongs; it was not used.", "Delete it."),
}  # fmt: skip
