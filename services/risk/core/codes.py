"""Every violation code, `CATEGORY_CONDITION`, and what it means; docs/risk.md has the same table.

Texts that clients match on are Alpaca's known messages and must stay as they are.
"""

from __future__ import annotations

ACCOUNT_UNKNOWN = "ACCOUNT_UNKNOWN"
ACCOUNT_MISMATCH = "ACCOUNT_MISMATCH"
LIMITS_MISSING = "LIMITS_MISSING"
COMMAND_TOO_OLD = "COMMAND_TOO_OLD"
VALUATION_MISSING = "VALUATION_MISSING"
VALUATION_STALE = "VALUATION_STALE"
VALUATION_INCOMPLETE = "VALUATION_INCOMPLETE"
ROOM_SILENT = "ROOM_SILENT"
TRADING_STATE_HALTED = "TRADING_STATE_HALTED"
TRADING_STATE_REDUCING = "TRADING_STATE_REDUCING"
INSTRUMENT_UNKNOWN = "INSTRUMENT_UNKNOWN"
INSTRUMENT_NOT_TRADABLE = "INSTRUMENT_NOT_TRADABLE"
INSTRUMENT_CURRENCY_UNSUPPORTED = "INSTRUMENT_CURRENCY_UNSUPPORTED"
REFERENCE_PRICE_MISSING = "REFERENCE_PRICE_MISSING"
REFERENCE_PRICE_INVALID = "REFERENCE_PRICE_INVALID"
REFERENCE_PRICE_CROSSED = "REFERENCE_PRICE_CROSSED"
REFERENCE_PRICE_STALE = "REFERENCE_PRICE_STALE"
ORDER_QUANTITY_INVALID = "ORDER_QUANTITY_INVALID"
ORDER_QUANTITY_OFF_LOT = "ORDER_QUANTITY_OFF_LOT"
ORDER_FRACTION_UNSUPPORTED = "ORDER_FRACTION_UNSUPPORTED"
ORDER_NOTIONAL_INVALID = "ORDER_NOTIONAL_INVALID"
ORDER_PRICE_INVALID = "ORDER_PRICE_INVALID"
ORDER_PRICE_OFF_TICK = "ORDER_PRICE_OFF_TICK"
ORDER_PRICE_MISSING = "ORDER_PRICE_MISSING"
ORDER_PRICE_UNEXPECTED = "ORDER_PRICE_UNEXPECTED"
ORDER_TIME_IN_FORCE_UNSUPPORTED = "ORDER_TIME_IN_FORCE_UNSUPPORTED"
ORDER_EXPIRY_INVALID = "ORDER_EXPIRY_INVALID"
ORDER_FEATURE_UNSUPPORTED = "ORDER_FEATURE_UNSUPPORTED"
ORDER_DISPLAY_QUANTITY_INVALID = "ORDER_DISPLAY_QUANTITY_INVALID"
ORDER_ALGORITHM_INVALID = "ORDER_ALGORITHM_INVALID"
ORDER_ALGORITHM_UNSUPPORTED = "ORDER_ALGORITHM_UNSUPPORTED"
ORDER_CHILD_OF_NONE = "ORDER_CHILD_OF_NONE"
ORDER_CHILD_UNLIKE_PARENT = "ORDER_CHILD_UNLIKE_PARENT"
ORDER_CHILD_EXCEEDS_PARENT = "ORDER_CHILD_EXCEEDS_PARENT"
ORDER_LEGS_INVALID = "ORDER_LEGS_INVALID"
ORDER_LEG_PRICE_INVALID = "ORDER_LEG_PRICE_INVALID"
ORDER_LEGS_WOULD_OPEN = "ORDER_LEGS_WOULD_OPEN"
ORDER_LEGS_WITHOUT_POSITION = "ORDER_LEGS_WITHOUT_POSITION"
ORDER_WOULD_NOT_REDUCE = "ORDER_WOULD_NOT_REDUCE"
ORDER_NOT_OPEN = "ORDER_NOT_OPEN"
ORDER_REPLACE_UNSUPPORTED = "ORDER_REPLACE_UNSUPPORTED"
ORDER_QUANTITY_FIXED = "ORDER_QUANTITY_FIXED"
ORDER_REPLACE_PENDING = "ORDER_REPLACE_PENDING"
ORDER_QUANTITY_BELOW_FILLED = "ORDER_QUANTITY_BELOW_FILLED"
CLIENT_ORDER_ID_USED = "CLIENT_ORDER_ID_USED"
QUANTITY_EXCEEDS_MAX_PER_ORDER = "QUANTITY_EXCEEDS_MAX_PER_ORDER"
NOTIONAL_EXCEEDS_MAX_PER_ORDER = "NOTIONAL_EXCEEDS_MAX_PER_ORDER"
PRICE_OUTSIDE_COLLAR = "PRICE_OUTSIDE_COLLAR"
QUANTITY_EXCEEDS_AVAILABLE = "QUANTITY_EXCEEDS_AVAILABLE"
POSITION_WOULD_FLIP = "POSITION_WOULD_FLIP"
SHORT_NOT_ALLOWED = "SHORT_NOT_ALLOWED"
BUYING_POWER_INSUFFICIENT = "BUYING_POWER_INSUFFICIENT"
POSITION_EXCEEDS_QUANTITY_MAX = "POSITION_EXCEEDS_QUANTITY_MAX"
POSITION_EXCEEDS_NOTIONAL_MAX = "POSITION_EXCEEDS_NOTIONAL_MAX"
OPEN_ORDERS_EXCEED_MAX = "OPEN_ORDERS_EXCEED_MAX"
RATE_EXCEEDS_MAX_PER_SECOND = "RATE_EXCEEDS_MAX_PER_SECOND"
GROSS_EXPOSURE_EXCEEDS_MAX = "GROSS_EXPOSURE_EXCEEDS_MAX"
LEVERAGE_EXCEEDS_MAX = "LEVERAGE_EXCEEDS_MAX"
WITHDRAWAL_AMOUNT_INVALID = "WITHDRAWAL_AMOUNT_INVALID"
WITHDRAWAL_CURRENCY_INVALID = "WITHDRAWAL_CURRENCY_INVALID"
WITHDRAWAL_EXCEEDS_AVAILABLE = "WITHDRAWAL_EXCEEDS_AVAILABLE"

VIOLATIONS: dict[str, str] = {
    ACCOUNT_UNKNOWN: "no such account in this shard",
    ACCOUNT_MISMATCH: "the order, its command and its account name different owners",
    LIMITS_MISSING: "no limits were ever set for the account",
    COMMAND_TOO_OLD: "the command waited longer than command_age_ms_max",
    VALUATION_MISSING: "the account was never valued",
    VALUATION_STALE: "the last valuation is older than valuation_age_ms_max",
    VALUATION_INCOMPLETE: "the last valuation knew no price for a position",
    ROOM_SILENT: "oms, portfolio or the venue link was silent for room_silence_ms_max",
    TRADING_STATE_HALTED: "the strictest scope that applies is HALTED",
    TRADING_STATE_REDUCING: "the strictest scope that applies is REDUCING",
    INSTRUMENT_UNKNOWN: "no such instrument",
    INSTRUMENT_NOT_TRADABLE: "the instrument may not be traded",
    INSTRUMENT_CURRENCY_UNSUPPORTED: "the instrument is not in the account's currency",
    REFERENCE_PRICE_MISSING: "no quote of the symbol is known",
    REFERENCE_PRICE_INVALID: "the quote is zero, negative or no finite number",
    REFERENCE_PRICE_CROSSED: "the quote's bid is above its ask",
    REFERENCE_PRICE_STALE: "neither quote nor feed gave a sign of life for quote_age_ms_max",
    ORDER_QUANTITY_INVALID: "the quantity is not a finite number above 0 and below 1E12",
    ORDER_QUANTITY_OFF_LOT: "the quantity is no multiple of the lot, or has more than 9 decimals",
    ORDER_FRACTION_UNSUPPORTED: "a part of a lot is for simple market or limit orders, day",
    ORDER_NOTIONAL_INVALID: "the notional is none, buys nothing, or does not go with the order",
    ORDER_PRICE_INVALID: "a price is not a finite number above 0 and below 1E9 (a percentage: 100)",
    ORDER_PRICE_OFF_TICK: "a price is no multiple of the tick (a percentage: of 0.0001)",
    ORDER_PRICE_MISSING: "a price that the type needs is not there",
    ORDER_PRICE_UNEXPECTED: "a price that the type does not take is there",
    ORDER_TIME_IN_FORCE_UNSUPPORTED: "the time in force does not go with the type of order",
    ORDER_EXPIRY_INVALID: "expires_at is missing, not in the future (market time), or not of gtd",
    ORDER_FEATURE_UNSUPPORTED: "a feature does not go with the rest of the order",
    ORDER_DISPLAY_QUANTITY_INVALID: "display_quantity is not above 0, above quantity or off lot",
    ORDER_ALGORITHM_INVALID: "the plan of the algorithm cannot be carried out",
    ORDER_ALGORITHM_UNSUPPORTED: "no algorithm works an order like that",
    ORDER_CHILD_OF_NONE: "the parent is no live order that an algorithm works",
    ORDER_CHILD_UNLIKE_PARENT: "a child of another account, symbol, side, strategy or shape",
    ORDER_CHILD_EXCEEDS_PARENT: "a child of more than its parent has not handed out",
    ORDER_LEGS_INVALID: "not the legs that an order of that class has",
    ORDER_LEG_PRICE_INVALID: "an exit is not at least 0.01 beyond the base price",
    ORDER_LEGS_WOULD_OPEN: "the exits of an order that reduces a position would open another",
    ORDER_LEGS_WITHOUT_POSITION: "an oco of a position that is not there",
    ORDER_WOULD_NOT_REDUCE: "reduce_only, but the order would not reduce the position",
    ORDER_NOT_OPEN: "the order to be replaced is not open",
    ORDER_REPLACE_UNSUPPORTED: "what an algorithm works, and its children, are not replaced",
    ORDER_QUANTITY_FIXED: "the quantity of an exit follows from its group",
    ORDER_REPLACE_PENDING: "a replace of that order is under way already",
    ORDER_QUANTITY_BELOW_FILLED: "the new quantity is not above what is filled already",
    CLIENT_ORDER_ID_USED: "the account used this client_order_id before",
    QUANTITY_EXCEEDS_MAX_PER_ORDER: "above order_quantity_max",
    NOTIONAL_EXCEEDS_MAX_PER_ORDER: "above order_notional_max at the order's worst price",
    PRICE_OUTSIDE_COLLAR: "the limit price crosses the far side by more than price_collar_pct",
    QUANTITY_EXCEEDS_AVAILABLE: "a sell of more than is held and free, in a cash account",
    POSITION_WOULD_FLIP: "one order would pass through zero to the other side",
    SHORT_NOT_ALLOWED: "the instrument may not be sold short",
    BUYING_POWER_INSUFFICIENT: "the order's worst cost is above the buying power",
    POSITION_EXCEEDS_QUANTITY_MAX: "above position_quantity_max, working orders filled",
    POSITION_EXCEEDS_NOTIONAL_MAX: "above position_notional_max, working orders filled",
    OPEN_ORDERS_EXCEED_MAX: "above open_orders_max",
    RATE_EXCEEDS_MAX_PER_SECOND: "above orders_per_second_max in the last second",
    GROSS_EXPOSURE_EXCEEDS_MAX: "above gross_exposure_max, working orders filled",
    LEVERAGE_EXCEEDS_MAX: "gross exposure above leverage_max times equity",
    WITHDRAWAL_AMOUNT_INVALID: "the amount is not a finite number above 0 in whole cents",
    WITHDRAWAL_CURRENCY_INVALID: "not the account's currency",
    WITHDRAWAL_EXCEEDS_AVAILABLE: "above what may leave without borrowing or breaking the margin",
}

BUYING_POWER_TEXT = "insufficient buying power"
CLIENT_ORDER_ID_TEXT = "client_order_id must be unique"


def quantity_text(requested: object, available: object) -> str:
    """The text that Alpaca's clients know for shares that are not there."""
    return f"insufficient qty available for order (requested: {requested}, available: {available})"
