"""Shape and wording of what panels and disagreements ask for."""

from heard.cases.panel.forms.disagreeing import DisagreeForm, TakeStepForm
from heard.cases.panel.forms.mapping import (
    ChildNothingForm,
    LearntForm,
    NothingForm,
    SaidForm,
    SaidOfNewForm,
)
from heard.cases.panel.forms.meeting import (
    ActionForm,
    AttendanceForm,
    ChildDecisionForm,
    CorrectionForm,
    DecisionForm,
    DissentForm,
    FinishForm,
    InvolveForm,
    NotesForm,
)
from heard.cases.panel.forms.planning import AgendaForm, InviteForm, PanelForm, ThemeForm
