"""GSTR-2B keeps the names that it was drawn up with, and sums of any size."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # Straight to the driver: SQLAlchemy would read colons in the text as parameters.
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text())
