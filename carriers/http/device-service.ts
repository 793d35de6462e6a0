import { applyReport } from '../../container/commands/apply.ts';
import type { ContainerClient } from '../../container/commands/client.ts';
import { contextCommand } from '../../container/commands/context.ts';
import type { CommandTold } from '../../container/commands/device/serve-commands.ts';
import { type Listing, listing } from '../../container/commands/list.ts';
import { CATALOGUE, type ErrorCode, FerryError } from '../../container/errors.ts';
import { armor, describeFile, unarmor } from '../../container/files/armor.ts';
import { partyName, readStoredCertificate } from '../../container/files/certificate.ts';
import { contextFileName } from '../../container/files/file-names.ts';
import { FORMAT } from '../../container/model/limits.ts';
import { type Admission, type Admitted, admit } from './admission.ts';
import { type HttpAnswer, httpAnswer, MEDIA, type Media, type RequestHead, refusal, SERVICE } from './http-message.ts';
import { jsonOf, jsonOfReport } from './json-documents.ts';
import { reportHeaders } from './report-headers.ts';

export interface DeviceServiceOptions {
  /** Of the container that is served; null before it is certified. */
  readonly serial: string | null;
  /** Names under which the service may be asked for beside `localhost` and IP addresses. */
  readonly names: readonly string[];
  /** A client with a session of its own, for each request. */
  client(): ContainerClient;
}

/** Who is told of what was done for a request. */
export interface Told {
  command(told: CommandTold): void;
  defect(error: unknown): void;
}

/**
 * The device service of one container: three transactions over HTTP, without any input and output of its own. Whoever runs
 * it asks `admit` before a body is read, and `answer` when it has arrived.
 */
export class DeviceService {
  readonly #options: DeviceServiceOptions;
  readonly #names: ReadonlySet<string>;

  constructor(options: DeviceServiceOptions) {
    this.#options = options;
    this.#names = new Set(options.names.map((name) => name.toLowerCase()));
  }

  admit(head: RequestHead): Admission {
    return admit(head, this.#names);
  }

  /** The answer to a whole request. It never rejects: what fails is answered with its status and the error as JSON. */
  async answer(request: Admitted, body: Uint8Array, told: Told): Promise<HttpAnswer> {
    const { route, serial } = request;
    const own = this.#options.serial;
    if (route.action === 'serials') return json(own === null ? [] : [own]);
    if (own === null || serial !== own)
      return refusal(404, new FerryError('NO_CONTAINER', { where: `the device service as ${serial}` }));
    const command = COMMAND_OF[route.action];
    try {
      const answer = await this.#carryOut({ ...request, serial: own }, body);
      told.command({ command });
      return answer;
    } catch (error) {
      if (error instanceof FerryError) {
        told.command({ command, code: error.code });
        return refusal(statusOf(error.code), error);
      }
      told.defect(error);
      return refusal(500, new FerryError('PEER_DEFECT', { where: own }));
    }
  }

  async #carryOut(request: Admitted & { readonly serial: string }, body: Uint8Array): Promise<HttpAnswer> {
    const client = this.#options.client();
    try {
      switch (request.route.action) {
        case 'known-context':
          return await knownContext(client, request);
        case 'context':
          return await newContext(client, request, body);
        case 'apply':
          return await applied(client, request, body);
        default:
          return listed(await client.call('list', {}), request.media);
      }
    } finally {
      await client.close();
    }
  }
}

const COMMAND_OF = {
  listing: 'list',
  'known-context': 'context',
  context: 'context',
  apply: 'apply',
} as const;

type Asked = Admitted & { readonly serial: string };

function json(value: unknown): HttpAnswer {
  return httpAnswer(200, MEDIA.json, `${JSON.stringify(value)}\n`);
}

function listed(found: Listing, media: Media): HttpAnswer {
  return media === MEDIA.json ? json(jsonOf(found)) : httpAnswer(200, media, listing.encode(found));
}

/**
 * A context for a firm with which there is a channel already. Making it leaves the state as it is; what it may note is a question
 * for the time, which is asked with until it is answered, however often.
 */
async function knownContext(client: ContainerClient, asked: Asked): Promise<HttpAnswer> {
  const { firmCode, serial } = asked;
  if (firmCode === undefined)
    throw new FerryError('REQUEST_WRONG', { where: SERVICE, why: 'its query does not say firm=CODE' });
  const { firms, channels } = await client.call('list', {});
  const isPartner = (key: string): boolean => channels.some(({ partner }) => partner === key);
  if (!firms.some((firm) => firm.firmCode === firmCode && isPartner(firm.key)))
    throw new FerryError('ISSUER_UNKNOWN', { here: serial, issuer: `firm ${firmCode}` });
  const { context } = await client.call('context', { certificate: null, firmCode });
  return contextAnswer(context, asked, { issuer: `firm ${firmCode}`, kind: 'context' });
}

/** A context for an issuer, by its certificate or as a firm whose licenses are here; it reserves a channel. */
async function newContext(client: ContainerClient, asked: Asked, body: Uint8Array): Promise<HttpAnswer> {
  const { firmCode, media } = asked;
  if ((body.length === 0) === (firmCode === undefined)) {
    const why = 'it needs either the certificate of the issuer as its body, or firm=CODE in its query';
    throw new FerryError('REQUEST_WRONG', { where: SERVICE, why });
  }
  const request = { certificate: firmCode === undefined ? body : null, firmCode: firmCode ?? null };
  const answer = await client.call('context', request);
  if (media === MEDIA.answer) return httpAnswer(200, media, contextCommand.response.encode(answer));
  const issuer = firmCode === undefined ? partyName(readStoredCertificate(body)) : `firm ${firmCode}`;
  return contextAnswer(answer.context, asked, { issuer, kind: 'context' });
}

async function applied(client: ContainerClient, asked: Asked, body: Uint8Array): Promise<HttpAnswer> {
  const update = unarmor(body);
  if (!update.ok) throw new FerryError(update.code, update.details);
  if (update.value.length > FORMAT.fileBytes)
    throw new FerryError('FILE_TOO_LARGE', { size: update.value.length, limit: FORMAT.fileBytes });
  const report = await client.call('apply', { update: update.value });
  if (asked.media === MEDIA.answer) return httpAnswer(200, MEDIA.answer, applyReport.encode(report));
  if (asked.media === MEDIA.json) return json(jsonOfReport(report));
  return contextAnswer(
    report.receipt,
    asked,
    { issuer: issuerOf(update.value), kind: 'receipt' },
    reportHeaders(report),
  );
}

/** What people call the issuer of an update file. */
function issuerOf(update: Uint8Array): string {
  const described = describeFile(update);
  return (described.ok ? described.value.lines.find(([name]) => name === 'From')?.[1] : undefined) ?? 'issuer';
}

/** A context file to be kept under the name that it has on disks and sticks. */
function contextAnswer(
  raw: Uint8Array,
  { serial, media }: Asked,
  { issuer, kind }: { readonly issuer: string; readonly kind: 'context' | 'receipt' },
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  const name = contextFileName(serial, issuer, kind);
  return httpAnswer(200, media, media === MEDIA.text ? armor(raw) : raw, {
    'content-disposition': `attachment; filename="${name}"`,
    ...headers,
  });
}

/** What stands in HTTP's status line for an error of the container. */
function statusOf(code: ErrorCode): number {
  if (code === 'REQUEST_WRONG') return 400;
  return CATALOGUE[code].exit === 5 ? 503 : 422;
}
