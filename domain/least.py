"""The least that would resolve an emergency: which fields, and for each the question of the emergency that it answers.

A field that answers no open question of this emergency does not leave, whoever asks and whatever the basis allows."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from domain.acts import Facts, FactValue
from domain.base import Model
from domain.basis import Ground, Verdict, foreign, ground, needs_of
from domain.basis_terms import Instead, LegalBasis, Need, RecipientKind, Tier
from domain.cards import CardItem, Finding
from domain.emergency import Scope
from domain.gates import Gate, Seat
from domain.letters import LEFT_OUT
from domain.outside import FieldView
from domain.people import Role
from domain.places import location_of


class Question(StrEnum):
    """What those who help must know. The request answers some of them itself; what is answered needs no data."""

    WHERE = "where"
    WHEN = "when"
    WHO = "who"
    REACH = "reach"
    WHAT = "what"


WHY: dict[Question, str] = {
    Question.WHERE: "where the person is or was last",
    Question.WHEN: "when the person was last there",
    Question.WHO: "who the person is",
    Question.REACH: "how the person can be reached",
    Question.WHAT: "what is happening or planned",
}

WELFARE = "welfare"
# What each kind of emergency asks, the most urgent first. The kinds are those of the intake form, and what a desk must
# know that we call ourselves, whatever the emergency is.
ASKS: dict[str, tuple[Question, ...]] = {
    "missing-person": (Question.WHERE, Question.WHEN, Question.REACH),
    "self-harm": (Question.WHERE, Question.REACH, Question.WHO, Question.WHEN),
    "child-safety": (Question.WHERE, Question.WHO, Question.WHEN, Question.WHAT),
    "violence": (Question.WHO, Question.WHERE, Question.WHEN, Question.WHAT),
    "disaster": (Question.WHERE, Question.REACH, Question.WHEN),
    WELFARE: (Question.WHERE, Question.REACH, Question.WHO, Question.WHEN),
}

# Which questions a field of the platform answers. A field that is not here answers none, and stays: a deployment
# with other fields adds them, and counsel reads them here.
ANSWERS: dict[str, tuple[Question, ...]] = {
    "last_login_ip": (Question.WHERE,),
    "last_login_at": (Question.WHEN,),
    "signup_ip": (Question.WHERE,),
    "phone": (Question.REACH,),
    "email": (Question.REACH,),
    "name": (Question.WHO,),
    "precise_location": (Question.WHERE,),
    "direct_messages": (Question.WHAT,),
}
# A field that is only asked for where a better one is not held: the address of the last log-in is fresher.
ONLY_WITHOUT: dict[str, str] = {"signup_ip": "last_login_ip"}

EVERYTHING = frozenset({"*", "all", "any", "everything", "all data", "full account", "complete account"})


class LeftOut(Model):
    """A field that stays, and why: a code that `domain.letters.LEFT_OUT` has words for. `field` is for our card."""

    field: str
    tier: str = ""
    because: str


class Wanted(Model):
    """What the request and its assessment ask: fields by name (none: as few as resolve it), the kind of emergency, the
    questions that are answered already, and whether content was asked for at all."""

    category: str
    fields: tuple[str, ...] = ()
    answered: tuple[Question, ...] = ()
    content: bool = False

    @classmethod
    def of(cls, facts: Facts, category: str, answered: tuple[str, ...] = ()) -> Wanted:
        """What the facts of a case ask for, and what its assessment says is answered."""
        named = facts.get("data_wanted")
        return cls(
            category=category,
            fields=named if isinstance(named, tuple) else (str(named),) if named else (),
            answered=tuple(each for each in Question if each.value in answered),
            content=bool(facts.get("content_wanted")),
        )

    @property
    def everything(self) -> bool:
        """Whether all there is was asked for: that is narrowed to the least, and said so on the card."""
        return any(_plain(each) in EVERYTHING for each in self.fields)

    @property
    def by_name(self) -> frozenset[str]:
        """The fields asked for by name; empty where none was, or everything."""
        return frozenset() if self.everything else frozenset(_plain(each).replace(" ", "_") for each in self.fields)

    @property
    def open(self) -> tuple[Question, ...]:
        """The questions that data may still answer. An emergency of no known kind asks nothing."""
        return tuple(each for each in ASKS.get(self.category, ()) if each not in self.answered)


class Least(Model):
    """The least: what may be shown to those who decide, what stays and why, what must be so before it leaves, and what
    may be done where there is no basis. `scope` goes to `release_card` as it is."""

    scope: Scope = Scope()
    left_out: tuple[LeftOut, ...] = ()
    needs: tuple[Need, ...] = ()
    instead: tuple[Instead, ...] = ()
    foreign: bool = False
    narrowed: bool = False

    @property
    def finding(self) -> Finding:
        """For the card: why something stays, and what must be so before the rest leaves."""
        because = (*self.left_out_codes, *(each.value for each in self.needs))
        return Finding(about="scope", verdict="narrowed" if self.narrowed else "least", because=because)

    @property
    def refusal(self) -> str:
        """The code of the refusal where no record is left: law allows none to this authority, or it does and none of
        them would resolve what is still open, so that it is asked to say which would."""
        records = [each.because for each in self.left_out if each.tier != Tier.E3]
        return "scope-too-wide" if records and "no-basis" not in records else "no-legal-basis"

    @property
    def left_out_codes(self) -> tuple[str, ...]:
        """Why something stays, each once: what a letter may say."""
        return tuple(sorted({each.because for each in self.left_out}))


def grounds_for(recipient: RecipientKind | None, residency: str, here: str) -> dict[Tier, Ground]:
    """The table's answer for each class of data of a user who lives there (ISO 3166-1 alpha-2)."""
    return {tier: ground(recipient, tier, location_of(residency), here) for tier in Tier}


def least(
    held: Iterable[FieldView], wanted: Wanted, *, recipient: RecipientKind | None, residency: str, here: str
) -> Least:
    """Which of the fields that the platform holds would leave, each with its question, and on which basis.

    A field passes if the table opens its class, it answers an open question of this emergency, and, where fields were
    asked for by name, it was. Content besides must have been asked for.
    """
    grounds = grounds_for(recipient, residency, here)
    abroad = recipient is not None and foreign(recipient, here)
    fields = sorted({each.name: each for each in held}.values(), key=lambda each: (each.tier, each.name))
    names = {each.name for each in fields}
    items: list[CardItem] = []
    stays = [LeftOut(field=name, because="not-held") for name in sorted(wanted.by_name - names)]
    for field in fields:
        because = _stays(field, names, wanted, grounds, abroad)
        if because:
            stays.append(LeftOut(field=field.name, tier=field.tier, because=because))
        else:
            items.append(_item(field, wanted))
    used = {item.tier for item in items}
    rows = {tier: each.row for tier, each in grounds.items() if each.row is not None and tier.value in used}
    basis = {tier.value: row.id for tier, row in rows.items()}
    return Least(
        scope=Scope(items=tuple(items), basis=basis, residency=residency),
        left_out=tuple(stays),
        needs=needs_of(tuple(rows.values())),
        instead=_instead(grounds.values()),
        foreign=abroad,
        narrowed=wanted.everything,
    )


def asked_for(scope: Scope, wanted: FactValue | None) -> Scope:
    """Of a scope what is asked for by name now: all of it where nothing is, or where everything is."""
    names = wanted if isinstance(wanted, tuple) else (str(wanted),) if wanted else ()
    by_name = Wanted(category="", fields=names).by_name
    return scope.only(tuple(by_name)) if by_name else scope


def left_out_of(least: Least, tiers: tuple[str, ...], *, fewer: bool) -> tuple[str, ...]:
    """Why something stays that could have left with these tiers, as codes with words for the letter; `fewer`: those
    who decided narrowed it."""
    said = set(least.left_out_codes) | ({"decided-less"} if fewer else set())
    if Tier.E3.value not in tiers and any(each.tier == Tier.E3.value for each in least.scope.items):
        said.add("content")
    return tuple(each for each in LEFT_OUT if each in said)


def _stays(field: FieldView, held: set[str], wanted: Wanted, grounds: dict[Tier, Ground], abroad: bool) -> str:
    """Why a field stays; empty if it may leave."""
    tier = Tier(field.tier) if field.tier in set(Tier) else None
    if tier is None or grounds[tier].verdict is not Verdict.OPEN:
        return "foreign-requester" if abroad and tier is Tier.E3 else "no-basis"
    if not _serves(field.name, wanted):
        return "serves-nothing"
    if wanted.by_name and field.name not in wanted.by_name:
        return "not-asked"
    if tier is Tier.E3 and not wanted.content:
        return "content"
    better = ONLY_WITHOUT.get(field.name, "")
    if better in held and field.name not in wanted.by_name:
        return "serves-nothing"
    return ""


def _serves(name: str, wanted: Wanted) -> tuple[Question, ...]:
    return tuple(each for each in wanted.open if each in ANSWERS.get(name, ()))


def _item(field: FieldView, wanted: Wanted) -> CardItem:
    why = "; ".join(WHY[each] for each in _serves(field.name, wanted))
    return CardItem(
        id=field.name, label=field.name.replace("_", " "), tier=field.tier, why=f"{why} ({wanted.category})"
    )


def _instead(grounds: Iterable[Ground]) -> tuple[Instead, ...]:
    """What may be done about the classes that stay shut, each once."""
    said = {each for found in grounds for each in found.instead}
    return tuple(each for each in Instead if each in said)


def _plain(text: str) -> str:
    return " ".join(text.strip().lower().split())


# -- seats --------------------------------------------------------------------------------------------------

_REGIONAL = Seat(name="regional-counsel", roles=(Role.LEGAL, Role.GENERAL_COUNSEL))


def with_seats(gate: Gate, needs: tuple[Need, ...]) -> Gate:
    """The gate with the seats that the rows ask for: regional counsel takes a seat beside those that are there.

    A gate is frozen into a case when it starts, so that a procedure lists both and chooses by the needs.
    """
    if Need.REGIONAL_COUNSEL not in needs or any(each.name == _REGIONAL.name for each in gate.seats):
        return gate
    return gate.model_copy(update={"name": f"{gate.name}-abroad", "seats": (*gate.seats, _REGIONAL)})


def rows_of(scope: Scope, rows: Iterable[LegalBasis]) -> tuple[LegalBasis, ...]:
    """The rows that a scope rests on."""
    return tuple(each for each in rows if each.id in set(scope.basis.values()))
