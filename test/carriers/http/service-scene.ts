import { DeviceService, type DeviceServiceOptions } from '../../../carriers/http/device-service.ts';
import type { HttpAnswer } from '../../../carriers/http/http-message.ts';
import { stateHash } from '../../../container/engine/state.ts';
import { load, makeContainer, type TestContainer, TestFirm } from '../../world/parties.ts';

export const SERIAL = '130-2459324738';
export const ONE = `/containers/${SERIAL}`;

/** A device with a license of a firm, and the firm. */
export function device(): { readonly it: TestContainer; readonly firm: TestFirm } {
  const it = makeContainer('soft', 2_459_324_738);
  const firm = new TestFirm();
  load(firm, it, { quantity: 5 });
  return { it, firm };
}

/** The next update file of a firm for a container: one more Product Item. */
export function nextUpdate(firm: TestFirm, it: TestContainer): Uint8Array {
  firm.issue(it, { kind: 'add', grants: [firm.grant(it.key).raw] });
  return firm.update(it);
}

export interface Asked {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: Uint8Array;
}

/** The device service of a container, asked without any network. */
export class ServiceScene {
  readonly it: TestContainer;
  readonly firm: TestFirm;
  readonly commands: object[] = [];
  readonly defects: unknown[] = [];
  readonly #service: DeviceService;

  constructor(options: Partial<DeviceServiceOptions> = {}) {
    const { it, firm } = device();
    this.it = it;
    this.firm = firm;
    this.#service = new DeviceService({
      serial: options.serial === undefined ? SERIAL : options.serial,
      names: options.names ?? [],
      client: options.client ?? (() => this.it.container.client()),
    });
  }

  get state(): string {
    return stateHash(this.it.container.state);
  }

  /** Asks as an honest client would, but for what is given. */
  async ask({ method = 'GET', target = '/containers', headers = {}, body }: Asked): Promise<HttpAnswer> {
    const sent =
      body === undefined ? {} : { 'content-length': `${body.length}`, 'content-type': 'application/octet-stream' };
    const admission = this.#service.admit({ method, target, headers: { host: '127.0.0.1:8080', ...sent, ...headers } });
    if ('refused' in admission) return admission.refused;
    return this.#service.answer(admission.admitted, body ?? new Uint8Array(), {
      command: (told) => this.commands.push(told),
      defect: (error) => this.defects.push(error),
    });
  }
}

export function jsonBody({ body }: Pick<HttpAnswer, 'body'>) {
  return JSON.parse(new TextDecoder().decode(body));
}
