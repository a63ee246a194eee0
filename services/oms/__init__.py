"""The order management room: the one book of record of orders and executions.

It hears `oms.inbox` (cancels), `risk.decisions` (what it must obey), the links' reports and the
clock, and says on `oms.orders` what became of every order. It asks nobody: an approval carries the
whole order.
"""
