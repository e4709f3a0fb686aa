"""Rasa custom actions: the request form and sending a finished request to web."""

from actions.request_form import ClearRequest, StepBack, SwitchRequest, ValidateRequestForm
from actions.send_request import SendRequest

__all__ = ["ClearRequest", "SendRequest", "StepBack", "SwitchRequest", "ValidateRequestForm"]
