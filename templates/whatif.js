"use strict";
// The what-if of a report: reads figures and sliders, counts as scenario.py does, and writes numbers and no markup.
for (const box of document.querySelectorAll("[data-live]")) {
  const live = JSON.parse(box.dataset.live);
  const rows = box.parentElement.querySelector("tbody").rows;
  const answer = box.querySelector("[role=status]");
  const inputs = live.groups.map((group, place) => [...box.querySelectorAll(`[data-group="${place}"]`)]);

  const number = (options) => (amount) => new Intl.NumberFormat(live.locale, options).format(amount).replace("-", "−");
  const currency = { style: "currency", currency: live.currency };
  const cents = number(currency);
  const thousands = number({ ...currency, notation: "compact", minimumFractionDigits: 0, maximumFractionDigits: 0 });
  const millions = number({ ...currency, notation: "compact", minimumFractionDigits: 0, maximumFractionDigits: 1 });
  const money = (amount) => {
    const size = Math.abs(amount);
    if (size < 0.005) return "0";
    if (size < 1000) return cents(amount);
    return size < 1e6 ? thousands(Math.round(amount / 1000) * 1000) : millions(amount);
  };
  const say = {
    money,
    share: number({ style: "percent", maximumFractionDigits: 0 }),
    rate: number({ style: "percent", maximumFractionDigits: 1 }),
    count: number({ maximumFractionDigits: 1 }),
  };
  const fill = (phrase, parts) => phrase.replace(/\{(\w+)\}/g, (whole, name) => parts[name] ?? whole);

  // A slider that was not moved stands for the exact figure, which its steps may not hit.
  const value = (group, key) => {
    const place = live.groups[group].sliders.findIndex((slider) => slider.key === key);
    const input = inputs[group][place];
    return input.dataset.moved ? Number(input.value) : live.groups[group].sliders[place].value;
  };

  const worth = (figures, share, delay, start, rate) => {
    const sums = [0];
    for (const amount of figures.claimed) sums.push(sums[sums.length - 1] + amount);
    const until = (month) => {
      if (month <= 0) return 0;
      const whole = Math.floor(month);
      return whole >= figures.claimed.length ? sums[whole] : sums[whole] + (month - whole) * figures.claimed[whole];
    };
    let total = -start;
    for (let month = 0; month < figures.claimed.length; month += 1) {
      const year = Math.floor(month / 12);
      const delayed = until(month + 1 - delay) - until(month - delay);
      const moved = figures.full > 0 ? Math.min(delayed / figures.full, 1) : 0;
      const net = delayed * share * (1 - figures.decay) ** year + figures.fixed[month] - figures.errors * moved;
      total += net / (1 + rate) ** (year + 1);
    }
    return total;
  };

  // A cost that nobody disclosed is called so until somebody tries one.
  const cost = (place, amount) => (amount === 0 && live.figures[place].open) || money(amount);

  const count = () => {
    const rate = value(0, "rate");
    const found = live.figures.map((figures, place) => {
      const [share, delay, start] = ["share", "delay", "one_off"].map((key) => value(place + 1, key));
      return { share, delay, start, npv: worth(figures, share, delay, start, rate) };
    });
    found.forEach((own, place) => {
      const others = found.filter((_, other) => other !== place).map((one) => one.npv);
      own.lead = own.npv - Math.max(0, ...others);
      const said = [say.share(own.share), fill(live.months, { n: say.count(own.delay) }), cost(place, own.start), money(own.npv), money(own.lead)];
      said.forEach((text, column) => { rows[place].cells[column + 1].textContent = text; });
    });
    live.groups.forEach((group, place) => group.sliders.forEach((slider, index) => {
      const shown = value(place, slider.key);
      const text = slider.key === "rate" ? say.rate(shown) : slider.key === "one_off" ? cost(place - 1, shown) : say[slider.unit](shown);
      inputs[place][index].nextElementSibling.textContent = text;
    }));
    const best = found.reduce((one, other, place) => (other.npv > found[one].npv ? place : one), 0);
    const lead = { option: live.figures[best].name, lead: money(found[best].lead) };
    answer.textContent = found[best].npv > 0 ? fill(live.leads, lead) : live.none;
  };

  box.addEventListener("input", (event) => { event.target.dataset.moved = "yes"; count(); });
  box.querySelector("button").addEventListener("click", () => {
    live.groups.forEach((group, place) => group.sliders.forEach((slider, index) => {
      delete inputs[place][index].dataset.moved;
      inputs[place][index].value = slider.value;
    }));
    count();
  });
  count();
  box.hidden = false;
}
