# SPDX-License-Identifier: Apache-2.0
"""The nodes of a block fitted to a record, field by field, with every misfit told at its line.

Follows the annotations of the msgspec Structs in `rules` and `record`: unknown and missing keys,
wrong types, numbers out of range, keys given twice. What fits is kept, so that the rest of the
document can be checked; whether names refer to anything is left to `references`.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from functools import cache
from math import isfinite
from operator import ge, gt, le
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from foedus.errors import did_you_mean
from foedus.terms.articles import Fence
from foedus.terms.blocks import kind_of, line_in, scalar, shown
from foedus.terms.faults import Faults, Key, Lines

R = TypeVar("R")
_NUMBERS: Final = {int: ("int",), float: ("int", "float")}
_NAMES: Final = {int: "a whole number", float: "a number"}
_BOUNDS: Final[dict[str, tuple[str, Callable[[Any, Any], bool]]]] = {
    "gt": ("above", gt),
    "ge": ("from", ge),
    "le": ("up to", le),
}


class Fitted(msgspec.Struct, frozen=True):
    """What a block says, as far as it fits, and at which line each key stands."""

    tree: dict[str, Any]
    lines: Lines
    fits: bool

    def record(self, kind: Any) -> Any:
        """Return the tree as a record of `kind`; only where it fits."""
        return msgspec.convert(self.tree, kind)


def fit(node: MappingNode, fence: Fence, kind: Any, faults: Faults) -> Fitted:
    """Return a block's mapping fitted to a struct, or to a union of tagged structs."""
    fitting = _Fitting(fence, faults)
    before = len(faults.found)
    tree = fitting.value(node, kind, ())
    return Fitted(tree or {}, fitting.lines, len(faults.found) == before)


@cache
def structs(kind: Any) -> tuple[type[msgspec.Struct], ...]:
    """Return the structs in an annotation, in its order."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return (kind,)
    return tuple(found for part in get_args(kind) for found in structs(part))


@cache
def known_fields(record: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    """Return the fields of a struct by the keys under which they are written."""
    return {item.encode_name: item for item in msgspec.structs.fields(record)}


def tag_of(record: type[msgspec.Struct]) -> tuple[str, str] | None:
    """Return the tag's key and value of a struct, or None if it has none."""
    config = record.__struct_config__
    return (str(config.tag_field), str(config.tag)) if config.tag is not None else None


class _Fitting:
    """One block on its way into a record."""

    def __init__(self, fence: Fence, faults: Faults) -> None:
        self.fence, self.faults = fence, faults
        self.lines: Lines = {(): fence.line}

    def _misfit(self, node: Node, key: Key, expected: str, hint: str = "") -> Any:
        """Add a fault of a node; returns None, which stands for what does not fit."""
        self.faults.add(line_in(self.fence, node), key, expected, shown(node), hint)
        return None

    def value(self, node: Node, kind: Any, key: Key) -> Any:
        """Return what a node holds as `kind` demands it, or None where it does not fit."""
        self.lines.setdefault(key, line_in(self.fence, node))
        if get_origin(kind) is Annotated:
            inner, *metas = get_args(kind)
            return self._bounded(node, self.value(node, inner, key), metas, key)
        if get_origin(kind) in (Union, types.UnionType):
            return self._either(node, get_args(kind), key)
        if structs(kind) and get_origin(kind) is None:
            return self._struct(node, kind, key)
        if get_origin(kind) is tuple:
            return self._items(node, get_args(kind)[0], key)
        if get_origin(kind) is dict:
            return self._entries(node, get_args(kind)[1], key)
        return self._plain(node, kind, key)

    def _either(self, node: Node, kinds: tuple[Any, ...], key: Key) -> Any:
        """Fit one of several kinds: a tagged struct by its tag, else a mapping or a scalar."""
        chosen = [kind for kind in kinds if kind is not type(None)]
        records = [record for kind in chosen for record in structs(kind)]
        if len(chosen) == 1:
            return self.value(node, chosen[0], key)
        if isinstance(node, MappingNode) or len(records) == len(chosen):
            tagged = [record for record in records if tag_of(record)]
            return (
                self._tagged(node, tagged, key) if tagged else self._struct(node, records[0], key)
            )
        plain = [kind for kind in chosen if not structs(kind)]
        return self.value(node, plain[0], key)

    def _tagged(self, node: Node, records: list[type[msgspec.Struct]], key: Key) -> Any:
        named = {tag[1]: record for record in records if (tag := tag_of(record))}
        (tag_key,) = {tag[0] for record in records if (tag := tag_of(record))}
        if not isinstance(node, MappingNode):
            return self._misfit(node, key, "keys and values")
        stated = [value for name, value in node.value if name.value == tag_key]
        if not stated:
            expected, hint = f"the key {tag_key!r}", did_you_mean("", named)
            self.faults.add(line_in(self.fence, node), (*key, tag_key), expected, "nothing", hint)
            return None
        word = scalar(stated[0])
        if word not in named:
            hint = did_you_mean(word or "", named)
            return self._misfit(stated[0], (*key, tag_key), f"a known {tag_key}", hint)
        return self._struct(node, named[word], key)

    def _struct(self, node: Node, record: type[msgspec.Struct], key: Key) -> Any:
        if not isinstance(node, MappingNode):
            return self._misfit(node, key, "keys and values")
        fields, tag = known_fields(record), tag_of(record)
        tree: dict[str, Any] = {}
        for name, value in self._pairs(node, key):
            if tag and name == tag[0]:
                tree[name] = tag[1]
            elif name in fields:
                tree[name] = self.value(value, fields[name].type, (*key, name))
            else:
                self._unknown(value, (*key, name), fields, tag)
        for name, item in fields.items():
            if item.required and name not in tree:
                line = line_in(self.fence, node)
                hint = "every fact cites one" if name == "source" else f"add `{name}: …`"
                self.faults.add(line, (*key, name), f"the key {name!r}", "nothing", hint)
        return tree

    def _unknown(self, node: Node, key: Key, fields: Any, tag: tuple[str, str] | None) -> None:
        """Tell a key that is not known, and one that only lacks its unit."""
        with_unit = [name for name in fields if name.startswith(key[-1]) and name.endswith("_m")]
        line = line_in(self.fence, node)
        if with_unit:
            hint = f"write {with_unit[0]}, in metres"
            self.faults.add(line, key, "a length with its unit", repr(key[-1]), hint)
        else:
            hint = did_you_mean(key[-1], [*fields, *([tag[0]] if tag else [])])
            self.faults.add(line, key, "a known key", repr(key[-1]), hint)

    def _pairs(self, node: MappingNode, key: Key) -> Iterator[tuple[str, Node]]:
        """Yield the keys of a mapping with their values; a key that came before is a fault."""
        seen: dict[str, int] = {}
        for name_node, value in node.value:
            name = scalar(name_node)
            if name is None:
                self._misfit(name_node, key, "a key that is a word")
            elif name in seen:
                hint = f"the first stands in line {seen[name]}"
                self._misfit(name_node, (*key, name), "each key once", hint)
            else:
                seen[name] = self.lines[(*key, name)] = line_in(self.fence, name_node)
                yield name, value

    def _items(self, node: Node, kind: Any, key: Key) -> Any:
        if not isinstance(node, SequenceNode):
            word = scalar(node)
            return self._misfit(node, key, "a list", f"write [{word}]" if word else "")
        if not node.value:
            return self._misfit(node, key, "one item or more", "leave the key out for none")
        return [self.value(item, kind, (*key, str(n))) for n, item in enumerate(node.value)]

    def _entries(self, node: Node, kind: Any, key: Key) -> Any:
        if not isinstance(node, MappingNode):
            return self._misfit(node, key, "keys and values")
        return {name: self.value(item, kind, (*key, name)) for name, item in self._pairs(node, key)}

    def _plain(self, node: Node, kind: Any, key: Key) -> Any:
        """Fit a text, a number, a truth value or one of a list of words."""
        if not isinstance(node, ScalarNode) or kind_of(node) == "null":
            hint = "" if isinstance(node, (MappingNode, SequenceNode)) else "or leave the key out"
            return self._misfit(node, key, _name(kind), hint)
        if kind is bool:
            return self._truth(node, key)
        if kind in _NUMBERS:
            return self._number(node, kind, key)
        text = " ".join(str(node.value).split())
        if get_origin(kind) is Literal and text not in get_args(kind):
            hint = did_you_mean(text, get_args(kind))
            return self._misfit(node, key, "one of " + ", ".join(get_args(kind)), hint)
        if not text:
            return self._misfit(node, key, "a text", "or leave the key out")
        return text

    def _truth(self, node: ScalarNode, key: Key) -> Any:
        if kind_of(node) != "bool":
            return self._misfit(node, key, "true or false", "in these words, without quotes")
        return str(node.value).lower() == "true"

    def _number(self, node: ScalarNode, kind: type, key: Key) -> Any:
        if kind_of(node) not in _NUMBERS[kind]:
            hint = "the unit stands in the key" if str(node.value)[:1].isdigit() else ""
            return self._misfit(node, key, _NAMES[kind], hint)
        try:
            number: float = msgspec.convert(str(node.value), kind, strict=False)
        except msgspec.ValidationError:
            return self._misfit(node, key, _NAMES[kind], "write it in digits")
        return number if isfinite(number) else self._misfit(node, key, _NAMES[kind])

    def _bounded(self, node: Node, value: Any, metas: list[Any], key: Key) -> Any:
        """Return a number if it keeps the bounds of its annotation."""
        for meta in metas:
            for name, (words, keeps) in _BOUNDS.items():
                bound = getattr(meta, name)
                if value is not None and bound is not None and not keeps(value, bound):
                    return self._misfit(node, key, f"a number {words} {bound}", "mend it")
        return value


def _name(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(get_args(kind))
    return {bool: "true or false", **_NAMES}.get(kind, "a text")
