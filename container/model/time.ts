/** Seconds between 1970-01-01 and 2000-01-01, where the field begins to count. */
export const FIELD_EPOCH = 946684800;

/** The day of a time of the field (seconds since 2000-01-01), as YYYY-MM-DD in UTC. */
export function isoDate(seconds: number): string {
  // Civil date from days since 0000-03-01 (proleptic Gregorian), so that no ambient clock type is needed.
  const days = Math.floor((seconds + FIELD_EPOCH) / 86400) + 719468;
  const era = Math.floor(days / 146097);
  const dayOfEra = days - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return [year, String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-');
}

/** A time of the field as YYYY-MM-DDThh:mm:ssZ. */
export function isoTime(seconds: number): string {
  const inDay = (seconds + FIELD_EPOCH) % 86400;
  const parts = [Math.floor(inDay / 3600), Math.floor(inDay / 60) % 60, inDay % 60];
  return `${isoDate(seconds)}T${parts.map((part) => String(part).padStart(2, '0')).join(':')}Z`;
}
