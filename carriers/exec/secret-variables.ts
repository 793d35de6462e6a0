/** The environment variables in which this program is given secrets. No other program that it starts is shown them. */
export const SECRET_VARIABLES = {
  pin: 'FERRY_PIN',
  newPin: 'FERRY_NEW_PIN',
  passphrase: 'FERRY_PASSPHRASE',
  pairingCode: 'FERRY_PAIRING_CODE',
} as const;

const SECRET: ReadonlySet<string> = new Set(Object.values(SECRET_VARIABLES));

/** An environment without these. Some systems take names in small letters for the same. */
export function withoutSecrets(env: Readonly<NodeJS.ProcessEnv>): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !SECRET.has(name.toUpperCase())));
}
