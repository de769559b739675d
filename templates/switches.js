"use strict";
// The what-if of a roadmap: shows the plan that was made in advance without what is switched off; it computes nothing.
for (const box of document.querySelectorAll("[data-plans]")) {
  const live = JSON.parse(box.dataset.plans);
  const inputs = [...box.querySelectorAll("input")];
  const figures = [...box.querySelectorAll(".value")];
  const off = new Set();
  const falls = (place) => live.items[place].falls;

  const show = () => {
    for (const one of [...off]) if ([...off].some((other) => other !== one && falls(other).includes(one))) off.delete(one);
    const plan = live.plans[[...off].sort((a, b) => a - b).join(" ")];
    const fallen = new Set([...off].flatMap(falls).concat(plan ? plan.falls : []));
    inputs.forEach((input, place) => {
      const { planned } = live.items[place];
      input.checked = !off.has(place) && !fallen.has(place);
      input.disabled = !planned || fallen.has(place);
      input.nextElementSibling.textContent = fallen.has(place) ? live.fallen : planned ? "" : live.unplanned;
    });
    box.querySelector(".whatif-answer").textContent = plan ? plan.sentence : live.unknown;
    figures.forEach((figure, place) => { figure.textContent = plan ? plan.said[place] : live.blank; });
  };

  inputs.forEach((input, place) => input.addEventListener("change", () => {
    if (input.checked) off.delete(place);
    else off.add(place);
    show();
  }));
  box.querySelector("button").addEventListener("click", () => { off.clear(); show(); });
  show();
  box.hidden = false;
}
