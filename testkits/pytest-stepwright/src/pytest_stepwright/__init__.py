"""Tests of AWS Step Functions state machines."""

from .execution import Execution
from .mocks import Call, Sequence, TaskError, UnusedMockWarning
from .server import Server, ServerError
from .stepfunctions import StepFunctions

__all__ = ["Call", "Execution", "Sequence", "Server", "ServerError", "StepFunctions", "TaskError", "UnusedMockWarning"]
