"""What all tables belong to, and how their keys and indexes are named."""

from sqlalchemy import Index, MetaData, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)


def partial(name: str, column: str, condition: str, *, unique: bool = False) -> Index:
    """An index over the few rows that are looked for, however many there are."""
    return Index(name, column, unique=unique, sqlite_where=text(condition), postgresql_where=text(condition))
