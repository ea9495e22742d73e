"""The words of our answers to whoever asked for data. Data: counsel reads and changes them here.

To whoever is not confirmed there are two texts and no more, so that nothing can be read from which one came.
"""

from __future__ import annotations

from domain.base import Model


class Letter(Model):
    """Subject and text; the words in braces are filled in, nothing else ever is."""

    subject: str
    text: str

    def filled(self, **words: str) -> Letter:
        return Letter(subject=self.subject.format(**words), text=self.text.format(**words))


_SUBJECT = "Your request {case}"
_CLOSE = "\n\nThis mailbox answers emergency requests from public authorities only.\nReference: {case}\n"
_NOTHING_SAID = "This says nothing about whether any account or data exists."
_CALL = "If life is in danger now, call the emergency services where the person is."
_PROCESS = "Please use legal process, through the channel that we publish for it."


def _letter(*paragraphs: str) -> Letter:
    return Letter(subject=_SUBJECT, text="\n\n".join(paragraphs) + _CLOSE)


# To whoever is not confirmed. The second is every ending there is: it must be true of all of them.
HOLDING = _letter(f"Your request is being worked on. {_NOTHING_SAID} {_CALL}")
ENDED = _letter(
    f"Nothing further will follow on this request as it stands. {_NOTHING_SAID} We do not say why, and would write the "
    f"same words in every case. {_CALL}",
    f"If you write for a public authority, ask its duty officer to reach us in the way that your authority and we have "
    f"agreed on. If it is not an emergency: {_PROCESS[0].lower()}{_PROCESS[1:]}",
)

# To an authority that we have confirmed, at its own mailbox in our directory. None of them names an account.
_CODE = (
    "It opens with a code that we tell you by phone: we call your agency at the number that we hold for it. Wait for "
    "that call; a code that is tried before it, from an unusual place or too often closes it for good."
)
RELEASED = _letter(
    "What was approved for release is at {link} and can be opened once, until {until}. Do not forward the link.",
    _CODE,
    "It was released because of the emergency that you described, on this ground: {grounds}. Use it for that emergency "
    "alone. We will ask you after a day and after a week what came of it.",
)
RELEASED_LESS = _letter(
    "A part of what you asked for was approved for release. It is at {link} and can be opened once, until {until}. Do "
    "not forward the link.",
    _CODE,
    "It was released because of the emergency that you described, on this ground: {grounds}. Use it for that emergency "
    "alone. We will ask you after a day and after a week what came of it.",
    "The rest was left out:\n{left_out}",
)
NOT_AN_EMERGENCY = _letter(
    "What you describe does not meet the conditions of an emergency disclosure: danger of death or serious physical "
    f"injury to a person, now, which this data would help to avert. {_NOTHING_SAID}",
    f"{_PROCESS} Data can be preserved meanwhile at your request. If the danger grows, write to us again at once.",
)
REDIRECTED = _letter(
    f"What you ask for is answered on legal process and not as an emergency. {_PROCESS} {_NOTHING_SAID}",
    "Data can be preserved meanwhile at your request. If somebody comes into danger, write to us again at once.",
)
NO_LEGAL_BASIS = _letter(
    f"We may not answer this request to your authority as it stands. {_NOTHING_SAID}",
    f"An authority of the place where the person concerned lives may be able to ask, or you through it. {_PROCESS} "
    f"{_CALL}",
)
TOO_WIDE = _letter(
    "What you ask for goes beyond what an emergency allows. Please say which data would resolve the emergency, and "
    f"how. {_NOTHING_SAID}"
)
HANDED_OVER = _letter(
    "Your request was passed, as you wrote it, to the company of our group that may answer it. No data was passed "
    "with it. It will answer you itself; you need not write again.",
)
WITHDRAWN = _letter(
    f"As you asked, we have ended our work on this request. Nothing will be released on it. {_NOTHING_SAID}",
    "If somebody is still in danger, write to us again at once.",
)
RECALLED = _letter(
    "We have taken back what was at {link} before anybody opened it. The link no longer leads anywhere. Please tell us "
    "if you hold a copy all the same, and destroy it.",
)
RECALLED_LATE = _letter(
    "We have taken back what was at {link}. It had been opened by then. Please do not use it any further, destroy "
    "every copy, and confirm to us in writing that you have.",
)
IMPERSONATED = _letter(
    "A request reached us in your authority's name which your authority says it did not send. Nothing was released on "
    "it. Please have your security people reach us in the way that your authority and we have agreed on, and check who "
    f"can write from your domain. {_NOTHING_SAID}",
)

# Why something was left out, by code. They say what we do, never what we hold.
LEFT_OUT: dict[str, str] = {
    "no-basis": "for some of what you asked for we have no legal basis without an order",
    "content": "content needs a decision of its own, which was not taken or was not in favour",
    "foreign-requester": "content is not given to an authority abroad without an order",
    "serves-nothing": "some of what you asked for would not help to resolve the emergency",
    "not-asked": "we release only what was asked for by name",
    "not-held": "some of what you asked for is not among what we can release",
    "decided-less": "the people who decided released less",
}
