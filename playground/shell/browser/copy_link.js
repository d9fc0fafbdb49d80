// Copies the link. Over plain http there is no navigator.clipboard, so an older way comes next; if that is not allowed
// either, the link stands there selected.

const COPIED = "Copied.";
const BY_HAND = "This browser does not let a page copy. Press Ctrl+C (on a Mac ⌘C):";

function olderWay(link) {
  const field = document.createElement("textarea");
  field.value = link;
  field.style.position = "fixed";
  field.style.opacity = "0";
  document.body.append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    field.remove();
  }
}

async function copied(link) {
  try {
    await navigator.clipboard.writeText(link);
    return true;
  } catch {
    return olderWay(link);
  }
}

export default function ({ parentElement, data: { key, link } }) {
  const status = parentElement.querySelector("p");
  if (status.dataset.link !== link) {
    status.replaceChildren();
    status.dataset.link = link;
  }

  async function clicked(event) {
    if (!event.target.closest?.(`.st-key-${key} button`)) return;
    if (await copied(link)) {
      status.replaceChildren(COPIED);
    } else {
      const field = document.createElement("input");
      field.readOnly = true;
      field.value = link;
      field.setAttribute("aria-label", "Link");
      status.replaceChildren(BY_HAND, field);
      field.select();
    }
  }

  document.addEventListener("click", clicked);
  return () => document.removeEventListener("click", clicked);
}
