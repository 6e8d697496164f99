"""Keeping the audit trail so that nobody alters it unseen: guards in the database, the sealer, witnesses, and verifying."""
