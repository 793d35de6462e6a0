import { element, refill } from '../kit/element.adapter.ts';
import { DongleCard } from './dongle-card.ts';
import type { ShownPanel } from './shown-panel.ts';

const cards = new Map<string, DongleCard>();
const bench = document.querySelector('#bench');
const connection = document.querySelector('#connection');
const minutesFromUtc = -new Date().getTimezoneOffset();

async function act(dongle: string, request: object): Promise<string | undefined> {
  try {
    const answer = await fetch('do', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ dongle, request }),
    });
    const { ok, why } = await answer.json();
    return ok ? undefined : String(why);
  } catch {
    return 'The program that serves the dongle does not answer.';
  }
}

function show({ dongles, offered }: ShownPanel): void {
  const serials = dongles.map(({ serial }) => serial);
  const isOther = serials.length !== cards.size || serials.some((serial) => !cards.has(serial));
  for (const serial of cards.keys()) if (!serials.includes(serial)) cards.delete(serial);
  for (const dongle of dongles) {
    const card = cards.get(dongle.serial);
    if (card === undefined) cards.set(dongle.serial, new DongleCard(dongle, offered, act, minutesFromUtc));
    else card.update(dongle);
  }
  if (!isOther || bench === null) return;
  const roots = [...cards.values()].map(({ root }) => root);
  refill(bench, ...(roots.length > 0 ? roots : [element('p', { class: 'soft' }, 'No dongle is served.')]));
  for (const card of cards.values()) card.tick();
}

function tellConnection(state: 'live' | 'lost'): void {
  if (connection === null) return;
  connection.textContent =
    state === 'live'
      ? 'Live'
      : 'Not connected: is ferry dongle serve running? One that is started anew shows a new address.';
  connection.setAttribute('data-state', state);
  for (const card of cards.values()) card.connected(state === 'live');
}

const events = new EventSource('events');
events.addEventListener('open', () => tellConnection('live'));
events.addEventListener('error', () => tellConnection('lost'));
events.addEventListener('message', ({ data }) => show(JSON.parse(data)));
setInterval(() => {
  for (const card of cards.values()) card.tick();
}, 1000);
