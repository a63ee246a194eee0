"""The market data room: instruments' quotes and trades, bars, sessions, and the clock of the
platform.

It obeys one feed (`adapters/feeds`) and says `market.ticks`, `market.quotes`, `market.bars`,
`market.status` and
`market.clock`. Time is a message: every other room's market time is what this one says.
"""
