"""Processes as tools for programs that speak the Model Context Protocol.

The server stands in front of a running service and calls its API as whoever calls the tool, so
that a tool can do what its caller may do, and nothing else.
"""
