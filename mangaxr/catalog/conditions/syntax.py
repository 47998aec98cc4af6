"""Reading an expression: text to a syntax tree of harmless nodes, and words for its places."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping
from types import MappingProxyType

from mangaxr.errors import ExpressionError

__all__ = ["complain", "parse"]

_LONGEST = 1000
_DEEPEST = 60
_SHOWN = 30

_EXAMPLE = "z < 0.05 and not flags(drp3qual, 'CRITICAL')"

_OPERATORS = (
    *(ast.And, ast.Or, ast.Not, ast.BitAnd, ast.BitOr, ast.Invert, ast.UAdd, ast.USub),
    *(ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.Pow),
    *(ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq, ast.In, ast.NotIn),
)
_NODES = (
    *(ast.Expression, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call),
    *(ast.Subscript, ast.Name, ast.Load, ast.Constant, ast.Tuple, ast.List, ast.Set),
    *_OPERATORS,
)
"""All that an expression may consist of; none of it can do anything but compute."""

_WORDS: Mapping[type[ast.AST], str] = MappingProxyType(
    {
        ast.Attribute: "a dot after a name",
        ast.Lambda: "lambda",
        ast.IfExp: "if ... else",
        ast.Dict: "a dictionary",
        ast.ListComp: "for ... in",
        ast.GeneratorExp: "for ... in",
        ast.JoinedStr: "an f-string",
        ast.NamedExpr: "an assignment",
        ast.Slice: "a range",
        ast.keyword: "a named argument",
        ast.Starred: "a star before a name",
        ast.Is: "'is' (write ==)",
        ast.IsNot: "'is not' (write !=)",
        ast.BitXor: "^",
        ast.FloorDiv: "//",
        ast.MatMult: "@",
        ast.LShift: "<<",
        ast.RShift: ">>",
    }
)


def parse(text: str) -> ast.expr:
    """Read an expression.

    Parameters
    ----------
    text
        Python's syntax for one expression, and of it comparisons, ``and``, ``or``,
        ``not``, arithmetic, names, numbers, texts, calls and labels in brackets.

    Returns
    -------
    ast.expr
        Of nodes that are allowed; nothing is evaluated.

    Raises
    ------
    ExpressionError
        That says where it stops making sense.

    Examples
    --------
    >>> type(parse("z < 0.05")).__name__
    'Compare'
    """
    if len(text) > _LONGEST:
        msg = f"the expression has {len(text)} characters: expected at most {_LONGEST}"
        raise ExpressionError(msg)
    line = _one_line(text)
    if not line:
        msg = f"the expression is empty: expected a condition, such as {_EXAMPLE!r}"
        raise ExpressionError(msg)
    try:
        # Python warns of odd literals; an oddity of the text is no affair of the program.
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(line, mode="eval")
    except SyntaxError as error:
        raise _unreadable(text, line, error) from error
    except (ValueError, OverflowError, RecursionError, MemoryError) as error:
        msg = f"expression {_shown(text)}: cannot be read ({error})"
        raise ExpressionError(msg) from error
    _check(line, tree)
    return tree.body


def complain(text: str, node: ast.AST, problem: str) -> ExpressionError:
    """Make the error that something is wrong with a part of an expression."""
    line = _one_line(text)
    start = len(line.encode()[: getattr(node, "col_offset", 0)].decode(errors="ignore"))
    part = ast.get_source_segment(line, node) or line[start:]
    msg = f"expression {_shown(text)}: at character {start + 1}, {_shown(part)}: {problem}"
    return ExpressionError(msg)


def _one_line(text: str) -> str:
    """Replace what Python's reader minds: line breaks (a place is one number), zero bytes."""
    return "".join(" " if c.isspace() else c for c in text).strip().replace("\0", "\ufffd")


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) <= _SHOWN * 2 else f"{line[: _SHOWN * 2]}...")


def _unreadable(text: str, line: str, error: SyntaxError) -> ExpressionError:
    place = error.offset or len(line) + 1  # 0 where more was expected
    near = line[place - 1 : place - 1 + _SHOWN].strip()
    where = f"at character {place}, {near!r}" if near else "at its end"
    msg = (
        f"expression {_shown(text)}: {where}: {error.msg}: expected comparisons of columns joined "
        f"by and, or, not, such as {_EXAMPLE!r}"
    )
    return ExpressionError(msg)


def _check(text: str, tree: ast.Expression) -> None:
    """Refuse nodes that are not allowed, and a tree too deep to walk."""
    level: list[ast.AST] = [tree]
    depth = 0
    place: ast.AST = tree.body
    while level:
        depth += 1
        below: list[ast.AST] = []
        for node in level:
            place = node if hasattr(node, "col_offset") else place
            if not isinstance(node, _NODES):
                word = _WORDS.get(type(node), type(node).__name__.lower())
                raise complain(text, place, f"{word} is not allowed here")
            below += ast.iter_child_nodes(node)
        level = below
        if depth > _DEEPEST:
            raise complain(text, place, f"more than {_DEEPEST} levels deep: expected fewer")
