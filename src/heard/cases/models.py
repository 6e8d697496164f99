"""Where Django looks for tables: every stage keeps its own in its package, in one migration history."""

from heard.cases.assessment.models import *
from heard.cases.attachment.models import *
from heard.cases.case.models import *
from heard.cases.case.notices.models import *
from heard.cases.clocks.models import *
from heard.cases.concern.models import *
from heard.cases.concern.strategy.models import *
from heard.cases.disruption.models import *
from heard.cases.glass.models import *
from heard.cases.keeping.models import *
from heard.cases.leaving.models import *
from heard.cases.missing.models import *
from heard.cases.note.models import *
from heard.cases.onward.models import *
from heard.cases.own.models import *
from heard.cases.pack.models import *
from heard.cases.panel.models import *
from heard.cases.plan.models import *
from heard.cases.record.models import *
from heard.cases.referral.models import *
from heard.cases.review.models import *
from heard.cases.safety.models import *
from heard.cases.sharing.models import *
from heard.cases.supervision.models import *
from heard.cases.watch.models import *
from heard.cases.words.models import *
