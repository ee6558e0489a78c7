"""Text in, findings out; treatments; the check of an exchange against its source."""

from redaction.finding import Finding
from redaction.leaks import Leak, leaks
from redaction.scanner import Scanner
from redaction.treatments import PlaceholderBook, Treated, TreatedSpan, treat

__all__ = ["Finding", "Leak", "PlaceholderBook", "Scanner", "Treated", "TreatedSpan", "leaks", "treat"]
