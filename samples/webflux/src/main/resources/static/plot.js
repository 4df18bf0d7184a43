const SHOWN_MS = 60_000;
const LEFT = 40;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 22;
const STEPS = [1, 2, 3, 4, 5, 6, 8, 10];

/** Keeps a minute of samples, `[time, value, ...]`, each value of a line of its own. */
export class Plot {
  #svg;
  #samples = [];

  constructor(svg) {
    this.#svg = svg;
    new ResizeObserver(() => this.#draw()).observe(svg);
  }

  add(...values) {
    const now = performance.now();
    this.#samples.push([now, ...values]);
    // One older than a minute stays: from it the line enters at the left edge.
    while (this.#samples.length > 2 && this.#samples[1][0] < now - SHOWN_MS) {
      this.#samples.shift();
    }
    this.#draw();
  }

  clear() {
    this.#samples = [];
  }

  // Only numbers get into this markup.
  #draw() {
    const width = Math.max(this.#svg.clientWidth - LEFT - RIGHT, 1);
    const height = Math.max(this.#svg.clientHeight - TOP - BOTTOM, 1);
    const top = roundUp(Math.max(0, ...this.#samples.flatMap(([, ...values]) => values)));
    const y = value => TOP + height * (1 - value / top);
    const newest = this.#samples.at(-1)?.[0] ?? 0;
    const x = time => LEFT + width * Math.max(0, 1 - (newest - time) / SHOWN_MS);
    const level = value => `<line class="${value ? 'grid' : 'axis'}" x1="${LEFT}" x2="${LEFT + width}" y1="${y(value)}"
      y2="${y(value)}"/><text x="${LEFT - 8}" y="${y(value) + 4}" text-anchor="end">${brief(value)}</text>`;
    const moment = (seconds, anchor) => `<text x="${LEFT + width * (1 - seconds / 60)}" y="${TOP + height + 17}"
      text-anchor="${anchor}">${seconds ? `−${seconds} s` : 'now'}</text>`;
    const line = i => `<polyline class="${i === 1 ? 'first' : 'second'}"
      points="${this.#samples.map(sample => `${x(sample[0]).toFixed(1)},${y(sample[i]).toFixed(1)}`).join(' ')}"/>`;
    const lines = this.#samples.length ? this.#samples[0].slice(1).map((_, i) => line(i + 1)) : [];
    this.#svg.innerHTML = [level(0), level(top / 2), level(top), moment(60, 'start'), moment(30, 'middle'),
      moment(0, 'end'), ...lines].join('');
  }
}

/** Returns a round number above the value, whose half is a whole number. */
function roundUp(value) {
  for (let unit = 1; ; unit *= 10) {
    const step = STEPS.find(s => s * unit >= 4 && s * unit % 2 === 0 && s * unit > value);
    if (step) {
      return step * unit;
    }
  }
}

function brief(value) {
  return new Intl.NumberFormat('en', { notation: 'compact' }).format(value);
}
