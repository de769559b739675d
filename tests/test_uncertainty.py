"""The draws agree with the closed forms that exist, repeat themselves, and every sum ties to the cent."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engineroom.dictionary import scenarios
from engineroom.planning import assumptions, outlook, scenario, uncertainty
from engineroom.planning.scenario import Option, Programme

YEARS, RATE = 5, 0.10
ANNUITY = sum((1 + RATE) ** -year for year in range(1, YEARS + 1))


def option(name: str = "Bots", saving: float = 3e6, **changes: object) -> Option:
    plain = Option(
        name=name, kind="automate", path=scenario.ramped(saving, YEARS * 12, 0, "step"), full=saving, first=saving,
        one_off=2e6, run_cost=0.0, saving_is="net", transition=0.0, ramp="step", monthly_items=1000.0, error_rate=0.02,
        defect_rate=float("nan"), defect_cost=100.0, rebuild=(1.0, 1.0), initiatives=(), owner="", grade="", source="",
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def programme(*options: Option) -> Programme:
    idle = option("Nothing", 0.0, kind="do nothing", one_off=0.0)
    return Programme((*options, idle), "", 10e6, 100.0, YEARS, RATE, "USD")


def assumed(*rows: tuple[str, str, str, float, float, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["option", "driver", "distribution", "low", "likely", "high"])
    frame["mean"] = [assumptions.mean(row) for row in frame.to_dict("records")]
    frame = frame.assign(is_client=True, owner="", grade="D", source="")
    return scenarios.Assumed.validate(frame[list(scenarios.Assumed.to_schema().columns)])


# ------------------------------------------------------------------------------------------------------ the closed form


def test_the_mean_of_the_draws_is_that_of_the_closed_form_within_three_standard_errors() -> None:
    given = assumed(
        ("Bots", "saving_share", "triangular", 0.2, 0.5, 1.1),
        ("Bots", "one_off_cost", "uniform", 1e6, np.nan, 4e6),
        ("Bots", "run_cost_growth", "fixed", np.nan, 0.0, np.nan),
    )

    drawn = uncertainty.simulate(programme(option()), given, "Bots", 100_000, 7)

    found = uncertainty.chances(drawn).set_index("option").loc["Bots"]
    share = (0.2 + 0.5 + 1.1) / 3
    exact = share * 3e6 * ANNUITY - 2.5e6
    variance_of_share = (0.2**2 + 0.5**2 + 1.1**2 - 0.2 * 0.5 - 0.2 * 1.1 - 0.5 * 1.1) / 18
    deviation = np.sqrt(variance_of_share * (3e6 * ANNUITY) ** 2 + 3e6**2 / 12)
    assert abs(found["mean"] - exact) < 3 * found["error"]
    assert found["error"] == pytest.approx(deviation / np.sqrt(100_000), rel=0.01)


def test_quantiles_and_the_chance_to_be_best_are_those_of_a_uniform_distribution() -> None:
    given = assumed(("Bots", "one_off_cost", "uniform", 0.0, np.nan, 2 * 3e6 * ANNUITY))

    found = uncertainty.chances(uncertainty.simulate(programme(option()), given, "Bots", 100_000, 3)).set_index(
        "option"
    )

    worth = 3e6 * ANNUITY
    assert found.loc["Bots", ["p10", "p50", "p90"]].tolist() == pytest.approx(
        [-0.8 * worth, 0, 0.8 * worth], abs=0.01 * worth
    )
    assert found["best"].to_dict() == pytest.approx({"Bots": 0.5, "Nothing": 0.5}, abs=0.005)


def test_the_value_of_knowing_is_that_of_the_closed_form() -> None:
    worth = 3e6 * ANNUITY  # one option worth U(-worth, worth), the other nothing: knowing it gains worth / 4
    given = assumed(
        ("Bots", "one_off_cost", "uniform", 0.0, np.nan, 2 * worth),
        ("Bots", "defect_cost", "uniform", 50, np.nan, 150),
    )

    drawn = uncertainty.simulate(programme(option()), given, "Bots", 100_000, 3)

    assert uncertainty.knowing(drawn, ("Bots", "one_off_cost")) == pytest.approx(worth / 4, rel=0.02)
    assert uncertainty.knowing_all(drawn) == pytest.approx(worth / 4, rel=0.02)
    assert uncertainty.knowing(drawn, ("Bots", "defect_cost")) < 0.01 * worth


@pytest.mark.parametrize("form", ["uniform", "triangular", "normal"])
def test_quantiles_of_a_distribution_are_those_of_its_draws(form: str) -> None:
    row = {"option": "x", "driver": "run_cost_growth", "distribution": form, "low": 0.1, "likely": 0.2, "high": 0.6}

    draws = assumptions.draw(row, 200_000, 1)

    assert np.quantile(draws, [0.1, 0.9]) == pytest.approx(
        [assumptions.quantile(row, p) for p in (0.1, 0.9)], abs=0.004
    )
    assert draws.mean() == pytest.approx(assumptions.mean(row), abs=0.003)


# ------------------------------------------------------------------------------------------------------------- the seed


ONE = ("Bots", "saving_share", "triangular", 0.2, 0.5, 1.0)
OTHER = ("Bots", "delay_months", "uniform", 0.0, np.nan, 9.0)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    def bytes_of(seed: int) -> bytes:
        return uncertainty.simulate(programme(option()), assumed(ONE, OTHER), "Bots", 25_000, seed).worth.tobytes()

    assert bytes_of(1) == bytes_of(1)
    assert bytes_of(1) != bytes_of(2)


def test_an_assumption_is_drawn_alike_whatever_stands_beside_it_and_however_the_draws_are_grouped(monkeypatch) -> None:
    alone = uncertainty.simulate(programme(option()), assumed(ONE), "Bots", 15_000, 1)
    beside = uncertainty.simulate(programme(option()), assumed(OTHER, ONE), "Bots", 15_000, 1)
    monkeypatch.setattr(uncertainty, "BLOCK", 15_000)
    whole = uncertainty.simulate(programme(option()), assumed(OTHER, ONE), "Bots", 15_000, 1)

    key = ("Bots", "saving_share")
    assert alone.lots[key].tobytes() == beside.lots[key].tobytes()
    assert np.allclose(beside.worth, whole.worth, rtol=1e-12)


def test_an_assumption_of_all_options_moves_them_together_and_ones_own_goes_before_it() -> None:
    both = (option("One"), option("Two"))
    shared = ("", "saving_share", "uniform", 0.2, np.nan, 1.0)

    together = uncertainty.simulate(programme(*both), assumed(shared), "One", 1000, 1).worth
    apart = uncertainty.simulate(programme(*both), assumed(shared, ("Two", *ONE[1:])), "One", 1000, 1).worth

    assert np.array_equal(together[:, 0], together[:, 1])
    assert not np.allclose(apart[:, 0], apart[:, 1])


# ------------------------------------------------------------------------------------------------------------- the sums


SHARES = st.floats(0, 1.2)
MONEY = st.floats(0, 5e8).map(lambda amount: round(amount, 2))
VALUES = st.fixed_dictionaries(
    {
        "saving_share": SHARES,
        "saving_decay": st.floats(0, 1),
        "delay_months": st.floats(0, 70),
        "one_off_cost": MONEY,
        "run_cost": MONEY,
        "run_cost_growth": st.floats(-0.3, 0.5),
        "defect_rate": st.floats(0, 1),
        "defect_cost": st.floats(0, 1000),
        "front_office_cost": st.floats(0, 1e6),
        "rebuild": st.floats(1, 3),
    }
)


@settings(max_examples=60, deadline=None)
@given(
    values=VALUES,
    saving=MONEY,
    transition=st.floats(0, 40),
    ramp=st.sampled_from(["step", "linear"]),
    form=st.sampled_from(["net", "gross", ""]),
)
def test_waterfall_and_totals_tie_to_the_cent(values, saving, transition, ramp, form) -> None:
    path = scenario.ramped(saving, YEARS * 12, transition, ramp)
    one = option(path=path, full=saving, first=saving, saving_is=form, ramp=ramp, transition=transition)
    many = programme(one)
    seen = {view: {other.name: scenario.stated(other) for other in many.options} for view in scenarios.VIEWS}
    seen["expected"]["Bots"] = values

    steps = outlook.waterfall(many, seen, "Bots")
    worth = scenario.npv(one, values, RATE)

    cents = {name: [round(amount * 100) for amount in steps[name]] for name in ("amount", "subtotal")}
    level = 0
    for row, amount, subtotal in zip(steps.to_dict("records"), cents["amount"], cents["subtotal"], strict=True):
        level = level + amount if not row["is_total"] or row["step"] == "claimed" else level
        assert level == subtotal, row["step"]
    assert level == round(worth * 100)
    flows = outlook.flows(many, seen)
    mine = flows[(flows["view"] == "expected") & (flows["option"] == "Bots")]
    assert mine["discounted"].sum() == pytest.approx(worth, abs=0.005, rel=1e-12)
    assert mine["net"].sum() == pytest.approx(scenario.cumulative(one, values), abs=0.005, rel=1e-12)


@given(st.floats(0.01, 80), st.sampled_from(["step", "linear"]))
def test_a_transition_costs_its_length_of_saving_or_half_of_it(transition: float, ramp: str) -> None:
    saved = scenario.ramped(12.0, 120, transition, ramp).sum()

    assert saved == pytest.approx(120 - (transition if ramp == "step" else transition / 2))


def test_a_delay_moves_the_saving_and_nothing_else() -> None:
    one = option()
    late = scenario.parts(one, scenario.stated(one) | {"delay_months": 2.5})

    assert (late["claimed"] + late["delay"])[0, :4] == pytest.approx([0, 0, 125_000, 250_000])
