"""Shape and wording of what an assessment asks for."""

from heard.cases.assessment.forms.entries import (
    SETTINGS,
    SOMEBODY_ELSE,
    EvidenceForm,
    FindingForm,
    PatternForm,
    ProtectivePersonForm,
    QuestionForm,
    StrengthForm,
)
from heard.cases.assessment.forms.own import PartForm
from heard.cases.assessment.forms.parts import (
    NEW,
    NONE,
    ChildsViewForm,
    DecideForm,
    JudgementForm,
    MarksForm,
    NeedsForm,
    NotKnownForm,
    typed_view,
)

__all__ = [
    "NEW",
    "NONE",
    "SETTINGS",
    "SOMEBODY_ELSE",
    "ChildsViewForm",
    "DecideForm",
    "EvidenceForm",
    "FindingForm",
    "JudgementForm",
    "MarksForm",
    "NeedsForm",
    "NotKnownForm",
    "PartForm",
    "PatternForm",
    "ProtectivePersonForm",
    "QuestionForm",
    "StrengthForm",
    "typed_view",
]
