"""Answers to evaluation questions, judges that rate them, and the report; from bundles and answer files only."""
