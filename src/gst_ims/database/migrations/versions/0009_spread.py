"""What a database over several machines needs, and one on one machine does as well: see `ims db distribute`."""

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    # Straight to the driver: SQLAlchemy would read colons in the text as parameters.
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text())
