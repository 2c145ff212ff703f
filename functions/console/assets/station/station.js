// station: one field that is always there for the next scan, and an answer in the place of the last one.

const station = () => document.querySelector("#station");
const mode = () => station().querySelector("form[data-scan]")?.dataset.scan;
const said = document.querySelector("#said");
let isTyping = false; // with the keyboard of a phone
let ringing = 0;

// Without a keyboard on the screen, which would hide half of it. Whoever has no scanner at hand asks for it.
function prepare() {
  const [field, typing] = [scanField(), station().querySelector(".typing")];
  if (!field) return;
  field.inputMode = isTyping ? "text" : "none";
  if (typing) {
    typing.hidden = !navigator.maxTouchPoints;
    typing.ariaPressed = isTyping;
    typing.onclick = () => {
      isTyping = !isTyping;
      prepare();
      field.blur();
      field.focus();
    };
  }
}

// A wrong scan is heard until somebody has seen it.
function ring() {
  clearInterval(ringing);
  if (!document.querySelector("#alarm")) return;
  sound.bad();
  ringing = setInterval(sound.bad, 4000);
}

// The answer's station takes the place of this one. False: it is no station, but a page of its own.
function swap(html) {
  const next = new DOMParser().parseFromString(html, "text/html").querySelector("#station");
  if (!next) return false;
  station().replaceWith(document.adoptNode(next));
  scrollTo(0, 0);
  prepare();
  station().querySelector("[autofocus]")?.focus();
  const say = next.querySelector("[data-say]");
  if (said && say) said.textContent = say.dataset.say;
  return true;
}

outbox.onAnswer = ({ ok, html }) => {
  if (!swap(html)) {
    location.reload();
    return false;
  }
  if (ok) sound.good();
  ring();
  return ok;
};

// A code that is read: of a job, or of a page that it leads to.
function onCode(code) {
  const form = station().querySelector("form[data-scan]");
  if (!form) return sound.bad();
  sound.read();
  const ok = document.querySelector("#ok");
  if (ok && code === "OK") return ok.click();
  if (mode() === "queue") {
    if (said) said.textContent = code;
    return outbox.add(code);
  }
  scanField().value = code;
  if (mode() === "swap") return ask(form);
  form.requestSubmit();
}
scanner.onScan = onCode;

async function ask(form) {
  const timing = scanner.last;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok || !swap(await answer.text())) return form.submit();
  } catch {
    return form.submit();
  }
  tell(timing);
}

// How the last code came.
function tell(timing) {
  const panel = document.querySelector("#timing");
  if (!panel || !timing) return;
  const gaps = timing.gaps.map(Math.round).sort((a, b) => a - b);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const is = (name, text) => (panel.querySelector(`[data-is=${name}]`).textContent = text);
  is("gaps", gaps.length ? `${gaps[gaps.length >> 1]} ms (${gaps[0]}–${gaps.at(-1)})` : "–");
  is("end", timing.end);
  is("how", gaps.length + 1 >= SHORTEST && mean <= QUICK ? panel.dataset.wedge : panel.dataset.hand);
  panel.hidden = false;
}

// Typed by hand, or by a scanner whose keys the browser does not name.
addEventListener("submit", (event) => {
  const kind = event.target.dataset.scan;
  if (kind !== "queue" && kind !== "swap") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const code = scanField().value.trim();
  scanField().value = "";
  if (code) onCode(code);
}, true);

// A touch beside everything brings the field back.
addEventListener("pointerup", (event) => {
  if (!event.target.closest("a, button, input, select, summary, label, textarea, details")) scanField()?.focus();
});

// What is typed anew for each parcel is remembered: the carrier, the totes of the cart.
for (const field of document.querySelectorAll("[data-keep]")) {
  const name = `orderly-${field.dataset.keep}`;
  const kept = localStorage.getItem(name);
  if (kept && (!field.value || field.dataset.keep === "totes")) field.value = kept;
  field.form.addEventListener("submit", () => localStorage.setItem(name, field.value));
}

// The screen stays lit while somebody works.
const stayLit = () => document.visibilityState === "visible" && navigator.wakeLock?.request("screen").catch(() => {});
addEventListener("visibilitychange", stayLit);
stayLit();

prepare();
ring();
outbox.show(true);
// What was scanned before the page was left goes on, unless something was wrong with it.
if (!document.querySelector("#alarm")) outbox.send();
