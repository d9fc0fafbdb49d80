// What does not fit on the page: what is wider than its room, cut, broken into lines where it is one word, or covered.
() => {
  const found = [];
  const name = e => `${e.closest("[data-testid]")?.dataset.testid ?? e.tagName} “${(e.innerText || e.ariaLabel || "").trim().slice(0, 40)}”`;
  const seen = e => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && e.getBoundingClientRect().width > 1;
  const all = selector => [...document.querySelectorAll(selector)].filter(seen);
  // A closed sidebar stands beside the window.
  const parts = ["stMain", "stSidebarContent"].map(id => document.querySelector(`[data-testid=${id}]`)).filter(e => e && seen(e) && !e.closest("[data-collapsed=true]"));

  for (const e of [document.documentElement, ...parts])
    if (e.scrollWidth > e.clientWidth + 1) found.push(`${name(e)} is ${e.scrollWidth} wide in ${e.clientWidth}`);

  // A table or code may scroll by itself; then what is in it need not fit. What is not drawn need not either: the slider
  // of a slider, the formula for screen readers.
  const scrolls = e => ["auto", "scroll"].includes(getComputedStyle(e).overflowX) && !e.matches("[data-testid=stMain], [data-testid=stSidebarContent]");
  const free = e => { for (let p = e.parentElement; p; p = p.parentElement) if (scrolls(p)) return false; return true; };
  const own = parts.flatMap(part => [...part.querySelectorAll("*")]).filter(e => seen(e) && free(e) && !e.matches("[type=range], .katex-mathml, .katex-mathml *, [data-testid=stDataFrame] *"));

  for (const e of own) {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    if (box.right > innerWidth + 1 || box.left < -1) found.push(`${name(e)} ends at ${Math.round(box.right)}`);
    const text = [...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.textContent.trim());
    if ((text || e.matches("input")) && style.overflowX !== "visible" && e.scrollWidth > e.clientWidth + 1)
      found.push(`${name(e)} is cut: ${e.scrollWidth} in ${e.clientWidth}`);
    if (e.matches("canvas") && box.right > e.closest("[data-testid=stElementContainer]").getBoundingClientRect().right + 1)
      found.push(`${name(e)} is wider than its room`);
    if (e.matches("button p, .figures small, .figures b, [role=radio] p")) {
      const range = document.createRange();
      range.selectNodeContents(e);
      if (new Set([...range.getClientRects()].map(r => Math.round(r.top / 4))).size > 1) found.push(`${name(e)} wraps`);
    }
  }

  const boxes = all("[data-testid=stElementContainer]").map(e => [e, e.getBoundingClientRect()]).filter(([, b]) => b.height > 1);
  boxes.forEach(([e, a], i) => {
    for (const [other, b] of boxes.slice(i + 1)) {
      const apart = a.right - 2 <= b.left || b.right - 2 <= a.left || a.bottom - 2 <= b.top || b.bottom - 2 <= a.top;
      if (!apart && !e.contains(other) && !other.contains(e) && e.closest("section, main") === other.closest("section, main"))
        found.push(`${name(e)} covers ${name(other)}`);
    }
  });
  return [...new Set(found)];
}
