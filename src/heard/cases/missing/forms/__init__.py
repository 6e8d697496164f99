"""Shape and wording of what the pages about missing children ask for."""

from heard.cases.missing.forms.episode import EpisodeForm, FoundForm, NoteForm, TakeBackForm
from heard.cases.missing.forms.interview import NEW, AnswerForm, InterviewForm, OfferForm
from heard.cases.missing.forms.philomena import PART_LABELS, PhilomenaForm
