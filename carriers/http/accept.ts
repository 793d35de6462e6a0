/**
 * The media type that an `Accept` header likes best among those that are offered; of several that it likes alike, the one
 * that is offered first.
 *
 * @returns undefined when it takes none of them
 */
export function chosenMedia<M extends string>(accept: string | undefined, offered: readonly M[]): M | undefined {
  const ranges = rangesOf(accept ?? '*/*');
  let best: { readonly media: M; readonly weight: number } | undefined;
  for (const media of offered) {
    const weight = weightOf(media, ranges);
    if (weight > (best?.weight ?? 0)) best = { media, weight };
  }
  return best?.media;
}

type Ranges = ReadonlyMap<string, number>;

function rangesOf(accept: string): Ranges {
  return new Map(
    accept.split(',').map((part): [string, number] => {
      const [range = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
      const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return [range, q === undefined || !/^[01](\.\d{0,3})?$/.test(q) ? 1 : Number(q)];
    }),
  );
}

/** The weight of the range that names the media type most exactly. */
function weightOf(media: string, ranges: Ranges): number {
  return ranges.get(media) ?? ranges.get(`${media.split('/')[0]}/*`) ?? ranges.get('*/*') ?? 0;
}
