"""What the law needs of a record, GSTR-2B, and the closing of periods by GSTR-3B."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # Straight to the driver: SQLAlchemy would read colons in the text as parameters.
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text())
