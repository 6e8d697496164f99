"""Forms and fields that are drawn as GOV.UK components.

A field takes Django's own arguments (`label`, `required`, `initial`, `max_length`, …) and these:

`hint`          a sentence under the label (Django's `help_text` is the same thing)
`missing`       the error where a required answer is not there; a plain one is made from the label
`heading`       True where the label is the heading of the page (one thing per page)
`says_optional` False where the page says once that nothing has to be answered, so that not every label says so
`size`          of the label or legend: "s", "m", "l" or "xl"
`attributes`    further attributes of the input, such as `{"hx-get": …}`
`autocomplete`, `inputmode`, `spellcheck`, `width` (in characters: 2, 3, 4, 5, 10, 20, 30), `rows`, `count` (shows
how many characters are left of `max_length`)

`choices` of RadiosField, CheckboxesField and SelectField are pairs, or triples whose third is a hint.
`reveals={"yes": "why", "no": ("who", "by_when")}` draws fields beneath a choice; they are required only where that was chosen.

A page draws `{{ form.error_summary() }}` on top and `{{ form.why.component() }}` or `{{ form.components() }}` below.
"""

from heard.govuk.forms.bound import CHOOSE, BoundField, Elsewhere
from heard.govuk.forms.choices import CheckboxesField, RadiosField, SelectField
from heard.govuk.forms.days import DateField, TimeField
from heard.govuk.forms.fields import Drawn, FileField, PasswordField, TextareaField, TextField, as_error
from heard.govuk.forms.form import Form, as_sent
from heard.govuk.forms.moments import MomentsForm, WhenField, day_of, parts_of
