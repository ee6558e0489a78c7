"""From a record to a row of its table."""

from workbench.store.connection import Row


def values(record: object, *first: object) -> Row:
    """What a record with slots holds, in the order of its fields: that of the table's columns, behind `first`."""
    return (*first, *(getattr(record, name) for name in record.__slots__))  # type: ignore[attr-defined]
