"""Requirements that a partnership has written for itself, and that its audits ask beside those of the knowledge."""
