"""What suppliers reported and what the recipient booked, with the truth about which belongs to which.

From a seed, the same on every machine: `ledgers` makes both sides with every defect that books have, at set rates, and
`score` holds a matching against the truth.
"""

from gst_ims.synthetic.ledgers.ledgers import Ledgers, Table, ledgers
from gst_ims.synthetic.ledgers.mix import Mix
from gst_ims.synthetic.ledgers.score import Figures, Links, Score, score

__all__ = ["Figures", "Ledgers", "Links", "Mix", "Score", "Table", "ledgers", "score"]
