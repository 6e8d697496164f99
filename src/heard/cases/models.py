"""Where Django looks for tables: every stage keeps its own in its package, in one migration history."""

from heard.cases.assessment.models import *  # noqa: F403
from heard.cases.case.models import *  # noqa: F403
from heard.cases.concern.models import *  # noqa: F403
from heard.cases.plan.models import *  # noqa: F403
from heard.cases.review.models import *  # noqa: F403
