"""The statements of the gateway's reads."""

from __future__ import annotations

ACCOUNT = "SELECT account::text FROM portfolio.accounts WHERE account_id = %s"

ACCOUNTS = """
SELECT account_id, name, firm_id, type, currency, cash, equity, buying_power, state, venue,
    opened_at
FROM views.accounts ORDER BY opened_at, account_id
"""

FIRM_ACCOUNT = "SELECT account_id FROM portfolio.accounts WHERE firm_id = %s LIMIT 1"

# A leg reserves nothing by itself: the row that it names as `leg_of` counts for its whole group.
SHEET = """
SELECT (to_jsonb(a) - 'account' || jsonb_build_object(
    'multiplier', a.multiplier,
    'opened_at', to_char(a.opened_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'valued_at', to_char(a.valued_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'positions', coalesce((
        SELECT jsonb_agg(to_jsonb(p) ORDER BY p.symbol) FROM portfolio.position_values p
        WHERE p.account_id = a.account_id), '[]'),
    'working', coalesce((
        SELECT jsonb_agg(to_jsonb(w) ORDER BY w.symbol, w.side) FROM (
            SELECT symbol, side, count(*) AS count,
                sum(greatest(quantity - cum_quantity, replacement_quantity - cum_quantity, 0))
                    AS quantity,
                sum(greatest((quantity - cum_quantity) * price,
                    (replacement_quantity - cum_quantity) * replacement_price, 0)) AS notional
            FROM risk.live_orders l
            WHERE l.account_id = a.account_id AND to_jsonb(l) ->> 'leg_of' IS NULL
            GROUP BY symbol, side
        ) w), '[]'),
    'behind', EXISTS (
        SELECT FROM (
            SELECT execution_id FROM oms.executions e
            WHERE e.account_id = a.account_id AND e.kind = 'fill'
            ORDER BY e.transact_at DESC LIMIT 20
        ) told WHERE NOT EXISTS (
            SELECT FROM portfolio.booked b WHERE b.execution_id = told.execution_id)),
    'withdrawn', coalesce((
        SELECT sum(amount) FROM risk.withdrawals w WHERE w.account_id = a.account_id), 0)
))::text AS sheet
FROM (
    SELECT x.account_id, x.firm_id, x.name, x.type, x.currency, x.venue, x.opened_at, x.state,
        x.buying_power, (c.account ->> 'multiplier')::numeric AS multiplier, v.cash, v.equity,
        v.long_value, v.short_value, v.unrealised, v.realised, v.fees, v.day_start_equity,
        v.day_flows, v.peak_equity, v.complete, v.valued_at
    FROM views.accounts x
    JOIN portfolio.accounts c USING (account_id)
    JOIN portfolio.valuations v USING (account_id)
    WHERE x.account_id = %s
) a
"""

# An order that was promised and not heard of yet is not in the book: it is shown as promised.
ORDER = """
SELECT o.state::text AS state, EXISTS (
    SELECT FROM gateway.pending p WHERE p.order_id = o.order_id) AS promised
FROM oms.orders o WHERE o.order_id = %s
UNION ALL
SELECT p.state::text, true FROM gateway.pending p WHERE p.order_id = %s
    AND NOT EXISTS (SELECT FROM oms.orders o WHERE o.order_id = p.order_id)
"""

ORDER_BY_CLIENT_ID = """
SELECT state, promised FROM (
    SELECT o.state::text AS state, o.status, o.created_at, EXISTS (
        SELECT FROM gateway.pending p WHERE p.order_id = o.order_id) AS promised
    FROM oms.orders o WHERE o.account_id = %s AND o.client_order_id = %s
    UNION ALL
    SELECT p.state::text, 'pending_new', p.created_at, true FROM gateway.pending p
    WHERE p.account_id = %s AND p.client_order_id = %s
        AND NOT EXISTS (SELECT FROM oms.orders o WHERE o.order_id = p.order_id)
) found
ORDER BY (status = 'denied'), promised DESC, created_at DESC LIMIT 1
"""

ORDERS = """
SELECT state, promised FROM (
    SELECT o.order_id, o.state::text AS state, o.status, o.symbol, o.side, o.created_at, o.chain_id,
        o.state -> 'order' ->> 'parent_id' AS parent_id,
        o.state -> 'order' ->> 'order_class' AS class, EXISTS (
        SELECT FROM gateway.pending p WHERE p.order_id = o.order_id) AS promised
    FROM oms.orders o WHERE o.account_id = %s
    UNION ALL
    SELECT p.order_id, p.state::text, 'pending_new', p.symbol, p.side, p.created_at, p.order_id,
        NULL, p.state -> 'order' ->> 'order_class', true
    FROM gateway.pending p WHERE p.account_id = %s
        AND NOT EXISTS (SELECT FROM oms.orders o WHERE o.order_id = p.order_id)
) found
WHERE (status <> 'denied' OR promised) AND {where}
ORDER BY created_at {direction}, order_id {direction} LIMIT %s
"""

ENDED = "('filled', 'canceled', 'expired', 'rejected', 'replaced', 'denied')"
STATUSES = {
    "open": f"status NOT IN {ENDED}",
    "closed": f"status IN {ENDED}",
    "all": "true",
}

# Legs that name one of these orders; a child of an algorithm is no leg, for its parent is simple.
LEGS = """
SELECT o.state::text AS state FROM oms.orders o
WHERE o.account_id = %s AND o.state -> 'order' ->> 'parent_id' = ANY(%s) AND o.status <> 'replaced'
ORDER BY o.created_at, o.order_id
"""
NO_LEG = """NOT EXISTS (
    SELECT FROM oms.orders p WHERE p.order_id = found.parent_id
        AND p.state -> 'order' ->> 'order_class' <> 'simple')"""
OPEN_FAMILY = f"""(status NOT IN {ENDED} OR status <> 'replaced' AND class <> 'simple'
    AND ARRAY[order_id, chain_id] && ARRAY(
        SELECT l.state -> 'order' ->> 'parent_id' FROM oms.orders l
        WHERE l.account_id = %s AND l.status NOT IN {ENDED}))"""

VIOLATIONS = "SELECT violations::text FROM risk.decisions WHERE order_id = %s"

# Room -> the schema of its tables.
SCHEMAS = {"risk": "risk", "oms": "oms", "portfolio": "portfolio", "venue.paper": "venue"}
DECIDED = {
    room: f"SELECT command_id, kind, body_hash FROM {schema}.commands WHERE command_id = %s"
    for room, schema in SCHEMAS.items()
}

QUARANTINED = " UNION ALL ".join(
    f"SELECT '{room}' AS room, account_id, topic, number, place, error FROM {schema}.quarantine"
    for room, schema in SCHEMAS.items()
)
QUARANTINE = f"""
SELECT room, account_id AS account, count(*) AS messages,
    (array_agg(topic ORDER BY place))[1] AS topic,
    (array_agg(number::bigint ORDER BY place))[1] AS "offset",
    (array_agg(error ORDER BY place))[1] AS error
FROM ({QUARANTINED}) held WHERE %s::text IS NULL OR account_id = %s
GROUP BY room, account_id ORDER BY account_id, room
"""

IS_JUDGED = "SELECT 1 AS yes FROM risk.accounts WHERE account_id = %s AND valued"

LIMITS = """
SELECT version, values, actor, reason, at FROM risk.limits WHERE scope_key = %s
"""

BREAKERS = """
SELECT breaker AS name, account_id AS account, state, value, limit_value AS "limit", at
FROM risk.breakers WHERE %s::text IS NULL OR account_id = %s ORDER BY account_id, breaker
"""

# A halt of everything or of a symbol lies in every shard: it is one halt.
HALTS = """
SELECT kind, name, account_id, by, state, reason, actor, min(at) AS at, expires_at
FROM risk.trading_states
GROUP BY kind, name, account_id, by, state, reason, actor, expires_at
ORDER BY min(at), kind, name, account_id, by
"""

DECISIONS = """
SELECT order_id, kind, account_id, verdict, exit, symbol, side, quantity, client_order_id, actor,
    violations, evidence, at, market_at
FROM risk.decisions WHERE account_id = %s ORDER BY at DESC, order_id LIMIT %s
"""

EXECUTIONS = """
SELECT jsonb_build_object(
        'execution_id', e.execution_id, 'order_id', e.order_id, 'account_id', e.account_id,
        'symbol', e.symbol, 'side', e.side, 'quantity', e.quantity, 'price', e.price,
        'transact_at', to_char(e.transact_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'fee', e.fee,
        'currency', e.currency)::text AS execution,
    sum(e.quantity) OVER (PARTITION BY e.order_id ORDER BY e.transact_at, e.execution_id)
        AS cum_quantity,
    o.quantity AS order_quantity, o.status AS order_status
FROM oms.executions e
JOIN oms.orders o USING (shard, order_id)
LEFT JOIN oms.amendments m USING (shard, execution_id)
WHERE e.account_id = %s AND e.kind <> 'bust' AND m.execution_id IS NULL
ORDER BY e.transact_at DESC, e.execution_id DESC LIMIT %s
"""

CASH_MOVE = """
SELECT l.amount, l.currency, a.cash AS balance, e.journal_id
FROM portfolio.journal_entries e
JOIN portfolio.journal_lines l USING (shard, journal_id)
JOIN portfolio.accounts a ON a.account_id = e.account_id
WHERE e.account_id = %s AND e.cause = %s AND l.ledger_account = 'cash'
"""
