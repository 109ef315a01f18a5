"""What whoever runs the portal needs: faults on demand, totals of the work done, bodies that are forgotten."""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # Straight to the driver: SQLAlchemy would read colons in the text as parameters.
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text())
