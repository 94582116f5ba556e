"""Many visitors without a browser, each of whom moves one slider a second."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from benchmarks.augment_page.client import Answer, Client, degrees, visiting

EVERY_SECONDS = 1.0


@dataclass
class Crowd:
    """Clients whose pages stand, what the server has answered them, and what went wrong."""

    clients: list[Client]
    answers: list[Answer] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def move(self, seconds: float) -> None:
        """Have each client move its slider once a second for so long, their first times spread over a second."""
        delays = [EVERY_SECONDS * place / len(self.clients) for place in range(len(self.clients))]
        rounds = round(seconds / EVERY_SECONDS)
        await asyncio.gather(*(self._move(*each, rounds) for each in zip(self.clients, delays, strict=True)))

    async def _move(self, client: Client, delay: float, rounds: int) -> None:
        clock = asyncio.get_running_loop()
        begun = clock.time() + delay
        try:
            for turn in range(rounds):
                await asyncio.sleep(max(0.0, begun + turn * EVERY_SECONDS - clock.time()))
                self.answers.append(await client.move(degrees(turn + 1)))
        except Exception as error:  # whatever it is, it counts as an error of the server
            self.errors.append(f"{type(error).__name__}: {error}")


@asynccontextmanager
async def crowd_of(count: int, address: str, query: str) -> AsyncIterator[Crowd]:
    """So many clients on the page that `query` asks for, who have come one after the other."""
    async with AsyncExitStack() as stack:
        yield Crowd([await stack.enter_async_context(visiting(address, query)) for _ in range(count)])
