"""What a procedure does, read from its own source: phases, steps, work, decisions and branches, in order.

A picture drawn by hand would be wrong after the first change.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any

from console.cli.spans import span
from console.clock_words import clock_words
from domain.base import Model
from domain.clock_rules import ClockRule
from domain.policy import FollowUp

_VERBS = ("do", "have", "task", "ask", "keep_calling", "act", "follow_up", "brief", "hand_over")
_OURS = "workflows."
_DEEPEST = 8  # functions within functions; a procedure that is deeper is not readable anyway


class Move(Model):
    """One line of the outline.

    `kind` is a verb of the kit (`do`, `have`, `ask`, `act` and its `ratify`, `close`, …), or `choice` (between its
    `if` moves, whose text is the condition), `both` (its parts run at once), `beside` (nothing waits for it), `when`
    (a fact), `devolve` (one person chooses) and `chosen` (what is then done), `part` (a sequence of its own, named if
    it is a function), `end` (the procedure ends here). `effect` is that of a step.
    """

    kind: str
    text: str = ""
    phase: str = ""
    effect: str = ""
    moves: tuple[Move, ...] = ()

    @property
    def closes(self) -> bool:
        """Whether nothing can come after it."""
        return self.kind in ("close", "end") or (self.kind == "part" and any(each.closes for each in self.moves))


def outline(kind: type[Any]) -> tuple[Move, ...]:
    """The outline of a procedure's class, from its method `procedure`."""
    return tuple(_Reader(kind).body(kind.procedure, {}, "declared", top=True))


class _Reader:
    def __init__(self, kind: type[Any]) -> None:
        self._kind = kind
        self._depth = 0

    def body(self, function: Any, given: Mapping[str, object], phase: str, *, top: bool = False) -> Iterator[Move]:
        """What a function does; `given` are those of its arguments whose values are known."""
        if self._depth >= _DEEPEST:
            return
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
        if not isinstance(tree, ast.AsyncFunctionDef | ast.FunctionDef):
            return
        self._depth += 1
        yield from self._block(tree.body, {**function.__globals__, **given}, phase, top)
        self._depth -= 1

    def _block(self, lines: list[ast.stmt], names: Mapping[str, object], phase: str, top: bool) -> Iterator[Move]:
        for line in lines:
            match line:
                case ast.AsyncWith(items=[ast.withitem(context_expr=ast.Call() as call)], body=body):
                    phase = _phase(call) or phase  # it stays after its block, until the next
                    yield from self._block(body, names, phase, top)
                case ast.If(test=test, body=body, orelse=orelse):
                    yield from self._moves(test, names, phase)
                    arms = [(_words(test), body), *([("otherwise", orelse)] if orelse else [])]
                    yield from self._choice(arms, names, phase, top)
                case ast.Match(subject=subject, cases=cases):
                    yield from self._moves(subject, names, phase)
                    yield from self._choice([(_pattern(each), each.body) for each in cases], names, phase, top)
                case ast.Return(value=value):
                    yield from self._moves(value, names, phase)
                    if top:
                        yield Move(kind="end", phase=phase)
                case ast.For(body=body) | ast.While(body=body) | ast.With(body=body) | ast.AsyncWith(body=body):
                    yield from self._block(body, names, phase, top)
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func)) if found := _chosen(
                    func, names
                ):
                    names = {**names, name: found}
                case _:
                    yield from self._moves(line, names, phase)

    def _choice(
        self, arms: list[tuple[str, list[ast.stmt]]], names: Mapping[str, object], phase: str, top: bool
    ) -> Iterator[Move]:
        """Nothing for a choice that only computes."""
        branches = tuple(
            Move(kind="if", text=when, phase=phase, moves=tuple(self._block(lines, names, phase, top)))
            for when, lines in arms
        )
        if any(each.moves for each in branches):
            yield Move(kind="choice", phase=phase, moves=branches)

    def _moves(self, node: ast.AST | None, names: Mapping[str, object], phase: str) -> Iterator[Move]:
        """The verbs within an expression, in the order in which they are written."""
        if node is None or isinstance(node, ast.Lambda):
            return
        if not isinstance(node, ast.Call):
            for child in ast.iter_child_nodes(node):
                yield from self._moves(child, names, phase)
            return
        verb = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if verb == "both":
            parts = (tuple(self._moves(each, names, phase)) for each in node.args)
            yield Move(
                kind="both", phase=phase, moves=tuple(Move(kind="part", phase=phase, moves=each) for each in parts)
            )
        elif verb == "beside" and node.args:
            yield Move(kind="beside", phase=phase, moves=tuple(self._moves(node.args[-1], names, phase)))
        elif verb == "when" and node.args:
            yield Move(kind="when", text=str(_value(node.args[0], names)).replace("_", " "), phase=phase)
        elif verb == "devolve" and node.args:
            for word in node.keywords:
                if word.arg == "choice":
                    yield self._verb("devolve", word.value, names, phase)
            yield self._verb("chosen", node.args[0], names, phase)
        elif verb == "close" and node.args:
            yield Move(kind="close", text=_outcomes(node.args[0]), phase=phase)
        elif verb == "clock":
            for each in node.args:
                rule = _value(each, names)
                text = clock_words(rule) if isinstance(rule, ClockRule) else ast.unparse(each)
                yield Move(kind="clock", text=text, phase=phase)
        elif verb in _VERBS and node.args:
            yield self._verb(verb, node.args[0], names, phase)
            for word in node.keywords:
                if word.arg == "ratify":
                    yield self._verb("ratify", word.value, names, phase)
        else:
            yield from self._called(node, names, phase)

    def _verb(self, verb: str, what: ast.expr, names: Mapping[str, object], phase: str) -> Move:
        if isinstance(what, ast.Call):
            what = what.func  # a step's input: its class says what it is
        found = _value(what, names)
        if isinstance(found, FollowUp):
            return Move(kind=verb, text=f"after {span(found.after)}: {found.task.title}", phase=phase)
        if isinstance(found, tuple):
            title = " or: ".join(dict.fromkeys(str(getattr(each, "title", "")) for each in found))
        else:
            title = found if isinstance(found, str) else getattr(found, "title", "")
        title = title or str(getattr(found, "NAME", "")).replace("_", " ")
        effect = getattr(found, "EFFECT", None)
        return Move(
            kind=verb, text=title or ast.unparse(what), phase=phase, effect=effect.value if effect is not None else ""
        )

    def _called(self, node: ast.Call, names: Mapping[str, object], phase: str) -> Iterator[Move]:
        """A function of ours is read too, with the arguments that are known."""
        for each in (*node.args, *(word.value for word in node.keywords)):
            yield from self._moves(each, names, phase)
        function = _value(node.func, names)
        if function is None and isinstance(node.func, ast.Attribute) and _is_self(node.func.value):
            found = inspect.getattr_static(self._kind, node.func.attr, None)
            function = found if getattr(found, "__module__", "") == self._kind.__module__ else None
        if not isinstance(function, FunctionType) or not function.__module__.startswith(_OURS):
            return
        if not inspect.iscoroutinefunction(function):
            return
        given = {
            name: value
            for name, argument in zip(inspect.signature(function).parameters, node.args, strict=False)
            if (value := _value(argument, names)) is not None
        }
        name = function.__name__.strip("_").replace("_", " ")
        yield Move(kind="part", text=name, phase=phase, moves=tuple(self.body(function, given, phase)))


def _value(node: ast.expr, names: Mapping[str, object]) -> object:
    """What a name or a dotted name stands for, where that is known before the procedure runs."""
    match node:
        case ast.Name(id=name):
            return names.get(name)
        case ast.Attribute(value=inner, attr=name):
            return getattr(_value(inner, names), name, None)
        case ast.Constant(value=value):
            return value
        case _:
            return None


def _chosen(func: ast.expr, names: Mapping[str, object]) -> tuple[object, ...]:
    """The gates or tasks among which a plain function of ours chooses; none if it chooses among no such things."""
    function = _value(func, names)
    if not isinstance(function, FunctionType) or not function.__module__.startswith(_OURS):
        return ()
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    returned = [each.value for each in ast.walk(tree) if isinstance(each, ast.Return) and each.value is not None]
    leaves = [
        leaf for each in returned for leaf in ((each.body, each.orelse) if isinstance(each, ast.IfExp) else (each,))
    ]
    found = [_value(each, function.__globals__) for each in leaves]
    return tuple(found) if found and all(hasattr(each, "title") for each in found) else ()


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _phase(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute) and call.func.attr == "phase" and call.args:
        return ast.unparse(call.args[0]).rpartition(".")[2].lower()
    return ""


def _outcomes(node: ast.expr) -> str:
    found = sorted({each.attr.lower() for each in ast.walk(node) if isinstance(each, ast.Attribute)})
    return " or ".join(found).replace("_", "-") or ast.unparse(node)


def _pattern(case: ast.match_case) -> str:
    text = ast.unparse(case.pattern).partition("(")[0]
    return "otherwise" if text == "_" else _spaced(text).lower()


def _words(node: ast.expr) -> str:
    """A condition as words: `not identity.confirmed` is "not identity confirmed"."""
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return f"not {_words(operand)}"
        case ast.BoolOp(op=ast.And(), values=values):
            return " and ".join(_words(each) for each in values)
        case ast.BoolOp(op=ast.Or(), values=values):
            return " or ".join(_words(each) for each in values)
        case ast.Call(func=ast.Name(id="isinstance"), args=[_, kind]):
            return _spaced(ast.unparse(kind)).lower()
        case ast.Call(func=ast.Attribute(attr="fact"), args=[ast.Constant(value=name), *_]):
            return str(name).replace("_", " ")
        case ast.Call(func=ast.Attribute() as method):
            return _words(method)
        case ast.Attribute(value=inner, attr=name):
            return f"{_words(inner)} {name}".replace("_", " ")
        case _:
            return ast.unparse(node).replace("_", " ").replace("'", "")


def _spaced(name: str) -> str:
    return "".join(f" {sign}" if sign.isupper() else sign for sign in name).strip()
