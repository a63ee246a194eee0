"""The tables of portfolio: accounts, positions, the journal, valuations."""

from deploy.migrations import tools

revision = "0006"
down_revision = "0005"

BOOK = """
CREATE TABLE portfolio.accounts (
    shard integer NOT NULL,
    account_id text NOT NULL,
    firm_id text NOT NULL,
    name text NOT NULL,
    type text NOT NULL CHECK (type IN ('cash', 'margin', 'cfd')),
    currency text NOT NULL,
    venue text NOT NULL,
    opened_at timestamptz NOT NULL,
    account jsonb NOT NULL,
    cash numeric NOT NULL,
    realised numeric NOT NULL,
    fees numeric NOT NULL,
    flows numeric NOT NULL,
    session text NOT NULL,
    day_started timestamptz NOT NULL,
    day_start_equity numeric NOT NULL,
    day_flows numeric NOT NULL,
    peak_equity numeric NOT NULL,
    oms_seq bigint NOT NULL,
    PRIMARY KEY (account_id, shard)
);
CREATE TABLE portfolio.positions (
    shard integer NOT NULL,
    account_id text NOT NULL,
    symbol text NOT NULL,
    quantity numeric NOT NULL,
    cost_basis numeric NOT NULL,
    average_price numeric NOT NULL,
    realised numeric NOT NULL,
    last_price numeric,
    lastday_price numeric,
    PRIMARY KEY (account_id, symbol, shard),
    CHECK (quantity <> 0 OR cost_basis = 0)
);
CREATE TABLE portfolio.booked (
    shard integer NOT NULL,
    execution_id text NOT NULL,
    journal_id text NOT NULL,
    PRIMARY KEY (execution_id, shard)
);
"""

JOURNAL = """
CREATE TABLE portfolio.journal_entries (
    shard integer NOT NULL,
    journal_id text NOT NULL,
    account_id text NOT NULL,
    kind text NOT NULL,
    cause text NOT NULL,
    booked_at timestamptz NOT NULL,
    PRIMARY KEY (journal_id, shard)
);
CREATE INDEX journal_entries_by_account ON portfolio.journal_entries (account_id, booked_at);
CREATE TABLE portfolio.journal_lines (
    shard integer NOT NULL,
    journal_id text NOT NULL,
    line text NOT NULL,
    account_id text NOT NULL,
    ledger_account text NOT NULL
        CHECK (ledger_account IN ('cash', 'securities', 'capital', 'realised', 'fees')),
    currency text NOT NULL,
    amount numeric NOT NULL CHECK (amount <> 0),
    symbol text,
    PRIMARY KEY (journal_id, line, shard)
);
"""

VALUATIONS = """
CREATE TABLE portfolio.valuations (
    shard integer NOT NULL,
    account_id text NOT NULL,
    firm_id text NOT NULL,
    currency text NOT NULL,
    cash numeric NOT NULL,
    equity numeric NOT NULL,
    long_value numeric NOT NULL,
    short_value numeric NOT NULL,
    unrealised numeric NOT NULL,
    realised numeric NOT NULL,
    fees numeric NOT NULL,
    day_start_equity numeric NOT NULL,
    day_flows numeric NOT NULL,
    peak_equity numeric NOT NULL,
    oms_seq bigint NOT NULL,
    complete boolean NOT NULL,
    valued_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, shard),
    CHECK (equity = cash + long_value + short_value)
);
CREATE TABLE portfolio.position_values (
    shard integer NOT NULL,
    account_id text NOT NULL,
    symbol text NOT NULL,
    quantity numeric NOT NULL CHECK (quantity <> 0),
    average_price numeric NOT NULL,
    cost_basis numeric NOT NULL,
    price numeric,
    stale boolean NOT NULL,
    market_value numeric NOT NULL,
    unrealised numeric NOT NULL,
    realised numeric NOT NULL,
    lastday_price numeric,
    PRIMARY KEY (account_id, symbol, shard),
    CHECK (unrealised = market_value - cost_basis)
);
"""

# The lines of an entry are written by one statement, so each statement must balance by itself. That
# their entry is there is checked here too: a foreign key would answer TRUNCATE before our trigger.
# The settings keep it to the index: a plan made while the journal is short would read all of it.
BALANCE = """
CREATE FUNCTION portfolio.refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added GROUP BY shard, journal_id, currency HAVING sum(amount) <> 0
    ) THEN
        RAISE EXCEPTION 'a journal entry does not sum to zero' USING ERRCODE = 'PL003';
    END IF;
    IF EXISTS (
        SELECT FROM added LEFT JOIN portfolio.journal_entries e USING (shard, journal_id)
        WHERE e.journal_id IS NULL
    ) THEN
        RAISE EXCEPTION 'journal lines without their entry' USING ERRCODE = 'PL004';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER journal_lines_balance AFTER INSERT ON portfolio.journal_lines
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION portfolio.refuse_unbalanced();
"""


def upgrade() -> None:
    for sql in (BOOK, JOURNAL, VALUATIONS, BALANCE):
        tools.run(sql)
    for table in ("journal_entries", "journal_lines", "booked"):
        tools.append_only(f"portfolio.{table}")
    tools.own("portfolio")


def downgrade() -> None:
    names = "position_values valuations journal_lines journal_entries booked positions accounts"
    for table in names.split():
        tools.run(f"DROP TABLE portfolio.{table}")
    tools.run("DROP FUNCTION portfolio.refuse_unbalanced()")
