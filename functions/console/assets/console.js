// Small comforts. Every page works without them.

// Times are written in UTC, and shown in the time zone of whoever looks.
const language = document.documentElement.lang;
const day = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
for (const time of document.querySelectorAll("time[datetime]")) {
  const moment = new Date(time.dateTime);
  if (Number.isNaN(moment.getTime())) continue;
  time.title = time.textContent.trim();
  if (!time.hasAttribute("data-age")) time.textContent = day.format(moment);
}

// `/` goes to the search, but not out of a field.
addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.querySelector("#find");
  if (search) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});

// A second press while the first one is on its way does nothing. Whoever has stopped the page may press again after a while.
addEventListener("submit", (event) => {
  const { target: form, submitter: button } = event;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  button?.setAttribute("aria-busy", "true");
  setTimeout(() => {
    delete form.dataset.sent;
    button?.removeAttribute("aria-busy");
  }, 12_000);
});
// Whoever comes back finds the form as it was.
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});

// What was done is told once, and not again at each reload.
const here = new URL(location.href);
if (here.searchParams.has("done")) {
  here.searchParams.delete("done");
  history.replaceState(null, "", here);
}

// A key in the address's fragment reaches no server and no log. It is put into the field, and taken out of the address.
const field = document.querySelector("#key");
if (field && location.hash.startsWith("#key=")) {
  field.value = decodeURIComponent(location.hash.slice(5));
  history.replaceState(null, "", location.pathname + location.search);
  document.querySelector("#sign-in").focus();
}

// A menu closes when one goes elsewhere.
addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".account[open]")) if (!menu.contains(event.target)) menu.open = false;
});
addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector(".account[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// What came of the last action is read out, and what is wrong is in view.
document.querySelector("[data-look]")?.scrollIntoView({ block: "center" });
