"""The operators' application: from transcripts to a release, page by page."""

__version__ = "0.1.0"
