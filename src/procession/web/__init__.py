"""The HTTP service, shaped like Creatio's `ProcessEngineService.svc` (docs/wire.md).

Rule: nothing here decides anything about a process. An operation reads the request, asks the
engine, and writes the answer in the contract's form.
"""
