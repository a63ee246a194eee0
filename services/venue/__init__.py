"""A venue link: one connection to one broker, with the last guard before it.

The paper link owns a paper exchange. It hears `oms.orders`, `venue.inbox`, the ticks and the clock,
and says on `venue.paper.reports` what the exchange said. Its own book of orders and executions
stands for the broker's.
"""
