"""Where Django looks for tables: each part keeps its own in its package, in one migration history."""

from heard.graph.exchange.models import *
from heard.graph.question.models import *
from heard.graph.whole.models import *
