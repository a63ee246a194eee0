"""Alembic's entry: runs the migrations on the database that PLIMSOLL_POSTGRES names, as the owner
role.
"""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import create_engine


def _url() -> str:
    url = context.config.attributes.get("url") or os.environ["PLIMSOLL_POSTGRES"]
    return str(url).replace("postgresql://", "postgresql+psycopg://", 1)


def run() -> None:
    """Upgrade or downgrade in one transaction; two stacks at once wait for each other."""
    engine = create_engine(_url())
    with engine.begin() as connection:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7101)")
        context.configure(connection=connection, transaction_per_migration=False)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
