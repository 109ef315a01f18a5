"""The wire as JSON Schemas, written from the contract (wire-contract.md 1 to 4, gstn-protocol.md 1.3 to 1.9 and 2).

Nothing here comes from the code under test. Members that the contract doesn't name are refused everywhere.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from httpx import Response
from jsonschema import Draft202012Validator

Schema = dict[str, Any]


def text(pattern: str) -> Schema:
    return {"type": "string", "pattern": pattern}


def words(*possible: str) -> Schema:
    return {"type": "string", "enum": list(possible)}


def array(of: Schema, least: int = 0) -> Schema:
    return {"type": "array", "items": of, "minItems": least}


def members(required: Schema, optional: Schema | None = None, least: int = 0) -> Schema:
    """An object of these members and no others, at least `least` of them."""
    properties = {**required, **(optional or {})}
    return {
        **{"type": "object", "properties": properties, "required": list(required), "additionalProperties": False},
        "minProperties": least,
    }


STRING = {"type": "string"}
GSTIN = text("^[0-9]{2}[a-zA-Z]{5}[0-9]{4}[a-zA-Z]{1}[1-9A-Za-z]{1}[Zz1-9A-Ja-j]{1}[0-9a-zA-Z]{1}$")
PERIOD = text(r"^((0[1-9]|1[012])((19|20)\d\d))$")
DAY = text(r"^(0[1-9]|[12]\d|3[01])-(0[1-9]|1[012])-(19|20)\d\d$")
NUMBER = text(r"^(?=.{1,16}$)([/\-0]*[a-zA-Z0-9/\-]*[a-zA-Z1-9]+[a-zA-Z0-9/\-]*)$")
POS = text("^(3[0-8]|[12][0-9]|0[1-9]|96|97)$")
HASH = text("^[a-zA-Z0-9]{1,64}$")
YES_NO = words("Y", "N")
VALUE = {"type": "number", "minimum": 0, "maximum": 9999999999999.99}
AMOUNT = {"type": "number", "minimum": 0, "maximum": 99999999999.99}
COUNT = {"type": "integer", "minimum": 0}
COUNTED = text("^[0-9]+$")
REMARKS = {"type": "string", "maxLength": 250}
INVOICE_TYPE = words("R", "DE", "SEWP", "SEWOP", "CBW")

# 1.3: the envelope.

STAMP = {"timestamp": {"type": "integer", "minimum": 10**12, "maximum": 10**13}}
STAMP |= {"transaction_id": text("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")}


def success(payload: Schema) -> Schema:
    return flat(members({"status_cd": {"const": "1"}, "data": payload}))


def flat(payload: Schema) -> Schema:
    return members({"code": {"const": 200}, "data": payload, **STAMP})


def failure(code: str | None = None, message: str | None = None) -> Schema:
    """A business failure, with these words if they are known."""
    error = {"error_cd": {"const": code} if code else STRING, "message": {"const": message} if message else STRING}
    return flat(members({"status_cd": {"const": "0"}, "error": members(error)}))


def http_failure(status: int) -> Schema:
    return members({"code": {"const": status}, "message": text("."), **STAMP})


# 2: access.

ACCOUNT = members({"access_token": text(".")})
OK = members({"status_cd": {"const": "1"}})
MOMENT = STAMP["timestamp"]
SESSION = members(
    {"access_token": text("."), "session_expiry": MOMENT, "token_expiry": MOMENT, "status_cd": {"const": "1"}}
)

# 3.1: counts.

ROOTS = {
    "others": ("all_oth", ("b2b", "b2ba", "b2bcn", "b2bcna", "b2bdn", "b2bdna", "ecom", "ecoma")),
    "inward_supplies": ("inv_supp_isd", ("isd", "isda", "isdcn", "isdcna")),
    "imports": ("imp_gds", ("impg", "impga", "impgsez", "impgseza")),
}
STATES = {"accepted": "accept", "rejected": "reject", "pending": "pending", "no_action_taken": "noaction"}


def counts(type_of_goods: str) -> Schema:
    root, sections = ROOTS[type_of_goods]
    section = members(dict.fromkeys(STATES.values(), COUNT))
    return members({root: members({"ttl_cnt": COUNT, **dict.fromkeys(sections, section)})})


# 3.2: lists.

AMOUNTS = {"val": VALUE, **dict.fromkeys(("txval", "iamt", "camt", "samt", "cess"), AMOUNT)}
COMMON = {
    **{"stin": GSTIN, "rtnprd": PERIOD, "srcform": words("R1", "R1A", "IFF"), "pos": POS, **AMOUNTS},
    **{"action": words("A", "R", "P", "N"), "ispendactblocked": YES_NO, "hash": HASH},
    "srcfilstatus": words("Filed", "Not Filed"),
}
NEWER = {"remarks": REMARKS, "isRemarksBlocked": YES_NO}
REDUCTION = {"itcRedReq": YES_NO, "isItcRedReqBlocked": YES_NO}
REDUCTION |= dict.fromkeys(("declIgst", "declCgst", "declSgst", "declCess"), AMOUNT)
INVOICE, ORIGINAL_INVOICE = {"inum": NUMBER, "idt": DAY}, {"oinum": NUMBER, "oidt": DAY}
NOTE, ORIGINAL_NOTE = {"nt_num": NUMBER, "nt_dt": DAY}, {"ont_num": NUMBER, "ont_dt": DAY}
TYPE = {"inv_typ": INVOICE_TYPE}
IDENTITY = {
    "b2b": {**INVOICE, **TYPE},
    "b2ba": {**INVOICE, **ORIGINAL_INVOICE, **TYPE},
    "b2bdn": {**NOTE, **TYPE},
    "b2bdna": {**NOTE, **ORIGINAL_NOTE, **TYPE},
    "b2bcn": {**NOTE, **TYPE},
    "b2bcna": {**NOTE, **ORIGINAL_NOTE, **TYPE},
    "ecom": INVOICE,
    "ecoma": {**INVOICE, **ORIGINAL_INVOICE},
}
REDUCIBLE = ("b2ba", "b2bdna", "b2bcn", "b2bcna", "ecoma")
RECORDS = {
    section: members({**COMMON, **identity}, {**NEWER, **(REDUCTION if section in REDUCIBLE else {})})
    for section, identity in IDENTITY.items()
}
BILL = {"portcd": text("^[A-Za-z0-9]{1,6}$"), "boenum": text("^[0-9]{1,7}$"), "boedt": DAY, "itcprd": PERIOD}
BILL |= {"srtinprd": PERIOD, "txval": AMOUNT, "igst": AMOUNT, "cess": AMOUNT, "hash": HASH}
BILL |= {"action": words("A", "P", "N"), "ispendactblocked": YES_NO}
OF_BILL = {"rgstinrefId": STRING, "irefdt": DAY, "remarks": REMARKS}
RECORDS |= dict.fromkeys(("impg", "impga"), members(BILL, OF_BILL))
RECORDS |= dict.fromkeys(("impgsez", "impgseza"), members(BILL, {**OF_BILL, "stin": GSTIN}))
# The contract leaves ISD open: what GSTR-2B shows of it, in the manner of the other sections.
DISTRIBUTION = {"stin": GSTIN, "doctyp": words("ISDI", "ISDC"), "docnum": NUMBER, "docdt": DAY, "rtnprd": PERIOD}
DISTRIBUTION |= {"srcform": {"const": "R6"}, "srcfilstatus": {"const": "Filed"}, "action": {"const": "N"}}
DISTRIBUTION |= {"ispendactblocked": {"const": "Y"}, "hash": HASH}
DISTRIBUTION |= dict.fromkeys(("iamt", "camt", "samt", "cess"), AMOUNT)
ORIGINAL_DISTRIBUTION = {"odocnum": NUMBER, "odocdt": DAY}
RECORDS |= dict.fromkeys(("isd", "isdcn"), members(DISTRIBUTION))
RECORDS |= dict.fromkeys(("isda", "isdcna"), members({**DISTRIBUTION, **ORIGINAL_DISTRIBUTION}))
# What is asked for, in both spellings, and the member that answers.
SPELLINGS = {section: section for section in RECORDS}
SPELLINGS |= {"dn": "b2bdn", "dna": "b2bdna", "cn": "b2bcn", "cna": "b2bcna"}


def records(section: str, least: int = 0) -> Schema:
    return members({section: array(RECORDS[section], least)})


# 3.3 to 3.5: requests and their status.

REFERENCE = members({"reference_id": text("^[0-9a-f]{12,15}$")})
ERROR_KEYS = ("b2b", "b2ba", "dn", "dna", "cn", "cna", "ecom", "ecoma", "impg", "impga", "impgsez", "impgseza")
REFUSED = members(
    {
        **{"stin": STRING, "error_cd": text("^IMSSAV[0-9]{3,4}$"), "error_msg": text(".")},
        "inv": array(members({"inum": text("."), "rtnprd": PERIOD}), 1),
    }
)
ERROR_REPORT = members({}, dict.fromkeys(ERROR_KEYS, array(REFUSED, 1)), least=1)
STATUS = {"transTypCd": words("SAV", "RST"), "proc_cnt": COUNTED, "err_cd": {"const": ""}, "err_msg": {"const": ""}}
FAILED = {"err_cnt": {"const": "0"}, "proc_cnt": {"const": "0"}, "err_cd": text("^IMSSAV005$|^GEN5001$")}
FAILED |= {"err_msg": text("^Schema validation failure|^Missing Mandatory Params")}


def status(word: str) -> Schema:
    """What the status of a request has beside the word."""
    said = {"status_cd": {"const": word}}
    if word == "PE":
        return members({**STATUS, **said, "err_cnt": text("^[1-9][0-9]*$"), "error_report": ERROR_REPORT})
    return members({**STATUS, **said, **(FAILED if word == "ER" else {})})


# 4.1: the supplier view, and what GSTR-1 is read back as.

ITEMS = array(
    members(
        {
            "num": COUNT,
            "itm_det": members(
                {"rt": {"type": "number"}, "txval": AMOUNT}, dict.fromkeys(("iamt", "camt", "samt", "csamt"), AMOUNT)
            ),
        }
    ),
    1,
)
MARKS = {"updby": STRING, "cflag": STRING, "chksum": HASH}
SOLD = {"val": VALUE, "itms": ITEMS}
FROM_E_INVOICE = {"srctyp": STRING, "irn": text("^.{64}$"), "irngendate": STRING, "opd": text("^[0-9]{4}-[0-9]{2}$")}
FROM_E_INVOICE |= {"diff_percent": {"type": "number"}}
ACTED = {"imsactn": words("A", "R", "P"), "remarks": REMARKS}


def _tables(acted: Schema) -> Schema:
    needed = {**INVOICE, **SOLD, **MARKS, "inv_typ": INVOICE_TYPE, "pos": POS, "rchrg": YES_NO}
    more = {**FROM_E_INVOICE, **acted, "etin": STRING, "flag": STRING}
    note = {**NOTE, **SOLD, **MARKS, "ntty": words("C", "R", "D")}
    of_note = {
        **FROM_E_INVOICE,
        **acted,
        **INVOICE,
        **TYPE,
        "p_gst": YES_NO,
        "pos": POS,
        "rchrg": YES_NO,
        "d_flag": YES_NO,
    }
    eco = {**INVOICE, **SOLD, "pos": POS, "inv_typ": words("R", "DE", "SEWP", "SEWOP"), "flag": words("N", "E", "D")}
    eco |= {"sply_ty": words("INTER", "INTRA"), "chksum": HASH}
    of_eco = {**FROM_E_INVOICE, **acted, **MARKS, "rchrg": YES_NO}

    def operator(ending: str, document: Schema) -> Schema:
        seller = {"rtin": GSTIN, "stin": GSTIN}
        return members(
            {},
            {
                f"b2b{ending}": array(members({"inv": array(document, 1), **seller}), 1),
                f"urp2b{ending}": array(members({"inv": array(document, 1), "rtin": GSTIN}), 1),
            },
            least=1,
        )

    def groups(name: str, document: Schema) -> Schema:
        return array(members({"ctin": GSTIN, name: array(document, 1)}, {"cfs": YES_NO, "flag": STRING}), 1)

    return {
        "b2b": groups("inv", members(needed, more)),
        "b2ba": groups("inv", members({**needed, **ORIGINAL_INVOICE}, more)),
        "cdnr": groups("nt", members({**note, "flag": STRING}, of_note)),
        "cdnra": groups("nt", members({**note, **ORIGINAL_NOTE}, {**of_note, "flag": STRING})),
        "ecom": operator("", members(eco, of_eco)),
        "ecoma": operator("a", members({**eco, **ORIGINAL_INVOICE}, of_eco)),
    }


TABLES = _tables(ACTED)


def sales(root: str, tables: tuple[str, ...] = tuple(TABLES)) -> Schema:
    """The supplier view of a return in which there is something in each of these tables, and in no other."""
    return members({"gstin": GSTIN, "rtnprd": PERIOD, root: members({name: TABLES[name] for name in tables})})


def read_back(tables: tuple[str, ...], kept: tuple[str, ...] = ()) -> Schema:
    """A return with something in each of these tables; those `kept` are as they were sent."""
    own = _tables({})
    return members({"gstin": GSTIN, "fp": PERIOD, **{name: own[name] for name in tables}, **{key: {} for key in kept}})


# 4.2: liability added back.

_ENTRY = {"val": VALUE, **dict.fromkeys(("txval", "iamt", "camt", "samt", "csamt"), AMOUNT)}
_ENTRY |= {"supPrd": PERIOD, "form": words("R1", "R1A")}
_PARTY = {"ctin": GSTIN, "tradenm": STRING, "inv_typ": words("SEWP", "SEWOP", "R", "DE")}
_SELLER = {"stin": GSTIN, "stinNam": STRING}
_BACK = {"remarks": REMARKS}
ADDED_BACK_TABLES = {
    "cdnr": array(members({**_ENTRY, **_PARTY, **NOTE, "ntty": words("C", "D")}, _BACK), 1),
    "b2ba": array(members({**_ENTRY, **_PARTY, **INVOICE, **ORIGINAL_INVOICE}, _BACK), 1),
    "cdnra": array(members({**_ENTRY, **_PARTY, **NOTE, **ORIGINAL_NOTE, "ntty": words("C", "D")}, _BACK), 1),
    "ecoma": array(
        members({**_ENTRY, "rtin": GSTIN, "rtinNam": STRING, **INVOICE, **ORIGINAL_INVOICE}, {**_BACK, **_SELLER}),
        1,
    ),
}


def added_back(tables: tuple[str, ...]) -> Schema:
    entries = members({name: ADDED_BACK_TABLES[name] for name in tables})
    return members({"gstin": GSTIN, "rtnprd": PERIOD, "rejInvAddBackLiab": entries})


# 6.4: filings.

ACKNOWLEDGED = members({"ack_num": text("^[A-Z0-9]{15}$")})
_REFUSED_DOCUMENT = {"ctin": STRING, "error_cd": text("^RET[0-9]{6}$"), "error_msg": text(".")}
_REFUSED_INVOICE = members({**_REFUSED_DOCUMENT, "inv": array(members({"inum": STRING, "idt": STRING}), 1)})
_REFUSED_NOTE = members({**_REFUSED_DOCUMENT, "nt": array(members({"nt_num": STRING, "nt_dt": STRING}), 1)})
RETURN_ERRORS = {
    **dict.fromkeys(("b2b", "b2ba", "ecom", "ecoma"), array(_REFUSED_INVOICE, 1)),
    **dict.fromkeys(("cdnr", "cdnra"), array(_REFUSED_NOTE, 1)),
}


def return_status(word: str, form: str = "R1", action: str = "SAVE") -> Schema:
    said = {"status_cd": {"const": word}, "form_typ": {"const": form}, "action": {"const": action}}
    if word == "PE":
        return members({**said, "error_report": members({}, RETURN_ERRORS, least=1)})
    report = members({"error_cd": {"const": "RET191106"}, "error_msg": text(".")})
    return members({**said, **({"error_report": report} if word == "ER" else {})})


def check(response: Response, schema: Schema, status: int = 200) -> Any:
    """The answer, valid against the schema, with amounts of at most two decimals written out."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("application/json")

    def plain(number: str) -> float:
        assert "e" not in number.lower(), number
        assert len(number.partition(".")[2]) <= 2, number
        return float(number)

    answer = json.loads(response.text, parse_float=plain)
    errors = [f"{error.json_path}: {error.message}"[:400] for error in Draft202012Validator(schema).iter_errors(answer)]
    assert not errors, errors
    return answer


def exact(response: Response, names: tuple[str, ...]) -> set[int]:
    """How many decimals the members of these names have in the text."""
    found: set[int] = set()

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found.update(-value.as_tuple().exponent for name, value in pairs if name in names)
        return dict(pairs)

    json.loads(response.text, parse_float=Decimal, parse_int=Decimal, object_pairs_hook=look)
    return found
