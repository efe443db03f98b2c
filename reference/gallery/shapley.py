"""Shapley values of a tree ensemble by their definition (interventional, one background table), with any grouping of columns.

Each leaf is a small game: a player (one column, or all one-hot columns of a raw column) is "on" when the explained row passes every
split of that player on the way to the leaf, and "off" values come from a background row. For p players that only the explained row
passes and q that only the background row passes, the leaf's value v gives v (p-1)! q! / (p+q)! to each of the first kind and
-v p! (q-1)! / (p+q)! to each of the second; a leaf that some player passes with neither row gives nothing. The mean over background
rows is exact: background rows are counted by their pattern of passed players. Rows are compared as float32, as scikit-learn does.
"""

from math import factorial

import numpy as np


def leaf_paths(tree):
    """Yields (leaf value, [(column, threshold, goes left)]) of a fitted scikit-learn tree with one output."""
    stack = [(0, [])]
    while stack:
        node, path = stack.pop()
        left, right = tree.children_left[node], tree.children_right[node]
        if left < 0:
            yield float(tree.value[node].ravel()[0]), path
            continue
        split = (int(tree.feature[node]), float(tree.threshold[node]))
        stack.append((left, [*path, (*split, True)]))
        stack.append((right, [*path, (*split, False)]))


def patterns(x, path, players, column_player):
    """Bit j of each row's pattern: the row passes every split of `players[j]` on the path."""
    passed = np.ones((len(players), len(x)), dtype=bool)
    for column, threshold, left in path:
        passed[players.index(column_player[column])] &= (x[:, column] <= threshold) == left
    return (passed.T.astype(np.int64) << np.arange(len(players))).sum(axis=1)


def leaf_table(value, n_players, background_share):
    """[2^n, n]: what a leaf gives each player, by the explained row's pattern."""
    table = np.zeros((1 << n_players, n_players))
    full = (1 << n_players) - 1
    for own in range(1 << n_players):
        for other in np.flatnonzero(background_share):
            if own | int(other) != full:
                continue
            gains, losses = own & ~int(other), int(other) & ~own
            p, q = bin(gains).count("1"), bin(losses).count("1")
            for j in range(n_players):
                if gains >> j & 1:
                    table[own, j] += background_share[other] * value * factorial(p - 1) * factorial(q) / factorial(p + q)
                elif losses >> j & 1:
                    table[own, j] -= background_share[other] * value * factorial(p) * factorial(q - 1) / factorial(p + q)
    return table


def interventional(trees, scale, x, background, column_player):
    """(values [rows, players], base): `scale` times the sum of `trees`; the ensemble's own constant has to be added to the base."""
    x, background = np.float32(x).astype(np.float64), np.float32(background).astype(np.float64)
    values, base = np.zeros((len(x), max(column_player) + 1)), 0.0
    for tree in trees:
        for leaf_value, path in leaf_paths(tree):
            value = leaf_value * scale
            players = sorted({column_player[column] for column, _, _ in path})
            share = np.bincount(patterns(background, path, players, column_player), minlength=1 << len(players)) / len(background)
            base += value * share[-1]
            if players:
                table = leaf_table(value, len(players), share)
                values[:, players] += table[patterns(x, path, players, column_player)]
    return values, base


def by_enumeration(margin, row, background, column_player):
    """The same values for one row from all subsets of players: `margin` maps encoded rows to the ensemble's output."""
    n = max(column_player) + 1
    column_player = np.asarray(column_player)
    worth = np.empty(1 << n)
    for subset in range(1 << n):
        own = (subset >> column_player & 1).astype(bool)
        worth[subset] = margin(np.where(own, row, background)).mean()
    values = np.zeros(n)
    for subset in range(1 << n):
        size = bin(subset).count("1")
        for j in range(n):
            if not subset >> j & 1:
                values[j] += factorial(size) * factorial(n - 1 - size) / factorial(n) * (worth[subset | 1 << j] - worth[subset])
    return values
