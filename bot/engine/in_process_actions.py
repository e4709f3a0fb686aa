"""The custom actions in this process: for `ask` and tests, where no action server runs.

Rasa 3.6 has no setting for it; a subclass of the endpoint that calls rasa_sdk's executor is the public way in.
"""

from __future__ import annotations

import json
from typing import Any, Optional, Text

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection


class InProcessActions(EndpointConfig):
    """Stands in for the action server's URL."""

    def __init__(self, package: Text) -> None:
        super().__init__(url="inprocess://")
        self.executor = ActionExecutor()
        self.executor.register_package(package)

    async def request(
        self, method: Text = "post", subpath: Optional[Text] = None, content_type: Optional[Text] = None, compress: bool = False, **kwargs: Any
    ) -> Any:
        try:
            return await self.executor.run(kwargs["json"])
        except ActionExecutionRejection as rejected:
            body = json.dumps({"error": rejected.message, "action_name": rejected.action_name})
            raise ClientResponseError(400, "rejected", body) from None
