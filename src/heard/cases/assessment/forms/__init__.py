"""Shape and wording of what an assessment asks for."""

from heard.cases.assessment.forms.entries import (
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
    ChildPartForm,
    DecideForm,
    JudgementForm,
    MarksForm,
    NeedsForm,
    NotKnownForm,
)
