"""A service, and a client that is logged in as an administrator: those of the contract's tests."""

from tests.contract.conftest import caller, client, serving, shared

__all__ = ["caller", "client", "serving", "shared"]
