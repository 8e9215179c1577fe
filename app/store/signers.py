"""Forgetting a person who signed: the words that name them go, and the record stays, with the number of the account.

That somebody agreed, to which text and when, is what an organization must be able to show for as long as it uses what
was contributed. The triggers of the database let nothing else be changed.
"""

from collections.abc import Collection

from sqlalchemy import Delete, Update, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.database import Database
from app.store.tables import company_change, company_entry, contributor, signature
from app.store.words import folded, kept

#: What GitHub calls an account that is gone.
GHOST = "ghost"
_NAMES = (signature.c.folded, signature.c.name, signature.c.email, signature.c.reason)


async def accounts_of(connection: AsyncConnection, login: str) -> set[int]:
    """The accounts that signed, or manage a company, under a login."""
    signed = select(signature.c.account_id).where(signature.c.folded == folded(login), signature.c.account_id > 0)
    changed = select(company_change.c.account_id).where(
        func.lower(company_change.c.login) == kept(login.lower()), company_change.c.account_id > 0
    )
    return {id_ for query in (signed, changed) for id_ in (await connection.execute(query)).scalars()}


async def forget_signer(
    database: Database, accounts: Collection[int], login: str, emails: Collection[str] = ()
) -> dict[str, int]:
    """How many records of signatures, and rows of companies, were changed. It can be repeated."""
    folded_login, ids = folded(login), set(accounts)
    theirs = or_(
        signature.c.account_id.in_(ids),
        signature.c.folded == folded_login,
        signature.c.email.in_([kept(email.lower()) for email in emails]),
    )
    named = or_(signature.c.login != GHOST, *(column.is_not(None) for column in _NAMES), signature.c.fields != "{}")
    ghost = {"login": GHOST, "folded": None, "name": None, "email": None, "fields": "{}", "reason": None}
    acted = or_(signature.c.by_account_id.in_(ids), func.lower(signature.c.by_login) == folded_login)
    changed = func.lower(company_change.c.login) == folded_login
    about = company_change.c.what.like("account-%") | company_change.c.what.like("manager-%")
    entries = company_entry.c.login.is_not(None) & or_(
        company_entry.c.value.in_([str(id_) for id_ in ids]), func.lower(company_entry.c.login) == folded_login
    )
    async with database.write() as connection:

        async def done(statement: Update | Delete) -> int:
            return int((await connection.execute(statement)).rowcount)

        signed = await done(update(signature).where(theirs, named).values(ghost))
        signed += await done(
            update(signature).where(acted, signature.c.by_login != GHOST).values(by_login=GHOST, reason=None)
        )
        rows = await done(update(company_change).where(changed).values(login=GHOST, reason=None))
        rows += await done(
            update(company_change).where(about, func.lower(company_change.c.value) == folded_login).values(value=GHOST)
        )
        await done(delete(contributor).where(contributor.c.account_id.in_(ids)))
        rows += await done(update(company_entry).where(entries).values(login=GHOST))
    return {"signature": signed, "company": rows}
