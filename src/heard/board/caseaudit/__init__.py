"""Case audits: a sample of cases that nobody can choose, read blind by two people of two agencies, who then agree."""
