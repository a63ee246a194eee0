"""Risk: owns limits, exposure, trading states and breakers.

Hears its inbox (orders, replaces, withdrawals, limits, halts, re-arms), `oms.orders`,
`portfolio.positions`, `portfolio.valuations`, quotes, feeds, the clock and signs of life; says
`risk.decisions` (what others must obey) and `risk.events` (for people). Nothing reaches a venue
without its verdict, and a gate that cannot decide denies.
"""
