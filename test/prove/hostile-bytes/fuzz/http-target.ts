import { DeviceService } from '../../../../carriers/http/device-service.ts';
import type { RequestHead } from '../../../../carriers/http/http-message.ts';
import { FerryError } from '../../../../container/errors.ts';
import { concatBytes, utf8 } from '../../../../container/model/bytes.ts';
import { Broken, type FuzzTarget, type Verdict } from './fuzz-target.ts';
import { mutated } from './mutate.ts';
import type { Random } from './random.ts';

const SERIAL = '130-2459324738';
const ONE = `/containers/${SERIAL}`;
const HOST = '127.0.0.1:8080';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'get', '__proto__', ''];
const TARGETS = [
  '/containers',
  ONE,
  `${ONE}/context`,
  `${ONE}/context?firm=6000010`,
  `${ONE}/update`,
  `${ONE}/%75pdate`,
  `${ONE}/../..`,
  '/containers/{serial}',
  '/containers/1-1/__proto__',
  '*',
  `http://${HOST}${ONE}`,
];
const HEADERS: readonly (readonly [name: string, values: readonly string[]])[] = [
  ['host', [HOST, 'localhost', 'attacker.example', '[::1]:1', '127.0.0.1.', '', '127.0.0.1, attacker.example']],
  ['origin', [`http://${HOST}`, 'http://attacker.example', 'null', '']],
  ['accept', ['*/*', 'application/json', 'text/plain;q=0.5, */*;q=0', 'q=1', ';;,,', '__proto__']],
  ['content-type', ['application/octet-stream', 'text/plain', 'constructor', '']],
  ['content-length', ['0', '10', '-1', '1e9', '99999999999999999999', '0x10', '']],
  ['sec-fetch-site', ['none', 'same-origin', 'cross-site', '']],
  ['expect', ['100-continue', 'x']],
  ['__proto__', ['x']],
];

/** A head of lines, then an empty one, then the body; some of it damaged. */
function request(random: Random, bodies: readonly Uint8Array[]): Uint8Array {
  const body = random.oneIn(2) ? new Uint8Array(0) : random.pick(bodies);
  const lines = [
    `${random.oneIn(6) ? random.pick(METHODS) : random.pick(METHODS.slice(0, 3))} ${random.pick(TARGETS)}`,
  ];
  if (!random.oneIn(8)) lines.push(`host: ${HOST}`);
  if (body.length > 0 && !random.oneIn(8))
    lines.push(`content-length: ${body.length}`, 'content-type: application/octet-stream');
  for (const [name, values] of HEADERS) if (random.oneIn(8)) lines.push(`${name}: ${random.pick(values)}`);
  const bytes = concatBytes(utf8(`${lines.join('\n')}\n\n`), body);
  return random.oneIn(3) ? mutated(random, bytes, [bytes]) : bytes;
}

function parsed(input: Uint8Array): { readonly head: RequestHead; readonly body: Uint8Array } {
  const end = Buffer.from(input.buffer, input.byteOffset, input.length).indexOf('\n\n');
  const [first = '', ...lines] = new TextDecoder('latin1').decode(end < 0 ? input : input.subarray(0, end)).split('\n');
  const [method = '', target = ''] = first.split(' ');
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const [name = '', ...rest] = line.split(': ');
    headers[name.toLowerCase()] = rest.join(': ');
  }
  return { head: { method, target, headers }, body: end < 0 ? new Uint8Array(0) : input.slice(end + 2) };
}

/** The device service, whose container refuses whatever gets as far as that. */
export function httpTarget(bodies: readonly Uint8Array[]): FuzzTarget {
  const service = new DeviceService({
    serial: SERIAL,
    names: [],
    client: () => ({
      call: async (name) => {
        throw new FerryError('COMMAND_NOT_OFFERED', { where: SERIAL, command: name });
      },
      close: async () => undefined,
    }),
  });
  const give = async (input: Uint8Array): Promise<Verdict> => {
    const { head, body } = parsed(input);
    const admission = service.admit(head);
    if ('refused' in admission) return 'refused';
    const { host, origin } = head.headers;
    if (host?.includes('attacker') === true || origin?.includes('attacker') === true)
      throw new Broken('a page of another site gets in');
    const answer = await service.answer(admission.admitted, body, {
      command: () => undefined,
      defect: (error) => {
        throw error;
      },
    });
    if (answer.status === 500) throw new Broken('the service has a defect');
    return 'accepted';
  };
  return { name: 'device service over HTTP', thousands: 50, make: (random) => request(random, bodies), give };
}
