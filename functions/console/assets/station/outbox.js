// outbox: what was scanned and is not sent yet. It is kept in the browser under the person and the page before it is sent, one after the
// other in the order of the scans. Each has a key, drawn when it was scanned: it may be sent again, and counts once.

const notice = document.querySelector("#unsent");
const box = `orderly-scans ${notice?.dataset.who} ${location.pathname}`;
const WAITS = [1, 2, 4, 8, 15]; // seconds
const PATIENCE = 20_000;

const outbox = {
  all: () => JSON.parse(localStorage.getItem(box) ?? "[]"),
  keep(all) {
    if (all.length) localStorage.setItem(box, JSON.stringify(all));
    else localStorage.removeItem(box);
  },
  add(code) {
    outbox.keep([...outbox.all(), { code, key: `scan-${crypto.randomUUID()}` }]);
    outbox.send();
  },
  show(isLate) {
    const { length } = outbox.all();
    if (!notice) return;
    notice.hidden = !isLate || length === 0;
    notice.querySelector("strong").textContent = length;
  },
  tries: 0,
  timer: 0,
  isSending: false,
  onAnswer: () => true,

  /// Sends what is there. One tab at a time does.
  async send() {
    clearTimeout(outbox.timer);
    if (outbox.isSending) return;
    outbox.isSending = true;
    await navigator.locks.request(box, async () => {
      for (let [first] = outbox.all(); first; [first] = outbox.all()) {
        const answer = await post(first);
        if (!answer) {
          outbox.timer = setTimeout(outbox.send, 1000 * WAITS[Math.min(outbox.tries++, WAITS.length - 1)]);
          outbox.show(true);
          break;
        }
        outbox.tries = 0;
        if (answer.isSignedOut) return location.assign(answer.url);
        outbox.keep(outbox.all().filter(({ key }) => key !== first.key));
        outbox.show(true);
        if (!outbox.onAnswer(answer)) break;
      }
    });
    outbox.isSending = false;
  },
};

/// What the server says of a scan. Nothing: there is no answer, and nobody knows whether it counted.
async function post({ code, key }) {
  // Where somebody is on the walk stands in the form. Once everything is done there is none, and the API says so.
  const form = document.querySelector("form[data-scan=queue]");
  const fields = new URLSearchParams(form ? new FormData(form) : {});
  fields.set("code", code);
  fields.set("key", key);
  try {
    const answer = await fetch(document.querySelector("#station").dataset.to, { method: "POST", body: fields, signal: AbortSignal.timeout(PATIENCE) });
    const { ok, status, url } = answer;
    if (status === 429 || status >= 500) return null;
    return { ok, url, isSignedOut: answer.redirected && url.includes("/sign-in"), html: await answer.text() };
  } catch {
    return null;
  }
}

addEventListener("online", () => outbox.send());
