"""The gateway room: the door for people and programs.

It owns API keys and the record of answers it could not wait for. It hears every voice that it shows
and says nothing of its own: what a client asks for becomes a command in the inbox of the room that
decides it, and the answer is what that room then says. `/v2` speaks the Alpaca v2 format, `/api/v1`
our own.
"""
