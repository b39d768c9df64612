"""Procession: a BPMN 2.0 process engine that serves Creatio's ProcessEngineService.svc."""

__version__ = "0.1.0"
