// scan: tells what a scanner reads from what a hand types. A scanner is a keyboard that types a code without a pause, and then Enter or
// Tab. It is listened to before anything else on the page, so that a code lands in no field that just has the focus, and its Enter
// presses no button.

const PAUSE = 100; // ms without a key: what comes is something else
const QUICK = 35; // ms between two keys, on the average: no hand is so quick
const SHORTEST = 4;
const GS = "\u001d";

const scanner = { onScan: () => {}, last: null };
const fresh = (target) => ({ text: "", gaps: [], at: 0, target, before: target?.value });
let burst = fresh();
let alt = "";
let lastScan = { text: "", at: 0 };

const isField = (target) => target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
const scanField = () => document.querySelector("#code");

function isScan({ text, gaps }) {
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  return text.length >= SHORTEST && mean <= QUICK;
}

function take(sign, event) {
  const gap = event.timeStamp - burst.at;
  if (gap > PAUSE) burst = fresh(event.target);
  else burst.gaps.push(gap);
  burst.text += sign;
  burst.at = event.timeStamp;
  // A blank would press the button that has the focus, and `/` would go to the search.
  if (burst.gaps.length && gap <= QUICK) {
    event.stopPropagation();
    if (!isField(event.target)) event.preventDefault();
  }
}

// The separator of GS1, which some keyboards cannot send. It is typed where a hand would have typed it.
function separator(event) {
  take(GS, event);
  event.preventDefault();
  if (event.target === scanField()) event.target.setRangeText(GS, event.target.selectionStart, event.target.selectionEnd, "end");
}

addEventListener("keydown", (event) => {
  const { key } = event;
  if (event.isComposing || key === "Unidentified") return;
  if (event.ctrlKey && key === "]") return separator(event);
  if (event.altKey && /^[0-9]$/.test(key)) {
    alt += key;
    return event.preventDefault();
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (key.length === 1) return take(key, event);
  if (key !== "Enter" && key !== "Tab") return;
  const read = burst;
  burst = fresh();
  scanner.last = { gaps: read.gaps, end: key };
  if (event.timeStamp - read.at > PAUSE || !isScan(read)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (isField(read.target)) read.target.value = read.before;
  // What comes twice at once was told by the device in two ways.
  const isEcho = read.text === lastScan.text && event.timeStamp - lastScan.at < PAUSE;
  lastScan = { text: read.text, at: event.timeStamp };
  if (!isEcho) scanner.onScan(read.text);
}, true);

addEventListener("keyup", (event) => {
  if (event.key !== "Alt") return;
  if (/^0*29$/.test(alt)) separator(event);
  alt = "";
}, true);

// Sounds: a short high one is good, a long low one is not. Browsers allow them once a key was pressed.
let audio;
function tone(pitch, length, kind = "sine") {
  try {
    audio ??= new AudioContext();
    const [wave, volume, now] = [audio.createOscillator(), audio.createGain(), audio.currentTime];
    [wave.type, wave.frequency.value, volume.gain.value] = [kind, pitch, 0.25];
    volume.gain.setTargetAtTime(0, now + length * 0.8, length / 10);
    wave.connect(volume).connect(audio.destination);
    wave.start(now);
    wave.stop(now + length * 1.5);
  } catch {
    // Without sound there is still the color.
  }
}
const sound = {
  read: () => tone(700, 0.03),
  good: () => (tone(1400, 0.1), navigator.vibrate?.(40)),
  bad: () => (tone(160, 0.7, "sawtooth"), navigator.vibrate?.([300, 100, 300])),
};
