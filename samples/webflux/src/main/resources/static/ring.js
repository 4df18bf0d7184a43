import { Plot } from './plot.js';

const byId = id => document.getElementById(id);
const flight = new Plot(byId('plot-flight'));
const rates = new Plot(byId('plot-rate'));
const cancels = new Plot(byId('plot-cancels'));
let events = null;
let first = null;
let last = null;

/** Shows the counters while the page is visible: a browser has few connections to one server. */
export function watchRing() {
  document.addEventListener('visibilitychange', connect);
  byId('open').onclick = () => act('api/streams/open', opened);
  byId('drop').onclick = () => act('api/streams/drop', dropped);
  connect();
}

function connect() {
  events?.close();
  if (document.hidden) {
    return;
  }
  events = new EventSource('api/ring');
  events.onmessage = event => {
    tell('Live, twice a second.', 'live');
    show(JSON.parse(event.data));
  };
  events.onerror = () => {
    const refused = events.readyState === EventSource.CLOSED;
    tell(refused ? 'There is no io_uring here: files are served by Spring’s own means.'
        : 'The server does not answer. Trying again …', 'bad');
    byId('open').disabled = byId('drop').disabled = refused;
  };
}

function tell(text, state) {
  const line = byId('ring-state');
  if (line.textContent !== text) {
    line.textContent = text;
    line.className = `state ${state}`;
    byId('ring').classList.toggle('stale', state === 'bad');
  }
}

function show(stats) {
  const now = performance.now();
  if (last && stats.submitted < last.stats.submitted) {
    // It is another server than before.
    [flight, rates, cancels].forEach(plot => plot.clear());
    first = last = null;
  }
  first ??= stats;
  const rate = last ? 1000 * (stats.completed - last.stats.completed) / (now - last.at) : 0;
  last = { stats, at: now };
  flight.add(stats.inFlight);
  rates.add(rate);
  cancels.add(stats.disposals - first.disposals, stats.cancelSqes - first.cancelSqes);
  for (const [id, value] of [['in-flight', stats.inFlight], ['rate', Math.round(rate)], ['disposals', stats.disposals],
      ['cancels', stats.cancelSqes], ['all', stats.allCancelSqes]]) {
    byId(id).textContent = value.toLocaleString('en');
  }
}

async function act(path, told) {
  const line = byId('dropped');
  line.className = '';
  try {
    const response = await fetch(path, { method: 'POST' });
    if (!response.ok) {
      throw new Error(`The server answered ${response.status}.`);
    }
    line.textContent = told(await response.json());
  } catch (e) {
    line.className = 'bad';
    line.textContent = e instanceof TypeError ? 'The server does not answer.' : e.message;
  }
}

function opened({ streams }) {
  return streams ? `${streams} streams wait for data.` : 'They are open already.';
}

function dropped({ disposals, cancelSqes, allCancelSqes, cancelled }) {
  return disposals ? `${count(disposals, 'disposal')}, ${count(allCancelSqes, 'ALL cancel')}. `
      + `${count(cancelSqes, 'cancel SQE')} ended ${count(cancelled, 'read')}.` : 'None was open.';
}

function count(n, what) {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
