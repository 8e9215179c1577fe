"""What default branches use, by the license that packages declare: numbers, with a few names."""

from sqlalchemy import func, select

from app.store.database import Database
from app.store.tables import component, package, use
from app.store.words import given, given_or_none
from checks.engine.fitting import Used
from checks.model.dependency import SCOPE_ORDER

#: The first scope, by its rank, whose packages reach no user.
_TOOLS = next(rank for rank, scope in enumerate(SCOPE_ORDER) if not scope.shipped)


async def in_use(database: Database) -> tuple[Used, ...]:
    """Each package version once in what is shipped and once in tools, of all repositories that were read."""
    shipped = use.c.scope < _TOOLS
    count = func.count(component.c.id.distinct())
    query = (
        select(component.c.license, shipped, count, func.min(package.c.name), func.max(package.c.name))
        .join(use, use.c.component_id == component.c.id)
        .join(package, package.c.id == component.c.package_id)
        .where(use.c.until.is_(None))
        .group_by(component.c.license, shipped)
        .order_by(count.desc(), component.c.license, shipped)
    )
    async with database.read() as connection:
        rows = (await connection.execute(query)).all()
    return tuple(
        Used(given_or_none(license_), bool(is_shipped), number, tuple(dict.fromkeys((given(first), given(last)))))
        for license_, is_shipped, number, first, last in rows
    )
