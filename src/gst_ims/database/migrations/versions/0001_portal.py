"""The portal's tables, and the job queue's."""

from pathlib import Path

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None


def upgrade() -> None:
    # Straight to the driver: SQLAlchemy would read colons in the text as parameters.
    cursor = op.get_bind().connection.cursor()
    cursor.execute(Path(__file__).with_suffix(".sql").read_text())
    cursor.execute(SchemaManager.get_schema())
