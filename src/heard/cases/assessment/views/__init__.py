"""Pages of an assessment: writing its parts and their entries, reading, comparing, printing and deciding."""

from heard.cases.assessment.views.entries import ENTRIES, ask, entry, evidence, question
from heard.cases.assessment.views.parts import PARTS, hide_thoughts, part, start, submit
from heard.cases.assessment.views.reading import assessment, decide, paper, versions, versions_paper, waiting
