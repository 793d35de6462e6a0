/** What no history may lead to. */
export class Violation extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(what, options);
    this.name = 'Violation';
  }
}
