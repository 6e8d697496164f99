"""Pages of who may see a record, of restricting it, and of what somebody proposes to change in it."""
