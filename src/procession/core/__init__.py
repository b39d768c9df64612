"""The core: pure functions and values. No clock, no random number, no input or output.

Imports go one way:
ids, values <- model <- commands, changes <- instance <- turn <- behaviours <- decide.
"""
