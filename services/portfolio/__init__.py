"""The portfolio room: the ledger, positions and valuations of every account.

It hears fills on `oms.orders`, withdrawals on `risk.decisions`, openings and deposits on
`portfolio.inbox`, quotes and the clock; it says what was booked on `portfolio.positions` and what
everything is worth on `portfolio.valuations`. Accounts, journal and positions are its own.
"""
