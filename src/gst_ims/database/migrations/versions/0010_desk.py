"""The desk of a tax team: what it has read, matched, decided, sent and asked."""

from pathlib import Path

from alembic import op
from psycopg.errors import InsufficientPrivilege

from gst_ims.database.migrate import RolesMissing

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    try:
        cursor.execute(Path(__file__).with_name("0010_role.sql").read_text())
    except InsufficientPrivilege as error:
        raise RolesMissing from error
    # Straight to the driver: SQLAlchemy would read colons in the text as parameters.
    cursor.execute(Path(__file__).with_suffix(".sql").read_text())
