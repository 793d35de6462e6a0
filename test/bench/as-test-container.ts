import type { FileContainer } from '../../container/store/file-container.adapter.ts';
import type { TestContainer } from '../world/parties.ts';

/** A container in a folder as the test vendor can load it; its `parts`, which belong to memory, must not be asked for. */
export function asTestContainer({ container }: FileContainer): TestContainer {
  const { key, certified } = container.state.identity;
  return { container, parts: undefined as never, key, certificate: certified?.raw ?? new Uint8Array(0) };
}
