"""GSTR-2B and GSTR-3B as JSON Schemas, written from gstn-protocol.md 4 (the document-level form, v4)."""

from __future__ import annotations

from tests.portal.contract.schemas import (
    AMOUNT,
    DAY,
    GSTIN,
    INVOICE_TYPE,
    NUMBER,
    PERIOD,
    POS,
    REMARKS,
    STRING,
    VALUE,
    YES_NO,
    Schema,
    array,
    members,
    success,
    text,
    words,
)

FIGURE = {"type": "number", "minimum": -99999999999999.99, "maximum": 99999999999999.99}
HEADS = ("igst", "cgst", "sgst", "cess")

# The figures.

LEAF = members(dict.fromkeys(("txval", *HEADS), FIGURE))
SUPPLIES = {
    "nonrevsup": ("b2b", "b2ba", "cdnr", "cdnra", "ecom", "ecoma"),
    "isdsup": ("isd", "isda"),
    "revsup": ("b2b", "b2ba", "cdnr", "cdnra"),
    "imports": ("impg", "impgsez", "impga", "impgasez"),
    "othersup": ("cdnr", "cdnra", "cdnrrev", "cdnrarev", "isd", "isda"),
}
PART = members(
    {
        supply: members({**dict.fromkeys(HEADS, FIGURE), **dict.fromkeys(leaves, LEAF)})
        for supply, leaves in SUPPLIES.items()
    }
)
ITCSUMM = members(dict.fromkeys(("itcavl", "itcunavl", "itcrev", "itcRejected"), PART))

# Suppliers.

FROM = {"ctin": GSTIN, "trdnm": STRING, "supprd": PERIOD, "supfildt": DAY}
DOCUMENTS = {"ttldocs": {"type": "integer", "minimum": 1}}
SUMS = {**DOCUMENTS, **dict.fromkeys(("txval", *HEADS), AMOUNT)}
SUM = members({**FROM, **SUMS})
NOTE_SUM = members({**FROM, **SUMS, "nttyp": words("C", "D")})
SHARE_SUM = members({**FROM, **DOCUMENTS, **dict.fromkeys(HEADS, AMOUNT), "doctyp": words("ISDI", "ISDC")})
PORT = {"portcode": text("^[A-Za-z0-9]{1,6}$")}
CUSTOMS = {**PORT, **DOCUMENTS, **dict.fromkeys(("txval", "igst", "cess"), AMOUNT)}
CPSUMM = members(
    {},
    {
        **dict.fromkeys(("b2b", "b2ba", "ecom", "ecoma"), array(SUM, 1)),
        **dict.fromkeys(("cdnr", "cdnra"), array(NOTE_SUM, 1)),
        **dict.fromkeys(("isd", "isda"), array(SHARE_SUM, 1)),
        **dict.fromkeys(("impgsez", "impgseza"), array(members({"ctin": GSTIN, "trdnm": STRING, **CUSTOMS}), 1)),
    },
)

# Documents.

AMOUNTS = {"val": VALUE, **dict.fromkeys(("txval", *HEADS), AMOUNT)}
DOCUMENT = {"dt": DAY, "pos": POS, "rev": YES_NO, "itcavl": YES_NO, "rsn": words("", "P", "C"), **AMOUNTS}
STATUS = {"imsStatus": words("A", "R", "N"), "remarks": REMARKS}
REDUCTION = {"itcRedReq": YES_NO, **dict.fromkeys(("declIgst", "declCgst", "declSgst", "declCess"), AMOUNT)}
INVOICE, NOTE = {"inum": NUMBER, **DOCUMENT}, {"ntnum": NUMBER, "typ": words("C", "D"), **DOCUMENT}
TYPED = {"typ": INVOICE_TYPE}
ORIGINAL_INVOICE = {"oinum": NUMBER, "oidt": DAY}
ORIGINAL_NOTE = {"onttyp": words("C", "D"), "ontnum": NUMBER, "ontdt": DAY}
SHARE = {"doctyp": words("ISDI", "ISDC"), "docnum": NUMBER, "docdt": DAY, "itcelg": YES_NO}
SHARE |= dict.fromkeys(HEADS, AMOUNT)
ORIGINAL_SHARE = {"odoctyp": words("ISDI", "ISDC"), "odocnum": NUMBER, "odocdt": DAY}
BILL = {"refdt": DAY, "recdt": DAY, **PORT, "boenum": text("^[0-9]{1,7}$"), "boedt": DAY}
BILL |= dict.fromkeys(("txval", "igst", "cess"), AMOUNT)


def bills(amended: str) -> Schema:
    return array(members({**BILL, "isamd": {"const": amended}}, STATUS), 1)


def group(inside: str, document: Schema) -> Schema:
    return array(members({**FROM, inside: array(document, 1)}), 1)


def zone(amended: str) -> Schema:
    return array(members({"ctin": GSTIN, "trdnm": STRING, "boe": bills(amended)}), 1)


DOCDATA = members(
    {},
    {
        "b2b": group("inv", members({**INVOICE, **TYPED}, STATUS)),
        "b2ba": group("inv", members({**INVOICE, **TYPED, **ORIGINAL_INVOICE}, {**STATUS, **REDUCTION})),
        "cdnr": group("nt", members({**NOTE, "suptyp": INVOICE_TYPE}, {**STATUS, **REDUCTION})),
        "cdnra": group("nt", members({**NOTE, "suptyp": INVOICE_TYPE, **ORIGINAL_NOTE}, {**STATUS, **REDUCTION})),
        "ecom": group("inv", members(INVOICE, STATUS)),
        "ecoma": group("inv", members({**INVOICE, **ORIGINAL_INVOICE}, {**STATUS, **REDUCTION})),
        "isd": group("doclist", members(SHARE)),
        "isda": group("doclist", members({**SHARE, **ORIGINAL_SHARE})),
        "impg": bills("N"),
        "impga": bills("Y"),
        "impgsez": zone("N"),
        "impgseza": zone("Y"),
    },
)

HEAD = {"gstin": GSTIN, "rtnprd": PERIOD, "version": text("^[1-9][0-9]*$"), "gendt": DAY, "itcsumm": ITCSUMM}
HEAD |= {"cpsumm": CPSUMM}
PAGE = {name: HEAD[name] for name in ("gstin", "rtnprd", "version")}


def _statement(data: Schema) -> Schema:
    return success(members({"data": data, "chksum": text("^[a-zA-Z0-9]{1,64}$")}))


WHOLE = _statement(members({**HEAD, "docdata": DOCDATA}, {"docRejdata": DOCDATA, "cpSummRej": CPSUMM}))
OF_MANY = _statement(members({**HEAD, "fc": {"type": "integer", "minimum": 2}}, {"cpSummRej": CPSUMM}))
FILE = _statement(members({**PAGE, "docdata": DOCDATA}, {"docRejdata": DOCDATA}))

RETURN_HEADS = dict.fromkeys(("iamt", "camt", "samt", "csamt"), FIGURE)
CREDITS = array(members({**RETURN_HEADS, "ty": words("IMPG", "ISRC", "ISD", "OTH")}), 4)
GSTR_3B = success(
    members(
        {
            **{"gstin": GSTIN, "ret_period": PERIOD, "filed": {"type": "boolean"}},
            "itc_elg": members({"itc_avl": CREDITS, "itc_inelg": CREDITS}),
            "liab_added_back": members(RETURN_HEADS),
        }
    )
)
