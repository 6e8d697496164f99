"""Pages of a caseload: my children, and those of a team."""
