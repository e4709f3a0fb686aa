"""the visitor's own words go out of the understanding

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    message = sa.table("message", sa.column("id", sa.BigInteger), sa.column("understanding", sa.JSON))
    connection = op.get_bind()
    rows = connection.execute(sa.select(message).where(sa.cast(message.c.understanding, sa.Text).contains('"clauses"'))).all()
    for row in rows:
        kept = {key: value for key, value in row.understanding.items() if key != "clauses"}
        connection.execute(sa.update(message).where(message.c.id == row.id).values(understanding=kept))


def downgrade() -> None:
    pass  # what was taken out is nowhere else
