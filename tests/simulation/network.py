"""The line to the centre: partitions, lost requests and answers, copies that come again and late.

The product's own sync workers talk through it with the contract's real messages.
"""

from __future__ import annotations

import contextlib

from locker.centre_client import CentreRefusedError, CentreUnreachableError
from locker.clock import Clock
from locker.contract.centre import EventsAck, EventsPost, News
from tests.simulation.centre import SimulatedCentre
from tests.simulation.world import Script, World

LATER_S = (0.5, 3.0, 40.0, 900.0)


class Network:
    """Between one cabinet and its centre; outlives boots."""

    def __init__(self, world: World, centre: SimulatedCentre) -> None:
        self.world = world
        self.centre = centre
        self.up = True
        self.lose_requests = 0
        self.lose_answers = 0
        self.copies = 0
        """Posts of which a copy comes again later, after newer ones."""
        self.slow_s = 0.02
        self.posts = 0

    def client(self, clock: Clock, *, token: str) -> Client:
        """Give a session of a boot; `token` is what the centre knows it by."""
        return Client(self, clock, token=token)


class Client:
    """What `locker.centre_client.CentreClient` is to the sync workers."""

    def __init__(self, network: Network, clock: Clock, *, token: str) -> None:
        self._network = network
        self._clock = clock
        self._token = token

    def post_events(self, post: EventsPost) -> EventsAck:
        """Carry a post up and its answer down."""
        network, world = self._network, self._network.world
        sent_s = self._there("events")
        network.posts += 1
        if network.copies > 0:
            network.copies -= 1
            world.begin(
                _again(network, post, self._token), at_s=world.now_s + world.dice.choice(LATER_S)
            )
        ack = network.centre.take(post, token=self._token)
        world.step("the centre has the events, the cabinet does not know")
        self._back(ack.centre_time, sent_s)
        return ack

    def news(self, *, after: int, wait_s: float) -> News:
        """Ask for news; the waiting is the world's."""
        sent_s = self._there("news")
        news = self._network.centre.news(after, token=self._token)
        self._network.world.step("news was sent down")
        self._back(news.centre_time, sent_s)
        return news

    def close(self) -> None:
        """Do nothing."""

    def _there(self, what: str) -> float:
        network, world = self._network, self._network.world
        world.step(f"before a request for {what}")
        sent_s = self._clock.mono_s()
        if not network.up:
            raise CentreUnreachableError("partition")
        if network.lose_requests > 0:
            network.lose_requests -= 1
            raise CentreUnreachableError("request lost")
        world.advance(world.now_s + network.slow_s)
        return sent_s

    def _back(self, centre_time: float, sent_s: float) -> None:
        network, world = self._network, self._network.world
        if network.lose_answers > 0:
            network.lose_answers -= 1
            raise CentreUnreachableError("answer lost")
        world.advance(world.now_s + network.slow_s)
        now_s = self._clock.mono_s()
        self._clock.centre.heard(centre_time, sent_s=sent_s, received_s=now_s)


def _again(network: Network, post: EventsPost, token: str) -> Script:
    """A copy of a post that was delivered long ago comes out of some queue."""
    network.world.tell(f"a copy of {len(post.events)} old events reaches the centre again")
    with contextlib.suppress(CentreRefusedError):
        network.centre.take(post, token=token)
    yield 0.0
