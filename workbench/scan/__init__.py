"""Scanning files without a study: lines in, findings out; and scoring findings against marked files."""
