// On a narrow screen the sidebar lies over the page. After a choice in it (an option of a list, one of a few buttons, a
// page) it closes, so that one sees what the choice did. Sliders and fields are set in several moves, so it stays open.

const NARROW = "(max-width: 768px)";
const CLOSER = '[data-testid="stSidebarCollapseButton"] button'; // there as long as it is open
const CHOICES = '[role="option"], [data-testid="stSidebar"] [role="radiogroup"] *, [data-testid="stSidebar"] nav a';

function closeWithoutList() {
  // The list closes first: while it is open, what lies around it takes no click.
  if (document.querySelector('[role="listbox"]')) requestAnimationFrame(closeWithoutList);
  else document.querySelector(CLOSER)?.click();
}

function chosen(event) {
  if (!window.matchMedia(NARROW).matches || !event.target.closest?.(CHOICES)) return;
  // By the next frame the choice has been taken.
  requestAnimationFrame(() => requestAnimationFrame(closeWithoutList));
}

export default function () {
  // An option is gone before there is a click, so it is told by the finger that leaves it.
  document.addEventListener("pointerup", chosen, true);
  return () => document.removeEventListener("pointerup", chosen, true);
}
