"""What a rule must satisfy, in a form that can be looked up.

An atom says: "unless this facet of the request has one of these keys, the rule neither matches nor
errs". The rules that keep it true:

1. An atom comes from a condition that must hold, never from a negated one.
2. No condition before it can err, but for those that `needs` names: they are atoms themselves, and
   the index uses this one only beneath them, where they are known to hold.
3. A facet that cannot be read (absent attribute, wrong type) has no keys at all: the index then
   visits every rule it holds, because each of them errs.
4. Keys may say too much (`1` also finds `true`), never too little. `exact` marks the atoms whose
   keys say precisely what the condition says, so that it need not be tested again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from sys import intern
from typing import Literal, TypeAlias

from cedarpy import pst

from holdfast.policy.cedar.conjuncts import Conjunct, cannot_err, is_entity_variable
from holdfast.policy.cedar.errors import CedarValueError
from holdfast.policy.cedar.expressions import disjuncts, uid_of
from holdfast.policy.cedar.ipaddr import Network, ip
from holdfast.policy.cedar.pattern import compile_pattern
from holdfast.policy.cedar.values import Uid

Key: TypeAlias = str | int | Uid | Network
FacetKind: TypeAlias = Literal["entity", "value", "member", "prefix", "suffix", "network"]


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing about a request that rules can be looked up by.

    `entity`: the uid, ancestors and type of a variable. `value`: what an attribute is. `member`:
    what a set attribute contains. `prefix`, `suffix`: how a string attribute begins or ends.
    `network`: the ranges an address attribute is in.
    """

    kind: FacetKind
    node: pst.Expr

    @property
    def variable(self) -> str:
        """The entity that says whether this can be read: for the context, the action."""
        node = self.node
        while isinstance(node, pst.GetAttr):
            node = node.base
        name = node.name if isinstance(node, pst.Var) else ""
        return "action" if name == "context" else name


@dataclass(frozen=True, slots=True)
class Atom:
    """A necessary condition: `facet` must have one of `keys`."""

    facet: Facet
    keys: frozenset[Key]
    conjunct: int
    exact: bool
    needs: frozenset[Facet] = frozenset()


def atoms_of(conjuncts: Iterable[Conjunct]) -> dict[Facet, Atom]:
    """Find what a rule can be looked up by, the best atom for each facet."""
    found: dict[Facet, Atom] = {}
    needs: frozenset[Facet] = frozenset()
    for number, conjunct in enumerate(conjuncts):
        atom = _atom(conjunct.node, number) if conjunct.wanted else None
        total = cannot_err(conjunct.node)
        if atom is not None:
            _keep(found, Atom(atom.facet, atom.keys, number, atom.exact, needs))
            if not total:
                needs |= {atom.facet}
        elif not total:
            break
    return found


def _keep(found: dict[Facet, Atom], atom: Atom) -> None:
    """Keep the narrower of two atoms for one facet, unless it needs more to be known."""
    known = found.get(atom.facet)
    if known is None or (atom.needs <= known.needs and _width(atom) < _width(known)):
        found[atom.facet] = atom


def _width(atom: Atom) -> tuple[bool, int]:
    """Rank by how much an atom lets through: named entities before a whole type."""
    return any(isinstance(key, str) for key in atom.keys), len(atom.keys)


def _atom(node: pst.Expr, number: int) -> Atom | None:
    """Read a condition; alternatives of `||` are one atom when they ask the same thing."""
    atoms = [_simple_atom(part, number) for part in disjuncts(node)]
    first = atoms[0]
    if first is None:
        return None
    keys: frozenset[Key] = frozenset()
    exact = True
    for atom in atoms:
        if atom is None or atom.facet != first.facet:
            return None
        keys |= atom.keys
        exact = exact and atom.exact
    return Atom(first.facet, keys, number, exact)


def _simple_atom(node: pst.Expr, number: int) -> Atom | None:
    match node:
        case pst.Is(base, entity_type, None) if is_entity_variable(base):
            return Atom(
                Facet("entity", base), frozenset({intern(str(entity_type))}), number, exact=True
            )
        case pst.BinaryOp("in", left, right) if is_entity_variable(left):
            uids = _uids(right)
            return None if uids is None else Atom(Facet("entity", left), uids, number, exact=True)
        case pst.BinaryOp("eq", left, right):
            return _equality(left, right, number) or _equality(right, left, number)
        case pst.BinaryOp("contains" | "contains_all" | "contains_any" as op, left, right):
            return _containment(op, left, right, number)
        case pst.BinaryOp("is_in_range", left, pst.UnaryOp("ip", pst.StringLit(text))):
            return _range(left, text, number)
        case pst.Like(base, pattern) if _is_path(base):
            return _affix(base, pattern, number)
        case _:
            return None


def _uids(node: pst.Expr) -> frozenset[Key] | None:
    nodes = node.elements if isinstance(node, pst.Set) else (node,)
    uids: set[Key] = set()
    for element in nodes:
        if not isinstance(element, pst.EntityLit):
            return None
        uids.add(uid_of(element.value))
    return frozenset(uids)


def _equality(what: pst.Expr, literal: pst.Expr, number: int) -> Atom | None:
    key = _key(literal)
    if key is None:
        return None
    if is_entity_variable(what) and isinstance(key, Uid):
        # Not exact: the keys of an entity are its ancestors too.
        return Atom(Facet("entity", what), frozenset({key}), number, exact=False)
    if _is_path(what):
        return Atom(Facet("value", what), frozenset({key}), number, exact=isinstance(key, str))
    return None


def _containment(op: str, left: pst.Expr, right: pst.Expr, number: int) -> Atom | None:
    if op == "contains" and isinstance(left, pst.Set) and _is_path(right):
        keys = _keys(left)
        if keys is None:
            return None
        exact = all(isinstance(key, str) for key in keys)
        return Atom(Facet("value", right), keys, number, exact)
    if not _is_path(left):
        return None
    wanted = _keys(right) if op != "contains" else _keys(pst.Set((right,)))
    if wanted is None:
        return None
    if op == "contains_all":
        if not wanted:
            return None
        wanted = frozenset({min(wanted, key=str)})
    return Atom(Facet("member", left), wanted, number, exact=False)


def _affix(base: pst.Expr, pattern: tuple[pst.PatternElem, ...], number: int) -> Atom | None:
    compiled = compile_pattern(pattern)
    kind: FacetKind = "prefix" if len(compiled.prefix) >= len(compiled.suffix) else "suffix"
    literal = compiled.prefix if kind == "prefix" else compiled.suffix
    if not literal:
        return None
    # `like "src/*"` says no more than its prefix does; `like "src/*.py"` does.
    exact = len(pattern) == len(literal) + 1
    return Atom(Facet(kind, base), frozenset({literal}), number, exact)


def _range(what: pst.Expr, text: str, number: int) -> Atom | None:
    if not _is_path(what):
        return None
    try:
        address = ip(text)
    except CedarValueError:
        return None
    keys: frozenset[Key] = frozenset({address.network(address.prefix)})
    return Atom(Facet("network", what), keys, number, exact=True)


def _keys(node: pst.Expr) -> frozenset[Key] | None:
    if not isinstance(node, pst.Set):
        return None
    keys = [_key(element) for element in node.elements]
    return None if None in keys else frozenset(key for key in keys if key is not None)


def _key(node: pst.Expr) -> Key | None:
    if isinstance(node, pst.StringLit | pst.LongLit):
        return node.value
    return uid_of(node.value) if isinstance(node, pst.EntityLit) else None


def _is_path(node: pst.Expr) -> bool:
    """Say whether `node` is an attribute of the request: `resource.ext`, `context.params.to`."""
    return isinstance(node, pst.GetAttr) and (isinstance(node.base, pst.Var) or _is_path(node.base))
