"""The rules of the quality score as a Markdown table, as docs/judging.md holds it.

Usage: python tools/build_rules_table.py
"""

from __future__ import annotations

import math

from musicengine.audio.rules import RULES, Rule


def row(rule: Rule) -> str:
    """One rule as a line of the table."""
    low, high = (f"{bound:g}" if math.isfinite(bound) else "" for bound in rule.good)
    band = (
        low if low == high else f"{low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}"
    )
    worst = " / ".join(f"{bad:g}" for bad, good in zip(rule.bad, rule.good, strict=True) if math.isfinite(good))
    return f"| `{rule.name}` | {rule.cap:g} | {band} | {worst} | {rule.unit} | {rule.source} |"


def table() -> str:
    """All rules."""
    head = "| rule | points | costs nothing | costs all | unit | source of the target |\n|---|---|---|---|---|---|"
    return "\n".join([head, *(row(rule) for rule in RULES.values())])


if __name__ == "__main__":
    print(table())
