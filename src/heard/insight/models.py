"""Where Django looks for tables: each part keeps its own in its package, in one migration history."""

from heard.insight.bringing.models import *
from heard.insight.digest.models import *
from heard.insight.drop.models import *
from heard.insight.judgement.models import *
from heard.insight.mapping.models import *
from heard.insight.release.models import *
from heard.insight.run.models import *
