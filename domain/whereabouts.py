"""Where somebody stands on the network, as far as a portal can tell: a country and a class, never an address."""

from __future__ import annotations

from enum import StrEnum

from domain.base import Model


class Network(StrEnum):
    """Classes of network. `hidden` is a proxy, a VPN or Tor; `hosting` a rented machine, where no officer sits."""

    GOVERNMENT = "government"
    BUSINESS = "business"
    CONSUMER = "consumer"
    MOBILE = "mobile"
    HOSTING = "hosting"
    HIDDEN = "hidden"
    UNKNOWN = "unknown"


# Officers work from patrol cars and from home, so without a list of its own an agency may open from all but these.
OPEN_NETWORKS = tuple(each for each in Network if each not in (Network.HOSTING, Network.HIDDEN))


class Whereabouts(Model):
    """An opener's country (ISO 3166, two letters; empty where the portal cannot say) and class of network."""

    country: str = ""
    network: Network = Network.UNKNOWN


class Expected(Model):
    """From where an agency opens what is meant for it. A country that nobody knows is none of these."""

    countries: tuple[str, ...]
    networks: tuple[Network, ...] = OPEN_NETWORKS

    def allows(self, place: Whereabouts) -> bool:
        return place.country in self.countries and place.network in self.networks
