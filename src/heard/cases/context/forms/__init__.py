"""What is asked of contexts."""

from heard.cases.context.forms.aiming import CorrectGoalForm, EndGoalForm, GoalForm, GuardianForm
from heard.cases.context.forms.assessing import ConcludeForm, FindingForm, SignForm
from heard.cases.context.forms.opening import (
    READ_BY,
    CorrectContextForm,
    CorrectVoiceForm,
    GiveForm,
    OpenForm,
    TakeBackForm,
    VoiceForm,
)
from heard.cases.context.forms.recognising import NotePatternForm, WithdrawPatternForm
from heard.cases.context.forms.reviewing import CloseForm, LookAgainForm, ReviewForm
