"""The judge with every program's own form known to it: import `judge` from here."""

from __future__ import annotations

from holdfast.policy.facts.commands import forms, special
from holdfast.policy.facts.commands.judge import FINISHING, REPLACING, judge as judge

REPLACING.update(forms.FORMS)
FINISHING.update(special.ADDITIONS)
