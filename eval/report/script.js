"use strict";
// Filters and sorts the cases; all there is to read is in the page without it.
(() => {
  const form = document.getElementById("filter");
  const list = document.getElementById("cases-list");
  const count = form.querySelector("output");
  const cases = [...list.children].map((item) => ({
    item,
    data: item.dataset,
    question: item.querySelector(".asked").textContent,
    text: null,
  }));
  const orders = {
    first: (a, b) => a.data.first - b.data.first,
    place: (a, b) => a.data.place - b.data.place,
    question: (a, b) => a.question.localeCompare(b.question),
    confidence: (a, b) => (a.data.confidence || 2) - (b.data.confidence || 2),
    seconds: (a, b) => b.data.seconds - a.data.seconds,
  };
  let ordered = "first";

  const checked = (name) => form.elements[name] && form.elements[name].checked;

  function matches(one, words) {
    const data = one.data;
    const tag = form.elements.tag.value;
    const outcome = form.elements.outcome.value;
    if (tag && !data.tags.includes(` ${tag} `)) return false;
    if (outcome && data.outcome !== outcome) return false;
    for (const name of ["wrong", "changed", "unscored"]) {
      if (checked(name) && data[name] !== "1") return false;
    }
    if (!words.length) return true;
    one.text ??= one.item.textContent.toLowerCase();
    return words.every((word) => one.text.includes(word));
  }

  function apply() {
    const order = form.elements.order.value;
    if (order !== ordered) {
      ordered = order;
      cases.sort((a, b) => orders[order](a, b) || orders.first(a, b));
      list.append(...cases.map((one) => one.item));
    }
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const one of cases) {
      one.item.hidden = !matches(one, words);
      shown += one.item.hidden ? 0 : 1;
    }
    count.textContent = shown === cases.length ? `${shown} cases` : `${shown} of ${cases.length} cases`;
  }

  function openTarget() {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    const item = target && target.closest("#cases-list > li");
    if (!item) return;
    item.hidden = false;
    item.querySelector("details").open = true;
    target.scrollIntoView();
  }

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  window.addEventListener("hashchange", openTarget);
  apply();
  openTarget();
})();
