"""Reports of a suspected offence under the duty to report: off until the day from which the duty holds here."""
