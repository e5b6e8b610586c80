# SPDX-License-Identifier: Apache-2.0
"""The tree of RFC 6962: its vectors, an oracle written as the RFC says it, and random trees."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.trust import merkle

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""The leaves of the test vectors of the reference implementation of RFC 6962."""
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
SIZES = st.integers(1, 70)


def oracle(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word by word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + oracle(leaves[:k]) + oracle(leaves[k:])).digest()


def oracle_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1, word by word."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*oracle_path(m, leaves[:k]), oracle(leaves[k:])]
    return [*oracle_path(m - k, leaves[k:]), oracle(leaves[:k])]


def oracle_subproof(m: int, leaves: list[bytes], known: bool) -> list[bytes]:  # noqa: FBT001
    """SUBPROOF of RFC 6962, section 2.1.2, word by word."""
    if m == len(leaves):
        return [] if known else [oracle(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*oracle_subproof(m, leaves[:k], known), oracle(leaves[k:])]
    return [*oracle_subproof(m - k, leaves[k:], False), oracle(leaves[:k])]


def data(size: int) -> list[bytes]:
    """Return made leaves."""
    return [b"leaf %d" % n for n in range(size)]


def nodes(leaves: list[bytes]) -> merkle.Nodes:
    """Return the perfect subtrees over leaves, each computed by the oracle."""
    return lambda level, index: oracle(leaves[index << level : (index + 1) << level])


@pytest.mark.parametrize("size", range(1, 9))
def test_vectors(size: int) -> None:
    """The roots of the reference implementation's test vectors come out."""
    assert merkle.root(map(merkle.leaf_hash, LEAVES[:size])).hex() == ROOTS[size - 1]
    assert oracle(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_empty_tree() -> None:
    """The root of no leaves is the hash of nothing."""
    assert merkle.root([]) == oracle([]) == hashlib.sha256(b"").digest()


@given(SIZES)
def test_root_is_the_oracles(size: int) -> None:
    """A tree that grew leaf by leaf, and one put together from perfect parts, have one root."""
    leaves = data(size)
    assert merkle.root(map(merkle.leaf_hash, leaves)) == oracle(leaves)
    assert merkle.root_at(nodes(leaves), size) == oracle(leaves)


@given(SIZES, st.data())
def test_inclusion(size: int, draw: st.DataObject) -> None:
    """The proof is the RFC's, leads to the root, and for no other index or size."""
    index = draw.draw(st.integers(0, size - 1))
    leaves = data(size)
    path = merkle.inclusion(nodes(leaves), index, size)
    assert path == oracle_path(index, leaves)
    hashed = merkle.leaf_hash(leaves[index])
    assert merkle.root_from_inclusion(hashed, index, size, path) == oracle(leaves)
    other = draw.draw(st.integers(0, size + 2).filter(lambda n: n != index))
    assert merkle.root_from_inclusion(hashed, other, size, path) != oracle(leaves)


@given(SIZES, st.data())
def test_consistency(new: int, draw: st.DataObject) -> None:
    """The proof is the RFC's, and holds for the two roots alone."""
    old = draw.draw(st.integers(1, new))
    leaves = data(new)
    path = merkle.consistency(nodes(leaves), old, new)
    assert path == oracle_subproof(old, leaves, True)
    roots = oracle(leaves[:old]), oracle(leaves)
    assert merkle.is_consistent(old, roots[0], new, roots[1], path)
    forked = [*leaves[: old - 1], b"another", *leaves[old:]]
    assert not merkle.is_consistent(old, oracle(forked[:old]), new, roots[1], path)
    fork_path = merkle.consistency(nodes(forked), old, new)
    assert not merkle.is_consistent(old, roots[0], new, oracle(forked), fork_path)


@given(SIZES, st.data())
def test_any_changed_step_fails(size: int, draw: st.DataObject) -> None:
    """A step of a proof that is changed, left out or added leads to no root."""
    index = draw.draw(st.integers(0, size - 1))
    leaves = data(size)
    path = merkle.inclusion(nodes(leaves), index, size)
    changed = [path[:-1], [*path, bytes(32)]] if path else [[bytes(32)]]
    changed += [[*path[:n], bytes(32), *path[n + 1 :]] for n in range(len(path))]
    hashed = merkle.leaf_hash(leaves[index])
    assert oracle(leaves) not in {
        merkle.root_from_inclusion(hashed, index, size, item) for item in changed
    }


def test_completed_subtrees_are_told() -> None:
    """A growing tree tells the root of each perfect subtree when its last leaf comes."""
    frontier, leaves = merkle.Frontier(), data(16)
    for n, leaf in enumerate(leaves):
        for level, found in enumerate(frontier.add(merkle.leaf_hash(leaf))):
            assert found == oracle(leaves[n + 1 - (1 << level) : n + 1])


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3)])
def test_impossible_proofs_are_refused(old: int, new: int) -> None:
    """There is no proof from an empty tree, or from a larger one."""
    with pytest.raises(ValueError, match=str(old)):
        merkle.consistency(nodes(data(8)), old, new)
    with pytest.raises(ValueError, match="9"):
        merkle.inclusion(nodes(data(8)), 9, 8)
