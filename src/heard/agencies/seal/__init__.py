"""What makes the audit trail evident: the leaf of a row, the tree over all leaves, and heads that are signed. No Django."""
