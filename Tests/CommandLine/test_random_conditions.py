"""Random conditions on known functions of time: the run ends where a search on a fine grid finds that they hold first."""

import json
import os
import random

import numpy as np
import pytest

# scripts/soak random-conditions tries 5,000.
COUNT = int(os.environ.get("ONCOFIELD_RANDOM_CONDITIONS", "40"))
SEED = int(os.environ.get("ONCOFIELD_RANDOM_CONDITIONS_SEED", "1"))
END = 10.0
OPERATIONS = {
    ">": lambda sign: sign > 0, ">=": lambda sign: sign >= 0, "<": lambda sign: sign < 0, "<=": lambda sign: sign <= 0,
    "==": lambda sign: sign == 0,
}


class Conditions:
    """Comparisons of functions with levels, joined at random; `holds` takes the signs of the differences."""

    def __init__(self, rng, functions):
        self.rng, self.functions, self.comparisons = rng, functions, []
        self.text, self.holds = self.joined()

    def comparison(self, name, level, operation):
        self.comparisons.append((name, level))
        index = len(self.comparisons) - 1
        return f"{name} {operation} {level!r}", lambda signs: OPERATIONS[operation](signs[index])

    def part(self):
        rng = self.rng
        name = rng.choice(list(self.functions))
        level = float(self.functions[name](rng.uniform(0, END)))
        kind = rng.random()
        if kind < 0.4:
            # A window, down to a millionth.
            low = self.comparison(name, level, rng.choice([">", ">="]))
            high = self.comparison(name, level + 10 ** rng.uniform(-6, -1), rng.choice(["<", "<="]))
            text, holds = f"({low[0]} && {high[0]})", lambda signs: low[1](signs) and high[1](signs)
        else:
            if kind < 0.6:
                # Near the top of a peak.
                times = np.linspace(0, END, 10001)
                level = float(np.max(self.functions[name](times))) - 10 ** rng.uniform(-5, -2)
            text, holds = self.comparison(name, level, rng.choice(list(OPERATIONS)))
        if rng.random() < 0.2 and "==" not in text:
            return f"!({text})", lambda signs: not holds(signs)
        return text, holds

    def joined(self):
        text, holds = self.part()
        for _ in range(self.rng.choice([0, 1, 1, 2])):
            other, (right, also) = self.rng.choice(["&&", "||"]), self.part()
            left, before = text, holds
            text = f"({left}) {other} {right}"
            if other == "&&":
                holds = lambda signs, a=before, b=also: a(signs) and b(signs)
            else:
                holds = lambda signs, a=before, b=also: a(signs) or b(signs)
        return text, holds

    def differences(self, times):
        return np.array([self.functions[name](times) - level for name, level in self.comparisons])

    def first_time(self):
        """When the condition holds first: at a root of a difference, or just after it; None for never."""
        times = np.linspace(0, END, 200001)
        roots = []
        for index, row in enumerate(np.sign(self.differences(times))):
            for place in np.nonzero(row[1:] != row[:-1])[0]:
                low, high, before = times[place], times[place + 1], row[place]
                while high - low > 1e-14:
                    middle = 0.5 * (low + high)
                    if np.sign(self.differences(middle)[index]) == before:
                        low = middle
                    else:
                        high = middle
                roots.append((high, index))
        roots.sort()
        if self.holds(np.sign(self.differences(0.0))):
            return 0.0
        for place, (root, index) in enumerate(roots):
            signs = np.sign(self.differences(root))
            signs[index] = 0
            following = roots[place + 1][0] if place + 1 < len(roots) else END
            if self.holds(signs) or self.holds(np.sign(self.differences(0.5 * (root + following)))):
                return root
        return None


@pytest.mark.parametrize("number", range(COUNT))
def test_a_run_ends_where_a_random_condition_holds_first(oncofield, tmp_path, number):
    rng = random.Random(f"{SEED} {number}")
    (a, b, c), (d, e, f) = ((rng.uniform(0.5, 1.5), rng.uniform(0.5, 2), rng.uniform(0, 6)) for _ in range(2))
    wave, other, decay = (
        lambda t: a * np.sin(b * t + c), lambda t: d * np.cos(e * t + f), lambda t: np.exp(-0.2 * t))
    conditions = Conditions(rng, {
        "max(w)": wave, "mean(z)": other, "mean(u)": decay, "mean(w)*mean(z)": lambda t: wave(t) * other(t),
        "mean(w) - mean(u)": lambda t: wave(t) - decay(t)})
    step = rng.choice([1.5, 0.7, 0.1])
    time = rng.choice([
        {"step": step, "scheme": "strang"}, {"step": step, "scheme": "strang4"}, {"step": step, "scheme": "etdrk4"},
        {"tolerance": 1e-6, "largest_step": step}])
    run = {
        "model": {
            "name": "waves", "fields": {"u": {}, "w": {"quasi_steady": True}, "z": {"quasi_steady": True}},
            "reactions": {"u": "-0.2*u", "w": f"{a!r}*sin({b!r}*t + {c!r}) - w", "z": f"{d!r}*cos({e!r}*t + {f!r}) - z"},
        },
        "domain": {"size": [1], "points": [2]}, "initial": {"u": 1}, "stop": [{"when": conditions.text}],
        "time": {"end": END, "reactions": {"tolerance": 1e-12}, **time}, "output": {"observables": {"every": 5}},
    }
    (tmp_path / "run.json").write_text(json.dumps(run))
    oncofield("run", tmp_path / "run.json", "--output", tmp_path / "out", "--quiet")
    summary = json.loads((tmp_path / "out" / "run.json").read_text())
    expected = conditions.first_time()
    if expected is None:
        assert summary["stop_reason"] is None, conditions.text
    else:
        # As accurate as the solution where it is compared with a level near its peak.
        assert summary["stop_reason"] and summary["time"] == pytest.approx(expected, abs=1e-6), conditions.text
