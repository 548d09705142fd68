/**
 * Plays alternatives in turn on one clock.
 *
 * The server describes an audition (engine/audio/auditions.py): for each alternative its parts as
 * loops of one length, each with a gain. All loops of all alternatives run at once; what is heard is
 * decided by gains alone, so that a switch keeps the beat. Nothing sounds, and no audio device is
 * opened, before `play`, which must be called from a click or a key.
 *
 *   const player = new Player({ soundUrl: (file) => `/sounds/${file}` });
 *   await player.open("/songs/the-ferry/audition?ids=3f9c,81d0");
 *   await player.play();
 *   player.choose(1);                       // the second alternative, within 20 ms
 *   player.addEventListener("position", (event) => draw(event.detail.bar));
 *
 * Events: "state" after every change of what is heard, "position" for each picture that the browser
 * draws while it plays, "played" with how long each alternative sounded, for the log.
 */

export const SAMPLE_RATE = 44100;

/** How long one alternative fades into another, and everything in and out. */
export const FADE_SECONDS = 0.008;

/**
 * A change is told at most that long ahead: the browser computes sound in advance, as much as
 * `baseLatency` at a time, and a fade that it has passed already would be heard as a click.
 */
const MOST_AHEAD_SECONDS = 0.01;

/** Loops need some time until the first of them can sound. */
const START_SECONDS = 0.03;

/** Shorter than this, nobody has heard anything. */
const LEAST_PLAYED_SECONDS = 0.25;

/** The nearest whole sample, in seconds; loops that begin between samples would be interpolated. */
const onSample = (seconds) => Math.round(seconds * SAMPLE_RATE) / SAMPLE_RATE;

/** A gain that moves in straight lines; it knows its value at any time, also during a fade. */
class Fader {
  constructor(context, destination, value) {
    this.node = new GainNode(context, { gain: value });
    this.node.connect(destination);
    this.from = value;
    this.to = value;
    this.begins = 0;
    this.ends = 0;
  }

  at(seconds) {
    if (seconds >= this.ends) return this.to;
    if (seconds <= this.begins) return this.from;
    return this.from + ((this.to - this.from) * (seconds - this.begins)) / (this.ends - this.begins);
  }

  /** Move to a value from a time on. */
  move(value, when) {
    if (value === this.to) return;
    this.from = this.at(when);
    this.to = value;
    this.begins = when;
    this.ends = when + FADE_SECONDS;
    const gain = this.node.gain;
    gain.cancelScheduledValues(when);
    gain.linearRampToValueAtTime(this.from, when); // what is left of a fade that was on its way
    gain.linearRampToValueAtTime(value, this.ends);
  }
}

/** All loops of an audition, running at once from one sample of the clock on. */
export class Loops {
  /**
   * @param {BaseAudioContext} context - at SAMPLE_RATE.
   * @param {AudioNode} destination - where they sound.
   * @param {Map<string, AudioBuffer>} buffers - by file, all of one length.
   * @param {Map<string, number>} gains - how loud each file is at first; 0 for those without.
   */
  constructor(context, destination, buffers, gains) {
    this.main = new Fader(context, destination, 0);
    this.faders = new Map();
    this.sources = [];
    for (const [file, buffer] of buffers) {
      const fader = new Fader(context, this.main.node, gains.get(file) ?? 0);
      // Without limits of its own a source repeats its whole buffer, exact to the sample.
      const source = new AudioBufferSourceNode(context, { buffer, loop: true });
      source.connect(fader.node);
      this.faders.set(file, fader);
      this.sources.push(source);
      this.frames = buffer.length;
    }
  }

  /** Begin at a time, with a frame of the loops. */
  start(when, frame) {
    this.when = when;
    this.frame = frame;
    this.main.move(1, when);
    for (const source of this.sources) source.start(when, frame / SAMPLE_RATE);
  }

  /** Give every file its gain, from a time on; those without are silent. */
  move(gains, when) {
    for (const [file, fader] of this.faders) fader.move(gains.get(file) ?? 0, when);
  }

  /** Fade out from a time on. */
  stop(when) {
    this.main.move(0, when);
    for (const source of this.sources) source.stop(when + FADE_SECONDS);
    this.sources.at(-1).onended = () => this.main.node.disconnect();
  }

  /** The frame of the loops that sounds at a time. */
  frameAt(seconds) {
    const frame = this.frame + Math.max(0, seconds - this.when) * SAMPLE_RATE;
    return frame % this.frames;
  }
}

/**
 * How loud each file is.
 *
 * @param {object} audition - as the server describes it.
 * @param {object} heard - `chosen` alternative, `muted` and `solo` parts (sets of names), `parents`
 *   and `click` (whether they are heard).
 * @returns {Map<string, number>} gain by file, of those that are heard.
 */
export function gainsOf(audition, { chosen, muted, solo, parents, click }) {
  const gains = new Map();
  for (const stem of audition.alternatives[chosen].stems) {
    const isHeard = (parents || !stem.is_parent) && !muted.has(stem.part);
    if (isHeard && (solo.size === 0 || solo.has(stem.part))) {
      gains.set(stem.file, (gains.get(stem.file) ?? 0) + stem.gain);
    }
  }
  if (click) gains.set(audition.click.file, audition.click.gain);
  return gains;
}

/** Loops of an audition as buffers. */
async function decoded(audition, soundUrl, known) {
  const stems = audition.alternatives.flatMap((each) => each.stems);
  const files = new Set([...stems, audition.click].map((stem) => stem.file));
  const decoder = new OfflineAudioContext(2, 1, SAMPLE_RATE); // opens no device
  const load = async (file) => {
    const response = await fetch(soundUrl(file));
    if (!response.ok) throw new Error(`no sound ${file}: ${response.status}`);
    const buffer = await decoder.decodeAudioData(await response.arrayBuffer());
    if (buffer.length !== audition.frames) throw new Error(`${file} isn't as long as the others`);
    return buffer;
  };
  const buffers = [...files].map(async (file) => [file, known.get(file) ?? (await load(file))]);
  return new Map(await Promise.all(buffers));
}

export class Player extends EventTarget {
  #context = null;
  #output = null;
  #loops = null;
  #buffers = new Map();
  #soundUrl;
  #opening = 0;
  #frame = 0; // where it goes on, while it is silent
  #since = null; // of the clock, from when on the chosen one has been heard
  #played = new Map();
  #drawing = 0;

  /** What is open; null before the first. */
  audition = null;

  /** What is heard; change it by the methods below. */
  heard = { chosen: 0, muted: new Set(), solo: new Set(), parents: true, click: false };

  /** @param {{soundUrl: function(string): string}} options - address of a file of the cache. */
  constructor({ soundUrl }) {
    super();
    this.#soundUrl = soundUrl;
    addEventListener("pagehide", () => this.#flush());
  }

  /** The clock and the device; null before the first `play`. */
  get context() {
    return this.#context;
  }

  /** Everything goes through this to the device; its gain is the volume. */
  get output() {
    return this.#output;
  }

  get isPlaying() {
    return this.#loops !== null;
  }

  /** Name of the chosen alternative, such as a candidate's id. */
  get chosen() {
    return this.audition?.alternatives[this.heard.chosen]?.name ?? null;
  }

  /** How long after the clock something is heard, in seconds; the system's word for it. */
  get latency() {
    return this.#context?.outputLatency || this.#context?.baseLatency || 0;
  }

  /** The bar that is heard now, from 1 on, with the share of it that is over. */
  get bar() {
    if (this.audition === null) return 1;
    const now = this.#context ? this.#context.currentTime - this.latency : 0;
    const frame = this.#loops ? this.#loops.frameAt(now) : this.#frame;
    return 1 + (frame / this.audition.frames) * this.audition.bars;
  }

  /**
   * Open what an address describes. If it has the alternatives that are open now, at another tempo
   * or played by another player, it goes on at the same place.
   *
   * A sound that the cache has lost in the meantime is asked for once more.
   */
  async open(url, { isBest = false } = {}) {
    const opening = ++this.#opening;
    for (const isLast of [false, true]) {
      const response = await fetch(url, { headers: { accept: "application/json" } });
      const audition = await response.json().catch(() => ({}));
      if (!response.ok) throw new Error(audition.error ?? response.statusText);
      try {
        const buffers = await decoded(audition, this.#soundUrl, this.#buffers);
        if (opening !== this.#opening) return; // another was opened
        this.load(audition, buffers);
        break;
      } catch (error) {
        if (isLast) throw error;
      }
    }
    // What was quick to make sounds already; better sounds take its place when they are made.
    if (this.audition.is_best === false && !isBest) {
      this.open(`${url}${url.includes("?") ? "&" : "?"}best=1`, { isBest: true }).catch(() => {});
    }
  }

  /** Take over an audition whose loops are decoded. */
  load(audition, buffers) {
    this.#count();
    const names = (of) => JSON.stringify(of?.alternatives.map((each) => each.name));
    const isSame = names(this.audition) === names(audition);
    const wasPlaying = this.isPlaying;
    this.#silence(this.#next);
    if (isSame) {
      const share = this.#frame / this.audition.frames;
      this.#frame = Math.round(share * audition.frames) % audition.frames;
    } else {
      this.#flush();
      this.#frame = 0;
      this.heard.chosen = 0;
    }
    this.audition = audition;
    this.#buffers = buffers;
    if (wasPlaying && isSame) this.#sound();
    this.#tell();
  }

  /** Begin, or go on; from a click or a key. */
  async play() {
    if (this.audition === null || this.isPlaying) return;
    if (this.#context === null) {
      this.#context = new AudioContext({ sampleRate: SAMPLE_RATE, latencyHint: "interactive" });
      this.#output = new GainNode(this.#context);
      this.#output.connect(this.#context.destination);
    }
    if (this.#context.state !== "running") await this.#context.resume();
    if (this.isPlaying) return; // it was called twice
    this.#sound();
    this.#tell();
  }

  /** Fall silent; `play` goes on from here. */
  pause() {
    this.#count();
    this.#silence(this.#soon);
    this.#flush();
    this.#tell();
  }

  /** Play if it is silent, else pause. */
  toggle() {
    return this.isPlaying ? this.pause() : this.play();
  }

  /** Hear another alternative, by its place from 0 on; the beat goes on. */
  choose(place) {
    if (!this.audition?.alternatives[place] || place === this.heard.chosen) return;
    this.#change(() => (this.heard.chosen = place));
  }

  /** Hear a part, such as "bass", of all alternatives, or not. */
  mute(part, isMuted = true) {
    this.#change(() => this.heard.muted[isMuted ? "add" : "delete"](part));
  }

  /** Hear no part but those that are solo. */
  solo(part, isSolo = true) {
    this.#change(() => this.heard.solo[isSolo ? "add" : "delete"](part));
  }

  /** Hear what an alternative is built on, or not. */
  parents(areHeard = true) {
    this.#change(() => (this.heard.parents = areHeard));
  }

  /** Hear the click, or not. */
  click(isHeard = true) {
    this.#change(() => (this.heard.click = isHeard));
  }

  /** Go to a bar, from 1 on; past the last, or before the first, it goes round. */
  seek(bar) {
    if (this.audition === null) return;
    const { bars, frames } = this.audition;
    const frame = Math.round((((((bar - 1) % bars) + bars) % bars) / bars) * frames) % frames;
    const wasPlaying = this.isPlaying;
    this.#silence(this.#next);
    this.#frame = frame;
    if (wasPlaying) this.#sound();
    this.#tell();
  }

  /** Stop, and give the device back. */
  async close() {
    this.pause();
    await this.#context?.close();
    this.#context = this.#output = null;
  }

  /** Start all loops where it stands. */
  #sound() {
    const when = this.#next;
    const gains = gainsOf(this.audition, this.heard);
    this.#loops = new Loops(this.#context, this.#output, this.#buffers, gains);
    this.#loops.start(when, this.#frame);
    this.#since ??= when;
    this.#draw();
  }

  /** When a change can begin. */
  get #soon() {
    if (this.#context === null) return 0;
    const ahead = Math.min(this.#context.baseLatency || Infinity, MOST_AHEAD_SECONDS);
    return onSample(this.#context.currentTime + ahead);
  }

  /** When loops can begin. */
  get #next() {
    return this.#context === null ? 0 : onSample(this.#context.currentTime + START_SECONDS);
  }

  #silence(when) {
    if (this.#loops === null) return;
    this.#frame = Math.round(this.#loops.frameAt(when)) % this.audition.frames;
    this.#loops.stop(when);
    this.#loops = null;
    cancelAnimationFrame(this.#drawing);
  }

  #change(change) {
    this.#count();
    change();
    if (this.#loops !== null) {
      this.#loops.move(gainsOf(this.audition, this.heard), this.#soon);
    }
    this.#tell();
  }

  /** Add to what was heard, before something else is. */
  #count() {
    if (this.#loops === null) return;
    const now = this.#context.currentTime;
    const seconds = Math.max(0, now - this.#since);
    const key = JSON.stringify([this.chosen, !this.heard.parents]);
    this.#played.set(key, (this.#played.get(key) ?? 0) + seconds);
    this.#since = now;
  }

  /** Tell what was heard. */
  #flush() {
    this.#count();
    for (const [key, seconds] of this.#played) {
      const [name, alone] = JSON.parse(key);
      if (seconds >= LEAST_PLAYED_SECONDS) this.#send("played", { name, alone, seconds });
    }
    this.#played.clear();
    if (this.#loops === null) this.#since = null;
  }

  #tell() {
    this.#send("state", { playing: this.isPlaying, chosen: this.chosen, ...this.heard });
    this.#send("position", { bar: this.bar });
  }

  #draw() {
    this.#drawing = requestAnimationFrame(() => {
      this.#send("position", { bar: this.bar });
      this.#draw();
    });
  }

  #send(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
