"""A caseload as a table: how far the work with each child is, who was seen when, and what is due. Sorted, chosen from, taken
out, and handed over."""
