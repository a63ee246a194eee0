"""The read views for people and dashboards, described column by column in docs/views.md.

They belong to the owner of all tables, so that who may read a view needs no right on what is
behind it.
"""

from deploy.migrations import tools

revision = "0008"
down_revision = "0007"

# The strictest reason of everything, of its firm or of itself not to be active.
STATE = """
coalesce((
    SELECT CASE WHEN bool_or(t.state = 'halted') THEN 'halted' ELSE 'reducing' END
    FROM risk.trading_states t
    WHERE t.shard = a.shard AND (t.kind = 'all'
        OR (t.kind = 'firm' AND t.name = a.firm_id)
        OR (t.kind = 'account' AND t.name = a.account_id))
    HAVING count(*) > 0
), 'active')
"""

# What the working orders of a symbol may cost at worst, as the gate counts them: orders that only
# make a position smaller need nothing.
RESERVED = """
WITH part AS (
    SELECT shard, account_id, symbol, side,
        greatest(quantity - cum_quantity, replacement_quantity - cum_quantity, 0) AS open,
        greatest((quantity - cum_quantity) * price,
            (replacement_quantity - cum_quantity) * replacement_price, 0) AS notional
    FROM risk.live_orders
), side AS (
    SELECT shard, account_id, symbol,
        coalesce(sum(open) FILTER (WHERE side = 'buy'), 0) AS buy,
        coalesce(sum(notional) FILTER (WHERE side = 'buy'), 0) AS buy_notional,
        coalesce(sum(open) FILTER (WHERE side = 'sell'), 0) AS sell,
        coalesce(sum(notional) FILTER (WHERE side = 'sell'), 0) AS sell_notional
    FROM part GROUP BY shard, account_id, symbol
), held AS (
    SELECT side.*, coalesce(p.quantity, 0) AS quantity
    FROM side LEFT JOIN risk.positions p USING (shard, account_id, symbol)
)
SELECT shard, account_id, sum(buy_notional) AS buys,
    sum(CASE WHEN quantity >= 0 OR buy > -quantity THEN buy_notional ELSE 0 END
        + CASE WHEN quantity <= 0 OR sell > quantity THEN sell_notional ELSE 0 END) AS extra
FROM held GROUP BY shard, account_id
"""

WITHDRAWN = """
SELECT shard, account_id, sum(amount) AS amount FROM risk.withdrawals GROUP BY shard, account_id
"""

ACCOUNTS = f"""
SELECT a.account_id, a.firm_id, a.name, a.type, a.currency, v.cash, v.equity,
    CASE a.type
        WHEN 'cash' THEN v.cash - coalesce(w.amount, 0) - coalesce(r.buys, 0)
        ELSE (v.equity - coalesce(w.amount, 0)) * (a.account ->> 'multiplier')::numeric
            - (v.long_value - v.short_value) - coalesce(r.extra, 0)
    END AS buying_power,
    {STATE} AS state,
    a.venue, a.opened_at, v.complete, v.valued_at
FROM portfolio.accounts a
JOIN portfolio.valuations v USING (shard, account_id)
LEFT JOIN ({RESERVED}) r USING (shard, account_id)
LEFT JOIN ({WITHDRAWN}) w USING (shard, account_id)
"""

POSITIONS = """
SELECT p.account_id, v.firm_id, p.symbol, p.quantity, p.average_price, p.cost_basis, p.price,
    p.market_value, p.unrealised, p.realised, p.lastday_price, v.currency, p.stale, v.valued_at
FROM portfolio.position_values p
JOIN portfolio.valuations v USING (shard, account_id)
"""

TRADES = """
SELECT e.execution_id, e.account_id, e.firm_id, e.order_id, o.client_order_id,
    o.state -> 'order' ->> 'strategy' AS strategy, e.symbol, e.side, e.quantity, e.price, e.fee,
    e.currency, e.transact_at, e.quote_at, e.quote_row
FROM oms.executions e
LEFT JOIN oms.orders o USING (shard, order_id)
LEFT JOIN oms.amendments m USING (shard, execution_id)
WHERE e.kind <> 'bust' AND m.execution_id IS NULL
"""

SUMMARY = """
SELECT v.account_id, v.firm_id, a.name, v.currency, v.equity AS value,
    v.equity - v.day_start_equity - v.day_flows AS day_profit, v.realised, v.unrealised, v.fees,
    a.flows, v.cash, v.long_value, v.short_value, v.long_value - v.short_value AS gross,
    v.long_value + v.short_value AS net, v.day_start_equity, v.day_flows, v.peak_equity,
    v.peak_equity - v.equity AS drawdown,
    CASE WHEN v.peak_equity > 0
        THEN round((v.peak_equity - v.equity) / v.peak_equity * 100, 4) END AS drawdown_pct,
    v.complete, v.valued_at
FROM portfolio.valuations v
JOIN portfolio.accounts a USING (shard, account_id)
"""

RISK_EVENTS = """
SELECT e.at, e.event, e.code, e.scope, nullif(e.account_id, '') AS account_id,
    coalesce(e.body ->> 'limit', e.body #>> '{violations,0,limit}') AS limit_value,
    coalesce(e.body ->> 'value', e.body #>> '{violations,0,value}') AS value,
    e.body #>> '{violations,0,projected}' AS projected,
    coalesce(e.body ->> 'actor', e.body #>> '{order,actor}') AS actor,
    e.body ->> 'cause' AS cause,
    coalesce(e.body ->> 'reason', e.body ->> 'text', e.body #>> '{violations,0,message}') AS reason,
    e.market_at, e.body
FROM risk.risk_events e
"""

MARKET_DATA = """
SELECT s.symbol, s.source, s.simulated, s.bid, s.bid_size, s.ask, s.ask_size, s.flags, s.quote_at,
    s.last, s.last_size, s.last_at, s.session, s.open, s.high, s.low, s.volume,
    extract(epoch FROM now() - s.at)::numeric(14, 3) AS age_s
FROM market_data.symbols s
"""

VIEWS = {
    "accounts": ACCOUNTS,
    "positions": POSITIONS,
    "trades": TRADES,
    "portfolio_summary": SUMMARY,
    "risk_events": RISK_EVENTS,
    "market_data": MARKET_DATA,
}


def upgrade() -> None:
    for name, sql in VIEWS.items():
        tools.run(f"CREATE VIEW views.{name} AS {sql}")
    tools.run("GRANT SELECT ON ALL TABLES IN SCHEMA views TO reader, gateway")


def downgrade() -> None:
    for name in VIEWS:
        tools.run(f"DROP VIEW views.{name}")
