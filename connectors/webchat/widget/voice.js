// Recording a voice message: one at a time, up to five minutes, nothing is kept when cancelled.
import { element, icon } from "./dom.js";

const TYPES = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];
const LONGEST_S = 300;

export function canRecord() {
  return Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder);
}

export class Voice {
  constructor({ words, on }) {
    Object.assign(this, { words, on }); // on: { recorded(file), changed(), failed() }
    this.time = element("span", { class: "time" });
    const tool = (name, key, run) => {
      const label = words.say(key);
      const about = { class: "tool", type: "button", title: label, "aria-label": label };
      return element("button", { ...about, "data-testid": `webchat-${key}`, onclick: run }, icon(name));
    };
    this.button = tool("mic", "record", () => this.start());
    this.bar = element(
      "div",
      { class: "recording", role: "status", hidden: true },
      element("i", { class: "dot", "aria-hidden": "true" }),
      element("span", {}, words.say("recording")),
      this.time,
      tool("close", "cancel", () => this.end(false)),
      tool("check", "finish", () => this.end(true)),
    );
  }

  get active() {
    return Boolean(this.recorder);
  }

  async start() {
    if (this.recorder || this.asking) return;
    this.asking = true;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
      this.listen(new MediaRecorder(stream, type ? { mimeType: type } : {}));
    } catch {
      this.on.failed();
    } finally {
      this.asking = false;
    }
  }

  listen(recorder) {
    const pieces = [];
    this.recorder = recorder;
    this.keeps = false;
    recorder.ondataavailable = (event) => pieces.push(event.data);
    recorder.onstop = () => this.stopped(recorder, pieces);
    recorder.start();
    this.began = Date.now();
    this.ticking = setInterval(() => this.tick(), 250);
    this.bar.hidden = false;
    this.tick();
    this.on.changed();
  }

  tick() {
    const seconds = Math.floor((Date.now() - this.began) / 1000);
    this.time.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds >= LONGEST_S) this.end(true);
  }

  end(keep) {
    if (this.recorder?.state !== "recording") return;
    this.keeps = keep;
    this.recorder.stop();
  }

  stopped(recorder, pieces) {
    clearInterval(this.ticking);
    recorder.stream.getTracks().forEach((track) => track.stop());
    this.recorder = null;
    this.bar.hidden = true;
    const type = recorder.mimeType.split(";")[0] || "audio/webm";
    const name = `${this.words.say("voice")}.${type.split("/")[1]}`;
    if (this.keeps && pieces.length > 0) this.on.recorded(new File(pieces, name, { type }));
    this.on.changed();
  }
}
