"""The period of a review: whole days in a time zone, and what is usual there."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from audit.errors import AuditError


@dataclass(frozen=True)
class Period:
    """Whole days, the first and the last included, in a time zone; and what is usual there."""

    first: date
    last: date
    zone: str = "UTC"
    opens: int = 7
    closes: int = 19
    """Work is usual from `opens` to `closes` o'clock, Monday to Friday."""
    fast: int = 5
    """An approval is fast if the exchange was opened less than so many seconds before."""
    gap: int = 24
    """A gap is a time of at least so many hours without any event."""

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise AuditError("The period ends before it begins; give --from a day that is not after --to.")

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """Beginning and end (exclusive), UTC.  Raises `AuditError`."""
        days = (self.first, self.last + timedelta(days=1))
        begin, end = (datetime.combine(day, time(), self.tz).astimezone(UTC) for day in days)
        return begin, end

    @property
    def tz(self) -> ZoneInfo:
        """The time zone.  Raises `AuditError` if there is none of this name."""
        try:
            return ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise AuditError(f"There is no time zone {self.zone!r} here; give one such as Europe/Zurich.") from None
