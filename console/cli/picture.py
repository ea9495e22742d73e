"""The outline of a procedure as a Mermaid flowchart: one box per step, one frame per phase."""

from __future__ import annotations

from dataclasses import dataclass, field

from console.cli.outline import Move

# How each kind of move is drawn: opening and closing of the box.
_BOXES = {
    "do": ("[", "]"),
    "have": ("[/", "/]"),
    "task": ("[/", "/]"),
    "ask": ("{{", "}}"),
    "keep_calling": ("{{", "}}"),
    "ratify": ("{{", "}}"),
    "devolve": ("{{", "}}"),
    "follow_up": (">", "]"),
    "clock": (">", "]"),
    "close": ("([", "])"),
}
_SAYS = {
    "task": "beside it all: ",
    "clock": "a clock runs: ",
    "brief": "brief: ",
    "keep_calling": "keep calling: ",
    "ratify": "done at once, then: ",
    "when": "as soon as: ",
    "devolve": "one person chooses: ",
    "chosen": "if they choose so: ",
    "close": "closed: ",
}
# What a decision or a task can come to; a way through the picture never takes two of them.
_COMES_TO = {
    "ask": frozenset({"approval", "denied", "silence"}),
    "keep_calling": frozenset({"approval", "denied"}),
    "have": frozenset({"work done", "work cannot", "no answer"}),
}
_ANSWERS = frozenset(answer for answers in _COMES_TO.values() for answer in answers)


@dataclass(frozen=True)
class _End:
    """A box from which the next arrow starts, what the arrow says, and what the last answer may still be."""

    box: str
    says: str = ""
    answers: frozenset[str] | None = None

    def may(self, arm: str) -> bool:
        return self.answers is None or arm not in _ANSWERS or arm in self.answers

    def taking(self, arm: str) -> _End:
        says = f"{self.says}, {arm}" if self.says not in ("", arm) else arm
        return _End(self.box, says, frozenset({arm}) if arm in _ANSWERS else self.answers)

    def passing(self, arm: str) -> _End:
        return self if self.answers is None else _End(self.box, self.says, self.answers - {arm})


@dataclass
class _Sheet:
    frames: dict[str, list[str]] = field(default_factory=dict)
    arrows: list[str] = field(default_factory=list)
    drawn: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def box(self, move: Move) -> str:
        self.count += 1
        name = f"n{self.count}"
        opened, closed = _BOXES.get(move.kind, _BOXES["do"])
        text = _SAYS.get(move.kind, "") + move.text + (f" ({move.effect})" if move.effect else "")
        self.frames.setdefault(move.phase, []).append(f'{name}{opened}"{_quoted(text)}"{closed}')
        return name

    def arrow(self, start: _End, to: str) -> None:
        line = f'-->|"{_quoted(start.says)}"|' if start.says else "-->"
        self.arrows.append(f"{start.box} {line} {to}")


def mermaid(moves: tuple[Move, ...]) -> str:
    """Mermaid text. Boxes are numbered in the order of the code, so that the same code gives the same text."""
    sheet = _Sheet()
    _draw(sheet, moves, [_End("start")])
    lines = ["flowchart TD", '    start(["declared"])']
    for phase, boxes in sheet.frames.items():
        lines += [f'    subgraph {phase}["{phase.capitalize()}"]', *(f"        {box}" for box in boxes), "    end"]
    return "\n".join([*lines, *(f"    {arrow}" for arrow in sheet.arrows)]) + "\n"


def _draw(sheet: _Sheet, moves: tuple[Move, ...], ends: list[_End]) -> list[_End]:
    """Draw a sequence that begins at these ends; returns the ends that are open after it."""
    for move in moves:
        if not ends:
            return []
        match move.kind:
            case "end":
                return []
            case "choice":
                ends = _choice(sheet, move, ends)
            case "both":
                ends = [end for part in move.moves for end in _draw(sheet, part.moves, ends)]
            case "beside":
                _draw(sheet, move.moves, ends)  # nothing comes after it: what follows starts where it started
            case "part":
                ends = _part(sheet, move, ends)
            case _:
                name = sheet.box(move)
                for end in ends:
                    sheet.arrow(end, name)
                ends = [] if move.closes else [_End(name, "", _answers_after(move, ends))]
    return ends


def _choice(sheet: _Sheet, move: Move, ends: list[_End]) -> list[_End]:
    """Several arms of a `match` are all that there are; a single arm leaves a way past it."""
    if all(each.kind == "beside" for arm in move.moves for each in arm.moves):
        for arm in move.moves:
            _draw(sheet, arm.moves, [each.taking(arm.text) for each in ends])
        return ends
    after: list[_End] = []
    for arm in move.moves:
        after += _draw(sheet, arm.moves, [each.taking(arm.text) for each in ends if each.may(arm.text)])
    if len(move.moves) > 1:
        return after
    past = [each.passing(move.moves[0].text) for each in ends]
    return [*after, *(each for each in past if each.answers is None or each.answers)]


def _part(sheet: _Sheet, move: Move, ends: list[_End]) -> list[_End]:
    """A sequence that closes the case is drawn once; later ways into it lead to its first box."""
    known = sheet.drawn.get(move.text, "")
    if known and move.closes:
        for end in ends:
            sheet.arrow(end, known)
        return []
    first = f"n{sheet.count + 1}"
    after = _draw(sheet, move.moves, ends)
    if move.text:
        sheet.drawn[move.text] = first
    return after


def _answers_after(move: Move, ends: list[_End]) -> frozenset[str] | None:
    """What the last answer may be after this box: a new one, or what all ways into it agree on."""
    if move.kind in _COMES_TO:
        return _COMES_TO[move.kind]
    before = {each.answers for each in ends}
    return before.pop() if len(before) == 1 else None


def _quoted(text: str) -> str:
    return text.replace('"', "#quot;")
