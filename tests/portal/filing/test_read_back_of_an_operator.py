"""Reading back a return whose operator's tables hold documents that make records, and others that are only kept."""

from __future__ import annotations

import json
from typing import Any

from tests.api import MUMBAI, PUNE, SURAT, Api, invoice


def test_both_parts_of_an_operators_table_are_read_back_as_one(api: Api) -> None:
    api.set_clock("2025-11-05T10:00")
    api.taxpayer(MUMBAI)
    operator = api.taxpayer(SURAT)
    seller = {"stin": PUNE, "rtin": MUMBAI, "inv": [invoice(sply_ty="INTER")]}
    kept = [{"pos": "27", "sply_ty": "INTER"}]
    assert operator.save_return("2025/10", ecom={"b2b": [seller], "b2c": kept}, hsn={"data": []})["status_cd"] == "P"
    answer = json.loads(operator.get("gstrs/gstr-1/2025/10").text, object_pairs_hook=once)
    saved = answer["data"]["data"]
    assert list(saved) == ["gstin", "fp", "ecom", "hsn"]
    assert saved["ecom"]["b2c"] == kept
    assert saved["ecom"]["b2b"][0]["inv"][0]["inum"] == "INV-1"


def once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that names each member once: of two, a reader would see the last."""
    assert len(dict(members)) == len(members)
    return dict(members)
