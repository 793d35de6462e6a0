import { defineRecord } from '../files/codec.ts';
import { bytes, optional, u8 } from '../files/fields.ts';
import { CHALLENGE_BYTES, SEALED_PIN_BYTES } from '../files/sealed-pin.ts';
import { COMMIT_FAILURES, defineCommand } from './command.ts';

const sealedPin = bytes(SEALED_PIN_BYTES, SEALED_PIN_BYTES);

export const challengeCommand = defineCommand({
  name: 'challenge',
  code: 12,
  about:
    'Gives a random number that the next sealed PIN of this session answers; it replaces an earlier one. Commits nothing.',
  asker: 'anyone',
  request: defineRecord('challenge request', 'Asks for nothing in particular.', {}),
  response: defineRecord('challenge response', 'The challenge.', {
    challenge: [bytes(CHALLENGE_BYTES, CHALLENGE_BYTES), 'random, good for one attempt in this session'],
  }),
  failures: [],
});

export const unlockCommand = defineCommand({
  name: 'unlock',
  code: 13,
  about:
    'Shows the PIN: this session is the owner from then on. A try is counted durably before the PIN is compared; the right one gives all tries back.',
  asker: 'anyone',
  once: true,
  request: defineRecord('unlock request', 'The PIN, sealed.', {
    sealed: [sealedPin, 'PIN sealed to the container in answer to the challenge, which is used up'],
  }),
  response: defineRecord('unlock response', 'The owner is known.', { tries: [u8, 'tries left'] }),
  failures: [
    ...COMMIT_FAILURES,
    'CONTAINER_LOCKED',
    'PIN_NOT_SET',
    'PIN_WRONG',
    'PIN_BLOCKED',
    'PIN_UNSUITABLE',
    'CHALLENGE_MISSING',
  ],
});

export const setPinCommand = defineCommand({
  name: 'set-pin',
  code: 14,
  about:
    'Sets, changes or removes the PIN. Where none is set anyone may; where one is set, its owner. Other sessions that showed the old PIN are the owner no more.',
  asker: 'owner',
  once: true,
  request: defineRecord('set-pin request', 'The new PIN, sealed.', {
    sealed: [
      optional(sealedPin),
      'new PIN, sealed in answer to the challenge, which is used up; nil: none from now on',
    ],
  }),
  response: defineRecord('set-pin response', 'Nothing but that it is done.', {}),
  failures: [
    ...COMMIT_FAILURES,
    'CONTAINER_LOCKED',
    'OWNER_NEEDED',
    'PIN_UNSUITABLE',
    'CHALLENGE_MISSING',
    'MEMORY_FULL',
  ],
});
