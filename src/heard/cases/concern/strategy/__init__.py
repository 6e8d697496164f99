"""Strategy discussions: who was asked and when, what each agency knows, who was there, and what was decided."""
