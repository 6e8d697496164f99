"""Who may see a record: letting in, ending, keeping out, restricting, proposing; each with who learns of it."""
