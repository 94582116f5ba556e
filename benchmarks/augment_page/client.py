"""A visitor without a browser: speaks with the server as Streamlit's own frontend does, and times the answers."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

PATIENCE_SECONDS = 60.0
PICTURE = "augmented"
STEP, FIELD = "shift_scale_rotate", "rotate"
LARGEST_DEGREES, STRIDE_DEGREES = 180, 37


@dataclass(frozen=True)
class Answer:
    """Seconds from sending an event to the message with a new picture (nan: none came), and to the script's end."""

    picture: float
    finished: float


@dataclass
class Client:
    """One session: the components that stand on its page, by key, and the fragment that draws each of them."""

    socket: ClientConnection
    query: str
    page: str = ""
    components: dict[str, tuple[str, str]] = field(default_factory=dict)
    picture: bytes = b""
    turn: int = 0

    async def arrive(self) -> None:
        """Open the page, select the step, and move its slider once, which draws the whole page anew."""
        await self._rerun(BackMsg())
        await self._ask("augment-steps", "action", {"op": "select", "id": STEP, "index": 0, "parent": None})
        await self.move(LARGEST_DEGREES)

    async def move(self, degrees: int) -> Answer:
        """Move the slider, and wait until the new picture is there and the script at its end.

        Raises:
            RuntimeError: the script ended without a new picture, or with an error on the page.
        """
        self.turn += 1
        event = {"name": FIELD, "value": degrees, "turn": f"{id(self)}-{self.turn}"}
        answer = await self._ask(f"augment.{STEP}.sliders", "change", event)
        if math.isnan(answer.picture):
            raise RuntimeError(f"rotate = {degrees}: the script ended without a new picture")
        return answer

    async def _ask(self, key: str, event: str, value: Mapping[str, Any]) -> Answer:
        """Have a component report an event, as `setTriggerValue` does in a browser."""
        component, fragment = self.components[key]
        message = BackMsg()
        message.rerun_script.fragment_id = fragment
        payload = json.dumps([{"event": event, "value": value}])
        trigger = WidgetState(id=f"$$STREAMLIT_INTERNAL_KEY_{component}__events", json_trigger_value=payload)
        message.rerun_script.widget_states.widgets.append(trigger)
        return await self._rerun(message)

    async def _rerun(self, message: BackMsg) -> Answer:
        """Ask for a run of the script, on the page and under the address that the server has told of."""
        message.rerun_script.query_string = self.query
        message.rerun_script.page_script_hash = self.page
        started = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._answer(started)

    async def _answer(self, started: float) -> Answer:
        """Read on until the script has ended, and not for a run that takes over."""
        picture = math.nan
        while True:
            message = ForwardMsg.FromString(bytes(await self.socket.recv(decode=False)))
            kind = message.WhichOneof("type")
            if kind == "navigation":
                self.page = message.navigation.page_script_hash
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
            elif kind == "delta" and self._take(message):
                picture = time.perf_counter() - started
            elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return Answer(picture, time.perf_counter() - started)

    def _take(self, message: ForwardMsg) -> bool:
        """Take over what a message draws; True: it is a new picture."""
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception" or (kind == "alert" and element.alert.format == Alert.ERROR):
            raise RuntimeError(f"the page says: {element.exception.message or element.alert.body}")
        if kind != "bidi_component":
            return False
        component: BidiComponent = element.bidi_component
        key = key_of(component.id)
        self.components[key] = component.id, message.delta.fragment_id
        data = component.json.encode() or component.bytes
        if key != PICTURE or data == self.picture:
            return False
        self.picture = data
        return True


def key_of(component: str) -> str:
    """The key in a component's id, which is `$$ID-HASH-KEY`."""
    return component.split("-", 2)[2]


@asynccontextmanager
async def visiting(address: str, query: str) -> AsyncIterator[Client]:
    """A client on the page that `query` asks for, with the slider in place."""
    stream = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    async with connect(
        stream, origin=Origin(address), subprotocols=[Subprotocol("streamlit")], max_size=None, compression=None
    ) as socket:
        client = Client(socket, query)
        await client.arrive()
        yield client


def degrees(turn: int) -> int:
    """A value for each turn, that differs from those of the turns before."""
    return STRIDE_DEGREES * turn % (LARGEST_DEGREES + 1)
