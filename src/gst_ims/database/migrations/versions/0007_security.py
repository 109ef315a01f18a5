"""Roles that see one taxpayer only, and a trail that can be added to and never changed."""

from pathlib import Path

from alembic import op
from psycopg.errors import InsufficientPrivilege

from gst_ims.database.migrate import RolesMissing

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    try:
        cursor.execute(Path(__file__).with_name("0007_roles.sql").read_text())
    except InsufficientPrivilege as error:
        raise RolesMissing from error
    # Straight to the driver: SQLAlchemy would read colons in the text as parameters.
    cursor.execute(Path(__file__).with_suffix(".sql").read_text())
    cursor.execute(Path(__file__).with_name("0007_audit.sql").read_text())
