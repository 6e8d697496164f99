"""What is asked of contexts."""

from heard.cases.context.forms.aiming import EndGoalForm, GoalForm, GuardianForm
from heard.cases.context.forms.assessing import ConcludeForm, FindingForm, SignForm
from heard.cases.context.forms.opening import GiveForm, OpenForm, VoiceForm
from heard.cases.context.forms.reviewing import CloseForm, LookAgainForm, ReviewForm
