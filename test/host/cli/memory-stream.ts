import type { TextStream } from '../../../host/cli/output.ts';

/** A stream that keeps what was written to it. */
export class MemoryStream implements TextStream {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number;

  constructor(terminal: { readonly columns: number } | undefined = undefined) {
    this.isTTY = terminal !== undefined;
    this.columns = terminal?.columns ?? 0;
  }

  write(text: string): void {
    this.text += text;
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }
}
