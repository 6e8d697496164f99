"""Every address of the casework half: each stage keeps its own."""

from heard.cases.assessment.urls import urlpatterns as assessment
from heard.cases.concern.urls import urlpatterns as concern
from heard.cases.plan.urls import urlpatterns as plan
from heard.cases.review.urls import urlpatterns as review
from heard.cases.timeline.urls import urlpatterns as timeline

urlpatterns = [*concern, *assessment, *plan, *review, *timeline]
