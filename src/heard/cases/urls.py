"""Every address of the casework half: each stage keeps its own."""

from heard.cases.assessment.urls import urlpatterns as assessment
from heard.cases.attachment.urls import urlpatterns as attachment
from heard.cases.case.urls import urlpatterns as case
from heard.cases.clocks.urls import urlpatterns as clocks
from heard.cases.concern.urls import urlpatterns as concern
from heard.cases.context.urls import urlpatterns as context
from heard.cases.death.urls import urlpatterns as death
from heard.cases.disruption.urls import urlpatterns as disruption
from heard.cases.glass.urls import urlpatterns as glass
from heard.cases.inspection.urls import urlpatterns as inspection
from heard.cases.keeping.urls import urlpatterns as keeping
from heard.cases.leaving.urls import urlpatterns as leaving
from heard.cases.missing.urls import urlpatterns as missing
from heard.cases.note.urls import urlpatterns as note
from heard.cases.onward.urls import urlpatterns as onward
from heard.cases.own.urls import urlpatterns as own
from heard.cases.pack.urls import urlpatterns as pack
from heard.cases.panel.urls import urlpatterns as panel
from heard.cases.plan.urls import urlpatterns as plan
from heard.cases.referral.urls import urlpatterns as referral
from heard.cases.reporting.urls import urlpatterns as reporting
from heard.cases.review.urls import urlpatterns as review
from heard.cases.safety.urls import urlpatterns as safety
from heard.cases.sharing.urls import urlpatterns as sharing
from heard.cases.supervision.urls import urlpatterns as supervision
from heard.cases.timeline.urls import urlpatterns as timeline
from heard.cases.turning.urls import urlpatterns as turning
from heard.cases.voice.urls import urlpatterns as voice
from heard.cases.watch.urls import urlpatterns as watch
from heard.cases.words.urls import urlpatterns as words

urlpatterns = [
    *case, *clocks, *death, *note, *words, *concern, *context, *attachment, *assessment, *safety, *disruption, *plan, *own, *review, *leaving, *missing, *onward, *turning, *reporting, *sharing, *supervision, *referral, *panel, *voice, *timeline, *pack, *glass, *watch, *keeping, *inspection,
]  # fmt: skip
