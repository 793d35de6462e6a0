export type Child = Node | string;

type Attributes = Readonly<Record<string, string | undefined>>;

const SVG = 'http://www.w3.org/2000/svg';

/** An element with its attributes and what is in it. Texts are texts: nothing in them is taken for markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  fill(made, attributes, children);
  return made;
}

/** The same in a drawing. */
export function drawn(name: string, attributes: Attributes = {}, ...children: readonly Child[]): Element {
  const made = document.createElementNS(SVG, name);
  fill(made, attributes, children);
  return made;
}

/** Puts other children in the place of those that are there. */
export function refill(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren(...children);
}

function fill(made: Element, attributes: Attributes, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value);
  made.append(...children);
}
