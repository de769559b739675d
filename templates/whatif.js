"use strict";
// The what-if of a report: reads figures and sliders, counts as scenario.py does, and writes text and no markup.
for (const box of document.querySelectorAll("[data-live]")) {
  const live = JSON.parse(box.dataset.live);
  const rows = box.parentElement.querySelector("tbody").rows;
  const answer = box.querySelector("[role=status]");
  const inputs = live.groups.map((group, place) => [...box.querySelectorAll(`[data-group="${place}"]`)]);
  const starts = new Map(inputs.flat().map((input) => [input, input.value]));
  const answered = [...document.querySelectorAll(`[data-finding="${live.headline}"] p`)].map((line) => [line, [...line.childNodes]]);

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

  // A slider at its start stands for the exact figure, which its steps may not hit.
  const isMoved = (input) => input.value !== starts.get(input);
  const value = (group, key) => {
    const place = live.groups[group].sliders.findIndex((slider) => slider.key === key);
    if (place < 0) return live.figures[group - 1][key];
    const input = inputs[group][place];
    return isMoved(input) ? Number(input.value) : live.groups[group].sliders[place].value;
  };

  const worth = (figures, share, delay, start, run, rate) => {
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
      const beyond = (figures.covered - run * (1 + figures.growth) ** year) / 12;
      const net = delayed * share * (1 - figures.decay) ** year + beyond + figures.fixed[month] - figures.errors * moved;
      total += net / (1 + rate) ** (year + 1);
    }
    return total;
  };

  // A cost that nobody disclosed is called so until somebody tries one.
  const cost = (place, key, amount) => (amount === 0 && live.figures[place].open[key]) || money(amount);

  // The headline of page one follows a slider; at the start it is what was printed, node by node.
  const tell = (sentence) => {
    const moved = inputs.flat().some(isMoved);
    answer.textContent = `${moved ? live.moved : live.printed} ${sentence}`;
    answered.forEach(([line, nodes], place) => {
      if (!moved) return line.replaceChildren(...nodes);
      const mark = Object.assign(document.createElement("b"), { textContent: live.moved, className: "neutral" });
      const plain = (own) => own.filter((node) => !["A", "B"].includes(node.nodeName)).map((node) => node.textContent).join("").trim();
      const before = answered.map(([, own]) => plain(own)).join(" ");
      line.replaceChildren(...(place === 0 ? [mark, ` ${sentence}`] : [`${live.printed} ${before}`]));
    });
  };

  const count = () => {
    const rate = value(0, "rate");
    const found = live.figures.map((figures, place) => {
      const [share, delay, start, run] = ["share", "delay", "one_off", "run"].map((key) => value(place + 1, key));
      return { share, delay, start, run, npv: worth(figures, share, delay, start, run, rate) };
    });
    found.forEach((own, place) => {
      const others = found.filter((_, other) => other !== place).map((one) => one.npv);
      own.lead = own.npv - Math.max(0, ...others);
      const said = [say.share(own.share), fill(live.months, { n: say.count(own.delay) }), cost(place, "one_off", own.start)];
      said.push(live.figures[place].said || cost(place, "run", own.run), money(own.npv), money(own.lead));
      said.forEach((text, column) => { rows[place].cells[column + 1].textContent = text; });
    });
    live.groups.forEach((group, place) => group.sliders.forEach((slider, index) => {
      const shown = value(place, slider.key);
      const text = slider.key === "rate" ? say.rate(shown) : slider.unit === "money" ? cost(place - 1, slider.key, shown) : say[slider.unit](shown);
      inputs[place][index].nextElementSibling.textContent = text;
    }));
    const [best, rival] = found.map((own, place) => [own.npv, live.figures[place].name, own.lead]).sort(([a], [b]) => b - a);
    const parts = { option: best[1], worth: money(best[0]), years: live.years, lead: money(best[2]), rival: rival?.[1] };
    const form = best[0] <= 0 ? live.none : rival?.[0] > 0 ? live.leads : live.alone;
    const silent = live.figures.filter((figures, place) =>
      Object.keys(figures.open).some((key) => value(place + 1, key) === 0)).map((figures) => figures.name);
    const left = silent.length ? ` ${fill(live.silent, { options: silent.join(", ") })}` : "";
    tell(fill(form, parts) + left);
  };

  box.addEventListener("input", count);
  box.querySelector("button").addEventListener("click", () => {
    for (const [input, start] of starts) input.value = start;
    count();
  });
  count();
  box.hidden = false;
}
