"""Text records from the DNS, as the keys of mail signatures need them."""

from __future__ import annotations

from collections.abc import Sequence

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

from domain.errors import Code, HoldfastError

PATIENCE = 3.0  # seconds for one question; a mail asks a handful, and its sender waits


class DnsRecords:
    """`integrations.mail.authenticity.TextRecords` by the machine's own resolver. Calls block."""

    def texts(self, name: str) -> Sequence[bytes]:
        """Every TXT record of a name; none if there is none.

        Raises:
            HoldfastError: `transient` if nobody answers.
        """
        try:
            answer = Resolver().resolve(name, "TXT", lifetime=PATIENCE)
        except (NXDOMAIN, NoAnswer):
            return ()
        except (DNSException, ValueError, UnicodeError):  # no server, or a name that is none
            raise HoldfastError(Code.TRANSIENT, "dns") from None
        return tuple(b"".join(record.strings) for record in answer)
